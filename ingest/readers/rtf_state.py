"""What RTF groups inherit, and the tables at the head of a file. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ..types import Align

#: Code pages of the character sets that fonts declare; others use the file's.
_CHARSETS = {134: "gb18030", 136: "big5hkscs", 128: "cp932", 129: "cp949"}
_PAGES = {936: "gb18030", 950: "big5hkscs", 65001: "utf-8", 54936: "gb18030"}

_HEADING_NAME = re.compile(r"^\s*(?:heading|标题)\s*([1-9])\b", re.IGNORECASE)

_WHITE = 250


@dataclass(slots=True)
class State:
    """What a group inherits and may change for itself."""

    #: Name of what swallows the text; empty = the page.
    sink: str = ""

    font: int = -1
    is_hidden: bool = False
    colour: int = 0

    #: Whether there is a colour behind the text: white on it can be read.
    is_shaded: bool = False

    half_points: int = 24
    level: int = 0
    align: Align = Align.LEFT
    depth: int = 0

    #: Whether what is said of a row is said of one in a table inside a cell.
    is_inner_row: bool = False

    #: How many bytes stand in for a character that was given as a number.
    stand_ins: int = 1


@dataclass(slots=True)
class RowProps:
    """Borders of the row that is being read."""

    edges: list[int] = field(default_factory=list)
    continued: set[int] = field(default_factory=set)
    left: int = 0
    is_continued: bool = False


@dataclass(slots=True)
class Tables:
    """Fonts, colours and styles that the file declares."""

    page: str = "cp1252"
    fonts: dict[int, str] = field(default_factory=dict)
    levels: dict[int, int] = field(default_factory=dict)
    colours: list[int] = field(default_factory=list)
    style: int = 0
    _colour: int = 765
    _has_parts: bool = False

    def set_page(self, number: int) -> None:
        """Take the code page of the file."""
        self.page = _PAGES.get(number, f"cp{number}")
        try:
            b"".decode(self.page)
        except LookupError:
            self.page = "cp1252"

    def set_charset(self, font: int, number: int) -> None:
        """Take what a font declares."""
        if number in _CHARSETS:
            self.fonts[font] = _CHARSETS[number]

    def add_colour_part(self, number: int) -> None:
        """Take a share of red, green or blue."""
        if not self._has_parts:
            self._colour, self._has_parts = 0, True
        self._colour += min(max(number, 0), 255)

    def end_colour(self) -> None:
        """Take the end of a colour; one without parts is the automatic one."""
        self.colours.append(self._colour if self._has_parts else 0)
        self._colour, self._has_parts = 0, False

    def is_white(self, colour: int) -> bool:
        """Whether the colour cannot be seen on paper."""
        is_known = 0 <= colour < len(self.colours)
        return is_known and self.colours[colour] >= 3 * _WHITE

    def name_style(self, name: str) -> None:
        """Take the name of the style whose number came before."""
        if match := _HEADING_NAME.match(name):
            self.levels[self.style] = min(int(match[1]), 6)
