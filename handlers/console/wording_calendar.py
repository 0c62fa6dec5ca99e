"""A year as months of days, as the page 日历 draws it. Pure."""

from __future__ import annotations

from calendar import monthcalendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot import ChangedDay, DayKind, StatutoryDays, WorkingCalendar

WEEKDAYS = "一二三四五六日"


class Look(StrEnum):
    """How a day is drawn; the value is the class of its cell."""

    WORK = "work"
    REST = "rest"
    HOLIDAY = "holiday"
    MAKE_UP = "make-up"
    #: The year has no plan, so nobody knows.
    UNKNOWN = "unknown"


#: What stands in the cell and what is said of it.
MARKS = {
    Look.WORK: ("", "上班"),
    Look.REST: ("", "休息"),
    Look.HOLIDAY: ("休", "放假"),
    Look.MAKE_UP: ("班", "调休上班"),
    Look.UNKNOWN: ("", "还不知道"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the page."""

    day: date
    look: Look
    #: Set by the office, against the plan.
    change: ChangedDay | None
    is_today: bool

    @property
    def mark(self) -> str:
        """What stands beside the number."""
        return MARKS[self.look][0]

    @property
    def told(self) -> str:
        """What the day is, for screen readers and the pointer."""
        weekday = WEEKDAYS[self.day.weekday()]
        told = f"{self.day.month}月{self.day.day}日 周{weekday}，{MARKS[self.look][1]}"
        return f"{told}，本单位改的：{self.change.note}" if self.change else told


@dataclass(frozen=True, slots=True)
class Month:
    """A month in weeks from Monday; None = a day of the next or last month."""

    number: int
    weeks: Sequence[Sequence[Cell | None]]
    #: Days on which the office works; None = not known.
    worked: int | None


def draw_year(
    year: int, statutory: StatutoryDays, changes: Sequence[ChangedDay], today: date
) -> list[Month]:
    """Return the months of a year; in one without a plan only what staff set."""
    by_day = {change.day: change for change in changes}

    def draw(day: date) -> Cell:
        change = by_day.get(day)
        return Cell(day, find_look(day, statutory), change, day == today)

    months = []
    for month in range(1, 13):
        weeks = [
            [draw(date(year, month, number)) if number else None for number in week]
            for week in monthcalendar(year, month)
        ]
        looks = [cell.look for week in weeks for cell in week if cell]
        worked = sum(look in {Look.WORK, Look.MAKE_UP} for look in looks)
        months.append(Month(month, weeks, None if Look.UNKNOWN in looks else worked))
    return months


def find_look(day: date, statutory: StatutoryDays) -> Look:
    """Tell how a day stands; never by a guess."""
    is_known = statutory.is_known(day.year) or statutory.is_changed(day)
    if not is_known:
        return Look.UNKNOWN
    kind = statutory.find_planned_kind(day)
    if kind is DayKind.MAKE_UP:
        return Look.MAKE_UP
    if kind in {DayKind.HOLIDAY, DayKind.CLOSED}:
        return Look.HOLIDAY
    return Look.WORK if day.weekday() < 5 else Look.REST


def tell_shifts(calendar: WorkingCalendar) -> list[tuple[str, str]]:
    """Return the shifts of a week, days that are alike together: 周一至周五."""
    found: list[tuple[int, int, str]] = []
    for at, shifts in enumerate(calendar.week.days):
        told = "，".join(f"{_clock(s.start)}–{_clock(s.end)}" for s in shifts) or "休息"
        if found and found[-1][2] == told:
            found[-1] = (found[-1][0], at, told)
        else:
            found.append((at, at, told))
    lines = [(_days(first, last), told) for first, last, told in found]
    for name, special in (
        ("调休上班日", calendar.week.make_up),
        ("法定节假日", calendar.week.holiday),
    ):
        if special is not None:
            told = "，".join(f"{_clock(s.start)}–{_clock(s.end)}" for s in special)
            lines.append((name, told or "休息"))
    return lines


def _days(first: int, last: int) -> str:
    if first == last:
        return f"周{WEEKDAYS[first]}"
    between = "、" if last == first + 1 else "至"
    return f"周{WEEKDAYS[first]}{between}周{WEEKDAYS[last]}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"
