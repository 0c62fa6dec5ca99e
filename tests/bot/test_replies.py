"""The wording: complete, polite, and with nothing left to fill in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from bot import (
    AnswerStatus,
    check_wording,
    get_list,
    get_reply,
    get_wording,
    list_wordings,
    preview_wording,
)
from knowledge import ChangeKind, make_texts, trying

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


def test_every_shipped_wording_can_be_kept_and_shown():
    """What an editor opens and hands in unchanged is accepted, and has a preview."""
    for name, text in list_wordings().items():
        kept = check_wording(name, text)
        assert kept.split("\n") == [line.strip() for line in text.split("\n")]
        assert not re.search(r"[{}]", preview_wording(kept, **NAMES))


def test_an_offices_own_wording_is_said():
    """Status, sentence and list; what does not fit any more gives way."""
    own = {
        AnswerStatus.ANSWERED_GREETING: {"text": "您好呀。"},
        "queue": {"text": "前面 {waiting} 位。"},
        "menu_items": {"text": "甲怎么办\n乙怎么办"},
        "goodbye": {"text": "再见，{nobody}。"},
    }
    with trying(make_texts({ChangeKind.WORDING: own})):
        assert get_reply(AnswerStatus.ANSWERED_GREETING).text == "您好呀。"
        assert get_wording("queue", waiting=2) == "前面 2 位。"
        assert get_list("menu_items") == ("甲怎么办", "乙怎么办")
        assert get_wording("goodbye") == "再见。有事随时问我。"
    assert "问政智能助手" in get_reply(AnswerStatus.ANSWERED_GREETING).text
