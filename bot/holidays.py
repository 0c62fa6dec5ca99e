"""Which days are statutory holidays, and which weekends are worked for them. Pure.

The State Council announces both year by year, in the November before. Nothing is
worked out by rule: a year that nobody announced is an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from functools import cache
from typing import TypeAlias

import chinese_calendar

from .errors import UnknownYearError

#: From this day on, a year's end hangs on the next year's plan as well: the New Year
#: holiday of 2019 took 30 and 31 December 2018, and 29 December was worked for it.
#: No plan from 2004 to 2026 reached further back.
YEARS_END = (12, 29)


class DayKind(Enum):
    """How a day stands in the State Council's plan."""

    #: By its weekday: Monday to Friday are worked.
    ORDINARY = auto()

    #: 放假, also where the holiday covers a weekend.
    HOLIDAY = auto()

    #: 调休: a Saturday or Sunday that is worked.
    MAKE_UP = auto()

    #: The office itself is closed, whatever the plan says.
    CLOSED = auto()


#: Days that the office set against the plan, in order, and whether they are worked.
ChangedDays: TypeAlias = tuple[tuple[date, bool], ...]


@dataclass(frozen=True, slots=True)
class YearPlan:
    """The State Council's plan for one year."""

    year: int

    #: All days off, weekends within a holiday too; may begin in the last December.
    holidays: frozenset[date]

    #: Saturdays and Sundays that are worked.
    workdays: frozenset[date]


class StatutoryDays:
    """The plans of all known years, and the days that the office changed."""

    def __init__(
        self, plans: Iterable[YearPlan] = (), changed: ChangedDays = ()
    ) -> None:
        """Take what the library knows, and ``plans`` in place of its years.

        Args:
            plans: What staff wrote down; the last one of a year counts, as a whole.
            changed: Days that count as the office set them, whatever the plan says.
        """
        self._plans = {**_published(), **{plan.year: plan for plan in plans}}
        self._changed = dict(changed)

    def find_kind(self, day: date) -> DayKind:
        """Tell how a day stands in the plans, or as the office set it.

        Raises:
            UnknownYearError: If its year has no plan; from 29 December on, also if
                the next year has none.
        """
        if day not in self._changed:
            self.get_plan(day.year)
            if (day.month, day.day) >= YEARS_END:
                self.get_plan(day.year + 1)
        return self.find_planned_kind(day)

    def find_planned_kind(self, day: date) -> DayKind:
        """Tell how a day stands in the plans that there are, to be shown to staff.

        A year's last days may still be changed by the plan of the next.
        """
        if (is_working := self._changed.get(day)) is not None:
            if not is_working:
                return DayKind.CLOSED
            return DayKind.ORDINARY if day.weekday() < 5 else DayKind.MAKE_UP
        years = [day.year, day.year + 1]
        plans = [self._plans[year] for year in years if year in self._plans]
        if any(day in plan.workdays for plan in plans):
            return DayKind.MAKE_UP
        if any(day in plan.holidays for plan in plans):
            return DayKind.HOLIDAY
        return DayKind.ORDINARY

    def get_plan(self, year: int) -> YearPlan:
        """Return a year's plan.

        Raises:
            UnknownYearError: If it has none.
        """
        plan = self._plans.get(year)
        if plan is None:
            raise UnknownYearError(year)
        return plan

    def is_known(self, year: int) -> bool:
        """Tell whether a year has a plan."""
        return year in self._plans

    def is_changed(self, day: date) -> bool:
        """Tell whether the office set this day itself."""
        return day in self._changed

    def is_workday(self, day: date) -> bool:
        """Tell whether a day is a 工作日 by law, or by what the office set.

        Raises:
            UnknownYearError: As ``find_kind``.
        """
        kind = self.find_kind(day)
        return kind is DayKind.MAKE_UP or (
            kind is DayKind.ORDINARY and day.weekday() < 5
        )


@cache
def _published() -> dict[int, YearPlan]:
    """Return the library's plans.

    Source: https://github.com/LKI/chinese-calendar, typed from the notices.
    """
    years = {day.year for day in chinese_calendar.holidays}
    return {
        year: YearPlan(
            year,
            frozenset(d for d in chinese_calendar.holidays if d.year == year),
            frozenset(d for d in chinese_calendar.workdays if d.year == year),
        )
        for year in sorted(years)
    }
