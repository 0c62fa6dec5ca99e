"""Renders tables as lines that can be read alone. Pure."""

from __future__ import annotations

from ..types import Rows

#: A cell longer than this is no column heading.
_MAX_HEADING = 24


def render_table(rows: Rows) -> str:
    """Return one line a row; with a heading row, each cell is named by it."""
    headings = _find_headings(rows)
    if headings is None:
        return "\n".join(_join(row) for row in rows)
    lines = []
    for row in _fill_down(rows[1:]):
        cells = [
            f"{name}：{text}" if name else text
            for name, text in zip(headings, row, strict=False)
            if text
        ]
        lines.append("；".join(cell.replace("\n", " ") for cell in cells))
    return "\n".join(lines)


def _find_headings(rows: Rows) -> tuple[str, ...] | None:
    if len(rows) < 2 or len(rows[0]) < 2:
        return None
    first = tuple(cell.replace("\n", "") for cell in rows[0])
    is_heading = all(cell and len(cell) <= _MAX_HEADING for cell in first)
    is_heading = is_heading and len(set(first)) == len(first)
    return first if is_heading and not any(map(str.isdigit, first)) else None


def _fill_down(rows: Rows) -> list[list[str]]:
    """Give rows under a merged first cell its text: a row is read alone."""
    filled: list[list[str]] = []
    for row in rows:
        cells = list(row)
        for column in range(len(cells) - 1):
            if cells[column] or not filled or column >= len(filled[-1]):
                break
            cells[column] = filled[-1][column]
        filled.append(cells)
    return filled


def _join(row: tuple[str, ...]) -> str:
    return " ".join(cell.replace("\n", " ").replace("\t", " ") for cell in row if cell)
