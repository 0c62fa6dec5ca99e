"""Reads workbooks (.xlsx and the old .xls) with calamine, cell by cell."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from io import BytesIO

import python_calamine
from lxml.etree import XMLSyntaxError

from ..errors import BrokenFileError, TooLargeError
from ..limits import check_members, open_archive
from ..text import clean_lines
from ..types import Document, Rows, Sheet
from .package import list_package_cautions
from .sheet_hidden import drop_hidden_cells, find_hidden, warn_hidden_cells

#: Most cells of a sheet; the largest FAQ sheet seen has some 20,000.
MAX_CELLS = 2_000_000

#: Where a cell with content stands; one without is closed at once.
_FILLED_CELL = re.compile(rb'<c [^>]*?\br="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>')

#: How often a cell with a value is repeated; programs pad sheets with empty ones.
_REPEATED_VALUE = re.compile(
    rb"<table:table-cell\b(?=[^>]*office:value-type)[^>]*"
    rb'table:number-columns-repeated="(\d{1,9})"'
)


def read_xlsx(data: bytes) -> Document:
    """Read a workbook that is a zip.

    Raises:
        BrokenFileError: If it is damaged or has a password.
        TooLargeError: If it unpacks to too much, or has too many cells.
    """
    with open_archive(data) as archive:
        check_members(archive)
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                _check_extent(archive.read(name))
        try:
            found = find_hidden(archive)
        except (KeyError, XMLSyntaxError):
            # calamine is stricter or laxer than we are: it decides.
            found = {}
    document = read_xls(data)
    sheets = tuple(drop_hidden_cells(document.sheets, found))
    warnings = (
        *list_package_cautions(data),
        *document.warnings,
        *warn_hidden_cells(document.sheets, sheets),
    )
    return replace(document, sheets=sheets, warnings=warnings)


def _check_extent(sheet: bytes) -> None:
    """Refuse a cell far out: calamine allots every cell up to it at once."""
    rows, columns = 0, 0
    for match in _FILLED_CELL.finditer(sheet):
        rows = max(rows, int(match[2]))
        columns = max(columns, _read_column(match[1]))
    if rows * columns > MAX_CELLS:
        raise TooLargeError("表格格子太多，请删去右边和下边多余的内容后再试")


def _read_column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def read_xls(data: bytes) -> Document:
    """Read an old binary workbook; calamine itself looks which kind it is.

    Raises:
        BrokenFileError: If it is damaged or has a password.
        TooLargeError: If a sheet has too many cells.
    """
    try:
        book = python_calamine.load_workbook(BytesIO(data))
        visible = _list_visible(book)
        sheets = tuple(_read_one(book, name) for name in visible)
        hidden = [name for name in _list_sheets(book) if name not in visible]
    except (python_calamine.CalamineError, OSError, ValueError) as e:
        raise BrokenFileError("表格文件已损坏或有密码，打不开") from e
    except BaseException as e:
        # A panic of the Rust library arrives as a BaseException of its own.
        if type(e).__name__ != "PanicException":
            raise
        raise BrokenFileError("表格文件已损坏，打不开") from e
    names = "”“".join(hidden)
    warnings = (f"工作表“{names}”是隐藏的，没有读入",) if hidden else ()
    return Document(sheets=sheets, warnings=warnings)


def read_ods(data: bytes) -> Document:
    """Read an OpenDocument workbook.

    Raises:
        BrokenFileError: If it is damaged or has a password.
        TooLargeError: If it unpacks to too much, or has too many cells.
    """
    with open_archive(data) as archive:
        check_members(archive)
        try:
            content = archive.read("content.xml")
        except KeyError as e:
            raise BrokenFileError("ODS 文件已损坏，打不开") from e
    repeated = sum(int(match[1]) for match in _REPEATED_VALUE.finditer(content))
    if repeated > MAX_CELLS:
        raise TooLargeError("表格格子太多，请删去右边和下边多余的内容后再试")
    return read_xls(data)


def _list_sheets(book: python_calamine.CalamineWorkbook) -> list[str]:
    work = python_calamine.SheetTypeEnum.WorkSheet
    return [sheet.name for sheet in book.sheets_metadata if sheet.typ == work]


def _list_visible(book: python_calamine.CalamineWorkbook) -> list[str]:
    work = python_calamine.SheetTypeEnum.WorkSheet
    visible = python_calamine.SheetVisibleEnum.Visible
    return [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.typ == work and sheet.visible == visible
    ]


def _read_one(book: python_calamine.CalamineWorkbook, name: str) -> Sheet:
    sheet = book.get_sheet_by_name(name)
    if sheet.total_height * sheet.total_width > MAX_CELLS:
        raise TooLargeError(f"工作表“{name}”格子太多，请删去空行空列后再试")
    cells = sheet.to_python(skip_empty_area=False)
    rows = [[_write(cell) for cell in row] for row in cells]
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        _fill_down(rows, top, bottom, left, right)
    return Sheet(name, _strip_right(rows))


def _fill_down(
    rows: list[list[str]], top: int, bottom: int, left: int, right: int
) -> None:
    """Give each row of a merged cell its text, once: rows are read alone."""
    if left != right or top >= len(rows) or left >= len(rows[top]):
        return
    for row in rows[top + 1 : bottom + 1]:
        if left < len(row) and not row[left]:
            row[left] = rows[top][left]


def _strip_right(rows: list[list[str]]) -> Rows:
    width = max(
        (n + 1 for row in rows for n, cell in enumerate(row) if cell), default=0
    )
    return tuple(tuple(row[:width]) for row in rows)


def _write(cell: str | float | bool | date | datetime | time | timedelta) -> str:
    if isinstance(cell, str):
        return clean_lines(cell)
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
