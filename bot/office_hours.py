"""Whether somebody is at the desk now, and when next, from the office's hours. Pure.

The hours are those that citizens read. Where the year's holidays are not known,
nothing is promised for a date.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from .errors import UnknownYearError
from .holidays import ChangedDays, StatutoryDays, YearPlan
from .shifts import parse_hours
from .working_time import BEIJING, WorkingCalendar


@lru_cache(maxsize=16)
def make_calendar(
    hours: str, plans: tuple[YearPlan, ...] = (), changed: ChangedDays = ()
) -> WorkingCalendar:
    """Return the calendar of an office.

    Args:
        hours: As citizens read them; see ``parse_hours``.
        plans: Years that staff wrote down, in place of the library's.
        changed: Days that the office set against the plan.

    Raises:
        HoursError: If the hours cannot be read.
    """
    return WorkingCalendar(parse_hours(hours), StatutoryDays(plans, changed))


def is_open(
    hours: str,
    now: datetime,
    plans: tuple[YearPlan, ...] = (),
    changed: ChangedDays = (),
) -> bool:
    """Tell whether ``now`` lies within the hours.

    In a year whose holidays are not known, the weekday decides: the citizen may
    then wait longer than the queue says.

    Args:
        hours: As for ``make_calendar``; without a time they count as always open.
        now: Aware.
        plans: As for ``make_calendar``.
        changed: As for ``make_calendar``.

    Raises:
        HoursError: If the hours cannot be read.
    """
    calendar = make_calendar(hours, plans, changed)
    try:
        return calendar.is_working(now)
    except UnknownYearError:
        return calendar.by_weekday().is_working(now)


def find_opening(
    hours: str,
    now: datetime,
    plans: tuple[YearPlan, ...] = (),
    changed: ChangedDays = (),
) -> datetime | None:
    """Find when somebody is at the desk next; ``now`` if somebody is.

    None if that day cannot be promised: its year's holidays are not known.

    Args:
        hours: As for ``make_calendar``.
        now: Aware.
        plans: As for ``make_calendar``.
        changed: As for ``make_calendar``.

    Raises:
        HoursError: If the hours cannot be read.
    """
    try:
        return make_calendar(hours, plans, changed).next_opening(now)
    except UnknownYearError:
        return None


def tell_opening(at: datetime, now: datetime) -> str:
    """Return a moment as citizens read it: 11月23日（周一）8:30, or 今天 13:30.

    No 明天: the message may be read after midnight.
    """
    local, today = at.astimezone(BEIJING), now.astimezone(BEIJING).date()
    clock = f"{local.hour}:{local:%M}"
    if local.date() == today:
        return f"今天 {clock}"
    year = "" if local.year == today.year else f"{local.year}年"
    weekday = "一二三四五六日"[local.weekday()]
    return f"{year}{local.month}月{local.day}日（周{weekday}）{clock}"
