"""Makes old binary Word files, of a city that is none: what the reader looks at.

Source: Microsoft, [MS-DOC] 2.5 (Fib), 2.8.35 (PlcPcd), 2.9.178 (FKPs).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.ingest.ole import make_ole

_PAGE = 512

IN_TABLE = struct.pack("<HB", 0x2416, 1)
CENTRED = struct.pack("<HB", 0x2461, 1)
VANISH = struct.pack("<HB", 0x083C, 1)
WHITE = struct.pack("<HI", 0x6870, 0x00FFFFFF)


def end_of_row(edges: Sequence[int], continued: Sequence[int] = ()) -> bytes:
    """Return the properties of the mark behind a row, with its borders."""
    cells = b"".join(
        struct.pack("<H18x", 1 << 5 if n in continued else 0)
        for n in range(len(edges) - 1)
    )
    borders = bytes([len(edges) - 1]) + struct.pack(f"<{len(edges)}h", *edges)
    table = borders + cells
    return (
        IN_TABLE
        + struct.pack("<HB", 0x2417, 1)
        + struct.pack("<HH", 0xD608, len(table) + 1)
        + table
    )


@dataclass
class Doc:
    """A file; each part is text up to its mark, and the mark's properties."""

    #: Text with its mark (\\r, \\x07), and the properties of the paragraph.
    paragraphs: Sequence[tuple[str, bytes]]

    #: A text that stands in the paragraphs, and the properties of its characters.
    runs: Mapping[str, bytes] = field(default_factory=dict)

    #: From where on the text is kept in one byte a character; None = nowhere.
    narrow_from: int | None = None

    flags: int = 0
    version: int = 0xC1
    streams: Mapping[str, bytes] = field(default_factory=dict)

    def build(self) -> bytes:
        """Return the container."""
        text = "".join(part for part, _ in self.paragraphs)
        narrow = len(text) if self.narrow_from is None else self.narrow_from
        raw = text[:narrow].encode("utf-16-le") + text[narrow:].encode("cp1252")
        base = 2 * _PAGE

        def at(position: int) -> int:
            return base + (2 * position if position <= narrow else narrow + position)

        body = raw.ljust(-(-len(raw) // _PAGE) * _PAGE, b"\0")
        pages = (base + len(body)) // _PAGE
        papx = self._write_paragraphs(at)
        chpx = self._write_runs(text, at)
        end = at(len(text))
        table = _write_pieces(text, narrow, base)
        clx = 0, len(table)
        plcs = []
        for number in (pages, pages + 1):
            plcs.append((len(table), 12))
            table += struct.pack("<III", base, end, number)
        fib = bytearray(2 * _PAGE)
        struct.pack_into("<HH6xH", fib, 0, 0xA5EC, self.version, self.flags)
        struct.pack_into("<i", fib, 76, len(text))
        for index, place in ((33, clx), (12, plcs[1]), (13, plcs[0])):
            struct.pack_into("<II", fib, 154 + index * 8, *place)
        main = bytes(fib) + body + papx + chpx
        return make_ole({"WordDocument": main, "0Table": table, **self.streams})

    def _write_paragraphs(self, at) -> bytes:
        starts, found, position = [], [], 0
        for part, properties in self.paragraphs:
            starts.append(at(position))
            position += len(part)
            raw = b"\0\0" + properties
            # An odd length is said in words and a half, an even one after a zero.
            size = len(raw) // 2 + 1
            found.append(
                bytes([size]) + raw if len(raw) % 2 else bytes([0, size - 1]) + raw
            )
        return _write_page([*starts, at(position)], found, step=13)

    def _write_runs(self, text: str, at) -> bytes:
        marks = {0: b"", len(text): b""}
        for run, properties in self.runs.items():
            marks[text.index(run)] = properties
            marks.setdefault(text.index(run) + len(run), b"")
        places = sorted(marks)
        found = [
            bytes([len(marks[place])]) + marks[place] if marks[place] else b""
            for place in places[:-1]
        ]
        return _write_page([at(place) for place in places], found, step=1)


def _write_pieces(text: str, narrow: int, base: int) -> bytes:
    starts = [0, *([narrow] if narrow < len(text) else []), len(text)]
    pieces = [struct.pack("<HIH", 0, base, 0)]
    if narrow < len(text):
        place = (base + 2 * narrow) * 2 | 0x40000000
        pieces.append(struct.pack("<HIH", 0, place, 0))
    plc = struct.pack(f"<{len(starts)}I", *starts) + b"".join(pieces)
    return b"\x02" + struct.pack("<I", len(plc)) + plc


def _write_page(starts: Sequence[int], found: Sequence[bytes], *, step: int) -> bytes:
    page = bytearray(_PAGE)
    struct.pack_into(f"<{len(starts)}I", page, 0, *starts)
    place = _PAGE - 2
    for n, raw in enumerate(found):
        if raw:
            place = (place - len(raw)) // 2 * 2
            page[place : place + len(raw)] = raw
            page[len(starts) * 4 + n * step] = place // 2
    page[_PAGE - 1] = len(found)
    return bytes(page)
