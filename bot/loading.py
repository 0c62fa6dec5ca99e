"""A written-down message as the steps see it, with the state of its conversation."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from .clocks import GetCalendar
from .database import Transactions
from .events import Clock
from .queries import find_latest_tickets
from .rating import REASON_WITHIN, OpenRating
from .rating_rows import find_open_rating
from .records import focus_from_json
from .tables import CitizenRow, ConversationRow, InboxRow, MessageRow
from .turn import Focus, Queue, Standing, Turn
from .types import AnswerStatus, Channel, MessageKind, Ticket
from .waiting import find_queue, find_queue_of, find_standing


def load_turn(
    tx: Transactions, inbox_id: int, *, clock: Clock, get_calendar: GetCalendar
) -> Turn:
    """Load a message to be answered.

    The queue and what may be rated are looked up only when a step asks for them.

    Raises:
        StoreUnavailableError: If the database cannot be read.
    """

    def look_up_queue(department: str, region: str, text: str) -> Queue:
        calendar = get_calendar()
        with tx.read() as session:
            return find_queue(
                session, department, region, text, calendar=calendar, now=clock()
            )

    def look_up_queue_of(bureau_id: int) -> Queue:
        calendar = get_calendar()
        with tx.read() as session:
            return find_queue_of(session, bureau_id, calendar=calendar, now=clock())

    def look_up_standing() -> Standing | None:
        if ticket is None:
            return None
        calendar = get_calendar()
        with tx.read() as session:
            return find_standing(session, ticket, calendar=calendar, now=clock())

    def look_up_rating(line_id: int) -> OpenRating | None:
        with tx.read() as session:
            return find_open_rating(session, conversation_id, line_id, now=clock())

    with tx.read() as session:
        inbox = session.get_one(InboxRow, inbox_id)
        conversation_id = inbox.conversation_id
        conversation = session.get_one(ConversationRow, conversation_id)
        citizen = session.get_one(CitizenRow, conversation.citizen_id)
        ticket, resolved = find_latest_tickets(session, conversation_id)
        focus = focus_from_json(conversation.focus)
        return replace(
            _make_turn(inbox, citizen, focus),
            ticket=ticket,
            resolved=resolved,
            find_queue=look_up_queue,
            find_queue_of=look_up_queue_of,
            find_standing=look_up_standing,
            find_rating=look_up_rating,
            has_waiting_notice=ticket is not None and _was_told(session, ticket),
        )


def _make_turn(inbox: InboxRow, citizen: CitizenRow, focus: Focus) -> Turn:
    """Return the message itself, before anything is looked up."""
    return Turn(
        text=inbox.text,
        at=inbox.received_at,
        kind=MessageKind(inbox.kind),
        channel=Channel(inbox.channel),
        # Asked for once: the reason is this message or none.
        focus=replace(focus, rating_line=0),
        rating_line=_find_rating_line(focus, now=inbox.received_at),
        detail=inbox.detail or {},
        is_welcomed=citizen.welcomed_at is not None,
    )


def _find_rating_line(focus: Focus, *, now: datetime) -> int:
    """Return the low rating that a message now may be the reason of; 0 = none."""
    is_fresh = focus.at is not None and now - focus.at <= REASON_WITHIN
    return focus.rating_line if is_fresh else 0


def _was_told(session: Session, ticket: Ticket) -> bool:
    told = exists().where(
        MessageRow.ticket_id == ticket.id,
        MessageRow.status == AnswerStatus.SILENT_OFFICER,
    )
    return bool(session.execute(select(told)).scalar_one())
