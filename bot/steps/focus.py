"""Follow-ups: a question with no item of its own is about the item before."""

from __future__ import annotations

from knowledge import (
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
from ..types import Answer
from .answering import answer_from
from .phrasing import trimmed
from .regions import RELATED_HITS, list_siblings, pick_for_region

#: A follow-up is short: 那要多少钱, 西山区呢, 那在哪办，周末开吗.
MAX_FOLLOW_UP_CHARS = 24


def follow_up(turn: Turn, context: Context) -> Answer | None:
    """Answer 那要多少钱 or 西山区呢 from the item of the turn before."""
    focus, regions = turn.focus, context.knowledge.regions
    text = trimmed(turn.text)
    if not focus.entry_id or len(text) > MAX_FOLLOW_UP_CHARS:
        return None
    if remainder(text, regions):
        return None
    region = find_region(text, regions)
    has_aspects = bool(find_aspects(text))
    if region is None and not has_aspects:
        return None
    # 西山区呢 asks again what was asked before.
    question = text if has_aspects else focus.question
    resolved = f"{focus.title} {question}"
    found = _find(focus, context, resolved, region or focus.region)
    if found is None:
        # Nothing of that item tells: search, with the item put in.
        turn.text = f"{region or ''}{resolved}"
        return None
    best, finding = found
    evidence = make_evidence(finding, context.settings)
    return answer_from(turn, context, best, question=question, evidence=evidence)


def _find(
    focus: Focus, context: Context, question: str, region: str
) -> tuple[Passage, Finding] | None:
    knowledge = context.knowledge
    if region == focus.region:
        scope = Scope(today=context.today, entry_id=focus.entry_id)
        finding = knowledge.find(question, scope)
        best = finding.hits[0].passage if finding.hits else None
    else:
        scope = Scope(today=context.today, region=region)
        finding = knowledge.find(question, scope, limit=RELATED_HITS)
        try:
            item = knowledge.get_entry(focus.entry_id)[0]
        except EntryNotFoundError:
            return None
        best = pick_for_region(list_siblings(finding.hits, item), region)
    if best is None or not _tells(best, finding, context):
        return None
    return best, finding


def _tells(best: Passage, finding: Finding, context: Context) -> bool:
    """Whether the item can answer: a guide has its elements, others must be judged."""
    if best.kind is EntryKind.GUIDE:
        return True
    return finding.confidence >= context.settings.answer_at
