"""A sheet that went out from here and comes back: what was changed in which row.

Rows that cannot be taken stay out with their number and the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from handlers.entry_sheet import (
    ID_COLUMN,
    VERSION_COLUMN,
    CellError,
    change_cell,
    find_kind,
    make_draft,
)
from handlers.import_report import EntryState, FileEntry, Refused, Report
from knowledge import (
    Actor,
    EntryDraft,
    EntryKind,
    PublishedEntries,
    PublishedEntry,
    Source,
)

_NOT_PUBLISHED = "没有这个编号的条目，可能已经撤下，或者编号被改过"
_FOREIGN = "这一条归别的部门，请由他们修改"
_CHANGED = "导出以后别人改过这一条，请重新导出再改"
_TWICE = "这个编号在表里出现了两次，只收第一行"
_NO_NEW = "政策不能在表格里新增，请上传原文"
_CUT = "表格太长，后面的行没有读。请分成几个表格再导入"


@dataclass(frozen=True, slots=True)
class _Row:
    place: str
    kind: EntryKind
    cells: Mapping[str, str]
    entry_id: str
    version: str
    line: tuple[str, ...]
    header: tuple[str, ...]


def read_sheet(
    read: Report, *, source: Source, published: PublishedEntries, actor: Actor
) -> Report | None:
    """Return what a sheet of ours changes; None if it is none of ours.

    Args:
        read: The file as it was read, with its tables.
        source: For rows that are new entries.
        published: What is in force now.
        actor: Who handed it in; rows of other departments stay out.
    """
    rows = list(_iter_rows(read.original))
    if not rows and not any(_find_head(t)[1] for _, t in _tables(read.original)):
        return None
    known = published.find(row.entry_id for row in rows)
    entries: list[FileEntry] = []
    refused: list[Refused] = []
    seen: set[str] = set()
    for row in rows:
        try:
            entries.append(_take(row, known.get(row.entry_id), seen, source, actor))
        except CellError as e:
            refused.append(Refused(row.place, e.reason, row.line, row.header))
    if read.is_original_cut:
        refused.append(Refused("最后", _CUT))
    return replace(
        read,
        entries=tuple(entries),
        refused=tuple(refused),
        warnings=(),
        contradictions=(),
        is_sheet=True,
    )


def _take(
    row: _Row,
    known: PublishedEntry | None,
    seen: set[str],
    source: Source,
    actor: Actor,
) -> FileEntry:
    if not row.entry_id:
        return FileEntry(_new(row, source))
    if row.entry_id in seen:
        raise CellError(_TWICE)
    seen.add(row.entry_id)
    if known is None or known.draft.kind is not row.kind:
        raise CellError(_NOT_PUBLISHED)
    if not actor.owns(known.draft.department):
        raise CellError(_FOREIGN)
    if row.version != str(known.revision_id):
        raise CellError(_CHANGED)
    draft = _change(known.draft, row.cells)
    state = EntryState.SAME if draft == known.draft else EntryState.OPEN
    return FileEntry(
        draft, state, entry_id=known.id, base_revision_id=known.revision_id
    )


def _change(old: EntryDraft, cells: Mapping[str, str]) -> EntryDraft:
    draft = old
    for column, text in cells.items():
        draft = change_cell(draft, column, text)
    if not draft.sections:
        raise CellError("内容都删掉了。要撤下请在条目页上操作")
    if draft.kind is EntryKind.FAQ and draft.title != old.title:
        # The heading of an answer is its question.
        renamed = [
            replace(s, heading=draft.title) if s.heading == old.title else s
            for s in draft.sections
        ]
        draft = replace(draft, sections=tuple(renamed))
    return draft


def _new(row: _Row, source: Source) -> EntryDraft:
    if row.kind is EntryKind.POLICY:
        raise CellError(_NO_NEW)
    return make_draft(row.kind, source, row.cells)


def _tables(
    blocks: Sequence[Mapping[str, Any]],
) -> Iterator[tuple[str, list[list[str]]]]:
    """Yield each table with the name of its sheet."""
    name = ""
    for block in blocks:
        if block.get("rows"):
            yield name, block["rows"]
        elif block.get("kind") == "heading":
            name = str(block.get("text", ""))


def _find_head(
    rows: Sequence[Sequence[str]],
) -> tuple[dict[str, int], EntryKind | None]:
    head = {cell.strip(): at for at, cell in enumerate(rows[0]) if cell.strip()}
    return head, find_kind(head)


def _iter_rows(blocks: Sequence[Mapping[str, Any]]) -> Iterator[_Row]:
    for name, rows in _tables(blocks):
        head, kind = _find_head(rows)
        if kind is None:
            continue
        for number, cells in enumerate(rows[1:], start=2):
            if not any(cell.strip() for cell in cells):
                continue
            values = {
                column: cells[at] if at < len(cells) else ""
                for column, at in head.items()
            }
            entry_id = values.pop(ID_COLUMN, "").strip()
            version = values.pop(VERSION_COLUMN, "").strip()
            place, line = f"{name}第{number}行", tuple(cells)
            yield _Row(place, kind, values, entry_id, version, line, tuple(rows[0]))
