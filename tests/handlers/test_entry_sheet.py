"""Entries as rows: untouched they stay, what was written is taken or refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from handlers.entry_sheet import (
    MAX_CELL_CHARS,
    TOO_LONG,
    CellError,
    change_cell,
    find_kind,
    list_columns,
    render_cell,
)
from handlers.entry_workbook import make_entry_workbook
from knowledge import Aspect, EntryDraft, EntryKind, PublishedEntry, Section, Source

GUIDE = EntryDraft(
    kind=EntryKind.GUIDE,
    title="居住证办理",
    sections=(
        Section("受理条件", "住满半年。", Aspect.CONDITIONS, "第2行"),
        Section("申请材料", "身份证。\n\n租房合同。", Aspect.MATERIALS, "第3行"),
        Section("情形一", "续签的不用交照片。", Aspect.MATERIALS),
        Section("历史沿革", "原名暂住证。"),
    ),
    source=Source("居住证.docx"),
    department="云泽市公安局",
    region="云泽市",
    aliases=("暂住证", "居住卡"),
    expires_on=date(2026, 12, 31),
)

FAQ = EntryDraft(
    kind=EntryKind.FAQ,
    title="居住证要钱吗",
    sections=(Section("居住证要钱吗", "不要。"),),
    source=Source("问答.xlsx"),
)


@pytest.mark.parametrize("draft", [GUIDE, FAQ, replace(GUIDE, kind=EntryKind.POLICY)])
def test_a_row_that_nobody_touched_changes_nothing(draft: EntryDraft) -> None:
    """Every column, rendered and put back, leaves the very same draft."""
    for column in list_columns(draft.kind)[:-2]:
        text = render_cell(draft, column)
        assert change_cell(draft, column, text) == draft
        # Spreadsheets and readers drop blanks at the ends of lines.
        assert change_cell(draft, column, f" {text}\n") == draft


def test_several_sections_of_an_aspect_stand_in_one_cell() -> None:
    """Each under its heading; one that is changed leaves the others alone."""
    cell = render_cell(GUIDE, "申请材料")
    assert cell.startswith("【申请材料】\n身份证。")
    assert "【情形一】\n续签的不用交照片。" in cell
    changed = change_cell(GUIDE, "申请材料", cell.replace("不用交", "也要交"))
    assert [s.text for s in changed.sections] == [
        "住满半年。",
        "身份证。\n\n租房合同。",
        "续签的也要交照片。",
        "原名暂住证。",
    ]
    assert changed.sections[1].locator == "第3行"


def test_an_emptied_cell_takes_the_aspect_out() -> None:
    """And a filled one adds it at the end."""
    without = change_cell(GUIDE, "受理条件", "")
    assert [s.heading for s in without.sections] == ["申请材料", "情形一", "历史沿革"]
    added = change_cell(GUIDE, "收费标准", "不收费。")
    assert added.sections[-1] == Section("收费标准", "不收费。", Aspect.FEE)


@pytest.mark.parametrize(
    ("text", "day"),
    [("2027-01-05", date(2027, 1, 5)), ("2027年1月5日", date(2027, 1, 5)), ("", None)],
)
def test_days_as_people_write_them(text: str, day: date | None) -> None:
    """Also as Excel turns them when a cell is edited."""
    assert change_cell(GUIDE, "失效日期", text).expires_on == day


@pytest.mark.parametrize(
    ("column", "text"),
    [("失效日期", "明年"), ("失效日期", "2027-02-30"), ("事项名称", " ")],
)
def test_a_cell_that_cannot_be_is_refused(column: str, text: str) -> None:
    """With the column's name in the reason."""
    with pytest.raises(CellError) as caught:
        change_cell(GUIDE, column, text)
    assert column in caught.value.reason


def test_an_answer_is_not_emptied_by_accident() -> None:
    """A question without an answer is no knowledge."""
    with pytest.raises(CellError):
        change_cell(FAQ, "答案", "")


def test_what_is_too_long_for_a_cell_stays_as_it_is() -> None:
    """The mark in its place is no text."""
    long = replace(FAQ, sections=(Section(FAQ.title, "字" * (MAX_CELL_CHARS + 1)),))
    assert render_cell(long, "答案") == TOO_LONG
    assert change_cell(long, "答案", TOO_LONG) == long


def test_our_sheets_are_known_by_their_columns() -> None:
    """A sheet without our two columns is anybody's."""
    for kind in EntryKind:
        head = {name: at for at, name in enumerate(list_columns(kind))}
        assert find_kind(head) is kind
    assert find_kind({"问题": 0, "答案": 1}) is None


def test_no_cell_is_a_formula() -> None:
    """Whatever an entry begins with, and whoever opens the sheet."""
    risky = replace(FAQ, title='=HYPERLINK("http://x")', aliases=("+1", "@SUM(A1)"))
    book = load_workbook(BytesIO(make_entry_workbook([PublishedEntry("e", 1, risky)])))
    cells = [cell for row in book["问答"] for cell in row if cell.value]
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix and cell.number_format == "@" for cell in cells)
    assert cells[len(list_columns(EntryKind.FAQ))].value == '=HYPERLINK("http://x")'
