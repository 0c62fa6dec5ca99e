"""What staff wrote for a menu button or a keyword."""

from __future__ import annotations

import re

from ..context import Context
from ..quick_reply import REPLY_PREFIX, QuickReply, ReplySource, menu_label
from ..turn import Focus, Turn
from ..types import Answer, AnswerStatus, Block, BlockKind, Evidence, MessageKind
from .choice import is_choosing
from .command import show_menu

_HAN = re.compile(r"[㐀-鿿]")
_LATIN = re.compile(r"[A-Za-z]")

#: What programs name things with; no citizen's words hold it.
_PROGRAM = re.compile(r"[_=/\\{}<>]|^[A-Za-z0-9]+[:：]")


def press_menu(turn: Turn, context: Context) -> Answer | None:
    """Answer a touched menu button as staff want it; ask it if it is a question.

    A key that nobody wrote anything for brings the help: searching for ``V1001``
    would end at an officer who could do nothing with it.
    """
    if turn.kind is not MessageKind.MENU:
        return None
    key = turn.text.strip()
    reply = find_reply(context, ReplySource.MENU, key.removeprefix(REPLY_PREFIX))
    if reply is not None:
        return _reply(turn, reply, asked=menu_label(key))
    if key.startswith(REPLY_PREFIX) or not is_wording(key):
        return show_menu(context)
    ask_instead(turn, key)
    return None


def answer_keyword(turn: Turn, context: Context) -> Answer | None:
    """Answer a message that is a keyword of the staff's and nothing else.

    Choices that wait come first: there 1 means the first of them.
    """
    if turn.kind is not MessageKind.TEXT or context.quick_replies is None:
        return None
    reply = context.quick_replies.find_keyword(turn.text)
    if reply is None or is_choosing(turn, context):
        return None
    return _reply(turn, reply, asked=turn.text)


def find_reply(context: Context, source: ReplySource, key: str) -> QuickReply | None:
    """Find what staff wrote for a key; None if nothing, and for an empty key."""
    if context.quick_replies is None or not key.strip():
        return None
    return context.quick_replies.find(source, key)


def ask_instead(turn: Turn, question: str) -> None:
    """Go on as if the citizen had typed this question."""
    turn.kind = MessageKind.TEXT
    turn.text = question


def tell(reply: QuickReply) -> tuple[Block, ...]:
    """Return the staff's text as it is shown: a paragraph for each line."""
    lines = (line.strip() for line in reply.text.splitlines())
    return tuple(Block(BlockKind.TEXT, (line,)) for line in lines if line)


def make_quick_answer(reply: QuickReply, *, asked: str = "") -> Answer:
    """Return what a citizen gets to see; for a question, nothing yet.

    Args:
        reply: Stored or not.
        asked: What brought it about, for the officer who reads it later.
    """
    return Answer(AnswerStatus.ANSWERED, tell(reply), evidence=Evidence(question=asked))


def is_wording(key: str) -> bool:
    """Tell whether a menu key is words a citizen could have typed: 我要办社保."""
    han, latin = len(_HAN.findall(key)), len(_LATIN.findall(key))
    return han >= 2 and 2 * han >= latin and _PROGRAM.search(key) is None


def _reply(turn: Turn, reply: QuickReply, *, asked: str) -> Answer | None:
    if reply.question:
        ask_instead(turn, reply.question)
        return None
    # What was talked about before is not what a follow-up is about now.
    turn.focus = Focus()
    return make_quick_answer(reply, asked=asked)
