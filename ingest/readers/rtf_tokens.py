"""Cuts RTF into groups, control words and bytes. Pure.

Source: Microsoft, Rich Text Format Specification 1.9.1, "RTF syntax".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto


class TokenKind(Enum):
    """What stands at a place of the stream."""

    OPEN = auto()
    CLOSE = auto()
    WORD = auto()
    #: A character that the file gives as bytes, in the font's code page.
    BYTES = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One piece: a control word with its number, or some bytes."""

    kind: TokenKind
    word: str = ""

    #: The number behind a control word; None when there is none.
    number: int | None = None

    data: bytes = b""


_TOKEN = re.compile(
    rb"(?P<brace>[{}])"
    rb"|\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?"
    rb"|\\'(?P<hex>[0-9a-fA-F]{2})"
    rb"|\\(?P<symbol>[^a-zA-Z])"
    rb"|(?P<end>[\r\n\x00]+)"
    rb"|(?P<plain>[^\\{}\r\n\x00]+)",
    re.DOTALL,
)

_BRACES = {b"{": TokenKind.OPEN, b"}": TokenKind.CLOSE}


def iter_tokens(data: bytes) -> Iterator[Token]:
    """Yield the pieces in order; what binary parts hold is passed over."""
    at = 0
    while match := _TOKEN.search(data, at):
        at = match.end()
        if match["brace"]:
            yield Token(_BRACES[match["brace"]])
        elif match["word"]:
            word = match["word"].decode("ascii")
            number = None if match["number"] is None else int(match["number"])
            if word == "bin":
                at += max(number or 0, 0)
                continue
            yield Token(TokenKind.WORD, word, number)
        elif match["hex"]:
            yield Token(TokenKind.BYTES, data=bytes.fromhex(match["hex"].decode()))
        elif match["symbol"]:
            yield _read_symbol(match["symbol"])
        elif match["plain"]:
            yield Token(TokenKind.BYTES, data=match["plain"])


def _read_symbol(symbol: bytes) -> Token:
    if symbol in b"\\{}":
        return Token(TokenKind.BYTES, data=symbol)
    # A line end behind a backslash is a paragraph's end.
    return Token(
        TokenKind.WORD, "par" if symbol in b"\r\n" else symbol.decode("latin1")
    )
