"""Opening hand-overs, adding to them, opening them again; inside a transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from .clocks import is_on_duty, keep_earliest, set_clocks
from .deadlines import Urgency
from .handoff import move
from .routing import get_bureau_id
from .tables import BureauRow, TicketRow
from .ticket_rows import forget_warnings, get_ticket, store_ticket
from .triage import find_kind, find_urgency, is_more_urgent
from .types import AnswerStatus, Ticket, TicketClock, TicketState
from .working_time import WorkingCalendar

PREVIEW_CHARS = 60


@dataclass(frozen=True, slots=True)
class HandOver:
    """Why a person is called."""

    conversation_id: int
    #: What the citizen asked; masked.
    text: str
    #: What officers read in the queue.
    reason: str
    status: AnswerStatus
    department: str = ""
    region: str = ""
    #: The citizen asked to leave a message.
    is_message: bool = False
    #: Lines that no officer has seen.
    unread: int = 1
    #: Who answers, where that is decided already; None = by the usual routing.
    bureau_id: int | None = None


def open_ticket(
    session: Session, asked: HandOver, calendar: WorkingCalendar, *, at: datetime
) -> Ticket:
    """Open a hand-over with its bureau, its kind, its urgency and its clocks."""
    urgency = find_urgency(asked.status, asked.text)
    is_crisis = urgency is Urgency.CRITICAL
    row = TicketRow(
        conversation_id=asked.conversation_id,
        state=TicketState.WAITING,
        reason=asked.reason,
        preview=_preview(asked.text),
        department=asked.department,
        unread=asked.unread,
        kind=find_kind(asked.status, asked.text, asked.reason),
        urgency=urgency,
        bureau_id=_find_bureau(session, asked),
        is_message=asked.is_message or not (is_crisis or is_on_duty(at, calendar)),
        created_at=at,
        changed_at=at,
    )
    session.add(row)
    session.flush()
    ticket = set_clocks(get_ticket(session, row.id), at, calendar)
    return store_ticket(
        session,
        ticket,
        "opened",
        officer_id=None,
        at=at,
        kind=str(ticket.kind),
        urgency=str(ticket.urgency),
        is_message=ticket.is_message,
    )


def _find_bureau(session: Session, asked: HandOver) -> int:
    """Return who is responsible; a bureau that was switched off since is nobody."""
    chosen = session.get(BureauRow, asked.bureau_id) if asked.bureau_id else None
    if chosen is not None and chosen.is_active:
        return chosen.id
    about = f"{asked.text}\n{asked.reason}"
    return get_bureau_id(session, asked.department, asked.region, about)


def add_request(
    session: Session,
    ticket: Ticket,
    asked: HandOver,
    calendar: WorkingCalendar,
    *,
    at: datetime,
) -> Ticket:
    """Add another request to the open hand-over: only a new reason is news."""
    merged = replace(ticket, reason=asked.reason, changed_at=at)
    merged = store_ticket(session, merged, "merged", officer_id=None, at=at)
    return raise_urgency(session, merged, asked.status, asked.text, calendar, at=at)


def raise_urgency(
    session: Session,
    ticket: Ticket,
    status: AnswerStatus,
    text: str,
    calendar: WorkingCalendar,
    *,
    at: datetime,
) -> Ticket:
    """Return the ticket, more urgent if the citizen's new words say so.

    No clock is moved back by it.
    """
    urgency = find_urgency(status, text)
    if not is_more_urgent(urgency, ticket.urgency):
        return ticket
    raised = set_clocks(replace(ticket, urgency=urgency), at, calendar)
    if urgency is Urgency.CRITICAL:
        raised = replace(raised, is_message=False, snoozed_until=None)
    return store_ticket(
        session,
        keep_earliest(raised, ticket),
        "raised",
        officer_id=None,
        at=at,
        urgency=str(urgency),
    )


def reopen_ticket(
    session: Session,
    ticket: Ticket,
    calendar: WorkingCalendar,
    *,
    officer_id: int | None,
    at: datetime,
) -> Ticket:
    """Put a resolved hand-over back into its bureau's queue, with new clocks.

    Raises:
        IllegalMoveError: If it is not resolved.
    """
    waiting = move(ticket, TicketState.WAITING, officer_id=None, at=at)
    waiting = replace(waiting, first_reply_at=None)
    forget_warnings(session, ticket.id, TicketClock)
    return store_ticket(
        session,
        set_clocks(waiting, at, calendar),
        "reopened",
        officer_id=officer_id,
        at=at,
    )


def _preview(text: str) -> str:
    first_line = text.strip().partition("\n")[0]
    if len(first_line) <= PREVIEW_CHARS:
        return first_line
    return first_line[: PREVIEW_CHARS - 1] + "…"
