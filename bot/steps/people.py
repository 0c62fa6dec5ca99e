"""Topics that the office wants people to answer: the bot says so and hands over."""

from __future__ import annotations

from ..context import Context
from ..turn import Turn
from ..types import Answer, AnswerStatus, MessageKind
from .choice import find_chosen
from .handover import hand_over


def leave_to_people(turn: Turn, context: Context) -> Answer | None:
    """Hand a question over if it is about a topic that only people answer.

    A choice counts as the question that it stands for.
    """
    if context.people_topics is None or turn.kind is not MessageKind.TEXT:
        return None
    topic = context.people_topics.find(turn.text)
    if topic is None and (chosen := find_chosen(turn, context)) is not None:
        asked = f"{turn.focus.question}\n{chosen.label}"
        topic = context.people_topics.find(asked)
    if topic is None:
        return None
    turn.bureau_id = topic.bureau_id
    return hand_over(turn, context, AnswerStatus.HANDOFF_TOPIC, reason=topic.reason)
