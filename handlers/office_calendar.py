"""The office's calendar as configured, and whether it reaches far enough."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot import (
    BEIJING,
    AlarmStore,
    HolidayNoticeError,
    HoursError,
    OfficeDays,
    StoreUnavailableError,
    WorkingCalendar,
    YearPlan,
    make_calendar,
    parse_notices,
    tell_opening,
)
from handlers.config import ConfigError, Settings

#: Month from which the next year's plan must be there. It is published in the first
#: half of November, and terms of 15 days soon reach into January.
WARN_FROM_MONTH = 12

#: What the alarm in the console begins with; the year follows.
_ALARM = "calendar:"


class ShortCalendarError(Exception):
    """The calendar does not reach far enough; Chinese."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Up to where the calendar can count."""

    #: First year from this one on whose holidays are not known.
    unknown_year: int

    #: It is needed now, or very soon.
    is_pressing: bool

    @property
    def warning(self) -> str:
        """What is missing, Chinese."""
        return (
            f"还没有 {self.unknown_year} 年的节假日安排，到时候不能告诉群众哪天有人回复"
        )


#: What to do about it, Chinese.
ADVICE = (
    "在工作台“日历”页粘贴国务院办公厅的放假通知全文；或者存成文件，在 config.yaml 的 "
    "office.holidays 写上文件名，再重新启动"
)

#: A day that was changed counts in every process so much later at most.
FRESH_FOR_S = 2.0


def read_hours(settings: Settings) -> str:
    """Return the office's hours as they are written, once they can be understood.

    Raises:
        ConfigError: If they cannot.
    """
    try:
        make_calendar(settings.office.hours)
    except HoursError as e:
        raise ConfigError([("office.hours", e.why)], file=settings.file) from e
    return settings.office.hours


def read_plans(settings: Settings) -> tuple[YearPlan, ...]:
    """Return the years that staff wrote down; none if there is no file.

    Raises:
        ConfigError: If the file cannot be read or understood.
    """
    if not settings.office.holidays:
        return ()
    path = Path(settings.office.holidays)
    try:
        return parse_notices(path.read_text(encoding="utf-8-sig"))
    except OSError as e:
        why = f"{path} 打不开：{e.strerror}"
    except UnicodeDecodeError:
        why = f"{path} 不是 UTF-8 编码，请另存为 UTF-8"
    except HolidayNoticeError as e:
        why = f"{path} 看不懂：{e.why}"
    raise ConfigError([("office.holidays", why)], file=settings.file)


def open_calendar(settings: Settings) -> WorkingCalendar:
    """Return when the office is on duty.

    Raises:
        ConfigError: If its hours or the file of holidays cannot be understood.
    """
    return make_calendar(read_hours(settings), read_plans(settings))


class LiveCalendar:
    """The calendar as staff have it now: configured, and changed in the console.

    Safe in many threads. While the database is away, what was known last counts.
    """

    def __init__(
        self,
        settings: Settings,
        read: Callable[[], OfficeDays],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Read when asked first, and again when that is old.

        Args:
            settings: Hours, and the file of holidays.
            read: What the database holds.
            monotonic: Seconds that only grow.

        Raises:
            ConfigError: If the hours or the file cannot be understood.
        """
        self._hours = read_hours(settings)
        self._plans = read_plans(settings)
        self._read = read
        self._monotonic = monotonic
        self._reading = threading.Lock()
        self._days = OfficeDays(self._plans)
        self._read_at = float("-inf")

    def get_days(self) -> OfficeDays:
        """Return the plans and days that count beside the library's."""
        is_old = self._monotonic() - self._read_at >= FRESH_FOR_S
        # One thread asks, the others go on with what is known: they may hold a
        # connection each, and the one who asks needs another.
        is_first = self._read_at == float("-inf")
        if is_old and self._reading.acquire(blocking=is_first):
            try:
                stored = self._read()
                self._days = OfficeDays(self._plans + stored.plans, stored.changed)
            except StoreUnavailableError:
                pass
            finally:
                self._read_at = self._monotonic()
                self._reading.release()
        return self._days

    def get_calendar(self) -> WorkingCalendar:
        """Return when the office is on duty, by what counts now."""
        days = self.get_days()
        return make_calendar(self._hours, days.plans, days.changed)

    def forget(self) -> None:
        """Read anew at the next question: this process has just changed something."""
        self._read_at = float("-inf")


def measure_reach(calendar: WorkingCalendar, now: datetime) -> Reach:
    """Tell which year is missing, and whether that matters yet."""
    today = now.astimezone(BEIJING).date()
    year = today.year
    while calendar.statutory.is_known(year):
        year += 1
    is_next = year == today.year + 1 and today.month >= WARN_FROM_MONTH
    return Reach(year, year == today.year or is_next)


def describe_calendar(calendar: WorkingCalendar, now: datetime) -> str:
    """Return in Chinese when somebody is on duty next, and how far plans reach.

    Raises:
        ShortCalendarError: If a year is missing that is needed now or soon.
    """
    reach = measure_reach(calendar, now)
    if reach.is_pressing:
        raise ShortCalendarError(reach.warning)
    opening = calendar.next_opening(now)
    is_open = opening <= now
    when = "现在有人在岗" if is_open else f"下次上班 {tell_opening(opening, now)}"
    return f"{when}；节假日安排到 {reach.unknown_year - 1} 年底"


def watch_reach(calendar: WorkingCalendar, alarms: AlarmStore, now: datetime) -> None:
    """Raise the console's alarm while a year is missing, once; clear it after.

    Raises:
        StoreUnavailableError: If the database cannot be used.
    """
    reach = measure_reach(calendar, now)
    is_raised = any(alarm.key.startswith(_ALARM) for alarm in alarms.list_open())
    if reach.is_pressing and not is_raised:
        key = f"{_ALARM}{reach.unknown_year}"
        alarms.raise_alarm(key, f"{reach.warning}。{ADVICE}")
    elif is_raised and not reach.is_pressing:
        alarms.clear(_ALARM)
