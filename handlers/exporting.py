"""Tables as files for other programs: xlsx and docx, harmless in any of them.

A cell that a program could take for a formula is text; who took the file, when and
for which bureau stands on every sheet. Knows nothing of what is exported.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, TypeAlias
from urllib.parse import quote

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt
from flask import Response
from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

#: Rows of one table; more is another filter's work.
MAX_ROWS = 5_000

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

#: What begins a formula or a command in a spreadsheet, half or full width.
#: Source: OWASP, CSV injection.
_STARTERS = "=+-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b\u2212"

#: Before which such a sign still counts.
_BLANK = re.compile(
    "[\\s\\x00-\\x20\\u00ad\\u115f\\u200b-\\u200f\\u2060\\u3000\\ufeff]+"
)

#: What no XML file may hold.
_FORBIDDEN = re.compile(
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]"
)

#: Characters of one cell that spreadsheets take.
_MAX_CHARS = 32_000

_UNSAFE_IN_NAME = re.compile(r"[^\w-]+")

_WIDTH = 40

Value: TypeAlias = str | int | float | None


class TooManyRowsError(ValueError):
    """There is more than fits; ``reason`` is Chinese."""

    def __init__(self, rows: int, /) -> None:
        super().__init__(f"{rows} rows")
        self.rows = rows
        self.reason = (
            f"一次最多导出 {MAX_ROWS:,} 行，现在有 {rows:,} 行。请缩小范围再导出。"
        )


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a file."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Value]]


@dataclass(frozen=True, slots=True)
class Paper:
    """A file: its title, what stands above its tables, its tables."""

    title: str

    #: Who took it, when and whose it is: on every sheet, on every page.
    mark: str
    notes: Sequence[str]
    tables: Sequence[Table]

    @property
    def rows(self) -> int:
        """How many rows all tables have together."""
        return sum(len(table.rows) for table in self.tables)


def make_xlsx(paper: Paper) -> bytes:
    """Return the file for a spreadsheet.

    Raises:
        TooManyRowsError: If a table has more than ``MAX_ROWS``.
    """
    _check(paper)
    book = Workbook()
    book.remove(book.worksheets[0])
    used: set[str] = set()
    for table in paper.tables:
        sheet = book.create_sheet(_sheet_name(table.title, used))
        for line in (table.title, paper.mark, *paper.notes):
            _append(sheet, [line])
        sheet.cell(1, 1).font = Font(bold=True, size=14)
        _append(sheet, table.head)
        top = sheet.max_row
        for cell in sheet[top]:
            cell.font = Font(bold=True)
        for row in table.rows:
            _append(sheet, row)
        sheet.freeze_panes = sheet.cell(top + 1, 1)
        sheet.oddFooter.left.text = clean(paper.mark).replace("&", "&&")
        for number in range(1, len(table.head) + 1):
            column = sheet.column_dimensions[get_column_letter(number)]
            column.width = _width(table, number - 1)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def make_docx(paper: Paper) -> bytes:
    """Return the file for a word processor.

    Raises:
        TooManyRowsError: If a table has more than ``MAX_ROWS``.
    """
    _check(paper)
    document = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = "SimSun", Pt(10.5)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    document.core_properties.title = clean(paper.title)
    document.core_properties.author = clean(paper.mark)[:255]
    document.sections[0].header.paragraphs[0].text = clean(paper.mark)
    document.add_heading(clean(paper.title), 1)
    for note in paper.notes:
        document.add_paragraph(clean(note))
    for table in paper.tables:
        document.add_heading(clean(table.title), 2)
        drawn = document.add_table(rows=1, cols=len(table.head), style="Table Grid")
        for cell, text in zip(drawn.rows[0].cells, table.head, strict=True):
            cell.paragraphs[0].add_run(clean(text)).bold = True
        for row in table.rows:
            for cell, value in zip(drawn.add_row().cells, row, strict=True):
                cell.text = "" if value is None else clean(str(value))
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def clean(text: str) -> str:
    """Return text without what an XML file cannot hold."""
    return _FORBIDDEN.sub("", text)[:_MAX_CHARS]


def make_harmless(value: Value) -> Value:
    """Return a value that no spreadsheet takes for a formula.

    Numbers stay numbers. Text that begins like a formula, also behind blanks that
    nobody sees, gets an apostrophe, as a person would write it.
    """
    if not isinstance(value, str):
        return value
    text = clean(value)
    bare = _BLANK.sub("", text[:1_000])
    is_risky = bare[:1] in _STARTERS if bare else False
    return f"'{text}" if is_risky or text[:1] in ("\t", "\r", "\n") else text


def make_response(content: bytes, title: str, ending: str) -> Response:
    """Return a file to be kept, under a name that every system takes."""
    name = make_filename(title, ending)
    kind = XLSX if ending == "xlsx" else DOCX
    plain = f"export.{ending}"
    how = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    headers = {"Content-Disposition": how, "Cache-Control": "no-store"}
    return Response(content, mimetype=kind, headers=headers)


def make_filename(title: str, ending: str) -> str:
    """Return a file's name: letters, figures, 汉字 and hyphens, at most 80."""
    name = _UNSAFE_IN_NAME.sub("-", title).strip("-_")[:80]
    return f"{name or 'export'}.{ending}"


def _append(sheet: Any, values: Sequence[Value]) -> None:
    row = sheet.max_row + (sheet.cell(1, 1).value is not None)
    for column, value in enumerate(values, start=1):
        safe = make_harmless(value)
        if safe is None or safe == "":
            continue
        cell: SheetCell = sheet.cell(row, column)
        cell.value = safe
        if isinstance(safe, str):
            # Else "#N/A" would be an error and not a word.
            cell.data_type = "s"
            cell.alignment = Alignment(vertical="top", wrap_text=len(safe) > _WIDTH)


def _sheet_name(title: str, used: set[str]) -> str:
    base = _UNSAFE_IN_NAME.sub("-", title).strip("-'")[:27] or "sheet"
    name, number = base, 2
    while name.lower() in used:
        name, number = f"{base}-{number}", number + 1
    used.add(name.lower())
    return name


def _width(table: Table, column: int) -> float:
    texts = [table.head[column], *(str(row[column]) for row in table.rows[:50])]
    # 汉字 take two places.
    longest = max(len(text.encode("gb18030", "replace")) for text in texts)
    return float(min(max(longest + 2, 8), _WIDTH))


def _check(paper: Paper) -> None:
    for table in paper.tables:
        if len(table.rows) > MAX_ROWS:
            raise TooManyRowsError(len(table.rows))
