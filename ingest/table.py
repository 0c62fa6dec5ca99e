"""Reads a list that staff keep as a sheet: its cells, whatever they mean."""

from __future__ import annotations

import csv
import re
from io import StringIO
from pathlib import Path

from .charset import decode
from .errors import BrokenFileError, NoTextError, UnsupportedFileError
from .limits import check_size, open_archive
from .readers.sheet import read_xlsx
from .sniff import Format, sniff
from .text import clean_lines
from .types import Rows

#: A cell of a worksheet's XML, or the formula inside one.
_CELL_OR_FORMULA = re.compile(
    rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3}\d{1,7})"|<(?:\w+:)?f[\s>/]'
)


def read_table(file: Path) -> Rows:
    """Read a workbook's first sheet with content, or a CSV file.

    A formula is refused, not read: what a program stored as its last value may be
    old, or missing.

    Args:
        file: Ends in .xlsx or .csv; CSV in any encoding that offices use.

    Returns:
        Rows from the first one of the sheet, empty ones included, so that a row's
        number is its index plus one.

    Raises:
        IngestError: If it cannot be read; its ``reason`` says why, Chinese.
    """
    suffix = file.suffix.lower()
    if suffix not in (".xlsx", ".csv"):
        raise UnsupportedFileError("只收 .xlsx 和 .csv，请用表格软件另存后再试")
    try:
        check_size(file.stat().st_size)
        data = file.read_bytes()
    except OSError as e:
        raise BrokenFileError("文件读不出来，请检查是否存在、有无权限") from e
    rows = _read_csv(data) if suffix == ".csv" else _read_workbook(data)
    if not any(any(row) for row in rows):
        raise NoTextError("表格是空的")
    return rows


def _read_workbook(data: bytes) -> Rows:
    if sniff(data, ".xlsx") is not Format.XLSX:
        raise UnsupportedFileError("不是 .xlsx 工作簿，请用表格软件另存后再试")
    document = read_xlsx(data)
    with open_archive(data) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                _refuse_formulas(archive.read(name))
    filled = (sheet.rows for sheet in document.sheets if any(map(any, sheet.rows)))
    return next(filled, ())


def _refuse_formulas(sheet: bytes) -> None:
    cell = b""
    for match in _CELL_OR_FORMULA.finditer(sheet):
        if match[1] is None:
            raise _formula_error(cell.decode())
        cell = match[1]


def _read_csv(data: bytes) -> Rows:
    text = decode(data)
    head = text.partition("\n")[0]
    # What Excel calls Unicode text is parted by tabs.
    delimiter = "\t" if "\t" in head and "," not in head else ","
    try:
        rows = [
            tuple(clean_lines(cell) for cell in row)
            for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter)
        ]
    except csv.Error as e:
        raise BrokenFileError("CSV 文件格式不对，请用表格软件另存后再试") from e
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if cell.startswith("="):
                raise _formula_error(f"{_name_column(column)}{number}")
    return tuple(rows)


def _name_column(index: int) -> str:
    """Return A for 0, AA for 26: as every program shows it."""
    name = ""
    while index >= 0:
        index, letter = divmod(index, 26)
        name, index = chr(ord("A") + letter) + name, index - 1
    return name


def _formula_error(cell: str) -> UnsupportedFileError:
    return UnsupportedFileError(
        f"{cell} 格是公式。请复制后用“选择性粘贴—数值”换成内容本身，再试"
    )
