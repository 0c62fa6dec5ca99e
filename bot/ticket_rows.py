"""Rows of tickets and of what happened to them; the caller opens the transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from .errors import TicketNotFoundError
from .queries import find_ticket, lock_conversation
from .records import officer_title
from .tables import (
    OfficerRow,
    TicketEntryRow,
    TicketEventRow,
    TicketRow,
    WarningRow,
)
from .types import EntryRelation, Ticket, TicketClock, TicketEntry, TicketEvent

#: Fields of a value that its row keeps, and that may change.
_CHANGING = (
    "state",
    "reason",
    "officer_id",
    "kind",
    "urgency",
    "bureau_id",
    "offered_to_id",
    "is_message",
    "is_confidential",
    "due_first_reply_at",
    "due_dispatch_at",
    "due_answer_at",
    "first_reply_at",
    "snoozed_until",
    "resolved_at",
    "resolution",
    "changed_at",
    "closed_at",
)

#: Details of an event that somebody wrote; erased with the citizen's record.
WORDS = frozenset({"word", "reason"})

#: Events with which the clocks of a ticket begin anew.
_STARTS = ("opened", "reopened", "raised")


def get_ticket(session: Session, ticket_id: int) -> Ticket:
    """Return a ticket inside the caller's transaction.

    Raises:
        TicketNotFoundError: If there is none with this id.
    """
    ticket = find_ticket(session, ticket_id)
    if ticket is None:
        raise TicketNotFoundError(ticket_id)
    return ticket


def lock_ticket(session: Session, ticket_id: int) -> Ticket:
    """Return a ticket that nobody moves, and no bot answers in, until the commit.

    Raises:
        TicketNotFoundError: If there is none with this id.
    """
    ticket = get_ticket(session, ticket_id)
    lock_conversation(session, ticket.conversation_id)
    return get_ticket(session, ticket_id)


def store_ticket(
    session: Session,
    ticket: Ticket,
    action: str,
    *,
    officer_id: int | None,
    at: datetime,
    **more: object,
) -> Ticket:
    """Write a changed ticket and what happened to it.

    Args:
        session: Of the caller, who holds the conversation's lock.
        ticket: As it shall be.
        action: What happened, see ``TicketEventRow``.
        officer_id: Who did it; None = the citizen or the service.
        at: When.
        **more: Details of the event: ids, states, a colleague's word.

    Returns:
        The ticket as stored, with the names that belong to its ids.
    """
    row = session.get_one(TicketRow, ticket.id)
    for name in _CHANGING:
        setattr(row, name, getattr(ticket, name))
    note_event(session, ticket, action, officer_id=officer_id, at=at, **more)
    session.flush()
    return get_ticket(session, ticket.id)


def note_event(
    session: Session,
    ticket: Ticket,
    action: str,
    *,
    officer_id: int | None,
    at: datetime,
    **more: object,
) -> None:
    """Write down what happened to a ticket that is as it is; arguments as above."""
    session.add(
        TicketEventRow(
            ticket_id=ticket.id,
            at=at,
            officer_id=officer_id,
            action=action,
            detail={
                "state": str(ticket.state),
                "holder": ticket.officer_id,
                "bureau": ticket.bureau_id,
                "offered_to": ticket.offered_to_id,
                **more,
            },
        )
    )


def find_clock_start(session: Session, ticket: Ticket) -> datetime:
    """Return when the clocks of a ticket began that run now."""
    started_at = session.scalar(
        select(TicketEventRow.at)
        .where(TicketEventRow.ticket_id == ticket.id)
        .where(TicketEventRow.action.in_(_STARTS))
        .order_by(TicketEventRow.id.desc())
        .limit(1)
    )
    return started_at or ticket.created_at


def list_events(session: Session, ticket_id: int) -> list[TicketEvent]:
    """List what happened to a ticket, in order."""
    rows = session.execute(
        select(TicketEventRow, OfficerRow)
        .outerjoin(OfficerRow, TicketEventRow.officer_id == OfficerRow.id)
        .where(TicketEventRow.ticket_id == ticket_id)
        .order_by(TicketEventRow.id)
    )
    return [
        TicketEvent(
            row.id,
            row.at,
            row.officer_id,
            officer_title(officer),
            row.action,
            row.detail,
        )
        for row, officer in rows
    ]


def list_entries(session: Session, ticket_id: int) -> list[TicketEntry]:
    """List the knowledge that was linked to a ticket, in order."""
    rows = session.execute(
        select(TicketEntryRow, OfficerRow)
        .outerjoin(OfficerRow, TicketEntryRow.officer_id == OfficerRow.id)
        .where(TicketEntryRow.ticket_id == ticket_id)
        .order_by(TicketEntryRow.id)
    )
    return [
        TicketEntry(
            row.id,
            row.entry_id,
            row.title,
            EntryRelation(row.relation),
            row.at,
            officer_title(officer),
        )
        for row, officer in rows
    ]


def forget_warnings(
    session: Session, ticket_id: int, clocks: Iterable[TicketClock]
) -> None:
    """Let clocks that begin anew warn again; ``ticket_events`` keeps what was."""
    session.execute(
        delete(WarningRow).where(
            WarningRow.ticket_id == ticket_id, WarningRow.clock.in_(list(clocks))
        )
    )
