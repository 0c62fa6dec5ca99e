"""Making the answer from an entry, and remembering it for the next turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from knowledge import Passage, find_aspects

from ..composing import Asked, compose
from ..context import Context
from ..turn import Focus, Turn
from ..types import Answer, AnswerStatus, Block, BlockKind, Evidence, Option
from .phrasing import lead, say, status_text, word
from .regions import is_wide


def answer_from(
    turn: Turn,
    context: Context,
    best: Passage,
    *,
    question: str,
    evidence: Evidence,
    notice: str = "",
    region: str = "",
) -> Answer:
    """Answer from the entry of a passage, and set the focus on it.

    Args:
        turn: Its focus is set.
        context: Knowledge and settings.
        best: The passage that answers.
        question: As understood; follow-ups ask for elements with it.
        evidence: What the search brought.
        notice: Something the citizen must know beside the answer; may be empty.
        region: The citizen's own, kept for the next turn; empty = the entry's.
    """
    entry = context.knowledge.get_entry(best.entry_id)
    asked = Asked(question, find_aspects(question), context.knowledge.regions, region)
    blocks, citation = compose(asked, best, entry)
    if notice:
        blocks = (*blocks, Block(BlockKind.NOTICE, (notice,)))
    turn.focus = Focus(
        entry_id=best.entry_id,
        title=best.title,
        region=region or best.region,
        department=best.department,
        question=question,
    )
    return Answer(
        AnswerStatus.ANSWERED, blocks, citations=(citation,), evidence=evidence
    )


def clarify(
    turn: Turn,
    context: Context,
    passages: Sequence[Passage],
    *,
    question: str,
    evidence: Evidence,
    ask: str = "",
    region: str = "",
) -> Answer:
    """Offer entries to choose from, and remember the question they stand for.

    Args:
        turn: Its focus is set.
        context: Settings.
        passages: One of each entry offered, best first.
        question: What the choice will answer.
        evidence: What the search brought.
        ask: The sentence above the choices; empty = the usual one.
        region: The one the citizen named; the next turn need not repeat it.
    """
    options = make_options(passages)
    turn.focus = Focus(
        question=question,
        region=region,
        options=options,
        failures=turn.focus.failures + 1,
    )
    status = AnswerStatus.CLARIFY_AMBIGUOUS
    if not ask:
        is_one = len(options) == 1
        ask = word("is_it_this", context) if is_one else status_text(status, context)
    return Answer(
        status,
        (lead(ask), say(word("choose_none", context))),
        options=options,
        evidence=evidence,
    )


def make_options(passages: Sequence[Passage]) -> tuple[Option, ...]:
    """Name each entry by its title, with the region where the title does not tell."""
    titles = Counter(passage.title for passage in passages)
    options = []
    for passage in passages:
        label, region = passage.title, passage.region
        if region and (titles[label] > 1 or not is_wide(region)):
            label = f"{label}（{region}）"
        options.append(Option(label=label, entry_id=passage.entry_id, value=label))
    return tuple(options)
