"""Clocks of a hand-over, also where the year's holidays are not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot import Channel, Ticket, TicketClock, TicketState, Urgency, make_calendar
from bot.clocks import (
    find_moment,
    is_on_duty,
    keep_earliest,
    measure_wait,
    set_clocks,
)
from bot.deadlines import due_times

#: Friday 10:00 in Beijing; Friday 17:29; and a year that nobody knows.
MORNING = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
EVENING = datetime(2026, 11, 20, 9, 29, tzinfo=UTC)
UNKNOWN = datetime(2031, 3, 5, 2, 0, tzinfo=UTC)
CALENDAR = make_calendar("工作日 8:30–12:00，13:30–17:30")


def ticket(urgency=Urgency.NORMAL):
    """Make a ticket without clocks."""
    waiting = TicketState.WAITING
    return Ticket(
        7, 1, waiting, Channel.WEB, "1", "", "", "", MORNING, MORNING, urgency=urgency
    )


@pytest.mark.parametrize("urgency", Urgency)
def test_clocks_are_the_deadlines(urgency):
    """Nothing is added to them here."""
    now = set_clocks(ticket(urgency), MORNING, CALENDAR)
    due = due_times(urgency, MORNING, CALENDAR)
    assert now.due_first_reply_at == due.first_reply
    assert now.due_dispatch_at == due.dispatch
    assert now.due_answer_at == due.answer


@pytest.mark.parametrize("urgency", Urgency)
def test_no_citizen_is_turned_away_for_a_missing_year(urgency):
    """The clocks are set by the weekday then, and none is later than the limit."""
    now = set_clocks(ticket(urgency), UNKNOWN, CALENDAR)
    assert UNKNOWN < now.due_first_reply_at <= UNKNOWN + timedelta(days=3)
    assert UNKNOWN < now.due_dispatch_at <= UNKNOWN + timedelta(days=4)
    assert UNKNOWN < now.due_answer_at <= UNKNOWN + timedelta(days=15)
    assert is_on_duty(UNKNOWN, CALENDAR)
    waited = measure_wait(UNKNOWN, UNKNOWN + timedelta(minutes=5), CALENDAR)
    assert waited == timedelta(minutes=5)
    soon = find_moment(now, TicketClock.ANSWER, UNKNOWN, 0.8, CALENDAR)
    assert UNKNOWN < soon < now.due_answer_at


def test_warnings_count_working_time():
    """Two of the three minutes lie before the weekend."""
    now = set_clocks(ticket(), EVENING, CALENDAR)
    moment = lambda share: find_moment(  # noqa: E731
        now, TicketClock.FIRST_REPLY, EVENING, share, CALENDAR
    )
    monday = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    assert moment(1) == now.due_first_reply_at == monday + timedelta(minutes=2)
    assert moment(0.8) == monday + timedelta(minutes=1, seconds=24)
    assert moment(2) == monday + timedelta(minutes=5)


def test_where_life_is_at_stake_the_night_counts():
    """Around the clock, so the warnings do too."""
    now = set_clocks(ticket(Urgency.CRITICAL), EVENING, CALENDAR)
    at = find_moment(now, TicketClock.ANSWER, EVENING, 2, CALENDAR)
    assert at == EVENING + timedelta(hours=4)


def test_a_clock_that_is_not_set_has_no_moment():
    """Tickets older than clocks."""
    for share in (0.8, 1, 2):
        at = find_moment(ticket(), TicketClock.ANSWER, MORNING, share, CALENDAR)
        assert at is None


def test_the_earliest_clock_is_kept():
    """Each by itself; a clock that was not set does not win."""
    early = set_clocks(ticket(), MORNING, CALENDAR)
    crisis = set_clocks(ticket(Urgency.CRITICAL), EVENING, CALENDAR)
    both = keep_earliest(crisis, early)
    assert both.due_first_reply_at == early.due_first_reply_at
    assert both.due_answer_at == crisis.due_answer_at
    unset = replace(early, due_dispatch_at=None)
    assert keep_earliest(crisis, unset).due_dispatch_at == crisis.due_dispatch_at
