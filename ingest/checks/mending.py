"""Puts a draft right by a mending that a check named. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from knowledge import EntryDraft, Section

from .types import Mending, MendingKind

#: Fields that a mending may set, and whether they hold a day.
_FIELDS = {
    "department": False,
    "region": False,
    "doc_number": False,
    "issued_on": True,
    "effective_on": True,
    "expires_on": True,
    "checked_on": True,
}


class MendingError(ValueError):
    """The mending does not fit the draft; ``reason`` is Chinese, for staff."""

    def __init__(self, reason: str, /) -> None:
        super().__init__(reason)
        self.reason = reason


def apply_mending(draft: EntryDraft, mending: Mending) -> EntryDraft:
    """Return the draft with one thing put right.

    A mending names the words it changes, so that one made for an older text either
    finds them once more or is refused; it never changes other words.

    Args:
        draft: The draft that was checked, or what became of it since.
        mending: As a check gave it, or read back from a form.

    Raises:
        MendingError: If the words are no longer there, or the value is none.
    """
    if mending.kind is MendingKind.SET_FIELD:
        return _set_field(draft, mending)
    place = _find_section(draft, mending)
    if mending.kind is MendingKind.DROP_SECTION:
        if len(draft.sections) == 1:
            raise MendingError("只剩这一段，不能删除。")
        kept = (*draft.sections[:place], *draft.sections[place + 1 :])
        return replace(draft, sections=kept)
    section = draft.sections[place]
    words, start = _words(mending), _find_words(section, mending)
    value = str(mending.parameters.get("value", ""))
    if mending.kind is MendingKind.REMOVE:
        value = ""
    text = section.text[:start] + value + section.text[start + len(words) :]
    if not text.strip():
        raise MendingError("删掉以后这一段就空了，请直接修改。")
    return _with_section(draft, place, replace(section, text=text))


def _words(mending: Mending) -> str:
    words = mending.parameters.get("text", "")
    if not isinstance(words, str) or not words:
        raise MendingError("没有说明要改哪几个字。")
    return words


def _find_section(draft: EntryDraft, mending: Mending) -> int:
    """Return where the section stands; sections before it may have gone."""
    words = _words(mending)
    place = mending.parameters.get("section", -1)
    is_drop = mending.kind is MendingKind.DROP_SECTION

    def fits(section: Section) -> bool:
        return section.text == words if is_drop else words in section.text

    is_there = isinstance(place, int) and 0 <= place < len(draft.sections)
    if is_there and fits(draft.sections[int(place)]):
        return int(place)
    found = [at for at, section in enumerate(draft.sections) if fits(section)]
    if len(found) != 1:
        raise MendingError("正文已经改过，找不到原来的文字，请重新检查。")
    return found[0]


def _find_words(section: Section, mending: Mending) -> int:
    words, start = _words(mending), mending.parameters.get("start", -1)
    if isinstance(start, int) and start >= 0 and section.text.startswith(words, start):
        return start
    if section.text.count(words) != 1:
        raise MendingError("正文已经改过，找不到原来的文字，请重新检查。")
    return section.text.index(words)


def _with_section(draft: EntryDraft, place: int, section: Section) -> EntryDraft:
    sections = (*draft.sections[:place], section, *draft.sections[place + 1 :])
    return replace(draft, sections=sections)


def _set_field(draft: EntryDraft, mending: Mending) -> EntryDraft:
    name = str(mending.parameters.get("field", ""))
    value = str(mending.parameters.get("value", "")).strip()
    if name not in _FIELDS:
        raise MendingError("没有这一项。")
    changed: Any = value
    if _FIELDS[name]:
        try:
            changed = date.fromisoformat(value) if value else None
        except ValueError as e:
            raise MendingError("日期请写成 2026-12-31。") from e
    fields: dict[str, Any] = {name: changed}
    return replace(draft, **fields)
