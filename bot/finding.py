"""What the knowledge offers an officer: searched for, ranked, with its source. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from knowledge import Finding, Passage, Scope, find_aspects, find_region

from .composing import cite
from .context import KnowledgeReader
from .privacy import without_masks
from .steps.phrasing import question_of
from .steps.regions import is_wide
from .types import Citation

#: What ends within so many days is marked.
ENDS_SOON_DAYS = 30

#: Passages looked at; several may belong to one entry.
_LOOKED_AT = 24

#: What is this far behind the first entry is about something else.
_NEAR = 0.45

#: A reply holds 600 characters, and the officer wants to say something too.
_MAX_INSERT_CHARS = 480


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
        cited = self.citation
        named = cited.name + (f"（{cited.doc_number}）" if cited.doc_number else "")
        if not is_wide(cited.region) and cited.region not in named:
            named += f"（{cited.region}）"
        return f"{named} {cited.locator}".strip()

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
    finding = look(knowledge, text, today)
    by_entry: dict[str, list[Passage]] = {}
    for hit in finding.hits:
        if hit.score >= finding.hits[0].score * _NEAR:
            by_entry.setdefault(hit.passage.entry_id, []).append(hit.passage)
    entries = tuple(
        describe(knowledge, passages, today)
        for passages in list(by_entry.values())[:limit]
    )
    return FoundKnowledge(entries, float(finding.confidence))


def shorten(text: str) -> str:
    """Return a clause as it fits a reply: whole sentences or lines, none cut."""
    text = text.strip()
    if len(text) <= _MAX_INSERT_CHARS:
        return text
    head = text[:_MAX_INSERT_CHARS]
    end = max(head.rfind("\n"), head.rfind("。") + 1, head.rfind("；") + 1)
    return head[: end if end > 0 else _MAX_INSERT_CHARS].rstrip() + "\n……"


def look(knowledge: KnowledgeReader, text: str, today: date) -> Finding:
    """Search for a question as the assistant does."""
    question = question_of(without_masks(text))
    aspects = find_aspects(question)
    scope = Scope(
        today=today,
        region=find_region(question, knowledge.regions),
        aspect=aspects[0] if len(aspects) == 1 else None,
    )
    return knowledge.find(question, scope, limit=_LOOKED_AT)


def describe(
    knowledge: KnowledgeReader,
    passages: Sequence[Passage],
    today: date,
    *,
    text: str = "",
) -> FoundEntry:
    """Return an entry as it is shown.

    Args:
        knowledge: Where the rest of the entry is.
        passages: Of the entry, the one that fits best first.
        today: Beijing date.
        text: What to say; empty = the clause itself.
    """
    best, *others = passages
    last = best.valid_until
    return FoundEntry(
        entry_id=best.entry_id,
        title=best.title,
        heading=best.heading if best.heading != best.title else "",
        text=text or best.text,
        citation=cite(best, knowledge.get_entry(best.entry_id)),
        valid_until=last,
        ends_soon=last is not None and last <= today + timedelta(days=ENDS_SOON_DAYS),
        others=tuple((p.heading, p.text) for p in others),
    )
