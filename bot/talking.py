"""What officers say: replies, notes, and the files they look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from .accounts import Officer
from .acting import Act, Acting
from .auditing import audit
from .clocks import measure_wait
from .events import message_event, whisper_event
from .handoff import move
from .privacy import mask_personal_data
from .queries import add_line, queue_delivery, select_lines
from .records import to_message
from .rights import Right
from .tables import MessageRow, TicketRow
from .ticket_rows import find_clock_start, get_ticket
from .types import Message, Priority, Sender, Ticket, TicketState
from .working_time import WorkingCalendar

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


class Talking(Acting):
    """Brings officers' words to citizens and to colleagues."""

    def reply(
        self, ticket_id: int, *, officer_id: int, text: str, client_key: str
    ) -> Message:
        """Say something to the citizen: visible at once on the web, pushed on WeChat.

        The ticket then waits for the citizen; the first reply stops its clock.

        Args:
            ticket_id: A ticket that the officer holds.
            officer_id: Who writes.
            text: Chinese; identity and bank card numbers are masked, phone numbers
                are the office's own and stay.
            client_key: Made by the page; the same key twice is the same message.

        Raises:
            TicketNotFoundError: If there is no such ticket.
            NotHolderError: If the officer does not hold it, or it is over.
        """
        line = _Line(Sender.OFFICER, officer_id, text, client_key)
        with self._act(ticket_id, officer_id) as act:
            if (said := _find_line(act.session, line.key)) is not None:
                return said
            act.check_holder()
            row = self._add(act, line)
            at, channel = act.at, act.ticket.channel
            queue_delivery(act.session, channel, row, Priority.PERSON, at=at)
            note_reply(act, self._get_calendar())
            return _get_line(act.session, line.key)

    def note(
        self, ticket_id: int, *, officer_id: int, text: str, client_key: str
    ) -> Message:
        """Leave a note for colleagues; the citizen never sees it.

        Of who leads, in a chat that somebody else holds, it is a word to the holder:
        their page is told.

        Raises:
            TicketNotFoundError: If there is no such ticket.
        """
        line = _Line(Sender.NOTE, officer_id, text, client_key)
        with self._act(ticket_id, officer_id) as act:
            if (said := _find_line(act.session, line.key)) is not None:
                return said
            row = self._add(act, line)
            if is_whisper(act.ticket, act.officer):
                act.store(act.ticket, "whisper", message_id=row.id)
                act.events.append(whisper_event(act.ticket))
            return _get_line(act.session, line.key)

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

    def _add(self, act: Act, line: _Line) -> MessageRow:
        row = add_line(act.session, act.ticket, line.sender, line.masked, at=act.at)
        row.officer_id = line.officer_id
        row.client_key = line.key
        act.session.flush()
        act.note(line.sender)
        act.events.append(
            message_event(act.ticket.id, act.ticket.conversation_id, row.id)
        )
        return row


def is_whisper(ticket: Ticket, officer: Officer) -> bool:
    """Tell whether a note of this officer's is a word to somebody else: the holder."""
    is_others = ticket.is_held and not ticket.is_held_by(officer.id)
    return is_others and officer.may(Right.LEAD)


def note_reply(act: Act, calendar: WorkingCalendar) -> None:
    """Let the ticket wait for the citizen, and stop the clock of the first word."""
    ticket = act.ticket
    if ticket.state is TicketState.CLAIMED:
        to = TicketState.WAITING_CITIZEN
        ticket = move(ticket, to, officer_id=ticket.officer_id, at=act.at)
    if ticket.first_reply_at is None:
        start = find_clock_start(act.session, ticket)
        waited = measure_wait(start, act.at, calendar)
        ticket = replace(ticket, first_reply_at=act.at)
        act.record(
            ticket,
            "first_reply",
            waited_s=round(waited.total_seconds()),
            is_message=ticket.is_message,
        )
    elif ticket is not act.ticket:
        act.record(ticket, "replied")


def _find_line(session: Session, key: str) -> Message | None:
    row = session.execute(
        select_lines().where(MessageRow.client_key == key)
    ).one_or_none()
    return to_message(*row) if row else None


def _get_line(session: Session, key: str) -> Message:
    session.flush()
    said = _find_line(session, key)
    assert said is not None
    return said
