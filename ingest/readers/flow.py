"""Gathers paragraphs, cells and rows of formats that end each with a mark.

RTF and the old .doc are such streams. Pure: knows nothing of either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..text import clean_line, clean_lines, join_title_lines
from ..types import Align, Block, BlockKind
from .merged import keep_merged

#: Cell borders this near are one, in twips: programs round differently.
_SAME_EDGE = 40

#: Tables inside tables deeper than this are taken as being this deep.
_MAX_DEPTH = 8


@dataclass(slots=True)
class Row:
    """A finished row: its cells, their right edges, and which go on from above."""

    cells: list[str]

    #: In twips, as many as cells; empty when the file does not say.
    edges: Sequence[int] = ()

    left: int = 0
    continued: frozenset[int] = frozenset()


@dataclass(slots=True)
class _Table:
    rows: list[Row] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


class Flow:
    """Takes the marks in order; ``finish`` returns the blocks."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._tables: list[_Table] = []

    def end_paragraph(
        self, text: str, *, level: int = 0, align: Align = Align.LEFT, depth: int = 0
    ) -> None:
        """Take a paragraph; depth is how many tables it stands in."""
        self._go_to(depth)
        if self._tables:
            self._tables[-1].lines.append(text.replace("\t", " "))
            return
        lines = clean_lines(text.replace("\t", " ")).splitlines()
        if level or align is Align.CENTRE:
            lines = join_title_lines(lines)
        kind = BlockKind.HEADING if level else BlockKind.TEXT
        self._blocks += [Block(kind, line, level=level, align=align) for line in lines]

    def end_cell(self, text: str, *, depth: int = 1) -> None:
        """Take the last paragraph of a cell, and the cell."""
        self._go_to(max(depth, 1))
        table = self._tables[-1]
        table.lines.append(text.replace("\t", " "))
        table.cells.append(clean_lines("\n".join(table.lines)))
        table.lines.clear()

    def end_row(
        self,
        *,
        depth: int = 1,
        edges: Sequence[int] = (),
        left: int = 0,
        continued: frozenset[int] = frozenset(),
    ) -> None:
        """Take the cells so far as a row."""
        self._go_to(max(depth, 1))
        table = self._tables[-1]
        if len(edges) != len(table.cells):
            edges = ()
        table.rows.append(Row(table.cells, edges, left, continued))
        table.cells = []

    def finish(self) -> tuple[Block, ...]:
        """Return what was gathered, in order."""
        self._go_to(0)
        return tuple(self._blocks)

    def _go_to(self, depth: int) -> None:
        depth = min(depth, _MAX_DEPTH)
        while len(self._tables) > depth:
            self._close_table()
        while len(self._tables) < depth:
            self._tables.append(_Table())

    def _close_table(self) -> None:
        table = self._tables.pop()
        # A file cut short ends in the middle of a row.
        if any(table.lines):
            table.cells.append(clean_lines("\n".join(table.lines)))
        if table.cells:
            table.rows.append(Row(table.cells))
        rows = keep_merged(*lay_out(table.rows))
        if self._tables:
            self._tables[-1].lines += [
                "\t".join(clean_line(cell.replace("\n", " ")) for cell in row)
                for row in rows
            ]
        elif rows:
            self._blocks.append(Block(BlockKind.TABLE, rows=rows))


def lay_out(rows: Sequence[Row]) -> tuple[list[list[str]], set[tuple[int, int]]]:
    """Place cells of different widths in the columns of one table.

    Returns:
        The rows, all cells in their columns, and where cells go on from above.
    """
    borders: list[int] = []
    for edge in sorted(edge for row in rows for edge in (row.left, *row.edges[:-1])):
        if not borders or edge - borders[-1] > _SAME_EDGE:
            borders.append(edge)
    laid: list[list[str]] = []
    continued: set[tuple[int, int]] = set()
    for number, row in enumerate(rows):
        columns = _find_columns(row, borders)
        cells = [""] * (max(columns, default=-1) + 1)
        for index, (column, cell) in enumerate(zip(columns, row.cells, strict=True)):
            cells[column] = "\n".join(filter(None, (cells[column], cell)))
            if index in row.continued:
                continued.add((number, column))
        if row.edges:
            cells += [""] * (len(borders) - len(cells))
        laid.append(cells)
    return laid, continued


def _find_columns(row: Row, borders: Sequence[int]) -> list[int]:
    if not row.edges:
        return list(range(len(row.cells)))
    starts = [row.left, *row.edges[:-1]]
    return [
        max((at for at, border in enumerate(borders) if border <= start), default=0)
        for start in starts
    ]
