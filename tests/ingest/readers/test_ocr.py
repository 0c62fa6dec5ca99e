"""Scans and photographs: the real engine on pages that the test draws."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from ingest.errors import NoTextError, TooLargeError
from ingest.readers import ocr, read_document

TEXT = "第一条为了保障高龄老人，制定本办法。"
CAUTION = "扫描件，文字由机器识别，请核对"


@pytest.fixture
def page(make_pdf) -> Image.Image:
    """A page as a scanner gives it: an image without any text layer."""
    pdf = pypdfium2.PdfDocument(make_pdf(TEXT, "第二条津贴每月二百元。"))
    return pdf[0].render(scale=2).to_pil().convert("RGB").crop((0, 0, 1190, 500))


def save(image: Image.Image, kind: str, **more) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **more)
    return buffer.getvalue()


def scan(*images: Image.Image, words: str = "") -> bytes:
    """Return a PDF whose pages are pictures, with a page of words in front."""
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(595, 250))
    if words:
        canvas.drawString(50, 200, words)
        canvas.showPage()
    for image in images:
        canvas.drawImage(ImageReader(image), 0, 0, 595, 250)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP"])
def test_picture_of_a_page_is_read(page, kind):
    """Sniffed by content: the name does not matter."""
    document = read_document(save(page, kind), ".pdf")
    assert [block.text for block in document.blocks] == [TEXT, "第二条津贴每月二百元。"]
    assert {block.locator for block in document.blocks} == {"第1页（识别）"}
    assert document.warnings == (CAUTION,)


def test_scanned_pages_between_others_are_named(page):
    """A page with a text layer is read from it."""
    words = "These words are the text layer of page one."
    document = read_document(scan(page, words=words), ".pdf")
    assert [block.locator for block in document.blocks] == [
        "第1页",
        "第2页（识别）",
        "第2页（识别）",
    ]
    assert document.warnings == (f"第2页是{CAUTION}",)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_page_that_lies_on_its_side_or_head_is_turned(page, degrees):
    """Put into the scanner the wrong way round."""
    turned = save(page.rotate(degrees, expand=True), "PNG")
    document = read_document(turned, ".png")
    assert [block.text for block in document.blocks] == [TEXT, "第二条津贴每月二百元。"]


def test_doubtful_lines_are_shown_to_staff(page):
    """What the engine is not sure of is named with its page."""
    read = ocr.Recognised(ocr.Page(3, 595, (), is_recognised=True), ("津贴", "元"))
    assert ocr.warn_recognised([read], 1) == (
        CAUTION,
        "第3页有 2 行识别把握不大，请核对：“津贴”“元”",
    )


def test_reading_twice_gives_the_same(page):
    """Deterministic: a file imported again is the same entry."""
    data = save(page, "PNG")
    assert read_document(data, ".png") == read_document(data, ".png")


def test_picture_without_text_is_refused():
    """A blank sheet."""
    blank = save(Image.new("RGB", (400, 300), "white"), "PNG")
    with pytest.raises(NoTextError, match="没有认出文字"):
        read_document(blank, ".png")


def test_picture_with_too_many_pixels_is_refused_before_it_is_unpacked():
    """A few kB that unpack to a gigabyte."""
    bomb = save(Image.new("1", (30_000, 30_000)), "PNG")
    assert len(bomb) < 200_000
    with pytest.raises(TooLargeError, match="图片太大"):
        read_document(bomb, ".png")


def test_engine_is_not_loaded_with_the_package():
    """The web process imports ingest and must not pay for the engine."""
    code = (
        "import ingest, sys; "
        "sys.exit(bool({'rapidocr', 'onnxruntime', 'cv2', 'pptx'} & set(sys.modules)))"
    )
    root = Path(__file__).parents[3]
    assert subprocess.run([sys.executable, "-c", code], cwd=root).returncode == 0
