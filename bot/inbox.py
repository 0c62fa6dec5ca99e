"""The inbox: a message is written down once, leased to one composer, answered once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from .citizens import open_conversation
from .database import Transactions
from .events import Event, message_event
from .passive import mark_fetched, mark_read_by_link
from .privacy import mask_personal_data
from .queries import find_open_ticket, send_parked
from .quick_reply import menu_label
from .quota import open_window
from .seal import Seal
from .tables import InboxRow, MessageRow, TicketRow
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
_EVENTS = frozenset({MessageKind.SUBSCRIBE, MessageKind.SCAN, MessageKind.UNSUBSCRIBE})

#: Messages whose content WeChat keeps for three days.
_MEDIA = frozenset({MessageKind.IMAGE, MessageKind.VOICE, MessageKind.VIDEO})

#: A race for the same citizen or key is lost at most twice: once for each row.
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Receipt:
    """A message that is safely on disk."""

    inbox_id: int
    conversation_id: int

    #: Whether it was there before: WeChat sent it again, a form was sent twice.
    is_repeat: bool

    #: How often it came, this time included.
    requests: int = 1

    #: When it came first, aware UTC; None = now.
    first_at: datetime | None = None

    #: Whether a connection was let go before: the answer comes another way.
    is_promised: bool = False

    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredReply:
    """What was answered, byte for byte."""

    body: str

    #: None for silence.
    status: AnswerStatus | None


#: Characters kept of what a citizen typed.
MAX_TEXT_CHARS = 2_000


def mask_inbound(inbound: Inbound, *, keeps_original: bool) -> Inbound:
    """Return a message as it may be stored, with what was masked only if kept."""
    written = inbound.text[:MAX_TEXT_CHARS]
    text = mask_personal_data(written)
    is_kept = keeps_original and text != written
    return replace(inbound, text=text, original=written if is_kept else "")


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

    def renew_leases(self, inbox_ids: list[int], *, until: datetime) -> None:
        """Keep composing messages that take long."""
        with self._tx.write() as session:
            session.execute(
                update(InboxRow)
                .where(InboxRow.id.in_(inbox_ids), InboxRow.answered_at.is_(None))
                .values(lease_until=until)
            )

    def promise(self, inbox_id: int, *, at: datetime) -> bool:
        """Let the connection go: the answer, once there, comes another way.

        Returns:
            False if the message was answered meanwhile: send that instead.
        """
        statement = (
            update(InboxRow)
            .where(InboxRow.id == inbox_id, InboxRow.answered_at.is_(None))
            .values(promised_at=func.coalesce(InboxRow.promised_at, at))
        )
        with self._tx.write() as session:
            return session.execute(statement).rowcount == 1  # type: ignore[attr-defined, no-any-return]

    def note_read(self, inbox_id: int, *, at: datetime) -> None:
        """Note that the citizen has seen the answer on its link's page."""
        with self._tx.write() as session:
            mark_read_by_link(session, inbox_id, at=at)

    def note_fetched(self, inbox_id: int, *, at: datetime) -> None:
        """Note that the citizen has the reply, and what rode on it."""
        with self._tx.write() as session:
            mark_fetched(session, inbox_id, at=at)

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
            return _note_repeat(first)
        at, sender_id = inbound.received_at, inbound.sender_id
        conversation = open_conversation(
            session, self._seal, inbound.channel, sender_id, at=at
        )
        row = InboxRow(
            channel=inbound.channel,
            # WeChat's key of an event holds the OpenID: only its digest is kept.
            message_key=key,
            conversation_id=conversation.id,
            kind=inbound.kind,
            text=inbound.text,
            received_at=at,
            lease_until=lease_until,
            trigger=inbound.trigger,
            detail=dict(inbound.detail) or None,
        )
        session.add(row)
        session.flush()
        if inbound.kind is not MessageKind.UNSUBSCRIBE:
            # Only now does WeChat let us write to this citizen again.
            if inbound.channel is Channel.WECHAT:
                open_window(session, conversation.id, inbound.trigger, at=at)
            send_parked(session, conversation.id, at=at)
        events: tuple[Event, ...] = ()
        if inbound.kind not in _EVENTS:
            original = self._seal.seal(inbound.original) if inbound.original else None
            events = (_add_citizen_line(session, row, original),)
        return Receipt(row.id, conversation.id, is_repeat=False, events=events)


def _note_repeat(first: InboxRow) -> Receipt:
    first.requests += 1
    return Receipt(
        first.id,
        first.conversation_id,
        is_repeat=True,
        requests=first.requests,
        first_at=first.received_at,
        is_promised=first.promised_at is not None,
    )


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


def _label(inbox: InboxRow, *, is_served: bool) -> str:
    """What the conversation shows for a message."""
    kind = MessageKind(inbox.kind)
    if kind is MessageKind.LOCATION and is_served and inbox.detail:
        # Sent to a person on purpose, who must know where; the bot keeps no place.
        name = mask_personal_data(str(inbox.detail.get("label", "")))
        return f"{MEDIA_LABELS[kind]}{name}"
    if kind is MessageKind.MENU:
        return menu_label(inbox.text)
    return inbox.text or MEDIA_LABELS.get(kind, "")


def _media(inbox: InboxRow) -> dict[str, Any] | None:
    """What an officer needs to look at a picture; a place is not kept."""
    if inbox.kind not in _MEDIA or not inbox.detail:
        return None
    return {"kind": inbox.kind, **inbox.detail}


def _add_citizen_line(
    session: Session, inbox: InboxRow, original: bytes | None
) -> Event:
    ticket = find_open_ticket(session, inbox.conversation_id)
    message = MessageRow(
        conversation_id=inbox.conversation_id,
        ticket_id=ticket.id if ticket else None,
        inbox_id=inbox.id,
        sender=Sender.CITIZEN,
        text=_label(inbox, is_served=ticket is not None),
        media=_media(inbox),
        # Only a person who serves may need it: the bot's conversations keep none.
        original_sealed=original if ticket is not None else None,
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
