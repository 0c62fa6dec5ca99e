"""Reads .rtf, and the .doc files that are RTF inside.

Ours, not striprtf: that one gives a text without cells, levels or hidden runs.
Source: Microsoft, Rich Text Format Specification 1.9.1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from ..errors import BrokenFileError
from ..types import Align, Document
from .cautions import EMBEDDED, OUTSIDE, fetches, warn_hidden
from .flow import Flow
from .rtf_state import RowProps, State, Tables
from .rtf_tokens import Token, TokenKind, iter_tokens

#: Groups that hold no text of the page. Cells of nested tables come twice: the
#: second time for programs that know no nesting.
_SKIPPED = {
    "info", "pict", "header", "headerl", "headerr", "headerf", "footer", "footerl",
    "footerr", "footerf", "footnote", "annotation", "xe", "tc", "bkmkstart",
    "bkmkend", "listtable", "listoverridetable", "revtbl", "rsidtbl", "generator",
    "nonesttables", "sp", "objdata", "objclass", "filetbl",
}  # fmt: skip

#: Groups marked "skip me if unknown" that do hold text.
_KNOWN = {"shpinst", "nesttableprops"}

#: Groups read for what they say about the text or the file.
_TABLES = {"fonttbl", "colortbl", "stylesheet", "fldinst", "template"}

_CHARACTERS = {
    "tab": "\t", "line": "\n", "lbr": "\n", "page": "\n", "column": "\n",
    "emdash": "—", "endash": "–", "bullet": "•", "emspace": " ", "enspace": " ",
    "qmspace": " ", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "~": " ", "_": "-",
}  # fmt: skip

_ALIGNS = {
    "ql": Align.LEFT, "qj": Align.LEFT, "qc": Align.CENTRE, "qr": Align.RIGHT,
}  # fmt: skip

#: Type this small, in half points, is there to hide.
_HIDDEN_SIZE = 2

#: A group nested deeper is no document.
_MAX_GROUPS = 4000


def read_rtf(data: bytes) -> Document:
    """Read an RTF document: paragraphs, tables, the numbers as written.

    Raises:
        BrokenFileError: If its groups nest without end.
    """
    return _Reader().read(data)


class _Reader:
    """One document; state follows the groups."""

    def __init__(self) -> None:
        self.state = State()
        self.tables = Tables()
        #: Of the row outside and of the one in the table inside its cell.
        self._rows = [RowProps(), RowProps()]
        self._flow = Flow()
        self._stack: list[State] = []
        self._bytes = bytearray()
        self._text: list[str] = []
        self._aside: list[str] = []
        self._hidden: list[str] = []
        self._is_hiding = False
        self._to_skip = 0
        self._is_starred = False
        self._warnings: dict[str, None] = {}

    def read(self, data: bytes) -> Document:
        for token in iter_tokens(data):
            if token.kind is TokenKind.BYTES:
                self._take_bytes(token.data)
            elif token.kind is TokenKind.WORD:
                self._take_word(token)
            else:
                self._change_group(is_open=token.kind is TokenKind.OPEN)
        self._decode()
        self.end_paragraph()
        warnings = (*self._warnings, *warn_hidden(self._hidden))
        return Document(blocks=self._flow.finish(), warnings=warnings)

    def end_paragraph(self) -> None:
        state = self.state
        if not state.sink:
            text = self._take_text()
            self._flow.end_paragraph(
                text, level=state.level, align=state.align, depth=state.depth
            )

    def end_cell(self, depth: int) -> None:
        if not self.state.sink:
            self._flow.end_cell(self._take_text(), depth=depth)

    @property
    def row(self) -> RowProps:
        return self._rows[self.state.is_inner_row]

    def begin_row(self) -> None:
        self._rows[self.state.is_inner_row] = RowProps()

    def end_row(self, depth: int) -> None:
        row = self.row
        if self.state.sink:
            return
        self._flow.end_row(
            depth=depth,
            edges=tuple(row.edges),
            left=row.left,
            continued=frozenset(row.continued),
        )

    def _take_text(self) -> str:
        # Characters outside the first plane come as two halves.
        text = "".join(self._text).encode("utf-16-le", "surrogatepass")
        self._text.clear()
        return text.decode("utf-16-le", errors="replace")

    def _change_group(self, *, is_open: bool) -> None:
        self._decode()
        self._to_skip = 0
        self._is_starred = False
        if is_open:
            if len(self._stack) >= _MAX_GROUPS:
                raise BrokenFileError("RTF 文件已损坏，打不开")
            self._stack.append(replace(self.state))
        elif self._stack:
            ended, self.state = self.state, self._stack.pop()
            self._end_aside(ended.sink, self.state.sink)

    def _end_aside(self, ended: str, outer: str) -> None:
        if ended == "stylesheet":
            self.tables.name_style("".join(self._aside))
        elif ended == outer:
            return
        text = "".join(self._aside)
        self._aside.clear()
        is_elsewhere = ended == "template" and ("//" in text or "\\\\" in text)
        if is_elsewhere or (ended == "fldinst" and fetches(text)):
            self._warnings[OUTSIDE] = None

    def _take_bytes(self, data: bytes) -> None:
        skipped = min(self._to_skip, len(data))
        self._to_skip -= skipped
        if self.state.sink == "colortbl":
            for _ in range(data.count(b";")):
                self.tables.end_colour()
        self._bytes += data[skipped:]

    def _decode(self) -> None:
        if self._bytes:
            page = self.tables.fonts.get(self.state.font, self.tables.page)
            self._put(self._bytes.decode(page, errors="replace"))
            self._bytes.clear()

    def _put(self, text: str) -> None:
        state = self.state
        is_white = self.tables.is_white(state.colour) and not state.is_shaded
        if state.sink:
            if state.sink in _TABLES:
                self._aside.append(text)
        elif state.is_hidden or is_white or state.half_points <= _HIDDEN_SIZE:
            if not self._is_hiding:
                self._hidden.append("")
            self._hidden[-1] += text
            self._is_hiding = True
        else:
            self._text.append(text)
            self._is_hiding = False

    def _take_word(self, token: Token) -> None:
        word, number = token.word, token.number
        self._decode()
        self._to_skip = 0
        if word == "*":
            self._is_starred = True
            return
        if word in _TABLES:
            self.state.sink = self.state.sink or word
        elif word in _SKIPPED or (self._is_starred and word not in _KNOWN):
            self.state.sink = "skip"
        self._is_starred = False
        if word == "u":
            self._put(chr((number or 0) & 0xFFFF))
            self._to_skip = self.state.stand_ins
        elif word in _CHARACTERS:
            self._put(_CHARACTERS[word])
        elif word in _ALIGNS:
            self.state.align = _ALIGNS[word]
        elif word in _ACTIONS:
            _ACTIONS[word](self, number)

    def warn_embedded(self) -> None:
        self._warnings[EMBEDDED] = None


def _reset_paragraph(reader: _Reader, _: int | None) -> None:
    state = reader.state
    state.align, state.level, state.depth = Align.LEFT, 0, 0


def _reset_characters(reader: _Reader, _: int | None) -> None:
    state = reader.state
    state.is_hidden, state.is_shaded = False, False
    state.colour, state.half_points = 0, 24


def _set_style(reader: _Reader, number: int | None) -> None:
    if reader.state.sink == "stylesheet":
        reader.tables.style = number or 0
    else:
        reader.state.level = reader.tables.levels.get(number or 0, 0)


def _set_outline(reader: _Reader, number: int | None) -> None:
    if number is not None and 0 <= number < 6 and reader.state.sink == "":
        reader.state.level = number + 1


def _end_cell_border(reader: _Reader, number: int | None) -> None:
    row = reader.row
    if row.is_continued:
        row.continued.add(len(row.edges))
    row.edges.append(number or 0)
    row.is_continued = False


def _set(name: str, default: int) -> Callable[[_Reader, int | None], None]:
    def act(reader: _Reader, number: int | None) -> None:
        setattr(reader.state, name, default if number is None else number)

    return act


def _set_flag(name: str) -> Callable[[_Reader, int | None], None]:
    def act(reader: _Reader, number: int | None) -> None:
        setattr(reader.state, name, number != 0)

    return act


_ACTIONS: Mapping[str, Callable[[_Reader, int | None], None]] = {
    "par": lambda reader, _: reader.end_paragraph(),
    "sect": lambda reader, _: reader.end_paragraph(),
    "cell": lambda reader, _: reader.end_cell(1),
    "nestcell": lambda reader, _: reader.end_cell(max(reader.state.depth, 2)),
    "row": lambda reader, _: reader.end_row(1),
    "nestrow": lambda reader, _: reader.end_row(max(reader.state.depth, 2)),
    "pard": _reset_paragraph,
    "plain": _reset_characters,
    "intbl": lambda reader, _: setattr(
        reader.state, "depth", max(reader.state.depth, 1)
    ),
    "itap": _set("depth", 0),
    "s": _set_style,
    "outlinelevel": _set_outline,
    "f": _set("font", -1),
    "fcharset": lambda reader, number: reader.tables.set_charset(
        reader.state.font, number or 0
    ),
    "fs": _set("half_points", 24),
    "cf": _set("colour", 0),
    "cb": _set_flag("is_shaded"),
    "highlight": _set_flag("is_shaded"),
    "chcbpat": _set_flag("is_shaded"),
    "clcbpat": _set_flag("is_shaded"),
    "v": _set_flag("is_hidden"),
    "webhidden": _set_flag("is_hidden"),
    "uc": _set("stand_ins", 1),
    "ansicpg": lambda reader, number: reader.tables.set_page(number or 1252),
    "red": lambda reader, number: reader.tables.add_colour_part(number or 0),
    "green": lambda reader, number: reader.tables.add_colour_part(number or 0),
    "blue": lambda reader, number: reader.tables.add_colour_part(number or 0),
    "trowd": lambda reader, _: reader.begin_row(),
    "nesttableprops": _set_flag("is_inner_row"),
    "trleft": lambda reader, number: setattr(reader.row, "left", number or 0),
    "clvmrg": lambda reader, _: setattr(reader.row, "is_continued", True),
    "cellx": _end_cell_border,
    "objdata": lambda reader, _: reader.warn_embedded(),
}
