"""Workbooks."""

from datetime import date, datetime
from io import BytesIO

import pytest
from openpyxl import Workbook

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
