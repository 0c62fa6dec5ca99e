"""Reads .docx: paragraphs and tables in the order of the document."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import docx
from docx.document import Document as WordDocument
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from lxml.etree import XMLSyntaxError, _Element

from ..errors import BrokenFileError
from ..text import clean_line, clean_lines, join_title_lines
from ..types import Align, Block, BlockKind, Document, Rows
from .cautions import COMMENTS, OUTSIDE, fetches, warn_hidden
from .merged import keep_merged
from .numbering import Numbering
from .package import ZIP_ERRORS, list_package_cautions
from .word_hidden import Hiding

_P, _TBL, _TR, _TC = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
_R, _T, _VAL, _INSTR = qn("w:r"), qn("w:t"), qn("w:val"), qn("w:instr")
_SIGNS = {
    qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "-",
}  # fmt: skip

#: Wrappers that are looked into; what else the body holds is no text.
_WRAPPERS = {qn("w:sdt"), qn("w:sdtContent"), qn("w:customXml"), qn("w:ins")}

#: Text boxes come as drawings, with a copy for old programs: the copy is skipped.
_SKIPPED = {
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
    qn("w:pPr"),
    qn("w:rPr"),
    qn("w:del"),
    qn("w:moveFrom"),
}

_ALIGNS = {"center": Align.CENTRE, "right": Align.RIGHT, "end": Align.RIGHT}


def read_docx(data: bytes) -> Document:
    """Read the body of a Word document; page headers and footers are left out.

    Raises:
        BrokenFileError: If it is no sound Word document.
    """
    try:
        document = docx.Document(BytesIO(data))
    except (OpcError, KeyError, XMLSyntaxError, *ZIP_ERRORS) as e:
        raise BrokenFileError("Word 文件已损坏，打不开") from e
    reader = _Reader(document)
    blocks = tuple(reader.iter_blocks())
    warnings = (*list_package_cautions(data), *reader.list_cautions())
    return Document(blocks=blocks, warnings=warnings)


class _Reader:
    """Walks one document; numbering counts as it goes, so once only."""

    def __init__(self, document: WordDocument) -> None:
        self._body = document.element.body
        self._numbering = Numbering(document)
        self._hiding = Hiding(document.styles.element)
        self._hidden: list[str] = []
        self._styles = {
            style.style_id: (style.name or "").lower() for style in document.styles
        }

    def iter_blocks(self) -> Iterator[Block]:
        """Yield the blocks of the body."""
        for element in _iter_flow(self._body):
            if element.tag == _TBL:
                if rows := self._read_rows(element):
                    yield Block(BlockKind.TABLE, rows=rows)
            else:
                yield from self._read_paragraph(element)

    def list_cautions(self) -> Iterator[str]:
        """Yield what was left alone in the body."""
        yield from warn_hidden(self._hidden)
        instructions = self._body.iter(qn("w:instrText"), qn("w:fldSimple"))
        if any(fetches(each.text or each.get(_INSTR, "")) for each in instructions):
            yield OUTSIDE
        if next(self._body.iter(qn("w:commentReference")), None) is not None:
            yield COMMENTS

    def _read_paragraph(self, element: _Element) -> Iterator[Block]:
        style = self._styles.get(_get(element, "w:pPr/w:pStyle"), "")
        if style.startswith("toc "):
            return
        level = _read_level(style)
        align = _ALIGNS.get(_get(element, "w:pPr/w:jc"), Align.LEFT)
        text = self._numbering.label(element) + self._read_text(element)
        lines = clean_lines(text.replace("\t", " ")).splitlines()
        if level or align is Align.CENTRE:
            lines = join_title_lines(lines)
        for line in lines:
            kind = BlockKind.HEADING if level else BlockKind.TEXT
            yield Block(kind, line, level=level, align=align)
        for box in element.iter(qn("w:txbxContent")):
            if not any(above.tag in _SKIPPED for above in box.iterancestors()):
                for inner in _iter_flow(box):
                    if inner.tag == _P:
                        yield from self._read_paragraph(inner)

    def _read_rows(self, table: _Element) -> Rows:
        rows: list[list[str]] = []
        continued: set[tuple[int, int]] = set()
        for row in table.iter(_TR):
            if next(row.iterancestors(_TBL)) is not table:
                continue
            cells, goes_on = self._read_row(row)
            continued |= {(len(rows), column) for column in goes_on}
            rows.append(cells)
        return keep_merged(rows, continued)

    def _read_row(self, row: _Element) -> tuple[list[str], list[int]]:
        """Return the cells, and the columns of those that go on from above."""
        before = _get(row, "w:trPr/w:gridBefore")
        cells = [""] * (min(int(before), 64) if before.isdigit() else 0)
        goes_on: list[int] = []
        for cell in row.iter(_TC):
            if next(cell.iterancestors(_TR)) is not row:
                continue
            merge = cell.find("w:tcPr/w:vMerge", cell.nsmap)
            continues = merge is not None and merge.get(_VAL) != "restart"
            if continues:
                goes_on.append(len(cells))
            cells.append("" if continues else self._read_cell(cell))
            span = _get(cell, "w:tcPr/w:gridSpan")
            cells += [""] * (min(int(span), 64) - 1 if span.isdigit() else 0)
        return cells, goes_on

    def _read_cell(self, cell: _Element) -> str:
        lines: list[str] = []
        for element in _iter_flow(cell):
            if element.tag == _TBL:
                rows = self._read_rows(element)
                lines += ["\t".join(_flatten(text) for text in row) for row in rows]
            else:
                text = self._numbering.label(element) + self._read_text(element)
                lines.append(text.replace("\t", " "))
        return clean_lines("\n".join(lines))

    def _read_text(self, element: _Element) -> str:
        parts: list[str] = []
        was_hidden = False
        stack = list(element.iterchildren(reversed=True))
        while stack:
            node = stack.pop()
            if node.tag in _SKIPPED or node.tag == qn("w:txbxContent"):
                continue
            if node.tag == _R and self._hiding.is_hidden(node):
                text = "".join(each.text or "" for each in node.iter(_T))
                # Neighbours are one hidden text.
                self._hidden += [] if was_hidden else [text]
                was_hidden = bool(text.strip()) or was_hidden
            elif node.tag in _SIGNS:
                parts.append(_SIGNS[node.tag])
            elif node.tag == _T:
                parts.append(node.text or "")
                was_hidden = False
            else:
                stack += node.iterchildren(reversed=True)
        return "".join(parts)


def _iter_flow(parent: _Element) -> Iterator[_Element]:
    for child in parent.iterchildren():
        if child.tag in (_P, _TBL):
            yield child
        elif child.tag in _WRAPPERS and not _is_contents(child):
            yield from _iter_flow(child)


def _is_contents(element: _Element) -> bool:
    gallery = _get(element, "w:sdtPr/w:docPartObj/w:docPartGallery")
    return gallery == "Table of Contents"


def _get(element: _Element, path: str) -> str:
    found = element.find(path, {"w": qn("w:p")[1:].partition("}")[0]})
    return "" if found is None else str(found.get(_VAL) or "")


def _read_level(style: str) -> int:
    if style == "title":
        return 1
    name, _, number = style.partition(" ")
    if name in {"heading", "标题"} and number.isdigit():
        return min(int(number), 6)
    return 0


def _flatten(text: str) -> str:
    return clean_line(text.replace("\t", " ").replace("\n", " "))
