"""Lines that reach the citizen without a push: on a reply, or by a link's page.

Functions over a session; the caller holds the conversation's lock and commits.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session, aliased

from .deliveries import PassiveLine, is_taken_over, to_passive_line
from .tables import InboxRow, MessageRow, OfficerRow, OutboxRow
from .types import DeliveryState

#: What officers read under an answer that was not sent because a colleague is there.
TAKEN_OVER = "工作人员已接手，机器人的答复没有发出"

#: WeChat sends a message for the last time 10 s after the first, and waits 5 s.
RESENT_WITHIN = timedelta(seconds=16)

_WAITING = (DeliveryState.QUEUED, DeliveryState.PARKED)


def take_for_passive(
    session: Session, conversation_id: int, *, at: datetime
) -> list[PassiveLine]:
    """Take what waits for a citizen, to let it ride on the reply being made.

    Answers of the bot's that an officer has overtaken are dropped here. Left out is
    what another reply may still bring: an answer whose question WeChat may send
    again, and lines that ride on such a reply. Whatever the reply brings must be
    noted with :func:`note_carried` in the same transaction.

    Returns:
        Lines queued or parked, oldest first.
    """
    carrier = aliased(InboxRow)
    rows = session.execute(
        select(OutboxRow, MessageRow, InboxRow, OfficerRow, is_taken_over(OutboxRow))
        .join(MessageRow, OutboxRow.message_id == MessageRow.id)
        .outerjoin(InboxRow, MessageRow.inbox_id == InboxRow.id)
        .outerjoin(carrier, OutboxRow.carried_by_id == carrier.id)
        .outerjoin(OfficerRow, MessageRow.officer_id == OfficerRow.id)
        .where(OutboxRow.conversation_id == conversation_id)
        .where(OutboxRow.state.in_(_WAITING))
        .where(~_may_be_fetched(InboxRow, at), ~_may_be_fetched(carrier, at))
        .order_by(OutboxRow.id)
        .with_for_update(of=OutboxRow)
        .execution_options(populate_existing=True)
    ).all()
    lines = []
    for row, message, inbox, officer, is_dropped in rows:
        if is_dropped:
            row.state, row.error = DeliveryState.DROPPED, TAKEN_OVER
        else:
            lines.append(to_passive_line(row, message, inbox, officer))
    return lines


def note_carried(
    session: Session,
    inbox_id: int,
    parts: Mapping[int, int],
    finished: Collection[int],
) -> None:
    """Note which lines ride on the reply to a message, and how far.

    Args:
        session: The caller's transaction.
        inbox_id: The message whose reply brings them.
        parts: Outbox row to the parts that the citizen has then.
        finished: Rows that are in it to their end.
    """
    for outbox_id, number in parts.items():
        row = session.get_one(OutboxRow, outbox_id)
        row.carried_by_id, row.carried_parts = inbox_id, number
        row.is_carried_whole = outbox_id in finished


def mark_fetched(session: Session, inbox_id: int, *, at: datetime) -> None:
    """Note that the citizen has the reply to a message: the answer and its riders."""
    mark_read_by_link(session, inbox_id, at=at)
    carried = session.scalars(
        select(OutboxRow)
        .where(OutboxRow.carried_by_id == inbox_id, OutboxRow.state.in_(_WAITING))
        .with_for_update()
    )
    for row in carried:
        row.parts_sent, row.carried_by_id = row.carried_parts, None
        if row.is_carried_whole:
            row.state, row.sent_at, row.error = DeliveryState.SENT, at, ""


def mark_read_by_link(session: Session, inbox_id: int, *, at: datetime) -> None:
    """Note that the citizen has read the answer to a message on its link's page."""
    answers = select(MessageRow.id).where(
        MessageRow.inbox_id == inbox_id, MessageRow.answer.is_not(None)
    )
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.message_id.in_(answers), OutboxRow.state.in_(_WAITING))
        .values(state=DeliveryState.SENT, sent_at=at, error="")
        .execution_options(synchronize_session=False)
    )


def _may_be_fetched(inbox: Any, at: datetime) -> ColumnElement[bool]:
    """Whether WeChat may still send a message again and get its stored reply."""
    return and_(
        inbox.id.is_not(None),
        inbox.promised_at.is_(None),
        inbox.is_passive,
        inbox.received_at > at - RESENT_WITHIN,
    )
