"""The shifts of a usual week, read from office hours as citizens read them.

Pure: knows no dates, so no holidays either; those are in ``holidays``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from .errors import HoursError

DAY_MINUTES = 24 * 60

#: Places in a week's table after Monday to Sunday (0 to 6).
_MAKE_UP, _HOLIDAY = 7, 8
_ALL = frozenset(range(9))

#: What parse_hours refuses: it would be read as something else.
_SEASON = re.compile(r"[春夏秋冬]季|夏令|冬令|\d月|[一二三四五六七八九十]月")
_NIGHT = re.compile(r"次日|第二天|翌日")
_AT_NIGHT = "跨过半夜的请分两段写：每天 0:00–8:00，20:00–24:00"

_TIME = r"(\d{1,2})(?:[:：](\d{2})|[点时](半|\d{2})?分?)"
_HALF = r"(?:(上午|早上|早晨|中午|下午|晚上)\s*)?"
_UNTIL = rf"{_HALF}{_TIME}\s*[-–—~～〜至到]+\s*{_HALF}{_TIME}"
_CLOCK, _SPAN = re.compile(_TIME), re.compile(_UNTIL)
_WEEK = r"(?:周|星期|礼拜)"
_TOKEN = re.compile(
    rf"(?P<days>工作日|每天|每日|天天|周末|双休日|(?:国家)?(?:法定)?节假日"
    rf"|{_WEEK}六日|{_WEEK}[一二三四五六日天](?:\s*[至到\-–—~～]\s*{_WEEK}?[一二三四五六日天]"
    rf"|[、和及与]\s*{_WEEK}?[一二三四五六日天]|[，,\s]*{_WEEK}[一二三四五六日天])*)"
    rf"|(?P<span>{_UNTIL})"
    r"|(?P<pause>午间?休息?|中午休息)"
    r"|(?P<off>(?<!不)(?:休息|不办公|不上班|放假|除外|闭馆|不开放))"
)
_WEEKDAY = re.compile(rf"([至到\-–—~～])?\s*{_WEEK}?([一二三四五六日天])")
_JOINED = re.compile(r"[、和及与]")


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """A stretch of one day on which somebody is on duty.

    In minutes from midnight in Beijing, 0 ≤ start < end ≤ 1440; the end is outside.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        """Refuse what is no stretch of one day.

        Raises:
            HoursError: If the end is not after the start, or out of the day.
        """
        if not 0 <= self.start < self.end <= DAY_MINUTES:
            raise HoursError(f"开始时间要早于结束时间；{_AT_NIGHT}")


Shifts = tuple[Shift, ...]

_WHOLE_DAY: Shifts = (Shift(0, DAY_MINUTES),)


@dataclass(frozen=True, slots=True)
class WorkingWeek:
    """The shifts of each kind of day; shifts of a day are sorted and lie apart."""

    #: Monday to Sunday.
    days: tuple[Shifts, ...]

    #: On weekends that are worked by 调休; None = as on any such weekday.
    make_up: Shifts | None

    #: On statutory holidays; None = as on any such weekday.
    holiday: Shifts | None

    def __post_init__(self) -> None:
        """Refuse a week that cannot be counted in.

        Raises:
            HoursError: If there are not seven days, shifts of a day touch or
                overlap, or nobody is on duty in the whole week.
        """
        if len(self.days) != 7 or not any(self.days):
            raise HoursError("一周里没有一天上班")
        for shifts in (*self.days, self.make_up or (), self.holiday or ()):
            pairs = pairwise(shifts)
            if any(later.start <= earlier.end for earlier, later in pairs):
                raise HoursError("同一天的两段时间重叠，或者次序不对")

    @property
    def needs_holidays(self) -> bool:
        """Whether it matters which days are holidays."""
        return self.make_up is not None or self.holiday is not None

    def by_weekday(self) -> WorkingWeek:
        """Return the same week with holidays and 调休 left out of account."""
        return replace(self, make_up=None, holiday=None)

    def whole_days(self) -> WorkingWeek:
        """Return a week that is staffed all day wherever this one is at all."""

        def widen(shifts: Shifts) -> Shifts:
            return _WHOLE_DAY if shifts else ()

        return WorkingWeek(
            tuple(map(widen, self.days)),
            None if self.make_up is None else widen(self.make_up),
            None if self.holiday is None else widen(self.holiday),
        )


def parse_hours(text: str) -> WorkingWeek:
    """Read office hours written for citizens.

    Understands 工作日, 每天, 周末, 节假日, weekdays with ranges and lists, several
    spans a day, 上午 and 下午, 午休 before a span, and 休息 or 除外 after days. Days
    go before their spans; one group of spans after the only days is understood too.
    Other words are passed over.

    工作日 and weekdays follow the State Council's plan: closed on holidays, and on
    weekends worked by 调休 open as on a working day. 每天, 周一至周日, and hours
    that name no day hold on every day of the year. Hours that name no time hold all
    day, so 24小时 is always.

    Args:
        text: As 工作日 8:30–12:00，13:30–17:30.

    Raises:
        HoursError: If a time is none, or spans a night, or hours change with the
            season; ``why`` says in Chinese what to write instead.
    """
    if _SEASON.search(text):
        raise HoursError("不能分季节写；换季时改这一行")
    if _NIGHT.search(text):
        raise HoursError(_AT_NIGHT)
    if not _SPAN.search(text) and _CLOCK.search(text):
        raise HoursError("时间看不懂，请写成 8:30–17:30")
    reader = _Reader()
    end = 0
    for found in _TOKEN.finditer(text):
        reader.read(found, text[end : found.start()])
        end = found.end()
    return reader.finish()


class _Reader:
    """Puts days and spans together, in the order in which they are written."""

    def __init__(self) -> None:
        self._table: dict[int, list[Shift]] = {place: [] for place in _ALL}
        self._pauses: list[tuple[frozenset[int], Shift]] = []
        self._closed: set[int] = set()
        self._loose: list[Shift] = []
        #: Groups of days that the next span belongs to.
        self._groups: list[frozenset[int]] = []
        self._is_fresh = True
        self._is_pause = False
        self._has_spans = False

    def read(self, found: re.Match[str], before: str) -> None:
        """Take one word or span; ``before`` stands between it and the last one."""
        if found["days"]:
            self._take_days(_places(found["days"]), before)
        elif found["span"]:
            self._take_span(_shift(found))
        elif found["pause"]:
            self._is_pause = True
        elif self._groups and self._is_fresh:
            self._closed |= self._groups.pop()

    def finish(self) -> WorkingWeek:
        """Return the week."""
        if self._groups and self._is_fresh and (self._loose or not self._has_spans):
            # 8:30–17:30（工作日）, or days and no time at all.
            self._add(self._loose or list(_WHOLE_DAY), self._targets())
        elif self._loose or not self._has_spans:
            self._add(self._loose or list(_WHOLE_DAY), _ALL)
        for places, pause in self._pauses:
            for place in places:
                self._table[place] = list(_without(self._table[place], pause))
        if {5, 6} <= self._closed:  # who says so closes on holidays too
            self._closed.add(_HOLIDAY)
        shifts = {
            place: () if place in self._closed else _merge(found)
            for place, found in self._table.items()
        }
        return _week(shifts)

    def _take_days(self, places: frozenset[int], before: str) -> None:
        if not self._is_fresh:
            self._groups, self._is_fresh = [], True
        if self._groups and _JOINED.fullmatch(before.strip()):
            self._groups[-1] |= places
        else:
            self._groups.append(places)

    def _take_span(self, shift: Shift) -> None:
        self._has_spans = True
        if self._is_pause:
            self._is_pause = False
            self._pauses.append((self._targets(), shift))
        elif self._groups:
            self._is_fresh = False
            self._add([shift], self._targets())
        else:
            self._loose.append(shift)

    def _targets(self) -> frozenset[int]:
        return frozenset().union(*self._groups) if self._groups else _ALL

    def _add(self, shifts: Sequence[Shift], places: frozenset[int]) -> None:
        for place in places:
            self._table[place] += shifts


def _places(word: str) -> frozenset[int]:
    """Return the places in the table that a word for days stands for."""
    if word in {"每天", "每日", "天天"}:
        return _ALL
    if word == "工作日":
        return frozenset({0, 1, 2, 3, 4, _MAKE_UP})
    if word in {"周末", "双休日"}:
        return frozenset({5, 6})
    if word.endswith("节假日"):
        return frozenset({_HOLIDAY})
    days: list[int] = []
    for connector, name in _WEEKDAY.findall(word):
        day = 6 if name == "天" else "一二三四五六日".index(name)
        while connector and days and days[-1] != day:
            days.append((days[-1] + 1) % 7)
        days.append(day)
    return _ALL if len(set(days)) == 7 else frozenset(days)


def _shift(found: re.Match[str]) -> Shift:
    groups = found.groups()
    at = found.re.groupindex["span"]
    first, second = groups[at : at + 4], groups[at + 4 : at + 8]
    # 下午 2:00–5:30: said once, meant twice.
    return Shift(_minutes(first, first[0]), _minutes(second, second[0] or first[0]))


def _minutes(parts: Sequence[str | None], half: str | None) -> int:
    _, hour, colon, word = parts
    hours, minutes = int(hour or 0), 30 if word == "半" else int(colon or word or 0)
    if half in {"下午", "晚上"} and hours < 12:
        hours += 12
    if minutes > 59 or hours * 60 + minutes > DAY_MINUTES:
        raise HoursError(f"没有 {hours}:{minutes:02} 这个时间")
    return hours * 60 + minutes


def _merge(shifts: Sequence[Shift]) -> Shifts:
    merged: list[Shift] = []
    for shift in sorted(shifts):
        if merged and shift.start <= merged[-1].end:
            merged[-1] = Shift(merged[-1].start, max(merged[-1].end, shift.end))
        else:
            merged.append(shift)
    return tuple(merged)


def _without(shifts: Sequence[Shift], pause: Shift) -> Iterator[Shift]:
    for shift in shifts:
        if shift.start < min(pause.start, shift.end):
            yield Shift(shift.start, min(pause.start, shift.end))
        if shift.end > max(pause.end, shift.start):
            yield Shift(max(pause.end, shift.start), shift.end)


def _week(shifts: dict[int, Shifts]) -> WorkingWeek:
    days = tuple(shifts[place] for place in range(7))
    make_up, holiday = shifts[_MAKE_UP], shifts[_HOLIDAY]
    if len(set(shifts.values())) == 1:
        return WorkingWeek(days, None, None)
    # Written as weekdays, 调休 is worked as the first working day of the week is.
    usual = next(filter(None, (make_up, *days[:5])), ())
    return WorkingWeek(days, usual or None, holiday)
