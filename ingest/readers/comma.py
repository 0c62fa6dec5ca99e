"""Reads .csv and .tsv files: a sheet of cells, in any encoding that offices use."""

from __future__ import annotations

import csv
from io import StringIO

from ..charset import decode
from ..errors import BrokenFileError, TooLargeError
from ..text import clean_lines
from ..types import Document, Sheet
from .sheet import MAX_CELLS

_DELIMITERS = ",\t;|"


def read_csv(data: bytes) -> Document:
    """Read a file whose lines are rows.

    Raises:
        BrokenFileError: If no encoding fits, or a quote never ends.
        TooLargeError: If it has too many cells.
    """
    text = decode(data).replace("\x00", "")
    rows: list[tuple[str, ...]] = []
    cells = 0
    reader = csv.reader(
        StringIO(text, newline=""), delimiter=find_delimiter(text), strict=False
    )
    try:
        for row in reader:
            rows.append(tuple(clean_lines(cell) for cell in row))
            cells += len(row)
            if cells > MAX_CELLS:
                raise TooLargeError("表格格子太多，请拆分后再试")
    except csv.Error as e:
        raise BrokenFileError("CSV 文件格式不对，请用表格软件另存后再试") from e
    return Document(sheets=(Sheet("表", tuple(rows)),) if rows else ())


def find_delimiter(text: str) -> str:
    """Return what parts the cells of the first line; a comma by default.

    A full-width comma only where there is nothing else: cells hold them too.
    """
    head = next((line for line in text.splitlines() if line.strip()), "")
    best = max(_DELIMITERS, key=head.count)
    return best if best in head or "，" not in head else "，"
