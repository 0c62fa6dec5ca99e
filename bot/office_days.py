"""Days that staff set against the plan, and plans they pasted in; kept in the database.

What is read here goes into the calendar, see ``make_calendar``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine, select

from .auditing import audit
from .database import Transactions
from .errors import BotError
from .events import Clock
from .holidays import ChangedDays, YearPlan
from .tables import CalendarDayRow, HolidayPlanRow, OfficerRow

#: Column width of the table.
MAX_NOTE_CHARS = 80


class DayNoteError(BotError, ValueError):
    """The word on why a day is changed is missing or too long; Chinese."""

    def __init__(self, reason: str, /) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class OfficeDays:
    """What staff changed, as a calendar takes it; equal if nothing was changed."""

    plans: tuple[YearPlan, ...] = ()
    changed: ChangedDays = ()


@dataclass(frozen=True, slots=True)
class ChangedDay:
    """A day that staff set, and why."""

    day: date
    is_working: bool
    note: str
    changed_at: datetime
    #: Name of the officer; empty = not known any more.
    changed_by: str


class OfficeDayStore:
    """The changed days and pasted plans of the office; changes are audited."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._tx = Transactions(engine)
        self._clock = clock

    def read(self) -> OfficeDays:
        """Return all that a calendar must know."""
        days = select(CalendarDayRow).order_by(CalendarDayRow.day)
        plans = select(HolidayPlanRow).order_by(HolidayPlanRow.year)
        with self._tx.read() as session:
            return OfficeDays(
                tuple(_to_plan(row) for row in session.scalars(plans)),
                tuple((row.day, row.is_working) for row in session.scalars(days)),
            )

    def list_days(self, year: int) -> list[ChangedDay]:
        """Return the days of a year that staff set, in order."""
        statement = (
            select(CalendarDayRow, OfficerRow.name)
            .outerjoin(OfficerRow, CalendarDayRow.changed_by == OfficerRow.id)
            .where(CalendarDayRow.day.between(date(year, 1, 1), date(year, 12, 31)))
            .order_by(CalendarDayRow.day)
        )
        with self._tx.read() as session:
            return [
                ChangedDay(
                    row.day, row.is_working, row.note, row.changed_at, name or ""
                )
                for row, name in session.execute(statement)
            ]

    def set_day(
        self, day: date, *, is_working: bool, note: str, changed_by: int
    ) -> None:
        """Set a day against the plan; a second change takes the place of the first.

        Raises:
            DayNoteError: If nobody wrote why, or too much.
        """
        note = " ".join(note.split())
        if not note:
            raise DayNoteError("请写明为什么改，例如：市里通知停工一天。")
        if len(note) > MAX_NOTE_CHARS:
            raise DayNoteError(f"最多 {MAX_NOTE_CHARS} 个字，现在是 {len(note)} 个。")
        now = self._clock()
        with self._tx.write() as session:
            session.merge(
                CalendarDayRow(
                    day=day,
                    is_working=is_working,
                    note=note,
                    changed_at=now,
                    changed_by=changed_by,
                )
            )
            word = "working" if is_working else "closed"
            subject, detail = f"day {day}", f"{word}: {note}"
            audit(
                session,
                "calendar.day_set",
                subject,
                officer_id=changed_by,
                at=now,
                detail=detail,
            )

    def reset_day(self, day: date, *, changed_by: int) -> None:
        """Let a day stand as the plan says again; one that was not set stays so."""
        with self._tx.write() as session:
            row = session.get(CalendarDayRow, day)
            if row is not None:
                session.delete(row)
                now, subject = self._clock(), f"day {day}"
                audit(
                    session,
                    "calendar.day_reset",
                    subject,
                    officer_id=changed_by,
                    at=now,
                )

    def save_plan(self, plan: YearPlan, *, changed_by: int) -> None:
        """Store a year's plan, in place of the library's and of an earlier one."""
        now = self._clock()
        with self._tx.write() as session:
            session.merge(
                HolidayPlanRow(
                    year=plan.year,
                    holidays=[str(day) for day in sorted(plan.holidays)],
                    workdays=[str(day) for day in sorted(plan.workdays)],
                    changed_at=now,
                    changed_by=changed_by,
                )
            )
            detail = f"{len(plan.holidays)} off, {len(plan.workdays)} worked"
            subject = f"year {plan.year}"
            audit(
                session,
                "calendar.plan_saved",
                subject,
                officer_id=changed_by,
                at=now,
                detail=detail,
            )


def _to_plan(row: HolidayPlanRow) -> YearPlan:
    return YearPlan(
        row.year,
        frozenset(map(date.fromisoformat, row.holidays)),
        frozenset(map(date.fromisoformat, row.workdays)),
    )
