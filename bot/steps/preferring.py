"""Which of several entries on one matter answers best. Pure but for reading entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from knowledge import Aspect, EntryKind, Hit, Passage, find_aspects

from ..composing import Asked, asked_figures, bears, compose
from ..context import KnowledgeReader
from ..types import BlockKind
from .regions import is_wide
from .relating import NEAR, asks_all, shares_name

#: Entries looked into at most: each is read whole.
_MAX_READ = 6


def prefer_own(
    hits: Sequence[Hit], best: Passage, region: str, aspects: Sequence[Aspect]
) -> Passage:
    """Prefer a district's own entry to the city's, which only lists all districts.

    Args:
        hits: Best first.
        best: What would answer; may be of another region.
        region: The one the citizen named.
        aspects: Elements asked for.
    """
    if best.region == region or is_wide(region):
        return best
    own = [p for p in _near(hits, best) if p.region == region]
    for passage in own:
        is_guide = passage.kind is EntryKind.GUIDE
        if is_guide and best.kind is EntryKind.GUIDE and passage.title != best.title:
            # 申领 is not 补领.
            continue
        if not aspects or passage.aspect in aspects:
            return passage
        if not is_guide and asks_all(passage, aspects):
            return passage
    others = [p for p in own if p.kind is not EntryKind.GUIDE]
    return others[0] if others else best


def prefer_bearing(
    hits: Sequence[Hit], best: Passage, question: str, knowledge: KnowledgeReader
) -> Passage:
    """Prefer an entry whose answer holds all the figures asked for.

    多少钱，几天 is two figures: who gets one of them asks again, or believes
    that the other does not exist.
    """
    figures = asked_figures(question)
    if not figures or bears(_read(best, question, knowledge), figures):
        return best
    tried = {best.entry_id}
    for passage in _near(hits, best):
        fits = passage.region == best.region or (
            is_wide(passage.region) and is_wide(best.region)
        )
        is_other_item = passage.kind is EntryKind.GUIDE and passage.title != best.title
        if (
            not fits
            or is_other_item
            or passage.entry_id in tried
            or len(tried) > _MAX_READ
        ):
            continue
        tried.add(passage.entry_id)
        if bears(_read(passage, question, knowledge), figures):
            return passage
    return best


def _near(hits: Sequence[Hit], like: Passage) -> Iterator[Passage]:
    for hit in hits:
        if hit.score >= NEAR * hits[0].score and shares_name(like.title, hit.passage):
            yield hit.passage


def _read(passage: Passage, question: str, knowledge: KnowledgeReader) -> str:
    """Compose and return what would be said, without cautions."""
    entry = knowledge.get_entry(passage.entry_id)
    asked = Asked(question, find_aspects(question), knowledge.regions)
    blocks, _ = compose(asked, passage, entry)
    return "\n".join(
        line
        for block in blocks
        if block.kind is not BlockKind.NOTICE
        for line in block.lines
    )
