"""Finds the text of a PDF page that nobody sees: invisible, or white on white."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

_INVISIBLE = pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
_WHITE = 250


def find_hidden(page: pypdfium2.PdfPage) -> frozenset[int]:
    """Return the addresses of the hidden text objects of a page.

    Text that lies on a picture or a filled shape is taken as readable: white type
    on a dark bar, and the text layer that a scanner lays over its picture.
    """
    hidden: set[int] = set()
    grounds: list[tuple[float, float, float, float]] = []
    for each in page.get_objects(max_depth=3):
        if each.type == pdfium.FPDF_PAGEOBJ_TEXT:
            if _is_unseen(each) and not _lies_on(each.get_bounds(), grounds):
                hidden.add(_address(each.raw))
        elif each.type in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_PATH):
            if each.type == pdfium.FPDF_PAGEOBJ_IMAGE or not _is_white(each):
                grounds.append(each.get_bounds())
        elif each.type == pdfium.FPDF_PAGEOBJ_SHADING:
            grounds.append(each.get_bounds())
    return frozenset(hidden)


def is_hidden(
    text_page: pypdfium2.PdfTextPage, index: int, hidden: frozenset[int]
) -> bool:
    """Whether a character belongs to one of the hidden objects."""
    return _address(pdfium.FPDFText_GetTextObject(text_page, index)) in hidden


def list_hidden(text_page: pypdfium2.PdfTextPage, hidden: frozenset[int]) -> list[str]:
    """Return the hidden text of a page; what follows each other is one."""
    found: list[str] = []
    was_hidden = False
    for index in range(text_page.count_chars() if hidden else 0):
        now = is_hidden(text_page, index, hidden)
        if now:
            found += [] if was_hidden else [""]
            found[-1] += chr(pdfium.FPDFText_GetUnicode(text_page, index))
        was_hidden = now
    return found


def _is_unseen(each: pypdfium2.PdfObject) -> bool:
    mode = pdfium.FPDFTextObj_GetTextRenderMode(each)
    return bool(mode == _INVISIBLE) or _is_white(each)


def _is_white(each: pypdfium2.PdfObject) -> bool:
    """Whether the fill is white or wholly transparent."""
    parts = [ctypes.c_uint() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetFillColor(each, *map(ctypes.byref, parts)):
        return False
    *colours, alpha = (part.value for part in parts)
    return alpha == 0 or min(colours) >= _WHITE


def _lies_on(
    bounds: tuple[float, float, float, float],
    grounds: Iterable[tuple[float, float, float, float]],
) -> bool:
    x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    return any(
        left <= x <= right and bottom <= y <= top
        for left, bottom, right, top in grounds
    )


def _address(pointer: Any) -> int:
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0
