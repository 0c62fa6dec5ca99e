"""The outbox: lines to push to a channel, kept until they are sent or given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine, select, update

from .database import Transactions
from .errors import MessageNotFoundError
from .events import Clock
from .records import answer_from_json
from .seal import Seal
from .tables import CitizenRow, ConversationRow, MessageRow, OutboxRow
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
    """Gives deliveries to the worker and keeps what became of them."""

    def __init__(self, engine: Engine, clock: Clock, seal: Seal) -> None:
        self._tx = Transactions(engine)
        self._clock = clock
        self._seal = seal

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
        """Note that the channel took the message."""
        with self._tx.write() as session:
            session.execute(
                update(OutboxRow)
                .where(OutboxRow.id == outbox_id)
                .values(state="sent", sent_at=self._clock(), error="")
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
            values["state"] = "failed"
        else:
            values["next_try_at"] = self._clock() + timedelta(seconds=retry_in_s)
        with self._tx.write() as session:
            session.execute(
                update(OutboxRow).where(OutboxRow.id == outbox_id).values(**values)
            )

    def requeue(self, message_id: int) -> None:
        """Send a message that was given up once more, at once.

        Raises:
            MessageNotFoundError: If no such message was given up.
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
