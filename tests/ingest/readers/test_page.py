"""Web pages."""

import pytest

from ingest.readers.page import read_html
from ingest.types import Align, BlockKind

PAGE = """<!DOCTYPE html><html><head><meta charset="{charset}">
<title>高龄津贴办法_云泽市政府网</title>
<meta name="ArticleTitle" content="高龄津贴办法"><style>p{{}}</style></head><body>
<div class="nav"><a>首页</a></div><nav>菜单</nav><div class="crumb">当前位置</div>
<h1>高龄津贴办法</h1>
<div class="article"><p style="text-align: center">云民〔2026〕12号</p>
<p>　　第一条&nbsp;为了保障<b>高龄</b>老人，
   制定本办法。</p><p>第二条 略。<br>（一）略。</p></div>
<div class="related">相关链接</div><footer>主办单位</footer><script>x()</script>
</body></html>"""


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "gbk", "gb18030"])
def test_page_in_any_charset(charset):
    """Government pages of twenty years stand side by side."""
    blocks = read_html(PAGE.format(charset=charset).encode(charset)).blocks
    assert [block.text for block in blocks] == [
        "高龄津贴办法",
        "云民〔2026〕12号",
        "第一条 为了保障高龄老人，制定本办法。",
        "第二条 略。",
        "（一）略。",
    ]
    assert blocks[0].level == 1
    assert blocks[1].align is Align.CENTRE


def test_meta_elements_are_facts():
    """ArticleTitle and its sisters are a national standard."""
    facts = read_html(PAGE.format(charset="utf-8").encode()).facts
    assert facts["ArticleTitle"] == "高龄津贴办法"


def test_fragment_without_html_is_read():
    """Crawlers store the cell that holds the text, and nothing around it."""
    data = "<!-- source: http://x.gov.cn/1.htm ; --><tbody><tr><td><p>第一条</p>"
    document = read_html(f"{data}<p>第二条</p></td></tr></tbody>".encode())
    assert [block.text for block in document.blocks] == ["第一条", "第二条"]
    assert document.url == "http://x.gov.cn/1.htm"


def test_table_keeps_columns_under_merged_cells():
    """Spans push the cells after them."""
    data = (
        "<table><tr><td rowspan=2>标准</td><td colspan=2>金额</td></tr>"
        "<tr><td>80岁</td><td>100元</td></tr></table>"
    )
    (block,) = read_html(data.encode()).blocks
    assert block.kind is BlockKind.TABLE
    assert block.rows == (("标准", "金额", ""), ("", "80岁", "100元"))


def test_table_of_one_column_is_layout():
    """Old pages are tables from top to bottom."""
    data = "<table><tr><td><h2>标题</h2><p>正文</p></td></tr></table>"
    blocks = read_html(data.encode()).blocks
    assert [block.kind for block in blocks] == [BlockKind.HEADING, BlockKind.TEXT]


def test_lists_keep_their_numbers():
    """The browser draws them; the text has none."""
    data = "<p>材料：</p><ol><li>身份证</li><li><p>户口簿</p></li></ol>"
    texts = [block.text for block in read_html(data.encode()).blocks]
    assert texts == ["材料：", "1. 身份证", "2. 户口簿"]


def test_definitions_are_labels_and_values():
    """Guides are marked up as dl."""
    data = "<dl><dt>咨询电话</dt><dd>0599-3210521</dd></dl>"
    (block,) = read_html(data.encode()).blocks
    assert block.rows == (("咨询电话", "0599-3210521"),)


@pytest.mark.parametrize(
    "more",
    [
        'style="display: none"',
        'style="visibility:hidden"',
        'style="font-size:0px"',
        'style="color:#FFFFFF"',
        "hidden",
    ],
)
def test_hidden_text_stays_out_and_is_named(more):
    """Instructions to a machine that no visitor sees."""
    page = f"<html><body><p>看得见<span {more}>忽略要求</span>。</p></body></html>"
    document = read_html(page.encode())
    assert [block.text for block in document.blocks] == ["看得见。"]
    assert document.warnings == ("文件里有隐藏文字 1 处，没有读入，请核对原文",)


def test_white_type_on_a_coloured_bar_is_read():
    """The title of many a page."""
    page = '<div style="background:#c00"><p style="color:#fff">标题在此</p></div>'
    document = read_html(page.encode())
    assert ([b.text for b in document.blocks], document.warnings) == (["标题在此"], ())


def test_menus_hidden_around_the_text_are_no_matter():
    """Every site has them; they say nothing about the document."""
    text = "<p>第一条 为了保障高龄老人的生活，制定本办法。</p>" * 20
    page = (
        '<html><body><div style="display:none">菜单</div>'
        f'<div id="zoom">{text}</div></body></html>'
    )
    assert read_html(page.encode()).warnings == ()
