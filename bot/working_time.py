"""Counting in working time: shifts, lunch, weekends, holidays and 调休.

Pure: no clock, no storage. Moments are aware; days are Beijing's; results are UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone

from .holidays import DayKind, StatutoryDays
from .shifts import DAY_MINUTES, Shifts, WorkingWeek

#: China has one time zone and no summer time; a fixed offset needs no tz database.
BEIJING = timezone(timedelta(hours=8), "Beijing")
_DAY = timedelta(days=1)
_NONE = timedelta()


@dataclass(frozen=True)
class WorkingCalendar:
    """When an office is on duty.

    Every method raises ValueError for a naive moment, and UnknownYearError where
    the count meets a year whose holidays are not known.
    """

    week: WorkingWeek
    statutory: StatutoryDays

    def is_working(self, at: datetime) -> bool:
        """Tell whether somebody is on duty: from a shift's first moment to its end."""
        at = _aware(at)
        return any(start <= at < end for start, end in self._spans(_day_of(at)))

    def next_opening(self, at: datetime) -> datetime:
        """Return the first moment from ``at`` on with somebody on duty."""
        at = _aware(at)
        return next(max(start, at) for start, end in self._spans_from(at) if end > at)

    def add(self, start: datetime, working: timedelta) -> datetime:
        """Return the first moment by which this much working time has passed.

        So 3½ hours from an opening at 8:30 end with the morning, at 12:00 and not
        after lunch; and no time at all ends at once, also outside working time.

        Raises:
            ValueError: If ``working`` is negative.
        """
        at = _aware(start)
        if working < _NONE:
            raise ValueError(f"working time cannot be negative: {working}")
        if working == _NONE:
            return at
        left = working
        for opens, closes in self._spans_from(at):
            begins = max(opens, at)
            if left <= closes - begins:
                return begins + left
            left -= max(closes - begins, _NONE)
        raise AssertionError("a week without shifts")  # pragma: no cover

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time from one moment to another.

        Raises:
            ValueError: If the end lies before the start.
        """
        start, end = _aware(start), _aware(end)
        if end < start:
            raise ValueError(f"{end} lies before {start}")
        passed = _NONE
        day = _day_of(start)
        while day <= _day_of(end):
            for opens, closes in self._spans(day):
                passed += max(min(closes, end) - max(opens, start), _NONE)
            day += _DAY
        return passed

    def add_days(self, start: datetime, days: int) -> datetime:
        """Return the end of a term of calendar days.

        The day of the start does not count. A term that would end on a weekend or
        a holiday ends on the working day after it, and with that day's business.

        Args:
            start: When the term began.
            days: At least 1.

        Raises:
            ValueError: If ``days`` is less than 1.

        Source:
            民法典 articles 201 and 203.
        """
        if days < 1:
            raise ValueError(f"a term has at least one day, got {days}")
        day = _day_of(_aware(start)) + timedelta(days=days)
        while not self.statutory.is_workday(day):
            day += _DAY
        return self._close_of(day)

    def add_working_days(self, start: datetime, days: int) -> datetime:
        """Return the end of a term of 工作日: working days by law, whoever is on duty.

        Counted as ``add_days``, but with working days only.

        Raises:
            ValueError: If ``days`` is less than 1.
        """
        if days < 1:
            raise ValueError(f"a term has at least one day, got {days}")
        day = _day_of(_aware(start))
        left = days
        while left:
            day += _DAY
            left -= self.statutory.is_workday(day)
        return self._close_of(day)

    def whole_days(self) -> WorkingCalendar:
        """Return the calendar in which a day with duty counts whole."""
        return WorkingCalendar(self.week.whole_days(), self.statutory)

    def by_weekday(self) -> WorkingCalendar:
        """Return the calendar without holidays, which so knows all years."""
        return WorkingCalendar(self.week.by_weekday(), self.statutory)

    def _shifts(self, day: date) -> Shifts:
        usual = self.week.days[day.weekday()]
        if not (self.week.needs_holidays or self.statutory.is_changed(day)):
            return usual
        kind = self.statutory.find_kind(day)
        if kind is DayKind.CLOSED:
            return ()
        if kind is DayKind.MAKE_UP and self.week.make_up is not None:
            return self.week.make_up
        if kind is DayKind.HOLIDAY and self.week.holiday is not None:
            return self.week.holiday
        return usual

    def _spans(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """Yield the shifts of a day, in order, as moments in UTC."""
        for shift in self._shifts(day):
            yield _moment(day, shift.start), _moment(day, shift.end)

    def _spans_from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield shifts from the day of ``at`` on; ends only with an unknown year."""
        day = _day_of(at)
        while True:
            yield from self._spans(day)
            day += _DAY

    def _close_of(self, day: date) -> datetime:
        """Return when a day's business ends; its midnight if nobody is on duty."""
        shifts = self._shifts(day)
        return _moment(day, shifts[-1].end if shifts else DAY_MINUTES)


def start_of_day(day: date) -> datetime:
    """Return the midnight with which a day of Beijing's begins."""
    return datetime.combine(day, time(), BEIJING).astimezone(UTC)


def _moment(day: date, minutes: int) -> datetime:
    return start_of_day(day) + timedelta(minutes=minutes)


def _day_of(at: datetime) -> date:
    return at.astimezone(BEIJING).date()


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"a moment without a time zone: {at}")
    return at.astimezone(UTC)
