"""An oracle for working time: a table of every minute, and a walk along it.

Shares nothing with the program: its own table of days off, typed from the State
Council's notices 国办发明电〔2024〕12号 (2025) and of 2025-11-04 (2026), and no
arithmetic but stepping to the next minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone

BEIJING = timezone(timedelta(hours=8))

#: First and last day of each holiday.
DAYS_OFF = (
    ("2025-01-01", "2025-01-01"),
    ("2025-01-28", "2025-02-04"),
    ("2025-04-04", "2025-04-06"),
    ("2025-05-01", "2025-05-05"),
    ("2025-05-31", "2025-06-02"),
    ("2025-10-01", "2025-10-08"),
    ("2026-01-01", "2026-01-03"),
    ("2026-02-15", "2026-02-23"),
    ("2026-04-04", "2026-04-06"),
    ("2026-05-01", "2026-05-05"),
    ("2026-06-19", "2026-06-21"),
    ("2026-09-25", "2026-09-27"),
    ("2026-10-01", "2026-10-07"),
)

#: Weekends that are worked.
DAYS_ON = frozenset(
    {
        *("2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"),
        *("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20"),
        "2026-10-10",
    }
)

FIRST, LAST = date(2025, 1, 1), date(2026, 12, 28)

#: A day's shifts as people say them: "8:30-12:00 13:30-17:30".
Spans = str


def is_off(day: date) -> bool:
    """Tell whether a day is a holiday."""
    return any(first <= day.isoformat() <= last for first, last in DAYS_OFF)


def is_made_up(day: date) -> bool:
    """Tell whether a weekend day is worked."""
    return day.isoformat() in DAYS_ON


def is_workday(day: date) -> bool:
    """Tell whether a day is a 工作日."""
    return is_made_up(day) or (day.weekday() < 5 and not is_off(day))


class MinuteWalker:
    """Every minute of 2025 and 2026 of one office, worked (1) or not (0)."""

    def __init__(
        self, week: Sequence[Spans], *, made_up: Spans | None, off: Spans | None
    ) -> None:
        """Fill the table.

        Args:
            week: Monday to Sunday.
            made_up: On weekends that are worked; None = as on that weekday.
            off: On holidays; None = as on that weekday.
        """
        self._minutes = bytearray()
        self._staffed: list[bool] = []
        day = FIRST
        while day <= LAST:
            spans = week[day.weekday()]
            if is_off(day) and off is not None:
                spans = off
            if is_made_up(day) and made_up is not None:
                spans = made_up
            self._minutes += _paint(spans)
            self._staffed.append(bool(spans))
            day += timedelta(days=1)

    def is_working(self, at: datetime) -> bool:
        """Look the minute up."""
        return bool(self._minutes[_index(at)])

    def next_opening(self, at: datetime) -> datetime:
        """Walk to the first worked minute."""
        place, passed = _index(at), at - _moment(_index(at))
        if self._minutes[place]:
            return _moment(place) + passed
        while not self._minutes[place]:
            place += 1
        return _moment(place)

    def add(self, start: datetime, minutes: int) -> datetime:
        """Walk until so many minutes were worked; the start is a whole minute."""
        place = _index(start)
        while minutes:
            minutes -= self._minutes[place]
            place += 1
        return _moment(place)

    def between(self, start: datetime, end: datetime) -> int:
        """Count the worked minutes between two whole minutes."""
        return sum(self._minutes[_index(start) : _index(end)])

    def add_on_duty_days(self, start: datetime, minutes: int) -> datetime:
        """Walk until so many minutes of days with any shift have passed."""
        place = _index(start)
        while minutes:
            minutes -= self._staffed[place // 1440]
            place += 1
        return _moment(place)

    def close_of(self, day: date) -> datetime:
        """Walk back from midnight to the end of the day's last worked minute."""
        midnight = (day - FIRST).days * 1440
        for place in range(midnight + 1439, midnight - 1, -1):
            if self._minutes[place]:
                return _moment(place + 1)
        return _moment(midnight + 1440)

    def add_days(self, start: datetime, days: int) -> datetime:
        """Walk so many days on, then to a 工作日, and take its close."""
        day = start.astimezone(BEIJING).date()
        for _ in range(days):
            day += timedelta(days=1)
        while not is_workday(day):
            day += timedelta(days=1)
        return self.close_of(day)

    def add_working_days(self, start: datetime, days: int) -> datetime:
        """Walk until so many 工作日 were met after the first day."""
        day = start.astimezone(BEIJING).date()
        while days:
            day += timedelta(days=1)
            days -= is_workday(day)
        return self.close_of(day)


def _paint(spans: Spans) -> bytearray:
    day = bytearray(1440)
    for span in spans.split():
        (h1, m1), (h2, m2) = (map(int, clock.split(":")) for clock in span.split("-"))
        for minute in range(h1 * 60 + m1, h2 * 60 + m2):
            day[minute] = 1
    return day


def _index(at: datetime) -> int:
    since = at - datetime(2025, 1, 1, tzinfo=BEIJING)
    return since // timedelta(minutes=1)


def _moment(place: int) -> datetime:
    start = datetime(2025, 1, 1, tzinfo=BEIJING)
    return (start + timedelta(minutes=place)).astimezone(UTC)


_THREE_SHIFTS = (
    "工作日 8:00–11:30，13:30–17:00，18:00–20:00；周末 9:00–11:00；节假日 9:00–10:00"
)

#: The hours as an office writes them, and the same typed for the walker.
OFFICES: dict[str, MinuteWalker] = {
    "工作日 8:30–12:00，13:30–17:30": MinuteWalker(
        [*["8:30-12:00 13:30-17:30"] * 5, "", ""],
        made_up="8:30-12:00 13:30-17:30",
        off="",
    ),
    "周一至周五 8:30–12:00，14:00–17:30；周六 9:00–12:00": MinuteWalker(
        [*["8:30-12:00 14:00-17:30"] * 5, "9:00-12:00", ""],
        made_up="8:30-12:00 14:00-17:30",
        off="",
    ),
    _THREE_SHIFTS: MinuteWalker(
        [*["8:00-11:30 13:30-17:00 18:00-20:00"] * 5, *["9:00-11:00"] * 2],
        made_up="8:00-11:30 13:30-17:00 18:00-20:00",
        off="9:00-10:00",
    ),
    "每天 9:00–17:00（周一闭馆）": MinuteWalker(
        ["", *["9:00-17:00"] * 6], made_up="9:00-17:00", off="9:00-17:00"
    ),
    "每天 0:00–24:00": MinuteWalker(["0:00-24:00"] * 7, made_up=None, off=None),
    "工作日全天": MinuteWalker(
        [*["0:00-24:00"] * 5, "", ""], made_up="0:00-24:00", off=""
    ),
}
