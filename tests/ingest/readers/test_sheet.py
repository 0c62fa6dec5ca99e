"""Workbooks."""

import zipfile
from datetime import date, datetime
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from ingest.errors import TooLargeError
from ingest.readers.sheet import read_xlsx


def save(book):
    """Return the bytes of a workbook."""
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_cells_are_text_as_people_see_them(make_xlsx):
    """Numbers without .0, dates without a clock, lines kept."""
    row = [1, 2.5, True, date(2026, 6, 8), datetime(2026, 6, 8, 9), " 甲 \n 乙 "]  # noqa: DTZ001
    (sheet,) = read_xlsx(make_xlsx([row])).sheets
    assert sheet.rows == (("1", "2.5", "是", "2026-06-08", "2026-06-08", "甲\n乙"),)


def test_empty_rows_count(make_xlsx):
    """Row numbers in reports are those of the sheet."""
    (sheet,) = read_xlsx(make_xlsx([["a"], [], ["b"]])).sheets
    assert [row[0] for row in sheet.rows] == ["a", "", "b"]


def test_cell_merged_over_rows_counts_for_each():
    """The department is merged over its questions; rows are read alone."""
    book = Workbook()
    for row in (["民政局", "甲"], ["", "乙"]):
        book.active.append(row)
    book.active.merge_cells("A1:A2")
    (sheet,) = read_xlsx(save(book)).sheets
    assert sheet.rows == (("民政局", "甲"), ("民政局", "乙"))


def test_hidden_sheets_stay_out():
    """They hold lists for drop-downs, or last year's answers."""
    book = Workbook()
    book.active.append(["a"])
    book.create_sheet("旧").sheet_state = "hidden"
    assert len(read_xlsx(save(book)).sheets) == 1


def test_cell_far_out_is_refused():
    """The reader would allot every cell up to it at once: 17 thousand million."""
    book = Workbook()
    book.active["A1"] = "a"
    book.active["XFD1048576"] = "z"
    with pytest.raises(TooLargeError):
        read_xlsx(save(book))


def test_hidden_rows_columns_and_sheets_stay_out_and_are_named(make_xlsx):
    """What nobody sees on the screen is not taken as knowledge; numbers stay."""
    book = load_workbook(
        BytesIO(
            make_xlsx(
                [("问题", "答案", "备注"), ("甲", "乙", "暗列"), ("暗行",)], [("x",)]
            )
        )
    )
    book.worksheets[0].column_dimensions["C"].hidden = True
    book.worksheets[0].row_dimensions[3].hidden = True
    book.worksheets[1].sheet_state = "hidden"
    document = read_xlsx(save(book))
    (sheet,) = document.sheets
    assert sheet.rows == (("问题", "答案", ""), ("甲", "乙", ""), ("", "", ""))
    assert document.warnings == (
        "工作表“表2”是隐藏的，没有读入",
        "工作表“表1”第1、2、3行有隐藏的内容，没有读入，请核对",
    )


def test_macros_and_links_out_are_named(make_xlsx):
    """They are not run and not fetched; a plain link is no matter."""
    relations = (
        '<Relationships><Relationship Id="r1" Type="http://x/externalLinkPath" '
        'Target="http://a.cn/b.xlsx" TargetMode="External"/></Relationships>'
    )
    buffer = BytesIO(make_xlsx([("问题", "答案")]))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("xl/vbaProject.bin", "x")
        archive.writestr("xl/externalLinks/_rels/e1.xml.rels", relations)
    assert read_xlsx(buffer.getvalue()).warnings == (
        "文件里有宏，没有运行，只读了文字",
        "文件引用了外部模板或外部内容，没有读取",
    )
