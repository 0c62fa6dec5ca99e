"""What the knowledge offers an officer: searched for, ranked, with its source. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from knowledge import Finding, Hit, Passage, Scope, find_aspects, find_region

from .composing import cite
from .context import KnowledgeReader
from .privacy import without_masks
from .steps.phrasing import question_of
from .types import Citation

#: What ends within so many days is marked.
ENDS_SOON_DAYS = 30

#: Passages looked at; several may belong to one entry.
_LOOKED_AT = 24

#: Longest question made of several lines.
_MAX_QUESTION_CHARS = 200

#: Lines of a citizen's put together when the last one alone says too little.
_MAX_LINES = 3

#: A reply holds 600 characters, and the officer wants to say something too.
_MAX_INSERT_CHARS = 480

#: A second suggestion must come this close to the first one.
_CLOSE = 0.6


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """One entry that a search brought, at the passage that fits best."""

    entry_id: str
    title: str
    heading: str
    text: str
    citation: Citation

    #: Last day it applies; None = open-ended.
    valid_until: date | None = None

    #: Whether that day is near.
    ends_soon: bool = False

    #: Other passages of the entry that fit, by heading and text.
    others: tuple[tuple[str, str], ...] = field(default=())

    @property
    def source(self) -> str:
        """Where it stands, as the line under a reply says: 《办法》（文号）第七条."""
        named = self.citation.name
        if self.citation.doc_number:
            named += f"（{self.citation.doc_number}）"
        return f"{named} {self.citation.locator}".strip()

    @property
    def insert(self) -> str:
        """Words for the reply box, with the source below them."""
        return f"{shorten(self.text)}\n依据：{self.source}"


@dataclass(frozen=True, slots=True)
class FoundKnowledge:
    """What a search brought, best first."""

    entries: tuple[FoundEntry, ...] = ()

    #: Probability from 0 to 1 that the first one answers.
    confidence: float = 0.0


def find_entries(
    knowledge: KnowledgeReader, text: str, *, today: date, limit: int
) -> FoundKnowledge:
    """Search as the assistant does; nothing about anybody is written down.

    Args:
        knowledge: What is searched.
        text: A question or a few words, as typed.
        today: Beijing date.
        limit: Entries returned at most.
    """
    finding = _look(knowledge, text, today)
    return _gather(knowledge, finding, today, limit)


def suggest_entries(
    knowledge: KnowledgeReader,
    lines: Sequence[str],
    *,
    today: date,
    at_least: float,
    limit: int = 3,
) -> FoundKnowledge:
    """Find what might answer a citizen's newest lines.

    The last line stands alone if it is a question; what only goes on (“9 月。”) is
    put behind what was said before it.

    Args:
        knowledge: What is searched.
        lines: Of the citizen, oldest first, masked.
        today: Beijing date.
        at_least: Confidence below which nothing is suggested: a hurried officer
            might send it.
        limit: Entries returned at most.
    """
    best: Finding | None = None
    for many in range(1, min(len(lines), _MAX_LINES) + 1):
        asked = "，".join(line.strip(" ，。？！?!") for line in lines[-many:])
        finding = _look(knowledge, asked[-_MAX_QUESTION_CHARS:], today)
        if best is None or finding.confidence > best.confidence:
            best = finding
        if best.confidence >= at_least:
            break
    if best is None or best.confidence < at_least:
        return FoundKnowledge()
    floor = best.hits[0].score * _CLOSE
    close = tuple(hit for hit in best.hits if hit.score >= floor)
    return _gather(knowledge, _with_hits(best, close), today, limit)


def shorten(text: str) -> str:
    """Return a clause as it fits a reply: whole sentences or lines, none cut."""
    text = text.strip()
    if len(text) <= _MAX_INSERT_CHARS:
        return text
    head = text[:_MAX_INSERT_CHARS]
    end = max(head.rfind("\n"), head.rfind("。") + 1, head.rfind("；") + 1)
    return head[: end if end > 0 else _MAX_INSERT_CHARS].rstrip() + "\n……"


def _look(knowledge: KnowledgeReader, text: str, today: date) -> Finding:
    question = question_of(without_masks(text))
    aspects = find_aspects(question)
    scope = Scope(
        today=today,
        region=find_region(question, knowledge.regions),
        aspect=aspects[0] if len(aspects) == 1 else None,
    )
    return knowledge.find(question, scope, limit=_LOOKED_AT)


def _with_hits(finding: Finding, hits: tuple[Hit, ...]) -> Finding:
    return Finding(finding.question, hits, finding.confidence, finding.release_id)


def _gather(
    knowledge: KnowledgeReader, finding: Finding, today: date, limit: int
) -> FoundKnowledge:
    """Return one result for each entry, in the order of its best passage."""
    by_entry: dict[str, list[Passage]] = {}
    for hit in finding.hits:
        by_entry.setdefault(hit.passage.entry_id, []).append(hit.passage)
    entries = tuple(
        _describe(knowledge, passages, today)
        for passages in list(by_entry.values())[:limit]
    )
    return FoundKnowledge(entries, float(finding.confidence))


def _describe(
    knowledge: KnowledgeReader, passages: Sequence[Passage], today: date
) -> FoundEntry:
    best, *others = passages
    last = best.valid_until
    return FoundEntry(
        entry_id=best.entry_id,
        title=best.title,
        heading=best.heading if best.heading != best.title else "",
        text=best.text,
        citation=cite(best, knowledge.get_entry(best.entry_id)),
        valid_until=last,
        ends_soon=last is not None and last <= today + timedelta(days=ENDS_SOON_DAYS),
        others=tuple((p.heading, p.text) for p in others),
    )
