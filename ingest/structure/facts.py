"""Gathers what a document declares about itself: label, value. Pure.

The table of 信息公开 above a page, lines such as "发文字号：…", meta elements and
front matter all end in one mapping.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from ..text import close_gaps
from ..types import Block, BlockKind, Document
from .vocabulary import load_groups


class Fact(StrEnum):
    """What a document may declare."""

    TITLE = "title"
    NUMBER = "number"
    ISSUER = "issuer"
    REGION = "region"
    ISSUED = "issued"
    PUBLISHED = "published"
    EFFECTIVE = "effective"
    EXPIRES = "expires"
    VALIDITY = "validity"
    STATE = "state"
    REPLACES = "replaces"
    URL = "url"
    #: Known and of no use to us.
    OTHER = "other"


_BY_LABEL = {
    label: Fact(name)
    for name, labels in load_groups("facts").items()
    for label in labels
}

_LINE = re.compile(
    r"^[【\[]?(?P<label>[^：:【】]{2,10})[】\]]?\s*[：:]\s*(?P<value>.*)$"
)

#: Facts stand at the top; further down "标题：" is somebody's sentence.
_TOP_BLOCKS = 15

#: One labelled line may be chance; two are a form.
_MIN_LINES = 2


def read_fact_label(text: str) -> Fact | None:
    """Return the fact that a label names."""
    return _BY_LABEL.get(close_gaps(text).replace(" ", "").strip("：:【】[]"))


def collect_facts(
    document: Document,
) -> tuple[dict[Fact, str], tuple[Block, ...]]:
    """Return the facts of a document and its blocks without them.

    What the text declares goes before what meta elements say.
    """
    facts: dict[Fact, str] = {}
    rest: list[Block] = []
    lines = [block for block in document.blocks[:_TOP_BLOCKS] if _read_line(block)]
    is_form = len(lines) >= _MIN_LINES
    for place, block in enumerate(document.blocks):
        pairs: Sequence[tuple[Fact, str]] = ()
        if block.kind is BlockKind.TABLE and place < _TOP_BLOCKS:
            pairs = _read_table(block)
        elif is_form and place < _TOP_BLOCKS:
            pairs = _read_line(block)
        for fact, value in pairs:
            facts.setdefault(fact, value)
        if not pairs:
            rest.append(block)
    for label, value in document.facts.items():
        declared = read_fact_label(label)
        if declared is not None:
            facts.setdefault(declared, value)
    return facts, tuple(rest)


def _read_table(block: Block) -> list[tuple[Fact, str]]:
    pairs = [pair for row in block.rows for pair in _pair_cells(row)]
    found = [
        (fact, value.replace("\n", " ").strip())
        for label, value in pairs
        if (fact := read_fact_label(label)) is not None
    ]
    return found if len(found) >= max(2, len(pairs) // 2) else []


def _pair_cells(row: Iterable[str]) -> Iterator[tuple[str, str]]:
    cells = [cell for cell in row if cell]
    label = ""
    for cell in cells:
        if match := _LINE.match(cell):
            yield match["label"], match["value"]
        elif read_fact_label(cell) is not None or not label:
            label = cell
        else:
            yield label, cell
            label = ""


def _read_line(block: Block) -> list[tuple[Fact, str]]:
    match = _LINE.match(block.text)
    if block.kind is BlockKind.TABLE or match is None or len(block.text) > 80:
        return []
    fact = read_fact_label(match["label"])
    return [(fact, match["value"].strip())] if fact is not None else []
