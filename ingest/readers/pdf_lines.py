"""Joins the printed lines of PDF pages to paragraphs. Pure: no PDF library."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..text import close_gaps
from ..types import Align, Block, BlockKind


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line; places in points, from the left and the bottom."""

    text: str
    left: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of a page, in reading order."""

    #: From 1.
    number: int

    width: float
    lines: tuple[Line, ...]

    #: Whether a machine read it from an image.
    is_recognised: bool = False


_PAGE_NUMBER = re.compile(
    r"^[-－—–―·\s]*(?:第\s*)?\d{1,4}\s*(?:页)?(?:\s*[/／]?\s*共?\s*\d{1,4}\s*页?)?[-－—–―·\s]*$"
)

#: Lines at the head or foot of a page that may be repeated on each.
_EDGE = 2

#: A line this near to the right margin, in points, is full: two characters.
_FULL = 26.0

#: A first line is set in by two characters; half of that is enough to tell.
_INDENT = 11.0

#: A line that begins this far in is a signature or a title, and goes on nowhere.
_SET_IN = 70.0

#: What begins a paragraph wherever it stands.
_OPENER = re.compile(
    r"^(?:第[一二三四五六七八九十百千零〇\d]+"
    r"(?:条(?:之[一二三四五六七八九十]+)?|编|分编|章|节)[\s　]"
    r"|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[）)]|附件|\d{1,2}[.．、](?!\d))"
)

#: Pages with fewer lines show no margins of their own.
_MIN_LINES = 6

#: The right margin lies beyond this share of the page's width.
_MIN_RIGHT = 0.6

#: A line in brackets under a title; amended laws list every amendment there.
_MAX_BRACKET = 400

_ENDS = tuple("。；：！？”）】》.;:!?")


def drop_furniture(pages: Sequence[Page]) -> list[Page]:
    """Drop page numbers, and heads and feet repeated on most pages."""
    counts = Counter(
        key for page in pages for key in {_key(line) for line in _list_edges(page)}
    )
    enough = max(3, len(pages) // 2 + 1)
    repeated = {key for key, count in counts.items() if count >= enough}
    return [_clean(page, repeated) for page in pages]


def join_lines(pages: Iterable[Page]) -> list[Block]:
    """Return the paragraphs, each with the page it begins on."""
    blocks: list[Block] = []
    last: Line | None = None
    margins = _Margins(0, 0)
    for page in pages:
        # The last page may hold the signature alone: it has the margins before.
        if len(page.lines) >= _MIN_LINES or margins.right == 0:
            margins = _measure(page)
        for line in page.lines:
            if (
                blocks
                and last is not None
                and (_continues(last, line, margins) or _is_open(blocks[-1].text))
            ):
                joined = _glue(blocks[-1].text, line.text)
                blocks[-1] = replace(blocks[-1], text=joined)
            else:
                blocks.append(_make_block(page, line, margins))
            last = line
    return blocks


@dataclass(frozen=True, slots=True)
class _Margins:
    left: float
    right: float


def _measure(page: Page) -> _Margins:
    """Take where most lines begin and where the longest end."""
    if not page.lines:
        return _Margins(0, 0)
    right = max(line.right for line in page.lines)
    if len(page.lines) < _MIN_LINES:
        # A few short lines: the longest of them is no full line.
        right = max(right, page.width * _MIN_RIGHT)
    full = [line.left for line in page.lines if line.right > right - _FULL]
    full = full or [line.left for line in page.lines]
    return _Margins(min(full), right)


def _continues(last: Line, line: Line, margins: _Margins) -> bool:
    if last.right < margins.right - _FULL or last.left > margins.left + _SET_IN:
        return False
    if line.left > margins.left + _INDENT:
        return False
    return not (_OPENER.match(line.text) and last.text.endswith(_ENDS))


def _is_open(text: str) -> bool:
    """Whether a bracket at the front of a short paragraph still has to close."""
    return text.startswith("（") and "）" not in text and len(text) < _MAX_BRACKET


def _glue(first: str, second: str) -> str:
    is_word = first[-1:].isascii() and second[:1].isascii()
    is_word = is_word and first[-1:].isalpha() and second[:1].isalpha()
    return f"{first} {second}" if is_word else first + second


def _make_block(page: Page, line: Line, margins: _Margins) -> Block:
    align = _read_align(page, line, margins)
    text = close_gaps(line.text) if align is Align.CENTRE else line.text
    locator = f"第{page.number}页{'（识别）' * page.is_recognised}"
    return Block(BlockKind.TEXT, text, align=align, locator=locator)


def _read_align(page: Page, line: Line, margins: _Margins) -> Align:
    before, after = line.left - margins.left, margins.right - line.right
    if before < _FULL * 1.5:
        return Align.LEFT
    if abs(before - after) < 20 or abs(line.left + line.right - page.width) < 20:
        return Align.CENTRE
    return Align.RIGHT if before > after * 2 else Align.LEFT


def _list_edges(page: Page) -> tuple[Line, ...]:
    return page.lines[:_EDGE] + page.lines[-_EDGE:]


def _key(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text)


def _clean(page: Page, repeated: set[str]) -> Page:
    edges = set(map(id, _list_edges(page)))
    lines = tuple(
        line
        for line in page.lines
        if id(line) not in edges
        or not (_PAGE_NUMBER.match(line.text) or _key(line) in repeated)
    )
    return replace(page, lines=lines)
