"""Policies as red-head Word documents, PDFs and public-information web pages."""

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import HRFlowable, Paragraph, SimpleDocTemplate

from . import word
from .text import Record, write_date

#: One of the fonts every PDF reader supplies for Chinese, so none is shipped;
#: pdfplumber and pypdfium2 both give its text back in order.
PDF_FONT = "STSong-Light"

_RED = HexColor("#C00000")
_TEMPLATES = Path(__file__).parent / "templates"


def render_policy_docx(policy: Record) -> bytes:
    """Return the red-head document: issuer, number, title, text, signature."""
    document = word.open_document(author=policy["issuer"], title=policy["title"])
    word.add_line(
        document,
        f"{policy['issuer']}文件",
        align=word.CENTRE,
        size=30,
        bold=True,
        red=True,
    )
    number = word.add_line(document, policy["doc_number"], align=word.CENTRE)
    word.underline_in_red(number)
    word.add_line(document, policy["title"], align=word.CENTRE, size=20, bold=True)
    for kind, text in iter_lines(policy):
        if kind == "heading":
            word.add_line(document, text, align=word.CENTRE, size=15, bold=True)
        else:
            word.add_line(document, text, indent=kind == "text")
    for line in policy["closing"].strip().split("\n"):
        word.add_line(document, line, align=word.RIGHT)
    word.add_line(document, "（此件公开发布）", indent=True)
    return word.save_document(document)


def render_policy_pdf(policy: Record) -> bytes:
    """Return an A4 PDF with a text layer, wrapped lines and page numbers."""
    styles = _make_styles()
    story = [
        Paragraph(f"{policy['issuer']}文件", styles["head"]),
        Paragraph(policy["doc_number"], styles["centre"]),
        HRFlowable(width="100%", thickness=1.5, color=_RED, spaceAfter=16),
        Paragraph(policy["title"], styles["title"]),
    ]
    for kind, text in iter_lines(policy):
        story.append(Paragraph(text, styles[kind]))
    for line in policy["closing"].strip().split("\n"):
        story.append(Paragraph(line, styles["right"]))
    buffer = BytesIO()
    SimpleDocTemplate(
        buffer,
        pagesize=A4,
        leftMargin=2.8 * cm,
        rightMargin=2.6 * cm,
        topMargin=3 * cm,
        bottomMargin=2.6 * cm,
        title=policy["title"],
        author=policy["issuer"],
        invariant=1,
    ).build(story, onFirstPage=_number_page, onLaterPages=_number_page)
    return buffer.getvalue()


def render_policy_html(policy: Record, *, charset: str = "utf-8") -> bytes:
    """Return a public-information page in the bytes of ``charset``.

    Characters the charset lacks become numeric references, as old sites do.
    """
    page = _load_template().render(
        policy=policy,
        lines=list(iter_lines(policy)),
        closing=policy["closing"].strip().split("\n"),
        charset=charset,
        index=f"YZ{policy['issued_on']:%Y%m%d}-{_get_serial(policy):03d}",
        issued=write_date(policy["issued_on"]),
        effective=write_date(policy["effective_on"]),
        expires=write_date(policy["expires_on"]),
    )
    return page.encode(charset, errors="xmlcharrefreplace")


def iter_lines(policy: Record) -> Iterator[tuple[str, str]]:
    """Yield (kind, text) for the body; kinds are address, text and heading."""
    for line in policy["opening"].strip().split("\n"):
        yield ("address" if line.endswith("：") else "text"), line
    for chapter in policy.get("chapters") or [{"articles": policy.get("articles")}]:
        if "heading" in chapter:
            yield "heading", chapter["heading"]
        for article in chapter["articles"]:
            first, *rest = article["text"].strip().split("\n")
            yield "text", f"{article['no']} {first}"
            yield from (("text", line) for line in rest)


def _get_serial(policy: Record) -> int:
    return int(policy["doc_number"].rpartition("〕")[2].removesuffix("号"))


def _make_styles() -> dict[str, ParagraphStyle]:
    pdfmetrics.registerFont(UnicodeCIDFont(PDF_FONT))
    base = ParagraphStyle(
        "address", fontName=PDF_FONT, fontSize=12, leading=21, wordWrap="CJK"
    )
    variants = {
        "text": {"firstLineIndent": 24},
        "heading": {"alignment": TA_CENTER, "spaceBefore": 10, "fontSize": 13},
        "centre": {"alignment": TA_CENTER},
        "right": {"alignment": TA_RIGHT},
        "title": {
            "alignment": TA_CENTER,
            "fontSize": 18,
            "leading": 28,
            "spaceAfter": 14,
        },
        "head": {
            "alignment": TA_CENTER,
            "fontSize": 24,
            "leading": 40,
            "textColor": _RED,
        },
    }
    styles = {"address": base}
    for name, changes in variants.items():
        styles[name] = ParagraphStyle(name, parent=base, **changes)
    return styles


def _number_page(canvas: Canvas, document: SimpleDocTemplate) -> None:
    canvas.setFont(PDF_FONT, 10)
    canvas.drawCentredString(A4[0] / 2, 1.5 * cm, f"— {document.page} —")


@cache
def _load_template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("policy.html")
