"""The life of a hand-over as a table. Pure: no clock, no storage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from .errors import IllegalMoveError
from .types import Ticket, TicketState

_ENDS = frozenset({TicketState.RESOLVED, TicketState.CLOSED})

#: What may follow each state. A transfer is no state but an open offer: the first
#: bureau keeps the ticket until the other accepts. What is resolved may be reopened,
#: what is closed may not: a later request makes a new ticket, with its own clocks.
MOVES: Mapping[TicketState, frozenset[TicketState]] = {
    TicketState.WAITING: _ENDS | {TicketState.CLAIMED},
    TicketState.CLAIMED: _ENDS | {TicketState.WAITING, TicketState.WAITING_CITIZEN},
    TicketState.WAITING_CITIZEN: _ENDS | {TicketState.WAITING, TicketState.CLAIMED},
    TicketState.RESOLVED: frozenset({TicketState.WAITING, TicketState.CLOSED}),
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
    is_over = to in _ENDS
    resolved_at = at if to is TicketState.RESOLVED else None
    return replace(
        ticket,
        state=to,
        officer_id=officer_id,
        changed_at=at,
        closed_at=at if to is TicketState.CLOSED else None,
        resolved_at=ticket.resolved_at if to is TicketState.CLOSED else resolved_at,
        offered_to_id=None if is_over else ticket.offered_to_id,
        snoozed_until=None if is_over else ticket.snoozed_until,
    )


def hand_to(ticket: Ticket, officer_id: int, *, at: datetime) -> Ticket:
    """Return an open ticket in the hands of an officer, whoever had it before.

    Not a row of the table: the state may stay what it is.

    Args:
        ticket: The ticket as it stands.
        officer_id: Who holds it afterwards.
        at: The moment, aware UTC.

    Raises:
        IllegalMoveError: If it is over, or WeChat's own agents have it.
    """
    if not ticket.is_open or ticket.kf_account:
        raise IllegalMoveError(ticket.id, ticket.state, TicketState.CLAIMED)
    return replace(
        ticket, state=TicketState.CLAIMED, officer_id=officer_id, changed_at=at
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
        IllegalMoveError: If the ticket is over.
    """
    if not ticket.is_open:
        raise IllegalMoveError(ticket.id, ticket.state, TicketState.CLAIMED)
    return replace(
        ticket,
        state=TicketState.CLAIMED,
        officer_id=None,
        kf_account=kf_account,
        changed_at=at,
    )
