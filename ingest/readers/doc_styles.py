"""Styles and list numbers of the old binary Word file. Pure.

Source: Microsoft, [MS-DOC] 2.9.271 (STSH), 2.9.191 (PlfLst), 2.9.192 (PlfLfo).
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from .doc_file import Sprms, Stretch, read_sprms
from .numbering import write_number

_P_ILVL, _P_ILFO = 0x260A, 0x460B

#: Built-in styles by number: heading 1 to 9, and the title.
_HEADINGS, _TITLE = range(1, 10), 62

_MAX_BASES = 12
_NO_BASE = 0xFFF

#: Number formats by Word's number, as the newer format names them.
_FORMATS = {
    3: "upperLetter", 4: "lowerLetter", 10: "ideographDigital",
    11: "japaneseCounting", 18: "decimalEnclosedCircle",
    28: "decimalEnclosedCircleChinese", 33: "taiwaneseCountingThousand",
    35: "taiwaneseCountingThousand", 37: "chineseCounting",
    38: "chineseLegalSimplified", 39: "chineseCountingThousand",
}  # fmt: skip
_BULLET, _NONE = 23, 255


@dataclass(frozen=True, slots=True)
class _Style:
    sti: int
    base: int
    paragraph: Sprms
    character: Sprms


class DocStyles:
    """What a paragraph's style adds to what the paragraph itself says."""

    def __init__(self, raw: bytes) -> None:
        self._styles = tuple(_iter_styles(raw))

    def complete(self, stretch: Stretch) -> Sprms:
        """Return the properties of a paragraph, those of its style included."""
        found: dict[int, bytes] = {}
        for style in reversed(list(self._iter_line(stretch.style))):
            found |= style.paragraph
        return found | dict(stretch.sprms)

    def get_characters(self, number: int) -> Sprms:
        """Return what a paragraph's style says of its characters."""
        found: dict[int, bytes] = {}
        for style in reversed(list(self._iter_line(number))):
            found |= style.character
        return found

    def get_level(self, number: int) -> int:
        """Return 1 to 6 for headings, 0 for other styles."""
        for style in self._iter_line(number):
            if style.sti in _HEADINGS:
                return min(style.sti, 6)
            if style.sti == _TITLE:
                return 1
        return 0

    def _iter_line(self, number: int) -> Iterator[_Style]:
        for _ in range(_MAX_BASES):
            if number >= len(self._styles):
                return
            style = self._styles[number]
            yield style
            number = style.base


def _iter_styles(raw: bytes) -> Iterator[_Style]:
    if len(raw) < 6:
        return
    size, count, base_size = struct.unpack_from("<HHH", raw)
    at = 2 + size
    for _ in range(count):
        if at + 2 > len(raw):
            return
        length = struct.unpack_from("<H", raw, at)[0]
        std = raw[at + 2 : at + 2 + length]
        at += 2 + length + (length & 1)
        yield _read_style(std, base_size)


def _read_style(std: bytes, base_size: int) -> _Style:
    if len(std) < base_size + 2 or base_size < 4:
        return _Style(0xFFF, _NO_BASE, {}, {})
    sti = struct.unpack_from("<H", std)[0] & 0xFFF
    kind_base = struct.unpack_from("<H", std, 2)[0]
    kind, base = kind_base & 0xF, kind_base >> 4
    name = struct.unpack_from("<H", std, base_size)[0]
    at = base_size + 2 + name * 2 + 2
    parts: list[bytes] = []
    while at + 2 <= len(std) and len(parts) < 2:
        length = struct.unpack_from("<H", std, at)[0]
        parts.append(std[at + 2 : at + 2 + length])
        at += 2 + length + (length & 1)
    parts += [b""] * (2 - len(parts))
    if kind != 1:
        return _Style(sti, base, {}, {})
    return _Style(sti, base, read_sprms(parts[0][2:]), read_sprms(parts[1]))


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    format: int
    template: str


class DocLists:
    """Counts the numbered paragraphs of one document, in order."""

    def __init__(self, lists: bytes, overrides: bytes) -> None:
        self._levels = dict(_iter_lists(lists))
        self._lists = _read_overrides(overrides)
        self._counts: defaultdict[int, dict[int, int]] = defaultdict(dict)

    def label(self, sprms: Sprms) -> str:
        """Return the number in front of a paragraph; empty when it has none."""
        number = int.from_bytes(sprms.get(_P_ILFO, b"\0\0"), "little")
        if not 0 < number <= len(self._lists):
            return ""
        list_id = self._lists[number - 1]
        at = sprms.get(_P_ILVL, b"\0")[0]
        levels = self._levels.get(list_id, ())
        if at >= len(levels):
            return ""
        counts = self._counts[list_id]
        counts[at] = counts.get(at, levels[at].start - 1) + 1
        for deeper in [each for each in counts if each > at]:
            del counts[deeper]
        if levels[at].format in (_BULLET, _NONE):
            return ""
        written = "".join(
            _write(levels, counts, ord(char)) if ord(char) < len(levels) else char
            for char in levels[at].template
        )
        return f"{written} " if written else ""


def _write(levels: tuple[_Level, ...], counts: dict[int, int], at: int) -> str:
    number = counts.get(at, levels[at].start)
    return write_number(number, _FORMATS.get(levels[at].format, "decimal"))


def _iter_lists(raw: bytes) -> Iterator[tuple[int, tuple[_Level, ...]]]:
    if len(raw) < 2:
        return
    count = struct.unpack_from("<H", raw)[0]
    at = 2 + count * 28
    for n in range(count):
        head = raw[2 + n * 28 : 2 + (n + 1) * 28]
        if len(head) < 28:
            return
        levels: list[_Level] = []
        for _ in range(1 if head[26] & 1 else 9):
            if at + 28 > len(raw):
                break
            start, format_ = struct.unpack_from("<iB", raw, at)
            at += 28 + raw[at + 24] + raw[at + 25]
            length = int.from_bytes(raw[at : at + 2], "little")
            text = raw[at + 2 : at + 2 + length * 2]
            levels.append(_Level(start, format_, text.decode("utf-16-le", "replace")))
            at += 2 + length * 2
        yield struct.unpack_from("<i", head)[0], tuple(levels)


def _read_overrides(raw: bytes) -> tuple[int, ...]:
    if len(raw) < 4:
        return ()
    count = min(struct.unpack_from("<I", raw)[0], (len(raw) - 4) // 16)
    return tuple(struct.unpack_from("<i", raw, 4 + n * 16)[0] for n in range(count))
