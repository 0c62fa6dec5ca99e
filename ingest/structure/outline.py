"""Cuts a text without articles along its headings: 一、 and （一）. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import zip_longest

from knowledge import Section

from ..text import ENUMERATOR
from ..types import Block, BlockKind
from . import marks
from .tables import render_table

#: A first sentence up to this length is a heading: "（一）指导思想。".
_MAX_HEADING = 40

#: Paragraphs without any heading gather to pieces of about this many characters.
_PIECE_CHARS = 450


_LIST_START = re.compile(r"^[1１][.．、](?!\d)")

#: 1 总则, 1.1 编制目的: the headings of contingency plans.
_DECIMAL = re.compile(
    r"^(?P<number>\d{1,2}(?:\.\d{1,2}){0,3})(?:(?<=\.\d)|(?<=\.\d\d)| ) ?"
    r"[^\d\s.。；：，、][^。；：，]{1,28}$"
)

#: Depth of 一、 and of （一）; chapters stand above them.
_FIRST_DEPTH = 11
_SECOND_DEPTH = 12

#: Headings above numbered lists stand below all others.
_LIST_DEPTH = 20


@dataclass(slots=True)
class _Piece:
    heading: str
    locator: str
    lines: list[str] = field(default_factory=list)
    chars: int = 0


def cut_outline(
    blocks: Iterable[Block], *, prefix: str = "", default: str = "正文"
) -> list[Section]:
    """Return one section a heading of the deepest kind, in order.

    Args:
        blocks: The text, without title and signature.
        prefix: Stands before every heading, such as "附件1".
        default: Heading of what stands above the first heading.
    """
    return _Outline(prefix, default).cut(blocks)


class _Outline:
    """The path of headings above the line being read."""

    def __init__(self, prefix: str, default: str) -> None:
        self._prefix = prefix
        self._default = default
        self._path: dict[int, str] = {}
        self._pieces: list[_Piece] = []
        self._is_open = False
        self._bare: Block | None = None
        self._bare_depth = 0

    def cut(self, blocks: Iterable[Block]) -> list[Section]:
        listed = _drop_contents(blocks)
        for block, after in zip_longest(listed, listed[1:]):
            self._take(block, after)
        self._keep_bare()
        return [
            Section(piece.heading, "\n".join(piece.lines), locator=piece.locator)
            for piece in self._pieces
            if piece.lines
        ]

    def _take(self, block: Block, after: Block | None) -> None:
        if block.kind is BlockKind.TABLE:
            self._add(render_table(block.rows), block.locator)
            return
        if after is not None and _heads_list(block.text, after.text):
            depth, heading, body = _LIST_DEPTH, block.text, ""
        else:
            depth, heading, body = _read_heading(block)
        if heading:
            if depth <= self._bare_depth:
                self._keep_bare()
            for deeper in [each for each in self._path if each >= depth]:
                del self._path[deeper]
            self._path[depth] = heading
            self._is_open = False
            self._bare, self._bare_depth = block, depth
        if body:
            self._add(body, block.locator)

    def _keep_bare(self) -> None:
        """Keep a heading nothing stood under: it was a rule, or an item of a list."""
        if self._bare is None:
            return
        if self._bare_depth > _FIRST_DEPTH:
            self._path.pop(self._bare_depth, None)
            last = self._pieces[-1] if self._pieces else None
            self._is_open = last is not None and last.heading == self._name()
        self._add(self._bare.text, self._bare.locator)

    def _add(self, text: str, locator: str) -> None:
        self._bare, self._bare_depth = None, 0
        is_full = (
            not self._path
            and self._is_open
            and self._pieces[-1].chars + len(text) > _PIECE_CHARS
        )
        if not self._is_open or is_full:
            self._pieces.append(_Piece(self._name(), locator))
            self._is_open = True
        piece = self._pieces[-1]
        piece.lines.append(text)
        piece.chars += len(text)

    def _name(self) -> str:
        names = [self._path[depth] for depth in sorted(self._path)]
        if self._prefix:
            names.insert(0, self._prefix)
        return " ".join(names) or self._default


def _drop_contents(blocks: Iterable[Block]) -> list[Block]:
    """Drop a table of contents: headings only, until its first one comes again."""
    kept: list[Block] = []
    seen: set[str] | None = None
    for block in blocks:
        line = marks.strip_leaders(block.text).replace(" ", "")
        if marks.CONTENTS.match(block.text):
            seen = set()
        elif seen is None:
            kept.append(block)
        elif line in seen or len(line) > _MAX_HEADING or not line:
            seen = None
            kept.append(block)
        else:
            seen.add(line)
    return kept


def _heads_list(text: str, after: str) -> bool:
    """Whether a short line without number or stop stands above the 1. of a list."""
    is_line = len(text) <= _MAX_HEADING and not text.endswith(tuple("。；：，;:,"))
    return is_line and bool(_LIST_START.match(after)) and not ENUMERATOR.match(text)


def _read_heading(block: Block) -> tuple[int, str, str]:
    """Return depth, heading and what of the block is text; no heading, no depth."""
    if block.level:
        return block.level, block.text, ""
    if match := marks.match_chapter(block.text):
        return 7 + marks.LEVELS[match["level"]], marks.name_chapter(match), ""
    if match := _DECIMAL.match(block.text):
        return _SECOND_DEPTH + match["number"].count("."), block.text, ""
    for depth, mark in ((_FIRST_DEPTH, marks.FIRST), (_SECOND_DEPTH, marks.SECOND)):
        if mark.match(block.text):
            return _split_heading(depth, block.text)
    return 0, "", block.text


def _split_heading(depth: int, text: str) -> tuple[int, str, str]:
    first, stop, rest = text.partition("。")
    if stop and rest and len(first) <= _MAX_HEADING:
        return depth, first, text
    if len(text) <= _MAX_HEADING and not text.endswith(("；", ";", "，")):
        return depth, text.rstrip("。：:"), ""
    first, colon, _ = text.partition("：")
    if colon and len(first) <= _MAX_HEADING:
        return depth, first, text
    # A long item of a list, or a paragraph that only begins with a number.
    return (
        (depth, text[:2].rstrip("、."), text)
        if depth == _FIRST_DEPTH
        else (0, "", text)
    )
