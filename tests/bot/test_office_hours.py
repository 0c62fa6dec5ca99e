"""When somebody is at the desk."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from bot.office_hours import is_open

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
