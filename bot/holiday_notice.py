"""Reads the State Council's notice about a year's holidays, as it is published. Pure.

So that staff paste what they were sent instead of typing forty dates. The notice
checks itself: weekdays, lengths and the seven holidays must agree, or it is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from .errors import HolidayNoticeError
from .holidays import YEARS_END, YearPlan

#: A plan without one of these is no plan for the year.
_HOLIDAYS = ("元旦", "春节", "清明", "劳动", "端午", "中秋", "国庆")

#: What says which year follows: the notice's title, or the year alone.
_TITLE = re.compile(r"^\W*(?:.*关于)?(\d{4})年?(?:.{0,6}(?:节假日|放假).*)?\W*$")
_ITEM = re.compile(r"^(?:[一二三四五六七八九十]+、)?([^：:，。\d]{2,16})[：:](.+)$")

_DATE = r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:[（(]([^）)]*)[）)])?"
_WORD = re.compile(rf"{_DATE}(?:[至到\-–—~～]{_DATE})?|(放假|补休|上班)|(。)")
_CLAUSE = re.compile(r"\d日.*(?:放假|补休|上班)")
_LENGTH = re.compile(r"(?:共|放假)(\d+)天")
_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")


@dataclass
class _Draft:
    """A year's plan while it is read."""

    year: int
    names: str = ""
    holidays: set[date] = field(default_factory=set)
    workdays: set[date] = field(default_factory=set)


def parse_notices(text: str) -> tuple[YearPlan, ...]:
    """Read notices, one or more, each below its title or a line with its year.

    An item is a line as 一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日
    （周日）上班。 A local holiday is one more such line. What stands before the first
    item and after the last is passed over, and so are lines that begin with #.

    Args:
        text: Chinese, with line breaks as published.

    Returns:
        A plan for each year, in order of the text.

    Raises:
        HolidayNoticeError: If there is no notice, a line cannot be read, a weekday
            or a length is not the calendar's, a worked day is no weekend, or one of
            the year's seven holidays is missing.
    """
    drafts: dict[int, _Draft] = {}
    for year, name, body in _items(text):
        draft = drafts.setdefault(year, _Draft(year))
        try:
            _read_item(draft, body)
        except ValueError as e:
            raise HolidayNoticeError(f"{year}年“{name}：{body}”：{e}") from e
        draft.names += name
    if not drafts:
        raise HolidayNoticeError("没有找到放假安排，请粘贴国务院办公厅通知的全文")
    return tuple(map(_check, drafts.values()))


def _items(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield year, name and body of each item, lines that were broken put together."""
    year: int | None = None
    found: list[list[str]] = []
    years: list[int] = []
    for line in (re.sub(r"\s", "", line) for line in text.splitlines()):
        if title := _TITLE.match(line):
            year = int(title[1])
        elif line.startswith("#"):
            continue
        elif (item := _ITEM.match(line)) and _WORD.search(line):
            if year is None:
                raise HolidayNoticeError("请在最前面写上是哪一年的安排，如 2027年")
            found.append([item[1], item[2]])
            years.append(year)
        elif found and (not found[-1][1].endswith("。") or _CLAUSE.search(line)):
            found[-1][1] += line
    for of, (name, body) in zip(years, found, strict=True):
        yield of, name, body


def _read_item(draft: _Draft, body: str) -> None:
    """Add an item's days; raises ValueError with a Chinese sentence."""
    holidays: set[date] = set()
    waiting: list[date] = []
    for word in _WORD.finditer(body):
        verb, stop = word[9], word[10]
        if verb:
            (draft.workdays if verb == "上班" else holidays).update(waiting)
            waiting = []
        elif not stop:
            waiting += _days(word, draft.year)
        elif waiting:
            break
    if waiting:
        raise ValueError(f"{waiting[0].month}月{waiting[0].day}日没有写放假还是上班")
    length = _LENGTH.search(body)
    if length and int(length[1]) != len(holidays):
        raise ValueError(f"写的是 {length[1]} 天，数出来是 {len(holidays)} 天")
    draft.holidays |= holidays


def _days(word: re.Match[str], year: int) -> list[date]:
    """Return the days of one date or range."""
    first = _day(word.groups()[:4], (str(year), None))
    if not word[7]:
        return [first]
    last = _day(word.groups()[4:8], (str(first.year), str(first.month)))
    if last < first:
        raise ValueError("结束的日期早于开始的日期")
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _day(parts: tuple[str | None, ...], missing: tuple[str | None, str | None]) -> date:
    year, month = parts[0] or missing[0], parts[1] or missing[1]
    if month is None:
        raise ValueError(f"{parts[2]}日没有写月份")
    try:
        day = date(int(year or 0), int(month), int(parts[2] or 0))
    except ValueError as e:
        raise ValueError(f"没有 {month}月{parts[2]}日 这一天") from e
    said = _WEEKDAY.search(parts[3] or "")
    if said and "一二三四五六日".find(said[1].replace("天", "日")) != day.weekday():
        raise ValueError(f"{day.year}年{month}月{parts[2]}日不是周{said[1]}")
    return day


def _check(draft: _Draft) -> YearPlan:
    """Return the plan; raises HolidayNoticeError where it cannot be right."""

    def refuse(why: str) -> HolidayNoticeError:
        return HolidayNoticeError(f"{draft.year}年的安排{why}")

    missing = [name for name in _HOLIDAYS if name not in draft.names]
    if missing:
        raise refuse(f"缺{'、'.join(missing)}")
    both = draft.holidays & draft.workdays
    if both:
        raise refuse(f"里，{min(both)} 又放假又上班")
    wrong = [day for day in sorted(draft.workdays) if day.weekday() < 5]
    if wrong:
        raise refuse(f"里，{wrong[0]} 不是周末，不用写上班")
    # A year may begin in the last December, and never ends in the next January.
    first, last = date(draft.year - 1, *YEARS_END), date(draft.year, 12, 31)
    days = sorted(draft.holidays | draft.workdays)
    wrong = [day for day in days if not first <= day <= last]
    if wrong:
        raise refuse(f"里，{wrong[0]} 不在这一年")
    return YearPlan(draft.year, frozenset(draft.holidays), frozenset(draft.workdays))
