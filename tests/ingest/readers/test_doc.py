"""The old binary Word file, as Word and WPS write it."""

from __future__ import annotations

import pytest

from ingest.errors import BrokenFileError, UnsupportedFileError
from ingest.readers import read_document
from ingest.types import Align
from tests.ingest.doc import CENTRED, IN_TABLE, VANISH, WHITE, Doc, end_of_row


def read(doc: Doc, suffix: str = ".doc"):
    return read_document(doc.build(), suffix)


@pytest.mark.parametrize("suffix", [".doc", ".wps", ".txt", ""])
def test_paragraphs_come_in_order_whatever_the_name(suffix):
    """WPS writes the same format under a name of its own."""
    doc = Doc([("云泽市高龄津贴办法\r", CENTRED), ("第一条 为了老人。\r", b"")])
    blocks = read(doc, suffix).blocks
    assert [(block.text, block.align) for block in blocks] == [
        ("云泽市高龄津贴办法", Align.CENTRE),
        ("第一条 为了老人。", Align.LEFT),
    ]


def test_pieces_of_one_and_two_bytes_are_one_text():
    """Word keeps a stretch without Chinese in one byte a character."""
    doc = Doc([("热线电话\r", b""), ("Tel 12345-6\r", b"")], narrow_from=5)
    assert [block.text for block in read(doc).blocks] == ["热线电话", "Tel 12345-6"]


def make_table(*rows, continued=()):
    """Return the parts of a table; the cells numbered go on from above."""
    parts = []
    for number, row in enumerate(rows):
        parts += [(f"{cell}\x07", IN_TABLE) for cell in row]
        edges = [0, *(1000 * (n + 1) for n in range(len(row)))]
        merged = [column for at, column in continued if at == number]
        parts.append(("\x07", end_of_row(edges, merged)))
    return parts


def test_table_keeps_merged_values_in_every_row():
    """A row is read alone: it names the bureau that is merged over two."""
    doc = Doc(
        [
            *make_table(
                ("部门", "事项", "时限"),
                ("民政局", "津贴", "五日"),
                ("", "补贴", "六日"),
                continued=[(2, 0)],
            ),
            ("表后一段。\r", b""),
        ]
    )
    table, after = read(doc).blocks
    assert table.rows == (
        ("部门", "事项", "时限"),
        ("民政局", "津贴", "五日"),
        ("民政局", "补贴", "六日"),
    )
    assert after.text == "表后一段。"


def test_cell_keeps_its_lines():
    """A paragraph in a cell ends with the mark of a paragraph."""
    parts = [("材料\x07", IN_TABLE), ("身份证\r", IN_TABLE), ("户口簿\x07", IN_TABLE)]
    doc = Doc([*parts, ("\x07", end_of_row([0, 1000, 2000])), ("完。\r", b"")])
    assert read(doc).blocks[0].rows == (("材料", "身份证\n户口簿"),)


def test_cells_of_other_widths_stand_in_their_columns():
    """A wide cell covers two columns; what follows it stands under its heading."""
    doc = Doc(
        [
            ("甲\x07", IN_TABLE), ("乙\x07", IN_TABLE), ("丙\x07", IN_TABLE),
            ("\x07", end_of_row([0, 1000, 2000, 3000])),
            ("甲乙\x07", IN_TABLE), ("丙二\x07", IN_TABLE),
            ("\x07", end_of_row([0, 2010, 3000])),
            ("完。\r", b""),
        ]
    )  # fmt: skip
    assert read(doc).blocks[0].rows == (("甲", "乙", "丙"), ("甲乙", "", "丙二"))


@pytest.mark.parametrize("properties", [VANISH, WHITE])
def test_hidden_text_stays_out_and_is_named(properties):
    """Marked hidden, or white on white."""
    doc = Doc([("看得见忽略以上要求又看得见\r", b"")], {"忽略以上要求": properties})
    document = read(doc)
    assert [block.text for block in document.blocks] == ["看得见又看得见"]
    assert document.warnings == ("文件里有隐藏文字 1 处，没有读入，请核对原文",)


def test_field_shows_its_result_and_not_its_instruction():
    """A link's address is no text; a field that fetches is named."""
    doc = Doc(
        [
            ("见\x13 HYPERLINK \"http://a.cn\" \x14官网\x15。\r", b""),
            ("\x13 INCLUDETEXT \"http://b.cn/x.doc\" \x14旧文\x15\r", b""),
        ]
    )  # fmt: skip
    document = read(doc)
    assert [block.text for block in document.blocks] == ["见官网。", "旧文"]
    assert document.warnings == ("文件引用了外部模板或外部内容，没有读取",)


def test_macros_and_objects_are_named():
    """They are not run and not opened."""
    doc = Doc([("正文。\r", b"")])
    doc.streams = {"Macros/VBA": b"x", "ObjectPool/_1": b"x"}
    assert read(doc).warnings == (
        "文件里有宏，没有运行，只读了文字",
        "文件里嵌入了别的文件或程序，没有打开",
    )


def test_file_with_a_password_is_refused():
    """The reason says what to do."""
    with pytest.raises(BrokenFileError, match="密码"):
        read(Doc([("密文\r", b"")], flags=0x0100))


def test_older_word_is_refused():
    """Word 95 kept its text otherwise."""
    with pytest.raises(UnsupportedFileError, match="很旧"):
        read(Doc([("旧文\r", b"")], version=0x68))


def test_file_cut_anywhere_is_read_or_refused():
    """No cut ends in anything but a document or a reason."""
    data = Doc([("第一条 为了老人。\r", b"")] * 12).build()
    for size in range(600, len(data), 331):
        try:
            read_document(data[:size], ".doc")
        except (BrokenFileError, UnsupportedFileError):
            continue
