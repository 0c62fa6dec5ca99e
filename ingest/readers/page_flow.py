"""Turns the elements of a web page into blocks, tables included."""

from __future__ import annotations

import re

from lxml import etree
from lxml.html import HtmlElement

from ..text import clean_line, clean_lines, join_title_lines
from ..types import Align, Block, BlockKind, Rows
from .merged import keep_merged

#: Elements whose text nobody reads on the page.
DROPPED = {
    "script", "style", "noscript", "template", "nav", "footer", "aside", "form",
    "iframe", "button", "select", "svg", "object", "video", "audio", "head",
}  # fmt: skip

#: h1 to h6 with their levels.
HEADINGS = {f"h{n}": n for n in range(1, 7)}

_BLOCK_TAGS = {
    "p", "div", "section", "article", "main", "header", "center", "blockquote",
    "ul", "ol", "li", "dl", "dt", "dd", "pre", "address", "figure", "figcaption",
    "h1", "h2", "h3", "h4", "h5", "h6", "table", "tbody", "thead", "tfoot", "tr",
    "td", "th", "caption", "body", "html", "fieldset", "details", "summary", "hr",
}  # fmt: skip


#: A cell with more paragraphs than this is there for the layout of the page.
_MAX_CELL_BLOCKS = 12

_ITEM_NUMBER = re.compile(r"^\s*\d+\. \s*$")

_SOURCE_WRAP = re.compile(r"(?<=[\u4e00-\u9fff，。；：、])\s*\n\s*(?=[\u4e00-\u9fff])")


class Walker:
    """Turns a tree into blocks: inline text gathers until a block ends it.

    What leads the main text is kept (title, table of facts), what follows it is
    not (links, notices of the site).
    """

    def __init__(self, main: HtmlElement | None = None) -> None:
        self._main = main
        self._end: int | None = None
        self._blocks: list[Block] = []
        self._pending: list[str] = []

    def walk(self, element: HtmlElement) -> list[Block]:
        """Return the blocks below the element."""
        self._visit(element, level=0, align=Align.LEFT)
        self._flush(0, Align.LEFT)
        return self._blocks[: self._end]

    def _visit(self, element: HtmlElement, *, level: int, align: Align) -> None:
        level = HEADINGS.get(element.tag, level)
        align = _read_align(element, align)
        if element.tag == "li":
            self._pending.append(_number_item(element))
        self._pending.append(_squeeze(element.text))
        for child in element.iterchildren(tag=etree.Element):
            self._enter(child, level=level, align=align)
            if child is self._main:
                self._end = len(self._blocks)
            self._pending.append(_squeeze(child.tail))

    def _enter(self, child: HtmlElement, *, level: int, align: Align) -> None:
        if child.tag == "br":
            self._pending.append("\n")
        elif child.tag == "dl":
            self._flush(level, align)
            self._add_rows(_read_definitions(child))
        elif child.tag == "table" and not _is_layout(child):
            self._flush(level, align)
            self._add_rows(_read_rows(child))
        elif child.tag in _BLOCK_TAGS:
            # The number of a list item waits for the paragraph inside it.
            if not _ITEM_NUMBER.match("".join(self._pending)):
                self._flush(level, align)
            self._visit(child, level=level, align=align)
            self._flush(HEADINGS.get(child.tag, level), _read_align(child, align))
        elif child.tag not in DROPPED:
            self._visit(child, level=level, align=align)

    def _add_rows(self, rows: Rows) -> None:
        if rows:
            self._blocks.append(Block(BlockKind.TABLE, rows=rows))

    def _flush(self, level: int, align: Align) -> None:
        text = "".join(self._pending)
        self._pending.clear()
        lines = clean_lines(text.replace("\t", " ")).splitlines()
        if (level or align is Align.CENTRE) and lines:
            lines = join_title_lines(lines)
        kind = BlockKind.HEADING if level else BlockKind.TEXT
        self._blocks += [Block(kind, line, level=level, align=align) for line in lines]


def _squeeze(text: str | None) -> str:
    """Source line ends are blanks, and nothing between Chinese characters."""
    return re.sub(r"\s+", " ", _SOURCE_WRAP.sub("", text or ""))


def _number_item(item: HtmlElement) -> str:
    parent = item.getparent()
    if parent is None or parent.tag != "ol":
        return ""
    return f"{[each for each in parent if each.tag == 'li'].index(item) + 1}. "


def _read_align(element: HtmlElement, inherited: Align) -> Align:
    style = element.get("style", "").replace(" ", "").lower()
    asked = element.get("align", "").lower()
    if element.tag == "center" or asked == "center" or "text-align:center" in style:
        return Align.CENTRE
    if asked == "right" or "text-align:right" in style:
        return Align.RIGHT
    if asked in {"left", "justify"} or "text-align:" in style:
        return Align.LEFT
    return inherited


def _is_layout(table: HtmlElement) -> bool:
    rows = [row for row in table.iter("tr") if _get_table(row) is table]
    cells = [[cell for cell in row if cell.tag in {"td", "th"}] for row in rows]
    if all(len(row) <= 1 for row in cells):
        return True
    return any(
        sum(1 for _ in cell.iter("p", "div", "li", "h1", "h2", "h3")) > _MAX_CELL_BLOCKS
        for row in cells
        for cell in row
    )


def _get_table(element: HtmlElement) -> HtmlElement | None:
    return next(element.iterancestors("table"), None)


def _read_rows(table: HtmlElement) -> Rows:
    rows: list[list[str]] = []
    continued: set[tuple[int, int]] = set()
    hanging: dict[int, int] = {}
    for row in table.iter("tr"):
        if _get_table(row) is not table:
            continue
        cells: list[str] = []
        continued |= {(len(rows), at) for at, more in hanging.items() if more > 0}
        for cell in row.iterchildren("td", "th"):
            _skip_hanging(cells, hanging)
            text = _read_cell(cell)
            for _ in range(_read_span(cell, "colspan")):
                hanging[len(cells)] = _read_span(cell, "rowspan") - 1
                cells.append(text)
                text = ""
        _skip_hanging(cells, hanging)
        rows.append(cells)
    return keep_merged(rows, continued)


def _skip_hanging(cells: list[str], hanging: dict[int, int]) -> None:
    while hanging.get(len(cells), 0) > 0:
        hanging[len(cells)] -= 1
        cells.append("")


def _read_span(cell: HtmlElement, name: str) -> int:
    value = cell.get(name, "1").strip()
    return min(max(int(value), 1), 200) if value.isdigit() else 1


def _read_cell(cell: HtmlElement) -> str:
    lines: list[str] = []
    for block in Walker().walk(cell):
        if block.kind is BlockKind.TABLE:
            lines += ["\t".join(clean_line(text) for text in row) for row in block.rows]
        else:
            lines.append(block.text)
    return "\n".join(lines)


def _read_definitions(definitions: HtmlElement) -> Rows:
    rows: list[tuple[str, str]] = []
    for child in definitions.iter("dt", "dd"):
        text = _read_cell(child)
        if child.tag == "dt" or not rows:
            rows.append((text, ""))
        else:
            label, value = rows[-1]
            rows[-1] = label, f"{value}\n{text}".strip("\n")
    return tuple(rows)
