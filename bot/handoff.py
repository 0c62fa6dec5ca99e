"""The life of a hand-over as a table. Pure: no clock, no storage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from .errors import IllegalMoveError
from .types import Ticket, TicketState

#: What may follow each state. Nobody reopens a ticket: the citizen's next request
#: makes a new one, with its own waiting time.
MOVES: Mapping[TicketState, frozenset[TicketState]] = {
    TicketState.WAITING: frozenset({TicketState.CLAIMED, TicketState.CLOSED}),
    TicketState.CLAIMED: frozenset({TicketState.CLOSED}),
    TicketState.CLOSED: frozenset(),
}


def move(
    ticket: Ticket, to: TicketState, *, officer_id: int | None, at: datetime
) -> Ticket:
    """Return the ticket in its new state; the one passed in is unchanged.

    Args:
        ticket: The ticket as it stands.
        to: The state wanted.
        officer_id: Who holds it afterwards; None for nobody.
        at: The moment of the move, aware UTC.

    Raises:
        IllegalMoveError: If ``to`` cannot follow the ticket's state.
    """
    if to not in MOVES[ticket.state]:
        raise IllegalMoveError(ticket.id, ticket.state, to)
    return replace(
        ticket,
        state=to,
        officer_id=officer_id,
        changed_at=at,
        closed_at=at if to is TicketState.CLOSED else None,
    )


def pass_to_agent(ticket: Ticket, kf_account: str, *, at: datetime) -> Ticket:
    """Return the ticket as served in WeChat's own agent system; nobody here holds it.

    Not a row of the table: WeChat decides it and only tells us. What the citizen
    writes reaches that agent alone, whoever held the ticket before.

    Args:
        ticket: The ticket as it stands.
        kf_account: Who serves; not empty.
        at: When WeChat says it happened, aware UTC.

    Raises:
        IllegalMoveError: If the ticket is closed.
    """
    if ticket.state is TicketState.CLOSED:
        raise IllegalMoveError(ticket.id, ticket.state, TicketState.CLAIMED)
    return replace(
        ticket,
        state=TicketState.CLAIMED,
        officer_id=None,
        kf_account=kf_account,
        changed_at=at,
    )
