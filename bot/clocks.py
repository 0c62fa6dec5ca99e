"""By when a hand-over is due, also in a year whose holidays nobody knows. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeAlias

from .deadlines import LIMITS, Limit, Pace
from .errors import UnknownYearError
from .office_hours import make_calendar
from .settings import AnswerSettings
from .types import Ticket, TicketClock
from .working_time import WorkingCalendar

#: Of the office; asked anew each time, because staff may change its days.
GetCalendar: TypeAlias = Callable[[], WorkingCalendar]


def get_usual_calendar() -> WorkingCalendar:
    """Return the calendar of an office that has set no hours of its own."""
    return make_calendar(AnswerSettings().hours)


def set_clocks(ticket: Ticket, start: datetime, calendar: WorkingCalendar) -> Ticket:
    """Return the ticket with what its urgency allows, counted from ``start``."""
    limits = LIMITS[ticket.urgency]
    return replace(
        ticket,
        due_first_reply_at=_end(limits.first_reply, start, calendar),
        due_dispatch_at=_end(limits.dispatch, start, calendar),
        due_answer_at=_end(limits.answer, start, calendar),
    )


def keep_earliest(ticket: Ticket, before: Ticket) -> Ticket:
    """Return the ticket with no clock later than it was before."""
    return replace(
        ticket,
        due_first_reply_at=_earlier(
            ticket.due_first_reply_at, before.due_first_reply_at
        ),
        due_dispatch_at=_earlier(ticket.due_dispatch_at, before.due_dispatch_at),
        due_answer_at=_earlier(ticket.due_answer_at, before.due_answer_at),
    )


def find_moment(
    ticket: Ticket,
    clock: TicketClock,
    start: datetime,
    share: float,
    calendar: WorkingCalendar,
) -> datetime | None:
    """Return when a share of the time for something has passed, in working time.

    Args:
        ticket: Its clocks are set.
        clock: Which one.
        start: When the clock began.
        share: 1 is the due time; 0.8 before it, 2 after.
        calendar: Of the office.

    Returns:
        None if this clock is not set.
    """
    due = ticket.due_of(clock)
    if due is None or share == 1:
        return due
    limits = LIMITS[ticket.urgency]
    if getattr(limits, clock).pace is Pace.AROUND_THE_CLOCK or due <= start:
        return start + (due - start) * share
    try:
        return calendar.add(start, calendar.between(start, due) * share)
    except UnknownYearError:
        usual = calendar.by_weekday()
        return usual.add(start, usual.between(start, due) * share)


def measure_wait(
    start: datetime, end: datetime, calendar: WorkingCalendar
) -> timedelta:
    """Return the working time from one moment to another."""
    try:
        return calendar.between(start, end)
    except UnknownYearError:
        return calendar.by_weekday().between(start, end)


def is_on_duty(at: datetime, calendar: WorkingCalendar) -> bool:
    """Tell whether somebody is on duty; by the weekday where no more is known."""
    try:
        return calendar.is_working(at)
    except UnknownYearError:
        return calendar.by_weekday().is_working(at)


def _end(limit: Limit, start: datetime, calendar: WorkingCalendar) -> datetime:
    """Return when a limit is reached; rather too early than none.

    That the year is missing is an alarm of its own; a citizen is not turned away
    for it.
    """
    try:
        return limit.end(start, calendar)
    except UnknownYearError:
        if limit.pace is Pace.CALENDAR_DAYS:
            return start + limit.amount
        return limit.end(start, calendar.by_weekday())


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)
