"""What config.yaml may say of the account's menu and its notices; pure.

Source of the limits: shared/facts/wechat.md §4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from handlers.settings_checks import Section, check_text

#: Bytes of UTF-8 that WeChat takes: 5 Hanzi at the top, 13 below.
MAX_NAME_BYTES, MAX_SUB_NAME_BYTES = 16, 40

MAX_BUTTONS, MAX_ITEMS = 3, 5

#: Bytes of what a touched button sends us, ``ask:`` or ``reply:`` included.
MAX_KEY_BYTES = 128

MAX_URL_BYTES = 1024

#: The longest of the two prefixes that stand before a key on the wire.
_PREFIX_BYTES = len("reply:")

#: What may stand in a notice's field, and is filled in when it is sent.
NOTICE_WORDS = ("question", "time", "office")

_FIELD = re.compile(r"[a-z_]{1,24}[0-9]{1,2}")
_WORD = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class MenuItem(Section):
    """A button: its name and the one thing that a touch does."""

    name: str = ""

    #: Asked in the citizen's place.
    ask: str = ""

    #: Key of a reply that staff edit in the console.
    reply: str = ""

    #: Opened on the phone.
    url: str = ""

    #: Words that the bot obeys, as if the citizen had written them.
    command: Literal["", "转人工", "取消人工", "菜单", "删除我的记录"] = ""

    def problems(self) -> Iterator[tuple[str, str]]:
        """A name that fits a sub-menu, and one thing to do."""
        yield from _check_name(self.name, MAX_SUB_NAME_BYTES, "13")
        given = [key for key in ("ask", "reply", "url", "command") if self._has(key)]
        if len(given) != 1:
            yield "", "要在 ask、reply、url、command 里正好写一个"
        yield from self._check_what()

    def _has(self, key: str) -> bool:
        return bool(getattr(self, key))

    def _check_what(self) -> Iterator[tuple[str, str]]:
        for key in ("ask", "reply"):
            if _count(getattr(self, key)) > MAX_KEY_BYTES - _PREFIX_BYTES:
                yield key, "太长，最多 40 个汉字"
        if self.url and not _is_https(self.url):
            yield "url", "要以 https:// 开头"
        if _count(self.url) > MAX_URL_BYTES:
            yield "url", f"太长，最多 {MAX_URL_BYTES} 个字符"


@dataclass(frozen=True, slots=True)
class MenuButton(MenuItem):
    """A button at the foot of the chat: does something, or opens a sub-menu."""

    items: tuple[MenuItem, ...] = ()

    def problems(self) -> Iterator[tuple[str, str]]:
        """A name that fits the foot, and one thing to do or one to five items."""
        yield from _check_name(self.name, MAX_NAME_BYTES, "5")
        keys = ("items", "ask", "reply", "url", "command")
        if len([key for key in keys if self._has(key)]) != 1:
            yield "", "要在 items、ask、reply、url、command 里正好写一个"
        if len(self.items) > MAX_ITEMS:
            yield "items", f"最多 {MAX_ITEMS} 个"
        yield from _check_unique("items", self.items)
        yield from self._check_what()


@dataclass(frozen=True, slots=True)
class NoticeSettings(Section):
    """One subscription notice (订阅通知)."""

    #: As 公众平台 shows it; empty = this notice is not sent.
    template_id: str = ""

    #: 长期订阅: one consent for good. Otherwise one consent, one notice.
    is_long_term: bool = False

    #: Field of the template to its text, with {question}, {time} and {office}.
    fields: Mapping[str, str] = field(default_factory=dict)

    #: What a touch on the notice opens; empty = nothing.
    page: str = ""

    def problems(self) -> Iterator[tuple[str, str]]:
        """A number and fields in WeChat's form, and only words that we can fill in."""
        yield from check_text(
            self, "template_id", "[0-9A-Za-z_-]{1,64}", "不是公众平台上的模板编号"
        )
        if self.template_id and not self.fields:
            yield "fields", "要写出模板的每一个字段"
        for name, text in self.fields.items():
            if not _FIELD.fullmatch(name):
                yield f"fields.{name}", "字段名要照模板写，如 thing1"
            unknown = [w for w in _WORD.findall(text) if w not in NOTICE_WORDS]
            if unknown or not text.strip():
                known = "、".join(f"{{{word}}}" for word in NOTICE_WORDS)
                yield f"fields.{name}", f"不能为空，能用的只有 {known} 和普通文字"


@dataclass(frozen=True, slots=True)
class NoticesSettings(Section):
    """Section ``wechat.notices``."""

    #: An officer has answered, and WeChat's 48 hours are over.
    answered: NoticeSettings = NoticeSettings()


def check_menu(buttons: tuple[MenuButton, ...]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the menu as a whole."""
    if len(buttons) > MAX_BUTTONS:
        yield "menu", f"最多 {MAX_BUTTONS} 个"
    yield from _check_unique("menu", buttons)


def _check_name(name: str, max_bytes: int, hanzi: str) -> Iterator[tuple[str, str]]:
    if not name.strip():
        yield "name", "不能为空"
    elif _count(name) > max_bytes:
        yield "name", f"太长，最多 {hanzi} 个汉字（{max_bytes} 字节）"


def _check_unique(key: str, items: tuple[MenuItem, ...]) -> Iterator[tuple[str, str]]:
    names = [item.name for item in items if item.name]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        yield key, f"名称重复：{'、'.join(twice)}"


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and " " not in url


def _count(text: str) -> int:
    return len(text.encode())
