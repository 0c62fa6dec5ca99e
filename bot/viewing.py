"""What officers see at the desk; every public method is one read transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from .database import Transactions
from .errors import TicketNotFoundError
from .events import Clock
from .queries import find_ticket, list_messages, select_tickets
from .quota import SendWindow, find_window
from .records import to_ticket
from .tables import OutboxRow, TicketRow
from .types import Channel, DeliveryState, Message, Ticket, TicketState

Tab: TypeAlias = Literal["waiting", "mine", "all"]

#: Tickets on one page of the queue; more than an officer can look through.
MAX_TICKETS = 200

#: Lines of a conversation shown to an officer at first.
MAX_LINES = 500


@dataclass(frozen=True, slots=True)
class DeskCounts:
    """The figures on the tabs of the queue."""

    waiting: int
    mine: int


class DeskView:
    """Reads the queue and its conversations; changes nothing."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._tx = Transactions(engine)
        self._clock = clock

    def list_tickets(self, tab: Tab, *, officer_id: int) -> list[Ticket]:
        """List tickets, longest waiting first; ``all`` has the newest first."""
        statement = select_tickets().limit(MAX_TICKETS)
        if tab == "waiting":
            statement = statement.where(TicketRow.state == TicketState.WAITING)
        elif tab == "mine":
            statement = statement.where(
                TicketRow.state == TicketState.CLAIMED,
                TicketRow.officer_id == officer_id,
            )
        is_newest_first = tab == "all"
        order = TicketRow.id.desc() if is_newest_first else TicketRow.id.asc()
        with self._tx.read() as session:
            rows = session.execute(statement.order_by(order)).all()
            return [to_ticket(*row) for row in rows]

    def count(self, officer_id: int) -> DeskCounts:
        """Count the tickets that wait and those the officer holds."""
        statement = (
            select(TicketRow.state, TicketRow.officer_id, func.count())
            .where(TicketRow.state != TicketState.CLOSED)
            .group_by(TicketRow.state, TicketRow.officer_id)
        )
        with self._tx.read() as session:
            rows = session.execute(statement).all()
        return DeskCounts(
            waiting=sum(n for state, _, n in rows if state == TicketState.WAITING),
            mine=sum(n for _, holder, n in rows if holder == officer_id),
        )

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


def get_ticket(session: Session, ticket_id: int) -> Ticket:
    """Return a ticket inside the caller's transaction.

    Raises:
        TicketNotFoundError: If there is none with this id.
    """
    ticket = find_ticket(session, ticket_id)
    if ticket is None:
        raise TicketNotFoundError(ticket_id)
    return ticket
