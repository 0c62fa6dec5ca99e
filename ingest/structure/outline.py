"""Cuts a text without articles along its headings: 一、 and （一）. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from knowledge import Section

from ..types import Block, BlockKind
from . import marks
from .tables import render_table

#: A first sentence up to this length is a heading: "（一）指导思想。".
_MAX_HEADING = 40

#: Paragraphs without any heading gather to pieces of about this many characters.
_PIECE_CHARS = 450


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

    def cut(self, blocks: Iterable[Block]) -> list[Section]:
        for block in blocks:
            self._take(block)
        return [
            Section(piece.heading, "\n".join(piece.lines), locator=piece.locator)
            for piece in self._pieces
            if piece.lines
        ]

    def _take(self, block: Block) -> None:
        if block.kind is BlockKind.TABLE:
            self._add(render_table(block.rows), block.locator)
            return
        depth, heading, body = _read_heading(block)
        if heading:
            for deeper in [each for each in self._path if each >= depth]:
                del self._path[deeper]
            self._path[depth] = heading
            self._is_open = False
        if body:
            self._add(body, block.locator)

    def _add(self, text: str, locator: str) -> None:
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


def _read_heading(block: Block) -> tuple[int, str, str]:
    """Return depth, heading and what of the block is text; no heading, no depth."""
    if block.level:
        return block.level, block.text, ""
    if match := marks.match_chapter(block.text):
        return 7 + marks.LEVELS[match["level"]], block.text, ""
    for depth, mark in ((11, marks.FIRST), (12, marks.SECOND)):
        if mark.match(block.text):
            return _split_heading(depth, block.text)
    return 0, "", block.text


def _split_heading(depth: int, text: str) -> tuple[int, str, str]:
    if len(text) <= _MAX_HEADING and not text.endswith(("；", ";", "，")):
        return depth, text.rstrip("。：:"), ""
    for mark in ("。", "：", ":"):
        first, found, _ = text.partition(mark)
        if found and len(first) <= _MAX_HEADING:
            return depth, first, text
    # A long item of a list, or a paragraph that only begins with a number.
    return (depth, text[:2].rstrip("、."), text) if depth == 11 else (0, "", text)
