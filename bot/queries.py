"""Statements that several stores share; each runs inside its caller's transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session, aliased

from .records import to_message, to_ticket
from .tables import (
    BureauRow,
    CitizenRow,
    ConversationRow,
    MessageRow,
    OfficerRow,
    OutboxRow,
    TicketRow,
)
from .types import (
    Channel,
    DeliveryState,
    Message,
    Priority,
    Sender,
    Ticket,
    TicketState,
)


def find_conversation(
    session: Session, sender_hash: str
) -> tuple[CitizenRow, ConversationRow] | None:
    """Find a citizen and the conversation; None for somebody new."""
    row = session.execute(
        select(CitizenRow, ConversationRow)
        .join(ConversationRow, ConversationRow.citizen_id == CitizenRow.id)
        .where(CitizenRow.sender_hash == sender_hash)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def lock_conversation(session: Session, conversation_id: int) -> ConversationRow:
    """Keep other answers and officers out of a conversation until the commit.

    Inserting a message is not kept out: what a citizen writes is never delayed.
    """
    return session.execute(
        select(ConversationRow)
        .where(ConversationRow.id == conversation_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).scalar_one()


def select_tickets() -> Select[TicketRow, CitizenRow, OfficerRow, BureauRow, BureauRow]:
    """Select tickets with all that their values need."""
    offered = aliased(BureauRow)
    return (
        select(TicketRow, CitizenRow, OfficerRow, BureauRow, offered)
        .join(ConversationRow, TicketRow.conversation_id == ConversationRow.id)
        .join(CitizenRow, ConversationRow.citizen_id == CitizenRow.id)
        .outerjoin(OfficerRow, TicketRow.officer_id == OfficerRow.id)
        .outerjoin(BureauRow, TicketRow.bureau_id == BureauRow.id)
        .outerjoin(offered, TicketRow.offered_to_id == offered.id)
        .execution_options(populate_existing=True)
    )


def find_ticket(session: Session, ticket_id: int) -> Ticket | None:
    """Find a ticket by its id."""
    row = session.execute(
        select_tickets().where(TicketRow.id == ticket_id)
    ).one_or_none()
    return to_ticket(*row) if row else None


def find_open_ticket(session: Session, conversation_id: int) -> Ticket | None:
    """Find the one hand-over of a conversation that is neither resolved nor closed."""
    row = session.execute(
        select_tickets().where(
            TicketRow.conversation_id == conversation_id,
            TicketRow.state.in_([s for s in TicketState if s.is_open]),
        )
    ).one_or_none()
    return to_ticket(*row) if row else None


def list_live_tickets(session: Session, conversation_id: int) -> list[Ticket]:
    """List the hand-overs of a conversation that are not closed, newest first."""
    rows = session.execute(
        select_tickets()
        .where(TicketRow.conversation_id == conversation_id)
        .where(TicketRow.state != TicketState.CLOSED)
        .order_by(TicketRow.id.desc())
    ).all()
    return [to_ticket(*row) for row in rows]


def find_latest_tickets(
    session: Session, conversation_id: int
) -> tuple[Ticket | None, Ticket | None]:
    """Find the open hand-over, and the resolved one that may still be reopened."""
    tickets = list_live_tickets(session, conversation_id)
    return (
        next((t for t in tickets if t.is_open), None),
        next((t for t in tickets if not t.is_open), None),
    )


def select_lines() -> Select[MessageRow, OfficerRow, OutboxRow]:
    """Select lines with their officer and their delivery."""
    return (
        select(MessageRow, OfficerRow, OutboxRow)
        .outerjoin(OfficerRow, MessageRow.officer_id == OfficerRow.id)
        .outerjoin(OutboxRow, OutboxRow.message_id == MessageRow.id)
    )


def list_messages(
    session: Session, conversation_id: int, *, after: int, limit: int
) -> list[Message]:
    """List the newest lines of a conversation with an id above ``after``, in order."""
    rows = session.execute(
        select_lines()
        .where(MessageRow.conversation_id == conversation_id, MessageRow.id > after)
        .order_by(MessageRow.id.desc())
        .limit(limit)
    ).all()
    return [to_message(*row) for row in reversed(rows)]


def add_line(
    session: Session, ticket: Ticket, sender: Sender, text: str, *, at: datetime
) -> MessageRow:
    """Add a line to a hand-over and give it its id."""
    row = MessageRow(
        conversation_id=ticket.conversation_id,
        ticket_id=ticket.id,
        sender=sender,
        text=text,
        created_at=at,
    )
    session.add(row)
    session.flush()
    return row


def queue_delivery(
    session: Session,
    channel: Channel,
    line: MessageRow,
    priority: Priority,
    *,
    at: datetime,
) -> None:
    """Queue a line for its channel; a browser fetches its lines itself."""
    if channel is Channel.WECHAT:
        session.add(
            OutboxRow(
                message_id=line.id,
                conversation_id=line.conversation_id,
                channel=channel,
                priority=priority,
                next_try_at=at,
            )
        )


def send_parked(session: Session, conversation_id: int, *, at: datetime) -> None:
    """Queue the lines that WeChat refuses until the citizen has written again."""
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.state == DeliveryState.PARKED)
        .where(OutboxRow.conversation_id == conversation_id)
        .values(state=DeliveryState.QUEUED, attempts=0, error="", next_try_at=at)
    )
