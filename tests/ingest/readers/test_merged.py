"""Merged values in the rows of data tables, and only there."""

from ingest.readers.merged import keep_merged

DATA = [["部门", "事项", "时限"], ["民政局", "津贴", "五日"], ["", "补贴", ""]]


def test_value_merged_over_rows_counts_for_each():
    """Only where a cell goes on: an empty cell of its own stays empty."""
    assert keep_merged(DATA, {(2, 0)})[2] == ("民政局", "补贴", "")
    assert keep_merged(DATA, {(2, 0), (2, 2)})[2] == ("民政局", "补贴", "五日")


def test_value_is_carried_over_many_rows():
    """As far as the cell reaches."""
    rows = [*DATA[:2], ["", "甲", ""], ["", "乙", ""]]
    filled = keep_merged(rows, {(2, 0), (3, 0)})
    assert [row[0] for row in filled] == ["部门", "民政局", "民政局", "民政局"]


def test_form_keeps_its_blanks():
    """Label, value: a blank below a label means that the label goes on."""
    form = [["事项名称", "高龄津贴"], ["申请材料", "身份证"], ["", "户口簿"]]
    assert keep_merged(form, {(2, 0)}) == tuple(map(tuple, form))


def test_table_whose_first_row_has_figures_has_no_heading():
    """Its rows are left as they are."""
    rows = [["1", "津贴", "五日"], ["2", "补贴", "六日"], ["", "证明", "七日"]]
    assert keep_merged(rows, {(2, 0)}) == tuple(map(tuple, rows))


def test_row_that_only_goes_on_is_dropped():
    """It says nothing that the rows above do not say."""
    rows = [*DATA, ["", "", ""]]
    assert len(keep_merged(rows, {(3, 0), (3, 1), (3, 2)})) == 3
