"""The life of a ticket, as a table."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import pytest

from bot import Channel, IllegalMoveError, Ticket, TicketState
from bot.handoff import MOVES, move

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
LEGAL = {("waiting", "claimed"), ("waiting", "closed"), ("claimed", "closed")}


def ticket(state):
    """Make a ticket in a state."""
    return Ticket(7, 1, state, Channel.WEB, "8213", "", "", "", NOON, NOON)


@pytest.mark.parametrize(("was", "to"), list(product(TicketState, TicketState)))
def test_every_pair_of_states(was, to):
    """What is not in the table cannot happen."""
    if (was, to) in LEGAL:
        moved = move(ticket(was), to, officer_id=3, at=NOON)
        assert (moved.state, moved.officer_id) == (to, 3)
        assert (moved.closed_at is not None) == (to is TicketState.CLOSED)
    else:
        with pytest.raises(IllegalMoveError, match=f"7 cannot go from {was} to {to}"):
            move(ticket(was), to, officer_id=3, at=NOON)


def test_table_knows_every_state():
    """A state without a row would be a KeyError in front of a citizen."""
    assert set(MOVES) == set(TicketState)


def test_old_value_is_untouched():
    """Values are frozen; a move makes another one."""
    before = ticket(TicketState.WAITING)
    move(before, TicketState.CLOSED, officer_id=None, at=NOON)
    assert before.state is TicketState.WAITING
