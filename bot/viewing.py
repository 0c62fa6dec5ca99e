"""What officers see at the desk; every public method is one read transaction."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Engine, case, func, select, true
from sqlalchemy.orm import Session

from .accounts import Officer
from .database import Transactions
from .events import Clock
from .listing import Tab, in_tab, matches, order_of
from .officer_rows import find_officer
from .queries import list_messages, select_tickets
from .quota import SendWindow, find_window
from .records import to_ticket
from .tables import OutboxRow, TicketRow
from .ticket_rows import get_ticket, list_entries, list_events
from .types import (
    Channel,
    DeliveryState,
    Message,
    Ticket,
    TicketEntry,
    TicketEvent,
    TicketState,
)
from .visibility import seen_by

#: Tickets on one page of the queue; more than an officer can look through.
MAX_TICKETS = 200

#: Lines of a conversation shown to an officer at first.
MAX_LINES = 500


@dataclass(frozen=True, slots=True)
class DeskCounts:
    """The figures on the tabs of the queue."""

    waiting: int
    mine: int
    bureau: int = 0
    offered: int = 0
    overdue: int = 0


class DeskView:
    """Reads the queue and its conversations; changes nothing."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._tx = Transactions(engine)
        self._clock = clock

    def list_tickets(
        self,
        tab: Tab,
        *,
        officer_id: int | None,
        bureau_id: int | None = None,
        search: str = "",
        limit: int = MAX_TICKETS,
    ) -> list[Ticket]:
        """List the tickets of a tab that an officer may see.

        Args:
            tab: Which; see ``listing``.
            officer_id: Who looks; None = the service itself, which sees all.
            bureau_id: Of this bureau only; None = of all that may be seen.
            search: A ticket's number, a citizen's number, or words of the preview.
            limit: How many at most.
        """
        with self._tx.read() as session:
            officer = _find(session, officer_id)
            statement = select_tickets().where(
                in_tab(tab, officer, self._clock()), _sees(officer_id, officer)
            )
            if bureau_id is not None:
                statement = statement.where(TicketRow.bureau_id == bureau_id)
            if search.strip():
                statement = statement.where(matches(search))
            rows = session.execute(statement.order_by(*order_of(tab)).limit(limit))
            return [to_ticket(*row) for row in rows]

    def count(self, officer_id: int | None) -> DeskCounts:
        """Count what the officer's tabs hold."""
        tabs: tuple[Tab, ...] = ("waiting", "mine", "bureau", "offered", "overdue")
        with self._tx.read() as session:
            officer = _find(session, officer_id)
            now = self._clock()
            figures = [
                func.sum(case((in_tab(tab, officer, now), 1), else_=0)) for tab in tabs
            ]
            # What is over is in no tab, and most tickets are.
            row = session.execute(
                select(*figures).where(
                    TicketRow.state.in_([s for s in TicketState if s.is_open]),
                    _sees(officer_id, officer),
                )
            ).one()
        return DeskCounts(*(n or 0 for n in row))

    def list_events(self, ticket_id: int) -> list[TicketEvent]:
        """List what happened to a ticket, in order."""
        with self._tx.read() as session:
            return list_events(session, ticket_id)

    def list_entries(self, ticket_id: int) -> list[TicketEntry]:
        """List the knowledge that was linked to a ticket, in order."""
        with self._tx.read() as session:
            return list_entries(session, ticket_id)

    def list_past(
        self, ticket_id: int, *, officer_id: int | None, limit: int = 20
    ) -> list[Ticket]:
        """List other tickets of the same citizen that may be seen, newest first.

        Raises:
            TicketNotFoundError: If there is no such ticket.
        """
        with self._tx.read() as session:
            ticket = get_ticket(session, ticket_id)
            rows = session.execute(
                select_tickets()
                .where(TicketRow.conversation_id == ticket.conversation_id)
                .where(TicketRow.id != ticket_id)
                .where(_sees(officer_id, _find(session, officer_id)))
                .order_by(TicketRow.id.desc())
                .limit(limit)
            )
            return [to_ticket(*row) for row in rows]

    def count_queued(self) -> int:
        """Count the messages that wait to be sent, not those for a citizen's word."""
        statement = select(func.count()).where(OutboxRow.state == DeliveryState.QUEUED)
        with self._tx.read() as session:
            return session.execute(statement).scalar_one()

    def get_ticket(self, ticket_id: int) -> Ticket:
        """Return a ticket.

        Raises:
            TicketNotFoundError: If there is none with this id.
        """
        with self._tx.read() as session:
            return get_ticket(session, ticket_id)

    def list_messages(self, ticket_id: int, *, after: int = 0) -> list[Message]:
        """List the whole conversation with notes and evidence, oldest first.

        Raises:
            TicketNotFoundError: If there is no such ticket.
        """
        with self._tx.read() as session:
            ticket = get_ticket(session, ticket_id)
            return list_messages(
                session, ticket.conversation_id, after=after, limit=MAX_LINES
            )

    def find_window(self, ticket_id: int) -> SendWindow | None:
        """Find what an officer may still push to this citizen now.

        Returns:
            None on the web, where nothing is pushed, and on WeChat until the citizen
            does something again.

        Raises:
            TicketNotFoundError: If there is no such ticket.
        """
        with self._tx.read() as session:
            ticket = get_ticket(session, ticket_id)
            if ticket.channel is not Channel.WECHAT:
                return None
            return find_window(session, ticket.conversation_id, at=self._clock())


def _find(session: Session, officer_id: int | None) -> Officer | None:
    return find_officer(session, officer_id) if officer_id is not None else None


def _sees(officer_id: int | None, officer: Officer | None) -> ColumnElement[bool]:
    """Return the condition on tickets that somebody may see; nobody sees none."""
    return true() if officer_id is None else seen_by(officer)
