"""Reads .pptx with python-pptx: slide by slide, titles as headings."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from lxml.etree import XMLSyntaxError

from ..errors import BrokenFileError
from ..text import clean_lines, join_title_lines
from ..types import Block, BlockKind, Document, Rows
from .merged import keep_merged
from .package import ZIP_ERRORS, list_package_cautions

#: Groups inside groups deeper than this hold nothing that anybody drew.
_MAX_DEPTH = 20


def read_pptx(data: bytes) -> Document:
    """Read the slides that are shown; notes and hidden slides are left out.

    Raises:
        BrokenFileError: If it is no sound presentation.
        TooLargeError: If it unpacks to too much.
    """
    # Not at the top: only a child that reads one pays for its import.
    from pptx import Presentation
    from pptx.exc import PythonPptxError

    cautions = list_package_cautions(data)
    try:
        slides = list(Presentation(BytesIO(data)).slides)
    except (KeyError, XMLSyntaxError, PythonPptxError, *ZIP_ERRORS) as e:
        raise BrokenFileError("演示文稿已损坏或不完整，打不开") from e
    blocks: list[Block] = []
    hidden: list[int] = []
    silent: list[int] = []
    for number, slide in enumerate(slides, start=1):
        if slide.element.get("show") == "0":
            hidden.append(number)
            continue
        found = list(_iter_blocks(slide, f"第{number}页"))
        blocks += found
        if not found:
            silent.append(number)
    warnings = [*cautions]
    if hidden:
        warnings.append(f"第{_join(hidden)}页是隐藏页，没有读入")
    if silent:
        warnings.append(f"第{_join(silent)}页没有文字，可能是图片，没有读入")
    return Document(blocks=tuple(blocks), warnings=tuple(warnings))


def _join(numbers: list[int]) -> str:
    return "、".join(map(str, numbers))


def _iter_blocks(slide: Any, place: str) -> Iterator[Block]:
    title = slide.shapes.title
    if title is not None and (lines := _read_lines(title.text_frame)):
        heading = "".join(join_title_lines(lines))
        yield Block(BlockKind.HEADING, heading, level=2, locator=place)
    for shape in _iter_shapes(slide.shapes, 0):
        if title is not None and shape.shape_id == title.shape_id:
            continue
        if shape.has_text_frame:
            for line in _read_lines(shape.text_frame):
                yield Block(BlockKind.TEXT, line, locator=place)
        elif shape.has_table and (rows := _read_rows(shape.table)):
            yield Block(BlockKind.TABLE, rows=rows, locator=place)


def _iter_shapes(shapes: Any, depth: int) -> Iterator[Any]:
    """Yield shapes top down, left to right, as they are read on the slide."""
    for shape in sorted(shapes, key=lambda each: (each.top or 0, each.left or 0)):
        if hasattr(shape, "shapes"):
            if depth < _MAX_DEPTH:
                yield from _iter_shapes(shape.shapes, depth + 1)
        else:
            yield shape


def _read_lines(frame: Any) -> list[str]:
    text = "\n".join(paragraph.text for paragraph in frame.paragraphs)
    return clean_lines(text.replace("\t", " ").replace("\v", "\n")).splitlines()


def _read_rows(table: Any) -> Rows:
    rows: list[list[str]] = []
    continued: set[tuple[int, int]] = set()
    for number, row in enumerate(table.rows):
        cells = []
        for column, cell in enumerate(row.cells):
            cells.append(
                "" if cell.is_spanned else "\n".join(_read_lines(cell.text_frame))
            )
            if cell._tc.vMerge:
                continued.add((number, column))
        rows.append(cells)
    return keep_merged(rows, continued)
