"""The office's own words as forms and as people compare them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot import WordingError, check_wording, list_wordings, preview_wording
from handlers.console.word_menu import describe_menu, parse_menu
from handlers.office_menu import read_menu, write_menu
from handlers.settings_menu import MenuButton
from knowledge import (
    ChangeAction,
    ChangeError,
    ChangeForm,
    ChangeKind,
    OfficeTexts,
    check_hot_word,
    check_synonym,
    list_shipped,
    spell_out,
)

Content = Mapping[str, Any]

#: Tab to what it says, in their order.
TABS: Mapping[ChangeKind, tuple[str, str]] = {
    ChangeKind.SYNONYM: (
        "同义词",
        "群众的说法和指南里的词不一样时，写在这里。查找时补上右边的词，问题本身不变。",
    ),
    ChangeKind.HOT_WORD: (
        "热词",
        "本地的专名，如“云岭惠民卡”，当成一个词来找。分量越大，越看重它。",
    ),
    ChangeKind.WORDING: (
        "话术",
        "机器人对市民说的固定的话。花括号里的由程序填写，不能少，也不能多。",
    ),
    ChangeKind.MENU: (
        "公众号菜单",
        "公众号底部的菜单。一级最多 3 个，名称最多 5 个汉字；"
        "二级最多 5 个，名称最多 13 个汉字。",
    ),
}


#: Of a wording, where it is named and not shown.
_TITLE_CHARS = 12


@dataclass(frozen=True, slots=True)
class Word:
    """One line of a tab: what is in force, and whether the office set it."""

    key: str
    title: str
    lines: tuple[str, ...]
    is_own: bool
    #: Shipped, and taken away by the office.
    is_off: bool = False


@dataclass(frozen=True, slots=True)
class Shipped:
    """What is there without the office: the program's, and config.yaml's."""

    menu: tuple[MenuButton, ...] = ()
    #: What fills the placeholders that all wordings may use.
    names: Mapping[str, str] = field(default_factory=dict)

    def find(self, kind: ChangeKind, key: str) -> Content | None:
        """Return the content that the office would replace; None = nothing."""
        if kind is ChangeKind.SYNONYM and key in list_shipped():
            said, means = list_shipped()[key]
            return {"said": spell_out(said), "means": means.split()}
        if kind is ChangeKind.WORDING and key in list_wordings():
            return {"text": list_wordings()[key]}
        if kind is ChangeKind.MENU:
            return write_menu(self.menu)
        return None

    def list_words(self, kind: ChangeKind, texts: OfficeTexts) -> list[Word]:
        """List a tab: the office's own first, then what is shipped."""
        own = texts.by_kind.get(kind, {})
        keys: list[str] = list(own)
        if kind is ChangeKind.SYNONYM:
            keys += [key for key in list_shipped() if key not in own]
        elif kind is ChangeKind.WORDING:
            keys = list(list_wordings())
        elif kind is ChangeKind.MENU:
            keys = ["menu"]
        return [self._to_word(kind, key, own.get(key)) for key in keys]

    def _to_word(self, kind: ChangeKind, key: str, own: Content | None) -> Word:
        is_off = own is not None and bool(own.get("off"))
        shown = self.find(kind, key) if own is None or is_off else own
        lines = tuple(self.describe(kind, shown or {}))
        title = make_title(kind, key, shown or {})
        return Word(key, title, lines, own is not None, is_off)

    def describe(self, kind: ChangeKind, content: Content | None) -> list[str]:
        """Return content line by line, as people compare it."""
        if not content:
            return ["（没有）"]
        if content.get("off"):
            return ["（停用）"]
        if kind is ChangeKind.SYNONYM:
            said, means = "、".join(content["said"]), " ".join(content["means"])
            return [f"群众说：{said}", f"补上：{means}"]
        if kind is ChangeKind.HOT_WORD:
            return [f"{content['word']}　分量 {content['weight']}"]
        if kind is ChangeKind.MENU:
            return describe_menu(read_menu(content)) or ["（没有）"]
        return str(content["text"]).split("\n")

    def preview(self, content: Content | None) -> list[str]:
        """Return a wording as a citizen reads it."""
        if not content:
            return []
        return preview_wording(content["text"], **self.names).split("\n")


def make_title(kind: ChangeKind, key: str, content: Content) -> str:
    """Return what a change or a line is called, Chinese."""
    if kind is ChangeKind.MENU:
        return "公众号菜单"
    if kind is ChangeKind.SYNONYM:
        said = content.get("said") or key.split("|")
        return "、".join(said[:3])
    if kind is ChangeKind.HOT_WORD:
        return str(content.get("word") or key)
    text = list_wordings().get(key, key).split("\n")[0]
    return text if len(text) <= _TITLE_CHARS else f"{text[:_TITLE_CHARS]}…"


def read_word_form(
    kind: ChangeKind, key: str, form: Mapping[str, str], texts: OfficeTexts
) -> ChangeForm:
    """Return the change that a form asks for.

    Raises:
        ChangeError: With one sentence of what is wrong.
    """
    try:
        content = _read_content(kind, key, form)
    except WordingError as e:
        raise ChangeError(e.reason) from e
    is_new = not key
    if kind is ChangeKind.SYNONYM:
        _refuse_taken(content["said"], key, texts)
        key = key or content["said"][0]
    elif kind is ChangeKind.HOT_WORD:
        key = key or content["word"]
    if is_new and texts.get(kind, key) is not None:
        raise ChangeError(f"“{key}”已经有了，请改那一条。")
    action = ChangeAction.ADD if is_new else ChangeAction.EDIT
    return ChangeForm(kind, action, key, make_title(kind, key, content), content)


def make_removal(kind: ChangeKind, key: str, shipped: Shipped) -> ChangeForm:
    """Return the change that takes a line away: a shipped synonym, or one's own."""
    is_shipped = kind is ChangeKind.SYNONYM and key in list_shipped()
    content = {"off": True} if is_shipped else {}
    title = make_title(kind, key, shipped.find(kind, key) or {})
    return ChangeForm(kind, ChangeAction.WITHDRAW, key, title, content)


def make_return(kind: ChangeKind, key: str, content: Content | None) -> ChangeForm:
    """Return the change that puts earlier content back; None = what is shipped."""
    action = ChangeAction.WITHDRAW if content is None else ChangeAction.RESTORE
    title = make_title(kind, key, content or {})
    return ChangeForm(kind, action, key, title, content or {}, origin="undo")


def _read_content(
    kind: ChangeKind, key: str, form: Mapping[str, str]
) -> dict[str, Any]:
    if kind is ChangeKind.SYNONYM:
        return dict(check_synonym(form.get("said", ""), form.get("means", "")))
    if kind is ChangeKind.HOT_WORD:
        weight = form.get("weight", "")
        return check_hot_word(
            form.get("word", ""), int(weight) if weight.isdecimal() else None
        )
    if kind is ChangeKind.WORDING:
        if key not in list_wordings():
            raise ChangeError("没有这句话术。")
        return {"text": check_wording(key, form.get("text", ""))}
    return write_menu(parse_menu(form))


def _refuse_taken(said: list[str], key: str, texts: OfficeTexts) -> None:
    """One word in two lines would add what both say, and nobody would see why."""
    own = texts.by_kind.get(ChangeKind.SYNONYM, {})
    for other, row in own.items():
        twice = set(said) & set(row.get("said", ()))
        if other != key and twice:
            raise ChangeError(f"“{min(twice)}”已经在另一条里。")
    for other, (expression, _means) in list_shipped().items():
        twice = set(said) & set(spell_out(expression))
        if other != key and other not in own and twice:
            raise ChangeError(f"“{min(twice)}”已经在另一条里。")
