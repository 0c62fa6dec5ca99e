"""Following, scanning, touching a menu, leaving: what is done and not said."""

from __future__ import annotations

from ..context import Context
from ..quick_reply import ASK_PREFIX, ReplySource
from ..turn import Effect, Turn
from ..types import Answer, AnswerStatus, Block, MessageKind
from .phrasing import lead, say, word
from .quick import ask_instead, find_reply, tell

#: A new follower reads it all once; the privacy notice is among it.
_WELCOME = ("welcome_ask", "welcome_human", "welcome_privacy", "welcome_mark")


def read_event(turn: Turn, context: Context) -> Answer | None:
    """Greet whoever comes; erase whoever leaves, as WeChat demands; pass words on.

    A menu button whose key is a question is passed on as that question.
    """
    match turn.kind:
        case MessageKind.SUBSCRIBE:
            return _greet(turn, context, _welcome(turn, context))
        case MessageKind.SCAN if turn.ticket is not None:
            # An officer speaks with the citizen: we do not.
            return Answer(AnswerStatus.SILENT_OFFICER)
        case MessageKind.SCAN:
            return _greet(turn, context, [lead(word("scanned", context))])
        case MessageKind.UNSUBSCRIBE:
            turn.effect = Effect.FORGET
            return Answer(AnswerStatus.SILENT_EVENT)
        case MessageKind.OTHER:
            return Answer(AnswerStatus.SILENT_EVENT)
        case MessageKind.MENU if turn.text.startswith(ASK_PREFIX):
            if question := turn.text.removeprefix(ASK_PREFIX).strip():
                ask_instead(turn, question)
    return None


def _welcome(turn: Turn, context: Context) -> list[Block]:
    if turn.is_welcomed:
        return [lead(word("welcome_back", context))]
    return [
        lead(word("welcome", context)),
        *(say(word(name, context)) for name in _WELCOME),
    ]


def _greet(turn: Turn, context: Context, greeting: list[Block]) -> Answer | None:
    """Greet, and say or ask what staff wrote for the code; others say nothing to us."""
    reply = find_reply(context, ReplySource.SCENE, turn.text)
    if reply is not None and reply.question and turn.ticket is None:
        turn.openings.extend(greeting)
        ask_instead(turn, reply.question)
        return None
    more = tell(reply) if reply is not None else ()
    return Answer(AnswerStatus.ANSWERED_GREETING, (*greeting, *more))
