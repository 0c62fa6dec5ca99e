"""Replies that officers keep ready: fields, variables, who may edit them. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from .accounts import Officer
from .errors import BotError
from .rights import Right

#: Longest title, shortcut and text; the text goes into a box of 600 characters.
MAX_TITLE_CHARS, MAX_SHORTCUT_CHARS, MAX_CANNED_CHARS = 40, 16, 500

#: What stands between braces to what it is filled with, as the form explains it.
VARIABLES: Mapping[str, str] = {
    "市民": "市民编号",
    "工单": "工单号",
    "姓名": "您的姓名",
    "工号": "您的工号",
    "部门": "您的部门",
    "单位": "本单位名称",
    "电话": "咨询电话",
    "办公时间": "人工服务时间",
    "日期": "今天",
    "时间": "现在几点",
}

#: Chinese keyboards write full-width braces: they count too.
_VARIABLE = re.compile(r"[{｛]([^{}｛｝\n]{0,20})[}｝]")
_SHORTCUT = re.compile(r"[\w-]+")
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)


@dataclass(frozen=True, slots=True)
class CannedReply:
    """One reply kept ready, its variables not filled in."""

    #: What follows the slash in the reply box.
    shortcut: str
    title: str
    text: str

    #: Whose it is; None = the whole office's.
    bureau_id: int | None = None
    bureau_name: str = ""
    is_active: bool = True

    #: 0 while it is not stored.
    id: int = 0

    #: Aware UTC; None while it is not stored.
    changed_at: datetime | None = None

    #: Name of the officer who changed it last.
    changed_by: str = ""


class CannedReplyError(BotError):
    """Base of the errors about canned replies."""


class CannedReplyNotFoundError(CannedReplyError, LookupError):
    """No canned reply has this id, or it is not the officer's to see."""

    def __init__(self, canned_id: int, /) -> None:
        super().__init__(f"no such canned reply: {canned_id}")
        self.canned_id = canned_id


class CannedReplyTakenError(CannedReplyError):
    """Another reply of the same bureau has this shortcut."""


class CannedReplyForbiddenError(CannedReplyError):
    """The officer may use it and not change it."""


class CannedReplyFormError(CannedReplyError, ValueError):
    """Fields cannot be used; ``faults`` says which and why, Chinese."""

    def __init__(self, faults: Mapping[str, str], /) -> None:
        super().__init__(", ".join(faults))
        self.faults = dict(faults)


def check_canned(
    *, shortcut: str, title: str, text: str, bureau_id: int | None = None
) -> CannedReply:
    """Return a canned reply as it will be stored, not yet stored.

    Args:
        shortcut: As typed; a slash before it is dropped, case does not count.
        title: What it is called in the menu.
        text: With variables in braces.
        bureau_id: Whose it will be; None = the whole office's.

    Raises:
        CannedReplyFormError: With a fault for "shortcut", "title" or "text".
    """
    shortcut = make_shortcut(shortcut)
    title = " ".join(_CONTROL.sub("", title).split())
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    text = _VARIABLE.sub(lambda found: "{" + found[1].strip() + "}", text)
    faults = {
        "shortcut": _find_shortcut_fault(shortcut),
        "title": _find_length_fault(title, MAX_TITLE_CHARS, "请填写标题。"),
        "text": _find_length_fault(text, MAX_CANNED_CHARS, "请填写内容。")
        or _find_variable_fault(text),
    }
    if faults := {name: fault for name, fault in faults.items() if fault}:
        raise CannedReplyFormError(faults)
    return CannedReply(shortcut, title, text, bureau_id)


def make_shortcut(typed: str) -> str:
    """Return the one spelling of a shortcut: half width, lower case, no slash."""
    return unicodedata.normalize("NFKC", typed).strip().lstrip("/、").strip().casefold()


def list_variables(text: str) -> list[str]:
    """List the names between braces, in order, each once."""
    return list(dict.fromkeys(found.strip() for found in _VARIABLE.findall(text)))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its variables filled in; one without a value stays.

    Args:
        text: As stored.
        values: Name to what takes its place; nothing in it is filled once more.
    """
    return _VARIABLE.sub(lambda found: values.get(found[1].strip(), found[0]), text)


def may_edit_canned(officer: Officer, bureau_id: int | None) -> bool:
    """Tell whether an officer may write replies of a bureau, or of the whole office.

    Args:
        officer: Who would.
        bureau_id: Whose they are; None = the whole office's.
    """
    if not officer.may(Right.SERVE):
        return False
    if officer.may(Right.SUPERVISE) or officer.may(Right.MANAGE):
        return True
    if not officer.may(Right.LEAD) or bureau_id is None:
        return False
    return officer.bureau_id in {None, bureau_id}


def may_see_canned(officer: Officer, bureau_id: int | None) -> bool:
    """Tell whether an officer may read replies of a bureau."""
    return bureau_id is None or officer.bureau_id in {None, bureau_id}


def order_for(replies: Iterable[CannedReply]) -> list[CannedReply]:
    """Sort for the menu: the bureau's own first, then by shortcut."""
    return sorted(replies, key=lambda r: (r.bureau_id is None, r.shortcut, r.id))


def _find_shortcut_fault(shortcut: str) -> str:
    if not shortcut:
        return "请填写快捷词，比如 wh 或 问好。"
    if len(shortcut) > MAX_SHORTCUT_CHARS:
        return f"快捷词最多 {MAX_SHORTCUT_CHARS} 字，现在是 {len(shortcut)} 字。"
    if not _SHORTCUT.fullmatch(shortcut):
        return "快捷词只能用汉字、字母、数字和连字符，中间不要空格。"
    return ""


def _find_length_fault(text: str, most: int, when_empty: str) -> str:
    if not text:
        return when_empty
    return f"最多 {most} 字，现在是 {len(text)} 字。" if len(text) > most else ""


def _find_variable_fault(text: str) -> str:
    unknown = [name for name in list_variables(text) if name not in VARIABLES]
    if not unknown:
        return ""
    named = "、".join("{" + name + "}" for name in unknown)
    known = "、".join("{" + name + "}" for name in VARIABLES)
    return f"没有{named}这一项。可以用的有：{known}。"
