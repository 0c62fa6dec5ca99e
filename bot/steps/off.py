"""What the office has switched off: its notice stands in the place of an answer."""

from __future__ import annotations

from knowledge import Switch

from ..context import Context
from ..turn import Focus, Turn
from ..types import Answer, AnswerStatus, Evidence, MessageKind
from .choice import find_chosen
from .phrasing import lead, say, word


def say_off(turn: Turn, context: Context) -> Answer | None:
    """Answer with the notice if a question is about a topic that is off.

    A choice counts as the question that it stands for.
    """
    if context.switches is None or turn.kind is not MessageKind.TEXT:
        return None
    asked = turn.text
    if (chosen := find_chosen(turn, context)) is not None:
        asked = f"{turn.focus.question}\n{chosen.label}"
        if (switch := context.switches.find_entry(chosen.entry_id)) is not None:
            return give_notice(turn, context, switch)
    switch = context.switches.find_topic(asked)
    return give_notice(turn, context, switch) if switch is not None else None


def give_notice(turn: Turn, context: Context, switch: Switch) -> Answer:
    """Return the notice of what is off, and the way to a person."""
    lines = [line for line in switch.notice.splitlines() if line.strip()]
    blocks = (
        lead(lines[0]),
        *(say(line) for line in lines[1:]),
        say(word("welcome_human", context)),
    )
    # The officer who is asked for reads what it was about.
    turn.focus = Focus(question=turn.text)
    return Answer(
        AnswerStatus.ANSWERED_NOTICE, blocks, evidence=Evidence(question=turn.text)
    )
