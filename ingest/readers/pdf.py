"""Reads PDFs with a text layer, through pdfium: page by page, line by line.

pdfium and not pdfplumber: on the 12 text PDFs of ``eval/documents`` both give the
same lines, pdfium in a fifteenth of the time.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from ..errors import BrokenFileError, NoTextError, TooLargeError
from ..text import clean_line, close_figure_gaps
from ..types import Document
from .cautions import ATTACHMENTS, SCRIPTS, warn_hidden
from .ocr import LONG_SIDE, MAX_SCANNED_PAGES, Recognised, recognise, warn_recognised
from .pdf_hidden import find_hidden, is_hidden, list_hidden
from .pdf_lines import Line, Page, drop_furniture, join_lines

#: Fewer characters than this on a page, with a picture, is no text layer.
_MIN_CHARS = 20

#: A picture over this share of the page is the page.
_MIN_PICTURE_SHARE = 0.3

#: What a font without a table of characters leaves in a text layer.
_NO_CHARACTER = re.compile(r"[\ufffd\ue000-\uf8ff\x00-\x08]")
_MAX_BROKEN_SHARE = 0.3

_MAX_SCALE = 4.0

#: Pages read at most; the Civil Code has 234.
MAX_PAGES = 3000

#: Lines this near in height are one, in points; a wider gap is a blank.
_SAME_LINE = 3.0
_WORD_GAP = 6.0

#: pdfium keeps global state: one thread at a time.
_lock = threading.Lock()


def read_pdf(data: bytes) -> Document:
    """Read the text of a PDF; wrapped lines are joined, page numbers dropped.

    A page without text layer is recognised from its picture.

    Raises:
        BrokenFileError: If it is damaged or has a password.
        NoTextError: If there is no text in it, nor in its pictures.
        TooLargeError: If it has more than ``MAX_PAGES`` pages, or too many scans.
        UnsupportedFileError: If it is a scan and nothing can recognise it here.
    """
    with _lock:
        return _read(data)


def _read(data: bytes) -> Document:
    document = _open(data)
    try:
        if len(document) > MAX_PAGES:
            raise TooLargeError(f"PDF 有 {len(document)} 页，超过 {MAX_PAGES} 页上限")
        hidden: list[str] = []
        pages = [_read_page(document, n, hidden) for n in range(len(document))]
        scanned = [n for n, page in enumerate(pages) if _is_scan(document[n], page)]
        recognised = _recognise(document, scanned)
        cautions = (*_list_cautions(document), *warn_hidden(hidden))
    finally:
        document.close()
    for index, each in recognised.items():
        pages[index] = each.page
    if not any(page.lines for page in pages):
        raise NoTextError("PDF 里没有文字，也没有认出文字")
    empty = [
        str(page.number) for page in pages if not page.lines and not page.is_recognised
    ]
    if empty:
        cautions = (*cautions, f"第{'、'.join(empty)}页没有文字层，未读入")
    warnings = warn_recognised(tuple(recognised.values()), len(pages))
    blocks = join_lines(drop_furniture(pages))
    return Document(blocks=tuple(blocks), warnings=(*cautions, *warnings))


def _list_cautions(document: pypdfium2.PdfDocument) -> Iterator[str]:
    if pdfium.FPDFDoc_GetJavaScriptActionCount(document) > 0:
        yield SCRIPTS
    if document.count_attachments() > 0:
        yield ATTACHMENTS


def _is_scan(page: pypdfium2.PdfPage, read: Page) -> bool:
    """Whether the text of a page stands in its picture, not in its text layer."""
    text = "".join(line.text for line in read.lines)
    if len(text) >= _MIN_CHARS:
        return len(_NO_CHARACTER.findall(text)) > len(text) * _MAX_BROKEN_SHARE
    area = page.get_width() * page.get_height()
    drawn = 0
    for each in page.get_objects(max_depth=2):
        left, bottom, right, top = each.get_bounds()
        is_large = (right - left) * (top - bottom) > area * _MIN_PICTURE_SHARE
        if each.type == pdfium.FPDF_PAGEOBJ_IMAGE and is_large:
            return True
        drawn += each.type == pdfium.FPDF_PAGEOBJ_PATH
    # Characters drawn as outlines: many small shapes and no text.
    return not text and drawn >= _MIN_CHARS


def _recognise(
    document: pypdfium2.PdfDocument, indexes: Sequence[int]
) -> dict[int, Recognised]:
    if len(indexes) > MAX_SCANNED_PAGES:
        raise TooLargeError(
            f"扫描件有 {len(indexes)} 页，超过 {MAX_SCANNED_PAGES} 页上限，请拆分后再试"
        )
    found = {}
    for index in indexes:
        page = document[index]
        width, height = page.get_size()
        scale = min(LONG_SIDE / max(width, height, 1.0), _MAX_SCALE)
        bitmap = page.render(scale=scale, rev_byteorder=True)
        image = np.array(bitmap.to_numpy()[:, :, :3])
        bitmap.close()
        page.close()
        found[index] = recognise(image, number=index + 1, size=(width, height))
    return found


def _open(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as e:
        reason = (
            "PDF 有打开密码，请去掉密码后再试"
            if "password" in str(e).lower()
            else "PDF 已损坏或不完整，打不开"
        )
        raise BrokenFileError(reason) from e


@dataclass(slots=True)
class _Run:
    """Characters of one line: their text and the index of first and last."""

    text: str
    first: int
    last: int


def _read_page(document: pypdfium2.PdfDocument, index: int, hidden: list[str]) -> Page:
    """Read one page; text that nobody sees goes to ``hidden``."""
    page = document[index]
    text_page = page.get_textpage()
    try:
        lines: list[Line] = []
        unseen = find_hidden(page)
        hidden += list_hidden(text_page, unseen)
        for run in _list_runs(text_page, unseen):
            if not clean_line(run.text):
                continue
            left, bottom, *_ = text_page.get_charbox(run.first, loose=True)
            right = text_page.get_charbox(run.last, loose=True)[2]
            line = Line(run.text, left, right, bottom)
            if lines and _is_beside(lines[-1], line):
                gap = " " if left - lines[-1].right > _WORD_GAP else ""
                last = lines.pop()
                line = Line(last.text + gap + run.text, last.left, right, last.bottom)
            lines.append(line)
        return Page(index + 1, page.get_width(), tuple(map(_tidy, lines)))
    finally:
        text_page.close()
        page.close()


def _is_beside(last: Line, line: Line) -> bool:
    """Whether a change of font, and not the end of the line, parted the two."""
    is_level = abs(last.bottom - line.bottom) < _SAME_LINE
    return is_level and line.left >= last.right - _SAME_LINE


def _tidy(line: Line) -> Line:
    return replace(line, text=close_figure_gaps(clean_line(line.text)))


def _list_runs(text_page: pypdfium2.PdfTextPage, unseen: frozenset[int]) -> list[_Run]:
    runs: list[_Run] = []
    current: _Run | None = None
    for index in range(text_page.count_chars()):
        char = chr(pdfium.FPDFText_GetUnicode(text_page, index))
        if char in "\r\n" or (unseen and is_hidden(text_page, index, unseen)):
            current = None
        elif char.isspace() and current is None:
            continue
        elif current is None:
            current = _Run(char, index, index)
            runs.append(current)
        else:
            current.text += char
            current.last = current.last if char.isspace() else index
    return runs
