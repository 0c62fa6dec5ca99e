"""Lines that reach the citizen without a push: on a reply, or by a link's page.

Functions over a session; the caller holds the conversation's lock and commits.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from .deliveries import PassiveLine, is_taken_over, to_passive_line
from .tables import InboxRow, MessageRow, OfficerRow, OutboxRow
from .types import DeliveryState

#: What officers read under an answer that was not sent because a colleague is there.
TAKEN_OVER = "工作人员已接手，机器人的答复没有发出"

_WAITING = (DeliveryState.QUEUED, DeliveryState.PARKED)


def take_for_passive(
    session: Session,
    conversation_id: int,
    *,
    at: datetime,  # noqa: ARG001 - the caller's moment, as everywhere
) -> list[PassiveLine]:
    """Take what waits for a citizen, to let it ride on the reply being made.

    Answers of the bot's that an officer has overtaken are dropped here. Whatever the
    reply brings must be marked in the same transaction.

    Returns:
        Lines queued or parked, oldest first.
    """
    rows = session.execute(
        select(OutboxRow, MessageRow, InboxRow, OfficerRow, is_taken_over(OutboxRow))
        .join(MessageRow, OutboxRow.message_id == MessageRow.id)
        .outerjoin(InboxRow, MessageRow.inbox_id == InboxRow.id)
        .outerjoin(OfficerRow, MessageRow.officer_id == OfficerRow.id)
        .where(OutboxRow.conversation_id == conversation_id)
        .where(OutboxRow.state.in_(_WAITING))
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


def mark_passive(session: Session, outbox_ids: Iterable[int], *, at: datetime) -> None:
    """Note that the citizen has lines, all of each, with a reply."""
    session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_(list(outbox_ids)), OutboxRow.state.in_(_WAITING))
        .values(state=DeliveryState.SENT, sent_at=at, error="")
    )


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
