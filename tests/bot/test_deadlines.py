"""Due times are those of the norms, counted as an independent walk counts them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from bot import UnknownYearError, make_calendar
from bot.deadlines import LIMITS, DueTimes, Limit, Limits, Pace, Urgency, due_times
from tests.bot.minute_walker import BEIJING, OFFICES, MinuteWalker

LUNCH = "工作日 8:30–12:00，13:30–17:30"
CASES_EACH = 60

#: Round which the cases lie: 国庆 and 春节 with 调休, and ordinary weeks.
SEASONS = (
    (date(2025, 9, 24), 18),
    (date(2026, 9, 16), 26),
    (date(2025, 1, 22), 18),
    (date(2026, 2, 10), 20),
    (date(2026, 3, 2), 240),
)


def beijing(text: str) -> datetime:
    """Read "2026-10-08 8:30"."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=BEIJING)


@pytest.fixture(scope="module")
def tally() -> Iterator[Counter[str]]:
    """How many cases equalled the walk; shown with pytest -s."""
    counts: Counter[str] = Counter()
    yield counts
    told = ", ".join(f"{name} {count:,}" for name, count in counts.items())
    print(f"\ncases equal to the walk: {told}")  # noqa: T201 - what the issue asks for


def walk(urgency: Urgency, start: datetime, walker: MinuteWalker) -> DueTimes:
    """Count the norms' figures (service-norms S1, S5), typed here once more."""
    minute = timedelta(minutes=1)
    if urgency == "critical":
        return DueTimes(start + 3 * minute, start + 60 * minute, start + 120 * minute)
    first = walker.add(start, 3)
    if urgency == "urgent":
        return DueTimes(first, start + 120 * minute, start + 1440 * minute)
    days = {"normal": 7, "complex": 15}[urgency]
    dispatch = walker.add_on_duty_days(start, 1440)
    return DueTimes(first, dispatch, walker.add_days(start, days))


@pytest.mark.parametrize("hours", OFFICES)
def test_due_times_equal_the_walk(hours, tally):
    """All four urgencies, across lunch, weekends, 国庆 and 春节 with 调休."""
    calendar, walker = make_calendar(hours), OFFICES[hours]
    chance = random.Random(hours)
    for first, days in SEASONS:
        for _ in range(CASES_EACH):
            day = first + timedelta(days=chance.randrange(days))
            minute = timedelta(minutes=chance.randrange(1440))
            start = datetime(day.year, day.month, day.day, tzinfo=BEIJING) + minute
            for urgency in Urgency:
                due = due_times(urgency, start, calendar)
                assert due == walk(urgency, start, walker), (urgency, start)
                tally[f"{urgency}, three clocks each,"] += 1


@pytest.mark.parametrize(
    ("urgency", "first_reply", "dispatch", "answer"),
    [
        ("critical", "2026-09-30 17:31", "2026-09-30 18:28", "2026-09-30 19:28"),
        ("urgent", "2026-10-08 8:31", "2026-09-30 19:28", "2026-10-01 17:28"),
        # 24 h of days with duty: up to midnight, and then from the 8th's midnight.
        ("normal", "2026-10-08 8:31", "2026-10-08 17:28", "2026-10-08 17:30"),
        ("complex", "2026-10-08 8:31", "2026-10-08 17:28", "2026-10-15 17:30"),
    ],
)
def test_the_last_minutes_before_a_holiday(urgency, first_reply, dispatch, answer):
    """Handed over at 17:28 on the eve of 国庆: life waits for nobody, a form does."""
    start = beijing("2026-09-30 17:28")
    due = due_times(Urgency(urgency), start, make_calendar(LUNCH))
    wanted = DueTimes(*map(beijing, (first_reply, dispatch, answer)))
    assert due == wanted
    assert {at.tzinfo for at in (due.first_reply, due.dispatch, due.answer)} == {UTC}


@pytest.mark.parametrize("urgency", Urgency)
def test_limits_are_in_order(urgency):
    """A first word comes before the dispatch, and that before the answer."""
    start = beijing("2026-11-23 9:00")
    due = due_times(urgency, start, make_calendar(LUNCH))
    assert start < due.first_reply < due.dispatch < due.answer


def test_the_more_urgent_is_due_first():
    """Each clock of a level runs out no later than that of the next."""
    start = beijing("2026-11-23 9:00")
    levels = [due_times(urgency, start, make_calendar(LUNCH)) for urgency in Urgency]
    for clock in ("first_reply", "dispatch", "answer"):
        times = [getattr(due, clock) for due in levels]
        assert times == sorted(times)


def test_an_office_may_have_its_own_table():
    """The figures are data."""
    two_hours = Limit(timedelta(hours=2), Pace.ON_DUTY)
    table = {**LIMITS, Urgency.NORMAL: Limits(two_hours, two_hours, two_hours)}
    start = beijing("2026-11-23 11:00")
    due = due_times(Urgency.NORMAL, start, make_calendar(LUNCH), table)
    assert due.answer == beijing("2026-11-23 14:30")


def test_life_and_safety_need_no_table_of_holidays():
    """In an unknown year the others are an error, and never a guess."""
    start = beijing("2027-01-02 3:00")
    due = due_times(Urgency.CRITICAL, start, make_calendar(LUNCH))
    assert due.answer == beijing("2027-01-02 5:00")
    for urgency in (Urgency.URGENT, Urgency.NORMAL, Urgency.COMPLEX):
        with pytest.raises(UnknownYearError, match="2027"):
            due_times(urgency, start, make_calendar(LUNCH))


def test_naive_moments_are_refused():
    """They would shift by eight hours."""
    naive = datetime(2026, 11, 23, 9, 0)  # noqa: DTZ001
    for urgency in Urgency:
        with pytest.raises(ValueError, match="time zone"):
            due_times(urgency, naive, make_calendar(LUNCH))


def test_any_time_zone_gives_the_same():
    """Beijing's days count, wherever the moment was taken."""
    start = beijing("2026-11-23 9:00")
    elsewhere = start.astimezone(timezone(timedelta(hours=-9)))
    calendar = make_calendar(LUNCH)
    for urgency in Urgency:
        same = due_times(urgency, elsewhere, calendar)
        assert same == due_times(urgency, start, calendar)
