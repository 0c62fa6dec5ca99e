"""Places the text of one .ofd page, and orders it as it is read. Pure.

Source: GB/T 33190-2016, 8.5 (colours), 10 (objects: Boundary, CTM), 11 (text:
TextCode, DeltaX, DeltaY, ReadDirection, CharDirection).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree
from lxml.etree import _Element

from ..text import clean_line, close_figure_gaps
from .ofd_package import get_attribute, iter_local, read_numbers
from .pdf_lines import Line

#: Points in a millimetre.
_POINT = 72 / 25.4

#: Type of this size in millimetres, some 0.7 points, is there to hide.
_HIDDEN_SIZE = 0.25

_WHITE = 250

#: A gap wider than this many characters parts two cells or words.
_WORD_GAP = 0.6

#: Characters of one run whose steps are followed; others are taken as evenly set.
_MAX_STEPS = 20_000

Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Run:
    """Characters set in one go, from start to end, in millimetres of the page."""

    text: str
    start: tuple[float, float]
    end: tuple[float, float]
    size: float

    #: Direction of reading in quarter turns clockwise.
    turns: int


def iter_runs(content: _Element, hidden: list[str]) -> Iterator[Run]:
    """Yield the runs of a page or template, in the order of the file.

    Args:
        content: Root of the page.
        hidden: Takes the text that nobody sees.
    """
    for item in iter_local(content, "TextObject"):
        matrix = _find_matrix(item)
        size = _number(get_attribute(item, "Size"), 3.5)
        # The ascender counts in drawing: a matrix may scale a size of 1 to 12.
        scaled = size * math.hypot(matrix[2], matrix[3])
        is_hidden = _is_hidden(item, scaled)
        pen = (0.0, 0.0)
        for code in iter_local(item, "TextCode"):
            text = "".join(str(part) for part in code.itertext())
            pen = (
                _number(get_attribute(code, "X"), pen[0]),
                _number(get_attribute(code, "Y"), pen[1]),
            )
            if not text.strip():
                continue
            if is_hidden:
                hidden.append(text)
                continue
            yield _place(item, code, text, pen, matrix, size)


def arrange(
    runs: Sequence[Run], area: tuple[float, float, float, float]
) -> tuple[Line, ...]:
    """Return the lines from the top; text on its side follows, side by side."""
    by_turns: defaultdict[int, list[Run]] = defaultdict(list)
    for run in runs:
        by_turns[run.turns].append(run)
    lines: list[Line] = []
    for turns in sorted(by_turns, key=lambda each: (each != 0, each)):
        turned = [_turn(run, turns, area) for run in by_turns[turns]]
        height = area[3] if turns % 2 == 0 else area[2]
        lines += _join_levels(turned, height)
    return tuple(lines)


def _place(
    item: _Element,
    code: _Element,
    text: str,
    pen: tuple[float, float],
    matrix: Matrix,
    size: float,
) -> Run:
    dx = _read_steps(get_attribute(code, "DeltaX"), len(text))
    dy = _read_steps(get_attribute(code, "DeltaY"), len(text))
    if not dx and not dy:
        direction = int(_number(get_attribute(item, "ReadDirection"), 0)) // 90 % 4
        step = (size, 0.0), (0.0, size), (-size, 0.0), (0.0, -size)
        ahead = step[direction]
        moved = sum(0.5 if char.isascii() else 1 for char in text)
        last = (pen[0] + ahead[0] * moved, pen[1] + ahead[1] * moved)
    else:
        last = (pen[0] + sum(dx), pen[1] + sum(dy))
        # The last character has a width too: that of the step before it.
        width = (dx[-1] if dx else 0.0, dy[-1] if dy else 0.0)
        last = (last[0] + (width[0] or size * (not dy)), last[1] + width[1])
    start, end = _apply(matrix, pen), _apply(matrix, last)
    angle = math.degrees(math.atan2(end[1] - start[1], end[0] - start[0]))
    height = size * math.hypot(matrix[2], matrix[3])
    return Run(text, start, end, height, round(angle / 90) % 4)


def _read_steps(raw: str, chars: int) -> list[float]:
    """Return the steps between characters; "g 3 5" is three steps of five."""
    parts = raw.replace(",", " ").split()
    steps: list[float] = []
    at = 0
    while at < len(parts) and len(steps) < min(chars - 1, _MAX_STEPS):
        if parts[at] == "g" and at + 2 < len(parts):
            count = int(_number(parts[at + 1], 0))
            steps += [_number(parts[at + 2], 0.0)] * min(max(count, 0), chars)
            at += 3
        else:
            steps.append(_number(parts[at], 0.0))
            at += 1
    return steps[: max(chars - 1, 0)]


def _find_matrix(item: _Element) -> Matrix:
    """Return how the object's own places become those of the page.

    A block or composite around it has a place and a matrix of its own.
    """
    matrix = _own_matrix(item)
    for above in item.iterancestors():
        if etree.QName(above).localname in ("CompositeObject", "PageBlock"):
            matrix = _combine(matrix, _own_matrix(above))
    return matrix


def _own_matrix(item: _Element) -> Matrix:
    numbers = read_numbers(get_attribute(item, "CTM"))
    a, b, c, d, e, f = numbers if len(numbers) == 6 else (1, 0, 0, 1, 0, 0)
    box = read_numbers(get_attribute(item, "Boundary"))
    left, top = (box[0], box[1]) if len(box) >= 2 else (0.0, 0.0)
    return a, b, c, d, e + left, f + top


def _combine(inner: Matrix, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    oa, ob, oc, od, _, _ = outer
    x, y = _apply(outer, (e, f))
    return (
        a * oa + b * oc,
        a * ob + b * od,
        c * oa + d * oc,
        c * ob + d * od,
        x,
        y,
    )


def _apply(matrix: Matrix, point: tuple[float, float]) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    x, y = point
    return a * x + c * y + e, b * x + d * y + f


def _is_hidden(item: _Element, size: float) -> bool:
    if get_attribute(item, "Visible").lower() in ("false", "0"):
        return True
    if get_attribute(item, "Alpha") == "0" or size <= _HIDDEN_SIZE:
        return True
    if get_attribute(item, "Fill").lower() in ("false", "0"):
        return get_attribute(item, "Stroke").lower() not in ("true", "1")
    for colour in iter_local(item, "FillColor"):
        if get_attribute(colour, "Alpha") == "0":
            return True
        parts = read_numbers(get_attribute(colour, "Value"))
        return len(parts) == 3 and min(parts) >= _WHITE
    return False


def _turn(run: Run, turns: int, area: tuple[float, float, float, float]) -> Run:
    """Turn the page so that the run reads from left to right."""

    def move(point: tuple[float, float]) -> tuple[float, float]:
        x, y = point[0] - area[0], point[1] - area[1]
        return ((x, y), (y, area[2] - x), (area[2] - x, area[3] - y), (area[3] - y, x))[
            turns
        ]

    return Run(run.text, move(run.start), move(run.end), run.size, 0)


def _join_levels(runs: Sequence[Run], height: float) -> Iterator[Line]:
    levels: list[list[Run]] = []
    for run in sorted(runs, key=lambda each: (each.start[1], each.start[0])):
        # Levels part at half a character; small type stands beside large.
        reach = max(run.size, levels[-1][0].size) / 2 if levels else 0.0
        if levels and run.start[1] - levels[-1][0].start[1] < reach:
            levels[-1].append(run)
        else:
            levels.append([run])
    for level in levels:
        level.sort(key=lambda each: each.start[0])
        text, last = "", None
        for run in level:
            if last is not None and _is_again(last, run):
                continue
            if last is not None and run.start[0] - last.end[0] > _WORD_GAP * run.size:
                text += " "
            text += run.text
            last = run
        if cleaned := close_figure_gaps(clean_line(text)):
            yield Line(
                cleaned,
                level[0].start[0] * _POINT,
                max(each.end[0] for each in level) * _POINT,
                (height - level[0].start[1]) * _POINT,
            )


def _is_again(last: Run, run: Run) -> bool:
    """Bold type is sometimes made by setting the same text twice."""
    near = abs(last.start[0] - run.start[0]) < run.size * 0.3
    return near and last.text == run.text


def _number(text: str, default: float) -> float:
    try:
        value = float(text)
    except ValueError:
        return default
    return value if math.isfinite(value) else default
