"""Entries as a workbook to be edited elsewhere and sent back."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from handlers.entry_sheet import (
    ID_COLUMN,
    SHEET_NAMES,
    VERSION_COLUMN,
    list_columns,
    render_cell,
)
from handlers.exporting import clean
from knowledge import EntryKind, PublishedEntry

_WIDE = {"问题": 40, "答案": 70, "事项名称": 36, "标题": 50, "相似问题": 30}
_USUAL_WIDTH = 18
_ASPECT_WIDTH = 40

#: Columns that are ours and not to be written in.
_OURS = frozenset({ID_COLUMN, VERSION_COLUMN})


def make_entry_workbook(entries: Sequence[PublishedEntry]) -> bytes:
    """Return entries, a sheet a kind, a row an entry; ingest reads the FAQs."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for kind in (EntryKind.FAQ, EntryKind.GUIDE, EntryKind.POLICY):
        of_kind = [entry for entry in entries if entry.draft.kind is kind]
        if of_kind:
            _add_sheet(book, kind, of_kind)
    if not book.worksheets:
        book.create_sheet("没有条目")
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def write_row(
    sheet: Any, line: int, cells: Sequence[str], *, is_bold: bool = False
) -> None:
    """Write texts that stay text, whatever they begin with.

    The type is set and not guessed, the format is text, and the prefix mark is what a
    typed apostrophe leaves: editing a cell makes no formula of it either.
    """
    for number, text in enumerate(cells, start=1):
        cell = sheet.cell(line, number)
        cell.value = clean(text)
        cell.data_type = "s"
        cell.number_format = "@"
        cell.quotePrefix = True
        cell.font = Font(bold=is_bold)
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def name_sheet(name: str, used: set[str]) -> str:
    """Return a name that no sheet has yet."""
    free, number = name, 2
    while free in used:
        free, number = f"{name}{number}", number + 1
    used.add(free)
    return free


def _add_sheet(book: Workbook, kind: EntryKind, entries: list[PublishedEntry]) -> None:
    columns = list_columns(kind)
    sheet = book.create_sheet(SHEET_NAMES[kind])
    sheet.freeze_panes = "B2"
    write_row(sheet, 1, columns, is_bold=True)
    for number, column in enumerate(columns, start=1):
        usual = _ASPECT_WIDTH if kind is EntryKind.GUIDE else _USUAL_WIDTH
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = _WIDE.get(column, usual)
        if column in _OURS:
            sheet.cell(1, number).fill = PatternFill("solid", fgColor="D9D9D9")
    for line, entry in enumerate(entries, start=2):
        ours = {ID_COLUMN: entry.id, VERSION_COLUMN: str(entry.revision_id)}
        write_row(
            sheet, line, [ours.get(c) or render_cell(entry.draft, c) for c in columns]
        )
