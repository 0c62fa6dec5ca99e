"""Entries as rows of a sheet: what stands in which column, and back. Pure.

A cell that nobody changed leaves what it was made from as it is, so that a sheet that
goes out and comes back changes nothing that was not touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from knowledge import ASPECT_LABELS, EntryDraft, EntryKind, Section, Source

#: A spreadsheet takes 32,767 characters in a cell.
MAX_CELL_CHARS = 32_000

#: Stands where a text is too long for a cell; it is then left as it is.
TOO_LONG = "（内容太长，请在页面上修改）"

ID_COLUMN, VERSION_COLUMN = "条目编号", "版本"

#: Sections that belong to no aspect.
_OTHER = "其他内容"

_ANSWER = "答案"

#: Column to field; those of FAQs read as ``wenzheng ingest`` knows them.
_FIELDS: Mapping[EntryKind, Mapping[str, str]] = {
    EntryKind.FAQ: {
        "问题": "title",
        "相似问题": "aliases",
        "部门": "department",
        "地区": "region",
        "生效日期": "effective_on",
        "失效日期": "expires_on",
        "更新日期": "checked_on",
    },
    EntryKind.GUIDE: {
        "事项名称": "title",
        "日常用语": "aliases",
        "部门": "department",
        "地区": "region",
        "服务对象": "audience",
        "生效日期": "effective_on",
        "失效日期": "expires_on",
        "更新日期": "checked_on",
    },
    EntryKind.POLICY: {
        "标题": "title",
        "文号": "doc_number",
        "部门": "department",
        "地区": "region",
        "发文日期": "issued_on",
        "施行日期": "effective_on",
        "失效日期": "expires_on",
        "更新日期": "checked_on",
    },
}

SHEET_NAMES: Mapping[EntryKind, str] = {
    EntryKind.FAQ: "问答",
    EntryKind.GUIDE: "办事指南",
    EntryKind.POLICY: "政策信息",
}

_ASPECT_OF = {label: aspect for aspect, label in ASPECT_LABELS.items()}

_DAYS = frozenset({"issued_on", "effective_on", "expires_on", "checked_on"})

_HEADING = re.compile(r"^【(.+)】$")

#: As people and spreadsheets write one.
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00:00)?")

_SPLIT = re.compile(r"[\n；;|]+")


class CellError(ValueError):
    """A cell cannot be understood; ``reason`` is Chinese."""

    def __init__(self, reason: str, /) -> None:
        super().__init__(reason)
        self.reason = reason


def list_columns(kind: EntryKind) -> list[str]:
    """Return the columns of a kind's sheet, in order."""
    fields = list(_FIELDS[kind])
    if kind is EntryKind.FAQ:
        fields.insert(1, _ANSWER)
    if kind is EntryKind.GUIDE:
        fields += [*ASPECT_LABELS.values(), _OTHER]
    return [*fields, ID_COLUMN, VERSION_COLUMN]


def find_kind(head: Mapping[str, int]) -> EntryKind | None:
    """Tell by its columns which kind a sheet of ours holds; None = it is none."""
    if not {ID_COLUMN, VERSION_COLUMN} <= head.keys():
        return None
    firsts = {"问题": EntryKind.FAQ, "事项名称": EntryKind.GUIDE}
    firsts |= {"标题": EntryKind.POLICY}
    return next((kind for name, kind in firsts.items() if name in head), None)


def render_cell(draft: EntryDraft, column: str) -> str:
    """Return what stands in a column of an entry's row."""
    text = _render(draft, column)
    return text if len(text) <= MAX_CELL_CHARS else TOO_LONG


def change_cell(draft: EntryDraft, column: str, text: str) -> EntryDraft:
    """Return the draft with what a person wrote into a cell.

    Raises:
        CellError: If the text cannot stand there.
    """
    if text == TOO_LONG or is_same(text, render_cell(draft, column)):
        return draft
    name = _FIELDS[draft.kind].get(column)
    if name is not None:
        changed: dict[str, Any] = {name: _parse(column, name, text)}
        return replace(draft, **changed)
    if column == _ANSWER:
        if not text.strip():
            raise CellError("没有答案。")
        first, *_ = draft.sections or (Section(draft.title, ""),)
        return replace(draft, sections=(replace(first, text=text),))
    return replace(draft, sections=_change_sections(draft, column, text))


def make_draft(kind: EntryKind, source: Source, cells: Mapping[str, str]) -> EntryDraft:
    """Return a new entry of a row that names none.

    Raises:
        CellError: If it says too little, or a cell cannot be understood.
    """
    draft = EntryDraft(kind=kind, title="", sections=(), source=source)
    for column, text in cells.items():
        draft = change_cell(draft, column, text)
    if not draft.sections:
        raise CellError("没有内容。")
    if kind is EntryKind.FAQ:
        sections = (replace(draft.sections[0], heading=draft.title),)
        draft = replace(draft, sections=sections)
    return draft


def is_same(one: str, other: str) -> bool:
    """Tell whether two cells say the same: spaces at ends and empty lines aside."""
    return _lines(one) == _lines(other)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _render(draft: EntryDraft, column: str) -> str:
    name = _FIELDS[draft.kind].get(column)
    if name == "aliases":
        return "\n".join(draft.aliases)
    if name is not None:
        value = getattr(draft, name)
        return value.isoformat() if isinstance(value, date) else str(value or "")
    if column == _ANSWER:
        return "\n".join(section.text for section in draft.sections)
    sections = [s for _, s in _sections_of(draft, column)]
    label = ASPECT_LABELS[_ASPECT_OF[column]] if column in _ASPECT_OF else ""
    if len(sections) == 1 and sections[0].heading in ("", label):
        return sections[0].text
    return "\n".join(f"【{s.heading or label}】\n{s.text}" for s in sections)


def _sections_of(draft: EntryDraft, column: str) -> Iterator[tuple[int, Section]]:
    aspect = _ASPECT_OF.get(column)
    for at, section in enumerate(draft.sections):
        if section.aspect is aspect:
            yield at, section


def _change_sections(draft: EntryDraft, column: str, text: str) -> tuple[Section, ...]:
    """Put the sections that a cell holds where those of its aspect stood."""
    old = dict(_sections_of(draft, column))
    aspect = _ASPECT_OF.get(column)
    new = [
        Section(heading, body, aspect, _find_locator(old.values(), heading))
        for heading, body in _split_cell(text, column)
    ]
    place = min(old, default=len(draft.sections))
    kept = [(at, s) for at, s in enumerate(draft.sections) if at not in old]
    before = [s for at, s in kept if at < place]
    after = [s for at, s in kept if at > place]
    return (*before, *new, *after)


def _find_locator(sections: Any, heading: str) -> str:
    return next((str(s.locator) for s in sections if s.heading == heading), "")


def _split_cell(text: str, column: str) -> list[tuple[str, str]]:
    """Return heading and text of each part; 【…】 alone in a line is a heading."""
    parts: list[tuple[str, list[str]]] = [(column, [])]
    for line in text.splitlines():
        if found := _HEADING.match(line.strip()):
            parts.append((found[1], []))
        else:
            parts[-1][1].append(line.rstrip())
    joined = [(heading, "\n".join(lines).strip()) for heading, lines in parts]
    return [(heading, body) for heading, body in joined if body]


def _parse(column: str, name: str, text: str) -> Any:
    if name == "aliases":
        parts = (part.strip() for part in _SPLIT.split(text))
        return tuple(dict.fromkeys(part for part in parts if part))
    text = " ".join(text.split())
    if name not in _DAYS:
        if name == "title" and not text:
            raise CellError(f"“{column}”是空的。")
        return text
    if not text:
        return None
    day = _DAY.fullmatch(text)
    try:
        return date(*map(int, day.groups())) if day else _no_day(column)
    except ValueError as e:
        raise CellError(f"“{column}”不是日期，请写成 2026-12-31。") from e


def _no_day(column: str) -> date:
    raise CellError(f"“{column}”不是日期，请写成 2026-12-31。")
