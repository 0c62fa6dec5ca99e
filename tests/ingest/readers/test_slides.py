"""Presentations: slide by slide, as they are read."""

from __future__ import annotations

from io import BytesIO

from pptx import Presentation
from pptx.util import Cm

from ingest.readers import read_document


def save(deck) -> bytes:
    buffer = BytesIO()
    deck.save(buffer)
    return buffer.getvalue()


def test_slides_give_headings_lines_and_tables_with_their_page():
    """Title first, then top down; merged values stand in every row."""
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    low = slide.shapes.add_textbox(Cm(1), Cm(14), Cm(9), Cm(1))
    low.text_frame.text = "咨询电话：12345"
    high = slide.shapes.add_textbox(Cm(1), Cm(4), Cm(9), Cm(1))
    high.text_frame.text = "津贴每月二百元。"
    slide.shapes.title.text = "高龄津贴"
    table = slide.shapes.add_table(3, 3, Cm(1), Cm(6), Cm(9), Cm(3)).table
    for r, row in enumerate(
        [("部门", "事项", "时限"), ("民政局", "津贴", "五日"), ("", "补贴", "六日")]
    ):
        for c, text in enumerate(row):
            table.cell(r, c).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    blocks = read_document(save(deck), ".pptx").blocks
    assert [(b.kind, b.text, b.level, b.locator) for b in blocks] == [
        ("heading", "高龄津贴", 2, "第1页"),
        ("text", "津贴每月二百元。", 0, "第1页"),
        ("table", "", 0, "第1页"),
        ("text", "咨询电话：12345", 0, "第1页"),
    ]
    assert blocks[2].rows[2] == ("民政局", "补贴", "六日")


def test_hidden_and_silent_slides_are_named():
    """What the audience does not see is not taken as knowledge."""
    deck = Presentation()
    for text in ("看得见", "藏起来", ""):
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = text
    deck.slides[1].element.set("show", "0")
    document = read_document(save(deck), ".pptx")
    assert [block.text for block in document.blocks] == ["看得见"]
    assert document.warnings == (
        "第2页是隐藏页，没有读入",
        "第3页没有文字，可能是图片，没有读入",
    )
