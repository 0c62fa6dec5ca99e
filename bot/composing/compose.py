"""One entry as an answer: its own words, and where they stand. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge import Aspect, EntryKind, Passage

from ..replies import get_wording
from ..types import Block, BlockKind, Citation
from .citation import cite
from .guide import compose_guide
from .text import key_sentence, lines_of, sentences_of

#: A clause up to here is read in one look; a longer one gets a conclusion first.
_LONG_CHARS = 90

#: An article in several pieces is joined up to here, and quoted in part beyond.
_MAX_CLAUSE_CHARS = 500

#: A first sentence up to here stands as the conclusion of an FAQ.
_LEAD_CHARS = 80

_ARTICLE = re.compile(r"第[一二三四五六七八九十百千零〇\d]+条")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a citizen wants to know of an entry."""

    #: As typed, or with the item put in for a follow-up.
    question: str

    #: Elements asked for, in order.
    aspects: tuple[Aspect, ...]

    #: Regions known to the knowledge base.
    regions: tuple[str, ...] = ()

    #: The citizen's district, named now or before; empty = unknown.
    region: str = ""


def compose(
    asked: Asked, best: Passage, entry: Sequence[Passage]
) -> tuple[tuple[Block, ...], Citation]:
    """Answer from an entry, quoting it.

    Args:
        asked: The question.
        best: The passage that answers best.
        entry: All passages of its entry, in order.

    Returns:
        What to show, and its source.
    """
    if best.kind is EntryKind.GUIDE:
        blocks = compose_guide(
            entry,
            asked.question,
            asked.aspects,
            best=best,
            regions=asked.regions,
            region=asked.region,
        )
    elif best.kind is EntryKind.POLICY:
        blocks = _policy(asked.question, best, entry)
    else:
        blocks = _faq(best, entry)
    citation = cite(best, entry)
    shown = "\n".join(line for block in blocks for line in block.lines)
    if citation.phone and citation.phone in shown:
        # Said already.
        citation = replace(citation, phone="")
    return blocks, citation


def _policy(
    question: str, best: Passage, entry: Sequence[Passage]
) -> tuple[Block, ...]:
    """Quote the clause to the letter, under its article, its key sentence first."""
    clause = "\n".join(p.text for p in entry if p.heading == best.heading)
    heading = best.heading
    if best.heading == "" or len(clause) > _MAX_CLAUSE_CHARS:
        if clause != best.text and heading:
            heading = get_wording("excerpt", article=heading)
        clause = best.text
    blocks: list[Block] = []
    if len(clause) > _LONG_CHARS:
        key = key_sentence(_without_article(clause), question)
        if key and not key.endswith("："):
            blocks.append(Block(BlockKind.LEAD, (key,)))
    if heading and not clause.startswith(heading):
        blocks.append(Block(BlockKind.HEADING, (heading,)))
    kind = BlockKind.TEXT if blocks else BlockKind.LEAD
    return (*blocks, Block(kind, lines_of(clause)))


def _without_article(clause: str) -> str:
    match = _ARTICLE.match(clause)
    return clause[match.end() :].strip() if match else clause


def _faq(best: Passage, entry: Sequence[Passage]) -> tuple[Block, ...]:
    text = "\n".join(passage.text for passage in entry) or best.text
    sentences = sentences_of(text)
    first = sentences[0] if sentences else text
    rest = text.strip()[len(first) :].strip()
    if len(first) > _LEAD_CHARS or not text.strip().startswith(first):
        return (Block(BlockKind.TEXT, lines_of(text)),)
    if not rest:
        return (Block(BlockKind.LEAD, (first,)),)
    return (Block(BlockKind.LEAD, (first,)), Block(BlockKind.TEXT, lines_of(rest)))
