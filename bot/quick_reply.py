"""What staff want said to a keyword, a menu button or a scanned code. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from knowledge import normalise

from .errors import BotError

#: Key of a menu button whose words are asked in the citizen's place.
ASK_PREFIX = "ask:"

#: Key of a menu button that staff answer themselves.
REPLY_PREFIX = "reply:"

#: About a WeChat bubble; longer texts belong into the knowledge base.
MAX_QUICK_REPLY_CHARS = 600
MAX_QUESTION_CHARS = 100

#: A longer message is no keyword, it is a question.
MAX_KEYWORD_CHARS = 40

#: What WeChat allows a menu button's key and a code's scene.
MAX_MENU_KEY_BYTES = 128
MAX_SCENE_CHARS = 64

_PUNCTUATION = re.compile(r"[\W_]+")
#: What nobody sees; among it what turns the direction of text round.
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)


class ReplySource(StrEnum):
    """What brings a quick reply about."""

    KEYWORD = "keyword"
    MENU = "menu"
    #: The scene of a code that was scanned.
    SCENE = "scene"


@dataclass(frozen=True, slots=True)
class QuickReply:
    """One quick reply. Either ``text`` or ``question`` is filled."""

    source: ReplySource

    #: As ``make_key`` returns it.
    key: str

    #: Said as it is, written by staff.
    text: str = ""

    #: Asked in the citizen's place.
    question: str = ""

    is_active: bool = True

    #: 0 while it is not stored.
    id: int = 0

    #: Aware UTC; None while it is not stored.
    changed_at: datetime | None = None

    #: Name of the officer who changed it last; empty if nobody of ours did.
    changed_by: str = ""


class QuickReplyError(BotError):
    """Base of the errors about quick replies."""


class QuickReplyNotFoundError(QuickReplyError, LookupError):
    """No quick reply has this id."""

    def __init__(self, reply_id: int, /) -> None:
        super().__init__(f"no such quick reply: {reply_id}")
        self.reply_id = reply_id


class QuickReplyTakenError(QuickReplyError):
    """Another quick reply has this key."""


class QuickReplyFormError(QuickReplyError, ValueError):
    """Fields cannot be used; ``faults`` says which and why, Chinese."""

    def __init__(self, faults: Mapping[str, str], /) -> None:
        super().__init__(", ".join(faults))
        self.faults = dict(faults)


def make_key(source: ReplySource, text: str) -> str:
    """Return the one spelling of a key, so that two spellings meet.

    A keyword loses case, spaces and punctuation, unless nothing else is in it.
    """
    plain = normalise(text)
    if source is not ReplySource.KEYWORD:
        return plain
    return _PUNCTUATION.sub("", plain.casefold()) or plain


def menu_label(key: str) -> str:
    """Return what a citizen's line shows for a touched menu button: ［菜单］社保."""
    return "［菜单］" + key.removeprefix(ASK_PREFIX).removeprefix(REPLY_PREFIX).strip()


def check_quick_reply(
    source: ReplySource, *, key: str, text: str = "", question: str = ""
) -> QuickReply:
    """Return a quick reply as it will be stored, not yet stored.

    Args:
        source: What brings it about.
        key: As typed.
        text: What is said; empty if ``question`` is asked.
        question: What is asked in the citizen's place; empty if ``text`` is said.

    Raises:
        QuickReplyFormError: With a fault for "key", "text" or "question".
    """
    key = make_key(source, key.strip().removeprefix(REPLY_PREFIX))
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    question = " ".join(_CONTROL.sub("", question).split())
    faults = {"key": _find_key_fault(source, key)}
    if text and question:
        faults["text"] = "文字和问题只能填一样。"
    elif not text and not question:
        faults["text"] = "请填写要回复的内容。"
    elif len(text) > MAX_QUICK_REPLY_CHARS:
        faults["text"] = f"最多 {MAX_QUICK_REPLY_CHARS} 字，现在是 {len(text)} 字。"
    elif len(question) > MAX_QUESTION_CHARS:
        many = len(question)
        faults["question"] = f"最多 {MAX_QUESTION_CHARS} 字，现在是 {many} 字。"
    if faults := {name: fault for name, fault in faults.items() if fault}:
        raise QuickReplyFormError(faults)
    return QuickReply(source, key, text, question)


def _find_key_fault(source: ReplySource, key: str) -> str:
    if not key:
        return "请填写这一项。"
    if source is ReplySource.KEYWORD and len(key) > MAX_KEYWORD_CHARS:
        return f"关键词最多 {MAX_KEYWORD_CHARS} 字，现在是 {len(key)} 字。"
    if source is ReplySource.MENU and key.startswith(ASK_PREFIX):
        return f"“{ASK_PREFIX}”开头的按钮会直接当作问题来问，不用在这里设置。"
    size = len((REPLY_PREFIX + key).encode())
    if source is ReplySource.MENU and size > MAX_MENU_KEY_BYTES:
        return f"太长：微信只允许 {MAX_MENU_KEY_BYTES} 个字节，约 40 个汉字。"
    if source is ReplySource.SCENE and len(key) > MAX_SCENE_CHARS:
        return f"场景值最多 {MAX_SCENE_CHARS} 个字符，现在是 {len(key)} 个。"
    return ""
