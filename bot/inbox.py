"""The inbox: a message is written down once, leased to one composer, answered once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from .database import Transactions
from .events import Event, message_event
from .queries import find_conversation, find_open_ticket, send_parked
from .seal import Seal
from .tables import CitizenRow, ConversationRow, InboxRow, MessageRow, TicketRow
from .types import AnswerStatus, Channel, Inbound, MessageKind, Sender

#: What a citizen's line shows for a message that is not text.
MEDIA_LABELS = {
    MessageKind.IMAGE: "［图片］",
    MessageKind.VOICE: "［语音］",
    MessageKind.VIDEO: "［视频］",
    MessageKind.LOCATION: "［位置］",
    MessageKind.LINK: "［链接］",
}

#: Events are no lines of a conversation.
_EVENTS = frozenset({MessageKind.SUBSCRIBE, MessageKind.UNSUBSCRIBE})

#: A race for the same citizen or key is lost at most twice: once for each row.
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Receipt:
    """A message that is safely on disk."""

    inbox_id: int
    conversation_id: int

    #: Whether it was there before: WeChat sent it again, a form was sent twice.
    is_repeat: bool

    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredReply:
    """What was answered, byte for byte."""

    body: str

    #: None for silence.
    status: AnswerStatus | None


class Inbox:
    """Messages that came in; every public method is one transaction."""

    def __init__(self, engine: Engine, seal: Seal) -> None:
        self._tx = Transactions(engine)
        self._seal = seal

    def write_down(self, inbound: Inbound, *, lease_until: datetime) -> Receipt:
        """Store a message once; a resend finds the first one.

        Args:
            inbound: The message, its text masked.
            lease_until: How long the caller may take to answer it.

        Raises:
            StoreUnavailableError: If the database cannot commit; the caller must
                not acknowledge the message.
        """
        for attempt in range(_ATTEMPTS):
            try:
                with self._tx.write() as session:
                    return self._write_down(session, inbound, lease_until)
            except IntegrityError:
                # Another thread wrote the same key or the same new citizen first.
                if attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError

    def take_lease(self, inbox_id: int, *, now: datetime, until: datetime) -> bool:
        """Become the composer of a message whose composer died; False if not."""
        statement = (
            update(InboxRow)
            .where(InboxRow.id == inbox_id, InboxRow.answered_at.is_(None))
            .where(or_(InboxRow.lease_until.is_(None), InboxRow.lease_until <= now))
            .values(lease_until=until)
        )
        with self._tx.write() as session:
            return session.execute(statement).rowcount == 1  # type: ignore[attr-defined, no-any-return]

    def is_stale(self, inbox_id: int, *, now: datetime) -> bool:
        """Tell whether an unanswered message's lease has run out."""
        with self._tx.read() as session:
            row = session.get_one(InboxRow, inbox_id)
            return row.lease_until is None or row.lease_until <= now

    def find_reply(self, inbox_id: int) -> StoredReply | None:
        """Find the answer to a message; None while it is being composed."""
        with self._tx.read() as session:
            row = session.get_one(InboxRow, inbox_id)
            return read_reply(session, row, self._seal)

    def list_stale(self, *, now: datetime, limit: int) -> list[tuple[int, Channel]]:
        """List messages never answered whose lease ran out, oldest first."""
        statement = (
            select(InboxRow.id, InboxRow.channel)
            .where(InboxRow.answered_at.is_(None))
            .where(or_(InboxRow.lease_until.is_(None), InboxRow.lease_until <= now))
            .order_by(InboxRow.id)
            .limit(limit)
        )
        with self._tx.read() as session:
            return [(id_, Channel(ch)) for id_, ch in session.execute(statement)]

    def _write_down(
        self, session: Session, inbound: Inbound, lease_until: datetime
    ) -> Receipt:
        key = self._seal.fingerprint(inbound.channel, inbound.message_key)
        first = session.execute(
            select(InboxRow).where(
                InboxRow.channel == inbound.channel, InboxRow.message_key == key
            )
        ).scalar_one_or_none()
        if first is not None:
            return Receipt(first.id, first.conversation_id, is_repeat=True)
        conversation = self._open_conversation(session, inbound)
        row = InboxRow(
            channel=inbound.channel,
            # WeChat's key of an event holds the OpenID: only its digest is kept.
            message_key=key,
            conversation_id=conversation.id,
            kind=inbound.kind,
            text=inbound.text,
            received_at=inbound.received_at,
            lease_until=lease_until,
        )
        session.add(row)
        session.flush()
        if inbound.kind is not MessageKind.UNSUBSCRIBE:
            # Only now does WeChat let us write to this citizen again.
            send_parked(session, conversation.id, at=inbound.received_at)
        events: tuple[Event, ...] = ()
        if inbound.kind not in _EVENTS:
            events = (_add_citizen_line(session, row),)
        return Receipt(row.id, conversation.id, is_repeat=False, events=events)

    def _open_conversation(self, session: Session, inbound: Inbound) -> ConversationRow:
        sender_hash = self._seal.fingerprint(inbound.channel, inbound.sender_id)
        found = find_conversation(session, sender_hash)
        if found is not None:
            return found[1]
        citizen = CitizenRow(
            channel=inbound.channel,
            sender_hash=sender_hash,
            sender_sealed=self._seal.seal(inbound.sender_id),
            number=f"{secrets.randbelow(10_000):04d}",
            created_at=inbound.received_at,
        )
        session.add(citizen)
        session.flush()
        conversation = ConversationRow(
            citizen_id=citizen.id, focus={}, updated_at=inbound.received_at
        )
        session.add(conversation)
        session.flush()
        return conversation


def read_reply(session: Session, row: InboxRow, seal: Seal) -> StoredReply | None:
    """Read the stored answer of an inbox row; None while there is none."""
    if row.answered_at is None:
        return None
    status = session.execute(
        select(MessageRow.status).where(
            MessageRow.inbox_id == row.id, MessageRow.sender != Sender.CITIZEN
        )
    ).scalar_one_or_none()
    # The body of a WeChat reply names the OpenID, so it is sealed like one.
    body = seal.unseal(row.reply_body.encode()) if row.reply_body else ""
    return StoredReply(body, AnswerStatus(status) if status else None)


def _add_citizen_line(session: Session, inbox: InboxRow) -> Event:
    ticket = find_open_ticket(session, inbox.conversation_id)
    message = MessageRow(
        conversation_id=inbox.conversation_id,
        ticket_id=ticket.id if ticket else None,
        inbox_id=inbox.id,
        sender=Sender.CITIZEN,
        text=inbox.text or MEDIA_LABELS.get(MessageKind(inbox.kind), ""),
        created_at=inbox.received_at,
    )
    session.add(message)
    if ticket is not None:
        session.execute(
            update(TicketRow)
            .where(TicketRow.id == ticket.id)
            .values(unread=TicketRow.unread + 1)
        )
    session.flush()
    return message_event(
        ticket.id if ticket else None, inbox.conversation_id, message.id
    )
