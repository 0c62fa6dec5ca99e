"""The desk: what officers do with tickets; every public method is one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Engine, exists, select
from sqlalchemy.orm import Session

from .errors import AlreadyClaimedError, NotHolderError
from .events import Clock, Event, Publish, message_event, publish_nothing, ticket_event
from .handoff import move
from .privacy import mask_personal_data
from .queries import (
    add_line,
    audit,
    lock_conversation,
    queue_delivery,
    select_lines,
    store_move,
)
from .records import officer_title, to_message
from .replies import get_wording
from .tables import MessageRow, OfficerRow, TicketRow
from .types import Message, Priority, Sender, Ticket, TicketState
from .viewing import DeskView, get_ticket

#: Characters kept of what an officer writes; WeChat takes 2,048 bytes a message.
MAX_TEXT_CHARS = 2_000


@dataclass(frozen=True, slots=True)
class _Line:
    """What an officer wants to say."""

    sender: Sender
    officer_id: int
    text: str
    client_key: str

    @property
    def masked(self) -> str:
        """The text as stored: phone numbers are the office's own and stay."""
        text = self.text.strip()[:MAX_TEXT_CHARS]
        return mask_personal_data(text, keep_contacts=True)

    @property
    def key(self) -> str:
        """The key as stored: one page's key never finds another officer's line."""
        digest = sha256(f"{self.officer_id}\n{self.client_key}".encode())
        return digest.hexdigest()


class Desk(DeskView):
    """Hands tickets to officers and their words to citizens.

    Every writing method leaves an audit row in its transaction and publishes live
    events after the commit.
    """

    def __init__(
        self, engine: Engine, clock: Clock, publish: Publish = publish_nothing
    ) -> None:
        super().__init__(engine, clock)
        self._publish = publish

    def claim(self, ticket_id: int, *, officer_id: int) -> Ticket:
        """Take a waiting ticket; taking one's own again changes nothing.

        Raises:
            TicketNotFoundError: If there is no such ticket.
            AlreadyClaimedError: If another officer holds it.
            IllegalMoveError: If it is closed.
        """
        with self._write() as (session, events):
            ticket = _lock_ticket(session, ticket_id)
            if ticket.state is TicketState.CLAIMED:
                if ticket.officer_id == officer_id:
                    return ticket
                raise AlreadyClaimedError(ticket_id, ticket.officer_name)
            return self._claim(session, ticket, officer_id, events)

    def claim_next(self, *, officer_id: int) -> Ticket | None:
        """Take the ticket that has waited longest; None if nobody waits."""
        statement = (
            select(TicketRow.id)
            .where(TicketRow.state == TicketState.WAITING)
            .order_by(TicketRow.id)
            .limit(1)
        )
        with self._write() as (session, events):
            while (id_ := session.execute(statement).scalar_one_or_none()) is not None:
                ticket = _lock_ticket(session, id_)
                # A colleague may have been faster while we waited for the lock.
                if ticket.state is TicketState.WAITING:
                    return self._claim(session, ticket, officer_id, events)
        return None

    def reply(
        self, ticket_id: int, *, officer_id: int, text: str, client_key: str
    ) -> Message:
        """Say something to the citizen: visible at once on the web, pushed on WeChat.

        Args:
            ticket_id: A ticket that the officer holds.
            officer_id: Who writes.
            text: Chinese; identity and bank card numbers are masked, phone numbers
                are the office's own and stay.
            client_key: Made by the page; the same key twice is the same message.

        Raises:
            TicketNotFoundError: If there is no such ticket.
            NotHolderError: If the officer does not hold it, or it is closed.
        """
        return self._say(ticket_id, _Line(Sender.OFFICER, officer_id, text, client_key))

    def note(
        self, ticket_id: int, *, officer_id: int, text: str, client_key: str
    ) -> Message:
        """Leave a note for colleagues; the citizen never sees it.

        Raises:
            TicketNotFoundError: If there is no such ticket.
        """
        return self._say(ticket_id, _Line(Sender.NOTE, officer_id, text, client_key))

    def close(self, ticket_id: int, *, officer_id: int) -> Ticket:
        """End a ticket; a system line tells the citizen that the bot answers again.

        Raises:
            TicketNotFoundError: If there is no such ticket.
            NotHolderError: If another officer holds it.
            IllegalMoveError: If it is closed already.
        """
        with self._write() as (session, events):
            at = self._clock()
            ticket = _lock_ticket(session, ticket_id)
            if ticket.state is TicketState.CLAIMED:
                _check_holder(ticket, officer_id)
            closed = move(
                ticket, TicketState.CLOSED, officer_id=ticket.officer_id, at=at
            )
            store_move(session, closed)
            text = get_wording("desk_closed")
            line = add_line(session, closed, Sender.SYSTEM, text, at=at)
            queue_delivery(session, closed.channel, line, Priority.PERSON, at=at)
            self._note_done(session, "ticket.close", closed, officer_id)
            events += [
                ticket_event(closed),
                message_event(closed.id, closed.conversation_id, line.id),
            ]
            return get_ticket(session, ticket_id)

    def mark_read(self, ticket_id: int) -> None:
        """Set the count of unread lines to zero.

        Raises:
            TicketNotFoundError: If there is no such ticket.
        """
        with self._tx.write() as session:
            get_ticket(session, ticket_id)
            session.get_one(TicketRow, ticket_id).unread = 0

    def open_media(
        self, message_id: int, *, officer_id: int
    ) -> Mapping[str, object] | None:
        """Find what a citizen sent as picture, voice or video, and note who looks.

        Only lines of conversations with a ticket: officers see no others.

        Returns:
            As in ``Message.media``; None if there is no such line, it is text, or
            the citizen has erased it.
        """
        has_ticket = exists().where(
            TicketRow.conversation_id == MessageRow.conversation_id
        )
        statement = select(MessageRow.media).where(
            MessageRow.id == message_id, has_ticket
        )
        with self._tx.write() as session:
            media = session.execute(statement).scalar_one_or_none()
            if not media:
                return None
            subject = f"message {message_id}"
            audit(
                session,
                "media.open",
                subject,
                officer_id=officer_id,
                at=self._clock(),
            )
            return dict(media)

    @contextmanager
    def _write(self) -> Iterator[tuple[Session, list[Event]]]:
        events: list[Event] = []
        with self._tx.write() as session:
            yield session, events
        # Only now: a page that hears of a line must find it committed.
        for name, data in events:
            self._publish(name, data)

    def _claim(
        self, session: Session, ticket: Ticket, officer_id: int, events: list[Event]
    ) -> Ticket:
        at = self._clock()
        store_move(
            session, move(ticket, TicketState.CLAIMED, officer_id=officer_id, at=at)
        )
        session.get_one(TicketRow, ticket.id).unread = 0
        officer = session.get_one(OfficerRow, officer_id)
        text = get_wording("desk_claimed", officer=officer_title(officer))
        # Not pushed on WeChat, where each line counts against five a message.
        line = add_line(session, ticket, Sender.SYSTEM, text, at=at)
        self._note_done(session, "ticket.claim", ticket, officer_id)
        claimed = get_ticket(session, ticket.id)
        events += [
            ticket_event(claimed),
            message_event(ticket.id, ticket.conversation_id, line.id),
        ]
        return claimed

    def _say(self, ticket_id: int, line: _Line) -> Message:
        with self._write() as (session, events):
            ticket = _lock_ticket(session, ticket_id)
            if (said := _find_line(session, line.key)) is not None:
                return said
            if line.sender is Sender.OFFICER:
                _check_holder(ticket, line.officer_id)
            row = add_line(session, ticket, line.sender, line.masked, at=self._clock())
            row.officer_id = line.officer_id
            row.client_key = line.key
            if line.sender is Sender.OFFICER:
                at = row.created_at
                queue_delivery(session, ticket.channel, row, Priority.PERSON, at=at)
            self._note_done(session, f"ticket.{line.sender}", ticket, line.officer_id)
            events.append(message_event(ticket.id, ticket.conversation_id, row.id))
            session.flush()
            said = _find_line(session, line.key)
            assert said is not None
            return said

    def _note_done(
        self, session: Session, action: str, ticket: Ticket, officer_id: int
    ) -> None:
        audit(
            session,
            action,
            f"ticket {ticket.id}",
            officer_id=officer_id,
            at=self._clock(),
        )


def _lock_ticket(session: Session, ticket_id: int) -> Ticket:
    """Return a ticket that nobody moves, and no bot answers in, until the commit."""
    ticket = get_ticket(session, ticket_id)
    lock_conversation(session, ticket.conversation_id)
    return get_ticket(session, ticket_id)


def _check_holder(ticket: Ticket, officer_id: int) -> None:
    if ticket.state is not TicketState.CLAIMED or ticket.officer_id != officer_id:
        raise NotHolderError(ticket.id, officer_id)


def _find_line(session: Session, key: str) -> Message | None:
    row = session.execute(
        select_lines().where(MessageRow.client_key == key)
    ).one_or_none()
    return to_message(*row) if row else None
