"""Messages that are not text."""

from __future__ import annotations

from ..context import Context
from ..turn import Turn
from ..types import Answer, AnswerStatus, MessageKind
from .phrasing import lead, say, status_text, word

_READABLE = frozenset({MessageKind.TEXT, MessageKind.MENU})


def refuse_unreadable(turn: Turn, context: Context) -> Answer | None:
    """Ask for words instead of a picture, a voice, a place, or nothing at all."""
    if turn.kind in _READABLE and turn.text.strip():
        return None
    status = AnswerStatus.CLARIFY_UNREADABLE
    return Answer(
        status,
        (lead(status_text(status, context)), say(word("welcome_human", context))),
    )
