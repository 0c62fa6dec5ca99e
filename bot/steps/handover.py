"""Handing the conversation to a person: says what happens now, and when."""

from __future__ import annotations

from ..context import Context
from ..office_hours import find_opening, is_open, tell_opening
from ..turn import Turn
from ..types import Answer, AnswerStatus, Block, Channel, Evidence
from .phrasing import lead, say, status_text, word

#: What officers read in the queue.
REASONS = {
    AnswerStatus.HANDOFF_REQUESTED: "市民要求人工",
    AnswerStatus.HANDOFF_CRISIS: "危急：提到自伤或伤人，请马上联系",
    AnswerStatus.HANDOFF_REPEATED: "连续两次没有答上",
    AnswerStatus.UNANSWERABLE_NO_MATCH: "知识库里没有查到",
}


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
        turn: Its ``waiting`` is the number of citizens who wait already.
        context: Office hours decide what is promised.
        status: Why; one that calls an officer.
        evidence: What the search brought, if there was one.
        why: Said first: why it takes a person; may be empty.
        reason: What officers read in the queue; empty = by the status.
    """
    blocks = _blocks(turn, context, status)
    if why:
        blocks = [lead(why), *(say(line) for b in blocks for line in b.lines)]
    return Answer(
        status=status,
        blocks=tuple(blocks),
        evidence=evidence or Evidence(question=_question(turn, status)),
        handoff_reason=reason or REASONS[status],
    )


def _blocks(turn: Turn, context: Context, status: AnswerStatus) -> list[Block]:
    text = status_text(status, context)
    settings = context.settings
    is_staffed = is_open(settings.hours, context.now, settings.plans)
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
    queue = _queue(turn, context)
    if status is not AnswerStatus.HANDOFF_REQUESTED:
        queue = word("handing_over", context) + queue
    return [lead(text), say(queue), say(word("cancel_hint", context))]


def _promise(dated: str, undated: str, context: Context) -> str:
    """Say when somebody will answer: the day only where it can be kept."""
    settings, now = context.settings, context.now
    opening = find_opening(settings.hours, now, settings.plans)
    if opening is None:
        return word(undated, context)
    return word(dated, context, opening=tell_opening(opening, now))


def _queue(turn: Turn, context: Context) -> str:
    name = "queue" if turn.waiting else "queue_first"
    leave = f"leave_{turn.channel}"
    if turn.channel is Channel.WECHAT and not context.settings.is_pushing:
        leave = "leave_wechat_unpushed"
    return word(name, context, waiting=turn.waiting) + word(leave, context)


def _question(turn: Turn, status: AnswerStatus) -> str:
    """Return what the officer should read: 转人工 alone says nothing."""
    if status is AnswerStatus.HANDOFF_REQUESTED and turn.focus.question:
        return turn.focus.question
    return turn.text
