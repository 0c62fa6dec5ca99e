"""Handing the conversation to a person: says what happens now, and when."""

from __future__ import annotations

from datetime import timedelta
from math import ceil

from ..context import Context
from ..office_hours import find_opening, is_open, tell_opening
from ..standing import LONG_MINUTES
from ..turn import Effect, Turn
from ..types import Answer, AnswerStatus, Block, Channel, Evidence
from .phrasing import lead, obeyed, say, status_text, word

#: What officers read in the queue.
REASONS = {
    AnswerStatus.HANDOFF_REQUESTED: "市民要求人工",
    AnswerStatus.HANDOFF_CRISIS: "危急：提到自伤或伤人，请马上联系",
    AnswerStatus.HANDOFF_REPEATED: "连续两次没有答上",
    AnswerStatus.UNANSWERABLE_NO_MATCH: "知识库里没有查到",
}


MESSAGE_REASON = "市民留言"

_MINUTE = timedelta(minutes=1)


def hand_over(
    turn: Turn,
    context: Context,
    status: AnswerStatus,
    *,
    evidence: Evidence | None = None,
    why: str = "",
    reason: str = "",
) -> Answer:
    """Return the answer that opens a ticket.

    Args:
        turn: Its queue is looked up: who waits already, and how long it takes.
        context: Office hours decide what is promised.
        status: Why; one that calls an officer.
        evidence: What the search brought, if there was one.
        why: Said first: why it takes a person; may be empty.
        reason: What officers read in the queue; empty = by the status.
    """
    reason = reason or REASONS[status]
    blocks = _blocks(turn, context, status, reason)
    if why:
        blocks = [lead(why), *(say(line) for b in blocks for line in b.lines)]
    return Answer(
        status=status,
        blocks=tuple(blocks),
        evidence=evidence or Evidence(question=_question(turn, status)),
        handoff_reason=reason,
    )


def leave_message(turn: Turn, context: Context) -> Answer:
    """Return the answer to who leaves a message and does not wait in the chat.

    An open hand-over becomes a message; else one is opened.
    """
    turn.effect = Effect.LEAVE_MESSAGE
    settings = context.settings
    if is_open(settings.hours, context.now, settings.plans, settings.changed):
        promise = word("message", context)
    else:
        promise = _promise("message_off_hours", "message_off_hours_undated", context)
    blocks = (lead(promise), say(word(how_it_arrives(turn, context), context)))
    if turn.ticket is not None:
        return obeyed(*blocks)
    status = AnswerStatus.HANDOFF_REQUESTED
    evidence = Evidence(question=_question(turn, status))
    return Answer(status, blocks, evidence=evidence, handoff_reason=MESSAGE_REASON)


def _blocks(
    turn: Turn, context: Context, status: AnswerStatus, reason: str
) -> list[Block]:
    text = status_text(status, context)
    settings = context.settings
    is_staffed = is_open(settings.hours, context.now, settings.plans, settings.changed)
    if status is AnswerStatus.HANDOFF_CRISIS:
        if is_staffed:
            return [lead(text), say(word("crisis", context))]
        names = ("crisis_off_hours", "crisis_off_hours_undated")
        return [lead(text), say(_promise(*names, context))]
    if not is_staffed:
        promise = _promise("off_hours", "off_hours_undated", context)
        call = say(word("call_instead", context))
        if status is AnswerStatus.HANDOFF_REQUESTED:
            return [lead(promise), call]
        return [lead(text), say(promise), call]
    queue = _queue(turn, context, f"{_question(turn, status)}\n{reason}")
    if status is not AnswerStatus.HANDOFF_REQUESTED:
        queue = word("handing_over", context) + queue
    return [lead(text), say(queue), say(word("cancel_hint", context))]


def _promise(dated: str, undated: str, context: Context) -> str:
    """Say when somebody will answer: the day only where it can be kept."""
    settings, now = context.settings, context.now
    opening = find_opening(settings.hours, now, settings.plans, settings.changed)
    if opening is None:
        return word(undated, context)
    return word(dated, context, opening=tell_opening(opening, now))


def _queue(turn: Turn, context: Context, about: str) -> str:
    """Say who waits before the citizen, and how long it takes if that is known."""
    if turn.bureau_id is not None:
        queue = turn.find_queue_of(turn.bureau_id)
    else:
        queue = turn.find_queue(turn.focus.department, turn.place, about)
    name = "queue" if queue.ahead else "queue_first"
    told = word(name, context, waiting=queue.ahead)
    if queue.expected is not None:
        minutes = max(1, ceil(queue.expected / _MINUTE))
        name = "expect" if minutes < LONG_MINUTES else "expect_long"
        told += word(name, context, minutes=minutes)
    return told + word(how_it_arrives(turn, context), context)


def how_it_arrives(turn: Turn, context: Context) -> str:
    """Return the wording that says how the reply will arrive."""
    if turn.channel is Channel.WECHAT and not context.settings.is_pushing:
        return "leave_wechat_unpushed"
    return f"leave_{turn.channel}"


def _question(turn: Turn, status: AnswerStatus) -> str:
    """Return what the officer should read: 转人工 alone says nothing."""
    if status is AnswerStatus.HANDOFF_REQUESTED and turn.focus.question:
        return turn.focus.question
    return turn.text
