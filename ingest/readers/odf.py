"""Reads .odt: paragraphs, headings, lists and tables, by zip and lxml.

Ours, not odfpy: that one builds a tree of objects for every element and has no
notion of a list's written number, of hidden text or of merged cells either.
Source: OASIS OpenDocument 1.3, part 3.
"""

from __future__ import annotations

from collections.abc import Iterator
from zipfile import ZipFile

from lxml import etree
from lxml.etree import _Element

from ..errors import BrokenFileError
from ..limits import open_archive
from ..text import clean_line, clean_lines, join_title_lines
from ..types import Align, Block, BlockKind, Document, Rows
from .cautions import COMMENTS, EMBEDDED, MACROS, OUTSIDE, warn_hidden
from .merged import keep_merged
from .odf_styles import DRAW, OFFICE, TABLE, TEXT, XLINK, Lists, Styles
from .package import read_member

_P, _H = f"{TEXT}p", f"{TEXT}h"
_LIST, _ITEMS = f"{TEXT}list", {f"{TEXT}list-item", f"{TEXT}list-header"}

#: Elements without text of the page.
_SKIPPED = {
    f"{TEXT}tracked-changes", f"{TEXT}note", f"{OFFICE}annotation",
    f"{OFFICE}annotation-end", f"{TEXT}table-of-content", f"{OFFICE}forms",
    f"{TEXT}bookmark", f"{TEXT}ruby-text",
}  # fmt: skip

_BLANKS = {f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n"}

#: A cell or row repeated oftener is the emptiness around a table.
_MAX_REPEATED = 64

_MAX_DEPTH = 100


def read_odt(data: bytes) -> Document:
    """Read the body of an OpenDocument text.

    Raises:
        BrokenFileError: If it is damaged or has a password.
        TooLargeError: If it unpacks to too much.
    """
    with open_archive(data) as archive:
        content = load_part(archive, "content.xml")
        styles = load_part(archive, "styles.xml", is_needed=False)
        names = archive.namelist()
    if content is None:
        raise BrokenFileError("ODT 文件已损坏，打不开")
    reader = _Reader(Styles(content, styles), Lists(content, styles))
    body = content.find(f"{OFFICE}body/{OFFICE}text")
    blocks = tuple(reader.iter_blocks(body)) if body is not None else ()
    warnings = (*_list_cautions(content, names), *warn_hidden(reader.hidden))
    return Document(blocks=blocks, warnings=warnings)


def load_part(
    archive: ZipFile, name: str, *, is_needed: bool = True
) -> _Element | None:
    """Return the root of a member; None when it is absent and may be.

    Raises:
        BrokenFileError: If it is needed and absent, or no XML.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        return etree.fromstring(read_member(archive, name), parser=parser)
    except KeyError as e:
        if not is_needed:
            return None
        raise BrokenFileError("文件已损坏或不完整，打不开") from e
    except etree.XMLSyntaxError as e:
        raise BrokenFileError("文件已损坏或有密码，打不开") from e


def _list_cautions(content: _Element, names: list[str]) -> Iterator[str]:
    if any(name.startswith(("Basic/", "Scripts/")) for name in names):
        yield MACROS
    if any(name.startswith("Object ") and name.endswith(".bin") for name in names):
        yield EMBEDDED
    fetched = content.iter(f"{DRAW}image", f"{TEXT}section-source", f"{DRAW}object")
    if any("://" in each.get(f"{XLINK}href", "") for each in fetched):
        yield OUTSIDE
    if next(content.iter(f"{OFFICE}annotation"), None) is not None:
        yield COMMENTS


class _Reader:
    """Walks one document; lists count as it goes, so once only."""

    def __init__(self, styles: Styles, lists: Lists) -> None:
        self.hidden: list[str] = []
        self._styles = styles
        self._lists = lists

    def iter_blocks(self, parent: _Element) -> Iterator[Block]:
        """Yield the blocks below an element, in order."""
        for element, label in self._iter_flow(parent, 0):
            if element.tag == f"{TABLE}table":
                if rows := self._read_rows(element):
                    yield Block(BlockKind.TABLE, rows=rows)
            else:
                yield from self._make_blocks(element, label)

    def _iter_flow(
        self, parent: _Element, depth: int, style: str = ""
    ) -> Iterator[tuple[_Element, str]]:
        """Yield paragraphs and tables, each with the number in front of it."""
        if depth > _MAX_DEPTH:
            raise BrokenFileError("文件已损坏，打不开")
        for child in parent.iterchildren(tag=etree.Element):
            if child.tag in (_P, _H, f"{TABLE}table"):
                yield child, self._label_heading(child)
            elif child.tag == _LIST:
                style = child.get(f"{TEXT}style-name", style)
                yield from self._iter_list(child, depth, style, 1)
            elif self._is_hidden(child):
                self.hidden.append("".join(child.itertext()))
            elif child.tag not in _SKIPPED:
                yield from self._iter_flow(child, depth + 1, style)

    def _iter_list(
        self, parent: _Element, depth: int, style: str, level: int
    ) -> Iterator[tuple[_Element, str]]:
        if depth > _MAX_DEPTH:
            raise BrokenFileError("文件已损坏，打不开")
        is_resumed = parent.get(f"{TEXT}continue-numbering") == "true"
        self._lists.begin(
            style, level, is_resumed or bool(parent.get(f"{TEXT}continue-list"))
        )
        for item in parent.iterchildren(*_ITEMS):
            has_number = item.tag.endswith("}list-item")
            for child in item.iterchildren(tag=etree.Element):
                if child.tag == _LIST:
                    inner = child.get(f"{TEXT}style-name", style)
                    yield from self._iter_list(child, depth + 1, inner, level + 1)
                elif child.tag in (_P, _H, f"{TABLE}table"):
                    start = item.get(f"{TEXT}start-value")
                    label = self._lists.label(style, level, start) if has_number else ""
                    has_number = False
                    yield child, label

    def _label_heading(self, element: _Element) -> str:
        if element.tag != _H or element.get(f"{TEXT}is-list-header") == "true":
            return ""
        level = element.get(f"{TEXT}outline-level", "1")
        return self._lists.label_heading(int(level) if level.isdigit() else 1)

    def _is_hidden(self, element: _Element) -> bool:
        if element.tag in (f"{TEXT}hidden-text", f"{TEXT}hidden-paragraph"):
            return bool(element.get(f"{TEXT}is-hidden", "true") != "false")
        if element.tag == f"{TEXT}section":
            return bool(element.get(f"{TEXT}display", "true") == "none")
        return self._styles.is_hidden(element.get(f"{TEXT}style-name", ""))

    def _make_blocks(self, element: _Element, label: str) -> Iterator[Block]:
        level = 0
        if element.tag == _H:
            asked = element.get(f"{TEXT}outline-level", "1")
            level = min(int(asked), 6) if asked.isdigit() else 1
        style = element.get(f"{TEXT}style-name", "")
        align = self._styles.get_align(style)
        level = level or self._styles.get_level(style)
        lines = clean_lines(self._read_text(element, label)).splitlines()
        if level or align is Align.CENTRE:
            lines = join_title_lines(lines)
        for line in lines:
            kind = BlockKind.HEADING if level else BlockKind.TEXT
            yield Block(kind, line, level=level, align=align)
        for box in element.iter(f"{DRAW}text-box"):
            if next(box.iterancestors(_P, _H)) is element:
                yield from self.iter_blocks(box)

    def _read_text(self, element: _Element, label: str = "") -> str:
        text = "".join(self._iter_text(element, 0))
        return (label + text if text.strip() else "").replace("\t", " ")

    def _iter_text(self, element: _Element, depth: int) -> Iterator[str]:
        if depth > _MAX_DEPTH:
            raise BrokenFileError("文件已损坏，打不开")
        if self._is_hidden(element):
            self.hidden.append("".join(element.itertext()))
            return
        yield _squeeze(element.text)
        for child in element.iterchildren():
            if child.tag in _BLANKS:
                yield _BLANKS[child.tag]
            elif child.tag == f"{TEXT}s":
                yield " "
            elif (
                isinstance(child.tag, str)
                and child.tag not in _SKIPPED
                and not child.tag.startswith(DRAW)
            ):
                yield from self._iter_text(child, depth + 1)
            yield _squeeze(child.tail)

    def _read_rows(self, table: _Element) -> Rows:
        rows: list[list[str]] = []
        continued: set[tuple[int, int]] = set()
        hanging: dict[int, int] = {}
        for row in _iter_rows(table):
            cells: list[str] = []
            for cell in row.iterchildren(
                f"{TABLE}table-cell", f"{TABLE}covered-table-cell"
            ):
                text = self._read_cell(cell)
                for _ in range(_count(cell, f"{TABLE}number-columns-repeated")):
                    column = len(cells)
                    if hanging.get(column, 0) > 0:
                        hanging[column] -= 1
                        continued.add((len(rows), column))
                    else:
                        hanging[column] = _count(cell, f"{TABLE}number-rows-spanned")
                        hanging[column] -= 1
                    cells.append(text)
            rows += [cells] * _count(row, f"{TABLE}number-rows-repeated")
        return keep_merged(rows, continued)

    def _read_cell(self, cell: _Element) -> str:
        if cell.tag == f"{TABLE}covered-table-cell":
            return ""
        lines: list[str] = []
        for element, label in self._iter_flow(cell, 0):
            if element.tag == f"{TABLE}table":
                lines += [
                    "\t".join(clean_line(text) for text in row)
                    for row in self._read_rows(element)
                ]
            else:
                lines.append(self._read_text(element, label))
        return clean_lines("\n".join(lines))


def _iter_rows(table: _Element) -> Iterator[_Element]:
    for row in table.iter(f"{TABLE}table-row"):
        if next(row.iterancestors(f"{TABLE}table")) is table:
            yield row


def _count(element: _Element, name: str) -> int:
    value = element.get(name, "1")
    return min(max(int(value), 1), _MAX_REPEATED) if value.isdigit() else 1


def _squeeze(text: str | None) -> str:
    """Blanks and line ends of the source are one blank."""
    return " ".join((text or "").split("\n")) if text and "\n" in text else text or ""
