"""The outbox: lines to push to a channel, kept until they are sent or given up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine, exists, select, update
from sqlalchemy.orm import Session

from .database import Transactions
from .errors import MessageNotFoundError
from .events import Clock, Event, Publish, message_event, publish_nothing
from .records import answer_from_json
from .seal import Seal
from .tables import CitizenRow, ConversationRow, InboxRow, MessageRow, OutboxRow
from .types import Answer, Channel

#: A delivery taken is not given out again for so long: its worker may have died.
TAKEN_S = 30.0

_MAX_ERROR_CHARS = 300


@dataclass(frozen=True, slots=True)
class Delivery:
    """One line to send. Holds personal data: never logged."""

    outbox_id: int
    message_id: int
    channel: Channel

    #: OpenID.
    sender_id: str
    text: str

    #: Tries so far, this one included; at least 1.
    attempts: int

    #: The bot's answer, for channels that draw it their own way; None for officers'
    #: and system lines.
    answer: Answer | None


class Outbox:
    """Gives deliveries to the worker and keeps what became of them.

    What became of one is published after the commit, so that the console shows it.
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
        """Take the deliveries that are due, oldest first.

        Each counts as tried now, and comes again after ``TAKEN_S`` seconds unless
        it is marked: better twice than never.

        Raises:
            StoreUnavailableError: If the database cannot be used.
            UnsealError: If the secret key was changed.
        """
        now = self._clock()
        statement = (
            select(OutboxRow, MessageRow, CitizenRow)
            .join(MessageRow, OutboxRow.message_id == MessageRow.id)
            .join(ConversationRow, MessageRow.conversation_id == ConversationRow.id)
            .join(CitizenRow, ConversationRow.citizen_id == CitizenRow.id)
            .where(OutboxRow.state == "queued", OutboxRow.next_try_at <= now)
            .where(CitizenRow.sender_sealed.is_not(None))
            .order_by(OutboxRow.id)
            .limit(limit)
            .with_for_update(skip_locked=True, of=OutboxRow)
        )
        with self._tx.write() as session:
            rows = session.execute(statement).all()
            for row, _, _ in rows:
                row.attempts += 1
                row.next_try_at = now + timedelta(seconds=TAKEN_S)
            return [self._to_delivery(*row) for row in rows]

    def mark_sent(self, outbox_id: int) -> None:
        """Note that the channel took the message.

        Raises:
            StoreUnavailableError: If the database cannot be used.
        """
        self._note(outbox_id, state="sent", sent_at=self._clock(), error="")

    def mark_failed(self, outbox_id: int, error: str, retry_in_s: float | None) -> None:
        """Note a failure.

        Args:
            outbox_id: The delivery.
            error: What to tell the officer, Chinese; no secrets, no OpenID.
            retry_in_s: Seconds until the next try; None = given up.

        Raises:
            StoreUnavailableError: If the database cannot be used.
        """
        if retry_in_s is None:
            self._note(outbox_id, state="failed", error=error[:_MAX_ERROR_CHARS])
            return
        again_at = self._clock() + timedelta(seconds=retry_in_s)
        self._note(outbox_id, next_try_at=again_at, error=error[:_MAX_ERROR_CHARS])

    def mark_parked(self, outbox_id: int, error: str) -> None:
        """Keep a message until the citizen writes again; the inbox queues it then.

        If the citizen wrote while it was being sent, it is due at once.

        Args:
            outbox_id: The delivery, taken before.
            error: What to tell the officer, Chinese; no secrets, no OpenID.

        Raises:
            StoreUnavailableError: If the database cannot be used.
        """
        values: dict[str, object] = {"error": error[:_MAX_ERROR_CHARS]}
        with self._write() as (session, events):
            row = session.get_one(OutboxRow, outbox_id)
            if row.state != "queued":
                return  # erased meanwhile
            if _wrote_since_taken(session, row):
                values["next_try_at"] = self._clock()
            else:
                values["state"] = "parked"
            events.append(_store(session, outbox_id, values))

    def requeue(self, message_id: int) -> None:
        """Send a message that was given up once more, at once.

        Raises:
            MessageNotFoundError: If no such message was given up.
            StoreUnavailableError: If the database cannot be used.
        """
        statement = (
            update(OutboxRow)
            .where(OutboxRow.message_id == message_id, OutboxRow.state == "failed")
            .values(state="queued", attempts=0, error="", next_try_at=self._clock())
            .returning(OutboxRow.id)
        )
        with self._tx.write() as session:
            if session.execute(statement).scalar_one_or_none() is None:
                raise MessageNotFoundError(message_id)

    def _note(self, outbox_id: int, **values: object) -> None:
        with self._write() as (session, events):
            events.append(_store(session, outbox_id, values))

    @contextmanager
    def _write(self) -> Iterator[tuple[Session, list[Event]]]:
        events: list[Event] = []
        with self._tx.write() as session:
            yield session, events
        for name, data in events:
            self._publish(name, data)

    def _to_delivery(
        self, outbox: OutboxRow, message: MessageRow, citizen: CitizenRow
    ) -> Delivery:
        assert citizen.sender_sealed is not None
        return Delivery(
            outbox_id=outbox.id,
            message_id=message.id,
            channel=Channel(outbox.channel),
            sender_id=self._seal.unseal(citizen.sender_sealed),
            text=message.text,
            attempts=outbox.attempts,
            answer=answer_from_json(message.answer) if message.answer else None,
        )


def _store(session: Session, outbox_id: int, values: Mapping[str, object]) -> Event:
    """Write what became of a delivery; returns the event of its line."""
    message_id = session.execute(
        update(OutboxRow)
        .where(OutboxRow.id == outbox_id)
        .values(**values)
        .returning(OutboxRow.message_id)
    ).scalar_one()
    line = session.get_one(MessageRow, message_id)
    return message_event(line.ticket_id, line.conversation_id, line.id)


def _wrote_since_taken(session: Session, row: OutboxRow) -> bool:
    """Whether the citizen wrote after the delivery was given to the worker."""
    taken_at = row.next_try_at - timedelta(seconds=TAKEN_S)
    return bool(
        session.execute(
            select(
                exists()
                .where(MessageRow.id == row.message_id)
                .where(InboxRow.conversation_id == MessageRow.conversation_id)
                .where(InboxRow.received_at > taken_at)
            )
        ).scalar_one()
    )
