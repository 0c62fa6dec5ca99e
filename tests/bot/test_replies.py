"""The wording: complete, polite, and with nothing left to fill in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from bot import AnswerStatus, get_list, get_reply, get_wording

FILE = Path(__file__).parents[2] / "bot" / "replies.yaml"
_PLACEHOLDERS = (
    "city office hotline hours waiting officer regions region aspect phone article"
    " hall distance km count question url agent number opening"
    " minutes days bureau label"
)
NAMES = dict.fromkeys(_PLACEHOLDERS.split(" "), "X")


@pytest.fixture
def replies():
    """The file as it is."""
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("status", AnswerStatus)
def test_every_status_has_a_reply(replies, status):
    """A status without its row would reach a citizen as a crash."""
    assert replies[status].keys() == {"label", "meaning", "text"}
    assert get_reply(status).label


def test_no_row_without_a_status(replies):
    """What nothing says is no wording."""
    assert replies.keys() - {"wordings"} == set(AnswerStatus)


def test_every_sentence_can_be_filled(replies):
    """With the office's names and the few figures there are."""
    for name, text in replies["wordings"].items():
        if isinstance(text, list):
            assert get_list(name)
        else:
            assert "{" not in get_wording(name, **NAMES)


def test_voice(replies):
    """Polite, without officialese, exclamation marks or false intimacy."""
    text = FILE.read_text(encoding="utf-8")
    body = re.sub(r"(?m)^\s*(?:#|label|meaning).*$", "", text)
    for word in ("相关规定", "有关部门", "系统繁忙", "非法", "亲，", "哦", "！", "!"):
        assert word not in body
    assert not re.search(r"(?<!你)你(?!们)", re.sub(r"“[^”]*”", "", body))


def test_every_sentence_is_used(replies):
    """Wording that nothing says only misleads who looks for it."""
    files = [
        path
        for package in ("bot", "handlers")
        for path in (FILE.parent.parent / package).rglob("*.py")
    ]
    code = "".join(path.read_text(encoding="utf-8") for path in files).replace("'", '"')
    built = {"leave_wechat", "leave_web"} | {
        f"agent_{did}" for did in ("opened", "switched", "closed")
    }
    unused = {name for name in replies["wordings"] if f'"{name}"' not in code} - built
    assert not unused
