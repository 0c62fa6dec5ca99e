"""Erasing a citizen: texts, ids and focus go, figures and the audit trail stay."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from .attachments import erase_attachments
from .auditing import audit
from .events import Event, ticket_event
from .handoff import move
from .learned import erase_learned
from .queries import list_live_tickets
from .rating_rows import erase_ratings
from .tables import (
    CitizenRow,
    ConversationRow,
    InboxRow,
    MessageRow,
    OutboxRow,
    SendWindowRow,
    SubscriptionRow,
    TicketEventRow,
    TicketRow,
)
from .ticket_rows import WORDS, store_ticket
from .types import DeliveryState, MessageKind, TicketState

#: What an officer reads in the outbox's place.
FORGOTTEN_ERROR = "市民已删除记录，不再发送"


def forget_citizen(
    session: Session, conversation: ConversationRow, *, at: datetime
) -> list[Event]:
    """Erase all that a citizen wrote and was answered, inside the caller's transaction.

    The rows stay, empty, so that counts of past days remain true. Whoever writes
    again under the same id is somebody new.

    Returns:
        Live events to publish after the commit.
    """
    citizen = session.get_one(CitizenRow, conversation.citizen_id)
    # A fingerprint still identifies whoever holds the key: replace it.
    citizen.sender_hash = secrets.token_hex(32)
    citizen.sender_sealed = None
    citizen.is_following = False
    conversation.focus = {}
    _erase_texts(session, conversation.id, at=at)
    audit(session, "forget", f"conversation {conversation.id}", officer_id=None, at=at)
    events = []
    # Whoever reopened what was resolved would be somebody else.
    for ticket in list_live_tickets(session, conversation.id):
        closed = move(ticket, TicketState.CLOSED, officer_id=ticket.officer_id, at=at)
        closed = store_ticket(session, closed, "closed", officer_id=None, at=at)
        events.append(ticket_event(closed))
    return events


def forget_and_reopen(
    session: Session, conversation: ConversationRow, inbox: InboxRow, *, at: datetime
) -> tuple[ConversationRow, list[Event]]:
    """Erase a citizen who asked for it here, and begin anew with the same person.

    The answer 已删除 must reach somebody, so it becomes the first line of an empty
    conversation; an unfollower gets none and leaves nothing.

    Returns:
        The conversation that the answer goes to, and live events.
    """
    old = session.get_one(CitizenRow, conversation.citizen_id)
    fresh = CitizenRow(
        channel=old.channel,
        sender_hash=old.sender_hash,
        sender_sealed=old.sender_sealed,
        number=f"{secrets.randbelow(10_000):04d}",
        created_at=at,
    )
    events = forget_citizen(session, conversation, at=at)
    session.flush()
    if inbox.kind == MessageKind.UNSUBSCRIBE:
        return conversation, events
    session.add(fresh)
    session.flush()
    reopened = ConversationRow(citizen_id=fresh.id, focus={}, updated_at=at)
    session.add(reopened)
    session.flush()
    inbox.conversation_id = reopened.id
    return reopened, events


def _erase_texts(session: Session, conversation_id: int, *, at: datetime) -> None:
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.conversation_id == conversation_id)
        .where(OutboxRow.state.in_((DeliveryState.QUEUED, DeliveryState.PARKED)))
        .values(state=DeliveryState.DROPPED, error=FORGOTTEN_ERROR)
    )
    session.execute(
        update(MessageRow)
        .where(MessageRow.conversation_id == conversation_id)
        .values(text="", answer=None, media=None, original_sealed=None)
    )
    # What we may send and tell somebody who is gone is nobody's business.
    for table in (SendWindowRow, SubscriptionRow):
        session.execute(delete(table).where(table.conversation_id == conversation_id))
    # A message still on its way through is not answered: it was erased.
    session.execute(
        update(InboxRow)
        .where(InboxRow.conversation_id == conversation_id)
        .where(InboxRow.answered_at.is_(None))
        .values(answered_at=at)
    )
    session.execute(
        update(InboxRow)
        .where(InboxRow.conversation_id == conversation_id)
        .values(text="", reply_body="", detail=None)
    )
    session.execute(
        update(TicketRow)
        .where(TicketRow.conversation_id == conversation_id)
        .values(preview="", reason="市民已删除记录", resolution="", unread=0)
    )
    _erase_words(session, conversation_id)
    erase_learned(session, conversation_id, at=at)
    erase_ratings(session, conversation_id, at=at)
    erase_attachments(session, conversation_id)


def _erase_words(session: Session, conversation_id: int) -> None:
    """Erase what colleagues wrote to each other about the citizen's tickets."""
    events = session.scalars(
        select(TicketEventRow)
        .join(TicketRow, TicketEventRow.ticket_id == TicketRow.id)
        .where(TicketRow.conversation_id == conversation_id)
    )
    for event in events:
        event.detail = {k: v for k, v in event.detail.items() if k not in WORDS}
