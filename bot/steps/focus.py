"""Follow-ups: a question with no item of its own is about the item before."""

from __future__ import annotations

from dataclasses import replace

from knowledge import (
    Aspect,
    EntryKind,
    EntryNotFoundError,
    Finding,
    Passage,
    Scope,
    find_aspects,
    find_region,
)

from ..composing import make_evidence, remainder
from ..context import Context
from ..turn import Focus, Turn
from ..types import Answer, AnswerStatus, Evidence
from .answering import answer_from
from .continuing import tells_only_region
from .phrasing import lead, say, trimmed, word
from .regions import RELATED_HITS, list_siblings, pick_for_region
from .relating import NEAR, asks_all, find_telling_guide, shares_name

#: A follow-up is short: 那要多少钱, 西山区呢, 那在哪办，周末开吗.
MAX_FOLLOW_UP_CHARS = 24


def follow_up(turn: Turn, context: Context) -> Answer | None:
    """Answer 那要多少钱 or 西山区呢 from the item of the turn before."""
    regions = context.knowledge.regions
    text = trimmed(turn.text)
    if not turn.focus.entry_id or len(text) > MAX_FOLLOW_UP_CHARS:
        return None
    if remainder(text, regions) and not tells_only_region(text, regions):
        return None
    region = find_region(text, regions)
    aspects = find_aspects(text)
    if region is None and not aspects:
        return None
    try:
        item = context.knowledge.get_entry(turn.focus.entry_id)[0]
    except EntryNotFoundError:
        # A newer release no longer has it, or it is off.
        return None
    if not item.counts_on(context.today):
        return None  # it ended since it was talked about
    # 西山区呢 asks again what was asked before.
    question = text if aspects else turn.focus.question
    asked = find_aspects(question)
    finding = _find(item, context, question, region or turn.focus.region)
    evidence = make_evidence(finding, context.settings)
    best = _pick(item, finding, asked, region)
    if best is None:
        return _ask_for_item(turn, context, evidence)
    return answer_from(
        turn,
        context,
        best,
        question=question,
        evidence=evidence,
        region=region or turn.focus.region,
    )


def _find(item: Passage, context: Context, question: str, region: str) -> Finding:
    aspects = find_aspects(question)
    scope = Scope(
        today=context.today,
        region=region or None,
        aspect=aspects[0] if len(aspects) == 1 else None,
    )
    about = question if shares_name(question, item) else f"{item.title} {question}"
    return context.knowledge.find(about, scope, limit=RELATED_HITS)


def _pick(
    item: Passage,
    finding: Finding,
    aspects: tuple[Aspect, ...],
    region: str | None,
) -> Passage | None:
    """Pick the passage that tells; None if nothing about the item does."""
    siblings = list_siblings(finding.hits, item)
    if item.kind is EntryKind.GUIDE:
        # The guide itself says what it has and what it has not.
        own = {item.region: siblings.get(item.region, item)}
        return pick_for_region(own | siblings, region or item.region)
    hits = finding.hits
    if region is not None and region != item.region:
        own_hits = tuple(hit for hit in hits if hit.passage.region == region)
        if guide := find_telling_guide(own_hits, aspects, item.title):
            return guide
        for hit in own_hits:
            is_near = hit.score >= NEAR * hits[0].score
            if is_near and _tells(hit.passage, aspects, item):
                return hit.passage
        # No rule of its own: the city's answers.
        return siblings.get(item.region)
    others = tuple(hit for hit in hits if hit.passage.entry_id != item.entry_id)
    if guide := find_telling_guide(others, aspects, item.title):
        return guide
    if item.kind is EntryKind.POLICY and hits and hits[0].passage.title == item.title:
        return hits[0].passage
    return None


def _tells(passage: Passage, aspects: tuple[Aspect, ...], item: Passage) -> bool:
    """Whether a district's entry is the same matter and answers what was asked."""
    if not shares_name(item.title, passage):
        return False
    return not aspects or passage.aspect in aspects or asks_all(passage, aspects)


def _ask_for_item(turn: Turn, context: Context, evidence: Evidence) -> Answer:
    turn.focus = replace(Focus(), failures=turn.focus.failures + 1)
    blocks = (lead(word("name_item", context)), say(word("welcome_human", context)))
    return Answer(AnswerStatus.CLARIFY_AMBIGUOUS, blocks, evidence=evidence)
