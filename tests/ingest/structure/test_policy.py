"""Policies understood: head, dates, articles, annexes."""

from datetime import date

import pytest

from knowledge import EntryKind

RULE = (
    "^云泽市民政局文件",
    "^云民[2026]12 号",
    "^关于印发《云泽市高龄津贴",
    "^发放办法》的通知",
    "各县（区）民政局：",
    "现将《云泽市高龄津贴发放办法》印发给你们，请遵照执行。",
    "云泽市民政局",
    "2026年1月15日",
    "^目　录",
    "第一章　总　则",
    "第二章　标　准",
    "^第一章　总　则",
    "第一条　为了保障高龄老年人的合法权益，制定本办法。",
    "^第二章　标　准",
    "第二条　符合第一条规定的老年人，按下列标准发放：",
    "（一）80周岁至89周岁，每人每月100元；",
    "（二）90周岁以上，每人每月200元。",
    "第一条所称老年人，年龄以身份证为准。",
    "第二条之一　补发最长3个月。",
    "第三条　本办法自2026年2月1日起施行，有效期2年。《云泽市高龄津贴暂行办法》"
    "（云民〔2021〕9号）和《关于发放长寿金的通知》同时废止。",
    "附件1",
    "^高龄津贴申请表",
    "姓名、住址、联系电话。",
    "（此件公开发布）",
)


@pytest.fixture
def rule(read_draft, make_docx):
    """A notice that encloses a rule, with contents and an annex."""
    return read_draft("附件.docx", make_docx(*RULE))


def test_head_is_read_line_by_line(rule):
    """The red head, the number and the two lines of the title."""
    assert rule.kind is EntryKind.POLICY
    assert rule.title == "关于印发《云泽市高龄津贴发放办法》的通知"
    assert rule.doc_number == "云民〔2026〕12号"
    assert rule.department == "云泽市民政局"
    assert rule.region == "云泽市"


def test_dates_and_what_it_replaces(rule):
    """A term of two years ends the day before; a number goes before a title."""
    assert rule.issued_on == date(2026, 1, 15)
    assert rule.effective_on == date(2026, 2, 1)
    assert rule.expires_on == date(2028, 1, 31)
    assert rule.supersedes == ("云民〔2021〕9号", "关于发放长寿金的通知")


def test_each_article_is_a_section_under_its_chapter(rule):
    """Contents make none, a line that begins with a reference neither."""
    assert [section.heading for section in rule.sections] == [
        "导语",
        "第一章 总则 第一条",
        "第二章 标准 第二条",
        "第二章 标准 第二条之一",
        "第二章 标准 第三条",
        "附件1 高龄津贴申请表",
    ]
    article = rule.sections[2]
    assert article.locator == "第二条"
    assert article.text.splitlines() == [
        "第二条 符合第一条规定的老年人，按下列标准发放：",
        "（一）80周岁至89周岁，每人每月100元；",
        "（二）90周岁以上，每人每月200元。",
        "第一条所称老年人，年龄以身份证为准。",
    ]


def test_signature_and_publication_remark_are_no_text(rule):
    """A citizen who asks gets the rule and not who signed it."""
    texts = "".join(section.text for section in rule.sections)
    assert "2026年1月15日" not in texts
    assert "此件公开发布" not in texts


def test_law_is_dated_by_the_bracket_under_its_title(read_draft):
    """Issued when last amended; "since its publication" means the first time."""
    draft = read_draft(
        "农业法_20240426.txt",
        "中华人民共和国农业推广法\n（1993年7月2日第八届全国人民代表大会常务委员会"
        "第二次会议通过 根据2024年4月26日第十四届全国人民代表大会常务委员会第九次"
        "会议《关于修改的决定》修正）\n第一条 为了推广技术。\n"
        "第二条 本法自公布之日起施行。\n",
    )
    assert draft.department == "全国人民代表大会常务委员会"
    assert (draft.issued_on, draft.effective_on) == (
        date(2024, 4, 26),
        date(1993, 7, 2),
    )
    assert draft.region == ""


def test_order_gives_the_name_of_the_rule_it_publishes(read_draft, make_docx):
    """中华人民共和国国务院令 is nobody's question."""
    draft = read_draft(
        "a.docx",
        make_docx(
            "^中华人民共和国国务院令",
            "^第706号",
            "《专利代理条例》已经2018年9月6日国务院第23次常务会议修订通过，现予公布，"
            "自2019年3月1日起施行。",
            "^专利代理条例",
            "第一条 为了规范专利代理。",
            "第二条 略。",
        ),
    )
    assert draft.title == "专利代理条例"
    assert draft.doc_number == "中华人民共和国国务院令第706号"
    assert draft.effective_on == date(2019, 3, 1)


def test_declared_facts_go_before_the_text(read_draft):
    """The table of 信息公开 is kept by hand, and checked."""
    draft = read_draft(
        "a.html",
        "<html><head><title>x_某某门户网站</title></head><body>"
        "<table><tr><th>索引号</th><td>YZ-1</td><th>发文机关</th><td>云泽市民政局</td></tr>"
        "<tr><th>标题</th><td colspan=3>云泽市救助办法</td></tr>"
        "<tr><th>发文字号</th><td>云民（2025）7号</td>"
        "<th>成文日期</th><td>2025年4月22日</td></tr>"
        "<tr><th>有效期</th><td>至2030年5月31日</td>"
        "<th>生效日期</th><td>2025-06-01</td></tr></table>"
        "<p>第一条 应救尽救。</p><p>第二条 略。</p></body></html>",
    )
    assert (draft.title, draft.department) == ("云泽市救助办法", "云泽市民政局")
    assert draft.doc_number == "云民〔2025〕7号"
    assert draft.issued_on == date(2025, 4, 22)
    assert (draft.effective_on, draft.expires_on) == (
        date(2025, 6, 1),
        date(2030, 5, 31),
    )


def test_text_without_articles_is_cut_along_its_headings(read_draft):
    """The path of headings; what stands under none is kept too."""
    draft = read_draft(
        "通知.txt",
        "云泽市教育局关于做好入学工作的通知\n云教〔2026〕5号\n各区教育局：\n"
        "现通知如下。\n一、总体要求\n（一）免试入学。\n任何学校不得考试。\n"
        "（二）就近入学。按学区安排，公办民办同招。\n二、报名时间\n6月1日至15日。\n"
        "云泽市教育局\n2026年4月16日\n",
    )
    assert [(s.heading, s.text) for s in draft.sections] == [
        ("正文", "各区教育局：\n现通知如下。"),
        ("一、总体要求 （一）免试入学", "任何学校不得考试。"),
        (
            "一、总体要求 （二）就近入学",
            "（二）就近入学。按学区安排，公办民办同招。",
        ),
        ("二、报名时间", "6月1日至15日。"),
    ]
    assert draft.issued_on == date(2026, 4, 16)


def test_short_items_under_no_text_of_their_own_are_kept(read_draft):
    """A holiday notice is nothing but headings; a list is not a row of headings."""
    draft = read_draft(
        "通知.txt",
        "关于放假的通知\n一、清明节：4月5日放假。\n二、提交下列材料：\n"
        "（一）户口簿\n（二）身份证\n三、劳动节：5月1日放假。\n",
    )
    assert [section.text for section in draft.sections] == [
        "一、清明节：4月5日放假。",
        "（一）户口簿\n（二）身份证",
        "三、劳动节：5月1日放假。",
    ]


def test_table_in_an_article_names_its_columns(read_draft, make_docx):
    """A row is understood alone, and merged first cells are repeated."""
    draft = read_draft(
        "a.docx",
        make_docx(
            "^云泽市养犬收费办法",
            "第一条 收费标准如下：",
            [["区域", "首次", "年检"], ["东湖区", "300元", "200元"]],
            "第二条 略。",
        ),
    )
    assert draft.sections[0].text.splitlines()[1] == (
        "区域：东湖区；首次：300元；年检：200元"
    )


def test_pages_are_kept(read_draft, make_pdf):
    """The citation says where to look."""
    long = "为了规范高龄津贴的申请、审核、发放和监督，" * 12
    draft = read_draft(
        "云泽市津贴办法.pdf",
        make_pdf(
            *(f"第{n}条 {long}" for n in ("一", "二", "三", "四", "五", "六", "七"))
        ),
    )
    assert len(draft.sections) == 7
    assert {"第1页", "第2页"} <= {section.locator for section in draft.sections}


def test_joint_issuers_are_two_names(read_draft, make_docx):
    """Two bureaus over one notice; its region is not cut out of their names."""
    draft = read_draft(
        "通知.docx",
        make_docx(
            "^云泽市民政局 云泽市财政局",
            "^关于调整高龄津贴标准的通知",
            "云民〔2026〕12 号",
            "各县区民政局：",
            "一、80至89周岁每人每月100元。",
            "二、本通知自印发之日起执行，有效期至2028年底。云民〔2019〕3号文件同时废止。",
            "云泽市民政局 云泽市财政局",
            "2026年3月1日",
        ),
    )
    assert draft.department == "云泽市民政局、云泽市财政局"
    assert (draft.region, draft.supersedes) == ("云泽市", ("云民〔2019〕3号",))
    assert draft.expires_on == date(2028, 12, 31)
    assert "云泽市财政局" not in draft.sections[-1].text


def test_repeals_listed_below_a_heading(read_draft, make_docx):
    """A notice of what stays and what goes: only what goes is superseded."""
    draft = read_draft(
        "公告.docx",
        make_docx(
            "^云泽市医疗保障局关于公布继续有效和废止的规范性文件目录的公告",
            "2026年第2号",
            "根据《规章制定程序条例》，现将清理结果公告如下：",
            "一、继续有效的文件",
            "1.《云泽市医保甲办法》（云医保〔2022〕1号）",
            "二、下列文件予以废止：",
            "1.《云泽市医保乙办法》（云医保〔2018〕1号）",
            "2.《云泽市医保丙办法》",
            "本公告自发布之日起施行。",
            "云泽市医疗保障局",
            "2026年1月5日",
        ),
    )
    assert draft.doc_number == "2026年第2号"
    assert draft.supersedes == ("云医保〔2018〕1号", "云泽市医保丙办法")
