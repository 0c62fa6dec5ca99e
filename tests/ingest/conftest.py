"""Small real documents for the tests, and reading them through the front door."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from openpyxl import Workbook
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate

from ingest import FileReport, read_path


@pytest.fixture
def read(tmp_path) -> Callable[[str, bytes | str], FileReport]:
    """Write a file and return its report."""

    def read_one(name: str, data: bytes | str) -> FileReport:
        path = tmp_path / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        (report,) = read_path(path)
        return report

    return read_one


@pytest.fixture
def read_draft(read):
    """Write a file that holds one entry and return its draft."""

    def read_one(name, data):
        report = read(name, data)
        assert report.status == "in", report.reason
        (draft,) = report.drafts
        return draft

    return read_one


@pytest.fixture
def make_docx() -> Callable[..., bytes]:
    """Make a Word file of lines ("^" centres one) and tables (lists of rows)."""

    def make(*parts: str | Sequence[Sequence[str]]) -> bytes:
        document = docx.Document()
        for part in parts:
            if isinstance(part, str):
                paragraph = document.add_paragraph(part.removeprefix("^"))
                if part.startswith("^"):
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
                continue
            table = document.add_table(len(part), len(part[0]))
            for row, texts in zip(table.rows, part, strict=True):
                for cell, text in zip(row.cells, texts, strict=True):
                    cell.text = text
        return save(document)

    return make


@pytest.fixture
def make_xlsx() -> Callable[..., bytes]:
    """Make a workbook, a sheet for each list of rows."""

    def make(*sheets: Sequence[Sequence[object]]) -> bytes:
        book = Workbook()
        book.remove(book.active)
        for number, rows in enumerate(sheets, start=1):
            sheet = book.create_sheet(f"表{number}")
            for row in rows:
                sheet.append(list(row))
        return save(book)

    return make


@pytest.fixture
def make_pdf() -> Callable[..., bytes]:
    """Make an A4 PDF of paragraphs, page numbers below, running head above."""

    def make(*paragraphs: str, head: str = "") -> bytes:
        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
        style = ParagraphStyle(
            "text",
            fontName="STSong-Light",
            fontSize=12,
            leading=20,
            firstLineIndent=24,
            wordWrap="CJK",
        )

        def furnish(canvas, document):
            canvas.setFont("STSong-Light", 10)
            canvas.drawCentredString(A4[0] / 2, 30, f"— {document.page} —")
            canvas.drawString(60, A4[1] - 40, head)

        buffer = BytesIO()
        SimpleDocTemplate(buffer, pagesize=A4).build(
            [Paragraph(text, style) for text in paragraphs],
            onFirstPage=furnish,
            onLaterPages=furnish,
        )
        return buffer.getvalue()

    return make


def save(document) -> bytes:
    """Return what an office library would write to a file."""
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@pytest.fixture
def city() -> Path:
    """The built sample city; the test is skipped where it is not built."""
    folder = Path(__file__).parents[2] / "samples" / "city"
    if not any(folder.glob("*/*")):
        pytest.skip("samples/city is not built")
    return folder
