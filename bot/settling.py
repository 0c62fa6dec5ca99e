"""What follows from an answer: its line, its ticket, its delivery; one transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from .events import Event, message_event, ticket_event
from .handoff import move
from .queries import (
    find_ticket,
    queue_delivery,
    store_move,
)
from .records import answer_to_json
from .rendering import render_plain
from .tables import CitizenRow, ConversationRow, InboxRow, MessageRow, TicketRow
from .turn import Effect, Turn
from .types import (
    Answer,
    AnswerStatus,
    Channel,
    MessageKind,
    Priority,
    Sender,
    Ticket,
    TicketState,
)

#: Answers that are notices of the system rather than the bot's words.
_SYSTEM_STATUSES = frozenset(
    {AnswerStatus.SILENT_OFFICER, AnswerStatus.HANDOFF_REQUESTED}
)

PREVIEW_CHARS = 60


def store_answer(
    session: Session,
    inbox: InboxRow,
    turn: Turn,
    answer: Answer,
    *,
    is_pushed: bool,
    at: datetime,
) -> list[Event]:
    """Store the line, the ticket and the delivery that an answer brings.

    The caller holds the conversation's lock and commits. ``is_pushed``: it goes to
    the outbox, because nobody may be waiting on the connection any more.

    Returns:
        Live events to publish after the commit.
    """
    events: list[Event] = []
    ticket = turn.ticket if turn.effect is not Effect.FORGET else None
    if turn.effect is Effect.CLOSE_TICKET and ticket is not None:
        ticket = move(ticket, TicketState.CLOSED, officer_id=ticket.officer_id, at=at)
        store_move(session, ticket)
        events.append(ticket_event(ticket))
    elif answer.status.calls_officer:
        ticket = _call_officer(session, inbox, turn, answer, at=at)
        events.append(ticket_event(ticket))
    if inbox.kind == MessageKind.SUBSCRIBE:
        _follow(session, inbox.conversation_id, at=at)
    if answer.blocks:
        line = _add_answer(session, inbox, answer, ticket=ticket, at=at)
        if is_pushed:
            queue_delivery(
                session, Channel(inbox.channel), line, _priority(answer.status), at=at
            )
        events.append(message_event(line.ticket_id, line.conversation_id, line.id))
    return events


def _call_officer(
    session: Session, inbox: InboxRow, turn: Turn, answer: Answer, *, at: datetime
) -> Ticket:
    if turn.ticket is not None:
        # The officer is called already; only a new reason, a crisis, is news.
        row = session.get_one(TicketRow, turn.ticket.id)
        row.reason = answer.handoff_reason
        row.changed_at = at
        return turn.ticket
    row = TicketRow(
        conversation_id=inbox.conversation_id,
        state=TicketState.WAITING,
        reason=answer.handoff_reason,
        preview=_preview(answer.evidence.question or turn.text),
        department=turn.focus.department,
        unread=1,
        created_at=at,
        changed_at=at,
    )
    session.add(row)
    session.flush()
    session.execute(
        update(MessageRow)
        .where(MessageRow.inbox_id == inbox.id)
        .values(ticket_id=row.id)
    )
    ticket = find_ticket(session, row.id)
    assert ticket is not None
    return ticket


def _add_answer(
    session: Session,
    inbox: InboxRow,
    answer: Answer,
    *,
    ticket: Ticket | None,
    at: datetime,
) -> MessageRow:
    is_notice = answer.status in _SYSTEM_STATUSES
    line = MessageRow(
        conversation_id=inbox.conversation_id,
        ticket_id=ticket.id if ticket else None,
        inbox_id=inbox.id,
        sender=Sender.SYSTEM if is_notice else Sender.BOT,
        text=render_plain(answer),
        status=answer.status,
        answer=answer_to_json(answer),
        confidence=answer.evidence.confidence,
        created_at=at,
    )
    session.add(line)
    session.flush()
    return line


def _priority(status: AnswerStatus) -> Priority:
    if status is AnswerStatus.HANDOFF_CRISIS:
        return Priority.SAFETY
    # That a person takes over is said as a person's word; all else can wait.
    return Priority.PERSON if status.calls_officer else Priority.BOT


def _follow(session: Session, conversation_id: int, *, at: datetime) -> None:
    conversation = session.get_one(ConversationRow, conversation_id)
    citizen = session.get_one(CitizenRow, conversation.citizen_id)
    citizen.is_following = True
    citizen.welcomed_at = at


def _preview(text: str) -> str:
    first_line = text.strip().partition("\n")[0]
    if len(first_line) <= PREVIEW_CHARS:
        return first_line
    return first_line[: PREVIEW_CHARS - 1] + "…"
