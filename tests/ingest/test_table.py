"""Lists that staff keep: cells as text, formulas refused."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import Workbook

from ingest import IngestError, read_table

ROWS = (("名称", "纬度"), ("一号大厅", "26.6412"))


@pytest.fixture
def save(tmp_path):
    """Write a file; returns its path."""

    def save(data, name="大厅.xlsx"):
        if isinstance(data, Workbook):
            buffer = BytesIO()
            data.save(buffer)
            data = buffer.getvalue()
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return save


@pytest.fixture
def book():
    """A workbook with the rows; figures are figures."""
    book = Workbook()
    book.active.append(ROWS[0])
    book.active.append(["一号大厅", 26.6412])
    return book


def refused(path):
    """Return why a file is refused."""
    with pytest.raises(IngestError) as error:
        read_table(path)
    return error.value.reason


def test_a_workbook_is_read_as_people_see_it(save, book):
    """Figures without what floats add."""
    assert read_table(save(book)) == ROWS


def test_the_first_sheet_with_content_counts(save, book):
    """Programs leave empty ones in front."""
    book.create_sheet("空", 0)
    book.create_sheet("别的").append(["x"])
    assert read_table(save(book)) == ROWS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_the_encodings_of_offices(save, encoding):
    """Excel in China saves GBK, newer programs UTF-8 with or without a mark."""
    text = "名称,纬度\r\n一号大厅,26.6412\r\n"
    assert read_table(save(text.encode(encoding), "大厅.CSV")) == ROWS


def test_csv_with_tabs_and_with_quotes(save):
    """What Excel calls Unicode text, and a comma inside a cell."""
    tabbed = "名称\t纬度\n一号大厅\t26.6412\n"
    assert read_table(save(tabbed.encode(), "a.csv")) == ROWS
    quoted = '名称,纬度\n"一号大厅","26.6412"\n'
    assert read_table(save(quoted.encode(), "b.csv")) == ROWS
    inside = '"上午,下午",x\n'
    assert read_table(save(inside.encode(), "c.csv")) == (("上午,下午", "x"),)


def test_rows_keep_their_numbers(save, book):
    """An empty row in between is one, so that reports name the right one."""
    book.active["A5"] = "五号大厅"
    rows = read_table(save(book))
    assert [row[0] for row in rows] == ["名称", "一号大厅", "", "", "五号大厅"]


def test_a_formula_is_refused_by_its_cell(save, book):
    """Its last value may be years old, and openpyxl stores none at all."""
    book.active["C3"] = "=1+1"
    assert refused(save(book)).startswith("C3 格是公式。请复制后用")
    text = "名称,纬度\n一号大厅,=26+0.6\n"
    assert refused(save(text.encode(), "a.csv")).startswith("B2 格是公式")
    wide = ",".join(["x"] * 27 + ["=1"])
    assert refused(save(wide.encode(), "b.csv")).startswith("AB1 格是公式")


def test_a_minus_or_plus_is_no_formula(save):
    """Telephone numbers begin so."""
    assert read_table(save(b"+86-599-1,-1", "a.csv")) == (("+86-599-1", "-1"),)


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"x", "a.xls", "只收 .xlsx 和 .csv"),
        (b"x", "a.docx", "只收 .xlsx 和 .csv"),
        ("名称,纬度".encode(), "a.xlsx", "不是 .xlsx 工作簿"),
        (b"PK\x03\x04 broken", "a.xlsx", "损坏"),
        (b"", "a.csv", "表格是空的"),
        (b",,\n,,\n", "a.csv", "表格是空的"),
    ],
)
def test_other_files_are_refused_with_the_reason(save, data, name, reason):
    """In words of the office's."""
    assert reason in refused(save(data, name))


def test_an_empty_workbook_is_said_to_be_empty(save):
    """Not taken for one that is broken."""
    assert refused(save(Workbook())) == "表格是空的"


def test_a_missing_file_is_said(tmp_path):
    """With what to look at."""
    assert "请检查是否存在" in refused(tmp_path / "没有.csv")
