"""The figures that a supervisor sees: counted from the rows each time, never stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from .auditing import audit
from .clocks import GetCalendar, get_usual_calendar, is_on_duty
from .database import Transactions
from .events import Clock
from .figure import TOTAL, Case, Count, Dimension, Measure, count_cases
from .figure_cases import FINDERS
from .figure_measures import MEASURES
from .figure_rounds import Round, find_round_cases, list_rounds
from .figure_volumes import Volumes, measure_volumes
from .periods import Period
from .records import officer_title
from .recount import recount
from .tables import BureauRow, OfficerRow

#: Cases of one list.
MAX_LISTED = 500


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose figures; the defaults are the whole office's."""

    bureau_id: int | None = None
    officer_id: int | None = None

    def holds(self, measure: Measure) -> bool:
        """Tell whether a measure can be counted for this alone."""
        by = measure.dimensions
        return (self.bureau_id is None or Dimension.BUREAU in by) and (
            self.officer_id is None or Dimension.OFFICER in by
        )

    def takes(self, bureau_id: int | None, officer_id: int | None) -> bool:
        """Tell whether a case belongs to it."""
        return self.bureau_id in (None, bureau_id) and self.officer_id in (
            None,
            officer_id,
        )


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted in a period."""

    period: Period
    #: Key of a measure to its counts; a measure that cannot be counted is missing.
    counts: Mapping[str, Mapping[tuple[str, str], Count]]
    volumes: Volumes = field(default_factory=Volumes)

    def total(self, key: str) -> Count:
        """Return what a measure counted over all."""
        return self.counts.get(key, {}).get(TOTAL, Count())


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a period beside those they are compared with."""

    now: Figures
    previous: Figures
    week_before: Figures | None


@dataclass(frozen=True, slots=True)
class Compared:
    """One number, counted twice."""

    measure: str
    dimension: str
    value: str
    shown: Count
    recounted: Count

    @property
    def is_equal(self) -> bool:
        """Whether both ways came to the same."""
        return self.shown == self.recounted


class FigureStore:
    """Counts; every method is one transaction and changes nothing but the audit."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        get_calendar: GetCalendar = get_usual_calendar,
    ) -> None:
        self._tx = Transactions(engine)
        self._clock = clock
        self._get_calendar = get_calendar

    def report(self, period: Period, scope: Scope = Scope()) -> Report:
        """Count a period, the one before it, and the same weekday a week earlier."""
        week_before = period.week_before()
        with self._tx.read() as session:
            return Report(
                self._count(session, period, scope, has_volumes=True),
                self._count(session, period.previous(), scope),
                self._count(session, week_before, scope) if week_before else None,
            )

    def count(self, period: Period, scope: Scope = Scope()) -> Figures:
        """Count a period alone."""
        with self._tx.read() as session:
            return self._count(session, period, scope, has_volumes=True)

    def list_cases(
        self,
        key: str,
        period: Period,
        scope: Scope = Scope(),
        *,
        group: tuple[str, str] = TOTAL,
        is_met: bool | None = None,
    ) -> list[Case]:
        """List the cases behind a number, newest first.

        Args:
            key: Of a measure.
            period: When.
            scope: Whose.
            group: A dimension and its value; all without.
            is_met: Only those in the numerator, or only those outside.
        """
        measure = MEASURES[key]
        if not scope.holds(measure):
            return []
        with self._tx.read() as session:
            found = self._find(session, period)[0][key]
        cases = [
            case
            for case in found
            if scope.takes(case.bureau_id, case.officer_id)
            and group in count_cases((case,), measure)
            and is_met in (None, case.is_met)
        ]
        return sorted(cases, key=lambda case: (case.at, case.ref), reverse=True)

    def recount(self, period: Period, scope: Scope = Scope()) -> list[Compared]:
        """Count everything again from the raw rows, in another way, and compare."""
        now = self._clock()
        with self._tx.read() as session:
            shown = self._count(session, period, scope, has_volumes=True)
            raw = recount(
                session,
                period.since,
                period.until,
                now,
                self._is_on_duty,
                bureau_id=scope.bureau_id,
                officer_id=scope.officer_id,
            )
        ours = flatten(shown)
        return [
            Compared(*key, ours.get(key, Count()), Count(*raw.get(key, (0, 0))))
            for key in sorted({*ours, *raw})
        ]

    def list_names(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Return the names of bureaus and of officers, by id as text."""
        with self._tx.read() as session:
            bureaus = session.execute(select(BureauRow.id, BureauRow.name))
            officers = session.scalars(select(OfficerRow))
            return (
                {str(id_): name for id_, name in bureaus},
                {str(row.id): officer_title(row) for row in officers},
            )

    def note(self, action: str, subject: str, detail: str, *, officer_id: int) -> None:
        """Write down that figures or tickets left the console."""
        with self._tx.write() as session:
            audit(
                session,
                action,
                subject,
                officer_id=officer_id,
                at=self._clock(),
                detail=detail,
            )

    def _is_on_duty(self, at: datetime) -> bool:
        return is_on_duty(at, self._get_calendar())

    def _find(
        self, session: Session, period: Period
    ) -> tuple[dict[str, list[Case]], list[Round]]:
        now = self._clock()
        rounds = list_rounds(session, period.since, period.until)
        found: dict[str, list[Case]] = {key: [] for key in MEASURES}
        found |= find_round_cases(rounds, now, _remember(self._is_on_duty))
        for key, find in FINDERS.items():
            found[key] = find(session, period.since, period.until, now)
        return found, rounds

    def _count(
        self,
        session: Session,
        period: Period,
        scope: Scope,
        *,
        has_volumes: bool = False,
    ) -> Figures:
        found, rounds = self._find(session, period)
        counts = {}
        for key, measure in MEASURES.items():
            if scope.holds(measure):
                cases = found[key]
                if scope != Scope():
                    cases = [c for c in cases if scope.takes(c.bureau_id, c.officer_id)]
                counts[key] = count_cases(cases, measure)
        if not has_volumes:
            return Figures(period, counts)
        rounds = [r for r in rounds if scope.takes(r.bureau_id, r.officer_id)]
        messages = (
            [case.at for case in found["answer_5s"]]
            if scope == Scope()
            else [each.start_at for each in rounds]
        )
        return Figures(period, counts, measure_volumes(period, messages, rounds))


def flatten(figures: Figures) -> dict[tuple[str, str, str], Count]:
    """Return all numbers of a page, each under its measure, dimension and value."""
    flat = {
        (key, *group): count
        for key, counts in figures.counts.items()
        for group, count in counts.items()
    }
    volumes = figures.volumes
    for (weekday, hour), n in volumes.by_hour.items():
        flat["volume", "weekday_hour", f"{weekday}-{hour}"] = Count(n, n)
    for moment, (messages, calls, wait) in volumes.by_time.items():
        if messages:
            flat["volume", "messages", moment] = Count(messages, messages)
        if calls:
            flat["volume", "calls", moment] = Count(calls, calls)
        if wait is not None:
            # Twice, because the median of an even number may lie between two.
            flat["volume", "wait", moment] = Count(round(wait * 2), 2)
    for reason, n in volumes.reasons:
        flat["volume", "reason", reason] = Count(n, n)
    return flat


def _remember(ask: Callable[[datetime], bool]) -> Callable[[datetime], bool]:
    """Ask once for each minute: shifts begin and end on whole ones."""
    known: dict[datetime, bool] = {}

    def answer(at: datetime) -> bool:
        minute = at.replace(second=0, microsecond=0)
        if minute not in known:
            known[minute] = ask(minute)
        return known[minute]

    return answer
