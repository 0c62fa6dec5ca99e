"""How much was asked and handed over, when and why. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median

from .figure_rounds import Round
from .periods import Period
from .working_time import BEIJING

_OFFSET = BEIJING.utcoffset(None)


@dataclass(frozen=True, slots=True)
class Volumes:
    """How much there was, and when."""

    #: Weekday (Monday is 0) and hour to messages, or hand-overs of a bureau.
    by_hour: Mapping[tuple[int, int], int] = field(default_factory=dict)

    #: Day, or hour of a single day, to messages, hand-overs, and the median of the
    #: working seconds until the first reply (None = nobody was replied to).
    by_time: Mapping[str, tuple[int, int, float | None]] = field(default_factory=dict)

    #: Why people were called, most frequent first.
    reasons: tuple[tuple[str, int], ...] = ()


def measure_volumes(
    period: Period, messages: Iterable[datetime], rounds: Iterable[Round]
) -> Volumes:
    """Count what came in.

    Args:
        period: When; what is given lies in it.
        messages: Moments, UTC.
        rounds: Hand-overs.
    """
    slots = Counter(map(_slot_of, messages))
    calls: Counter[str] = Counter()
    waits: dict[str, list[int]] = {}
    reasons: Counter[str] = Counter()
    for each in rounds:
        moment = _name(period, _slot_of(each.start_at))
        calls[moment] += 1
        reasons[each.reason] += 1
        if each.waited_s is not None:
            waits.setdefault(moment, []).append(each.waited_s)
    by_hour: Counter[tuple[int, int]] = Counter()
    asked: Counter[str] = Counter()
    for slot, n in slots.items():
        day, hour = slot
        by_hour[(day - 1) % 7, hour] += n
        asked[_name(period, slot)] += n
    by_time = {
        moment: (
            asked[moment],
            calls[moment],
            median(waits[moment]) if moment in waits else None,
        )
        for moment in _name_all(period)
    }
    ordered = sorted(reasons.items(), key=lambda each: (-each[1], each[0]))
    return Volumes(dict(by_hour), by_time, tuple(ordered))


def _slot_of(at: datetime) -> tuple[int, int]:
    """Return the number of the day in Beijing, and the hour."""
    # Adding is several times faster than changing the zone.
    local = at + (_OFFSET or timedelta())
    return local.toordinal(), local.hour


def _name(period: Period, slot: tuple[int, int]) -> str:
    day, hour = slot
    if period.days == 1:
        return f"{hour:02}"
    return date.fromordinal(day).isoformat()


def _name_all(period: Period) -> list[str]:
    if period.days == 1:
        return [f"{hour:02}" for hour in range(24)]
    days = range(period.first.toordinal(), period.last.toordinal() + 1)
    return [date.fromordinal(day).isoformat() for day in days]
