"""What follows from an answer: its line, its ticket, its delivery; one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from .events import Event, message_event, rating_event, ticket_event
from .handoff import move
from .opening import HandOver, add_request, open_ticket, raise_urgency, reopen_ticket
from .queries import queue_delivery
from .rating_rows import store_verdict
from .records import answer_to_json
from .rendering import render_plain
from .tables import CitizenRow, ConversationRow, InboxRow, MessageRow, TicketRow
from .ticket_rows import store_ticket
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
from .working_time import WorkingCalendar

#: Answers that are notices of the system rather than the bot's words.
_SYSTEM_STATUSES = frozenset(
    {AnswerStatus.SILENT_OFFICER, AnswerStatus.HANDOFF_REQUESTED}
)


def store_answer(
    session: Session,
    inbox: InboxRow,
    turn: Turn,
    answer: Answer,
    *,
    calendar: WorkingCalendar,
    is_pushed: bool,
    at: datetime,
) -> list[Event]:
    """Store the line, the ticket and the delivery that an answer brings.

    The caller holds the conversation's lock, has put the tickets as they stand now
    into the turn, and commits. ``is_pushed``: it goes to the outbox, because nobody
    may be waiting on the connection any more.

    Returns:
        Live events to publish after the commit.
    """
    events: list[Event] = []
    ticket = turn.ticket if turn.effect is not Effect.FORGET else None
    moved = _move_ticket(session, inbox, turn, answer, calendar, at=at)
    if moved is not None and moved != ticket:
        ticket = moved
        events.append(ticket_event(ticket))
    if turn.verdict is not None:
        store_verdict(session, inbox.conversation_id, turn.verdict, calendar, at=at)
        events.append(rating_event())
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


def _move_ticket(
    session: Session,
    inbox: InboxRow,
    turn: Turn,
    answer: Answer,
    calendar: WorkingCalendar,
    *,
    at: datetime,
) -> Ticket | None:
    """Return the ticket after the answer; None if it has nothing to do with one."""
    ticket = turn.ticket
    if turn.effect is Effect.FORGET:
        return None
    if turn.effect is Effect.CLOSE_TICKET and ticket is not None:
        closed = move(ticket, TicketState.CLOSED, officer_id=ticket.officer_id, at=at)
        return store_ticket(session, closed, "closed", officer_id=None, at=at)
    if turn.effect is Effect.REOPEN_TICKET and turn.resolved is not None:
        reopened = reopen_ticket(
            session, turn.resolved, calendar, officer_id=None, at=at
        )
        _give_lines(session, inbox, reopened)
        return reopened
    if answer.status.calls_officer:
        return _call_officer(session, inbox, turn, answer, calendar, at=at)
    if ticket is None:
        return None
    if turn.effect is Effect.LEAVE_MESSAGE and not ticket.is_message:
        left = replace(ticket, is_message=True)
        return store_ticket(session, left, "message", officer_id=None, at=at)
    # Also where the service answers by itself, as to 还要等多久: somebody is there.
    is_said = not turn.kind.is_event and turn.effect is Effect.NONE
    if is_said and turn.verdict is None:
        return hear_citizen(session, ticket, turn.text, calendar, at=at)
    return None


def _call_officer(
    session: Session,
    inbox: InboxRow,
    turn: Turn,
    answer: Answer,
    calendar: WorkingCalendar,
    *,
    at: datetime,
) -> Ticket:
    asked = HandOver(
        inbox.conversation_id,
        answer.evidence.question or turn.text,
        answer.handoff_reason,
        answer.status,
        turn.focus.department,
        turn.place,
        is_message=turn.effect is Effect.LEAVE_MESSAGE,
        bureau_id=turn.bureau_id,
    )
    if turn.ticket is not None:
        return add_request(session, turn.ticket, asked, calendar, at=at)
    ticket = open_ticket(session, asked, calendar, at=at)
    _give_lines(session, inbox, ticket)
    return ticket


def _give_lines(session: Session, inbox: InboxRow, ticket: Ticket) -> None:
    """Put what the citizen has just written into the ticket that it brought about."""
    session.execute(
        update(MessageRow)
        .where(MessageRow.inbox_id == inbox.id)
        .values(ticket_id=ticket.id)
    )
    session.get_one(TicketRow, ticket.id).unread = 1


def hear_citizen(
    session: Session,
    ticket: Ticket,
    text: str,
    calendar: WorkingCalendar,
    *,
    at: datetime,
) -> Ticket:
    """Return the ticket after a line of the citizen's: somebody owes them a word."""
    if ticket.state is TicketState.WAITING_CITIZEN:
        held = move(ticket, TicketState.CLAIMED, officer_id=ticket.officer_id, at=at)
        held = replace(held, snoozed_until=None)
        ticket = store_ticket(session, held, "citizen_wrote", officer_id=None, at=at)
    elif ticket.snoozed_until is not None:
        awake = replace(ticket, snoozed_until=None)
        ticket = store_ticket(session, awake, "woken", officer_id=None, at=at)
    status = AnswerStatus.SILENT_OFFICER
    return raise_urgency(session, ticket, status, text, calendar, at=at)


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
