"""When somebody is at the desk."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from bot import YearPlan
from bot.office_hours import find_opening, is_open, tell_opening

BEIJING = timezone(timedelta(hours=8))
FRIDAY, SATURDAY = 20, 21


@pytest.mark.parametrize(
    ("hours", "day", "clock", "expected"),
    [
        ("工作日 8:30–17:30", FRIDAY, "8:29", False),
        ("工作日 8:30–17:30", FRIDAY, "8:30", True),
        ("工作日 8:30–17:30", FRIDAY, "17:30", False),
        ("工作日 8:30–17:30", SATURDAY, "10:00", False),
        ("周一至周五 8:30-12:00，13:30-17:00", FRIDAY, "12:30", False),
        ("周一至周五 8:30-12:00，13:30-17:00", FRIDAY, "13:30", True),
        ("每天 9：00至21：00", SATURDAY, "20:00", True),
        ("0:00–24:00", SATURDAY, "23:58", True),
        ("全天", SATURDAY, "3:00", True),
    ],
)
def test_hours_as_citizens_read_them(hours, day, clock, expected):
    """Both kinds of dashes and colons; weekends where they are off."""
    hour, minute = map(int, clock.split(":"))
    now = datetime(2026, 11, day, hour, minute, tzinfo=BEIJING)
    assert is_open(hours, now) is expected


def at(text: str) -> datetime:
    """Read "2026-10-08 8:30", Beijing."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("hours", "now", "expected"),
    [
        ("工作日 8:30–17:30", "2026-10-02 10:00", False),
        ("周一至周五 8:30–17:30", "2026-10-02 10:00", False),
        ("每天 8:30–17:30", "2026-10-02 10:00", True),
        ("工作日 8:30–17:30", "2026-10-10 10:00", True),
        ("周一至周五 8:30–12:00；周六 9:00–10:00", "2026-10-10 11:00", True),
        ("周一至周五 8:30–12:00；周六 9:00–10:00", "2026-10-17 11:00", False),
        ("周一至周五 8:30–12:00；周六 9:00–10:00", "2026-10-17 9:30", True),
        # Nobody has told 2027's holidays: the weekday decides.
        ("工作日 8:30–17:30", "2027-01-01 10:00", True),
        ("工作日 8:30–17:30", "2027-01-02 10:00", False),
    ],
)
def test_holidays_and_worked_weekends(hours, now, expected):
    """国庆 2026: Friday the 2nd is off, Saturday the 10th is worked."""
    assert is_open(hours, at(now)) is expected


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("2026-11-23 7:00", "今天 8:30"),
        ("2026-11-23 12:15", "今天 13:30"),
        ("2026-11-23 18:00", "11月24日（周二）8:30"),
        ("2026-11-20 18:00", "11月23日（周一）8:30"),
        ("2026-09-30 18:00", "10月8日（周四）8:30"),
        ("2026-10-09 18:00", "10月10日（周六）8:30"),
        ("2026-02-14 18:00", "2月24日（周二）8:30"),
        ("2025-12-31 18:00", "2026年1月4日（周日）8:30"),
    ],
)
def test_when_somebody_is_there_next(now, told):
    """As a citizen reads it."""
    opening = find_opening("工作日 8:30–12:00，13:30–17:30", at(now))
    assert opening is not None
    assert tell_opening(opening, at(now)) == told


def test_no_day_is_promised_that_nobody_announced():
    """At the year's end without the next plan; with it, there is one."""
    hours, now = "工作日 8:30–17:30", at("2026-12-31 18:00")
    assert find_opening(hours, now) is None
    plan = YearPlan(2027, frozenset({date(2027, 1, 1)}), frozenset({date(2027, 1, 3)}))
    assert find_opening(hours, now, (plan,)) == at("2027-01-03 8:30")
    assert find_opening("每天 8:30–17:30", now) == at("2027-01-01 8:30")
