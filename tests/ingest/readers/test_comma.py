"""Lists saved as text: any encoding, any mark between the cells."""

from __future__ import annotations

import pytest

from ingest.readers import read_document

ROWS = (("问题", "答案"), ("怎么办，谁能办？", "去窗口；\n带证件"))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_cells_come_whole_in_any_encoding(encoding, mark):
    """A quoted cell may hold commas and line ends."""
    text = f'问题{mark}答案\r\n"怎么办，谁能办？"{mark}"去窗口；\n带证件"\r\n'
    (sheet,) = read_document(text.encode(encoding), ".csv").sheets
    assert sheet.rows == ROWS


def test_full_width_comma_counts_only_where_there_is_no_other():
    """Typed by hand in a Chinese input method."""
    (sheet,) = read_document("问题，答案\n甲，乙".encode(), ".csv").sheets
    assert sheet.rows == (("问题", "答案"), ("甲", "乙"))


def test_questions_of_a_csv_come_in(read):
    """Through the front door, as entries."""
    report = read("问答.csv", "问题,答案\n津贴怎么办？,去民政局办理。\n")
    assert (report.status, len(report.drafts)) == ("in", 1)
