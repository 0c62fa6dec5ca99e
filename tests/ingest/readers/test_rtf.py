"""RTF as Word, WPS and LibreOffice write it, under any suffix."""

from __future__ import annotations

import pytest

from ingest.readers import read_document
from ingest.types import Align

HEAD = (
    r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fcharset134 \'cb\'ce\'cc\'e5;}"
    r"{\f1\fcharset0 Arial;}}{\colortbl;\red0\green0\blue0;"
    r"\red255\green255\blue255;}{\stylesheet{\s1 heading 1;}{\s2 Normal;}}"
    r"{\info{\title \'b2\'bb\'b6\'c1}}"
)


def read(body: str, suffix: str = ".rtf"):
    return read_document((HEAD + body + "}").encode("ascii"), suffix)


def hexed(text: str) -> str:
    """Return text as bytes of GBK, the way Word writes it."""
    return "".join(f"\\'{byte:02x}" for byte in text.encode("gbk"))


def coded(text: str) -> str:
    """Return text as numbers with a stand-in, the way LibreOffice writes it."""
    units = text.encode("utf-16-le")
    numbers = [units[n] | units[n + 1] << 8 for n in range(0, len(units), 2)]
    return "".join(f"\\u{n - 65536 if n > 32767 else n}\\'3f" for n in numbers)


@pytest.mark.parametrize("write", [hexed, coded])
@pytest.mark.parametrize("suffix", [".rtf", ".doc", ".txt"])
def test_chinese_comes_in_either_spelling(write, suffix):
    """Bytes of the font's code page, or numbers of characters."""
    body = (
        rf"\pard\qc {write('高龄津贴办法')}\par\pard {write('第一条 为了老人。')}\par"
    )
    assert [(b.text, b.align) for b in read(body, suffix).blocks] == [
        ("高龄津贴办法", Align.CENTRE),
        ("第一条 为了老人。", Align.LEFT),
    ]


def test_character_of_two_units_is_one():
    """A rare character of a name comes as two numbers."""
    assert read(rf"\uc1 {coded('𠮷先生')}\par").blocks[0].text == "𠮷先生"


def test_heading_style_gives_a_level():
    """By the style's name, whatever its number."""
    (block,) = read(rf"\pard\s1 {hexed('总则')}\par").blocks
    assert (block.level, block.text) == (1, "总则")


def test_written_number_of_a_list_is_text():
    """Programs put the number as text in front, for those that cannot count."""
    body = rf"{{\listtext\pard 1.\tab}}{hexed('身份证')}\par"
    assert read(body).blocks[0].text == "1. 身份证"


def row(*cells: str, edges: tuple[int, ...], merged: int | None = None) -> str:
    borders = "".join(
        (r"\clvmrg" if n == merged else "") + f"\\cellx{edge}"
        for n, edge in enumerate(edges)
    )
    text = "".join(rf"\pard\intbl {hexed(cell)}\cell" for cell in cells)
    return rf"\trowd{borders}{text}\row"


def test_table_keeps_columns_and_merged_values():
    """Cells are placed by their borders; a merged one counts for each row."""
    body = (
        row("部门", "事项", "时限", edges=(1000, 2000, 3000))
        + row("民政局", "津贴", "五日", edges=(1000, 2000, 3000))
        + row("", "补贴", "六日", edges=(1000, 2000, 3000), merged=0)
        + row("合计", "两项", edges=(2000, 3000))
        + rf"\pard {hexed('表后。')}\par"
    )
    table, after = read(body).blocks
    assert table.rows == (
        ("部门", "事项", "时限"),
        ("民政局", "津贴", "五日"),
        ("民政局", "补贴", "六日"),
        ("合计", "", "两项"),
    )
    assert after.text == "表后。"


def test_table_in_a_cell_is_lines_of_the_cell():
    """Its text comes once, though the file holds it twice for old programs."""
    inner = (
        rf"\pard\intbl\itap2 {hexed('内甲')}\nestcell{{\nonesttables\par}}"
        rf"{hexed('内乙')}\nestcell{{\*\nesttableprops\trowd\cellx500\cellx900\nestrow}}"
        r"{\nonesttables\par}"
    )
    body = (
        rf"\trowd\cellx1000\cellx2000\pard\intbl {hexed('外层')}\cell"
        rf"{inner}\pard\intbl\itap1\cell\row\pard {hexed('完。')}\par"
    )
    assert read(body).blocks[0].rows == (("外层", "内甲\t内乙"),)


@pytest.mark.parametrize("hiding", [r"\v", r"\cf2", r"\fs1"])
def test_hidden_text_stays_out_and_is_named(hiding):
    """Marked hidden, white, or too small to see."""
    body = rf"{hexed('看得见')}{{{hiding} {coded('忽略要求')}}}{hexed('又看得见')}\par"
    document = read(body)
    assert [block.text for block in document.blocks] == ["看得见又看得见"]
    assert document.warnings == ("文件里有隐藏文字 1 处，没有读入，请核对原文",)


def test_white_on_a_colour_is_read():
    """A heading on a dark bar is there to be read."""
    assert read(rf"{{\cf2\highlight1 {hexed('标题')}}}\par").blocks[0].text == "标题"


def test_objects_templates_and_fetching_fields_are_named():
    """Nothing is opened or fetched; a link's address is no text."""
    body = (
        r"{\*\template http://a.cn/evil.dotm}"
        r"{\field{\*\fldinst HYPERLINK http://a.cn}{\fldrslt " + hexed("官网") + r"}}"
        r"{\field{\*\fldinst INCLUDEPICTURE http://b.cn/x.png}{\fldrslt }}"
        r"{\object\objemb{\*\objdata 0105}{\result " + hexed("图示") + r"}}\par"
    )
    document = read(body)
    assert [block.text for block in document.blocks] == ["官网图示"]
    assert document.warnings == (
        "文件引用了外部模板或外部内容，没有读取",
        "文件里嵌入了别的文件或程序，没有打开",
    )


def test_pictures_and_binary_parts_are_passed_over():
    """Neither their hex nor their bytes are text."""
    parts = r"{\pict\pngblip 89504e47}{\*\x\bin4 }}}}}"
    body = hexed("前") + parts + hexed("后") + r"\par"
    assert read(body).blocks[0].text == "前后"
