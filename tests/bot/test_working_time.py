"""Working time equals a walk along every minute, and its edges are where we say."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import UnknownYearError, YearPlan, make_calendar
from bot.holidays import StatutoryDays
from bot.shifts import Shift, WorkingWeek
from bot.working_time import WorkingCalendar
from tests.bot.minute_walker import (
    BEIJING,
    DAYS_ON,
    FIRST,
    LAST,
    OFFICES,
    is_off,
    is_workday,
)

LUNCH = "工作日 8:30–12:00，13:30–17:30"
SATURDAYS = "周一至周五 8:30–12:00，14:00–17:30；周六 9:00–12:00"
ALWAYS = "每天 0:00–24:00"

#: Where counting is hard: the days around each, in Beijing.
SEASONS = {
    "国庆 2025": (date(2025, 9, 26), date(2025, 10, 12)),
    "国庆 2026": (date(2026, 9, 18), date(2026, 10, 11)),
    "春节 2025": (date(2025, 1, 24), date(2025, 2, 9)),
    "春节 2026": (date(2026, 2, 12), date(2026, 3, 1)),
    "元旦 2026": (date(2025, 12, 27), date(2026, 1, 5)),
    "any time": (FIRST, date(2026, 11, 20)),
}
CASES_EACH = 200

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


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


def starts(hours: str) -> Iterator[tuple[str, datetime, random.Random]]:
    """Yield seeded starts: in all seasons, half of them at a shift's very edges."""
    chance = random.Random(hours)
    for season, (first, last) in SEASONS.items():
        for number in range(CASES_EACH):
            day = first + timedelta(days=chance.randrange((last - first).days + 1))
            minute = chance.randrange(1440)
            if number % 2:
                edge = chance.choice((510, 720, 810, 840, 1050, 540, 0))
                minute = (edge + chance.choice((-1, 0, 1))) % 1440
            at = datetime(day.year, day.month, day.day, tzinfo=BEIJING)
            yield season, at + minute * MINUTE, chance


@pytest.mark.parametrize("hours", OFFICES)
def test_adding_equals_the_walk(hours, tally):
    """Lunch, weekends, 国庆 and 春节 with 调休, for six kinds of offices."""
    calendar, walker = make_calendar(hours), OFFICES[hours]
    for season, start, chance in starts(hours):
        minutes = chance.choice((1, 3, 60, 120, 210, 450, chance.randrange(1, 4800)))
        due = calendar.add(start, minutes * MINUTE)
        assert due == walker.add(start, minutes), (start, minutes)
        assert calendar.between(start, due) == minutes * MINUTE
        tally["add"] += 1
        tally[f"add in {season}"] += 1


@pytest.mark.parametrize("hours", OFFICES)
def test_counting_between_equals_the_walk(hours, tally):
    """From a minute to 20 days."""
    calendar, walker = make_calendar(hours), OFFICES[hours]
    for _, start, chance in starts(hours):
        end = start + chance.choice((0, 1, 90, 1440, chance.randrange(28800))) * MINUTE
        found = calendar.between(start, end)
        assert found == walker.between(start, end) * MINUTE, (start, end)
        tally["between"] += 1


@pytest.mark.parametrize("hours", OFFICES)
def test_openings_equal_the_walk(hours, tally):
    """Both whether somebody is there, and when next; to the second."""
    calendar, walker = make_calendar(hours), OFFICES[hours]
    for _, start, chance in starts(hours):
        at = start + timedelta(seconds=chance.choice((0, 0, 1, 59)))
        assert calendar.is_working(at) == walker.is_working(at), at
        assert calendar.next_opening(at) == walker.next_opening(at), at
        tally["is_working"] += 1
        tally["next_opening"] += 1


@pytest.mark.parametrize("hours", OFFICES)
def test_terms_of_days_equal_the_walk(hours, tally):
    """Calendar days and working days, with the close of the last day."""
    calendar, walker = make_calendar(hours), OFFICES[hours]
    for _, start, chance in starts(hours):
        days = chance.choice((1, 5, 7, 15, chance.randrange(1, 21)))
        assert calendar.add_days(start, days) == walker.add_days(start, days)
        found = calendar.add_working_days(start, days)
        assert found == walker.add_working_days(start, days), (start, days)
        tally["add_days"] += 1
        tally["add_working_days"] += 1


def test_library_equals_the_notices(tally):
    """Every day of both years, and the eleven weekends that are worked."""
    statutory = StatutoryDays()
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    assert [statutory.is_workday(day) for day in days] == list(map(is_workday, days))
    assert sum(day.weekday() >= 5 and is_workday(day) for day in days) == len(DAYS_ON)
    assert sum(map(is_off, days)) == 28 + 33
    tally["days of the library"] += len(days)


@pytest.mark.parametrize(
    ("start", "working", "due"),
    [
        ("2026-11-23 12:30", HOUR, "2026-11-23 14:30"),  # inside lunch
        ("2026-11-23 11:30", HOUR, "2026-11-23 14:00"),  # across lunch
        ("2026-11-23 8:30", 3.5 * HOUR, "2026-11-23 12:00"),  # with the morning
        ("2026-11-23 12:00", MINUTE, "2026-11-23 13:31"),  # from the very close
        ("2026-11-20 17:30", MINUTE, "2026-11-23 8:31"),  # from Friday's close
        ("2026-11-20 17:29", MINUTE, "2026-11-20 17:30"),  # up to Friday's close
        ("2026-09-30 17:00", HOUR, "2026-10-08 9:00"),  # across 国庆
        ("2026-10-09 17:00", HOUR, "2026-10-10 9:00"),  # into a worked Saturday
        ("2026-02-14 17:00", HOUR, "2026-02-24 9:00"),  # across 春节
        ("2025-12-31 17:00", HOUR, "2026-01-04 9:00"),  # across the year's end
    ],
)
def test_adding_by_example(start, working, due):
    """So that a person can check it without the oracle."""
    found = make_calendar(LUNCH).add(beijing(start), working)
    assert found == beijing(due)
    assert found.tzinfo is UTC


def test_no_time_at_all_ends_at_once():
    """Also where nobody is on duty."""
    for at in ("2026-11-23 9:00", "2026-11-23 12:30", "2026-10-03 9:00"):
        assert make_calendar(LUNCH).add(beijing(at), timedelta()) == beijing(at)
        assert make_calendar(LUNCH).between(beijing(at), beijing(at)) == timedelta()


def test_closing_second_is_no_longer_duty():
    """The end of a shift lies outside it; a microsecond before lies inside."""
    calendar, close = make_calendar(LUNCH), beijing("2026-11-23 17:30")
    assert not calendar.is_working(close)
    assert calendar.is_working(close - timedelta(microseconds=1))
    assert calendar.next_opening(close) == beijing("2026-11-24 8:30")
    before = close - timedelta(microseconds=1)
    assert calendar.next_opening(before) == before


def test_day_and_night_shifts_are_plain_time():
    """An office that never closes needs no table of holidays, in any year."""
    calendar, start = make_calendar(ALWAYS), beijing("2031-10-01 3:07")
    assert calendar.add(start, 100 * HOUR) == start + 100 * HOUR
    assert calendar.between(start, start + 100 * HOUR) == 100 * HOUR
    assert calendar.next_opening(start) == start


def test_saturday_has_its_own_shift_unless_it_is_worked_or_off():
    """Short by itself, whole by 调休, none within a holiday."""
    calendar = make_calendar(SATURDAYS)

    def staffed(day: str) -> timedelta:
        start = beijing(f"{day} 0:00")
        return calendar.between(start, start + 24 * HOUR)

    assert staffed("2026-11-21") == 3 * HOUR
    assert staffed("2026-10-10") == 7 * HOUR
    assert staffed("2026-10-03") == timedelta()
    assert staffed("2026-11-22") == timedelta()


def test_days_are_counted_by_law():
    """The first does not count; a last one on a day off moves; the close ends it."""
    calendar = make_calendar(LUNCH)
    friday = beijing("2026-11-20 9:00")
    assert calendar.add_days(friday, 1) == beijing("2026-11-23 17:30")
    assert calendar.add_working_days(friday, 1) == beijing("2026-11-23 17:30")
    eve = beijing("2026-09-30 20:00")
    assert calendar.add_days(eve, 7) == beijing("2026-10-08 17:30")
    assert calendar.add_working_days(eve, 5) == beijing("2026-10-13 17:30")


def test_years_end_waits_for_the_next_plan():
    """29 December was worked, and 30 and 31 off, for the New Year of 2019."""
    calendar = make_calendar(LUNCH)
    monday = beijing("2026-12-28 17:00")
    assert calendar.add(monday, 0.5 * HOUR) == beijing("2026-12-28 17:30")
    for count in (
        lambda: calendar.is_working(beijing("2026-12-29 9:00")),
        lambda: calendar.next_opening(beijing("2026-12-28 18:00")),
        lambda: calendar.add(monday, HOUR),
        lambda: calendar.between(monday, beijing("2027-01-05 9:00")),
        lambda: calendar.add_days(monday, 7),
        lambda: calendar.add_working_days(monday, 5),
    ):
        with pytest.raises(UnknownYearError, match="2027") as caught:
            count()
        assert caught.value.year == 2027
        assert "office.holidays" in str(caught.value)


def test_years_before_the_first_plan_are_unknown():
    """Not only the future is."""
    with pytest.raises(UnknownYearError, match="1999"):
        make_calendar(LUNCH).is_working(beijing("1999-06-01 9:00"))


def test_what_staff_wrote_down_comes_first():
    """A new year is known then, and a known one is theirs as a whole."""
    mine = YearPlan(
        2027,
        frozenset({date(2026, 12, 31), date(2027, 1, 1)}),
        frozenset({date(2027, 1, 2)}),
    )
    calendar = make_calendar(LUNCH, (mine,))
    assert calendar.is_working(beijing("2026-12-30 9:00"))
    assert calendar.next_opening(beijing("2026-12-30 18:00")) == beijing(
        "2027-01-02 8:30"
    )
    local = YearPlan(2026, frozenset({date(2026, 11, 23)}), frozenset())
    changed = make_calendar(LUNCH, (local,))
    assert not changed.is_working(beijing("2026-11-23 9:00"))
    assert changed.is_working(beijing("2026-10-02 9:00"))


def test_without_holidays_every_year_is_known():
    """The weekday decides where nothing better is known."""
    calendar = make_calendar(LUNCH).by_weekday()
    assert calendar.is_working(beijing("2031-10-01 9:00"))
    assert not calendar.is_working(beijing("2026-10-10 9:00"))


def test_nonsense_is_refused():
    """Naive moments, time backwards, terms of no day."""
    calendar, at = make_calendar(LUNCH), beijing("2026-11-23 9:00")
    naive = datetime(2026, 11, 23, 9, 0)  # noqa: DTZ001
    for wrong in (
        lambda: calendar.is_working(naive),
        lambda: calendar.next_opening(naive),
        lambda: calendar.add(naive, HOUR),
        lambda: calendar.add(at, -HOUR),
        lambda: calendar.between(at, at - HOUR),
        lambda: calendar.add_days(at, 0),
        lambda: calendar.add_working_days(at, 0),
    ):
        with pytest.raises(ValueError):
            wrong()


@st.composite
def _shifts(draw: st.DrawFn) -> tuple[Shift, ...]:
    edges = draw(
        st.lists(st.integers(0, 1440), unique=True, max_size=6).map(
            lambda found: sorted(found)[: len(found) // 2 * 2]
        )
    )
    return tuple(Shift(*pair) for pair in zip(edges[::2], edges[1::2], strict=True))


_WEEKS = st.builds(
    WorkingWeek,
    st.tuples(*[_shifts()] * 7).filter(any),
    st.none() | _shifts(),
    st.none() | _shifts(),
)
_MOMENTS = st.datetimes(
    datetime(2025, 1, 1),  # noqa: DTZ001
    datetime(2026, 9, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@settings(max_examples=500, deadline=None)
@given(_WEEKS, _MOMENTS, st.timedeltas(timedelta(0), timedelta(hours=8)))
def test_any_week_keeps_its_promises(week, start, working):
    """Adding ends at the first moment at which so much was counted."""
    calendar = WorkingCalendar(week, StatutoryDays())
    due = calendar.add(start, working)
    assert calendar.between(start, due) == working
    if working:
        before = due - timedelta(microseconds=1)
        assert calendar.between(start, before) < working
        assert calendar.is_working(before)
    opening = calendar.next_opening(start)
    assert calendar.is_working(opening)
    assert calendar.between(start, opening) == timedelta()
