"""Search, judge, compose: the question as it stands, against all that is known."""

from __future__ import annotations

from knowledge import (
    Finding,
    Hit,
    Passage,
    Scope,
    find_aspects,
    find_region,
)

from ..composing import make_evidence
from ..context import Context
from ..privacy import without_masks
from ..turn import Focus, Turn
from ..types import Answer, AnswerStatus, Evidence
from .answering import answer_from, clarify
from .handover import hand_over
from .phrasing import question_of, word
from .regions import (
    RELATED_HITS,
    is_wide,
    list_districts,
    list_siblings,
    pick_for_region,
    pick_wide,
)
from .relating import NEAR, prefer_guide, shares_name

#: Asking back so often in a row tires people: then a person takes over.
MAX_CLARIFICATIONS = 2


def search(turn: Turn, context: Context) -> Answer:
    """Answer when the measured confidence allows it; else ask back or hand over."""
    question = question_of(without_masks(turn.text))
    aspects = find_aspects(question)
    scope = Scope(
        today=context.today,
        region=find_region(question, context.knowledge.regions) or _own_region(turn),
        aspect=aspects[0] if len(aspects) == 1 else None,
    )
    finding = context.knowledge.find(question, scope, limit=RELATED_HITS)
    settings = context.settings
    if finding.hits and finding.confidence >= settings.answer_at:
        return _answer(turn, context, finding, scope)
    evidence = make_evidence(finding, settings)
    may_ask = turn.focus.failures < MAX_CLARIFICATIONS
    if finding.hits and finding.confidence >= settings.clarify_at and may_ask:
        choices = _list_choices(finding.hits, scope.region, settings.max_options)
        return clarify(turn, context, choices, question=question, evidence=evidence)
    return _give_up(turn, context, evidence)


def _own_region(turn: Turn) -> str | None:
    """The region known of the asker; one that came with an item goes with it."""
    return turn.focus.region or None if not turn.focus.entry_id else None


def _answer(turn: Turn, context: Context, finding: Finding, scope: Scope) -> Answer:
    top = prefer_guide(finding.hits, finding.question)
    siblings = list_siblings(finding.hits, top)
    evidence = make_evidence(finding, context.settings)
    notice = ""
    if scope.region is not None and (
        scope.region in siblings or not is_wide(scope.region)
    ):
        best = pick_for_region(siblings, scope.region) or top
    elif (wide := pick_wide(siblings)) is not None:
        best = wide
        if districts := list_districts(siblings):
            notice = word("regions_differ", context, regions="、".join(districts))
    elif len(siblings) > 1:
        return clarify(
            turn,
            context,
            list(siblings.values())[: context.settings.max_options],
            question=finding.question,
            evidence=evidence,
            ask=word("which_region", context),
        )
    else:
        best, notice = _widen(context, finding, top)
    return answer_from(
        turn,
        context,
        best,
        question=finding.question,
        evidence=evidence,
        notice=notice,
    )


def _widen(context: Context, finding: Finding, top: Passage) -> tuple[Passage, str]:
    """Prefer the city's rule to one district's, when the citizen named no place.

    Districts publish under titles of their own, so the two do not look alike.
    """
    for hit in finding.hits:
        passage = hit.passage
        is_near = hit.score >= NEAR * finding.hits[0].score
        if is_near and is_wide(passage.region) and passage.kind is top.kind:
            if shares_name(top.title, passage):
                notice = word("regions_differ", context, regions=top.region)
                return passage, notice
            break
    return top, word("only_region", context, region=top.region)


def _list_choices(
    hits: tuple[Hit, ...], region: str | None, limit: int
) -> list[Passage]:
    """List different items, best first, each by the entry of the region asked for."""
    choices: dict[tuple[str, str], Passage] = {}
    for hit in hits:
        item = (hit.passage.kind, hit.passage.title)
        if item in choices:
            continue
        siblings = list_siblings(hits, hit.passage)
        own = pick_for_region(siblings, region) if region else pick_wide(siblings)
        choices[item] = own or hit.passage
        if len(choices) == limit:
            break
    return list(choices.values())


def _give_up(turn: Turn, context: Context, evidence: Evidence) -> Answer:
    if turn.focus.failures:
        turn.focus = Focus()
        status = AnswerStatus.HANDOFF_REPEATED
    else:
        turn.focus = Focus(failures=1)
        status = AnswerStatus.UNANSWERABLE_NO_MATCH
    return hand_over(turn, context, status, evidence=evidence)
