"""The outbox: lines to push to a channel, kept until they are sent or given up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import Engine, exists, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate, Update

from .database import Transactions
from .deliveries import Delivery, is_head, select_deliveries, to_delivery
from .errors import MessageNotFoundError
from .events import Clock, Event, Publish, message_event, publish_nothing
from .quota import close_windows, give_back, take_one
from .seal import Seal
from .tables import CitizenRow, InboxRow, MessageRow, OutboxRow, SendWindowRow
from .types import DeliveryState

#: A delivery taken is not given out again for so long: its worker may have died.
#: Longer than one part can take, and renewed with each.
TAKEN_S = 60.0

_MAX_ERROR_CHARS = 300


class Outbox:
    """Gives deliveries to the workers and keeps what became of them.

    Any number of workers may take from it. What became of a delivery is published
    after the commit, so that the console shows it. Every method is one transaction
    and raises StoreUnavailableError if the database cannot be used.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        seal: Seal,
        publish: Publish = publish_nothing,
    ) -> None:
        self._tx = Transactions(engine)
        self._clock = clock
        self._seal = seal
        self._publish = publish

    def take_due(self, limit: int = 20) -> list[Delivery]:
        """Take deliveries that are due, oldest first, at most one a conversation.

        Which one that is, ``deliveries`` says. Each counts as tried now, and comes
        again after ``TAKEN_S`` seconds unless it is marked: better twice than never.

        Raises:
            UnsealError: If the secret key was changed.
        """
        now = self._clock()
        statement = (
            select_deliveries()
            .where(OutboxRow.state == DeliveryState.QUEUED)
            .where(OutboxRow.next_try_at <= now)
            .where(CitizenRow.sender_sealed.is_not(None), is_head())
            .limit(limit)
            .with_for_update(skip_locked=True, of=OutboxRow)
        )
        with self._tx.write() as session:
            rows = session.execute(statement).all()
            for row, *_ in rows:
                row.attempts += 1
                row.next_try_at = now + timedelta(seconds=TAKEN_S)
            return [to_delivery(*row, seal=self._seal) for row in rows]

    def recheck(self, delivery: Delivery) -> Delivery | None:
        """Look at a delivery again before more of it is sent.

        Returns:
            The delivery as it stands now; None if it is no longer the caller's: it
            was erased, or given to another worker because this one took too long.
        """
        statement = select_deliveries().where(
            OutboxRow.id == delivery.outbox_id,
            OutboxRow.state == DeliveryState.QUEUED,
            OutboxRow.attempts == delivery.attempts,
            CitizenRow.sender_sealed.is_not(None),
        )
        with self._tx.read() as session:
            row = session.execute(statement).one_or_none()
            return to_delivery(*row, seal=self._seal) if row else None

    def charge(self, delivery: Delivery) -> int | None:
        """Charge one part to the citizen's window, and keep the delivery for longer.

        Returns:
            The window charged, for :meth:`give_back`; None = park the delivery.
        """
        now = self._clock()
        with self._tx.write() as session:
            window_id = take_one(
                session, delivery.conversation_id, delivery.priority, at=now
            )
            if window_id is not None:
                session.execute(
                    _update_queued(delivery.outbox_id).values(
                        next_try_at=now + timedelta(seconds=TAKEN_S)
                    )
                )
            return window_id

    def give_back(self, window_id: int) -> None:
        """Take a charge back: WeChat refused the part, so it did not count it."""
        with self._tx.write() as session:
            give_back(session, window_id)

    def note_part(self, outbox_id: int) -> None:
        """Note that the channel took one more part of a long line."""
        with self._tx.write() as session:
            session.execute(
                update(OutboxRow)
                .where(OutboxRow.id == outbox_id)
                .values(parts_sent=OutboxRow.parts_sent + 1)
            )

    def mark_sent(self, outbox_id: int) -> None:
        """Note that the channel took the message, all of it."""
        statement = update(OutboxRow).where(OutboxRow.id == outbox_id)
        self._note(
            statement.values(state=DeliveryState.SENT, sent_at=self._clock(), error="")
        )

    def mark_failed(self, outbox_id: int, error: str, retry_in_s: float | None) -> None:
        """Note a failure.

        Args:
            outbox_id: The delivery.
            error: What to tell the officer, Chinese; no secrets, no OpenID.
            retry_in_s: Seconds until the next try; None = given up.
        """
        values: dict[str, object] = {"error": error[:_MAX_ERROR_CHARS]}
        if retry_in_s is None:
            values["state"] = DeliveryState.FAILED
        else:
            values["next_try_at"] = self._clock() + timedelta(seconds=retry_in_s)
        self._note(_update_queued(outbox_id).values(**values))

    def mark_dropped(self, outbox_id: int, reason: str) -> None:
        """Note that a message is not sent on purpose.

        Args:
            outbox_id: The delivery.
            reason: What to tell the officer, Chinese.
        """
        values = {"state": DeliveryState.DROPPED, "error": reason[:_MAX_ERROR_CHARS]}
        self._note(_update_queued(outbox_id).values(**values))

    def put_back(self, outbox_id: int, error: str = "") -> None:
        """Leave a message for later without counting this try: nobody could send it.

        Args:
            outbox_id: The delivery.
            error: What to tell the officer, Chinese; empty = as it was.
        """
        values: dict[str, object] = {
            "attempts": OutboxRow.attempts - 1,
            "next_try_at": self._clock(),
        }
        if error:
            values["error"] = error[:_MAX_ERROR_CHARS]
        self._note(_update_queued(outbox_id).values(**values))

    def mark_parked(
        self, outbox_id: int, error: str, *, is_window_closed: bool = False
    ) -> bool:
        """Keep a message until the citizen writes again; the inbox queues it then.

        If the citizen wrote while it was being sent, it is due at once.

        Args:
            outbox_id: The delivery, taken before.
            error: What to tell the officer, Chinese; no secrets, no OpenID.
            is_window_closed: WeChat itself said that it takes no more for now.

        Returns:
            Whether it is parked.
        """
        values: dict[str, object] = {"error": error[:_MAX_ERROR_CHARS]}
        with self._write() as (session, events):
            row = session.get_one(OutboxRow, outbox_id)
            if row.state != DeliveryState.QUEUED:
                return False  # erased meanwhile
            _hold_windows(session, row.conversation_id)
            is_parked = not _wrote_since_taken(session, row)
            if is_parked:
                values["state"] = DeliveryState.PARKED
                if is_window_closed:
                    close_windows(session, row.conversation_id)
            else:
                values["next_try_at"] = self._clock()
            events += _store(session, _update_queued(outbox_id).values(**values))
        return is_parked

    def park_all(self, error: str) -> int:
        """Park all that is queued, where nothing may be pushed; returns how many."""
        with self._write() as (session, events):
            events += _store(
                session,
                update(OutboxRow)
                .where(OutboxRow.state == DeliveryState.QUEUED)
                .values(state=DeliveryState.PARKED, error=error[:_MAX_ERROR_CHARS]),
            )
            return len(events)

    def claim_notice(self, outbox_id: int) -> bool:
        """Tell whether the caller may let the citizen know, once, that a line waits."""
        statement = (
            update(OutboxRow)
            .where(OutboxRow.id == outbox_id, OutboxRow.noticed_at.is_(None))
            .values(noticed_at=self._clock())
            .returning(OutboxRow.id)
        )
        with self._tx.write() as session:
            return session.execute(statement).scalar_one_or_none() is not None

    def requeue(self, message_id: int) -> None:
        """Send a message that was given up once more, at once.

        What the citizen has of a long one is not sent again.

        Raises:
            MessageNotFoundError: If no such message was given up.
        """
        statement = (
            update(OutboxRow)
            .where(OutboxRow.message_id == message_id)
            .where(OutboxRow.state == DeliveryState.FAILED)
            .values(
                state=DeliveryState.QUEUED,
                attempts=0,
                error="",
                next_try_at=self._clock(),
            )
            .returning(OutboxRow.id)
        )
        with self._tx.write() as session:
            if session.execute(statement).scalar_one_or_none() is None:
                raise MessageNotFoundError(message_id)

    def _note(self, statement: Update) -> None:
        with self._write() as (session, events):
            events += _store(session, statement)

    @contextmanager
    def _write(self) -> Iterator[tuple[Session, list[Event]]]:
        events: list[Event] = []
        with self._tx.write() as session:
            yield session, events
        for name, data in events:
            self._publish(name, data)


def _update_queued(outbox_id: int) -> Update:
    """Change a delivery that is still to be sent: not one erased meanwhile."""
    return update(OutboxRow).where(
        OutboxRow.id == outbox_id, OutboxRow.state == DeliveryState.QUEUED
    )


def _store(session: Session, statement: Update) -> list[Event]:
    """Write what became of deliveries; returns the events of their lines."""
    changed: ReturningUpdate[tuple[int]] = statement.returning(OutboxRow.message_id)
    message_ids = session.execute(
        changed.execution_options(synchronize_session=False)
    ).scalars()
    lines = session.scalars(
        select(MessageRow)
        .where(MessageRow.id.in_(message_ids.all()))
        .order_by(MessageRow.id)
    )
    return [
        message_event(line.ticket_id, line.conversation_id, line.id) for line in lines
    ]


def _hold_windows(session: Session, conversation_id: int) -> None:
    """Keep the inbox from opening a window while we decide to park.

    Otherwise a message written down in between finds nothing parked to queue, and
    what we then park waits for yet another one.
    """
    session.execute(
        select(SendWindowRow.id)
        .where(SendWindowRow.conversation_id == conversation_id)
        .with_for_update()
    )


def _wrote_since_taken(session: Session, row: OutboxRow) -> bool:
    """Whether the citizen wrote after the delivery was taken, or charged last."""
    taken_at = row.next_try_at - timedelta(seconds=TAKEN_S)
    return bool(
        session.execute(
            select(
                exists()
                .where(InboxRow.conversation_id == row.conversation_id)
                .where(InboxRow.received_at > taken_at)
            )
        ).scalar_one()
    )
