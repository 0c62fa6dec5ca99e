"""Search, judge, compose: the question as it stands, against all that is known."""

from __future__ import annotations

from dataclasses import dataclass, replace

from knowledge import (
    EntryKind,
    Finding,
    Hit,
    Passage,
    Scope,
    find_aspects,
    find_region,
)

from ..composing import asked_figures, make_evidence
from ..context import Context
from ..privacy import without_masks
from ..turn import Focus, Turn
from ..types import Answer, AnswerStatus, Evidence
from .answering import answer_from, clarify
from .continuing import (
    MAX_CHARS,
    is_borne,
    is_circumstance,
    names_new_matter,
    tells_again,
    tells_only_region,
)
from .handover import hand_over
from .off import give_notice
from .personal import show_road
from .phrasing import question_of, word
from .preferring import prefer_bearing, prefer_own
from .regions import (
    RELATED_HITS,
    is_wide,
    list_districts,
    list_siblings,
    pick_for_region,
    pick_wide,
)
from .relating import NEAR, prefer_guide, shares_name

#: How much less a message must be sure that goes on about the matter before it. On
#: the sample city the right entries stood at .51 to .60 there, the wrong ones below.
KNOWN_MATTER = 0.1

#: Asking back so often in a row tires people: then a person takes over.
MAX_CLARIFICATIONS = 2


def search(turn: Turn, context: Context) -> Answer:
    """Answer when the measured confidence allows it; else ask back or hand over."""
    question = question_of(without_masks(turn.text))
    named = find_region(question, context.knowledge.regions)
    found = _look(context, question, named or _own_region(turn))
    if not found.is_sure and (completed := _complete(turn, context, found, named)):
        found = completed
    if (notice := _say_off(turn, context, found.finding)) is not None:
        return notice
    if found.is_sure:
        return _answer(turn, context, found)
    if (road := show_road(turn, context)) is not None:
        return road
    settings, finding = context.settings, found.finding
    evidence = make_evidence(finding, settings)
    may_ask = turn.focus.failures < MAX_CLARIFICATIONS
    if finding.hits and finding.confidence >= settings.clarify_at and may_ask:
        choices = _list_choices(finding.hits, found.region, settings.max_options)
        return clarify(
            turn,
            context,
            choices,
            question=found.asked,
            evidence=evidence,
            region=found.region or "",
        )
    return _give_up(turn, context, evidence, found)


def _say_off(turn: Turn, context: Context, finding: Finding) -> Answer | None:
    """Give the notice of the entry that would have answered if it were not off."""
    is_near = finding.off_confidence >= context.settings.clarify_at
    if context.switches is None or not (finding.off_entry and is_near):
        return None
    switch = context.switches.find_entry(finding.off_entry)
    return give_notice(turn, context, switch) if switch is not None else None


@dataclass(frozen=True, slots=True)
class _Found:
    """What a search brought, and what it was asked."""

    finding: Finding
    region: str | None

    #: What the answer is composed for: the follow-up alone, or all that was said.
    asked: str
    is_sure: bool


def _look(
    context: Context, question: str, region: str | None, *, asked: str = ""
) -> _Found:
    """Search for a question; ``asked`` is what the citizen wants of the entry."""
    asked = asked or question
    aspects = find_aspects(asked)
    scope = Scope(
        today=context.today,
        region=region,
        aspect=aspects[0] if len(aspects) == 1 else None,
    )
    finding = context.knowledge.find(question, scope, limit=RELATED_HITS)
    is_sure = bool(finding.hits) and finding.confidence >= context.settings.answer_at
    return _Found(finding, region, asked, is_sure)


def _complete(
    turn: Turn, context: Context, alone: _Found, named: str | None
) -> _Found | None:
    """Search again with what the conversation is about put in front.

    Returns:
        What that found when the message goes on about it and it is surer than the
        message alone; else None: a new matter is never answered from the old one.
    """
    focus, said = turn.focus, alone.asked
    if not (focus.entry_id or focus.question) or len(said) > MAX_CHARS:
        return None
    region = named or focus.region or None
    is_told = tells_only_region(said, context.knowledge.regions)
    best: _Found | None = None
    # An FAQ's title is a question: before any words it would find itself again.
    title = "" if focus.title.endswith(("？", "?")) else focus.title
    for before in dict.fromkeys(filter(None, (title, focus.question))):
        whole = before if is_told else f"{before} {said}"
        # What completes a question is answered with it; a question stands alone.
        is_question = bool(
            focus.entry_id and (find_aspects(said) or asked_figures(said))
        )
        asked = said if is_question else f"{focus.question or before} {said}"
        found = _look(context, whole, region, asked=asked)
        if best is not None and found.finding.confidence <= best.finding.confidence:
            continue
        if found.finding.hits and _goes_on(focus, context, found, said, is_told):
            best = found
    if best is None or best.finding.confidence <= alone.finding.confidence:
        return None
    # What is talked about is known already: less is needed to be sure.
    is_sure = best.finding.confidence >= context.settings.answer_at - KNOWN_MATTER
    return replace(best, is_sure=is_sure)


def _goes_on(
    focus: Focus, context: Context, found: _Found, said: str, is_told: bool
) -> bool:
    top = found.finding.hits[0].passage
    if (
        focus.entry_id
        and not shares_name(focus.title, top)
        and top.title != focus.title
    ):
        return False
    if is_told:
        return True
    entry = context.knowledge.get_entry(top.entry_id)
    regions = context.knowledge.regions
    if top.entry_id == focus.entry_id and top.kind is EntryKind.FAQ:
        return tells_again(said, top, regions)
    if is_circumstance(said) and not names_new_matter(said, entry, regions):
        return True
    return is_borne(said, entry, regions)


def _own_region(turn: Turn) -> str | None:
    """The region known of the asker; one that came with an item goes with it."""
    return turn.focus.region or None if not turn.focus.entry_id else None


def _answer(turn: Turn, context: Context, found: _Found) -> Answer:
    finding, region = found.finding, found.region
    top = prefer_guide(finding.hits, found.asked)
    siblings = list_siblings(finding.hits, top)
    is_named_anew = shares_name(finding.question, top)
    if region is None and not is_named_anew and shares_name(turn.focus.title, top):
        # The district spoken of before: 犬只登记 is another in each.
        region = turn.focus.region if turn.focus.region in siblings else None
    evidence = make_evidence(finding, context.settings)
    notice = ""
    if region is not None and (region in siblings or not is_wide(region)):
        best = pick_for_region(siblings, region) or top
        best = prefer_own(finding.hits, best, region, find_aspects(found.asked))
    elif (wide := pick_wide(siblings)) is not None:
        best = wide
        if districts := list_districts(siblings):
            notice = word("regions_differ", context, regions="、".join(districts))
    elif len(siblings) > 1:
        return clarify(
            turn,
            context,
            list(siblings.values())[: context.settings.max_options],
            question=found.asked,
            evidence=evidence,
            ask=word("which_region", context),
        )
    else:
        best, notice = _widen(context, finding, top)
    best = prefer_bearing(finding.hits, best, found.asked, context.knowledge)
    return answer_from(
        turn,
        context,
        best,
        question=found.asked,
        evidence=evidence,
        notice=notice,
        region=region or "",
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


def _give_up(turn: Turn, context: Context, evidence: Evidence, found: _Found) -> Answer:
    if turn.focus.failures:
        turn.focus = Focus()
        status = AnswerStatus.HANDOFF_REPEATED
    else:
        # A region or a circumstance said next completes the question.
        turn.focus = Focus(question=found.asked, region=found.region or "", failures=1)
        status = AnswerStatus.UNANSWERABLE_NO_MATCH
    return hand_over(turn, context, status, evidence=evidence)
