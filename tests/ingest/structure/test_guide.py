"""Service guides understood, in the layouts offices use."""

from datetime import date

import pytest

from knowledge import Aspect, EntryKind

FORM_TOP = [
    ["事项名称", "高龄津贴申领"],
    ["日常用语", "老人补贴、长寿钱"],
    ["实施主体", "云泽市民政局"],
    ["适用区域", "西山区"],
    ["服务对象", "年满80周岁的老年人"],
    ["受理条件", "1. 具有西山区户籍。\n2. 年满80周岁。"],
]
MATERIALS = [
    ["序号", "材料名称", "原件", "复印件", "备注"],
    ["1", "居民身份证", "1", "1", "核验后退还"],
    ["2", "电子社保卡", "0", "0", ""],
    ["3", "申请表", "1", "0", ""],
]
FORM_END = [
    ["办理流程", "1. 申请。\n2. 审核。"],
    ["承诺办结时限", "10个工作日"],
    ["法定办结时限", "20个工作日"],
    ["收费标准", "不收费"],
    ["办理地点", "1. 湖滨社区居委会（电话：0599-1）"],
    ["办公时间", "周一至周五 8:30–12:00"],
    ["咨询监督电话", "咨询 0599-3210521；监督 0599-3212345"],
    ["网上办理", "可网上办理。"],
    ["到办事现场次数", "0次"],
    ["通办范围", "全市通办"],
    ["办理结果", "按月发放"],
    ["设定依据", "《云泽市高龄津贴发放办法》（云民〔2026〕12号）第四条"],
    ["注意事项", "按月发放。"],
    ["生效日期", "2026年3月1日"],
    ["更新日期", "2026年9月10日"],
]


def aspects(draft):
    """Return aspect to text."""
    return {section.aspect: section.text for section in draft.sections}


@pytest.fixture
def form(read_draft, make_docx):
    """The two-column form in Word, materials in a table of their own."""
    return read_draft(
        "指南.docx",
        make_docx(
            "^高龄津贴申领办事指南",
            FORM_TOP,
            "申请材料",
            MATERIALS,
            "办理信息",
            FORM_END,
        ),
    )


def test_form_gives_every_aspect(form):
    """In the order in which a citizen needs them."""
    assert [section.aspect for section in form.sections] == list(Aspect)
    assert form.sections[0].heading == "受理条件"


def test_form_says_what_it_is_about(form):
    """Whose, where, for whom, since when, checked when."""
    assert (form.kind, form.title) == (EntryKind.GUIDE, "高龄津贴申领")
    assert (form.department, form.region) == ("云泽市民政局", "西山区")
    assert form.audience == "年满80周岁的老年人"
    assert form.aliases == ("老人补贴", "长寿钱")
    assert form.checked_on == date(2026, 9, 10)
    assert form.effective_on == date(2026, 3, 1)


def test_materials_are_one_line_each(form):
    """With how many of which, and the remark."""
    assert aspects(form)[Aspect.MATERIALS].splitlines() == [
        "1. 居民身份证：原件1份，复印件1份（核验后退还）",
        "2. 电子社保卡：不用交纸质件",
        "3. 申请表：原件1份",
    ]


def test_both_time_limits_stand_together(form):
    """Citizens mean the promised one; the other is shown beside it."""
    assert aspects(form)[Aspect.TIME_LIMIT] == (
        "承诺办结时限：10个工作日\n法定办结时限：20个工作日"
    )


def test_nested_table_of_materials_in_the_form(read_draft):
    """The other way the same form is drawn, here as a web page."""
    table = (
        "<table><tr><td>材料名称</td><td>原件</td></tr>"
        "<tr><td>身份证</td><td>1</td></tr></table>"
    )
    draft = read_draft(
        "a.html",
        "<table><tr><td>事项名称</td><td>养犬登记</td><td>部门</td><td>云泽市公安局</td>"
        f"</tr><tr><td>申请材料</td><td colspan=3>{table}</td></tr>"
        "<tr><td>办理流程</td><td colspan=3>1. 申请。</td></tr></table>",
    )
    assert draft.department == "云泽市公安局"
    assert aspects(draft)[Aspect.MATERIALS] == "1. 身份证：原件1份"


def test_markdown_page(read_draft):
    """Facts as a list under the title, aspects under headings."""
    draft = read_draft(
        "a.md",
        "# 社会保障卡补领\n\n- 实施主体：云泽市人力资源和社会保障局\n"
        "- 更新日期：2026-08-12\n\n## 申请材料\n\n| 材料名称 | 原件 | 复印件 |\n"
        "|---|---|---|\n| 身份证 | 1 | 0 |\n\n## 办理时限\n\n- 承诺时限：3个工作日\n"
        "- 法定时限：10个工作日\n\n## 通办范围\n\n全市通办\n\n## 常见情形\n\n"
        "卡里的钱不受影响。\n\n## 我们的话\n\n欢迎来办。\n",
    )
    texts = aspects(draft)
    assert (draft.title, draft.region) == ("社会保障卡补领", "云泽市")
    assert texts[Aspect.TIME_LIMIT] == "承诺时限：3个工作日\n法定时限：10个工作日"
    assert texts[Aspect.SCOPE] == "全市通办"
    assert texts[Aspect.NOTES] == "卡里的钱不受影响。"
    assert draft.sections[-1].heading == "我们的话"


def test_dump_of_a_portal(read_draft):
    """A cell a line, wrapped; the label above its value; units on a third line."""
    draft = read_draft(
        "a.txt",
        "城乡居民参保登记\n基础信息\n事项名称\n城乡居民参保登记\n日常用语\n无\n"
        "承诺办结时限\n2\n（工作日）\n法定办结时限\n20\n（工作日）\n到办事现场次数\n0\n"
        "必须现场办理原因\n无\n实施主体\n云泽市医疗保障局\n实施编码\n1144\n受理条件\n"
        "未参加职工医保的居民。\n办理流程\n网上办理流程\n1.上传影像。\n线下办理流程\n"
        "1.到窗口。\n步骤\n受理\n时限：0.5个工作日\n办理结果：予以办理。\n1\n材料清单\n"
        "材料名称\n其他信息\n1\n参保登\n记表\n原件：1\n复印件：0\n纸质\n必要\n"
        "来源渠道：自备\n2\n有效身份证件\n原件：0\n复印件：0\n非必要\n填报须知：新生\n"
        "儿免交\n收费项目信息\n不收费\n1\n办理窗口\n医保窗口\n办理地点：湖滨路88号\n"
        "办公电话：0599-3212393\n办公时间：周一至周五\n"
        "部门：云泽市人民政府行政复议委员会\n电话：0599-9999999\n：\n0599-1\n：\n0599-2\n",
    )
    texts = aspects(draft)
    assert draft.aliases == ()
    assert texts[Aspect.TIME_LIMIT] == (
        "承诺办结时限：2个工作日\n法定办结时限：20个工作日"
    )
    assert texts[Aspect.VISITS] == "0次"
    assert texts[Aspect.MATERIALS].splitlines() == [
        "1. 参保登记表：原件1份",
        "2. 有效身份证件：不用交纸质件（非必要；新生儿免交）",
    ]
    assert "1. 受理：时限0.5个工作日；予以办理。" in texts[Aspect.PROCESS]
    assert texts[Aspect.ONLINE] == "1.上传影像。"
    assert texts[Aspect.FEE] == "不收费"
    assert texts[Aspect.HOURS] == "周一至周五"
    assert texts[Aspect.PHONE].splitlines() == [
        "0599-3212393",
        "咨询电话：0599-1",
        "监督电话：0599-2",
    ]


def test_numbered_fields_on_one_line_each(read_draft):
    """Street offices write 一、事项名称：…; empty ones are left out."""
    draft = read_draft(
        "a.txt",
        "一、事项名称：档案接收\n二、实施机关：云泽市东湖区湖滨街道办事处\n"
        "三、实施依据：\n《社会保险法》\n四、申请材料：\n1、身份证\n五、办理流程：\n"
        "六、收费标准：不收费\n七、咨询服务：87524298\n",
    )
    assert (draft.title, draft.region) == ("档案接收", "东湖区")
    assert set(aspects(draft)) == {
        Aspect.MATERIALS,
        Aspect.FEE,
        Aspect.PHONE,
        Aspect.BASIS,
    }


def test_several_guides_in_one_file(read):
    """Each title begins the next one."""
    one = "# {}\n## 申请材料\n身份证\n## 办理流程\n到窗口。\n"
    report = read("汇编.md", one.format("失业登记") + one.format("就业登记"))
    assert [draft.title for draft in report.drafts] == ["失业登记", "就业登记"]
    assert report.title == "汇编"


def test_sheet_of_guides(read, make_xlsx):
    """A row a guide; a row without item or content is refused by its number."""
    report = read(
        "汇总.xlsx",
        make_xlsx(
            [
                ["云泽市办事指南"],
                ["事项名称", "实施主体", "区域", "申请材料", "承诺时限", "更新日期"],
                [
                    "失业登记",
                    "云泽市人社局",
                    "云泽市",
                    "1. 身份证（原件：1，复印件：0）；备注：人证一致",
                    "5个工作日",
                    date(2026, 1, 20),
                ],
                ["", "云泽市人社局", "", "身份证", "", ""],
                ["就业登记", "", "", "", "", ""],
            ]
        ),
    )
    (draft,) = report.drafts
    assert draft.checked_on == date(2026, 1, 20)
    assert draft.sections[0].locator == "第3行"
    assert aspects(draft)[Aspect.MATERIALS] == "1. 身份证：原件1份（人证一致）"
    assert [(row.place, row.reason) for row in report.refused_rows] == [
        ("第4行", "没有事项名称"),
        ("第5行", "只有事项名称，没有办理内容"),
    ]


def test_notice_with_such_headings_stays_a_policy(read_draft):
    """A 文号 makes it one, whatever its headings are."""
    draft = read_draft(
        "a.txt",
        "关于申报补贴的通知\n云人社〔2026〕1号\n各单位：\n一、申请条件\n在职。\n"
        "二、申请材料\n身份证。\n三、办理流程\n网上申报。\n",
    )
    assert draft.kind is EntryKind.POLICY
