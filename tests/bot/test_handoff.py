"""The life of a ticket, as a table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from bot import Channel, IllegalMoveError, Ticket, TicketClock, TicketState
from bot.handoff import MOVES, hand_to, move, pass_to_agent

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
LEGAL = {
    ("waiting", "claimed"),
    ("waiting", "resolved"),
    ("waiting", "closed"),
    ("claimed", "waiting"),
    ("claimed", "waiting_citizen"),
    ("claimed", "resolved"),
    ("claimed", "closed"),
    ("waiting_citizen", "waiting"),
    ("waiting_citizen", "claimed"),
    ("waiting_citizen", "resolved"),
    ("waiting_citizen", "closed"),
    ("resolved", "waiting"),
    ("resolved", "closed"),
}
ENDS = (TicketState.RESOLVED, TicketState.CLOSED)


def ticket(state, **more):
    """Make a ticket in a state."""
    return Ticket(7, 1, state, Channel.WEB, "8213", "", "", "", NOON, NOON, **more)


@pytest.mark.parametrize(("was", "to"), list(product(TicketState, TicketState)))
def test_every_pair_of_states(was, to):
    """What is not in the table cannot happen."""
    if (was, to) in LEGAL:
        moved = move(ticket(was), to, officer_id=3, at=NOON)
        assert (moved.state, moved.officer_id) == (to, 3)
        assert (moved.closed_at is not None) == (to is TicketState.CLOSED)
        assert (moved.resolved_at is not None) == (to is TicketState.RESOLVED)
    else:
        with pytest.raises(IllegalMoveError, match=f"7 cannot go from {was} to {to}"):
            move(ticket(was), to, officer_id=3, at=NOON)


def test_table_knows_every_state():
    """A state without a row would be a KeyError in front of a citizen."""
    assert set(MOVES) == set(TicketState)


def test_every_state_has_a_label():
    """Officers read it."""
    assert len({state.label for state in TicketState}) == len(TicketState)


def test_old_value_is_untouched():
    """Values are frozen; a move makes another one."""
    before = ticket(TicketState.WAITING)
    move(before, TicketState.CLOSED, officer_id=None, at=NOON)
    assert before.state is TicketState.WAITING


@pytest.mark.parametrize("end", ENDS)
def test_an_end_leaves_nothing_open(end):
    """No offer to another bureau, nothing that wakes up later."""
    before = ticket(TicketState.CLAIMED, offered_to_id=2, snoozed_until=LATER)
    over = move(before, end, officer_id=3, at=NOON)
    assert (over.offered_to_id, over.snoozed_until) == (None, None)
    assert move(
        before, TicketState.WAITING_CITIZEN, officer_id=3, at=NOON
    ).offered_to_id


def test_closing_remembers_when_it_was_resolved():
    """Reopening forgets it."""
    resolved = move(
        ticket(TicketState.CLAIMED), TicketState.RESOLVED, officer_id=3, at=NOON
    )
    closed = move(resolved, TicketState.CLOSED, officer_id=3, at=LATER)
    assert (closed.resolved_at, closed.closed_at) == (NOON, LATER)
    reopened = move(resolved, TicketState.WAITING, officer_id=None, at=LATER)
    assert reopened.resolved_at is None


@pytest.mark.parametrize("state", TicketState)
def test_only_open_tickets_change_hands(state):
    """Whatever the state was, the new holder owes the citizen a word."""
    if state.is_open:
        assert hand_to(ticket(state), 5, at=LATER).is_held_by(5)
        assert pass_to_agent(ticket(state), "kf1", at=LATER).officer_id is None
        return
    for act in (
        lambda: hand_to(ticket(state), 5, at=LATER),
        lambda: pass_to_agent(ticket(state), "kf1", at=LATER),
    ):
        with pytest.raises(IllegalMoveError):
            act()


def test_what_wechats_agents_have_is_not_ours_to_give():
    """They would not know of it."""
    served = pass_to_agent(ticket(TicketState.CLAIMED), "kf1", at=NOON)
    with pytest.raises(IllegalMoveError):
        hand_to(served, 5, at=NOON)


DUE = {
    "due_first_reply_at": NOON + timedelta(minutes=3),
    "due_dispatch_at": NOON + timedelta(hours=2),
    "due_answer_at": NOON + timedelta(days=7),
}


@pytest.mark.parametrize(
    ("changes", "running"),
    [
        ({}, {"first_reply", "dispatch", "answer"}),
        ({"state": TicketState.CLAIMED}, {"first_reply", "answer"}),
        ({"state": TicketState.CLAIMED, "first_reply_at": NOON}, {"answer"}),
        (
            {
                "state": TicketState.WAITING_CITIZEN,
                "first_reply_at": NOON,
                "offered_to_id": 2,
            },
            {"dispatch", "answer"},
        ),
        ({"state": TicketState.RESOLVED}, set()),
        ({"state": TicketState.CLOSED}, set()),
        ({"state": TicketState.CLAIMED, "kf_account": "kf1"}, set()),
    ],
)
def test_which_clocks_run(changes, running):
    """Of the rest nobody is late with anything."""
    now = replace(ticket(TicketState.WAITING, **DUE), **changes)
    assert {str(clock) for clock in now.running} == running
    is_late = now.is_overdue(NOON + timedelta(days=30))
    assert is_late == bool(running)
    due = [now.due_of(TicketClock(clock)) for clock in running]
    assert now.due_at == min(due, default=None)
