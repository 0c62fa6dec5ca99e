"""Questions and answers understood."""

from datetime import date

import pytest

from knowledge import EntryKind

HEADERS = ["问题", "相似问题", "答案", "部门", "区域", "生效日期", "失效日期"]
ROW = [
    "社保卡丢了怎么补办？",
    "社保卡不见了去哪补\n卡遗失怎么办；卡丢了",
    "先挂失，再到窗口补办。",
    "云泽市人社局",
    "云泽市",
    "2026-01-01",
    None,
]


def test_row_is_an_entry(read, make_xlsx):
    """The question is the heading, the row number the place."""
    (draft,) = read("问答.xlsx", make_xlsx([HEADERS, ROW])).drafts
    (section,) = draft.sections
    assert draft.kind is EntryKind.FAQ
    assert draft.title == section.heading == "社保卡丢了怎么补办？"
    assert section.text == "先挂失，再到窗口补办。"
    assert section.locator == "第2行"
    assert draft.aliases == ("社保卡不见了去哪补", "卡遗失怎么办", "卡丢了")
    assert (draft.department, draft.region) == ("云泽市人社局", "云泽市")
    assert (draft.effective_on, draft.expires_on) == (date(2026, 1, 1), None)


@pytest.mark.parametrize(
    "headers",
    [
        ("问", "答"),
        ("标准问", "答复"),
        ("常见问题", "回答"),
        ("Question", "Answer"),
        ("主题", "知识库内容"),
        ("问题（必填）", "答案*"),
    ],
)
def test_columns_by_any_name(read, make_xlsx, headers):
    """Every desk has its own sheet."""
    report = read("问答.xlsx", make_xlsx([headers, ("在哪办？", "在政务中心。")]))
    assert [draft.title for draft in report.drafts] == ["在哪办？"]


def test_similar_questions_in_several_columns(read, make_xlsx):
    """As templates of call centres have it."""
    rows = [["问题", "答案", "类似问题", "类似问题"], ["甲？", "乙。", "丙", "丁"]]
    (draft,) = read("问答.xlsx", make_xlsx(rows)).drafts
    assert draft.aliases == ("丙", "丁")


def test_incomplete_rows_are_refused_by_place(read, make_xlsx):
    """The others come in; empty rows are nothing."""
    rows = [
        ["问题", "答案"],
        ["甲？", ""],
        ["", "乙。"],
        ["", ""],
        ["丙？", "丁。"],
        ["请填写主题", "请填写内容"],
    ]
    report = read("问答.xlsx", make_xlsx(rows))
    assert [draft.sections[0].locator for draft in report.drafts] == ["第5行"]
    assert [(row.place, row.reason) for row in report.refused_rows] == [
        ("第2行", "没有答案"),
        ("第3行", "没有问题"),
        ("第6行", "模板里的示例，没有填写"),
    ]


def test_template_without_a_row_is_refused(read, make_xlsx):
    """Somebody uploaded the empty form."""
    report = read("模板.xlsx", make_xlsx([["问题", "答案"], ["请填写", "请填写"]]))
    assert report.status == "refused"
    assert "没有填写" in report.reason


def test_sheet_of_something_else_is_refused(read, make_xlsx):
    """It says which columns it looked for."""
    report = read("清单.xlsx", make_xlsx([["序号", "名称"], [1, "反洗钱法"]]))
    assert report.status == "refused"
    assert "“问题”和“答案”" in report.reason


def test_places_name_the_sheet_when_there_are_several(read, make_xlsx):
    """A sheet that is neither is named in a warning."""
    report = read(
        "问答.xlsx",
        make_xlsx([HEADERS, ROW], [["问题", "答案"], ["甲？", "乙。"]], [["说明"]]),
    )
    places = [draft.sections[0].locator for draft in report.drafts]
    assert places == ["表1 第2行", "表2 第2行"]
    assert "表3" in report.warnings[0]


def test_table_in_a_word_file(read, make_docx):
    """The same sheet, pasted."""
    report = read(
        "问答.docx", make_docx("^常见问题", [["问题", "答案"], ["甲？", "乙。"]])
    )
    assert [draft.title for draft in report.drafts] == ["甲？"]


def test_questions_and_answers_as_text(read):
    """问： and 答：, numbered or not; an answer may have several lines."""
    report = read(
        "问答.txt",
        "常见问题解答\n1.问：在哪办？\n答：在政务服务中心。\n周末不开。\n问：收费吗？\n"
        "答：不收费。\n问：几天办好？\n",
    )
    assert [draft.title for draft in report.drafts] == ["在哪办？", "收费吗？"]
    assert report.drafts[0].sections[0].text == "在政务服务中心。\n周末不开。"
    assert report.refused_rows[0].reason == "没有答案"
