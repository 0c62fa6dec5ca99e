"""Sheets of questions are read whatever their columns are called."""

from datetime import date

import pytest

from ingest.structure.columns import find_columns, name_column
from ingest.structure.faq import read_faq_rows
from knowledge import Source

SOURCE = Source("问答.xlsx")
ASKED, ANSWERED = "怎么办居住证？", "到派出所办理。"


def read_rows(*rows):
    """Return what a sheet of these rows gives."""
    return read_faq_rows(tuple(map(tuple, rows)), source=SOURCE)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("问题", "答案"),
        ("提问", "答复"),
        ("咨询问题", "答复口径"),
        ("标准问", "回复"),
        ("标准问法", "标准答复"),
        ("常见问题", "参考答案"),
        ("群众问题", "官方答复"),
        ("问题名称", "解决方案"),
        ("问题内容", "回答内容"),
        ("来信内容", "回复内容"),
        ("问：", "答："),
        ("Q", "A"),
        ("Question", "Answer"),
        ("1.问题（必填）", "答案*"),
    ],
)
def test_names_of_questions_and_answers(asked, answered):
    """Offices have many; numbers and remarks around them say nothing."""
    found = read_rows(["序号", asked, answered], ["1", ASKED, ANSWERED])
    (draft,) = found.drafts
    assert (draft.title, draft.sections[0].text) == (ASKED, ANSWERED)


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("相似问法2", "similar"),
        ("答复单位", "department"),
        ("责任科室", "department"),
        ("适用地区", "region"),
        ("政策依据", "basis"),
        ("有效期", "validity"),
        ("有效期至", "expires"),
        ("答复时间", ""),
        ("问题分类", ""),
        ("序号", ""),
        ("这是一个很长很长的句子里面有问题两个字", ""),
    ],
)
def test_names_beside_them(name, meaning):
    """相似问法 is no question, 答复单位 no answer."""
    assert name_column(name) == meaning


def test_all_columns_are_kept():
    """Who, where, until when, and on what ground."""
    found = read_rows(
        ["问题", "相似问1", "相似问2", "答案", "部门", "地区", "依据", "有效期"],
        [
            ASKED,
            "咋办",
            "如何办",
            ANSWERED,
            "公安局",
            "西山区",
            "《办法》",
            "2026-01-01至2026-12-31",
        ],
    )
    (draft,) = found.drafts
    assert draft.aliases == ("咋办", "如何办")
    assert (draft.department, draft.region) == ("公安局", "西山区")
    assert draft.sections[0].text == f"{ANSWERED}\n依据：《办法》"
    assert (draft.effective_on, draft.expires_on) == (
        date(2026, 1, 1),
        date(2026, 12, 31),
    )


def test_names_below_a_title_and_remarks():
    """The row that names the columns need not be the first."""
    found = read_rows(
        ["云泽市常见问题汇总表", "", ""],
        ["填报单位：", "", ""],
        ["序号", "提问", "解答"],
        ["1", ASKED, ANSWERED],
    )
    (draft,) = found.drafts
    assert (draft.department, draft.sections[0].locator) == ("", "第4行")


@pytest.mark.parametrize("filled", [True, False])
def test_names_in_two_rows(filled):
    """A merged name may stand in both rows, or in the first only."""
    again = "问题" if filled else ""
    found = read_rows(
        ["序号", "问题", "答复信息", "答复信息" if filled else ""],
        ["序号" if filled else "", again, "答复内容", "答复单位"],
        ["1", ASKED, ANSWERED, "公安局"],
    )
    (draft,) = found.drafts
    assert (draft.title, draft.department) == (ASKED, "公安局")


def test_names_in_the_first_column():
    """A table lying on its side is turned."""
    found = read_rows(["问题", ASKED, "几点下班？"], ["答案", ANSWERED, "五点半。"])
    assert [draft.title for draft in found.drafts] == [ASKED, "几点下班？"]


def test_no_names_at_all():
    """Two columns, the first all questions: read, and the editor is told."""
    rows = [[ASKED, ANSWERED], ["几点下班？", "五点半。"], ["收费吗？", "不收费。"]]
    found = read_rows(*rows)
    assert len(found.drafts) == 3
    assert found.warnings


def test_other_tables_are_none():
    """A list of people, and a sheet of guides with a column of questions."""
    assert (
        find_columns((("姓名", "电话"), ("甲", "1"), ("乙", "2"), ("丙", "3"))) is None
    )
    assert find_columns((("事项名称", "申请材料", "常见问题", "办理结果"),)) is None
