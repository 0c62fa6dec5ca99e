"""OpenDocument texts and sheets, as LibreOffice writes them."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from ingest.errors import BrokenFileError
from ingest.readers import read_document
from ingest.types import Align

_SPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (
        ("office", "office"), ("text", "text"), ("table", "table"),
        ("style", "style"), ("draw", "drawing"), ("fo", "xsl-fo-compatible"),
    )
)  # fmt: skip

STYLES = (
    '<style:style style:name="C" style:family="paragraph">'
    '<style:paragraph-properties fo:text-align="center"/></style:style>'
    '<style:style style:name="H" style:family="text">'
    '<style:text-properties text:display="none"/></style:style>'
    '<style:style style:name="W" style:family="text">'
    '<style:text-properties fo:color="#ffffff"/></style:style>'
    '<text:list-style style:name="L"><text:list-level-style-number text:level="1" '
    'style:num-prefix="第" style:num-suffix="条" style:num-format="一, 二, 三, ..."/>'
    "</text:list-style>"
)


def make_odf(body: str, *, kind: str = "text", **members: str) -> bytes:
    content = (
        f'<?xml version="1.0"?><office:document-content {_SPACES} '
        'xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.3">'
        f"<office:automatic-styles>{STYLES}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body>"
        "</office:document-content>"
    )
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        for name, text in members.items():
            archive.writestr(name.replace("__", "/"), text)
    return buffer.getvalue()


def read(body: str, **members: str):
    return read_document(make_odf(body, **members), ".odt")


def test_paragraphs_headings_and_breaks():
    """Spaces, tabs and line ends are elements of their own."""
    blocks = read(
        '<text:p text:style-name="C">高龄<text:s/>津贴办法</text:p>'
        '<text:h text:outline-level="2">第一章 总则</text:h>'
        "<text:p>第一条<text:tab/>为了<text:span>老人</text:span>。<text:line-break/>"
        "第二行。</text:p><text:p/>"
    ).blocks
    assert [(b.text, b.level, b.align) for b in blocks] == [
        ("高龄津贴办法", 0, Align.CENTRE),
        ("第一章总则", 2, Align.LEFT),
        ("第一条 为了老人。", 0, Align.LEFT),
        ("第二行。", 0, Align.LEFT),
    ]


def test_articles_numbered_by_the_list_get_their_numbers():
    """第一条 is nowhere in the text: it is counted; a list that goes on goes on."""
    item = "<text:list-item><text:p>{}</text:p></text:list-item>"
    blocks = read(
        f'<text:list text:style-name="L">{item.format("甲。")}{item.format("乙。")}'
        "</text:list><text:p>中间。</text:p>"
        '<text:list text:style-name="L" text:continue-numbering="true">'
        f"{item.format('丙。')}</text:list>"
    ).blocks
    assert [block.text for block in blocks] == [
        "第一条 甲。",
        "第二条 乙。",
        "中间。",
        "第三条 丙。",
    ]


def test_table_keeps_merged_values_in_every_row():
    """Rows and columns spanned; a table inside a cell is lines of the cell."""

    def cell(text: str, more: str = "") -> str:
        return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"

    covered = "<table:covered-table-cell/>"
    (block,) = read(
        "<table:table><table:table-header-rows><table:table-row>"
        + cell("部门") + cell("事项") + cell("时限")
        + "</table:table-row></table:table-header-rows><table:table-row>"
        + cell("民政局", 'table:number-rows-spanned="2"') + cell("津贴") + cell("五日")
        + "</table:table-row><table:table-row>" + covered + cell("补贴")
        + "<table:table-cell><table:table><table:table-row>" + cell("甲") + cell("乙")
        + "</table:table-row></table:table></table:table-cell></table:table-row>"
        + "</table:table>"
    ).blocks  # fmt: skip
    assert block.rows == (
        ("部门", "事项", "时限"),
        ("民政局", "津贴", "五日"),
        ("民政局", "补贴", "甲\t乙"),
    )


def test_hidden_text_stays_out_and_is_named():
    """Hidden characters, white ones, a hidden section."""
    document = read(
        '<text:p>看得见<text:span text:style-name="H">暗</text:span>'
        '<text:span text:style-name="W">白</text:span>。</text:p>'
        '<text:section text:display="none"><text:p>节</text:p></text:section>'
    )
    assert [block.text for block in document.blocks] == ["看得见。"]
    assert document.warnings == ("文件里有隐藏文字 3 处，没有读入，请核对原文",)


def test_deleted_text_notes_and_comments_are_no_text():
    """What was struck out with changes tracked is not in force."""
    document = read(
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>删去</text:p>"
        "</text:deletion></text:changed-region></text:tracked-changes>"
        "<text:p>正文<office:annotation><text:p>批语</text:p></office:annotation>。</text:p>"
    )
    assert [block.text for block in document.blocks] == ["正文。"]
    assert document.warnings == ("文件里有批注，没有读入",)


def test_macros_and_outside_content_are_named():
    """They are not run and not fetched."""
    document = read(
        '<text:p>正文。<draw:frame><draw:image xlink:href="http://a.cn/x.png"/>'
        "</draw:frame></text:p>",
        Basic__Standard__Module1="x",
    )
    assert document.warnings == (
        "文件里有宏，没有运行，只读了文字",
        "文件引用了外部模板或外部内容，没有读取",
    )


def test_nesting_without_end_is_refused():
    """No document has a hundred spans inside each other."""
    deep = "<text:span>" * 200 + "x" + "</text:span>" * 200
    with pytest.raises(BrokenFileError):
        read(f"<text:p>{deep}</text:p>")


def test_sheet_is_read_as_a_workbook():
    """The free format of sheets gives sheets, as Excel's does."""
    body = (
        '<table:table table:name="问答"><table:table-row>'
        '<table:table-cell office:value-type="string"><text:p>问题</text:p>'
        '</table:table-cell><table:table-cell office:value-type="string">'
        "<text:p>答案</text:p></table:table-cell></table:table-row></table:table>"
    )
    (sheet,) = read_document(make_odf(body, kind="spreadsheet"), ".ods").sheets
    assert (sheet.name, sheet.rows) == ("问答", (("问题", "答案"),))
