"""Two texts compared word by word: what went, what came, what stayed. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

#: Figures and Latin words as a whole; a Chinese character stands for itself.
_WORD = re.compile(r"[A-Za-z]+|\d+(?:[.,]\d+)*%?|\s+|.", re.DOTALL)

#: Longer texts are compared line by line: word by word they would take seconds.
_MAX_WORDS = 4000


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text."""

    kind: Literal["same", "old", "new"]
    text: str


def compare_words(old: str, new: str) -> list[Piece]:
    """Return both texts as runs in reading order; what went comes before what came."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    if max(len(before), len(after)) > _MAX_WORDS:
        before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    pieces: list[Piece] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(before[i:j])))
            continue
        if j > i:
            pieces.append(Piece("old", "".join(before[i:j])))
        if m > k:
            pieces.append(Piece("new", "".join(after[k:m])))
    return pieces
