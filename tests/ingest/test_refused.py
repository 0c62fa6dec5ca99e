"""Rows that stayed out come back as a workbook, are corrected, and come in."""

from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from ingest import FileReport, RefusedRow, make_refused_workbook, read_path


def _book(*rows, name="问答"):
    book = Workbook()
    book.active.title = name
    for row in rows:
        book.active.append(row)
    for row in book.active.iter_rows():
        for cell in row:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def test_refused_rows_can_be_corrected_and_sent_again(read):
    """All cells come back with place and reason; the two columns are passed over."""
    report = read(
        "faq.xlsx",
        _book(
            ["编号", "问题", "答案", "部门"],
            [1, "居住证怎么办？", "到派出所窗口办理，3个工作日。", "市公安局"],
            [2, "居住证丢了怎么补？", "", "市公安局"],
            [3, "", '=HYPERLINK("http://x")', "市公安局"],
        ),
    )
    assert len(report.drafts) == 1
    made = make_refused_workbook([report])
    sheet = load_workbook(BytesIO(made)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == ["编号", "问题", "答案", "部门", "位置", "原因"]
    assert rows[1] == ["2", "居住证丢了怎么补？", None, "市公安局", "第3行", "没有答案"]
    assert rows[2][2] == '=HYPERLINK("http://x")'
    assert sheet["C3"].data_type == "s"

    sheet["C2"] = "带身份证到派出所补领，5个工作日。"
    sheet["B3"] = "居住证收费吗？"
    out = BytesIO()
    sheet.parent.save(out)
    again = read("again.xlsx", out.getvalue())
    assert [draft.title for draft in again.drafts] == [
        "居住证丢了怎么补？",
        "居住证收费吗？",
    ]
    assert not again.refused_rows
    assert all("第3行" not in d.sections[0].text for d in again.drafts)


def test_a_row_refused_twice_has_its_two_columns_once(read):
    """Sent again uncorrected, the same row comes back with one place and reason."""
    rows = (["问题", "", "答案"], ["补证？", "甲", ""], ["换证？", "乙", ""])
    first = read("a.xlsx", _book(*rows))
    second = read("b.xlsx", make_refused_workbook([first]))
    assert second.status == "refused"
    sheet = load_workbook(BytesIO(make_refused_workbook([second]))).active
    assert [cell.value for cell in sheet[1]] == ["问题", None, "答案", "位置", "原因"]
    assert sheet["B2"].value == "甲"


def test_refused_guides_keep_their_columns(read):
    """A sheet of guides is corrected in the same way; 位置 is no part of the guide."""
    report = read(
        "guides.xlsx",
        _book(
            ["事项名称", "申请材料", "办理时限", "收费标准"],
            ["居住证申领", "身份证", "3个工作日", "不收费"],
            ["", "户口簿", "5个工作日", "不收费"],
        ),
    )
    (row,) = report.refused_rows
    assert row.cells == ("", "户口簿", "5个工作日", "不收费")
    sheet = load_workbook(BytesIO(make_refused_workbook([report]))).active
    sheet["A2"] = "户口迁移登记"
    out = BytesIO()
    sheet.parent.save(out)
    (draft,) = read("again.xlsx", out.getvalue()).drafts
    assert draft.title == "户口迁移登记"
    assert "没有事项名称" not in "".join(section.text for section in draft.sections)


def test_each_file_has_its_sheet_and_rows_without_cells_one_of_their_own():
    """Names are cut to what a sheet takes, and no two are the same."""
    long = "一个名字特别特别长的文件" * 4
    reports = [
        FileReport(f"甲/{long}.xlsx", "in", refused_rows=(_row("第2行"),)),
        FileReport(f"乙/{long}.xlsx", "in", refused_rows=(_row("第3行"),)),
        FileReport("丙.docx", "in", refused_rows=(RefusedRow("第1问", "没有答案"),)),
        FileReport("丁.docx", "in"),
    ]
    book = load_workbook(BytesIO(make_refused_workbook(reports)))
    assert len(book.sheetnames) == 3
    assert all(len(name) <= 31 for name in book.sheetnames)
    assert [cell.value for cell in book["没有原文的行"][2]] == ["第1问", "没有答案"]


def test_no_refused_rows_make_no_workbook():
    with pytest.raises(ValueError, match="no refused rows"):
        make_refused_workbook([FileReport("a.xlsx", "in")])


def _row(place):
    return RefusedRow(place, "没有答案", ("问？", ""), ("问题", "答案"))


def test_reading_a_whole_folder_keeps_the_cells(tmp_path):
    """``read_path`` hands the cells on in its reports."""
    (tmp_path / "a.xlsx").write_bytes(
        _book(["问题", "答案"], ["好？", "好的。"], ["", "x"])
    )
    (report,) = read_path(tmp_path)
    assert report.refused_rows[0].cells == ("", "x")
