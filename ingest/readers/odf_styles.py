"""What the styles of an OpenDocument file say: places, levels, list numbers. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import _Element

from ..types import Align
from .numbering import write_chinese


def _name(space: str) -> str:
    return f"{{urn:oasis:names:tc:opendocument:xmlns:{space}:1.0}}"


OFFICE, TEXT, TABLE = _name("office"), _name("text"), _name("table")
STYLE, DRAW = _name("style"), _name("drawing")
FO = _name("xsl-fo-compatible")
XLINK = "{http://www.w3.org/1999/xlink}"

_ALIGNS = {"center": Align.CENTRE, "end": Align.RIGHT, "right": Align.RIGHT}

_NUMBERED = {f"{TEXT}list-level-style-number", f"{TEXT}outline-level-style"}

#: Parents of a style further up are not asked.
_MAX_PARENTS = 12

_CHINESE = ("一, 二", "一、二", "壹, 贰", "イ")


class Styles:
    """Answers what a named style means; what it lacks its parent says."""

    def __init__(self, *parts: _Element | None) -> None:
        self._styles: dict[str, _Element] = {
            style.get(f"{STYLE}name", ""): style
            for part in reversed(parts)
            if part is not None
            for style in part.iter(f"{STYLE}style")
        }

    def get_align(self, name: str) -> Align:
        """Return where a paragraph of the style stands."""
        for style in self._iter_line(name):
            props = style.find(f"{STYLE}paragraph-properties")
            if props is not None and (align := props.get(f"{FO}text-align")):
                return _ALIGNS.get(align, Align.LEFT)
        return Align.LEFT

    def get_level(self, name: str) -> int:
        """Return 1 for the style of titles, else 0."""
        return int(any(s.get(f"{STYLE}name") == "Title" for s in self._iter_line(name)))

    def is_hidden(self, name: str) -> bool:
        """Whether text of the style cannot be seen on the page."""
        is_white = is_shaded = False
        for style in self._iter_line(name):
            props = style.find(f"{STYLE}text-properties")
            if props is None:
                continue
            if props.get(f"{TEXT}display") == "none":
                return True
            if props.get(f"{FO}font-size") in ("0pt", "0.5pt", "1pt"):
                return True
            is_white |= props.get(f"{FO}color", "").lower() == "#ffffff"
            is_shaded |= props.get(f"{FO}background-color", "transparent") not in (
                "transparent",
                "#ffffff",
            )
        return is_white and not is_shaded

    def _iter_line(self, name: str) -> Iterator[_Element]:
        for _ in range(_MAX_PARENTS):
            style = self._styles.get(name)
            if style is None:
                return
            yield style
            name = style.get(f"{STYLE}parent-style-name", "")


class Lists:
    """Counts list items the way the styles of the lists say."""

    def __init__(self, *parts: _Element | None) -> None:
        self._levels: dict[tuple[str, int], _Element] = {}
        self._counts: dict[tuple[str, int], int] = {}
        for part in parts:
            if part is None:
                continue
            for style in part.iter(f"{TEXT}list-style", f"{TEXT}outline-style"):
                name = style.get(f"{STYLE}name", "")
                if style.tag.endswith("}outline-style"):
                    name = "#outline"
                for level in style:
                    number = level.get(f"{TEXT}level", "")
                    if number.isdigit():
                        self._levels.setdefault((name, int(number)), level)

    def begin(self, style: str, level: int, is_resumed: bool) -> None:
        """Take the beginning of a list: it counts anew, unless it says not."""
        if not is_resumed:
            self._counts.pop((style, level), None)

    def label_heading(self, level: int) -> str:
        """Return the number of a heading; empty when headings have none."""
        return self.label("#outline", level)

    def label(self, style: str, level: int, start: str | None = None) -> str:
        """Count an item and return the number in front of it."""
        props = self._levels.get((style, level))
        if props is None or props.tag not in _NUMBERED:
            return ""
        first = start or props.get(f"{TEXT}start-value", "1")
        if start or (style, level) not in self._counts:
            self._counts[style, level] = (int(first) if first.isdigit() else 1) - 1
        self._counts[style, level] += 1
        for key in [k for k in self._counts if k[0] == style and k[1] > level]:
            del self._counts[key]
        form = props.get(f"{STYLE}num-format", "")
        if not form:
            return ""
        shown = props.get(f"{TEXT}display-levels", "1")
        lowest = level - (int(shown) if shown.isdigit() else 1) + 1
        numbers = [
            _write(self._counts.get((style, at), 1), form)
            for at in range(max(lowest, 1), level + 1)
        ]
        before = props.get(f"{STYLE}num-prefix", "")
        after = props.get(f"{STYLE}num-suffix", "")
        return f"{before}{'.'.join(numbers)}{after} "


def _write(number: int, form: str) -> str:
    if form.startswith(_CHINESE):
        return write_chinese(number)
    if form.startswith("①") and 1 <= number <= 20:
        return chr(0x2460 + number - 1)
    if form in {"a", "A"} and 1 <= number <= 26:
        return chr(ord(form) + number - 1)
    return str(number)
