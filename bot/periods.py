"""Spans of days that figures are counted for, in Beijing's calendar. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from .working_time import start_of_day

#: Days that one asks for by hand at most: a leap year.
MAX_DAYS = 366

_DAY = timedelta(days=1)


class Span(StrEnum):
    """How long a period is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    #: From one day to another.
    CUSTOM = "custom"

    @property
    def label(self) -> str:
        """What people read, Chinese."""
        return _LABELS[self]


_LABELS = {
    Span.DAY: "日",
    Span.WEEK: "周",
    Span.MONTH: "月",
    Span.QUARTER: "季度",
    Span.CUSTOM: "自选",
}


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of Beijing, the first and the last included."""

    span: Span
    first: date
    last: date

    @property
    def since(self) -> datetime:
        """Its first moment, UTC."""
        return start_of_day(self.first)

    @property
    def until(self) -> datetime:
        """The first moment after it, UTC."""
        return start_of_day(self.last + _DAY)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def label(self) -> str:
        """How the period is called: 2026 年第 4 季度."""
        first = self.first
        if self.span is Span.MONTH:
            return f"{first.year} 年 {first.month} 月"
        if self.span is Span.QUARTER:
            return f"{first.year} 年第 {(first.month + 2) // 3} 季度"
        return _day(first) if self.days == 1 else f"{_day(first)}至{_day(self.last)}"

    def previous(self) -> Period:
        """Return the period of its kind before it."""
        before = self.first - _DAY
        if self.span is Span.CUSTOM:
            return Period(self.span, before - (self.days - 1) * _DAY, before)
        return make_period(self.span, before)

    def week_before(self) -> Period | None:
        """Return the same weekday of the week before; None if it is no single day."""
        if self.days != 1:
            return None
        day = self.first - 7 * _DAY
        return Period(Span.DAY, day, day)


def make_period(span: Span, day: date) -> Period:
    """Return the day, week (from Monday), month or quarter that a day lies in.

    Raises:
        ValueError: If the span is ``CUSTOM``: one day does not say how long it is.
    """
    if span is Span.DAY:
        return Period(span, day, day)
    if span is Span.WEEK:
        monday = day - day.weekday() * _DAY
        return Period(span, monday, monday + 6 * _DAY)
    if span is Span.MONTH:
        return _months(span, day.year, day.month, 1)
    if span is Span.QUARTER:
        return _months(span, day.year, day.month - (day.month - 1) % 3, 3)
    raise ValueError(f"no length: {span}")


def make_custom(first: date, last: date) -> Period:
    """Return the days from one to another, whichever is named first.

    Raises:
        ValueError: If there are more than ``MAX_DAYS``.
    """
    first, last = min(first, last), max(first, last)
    period = Period(Span.CUSTOM, first, last)
    if period.days > MAX_DAYS:
        raise ValueError(f"{period.days} days")
    return period


def _months(span: Span, year: int, month: int, count: int) -> Period:
    after = month + count
    end = date(year + (after > 12), after - 12 * (after > 12), 1)
    return Period(span, date(year, month, 1), end - _DAY)


def _day(day: date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"
