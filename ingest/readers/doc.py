"""Reads the old binary Word file (.doc, .wps): paragraphs, tables, written numbers.

Ours: antiword is under the GPL, LibreOffice is not on an office's offline box, and
sharepoint-to-text gives a text without cells, hidden runs or list numbers.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO

import olefile

from ..errors import BrokenFileError
from ..types import Align, Document
from .cautions import EMBEDDED, MACROS, OUTSIDE, fetches, warn_hidden
from .doc_file import Sprms, WordFile
from .doc_styles import DocLists, DocStyles
from .flow import Flow

_PARAGRAPH, _CELL, _SECTION = "\r", "\x07", "\x0c"
_FIELD, _RESULT, _FIELD_END = "\x13", "\x14", "\x15"

_CHARACTERS = {"\x0b": "\n", "\x0e": "\n", "\t": "\t", "\x1e": "-", "\xa0": " "}

_P_JC, _P_JC_OLD = 0x2461, 0x2403
_P_IN_TABLE, _P_ROW_END, _P_DEPTH = 0x2416, 0x2417, 0x6649
_P_INNER_CELL, _P_INNER_ROW_END, _P_OUTLINE = 0x244B, 0x244C, 0x2640
_T_DEF_TABLE = 0xD608
_C_VANISH, _C_DELETED, _C_SIZE = 0x083C, 0x0800, 0x4A43
_C_COLOUR, _C_COLOUR_OLD = 0x6870, 0x2A42
_C_SHADES = (0xCA71, 0x4866, 0x2A0C)

_ALIGNS = {1: Align.CENTRE, 2: Align.RIGHT}
_WHITE, _WHITE_OLD = b"\xff\xff\xff\x00", 8

#: Type this small, in half points, is there to hide.
_HIDDEN_SIZE = 2

_TC_SIZE = 20


def read_doc(data: bytes) -> Document:
    """Read the body and the text boxes of an old Word document.

    Raises:
        BrokenFileError: If it is damaged or has a password.
        UnsupportedFileError: If it is older than Word 97.
    """
    try:
        with olefile.OleFileIO(BytesIO(data)) as ole:
            names = {"/".join(path) for path in ole.listdir(storages=True)}
            streams = {
                name: ole.openstream(name).read()
                for name in ("WordDocument", "0Table", "1Table", "Data")
                if ole.exists(name)
            }
        file = WordFile(streams["WordDocument"], streams, streams.get("Data", b""))
        reader = _Reader(file)
        for start, end in file.spans:
            reader.read(start, end)
    except (OSError, KeyError, ValueError, IndexError, struct.error) as e:
        raise BrokenFileError("Word 文件已损坏或不完整，打不开") from e
    return reader.finish(_list_cautions(names))


def _list_cautions(names: set[str]) -> Iterator[str]:
    if any(name.split("/")[0] in ("Macros", "_VBA_PROJECT_CUR") for name in names):
        yield MACROS
    if any(name.startswith("ObjectPool/") for name in names):
        yield EMBEDDED


class _Reader:
    """One document; lists count as it goes, so the body comes first."""

    def __init__(self, file: WordFile) -> None:
        self._file = file
        self._styles = DocStyles(file.styles)
        self._lists = DocLists(file.lists, file.overrides)
        self._flow = Flow()
        self._text: list[str] = []
        self._hidden: list[str] = []
        #: Instructions of the fields that are open, None once their result began.
        self._fields: list[list[str] | None] = []
        self._is_outside = False
        #: Hidden characters that follow each other are one hidden text.
        self._hidden_to = -1

    def read(self, start: int, end: int) -> None:
        """Read a span of the text."""
        for text, first in self._file.iter_runs(start, end):
            for position, char in enumerate(text, start=first):
                self._take(char, position)
        if self._text:
            self._end_paragraph(end)

    def finish(self, cautions: Iterator[str]) -> Document:
        """Return the document."""
        outside = (OUTSIDE,) if self._is_outside else ()
        warnings = (*cautions, *outside, *warn_hidden(self._hidden))
        return Document(blocks=self._flow.finish(), warnings=warnings)

    def _take(self, char: str, position: int) -> None:
        if char in (_PARAGRAPH, _SECTION):
            self._end_paragraph(position)
        elif char == _CELL:
            self._end_cell(position)
        elif char == _FIELD:
            self._fields.append([])
        elif char == _RESULT and self._fields:
            self._end_instruction()
        elif char == _FIELD_END and self._fields:
            self._end_instruction()
            self._fields.pop()
        elif self._fields and self._fields[-1] is not None:
            self._fields[-1].append(char)
        elif char >= " " or char in _CHARACTERS:
            self._put(_CHARACTERS.get(char, char), position)

    def _end_instruction(self) -> None:
        instruction, self._fields[-1] = self._fields[-1], None
        if instruction is not None:
            self._is_outside |= fetches("".join(instruction))

    def _put(self, char: str, position: int) -> None:
        sprms = self._file.find_character(position).sprms
        if sprms and _is_on(sprms, _C_DELETED):
            return
        if sprms and _is_hidden(sprms):
            if position == self._hidden_to:
                self._hidden[-1] += char
            else:
                self._hidden.append(char)
            self._hidden_to = position + 1
        else:
            self._text.append(char)

    def _end_paragraph(self, position: int) -> None:
        stretch = self._file.find_paragraph(position)
        sprms = self._styles.complete(stretch)
        depth = _get_depth(sprms)
        if depth and _is_on(sprms, _P_INNER_ROW_END):
            self._end_row(sprms, depth)
            return
        text = self._take_text(sprms)
        if depth and _is_on(sprms, _P_INNER_CELL):
            self._flow.end_cell(text, depth=depth)
            return
        level = self._styles.get_level(stretch.style)
        outline = sprms.get(_P_OUTLINE, b"\x09")[0]
        level = level or (outline + 1 if outline < 6 else 0)
        self._flow.end_paragraph(
            text, level=level, align=_get_align(sprms), depth=depth
        )

    def _end_cell(self, position: int) -> None:
        sprms = self._styles.complete(self._file.find_paragraph(position))
        if _is_on(sprms, _P_ROW_END):
            self._end_row(sprms, 1)
        else:
            self._flow.end_cell(self._take_text(sprms), depth=1)

    def _end_row(self, sprms: Sprms, depth: int) -> None:
        self._text.clear()
        edges, left, continued = _read_row(sprms)
        self._flow.end_row(depth=depth, edges=edges, left=left, continued=continued)

    def _take_text(self, sprms: Sprms) -> str:
        text = "".join(self._text)
        self._text.clear()
        return self._lists.label(sprms) + text if text.strip() else ""


def _is_on(sprms: Sprms, name: int) -> bool:
    return sprms.get(name, b"\0")[:1] in (b"\x01", b"\x81")


def _is_hidden(sprms: Sprms) -> bool:
    if _is_on(sprms, _C_VANISH):
        return True
    if 0 < int.from_bytes(sprms.get(_C_SIZE, b""), "little") <= _HIDDEN_SIZE:
        return True
    is_white = sprms.get(_C_COLOUR) == _WHITE or (
        sprms.get(_C_COLOUR_OLD, b"\0")[0] == _WHITE_OLD
    )
    return is_white and not any(shade in sprms for shade in _C_SHADES)


def _get_depth(sprms: Sprms) -> int:
    depth = int.from_bytes(sprms.get(_P_DEPTH, b""), "little", signed=True)
    return max(depth, int(_is_on(sprms, _P_IN_TABLE)), 0)


def _get_align(sprms: Sprms) -> Align:
    asked = sprms.get(_P_JC) or sprms.get(_P_JC_OLD) or b"\0"
    return _ALIGNS.get(asked[0], Align.LEFT)


def _read_row(sprms: Sprms) -> tuple[tuple[int, ...], int, frozenset[int]]:
    """Return the right borders, the left one, and which cells go on from above."""
    raw = sprms.get(_T_DEF_TABLE, b"\0")
    count = raw[0]
    if len(raw) < 1 + (count + 1) * 2:
        return (), 0, frozenset()
    left, *edges = struct.unpack_from(f"<{count + 1}h", raw, 1)
    base = 1 + (count + 1) * 2
    continued = {
        n
        for n in range(count)
        if len(raw) >= base + n * _TC_SIZE + 2
        and (int.from_bytes(raw[base + n * _TC_SIZE :][:2], "little") >> 5) & 3 == 1
    }
    return tuple(edges), left, frozenset(continued)
