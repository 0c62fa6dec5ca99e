"""Makes a workbook of the rows that stayed out, to be corrected and sent again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

from .types import FileReport, RefusedRow

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

#: Columns that say where a row stood and why it stayed out; reading passes over them.
REFUSAL_COLUMNS = ("位置", "原因")

#: Rows that came from no table: there is nothing to correct in a cell.
_NO_CELLS = "没有原文的行"

#: Characters that a sheet's name, and a cell, may not hold; characters a cell takes.
_UNSAFE_NAME = re.compile(r"[^\w（）()-]+")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MAX_NAME, _MAX_CELL = 28, 32_000

_WIDTH, _MAX_WIDTH = 16, 60


def make_refused_workbook(reports: Iterable[FileReport]) -> bytes:
    """Return the refused rows of some files as a workbook that can be read again.

    One sheet for each file and heading row, with all original cells and two columns
    more. Every cell is text and stays text, whatever it begins with.

    Args:
        reports: What became of the files; those without refused rows are passed over.

    Raises:
        ValueError: If no row was refused.
    """
    from openpyxl import Workbook

    groups: dict[tuple[str, tuple[str, ...]], list[RefusedRow]] = {}
    for report in reports:
        for row in report.refused_rows:
            header, cells = (
                _without_ours(row.header),
                _without_ours(row.header, row.cells),
            )
            plain = replace(row, header=header, cells=cells)
            groups.setdefault((report.file, header), []).append(plain)
    if not groups:
        raise ValueError("no refused rows")
    book = Workbook()
    book.remove(book.worksheets[0])
    used: set[str] = set()
    for (file, header), rows in groups.items():
        name = file.rpartition("/")[2].rpartition(".")[0] if header else _NO_CELLS
        _fill(book.create_sheet(_sheet_name(name, used)), header, rows)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def without_refusals(header: Sequence[str]) -> tuple[str, ...]:
    """Return the names of columns, those two emptied if this program put them there.

    A guide may have a column 位置 of its own; both together are ours.
    """
    ours = _find_ours(header)
    return tuple("" if at in ours else name for at, name in enumerate(header))


def _find_ours(header: Sequence[str]) -> set[int]:
    if not set(REFUSAL_COLUMNS) <= set(header):
        return set()
    return {at for at, name in enumerate(header) if name in REFUSAL_COLUMNS}


def _without_ours(
    header: Sequence[str], cells: Sequence[str] | None = None
) -> tuple[str, ...]:
    """Return the cells, or the headings, that were there before this program's."""
    ours = _find_ours(header)
    kept = header if cells is None else cells
    return tuple(cell for at, cell in enumerate(kept) if at not in ours)


def _fill(sheet: Worksheet, header: tuple[str, ...], rows: list[RefusedRow]) -> None:
    # A cell beyond the headings is kept too, under no name.
    width = max(len(header), *(len(row.cells) for row in rows))
    names = _pad(header, width)
    _write_row(sheet, 1, [*names, *REFUSAL_COLUMNS], is_bold=True)
    for line, row in enumerate(rows, start=2):
        _write_row(sheet, line, [*_pad(row.cells, width), row.place, row.reason])
    sheet.freeze_panes = "A2"
    _set_widths(sheet, width + len(REFUSAL_COLUMNS))


def _pad(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))]


def _set_widths(sheet: Worksheet, columns: int) -> None:
    from openpyxl.utils import get_column_letter

    for number in range(1, columns + 1):
        texts = [str(sheet.cell(line, number).value or "") for line in range(1, 30)]
        width = max(_WIDTH, *(min(_MAX_WIDTH, 2 * len(text)) for text in texts))
        sheet.column_dimensions[get_column_letter(number)].width = width


def _write_row(
    sheet: Worksheet, line: int, values: Sequence[str], *, is_bold: bool = False
) -> None:
    from openpyxl.styles import Alignment, Font

    for number, value in enumerate(values, start=1):
        if not value:
            continue
        cell: Any = sheet.cell(line, number)
        cell.value = _FORBIDDEN.sub("", value)[:_MAX_CELL]
        # The type is set, not guessed: "=1+1" is what somebody typed.
        cell.data_type = "s"
        cell.quotePrefix = True
        cell.font = Font(bold=is_bold)
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _sheet_name(title: str, used: set[str]) -> str:
    base = _UNSAFE_NAME.sub("-", title).strip("-'")[:_MAX_NAME] or "sheet"
    name, number = base, 2
    while name.lower() in used:
        name, number = f"{base[: _MAX_NAME - 3]}-{number}", number + 1
    used.add(name.lower())
    return name
