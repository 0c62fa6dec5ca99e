"""Repeats merged values in the rows of a data table. Pure.

A row of a data table is found and read alone: it must name the bureau that its
first cell, merged over ten rows, names. A form (label, value, label, value) is
no such table: there a blank below a label means that the label goes on.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..types import Rows

#: With fewer columns it may be a form; ``render_table`` fills those.
_MIN_COLUMNS = 3

#: A cell longer than this is no column heading.
_MAX_HEADING = 16


def keep_merged(
    rows: Sequence[Sequence[str]], continued: Collection[tuple[int, int]]
) -> Rows:
    """Return the rows with content, merged values repeated in a data table.

    Args:
        rows: Cells; those that a merged cell above covers are empty.
        continued: Row and column of the cells that continue the one above.
    """
    filled = [list(row) for row in rows]
    if _has_heading(rows):
        for at, column in sorted(continued):
            if 1 < at < len(filled) and column < min(
                len(filled[at]), len(filled[at - 1])
            ):
                filled[at][column] = filled[at][column] or filled[at - 1][column]
    return tuple(
        tuple(cells) for cells, row in zip(filled, rows, strict=True) if any(row)
    )


def _has_heading(rows: Sequence[Sequence[str]]) -> bool:
    if len(rows) < 3:
        return False
    first = [cell.replace("\n", "") for cell in rows[0]]
    if len(first) < _MIN_COLUMNS or len(set(first)) != len(first):
        return False
    return all(
        cell and len(cell) <= _MAX_HEADING and not any(map(str.isdigit, cell))
        for cell in first
    )
