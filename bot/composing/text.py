"""Lines, sentences and lists of a passage, unchanged but for their numbering. Pure."""

from __future__ import annotations

import re

from ..types import Block, BlockKind

_NUMBER = re.compile(r"^\s*(\d{1,2})\s*[.、．)）]\s*(?!\d)")

#: A list that refers to its own rows must keep their numbers.
_REFERS_TO_ROWS = re.compile(r"第\s*\d+(?:[、,，]\d+)*\s*项")

_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")


def lines_of(text: str) -> tuple[str, ...]:
    """Return the lines of a text that hold something."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a text, each with its own ending."""
    return [s.strip() for s in _SENTENCE.findall(text) if s.strip()]


def as_list(text: str) -> Block:
    """Return materials as a list; numbered when rows are referred to by number."""
    if _REFERS_TO_ROWS.search(text):
        return as_steps(text)
    return Block(BlockKind.LIST, tuple(map(unnumbered, lines_of(text))))


def as_steps(text: str) -> Block:
    """Return lines numbered 1, 2, 3 … as steps, any others as a paragraph."""
    lines = lines_of(text)
    numbers = [int(m.group(1)) for line in lines if (m := _NUMBER.match(line))]
    if len(lines) > 1 and numbers == list(range(1, len(lines) + 1)):
        return Block(BlockKind.STEPS, tuple(map(unnumbered, lines)))
    return Block(BlockKind.TEXT, lines)


def key_sentence(text: str, question: str) -> str:
    """Return the sentence that shares most character pairs with the question.

    Ties go to the earlier sentence; empty when nothing is shared.
    """
    asked = _pairs(question)
    best, best_share = "", 0
    for sentence in sentences_of(text):
        if (share := len(asked & _pairs(sentence))) > best_share:
            best, best_share = sentence, share
    return best


def clip(line: str, chars: int) -> str:
    """Return the beginning of a line: up to a stop if one fits, else with ``…``."""
    if len(line) <= chars:
        return line
    stop = max(line.rfind(mark, 0, chars) for mark in "。；")
    if stop < chars // 3:
        return line[: chars - 1] + "…"
    # What a bracket opened before the stop is closed again.
    kept = line[:stop]
    return kept + ("）" if kept.count("（") > kept.count("）") else "")


def unnumbered(line: str) -> str:
    """Return a line without the number before it."""
    return _NUMBER.sub("", line.strip())


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}
