"""Word documents with Chinese fonts; what they say is the callers' business."""

from collections.abc import Sequence
from io import BytesIO

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table
from docx.text.paragraph import Paragraph

from .archive import freeze_archive

#: The red of official letterheads.
RED = RGBColor(0xC0, 0x00, 0x00)

CENTRE = WD_ALIGN_PARAGRAPH.CENTER
LEFT = WD_ALIGN_PARAGRAPH.LEFT
RIGHT = WD_ALIGN_PARAGRAPH.RIGHT

#: Fonts are only named: a reader without them shows its own.
BODY_FONT = "仿宋"
TITLE_FONT = "方正小标宋简体"


def open_document(*, author: str, title: str) -> WordDocument:
    """Start an empty document whose normal style is Chinese body text."""
    document = Document()
    document.core_properties.author = author
    document.core_properties.title = title
    style = document.styles["Normal"]
    style.font.name = BODY_FONT
    style.font.size = Pt(14)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), BODY_FONT)
    return document


def add_line(
    document: WordDocument,
    text: str,
    *,
    align: WD_ALIGN_PARAGRAPH = LEFT,
    size: float = 14,
    bold: bool = False,
    red: bool = False,
    indent: bool = False,
) -> Paragraph:
    """Add one paragraph; ``indent`` is the two characters of Chinese prose."""
    paragraph = document.add_paragraph()
    paragraph.alignment = align
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(2 * size)
    run = paragraph.add_run(text)
    run.bold = bold
    run.font.size = Pt(size)
    if red:
        run.font.color.rgb = RED
    if bold and align == CENTRE:
        run.font.name = TITLE_FONT
        run._element.rPr.rFonts.set(qn("w:eastAsia"), TITLE_FONT)
    return paragraph


def underline_in_red(paragraph: Paragraph) -> None:
    """Draw the red rule of a letterhead below the paragraph."""
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("color", "C00000")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().append(borders)


def add_table(
    document: WordDocument, rows: list[list[str]], widths_cm: Sequence[float]
) -> Table:
    """Add a ruled table; a line break in a cell starts a paragraph."""
    table = document.add_table(rows=0, cols=len(widths_cm), style="Table Grid")
    table.autofit = False
    for row in rows:
        cells = table.add_row().cells
        for cell, text, width in zip(cells, row, widths_cm, strict=True):
            cell.width = Cm(width)
            first, *rest = text.split("\n")
            cell.paragraphs[0].add_run(first)
            for line in rest:
                cell.add_paragraph(line)
    return table


def save_document(document: WordDocument) -> bytes:
    """Return the document's bytes, the same for the same content."""
    buffer = BytesIO()
    document.save(buffer)
    return freeze_archive(buffer.getvalue())
