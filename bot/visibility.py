"""Which tickets an officer may see, as the database understands it."""

from __future__ import annotations

from sqlalchemy import (
    ColumnElement,
    Engine,
    and_,
    exists,
    false,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased

from .accounts import Officer
from .database import Transactions
from .queries import find_ticket
from .rights import Right, may_see_ticket
from .tables import MessageRow, TicketRow
from .types import Ticket


def seen_by(
    officer: Officer | None, ticket: type[TicketRow] = TicketRow
) -> ColumnElement[bool]:
    """Return the condition on tickets that ``may_see_ticket`` states.

    Args:
        officer: Who looks; None = nobody, who sees nothing.
        ticket: The table, or an alias of it.
    """
    if officer is None:
        return false()
    if officer.may(Right.SUPERVISE):
        return true()
    if not officer.may(Right.SERVE):
        return false()
    if officer.bureau_id is None:
        is_local: ColumnElement[bool] = true()
    else:
        is_local = or_(
            ticket.bureau_id == officer.bureau_id,
            ticket.offered_to_id == officer.bureau_id,
        )
    if not officer.may(Right.LEAD):
        is_local = and_(is_local, ticket.is_confidential.is_(False))
    return or_(ticket.officer_id == officer.id, is_local)


class TicketGate:
    """Asks whether an officer may open what an address names."""

    def __init__(self, engine: Engine) -> None:
        self._tx = Transactions(engine)

    def find_ticket(self, ticket_id: int, officer: Officer) -> Ticket | None:
        """Find a ticket; None if there is none, and if it is not the officer's to see.

        Nobody learns from the answer which of the two it is.
        """
        with self._tx.read() as session:
            ticket = find_ticket(session, ticket_id)
        if ticket is None or not may_see_ticket(officer, ticket):
            return None
        return ticket

    def may_see_message(self, message_id: int, officer: Officer) -> bool:
        """Tell whether a line stands in a conversation that the officer may read.

        What was said under a confidential ticket needs that very ticket.
        """
        own, any_ = aliased(TicketRow), aliased(TicketRow)
        is_confidential = exists().where(
            own.id == MessageRow.ticket_id, own.is_confidential
        )
        sees_own = exists().where(own.id == MessageRow.ticket_id, seen_by(officer, own))
        sees_any = exists().where(
            any_.conversation_id == MessageRow.conversation_id, seen_by(officer, any_)
        )
        statement = select(MessageRow.id).where(
            MessageRow.id == message_id, sees_any, or_(~is_confidential, sees_own)
        )
        with self._tx.read() as session:
            return session.scalar(statement) is not None
