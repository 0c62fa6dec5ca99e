"""The quota ledger: how many messages WeChat lets us push to a citizen, and until when.

WeChat counts itself and refuses what is too much (45015, 45047). The ledger is there
so that the bot does not use up what an officer or a warning needs. Functions over a
session; the caller commits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from .tables import SendWindowRow
from .types import Priority, Trigger
from .upserting import insert_into

#: Messages and time that each trigger grants. They do not add up: what the citizen
#: did last counts.
#: Source: facts/wechat.md §2.2; WeChat's api_sendcustommessage, since 2023-06-12.
QUOTAS: Mapping[Trigger, tuple[int, timedelta]] = {
    Trigger.MESSAGE: (5, timedelta(hours=48)),
    Trigger.MENU: (3, timedelta(minutes=1)),
    Trigger.FOLLOW: (3, timedelta(minutes=1)),
    Trigger.SCAN: (3, timedelta(minutes=1)),
}

#: Messages of each window that the bot leaves to a person or a warning.
RESERVE = 1


@dataclass(frozen=True, slots=True)
class SendWindow:
    """What may still be pushed to a citizen."""

    #: Messages that a person may send; the bot one less.
    left: int

    #: Aware UTC.
    closes_at: datetime

    #: What the citizen did.
    trigger: Trigger


def open_window(
    session: Session, conversation_id: int, trigger: Trigger, *, at: datetime
) -> None:
    """Note that the citizen did something that lets us push; ``none`` does nothing.

    A newer trigger of the same kind starts its window afresh.

    Args:
        session: The transaction that writes the citizen's message down.
        conversation_id: Whose window it is.
        trigger: What the citizen did.
        at: When, aware UTC.
    """
    if trigger not in QUOTAS:
        return
    count, lasts = QUOTAS[trigger]
    changes = {
        "opened_at": at,
        "closes_at": at + lasts,
        "granted": count,
        "used": 0,
    }
    session.execute(
        insert_into(session, SendWindowRow)
        .values(conversation_id=conversation_id, trigger=trigger, **changes)
        .on_conflict_do_update(
            index_elements=["conversation_id", "trigger"],
            set_=changes,
            # Two messages may be written down in the wrong order.
            where=SendWindowRow.opened_at <= at,
        )
    )


def find_window(
    session: Session, conversation_id: int, *, at: datetime
) -> SendWindow | None:
    """Find what a person may still send now; None = nothing until the next message."""
    row = _find_open(session, conversation_id, at=at)
    if row is None:
        return None
    return SendWindow(row.granted - row.used, row.closes_at, Trigger(row.trigger))


def take_one(
    session: Session, conversation_id: int, priority: Priority, *, at: datetime
) -> int | None:
    """Charge one message to the citizen's window.

    Safe against other threads and processes: the last one is given once.

    Returns:
        The window charged; None if nothing is left, where the bot may not use the
        last one.
    """
    row = _find_open(session, conversation_id, at=at)
    if row is None:
        return None
    kept = RESERVE if priority is Priority.BOT else 0
    return session.execute(
        update(SendWindowRow)
        .where(SendWindowRow.id == row.id, SendWindowRow.closes_at > at)
        .where(SendWindowRow.used < SendWindowRow.granted - kept)
        .values(used=SendWindowRow.used + 1)
        .returning(SendWindowRow.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()


def give_back(session: Session, window_id: int) -> None:
    """Take a charge back: WeChat refused the message, so it did not count it.

    If the citizen has opened the window anew meanwhile, one charge too few may stand
    in it; WeChat then says 45047 and the message waits.
    """
    session.execute(
        update(SendWindowRow)
        .where(SendWindowRow.id == window_id, SendWindowRow.used > 0)
        .values(used=SendWindowRow.used - 1)
        .execution_options(synchronize_session=False)
    )


def close_windows(session: Session, conversation_id: int) -> None:
    """Note that WeChat takes nothing more until the citizen's next message."""
    session.execute(
        update(SendWindowRow)
        .where(SendWindowRow.conversation_id == conversation_id)
        .values(closes_at=SendWindowRow.opened_at)
        .execution_options(synchronize_session=False)
    )


def _find_open(
    session: Session, conversation_id: int, *, at: datetime
) -> SendWindowRow | None:
    """Find the window that counts: the newest, else the one of the last message.

    Whether WeChat goes back to the older budget once a menu click's minute is over
    stands nowhere; if it does not, it answers 45015 and the windows are closed.
    """
    statement = (
        select(SendWindowRow)
        .where(SendWindowRow.conversation_id == conversation_id)
        .execution_options(populate_existing=True)
    )
    rows = sorted(session.scalars(statement), key=_age_order, reverse=True)
    newest = rows[:1]
    of_message = [row for row in rows[1:] if row.trigger == Trigger.MESSAGE]
    return next((row for row in newest + of_message if row.closes_at > at), None)


def _age_order(row: SendWindowRow) -> tuple[datetime, bool]:
    return row.opened_at, row.trigger == Trigger.MESSAGE
