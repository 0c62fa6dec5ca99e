"""The wording of the bot: as shipped in ``replies.yaml``, or as the office has it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from knowledge import find_office_texts

from .errors import BotError
from .types import AnswerStatus

_log = logging.getLogger(__name__)

#: A phone shows it without scrolling.
MAX_WORDING_CHARS = 300

#: What stands for a placeholder where a wording is shown to who writes it.
_SAMPLES: Mapping[str, object] = {
    "waiting": 3,
    "minutes": 10,
    "days": 3,
    "count": 4,
    "km": 5,
    "number": "0217",
    "officer": "市医保局 李敏 工号 0217",
    "bureau": "市医保局",
    "opening": "明天 9:00 ",
    "hall": "市政务服务中心",
    "distance": "1.2 公里",
    "region": "东湖区",
    "regions": "东湖区、西山区",
    "aspect": "收费",
    "phone": "12345",
    "label": "满意",
    "question": "居住证怎么办",
    "url": "https://…",
    "article": "第三条",
    "agent": "客服一号",
}

_FILE = Path(__file__).with_name("replies.yaml")


class WordingError(BotError):
    """A wording that cannot be used; ``reason`` says why, Chinese."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """One status as people read it; all Chinese."""

    #: How officers call it, at most six characters.
    label: str
    meaning: str

    #: What citizens read, with placeholders; empty where the answer is the text.
    text: str


def get_reply(status: AnswerStatus) -> ReplyRow:
    """Return the row of a status."""
    row = ReplyRow(**_load()[status])
    own = _find_own(status)
    return row if own is None else replace(row, text=own)


def get_wording(name: str, **values: object) -> str:
    """Return a canned sentence with its placeholders filled.

    Args:
        name: Key under ``wordings``.
        **values: Placeholders; more than it has do no harm.

    Raises:
        KeyError: If there is no such sentence, or a placeholder is missing.
    """
    text: str = _load()["wordings"][name]
    own = _find_own(name)
    if own is not None:
        try:
            return own.format(**values)
        except (LookupError, ValueError):
            # Written for an older version: what is shipped always fits.
            _log.warning("the office's wording %s does not fit", name)
    return text.format(**values)


def get_list(name: str) -> tuple[str, ...]:
    """Return a canned list of sentences.

    Raises:
        KeyError: If there is no such list.
    """
    own = _find_own(name)
    return tuple(own.split("\n") if own else _load()["wordings"][name])


def list_wordings() -> Mapping[str, str]:
    """Return all that citizens read as it is shipped, by name; a list by lines."""
    rows = _load()
    found = {str(s): rows[s]["text"] for s in AnswerStatus if rows[s]["text"]}
    for name, text in rows["wordings"].items():
        found[name] = text if isinstance(text, str) else "\n".join(text)
    return found


def check_wording(name: str, text: str) -> str:
    """Return an office's own wording, cleaned.

    Raises:
        WordingError: With one sentence of what is wrong.
    """
    shipped = list_wordings()[name]
    lines = [line.strip() for line in text.replace("\r", "").split("\n")]
    clean = "\n".join(line for line in lines if line)
    if not clean:
        raise WordingError("请写上要说的话。")
    if len(clean) > MAX_WORDING_CHARS:
        raise WordingError(f"太长，最多 {MAX_WORDING_CHARS} 字。")
    if "\n" in clean and "\n" not in shipped:
        raise WordingError("这句话只能写一行。")
    try:
        has, wants = _find_placeholders(clean), _find_placeholders(shipped)
    except ValueError:
        raise WordingError("花括号没有成对，或者写法不对。") from None
    if unknown := sorted(has - wants):
        raise WordingError(f"这里不能用 {_name_all(unknown)}。")
    if missing := sorted(wants - has):
        raise WordingError(f"少了 {_name_all(missing)}，市民会看不到那一项。")
    return clean


def preview_wording(text: str, **values: object) -> str:
    """Return a wording with its placeholders filled, for who writes it."""
    names = _find_placeholders(text)
    samples = {name: _SAMPLES.get(name, "…") for name in names}
    return text.format(**samples | values)


def _find_own(name: str) -> str | None:
    texts = find_office_texts()
    return None if texts is None else texts.wordings.get(name)


def _find_placeholders(text: str) -> frozenset[str]:
    """Return the names in braces; raises ValueError if it is no format."""
    found = set()
    for _text, name, spec, conversion in Formatter().parse(text):
        if name is None:
            continue
        if spec or conversion or not name.isidentifier():
            raise ValueError(name)
        found.add(name)
    return frozenset(found)


def _name_all(names: Sequence[str]) -> str:
    return "、".join(f"{{{name}}}" for name in names)


@cache
def _load() -> Mapping[str, Any]:
    rows: Mapping[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return rows
