"""Replies suggested to an officer for a citizen's newest question. Pure.

They are the assistant's own answers, composed of the knowledge, for as long as its
confidence would have let it ask back; an officer decides what is sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from knowledge import Finding, Passage, find_aspects

from .composing import Asked, compose, remainder
from .context import KnowledgeReader
from .finding import FoundEntry, FoundKnowledge, describe, look
from .privacy import without_masks
from .rendering import render_blocks
from .steps.continuing import MAX_CHARS, is_borne, is_circumstance
from .steps.phrasing import bare, question_of
from .steps.preferring import prefer_bearing
from .steps.relating import NEAR, prefer_guide
from .types import BlockKind

#: Lines that say nothing about any matter: greetings, thanks, yes and no.
_CHAT = re.compile(
    r"(?:[您你]好|在吗|在不在|有人吗?|好的?|嗯|哦|噢|行|可以|多?谢谢?[您你]?|感谢|麻烦[您你]?了?"
    r"|知道了?|明白了?|收到|是的?|对的?|没有了?|没事了?|不用了?|ok|再见|拜拜|请问|稍?等|[呀啊哈呢吧了])+"
)

#: A line this long may be read alone though it is about the person.
_WHOLE_CHARS = 8

#: Lines looked back at for what the newest one is about.
_LOOK_BACK = 8


def suggest_replies(
    knowledge: KnowledgeReader,
    lines: Sequence[str],
    *,
    today: date,
    at_least: float,
    limit: int = 3,
) -> FoundKnowledge:
    """Suggest replies to a citizen's newest line, best first.

    A line that only goes on (“要带什么”, “9 月。”) is read with the matter that was
    named before it, and only while what is found speaks of what it says.

    Args:
        knowledge: What is searched.
        lines: Of the citizen, oldest first, masked.
        today: Beijing date.
        at_least: Confidence below which nothing is suggested: a hurried officer
            might send it.
        limit: How many at most.
    """
    said = [line for line in lines if not _CHAT.fullmatch(bare(line))]
    if not said:
        return FoundKnowledge()
    best: Finding | None = None
    for finding in _read(knowledge, said, today):
        if best is None or finding.confidence > best.confidence:
            best = finding
    if best is None or not best.hits or best.confidence < at_least:
        return FoundKnowledge()
    asked = best.question
    chosen = list(_choose(knowledge, best))[:limit]
    entries = tuple(_compose(knowledge, p, asked, today) for p in chosen)
    return FoundKnowledge(entries, float(best.confidence))


def _read(
    knowledge: KnowledgeReader, said: Sequence[str], today: date
) -> Iterator[Finding]:
    """Search for the newest line alone, and for it behind what it goes on about."""
    newest = question_of(without_masks(said[-1]))
    before = next(
        (
            question_of(without_masks(line))
            for line in reversed(said[-_LOOK_BACK:-1])
            if _names_matter(line)
        ),
        "",
    )
    if _names_matter(newest) or (not before and len(newest) >= _WHOLE_CHARS):
        yield look(knowledge, newest, today)
    if not before or len(newest) > MAX_CHARS:
        return
    finding = look(knowledge, f"{before} {newest}", today)
    if finding.hits:
        entry = knowledge.get_entry(finding.hits[0].passage.entry_id)
        if is_circumstance(newest) or is_borne(newest, entry, knowledge.regions):
            yield finding


def _names_matter(line: str) -> bool:
    """Tell whether a line says what it is about, and not only more of it."""
    plain = re.sub(r"\s+", "", question_of(line))
    if is_circumstance(plain) and len(plain) <= MAX_CHARS // 2:
        return False
    return len(remainder(plain)) > 1


def _choose(knowledge: KnowledgeReader, finding: Finding) -> Iterator[Passage]:
    """Yield the passage of each entry that is near, the one that answers first."""
    hits, asked = finding.hits, finding.question
    first = prefer_bearing(hits, prefer_guide(hits, asked), asked, knowledge)
    yield first
    seen = {first.entry_id}
    for hit in hits:
        if hit.score < NEAR * hits[0].score:
            return
        if hit.passage.entry_id not in seen:
            seen.add(hit.passage.entry_id)
            yield hit.passage


def _compose(
    knowledge: KnowledgeReader, best: Passage, question: str, today: date
) -> FoundEntry:
    entry = knowledge.get_entry(best.entry_id)
    asked = Asked(question, find_aspects(question), knowledge.regions)
    blocks, _ = compose(asked, best, entry)
    # Notices are the bot's own: 想看全部，回复“要带什么” is no officer's word.
    said = [block for block in blocks if block.kind is not BlockKind.NOTICE]
    return describe(knowledge, [best], today, text=render_blocks(said))
