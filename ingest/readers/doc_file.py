"""Takes apart the old binary Word file: text, and what is said of each stretch.

Pure: bytes in, values out. Source: Microsoft, [MS-DOC] 2.3 (document parts), 2.4.1
(retrieving text), 2.5 (Fib), 2.9.178 (PlcBtePapx and the FKPs).
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..errors import BrokenFileError, UnsupportedFileError

#: A modifier of properties to its operand; the last one of a kind counts.
Sprms = Mapping[int, bytes]

_MAGICS = {0xA5EC, 0xA5DC}

#: Word 97; what is older has another layout.
_MIN_VERSION = 0x00C1

_ENCRYPTED, _TABLE_1 = 0x0100, 0x0200
_FC_LCB = 154

#: Where the Fib names the parts of the table stream.
_STYLES, _CHPX, _PAPX, _CLX, _LISTS, _OVERRIDES = 1, 12, 13, 33, 73, 74

#: Operand sizes by the top three bits; 0 = the operand begins with its size.
_OPERANDS = (1, 1, 2, 4, 2, 2, 0, 3)
_T_DEF_TABLE, _P_CHG_TABS = 0xD608, 0xC615
_HUGE = (0x6646, 0x6645)

_PAGE = 512

#: Characters of one file at most; the Civil Code has some 120,000.
_MAX_CHARS = 20_000_000


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    offset: int
    width: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Properties from one offset of the stream on."""

    style: int = 0
    sprms: Sprms = field(default_factory=dict)


class WordFile:
    """One file, its streams already read."""

    def __init__(self, main: bytes, tables: Mapping[str, bytes], data: bytes) -> None:
        if len(main) < _FC_LCB + 8 or _u16(main, 0) not in _MAGICS:
            raise BrokenFileError("Word 文件已损坏，打不开")
        if _u16(main, 2) < _MIN_VERSION:
            raise UnsupportedFileError("很旧的 Word 格式，请另存为 .docx 再试")
        flags = _u16(main, 10)
        if flags & _ENCRYPTED:
            raise BrokenFileError("文件有打开密码，请去掉密码后再试")
        self._main, self._data = main, data
        self._table = tables.get("1Table" if flags & _TABLE_1 else "0Table", b"")
        self._pieces = tuple(self._iter_pieces())
        self._paragraphs = self._read_stretches(_PAPX, is_paragraph=True)
        self._characters = self._read_stretches(_CHPX, is_paragraph=False)

    @property
    def spans(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Where the body and the text boxes begin and end."""
        counts = struct.unpack_from("<8i", self._main, 76)
        body, boxes = counts[0], sum(counts[:6])
        return (0, body), (boxes, boxes + max(counts[6], 0))

    def iter_runs(self, start: int, end: int) -> Iterator[tuple[str, int]]:
        """Yield the text of a span piece by piece, with where each begins.

        Characters of a piece stand one or two bytes apart; ``find_paragraph`` and
        ``find_character`` take the position in the text.
        """
        for piece in self._pieces:
            first, last = max(piece.start, start), min(piece.end, end)
            if first < last:
                at = piece.offset + (first - piece.start) * piece.width
                raw = self._main[at : at + (last - first) * piece.width]
                encoding = "utf-16-le" if piece.width == 2 else "cp1252"
                yield raw.decode(encoding, errors="replace"), first

    def find_paragraph(self, position: int) -> Stretch:
        """Return what is said of the paragraph whose mark stands there."""
        return self._find(self._paragraphs, position)

    def find_character(self, position: int) -> Stretch:
        """Return what is said of a character."""
        return self._find(self._characters, position)

    @property
    def styles(self) -> bytes:
        """The style sheet."""
        return self._part(_STYLES)

    @property
    def lists(self) -> bytes:
        """The lists; their levels follow them and are not counted in the size."""
        return self._part(_LISTS, is_open=True)

    @property
    def overrides(self) -> bytes:
        """Which list each number in a paragraph means."""
        return self._part(_OVERRIDES)

    def _part(self, index: int, *, is_open: bool = False) -> bytes:
        place = _FC_LCB + index * 8
        if len(self._main) < place + 8:
            return b""
        offset, size = struct.unpack_from("<II", self._main, place)
        if not size:
            return b""
        return self._table[offset:] if is_open else self._table[offset : offset + size]

    def _iter_pieces(self) -> Iterator[_Piece]:
        clx, at = self._part(_CLX), 0
        while at + 3 <= len(clx) and clx[at] == 1:
            at += 3 + _u16(clx, at + 1)
        if at + 5 > len(clx) or clx[at] != 2:
            raise BrokenFileError("Word 文件已损坏，打不开")
        plc = clx[at + 5 : at + 5 + struct.unpack_from("<I", clx, at + 1)[0]]
        count = (len(plc) - 4) // 12
        starts = struct.unpack_from(f"<{count + 1}I", plc)
        if count < 1 or starts[-1] > _MAX_CHARS:
            raise BrokenFileError("Word 文件已损坏，打不开")
        for n in range(count):
            fc = struct.unpack_from("<I", plc, (count + 1) * 4 + n * 8 + 2)[0]
            is_narrow = bool(fc & 0x40000000)
            offset = (fc & 0x3FFFFFFF) // (2 if is_narrow else 1)
            yield _Piece(starts[n], starts[n + 1], offset, 1 if is_narrow else 2)

    def _find(
        self, stretches: tuple[list[int], list[Stretch]], position: int
    ) -> Stretch:
        at = bisect_right(self._pieces, position, key=lambda piece: piece.start) - 1
        if at < 0:
            return Stretch()
        piece = self._pieces[at]
        offset = piece.offset + (position - piece.start) * piece.width
        starts, values = stretches
        index = bisect_right(starts, offset) - 1
        return values[index] if index >= 0 else Stretch()

    def _read_stretches(
        self, part: int, *, is_paragraph: bool
    ) -> tuple[list[int], list[Stretch]]:
        plc = self._part(part)
        count = max((len(plc) - 4) // 8, 0)
        found: dict[int, Stretch] = {}
        for n in range(count):
            number = struct.unpack_from("<I", plc, (count + 1) * 4 + n * 4)[0]
            at = (number & 0x3FFFFF) * _PAGE
            page = self._main[at : at + _PAGE]
            if len(page) == _PAGE:
                found |= self._read_page(page, is_paragraph=is_paragraph)
        starts = sorted(found)
        return starts, [found[start] for start in starts]

    def _read_page(self, page: bytes, *, is_paragraph: bool) -> dict[int, Stretch]:
        count, step = page[_PAGE - 1], 13 if is_paragraph else 1
        base = (count + 1) * 4
        if base + count * step >= _PAGE:
            raise BrokenFileError("Word 文件已损坏，打不开")
        starts = struct.unpack_from(f"<{count + 1}I", page)
        found = {}
        for n in range(count):
            at = page[base + n * step] * 2
            raw = _cut_papx(page, at) if is_paragraph else _cut_chpx(page, at)
            if is_paragraph and len(raw) >= 2:
                sprms = self._unfold(read_sprms(raw[2:]))
                found[starts[n]] = Stretch(_u16(raw, 0), sprms)
            else:
                found[starts[n]] = Stretch(0, read_sprms(raw))
        return found

    def _unfold(self, sprms: Sprms) -> Sprms:
        """Fetch the properties that were too large for their page."""
        for huge in _HUGE:
            if huge in sprms:
                at = struct.unpack("<I", sprms[huge])[0]
                if at + 2 <= len(self._data):
                    size = _u16(self._data, at)
                    return read_sprms(self._data[at + 2 : at + 2 + size])
        return sprms


def read_sprms(raw: bytes) -> Sprms:
    """Return the modifiers in a list of properties; a cut-off one is left out."""
    found: dict[int, bytes] = {}
    at = 0
    while at + 2 < len(raw):
        sprm = _u16(raw, at)
        at += 2
        size = _OPERANDS[sprm >> 13]
        if sprm == _T_DEF_TABLE:
            size, at = (_u16(raw, at) if at + 2 <= len(raw) else 1) - 1, at + 2
        elif not size:
            size, at = raw[at], at + 1
            if sprm == _P_CHG_TABS and size == 255:
                break
        operand = raw[at : at + max(size, 0)]
        if len(operand) == size:
            found[sprm] = operand
        at += max(size, 0)
    return found


def _cut_papx(page: bytes, at: int) -> bytes:
    if not at:
        return b""
    size = page[at] * 2 - 1
    if page[at] == 0:
        at, size = at + 1, page[at + 1] * 2
    return page[at + 1 : at + 1 + size]


def _cut_chpx(page: bytes, at: int) -> bytes:
    return page[at + 1 : at + 1 + page[at]] if at else b""


def _u16(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "little")
