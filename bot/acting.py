"""What all acts of officers have in common: the lock, the checks, the records."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from .accounts import Officer
from .auditing import audit
from .clocks import GetCalendar, get_usual_calendar
from .errors import ForeignTicketError, NotHolderError, TicketFieldError
from .events import Clock, Event, Publish, message_event, publish_nothing, ticket_event
from .listing import may_serve
from .officer_rows import find_officer
from .privacy import mask_personal_data
from .queries import add_line, queue_delivery
from .rights import Right, may_see_ticket
from .tables import TicketRow
from .ticket_rows import lock_ticket, store_ticket
from .types import Priority, Sender, Ticket
from .viewing import DeskView

#: Days in which a citizen may say that what was resolved is not.
CLOSE_AFTER_DAYS = 3

#: Characters of a word from colleague to colleague, and of what was done.
MAX_WORD_CHARS, MAX_REASON_CHARS = 200, 300


@dataclass(slots=True)
class Act:
    """An officer's act on a ticket whose conversation is locked until the commit."""

    session: Session
    events: list[Event]
    ticket: Ticket
    officer: Officer
    at: datetime

    def check_bureau(self) -> None:
        """Refuse an officer who does not work for the ticket's bureau.

        Raises:
            ForeignTicketError: So it is, or the ticket is not theirs to see.
        """
        is_theirs = may_serve(self.officer, self.ticket.bureau_id)
        if not (is_theirs and may_see_ticket(self.officer, self.ticket)):
            raise ForeignTicketError(self.ticket.id, self.officer.id)

    def check_holder(self) -> None:
        """Refuse an officer who does not hold the ticket.

        Raises:
            NotHolderError: So it is, or it is over.
        """
        if not self.ticket.is_held_by(self.officer.id):
            raise NotHolderError(self.ticket.id, self.officer.id)

    def check_responsible(self) -> None:
        """Refuse an officer to whom a ticket does not listen.

        One that is held listens to its holder and to who leads the bureau, others
        to the whole bureau.

        Raises:
            ForeignTicketError: If it belongs to another bureau.
            NotHolderError: If a colleague holds it.
        """
        if self.ticket.is_held_by(self.officer.id):
            return
        self.check_bureau()
        if self.ticket.is_held and not self.officer.may(Right.LEAD):
            raise NotHolderError(self.ticket.id, self.officer.id)

    def store(self, ticket: Ticket, action: str, **more: object) -> None:
        """Write the ticket as it is now, its event and its audit row."""
        self.record(ticket, action, **more)
        self.note(action)

    def record(self, ticket: Ticket, action: str, **more: object) -> None:
        """Write the ticket as it is now and its event; audited by the caller."""
        self.ticket = store_ticket(
            self.session,
            ticket,
            action,
            officer_id=self.officer.id,
            at=self.at,
            **more,
        )
        self.events.append(ticket_event(self.ticket))

    def note(self, action: str) -> None:
        """Write down in the audit trail who did what."""
        subject = f"ticket {self.ticket.id}"
        audit(
            self.session,
            f"ticket.{action}",
            subject,
            officer_id=self.officer.id,
            at=self.at,
        )

    def tell(self, text: str, *, is_pushed: bool) -> None:
        """Add a line of the system's to the chat; on WeChat each costs a message."""
        line = add_line(self.session, self.ticket, Sender.SYSTEM, text, at=self.at)
        if is_pushed:
            channel, priority = self.ticket.channel, Priority.PERSON
            queue_delivery(self.session, channel, line, priority, at=self.at)
        self.events.append(
            message_event(self.ticket.id, self.ticket.conversation_id, line.id)
        )

    def mark_read(self) -> None:
        """Set the count of unread lines to zero."""
        self.session.get_one(TicketRow, self.ticket.id).unread = 0


class Acting(DeskView):
    """Opens the transactions of acts; what happened is published after the commit."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        publish: Publish = publish_nothing,
        get_calendar: GetCalendar = get_usual_calendar,
        *,
        close_after_days: int = CLOSE_AFTER_DAYS,
    ) -> None:
        super().__init__(engine, clock)
        self._publish = publish
        self._get_calendar = get_calendar
        self._close_after_days = close_after_days

    @contextmanager
    def _write(self) -> Iterator[tuple[Session, list[Event]]]:
        events: list[Event] = []
        with self._tx.write() as session:
            yield session, events
        # Only now: a page that hears of a line must find it committed.
        for name, data in events:
            self._publish(name, data)

    @contextmanager
    def _act(self, ticket_id: int, officer_id: int) -> Iterator[Act]:
        with self._write() as (session, events):
            yield self._begin(session, events, ticket_id, officer_id)

    def _begin(
        self, session: Session, events: list[Event], ticket_id: int, officer_id: int
    ) -> Act:
        ticket = lock_ticket(session, ticket_id)
        officer = find_officer(session, officer_id)
        if officer is None:
            raise ForeignTicketError(ticket_id, officer_id)
        return Act(session, events, ticket, officer, self._clock())


def check_words(field: str, text: str, *, at_most: int) -> str:
    """Return what an officer wrote, trimmed and masked.

    Raises:
        TicketFieldError: If it is empty or too long.
    """
    text = " ".join(text.split())
    if not text:
        raise TicketFieldError(field, "请写明原因。")
    if len(text) > at_most:
        raise TicketFieldError(field, f"最多 {at_most} 字，现在是 {len(text)} 字。")
    return mask_personal_data(text, keep_contacts=True)[:at_most]
