"""By when a hand-over must be answered, passed on and settled, by its urgency. Pure.

The figures are those of the norms an office is measured by; a table, not code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, StrEnum, auto

from .working_time import WorkingCalendar


class Urgency(StrEnum):
    """How much a matter can wait; most urgent first."""

    #: Life or safety: an accident, a threat, somebody who speaks of suicide.
    CRITICAL = "critical"

    #: Water, power, gas or heating have failed.
    URGENT = "urgent"

    #: What most citizens ask, want or complain about.
    NORMAL = "normal"

    #: Hard to settle, or for several offices together (疑难).
    COMPLEX = "complex"


class Pace(Enum):
    """What time counts towards a limit."""

    #: Every minute, night and holiday too.
    AROUND_THE_CLOCK = auto()

    #: Only while somebody is on duty.
    ON_DUTY = auto()

    #: Day and night, on days with duty; days off stand still. For hours that a norm
    #: counts off a whole day: 24 h from Friday 17:00 end on Monday at 17:00.
    ON_DUTY_DAYS = auto()

    #: Calendar days as the 民法典 counts them: not the first day; an end on a day
    #: off moves to the next working day; over with that day's business.
    CALENDAR_DAYS = auto()


@dataclass(frozen=True, slots=True)
class Limit:
    """How long something may take."""

    amount: timedelta
    pace: Pace

    def end(self, start: datetime, calendar: WorkingCalendar) -> datetime:
        """Return when the limit is reached, UTC.

        Args:
            start: Aware.
            calendar: Of the office that must act.

        Raises:
            ValueError: If ``start`` is naive.
            UnknownYearError: If the count needs a year whose holidays nobody knows.
        """
        if self.pace is Pace.AROUND_THE_CLOCK:
            if start.tzinfo is None:
                raise ValueError(f"a moment without a time zone: {start}")
            return start.astimezone(UTC) + self.amount
        if self.pace is Pace.CALENDAR_DAYS:
            return calendar.add_days(start, self.amount.days)
        if self.pace is Pace.ON_DUTY_DAYS:
            calendar = calendar.whole_days()
        return calendar.add(start, self.amount)


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one urgency, each from the moment of the hand-over."""

    #: Until a person has written the first word.
    first_reply: Limit

    #: Until the matter lies with the office that settles it (派单).
    dispatch: Limit

    #: Until the citizen has the answer.
    answer: Limit


@dataclass(frozen=True, slots=True)
class DueTimes:
    """When each limit of a hand-over is reached, UTC."""

    first_reply: datetime
    dispatch: datetime
    answer: datetime


_CLOCK, _DUTY, _DUTY_DAYS, _DAYS = Pace

#: 3 minutes for every medium but the telephone.
#: Source: GB/T 33358-2016, see service-norms S1; on duty, as its checks count.
_FIRST_REPLY = Limit(timedelta(minutes=3), _DUTY)

#: Dispatch in 1 h, 2 h or 24 h; answers in 2 h, 24 h, 7 or 15 days.
#: Source: Beijing's local standard for 12345 (2023-01-01), see service-norms S5. It
#: gives hours where a matter cannot wait for the morning: those run around the clock.
#: It says days and not working days: calendar days keep the stricter reading, and 7
#: of them are the 5 working days of the national check (S8) in an ordinary week.
LIMITS: Mapping[Urgency, Limits] = {
    Urgency.CRITICAL: Limits(
        # A life does not wait for office hours.
        Limit(timedelta(minutes=3), _CLOCK),
        Limit(timedelta(hours=1), _CLOCK),
        Limit(timedelta(hours=2), _CLOCK),
    ),
    Urgency.URGENT: Limits(
        _FIRST_REPLY,
        Limit(timedelta(hours=2), _CLOCK),
        Limit(timedelta(hours=24), _CLOCK),
    ),
    Urgency.NORMAL: Limits(
        _FIRST_REPLY,
        Limit(timedelta(hours=24), _DUTY_DAYS),
        Limit(timedelta(days=7), _DAYS),
    ),
    Urgency.COMPLEX: Limits(
        _FIRST_REPLY,
        Limit(timedelta(hours=24), _DUTY_DAYS),
        Limit(timedelta(days=15), _DAYS),
    ),
}


def due_times(
    urgency: Urgency,
    created_at: datetime,
    calendar: WorkingCalendar,
    limits: Mapping[Urgency, Limits] = LIMITS,
) -> DueTimes:
    """Return by when a hand-over must be answered, dispatched and settled.

    Args:
        urgency: How much it can wait.
        created_at: When the citizen was handed over; aware.
        calendar: Of the office that must act.
        limits: The office's own table; it has all urgencies.

    Raises:
        ValueError: If ``created_at`` is naive.
        UnknownYearError: If the count needs a year whose holidays nobody knows;
            never for life and safety.
    """
    of = limits[urgency]
    return DueTimes(
        of.first_reply.end(created_at, calendar),
        of.dispatch.end(created_at, calendar),
        of.answer.end(created_at, calendar),
    )
