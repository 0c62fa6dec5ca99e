"""Following and unfollowing the account."""

from __future__ import annotations

from ..context import Context
from ..turn import Effect, Turn
from ..types import Answer, AnswerStatus, MessageKind
from .phrasing import lead, say, word


def read_event(turn: Turn, context: Context) -> Answer | None:
    """Welcome a follower; erase whoever leaves, as WeChat demands; pass text on."""
    if turn.kind is MessageKind.SUBSCRIBE:
        lines = ("welcome_ask", "welcome_human", "welcome_privacy", "welcome_mark")
        blocks = (say(word(name, context)) for name in lines)
        return Answer(
            AnswerStatus.ANSWERED_GREETING, (lead(word("welcome", context)), *blocks)
        )
    if turn.kind is MessageKind.UNSUBSCRIBE:
        turn.effect = Effect.FORGET
        return Answer(AnswerStatus.SILENT_EVENT)
    if turn.kind is MessageKind.OTHER:
        return Answer(AnswerStatus.SILENT_EVENT)
    return None
