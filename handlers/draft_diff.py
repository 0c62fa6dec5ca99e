"""What a new draft says differently from an old one, field by field. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from handlers.word_diff import Piece, compare_words
from knowledge import EntryDraft, Section

#: Field to the name staff read, in the order of the form.
FIELD_LABELS: Mapping[str, str] = {
    "title": "标题",
    "department": "部门",
    "region": "地区",
    "audience": "服务对象",
    "aliases": "常用叫法",
    "doc_number": "文号",
    "issued_on": "发文日期",
    "effective_on": "施行日期",
    "expires_on": "失效日期",
    "checked_on": "核对日期",
    "supersedes": "废止的文件",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One field or section that is not the same."""

    label: str
    pieces: Sequence[Piece]


def list_differences(old: EntryDraft, new: EntryDraft) -> list[Difference]:
    """Return what changes, in the order of the form; sections by their headings."""
    found: list[Difference] = []
    for name, label in FIELD_LABELS.items():
        before, after = _text(getattr(old, name)), _text(getattr(new, name))
        if before != after:
            found.append(Difference(label, compare_words(before, after)))
    before_by, after_by = _by_heading(old), _by_heading(new)
    for key in dict.fromkeys([*before_by, *after_by]):
        was, now = before_by.get(key, ""), after_by.get(key, "")
        if was != now:
            found.append(Difference(key[1], compare_words(was, now)))
    return found


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return "\n".join(map(str, value))
    if isinstance(value, date):
        return value.isoformat()
    return str(value or "")


def _by_heading(draft: EntryDraft) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for section in draft.sections:
        key = _key(section, draft)
        found[key] = f"{found[key]}\n{section.text}" if key in found else section.text
    return found


def _key(section: Section, draft: EntryDraft) -> tuple[str, str]:
    aspect = section.aspect.label if section.aspect else ""
    if section.heading == draft.title:
        # The question of an FAQ; its change is told by the title.
        return aspect, "答案"
    if aspect and aspect not in section.heading:
        return aspect, f"{aspect}：{section.heading}" if section.heading else aspect
    return aspect, section.heading or "正文"
