"""Finds the figures of a text, each with what it is said of. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from knowledge import Aspect, Section

from ..dates import read_number


class FigureKind(StrEnum):
    """What a figure counts; two kinds are never compared."""

    MONEY = "money"
    WORKDAYS = "workdays"
    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"
    AGE = "age"
    PERCENT = "percent"
    PHONE = "phone"
    DATE = "date"
    DAY = "day"

    @property
    def label(self) -> str:
        """What staff call it, Chinese."""
        return _LABELS[self]


_LABELS = {
    FigureKind.MONEY: "金额",
    FigureKind.WORKDAYS: "工作日数",
    FigureKind.DAYS: "天数",
    FigureKind.MONTHS: "月数",
    FigureKind.YEARS: "年数",
    FigureKind.AGE: "年龄",
    FigureKind.PERCENT: "比例",
    FigureKind.PHONE: "电话",
    FigureKind.DATE: "日期",
    FigureKind.DAY: "日期",
}


class Role(StrEnum):
    """What a guide says a figure is, where it says so."""

    PROMISED = "promised"
    STATUTORY = "statutory"
    ENQUIRY = "enquiry"
    COMPLAINT = "complaint"
    START = "start"
    END = "end"
    FEE = "fee"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure and its surroundings."""

    kind: FigureKind

    #: In one spelling: yuan, days, digits of a phone, ISO date.
    value: str

    section: int
    start: int
    end: int

    #: As it stands in the text.
    text: str

    #: The clause it stands in, figures out, and what led up to it.
    clause: str
    before: str

    role: Role | None = None

    #: The year that the sentence speaks of; empty when it names none.
    year: str = ""

    #: The sentence up to the figure, as it stands.
    lead: str = ""


#: Full-width signs to half width, one for one, so that places stay.
_NARROW: dict[int, int | str] = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    ord("　"): " ",
    ord("。"): "。",
    ord("，"): "，",
    ord("；"): "；",
    ord("："): "：",
}

_CN = "一二三四五六七八九十百千两"
_N = rf"(?:\d[\d,]*(?:\.\d+)?|[{_CN}]+)"

_Reader = Callable[[re.Match[str]], str | None]


def _plain(number: str) -> Decimal | None:
    text = number.replace(",", "")
    if text[:1].isdigit():
        return Decimal(text)
    try:
        return Decimal(read_number(text))
    except (KeyError, ValueError):
        return None


def _show(number: Decimal | None, times: int = 1) -> str | None:
    return None if number is None else format((number * times).normalize(), "f")


def _read_money(match: re.Match[str]) -> str | None:
    times = {"万": 10_000, "千": 1_000, "亿": 100_000_000}.get(match["m"] or "", 1)
    return _show(_plain(match["n"]), times)


def _read_count(match: re.Match[str]) -> str | None:
    return _show(_plain(match["n"]))


def _read_phone(match: re.Match[str]) -> str | None:
    return re.sub(r"\D", "", match[0])


def _read_date(match: re.Match[str]) -> str | None:
    try:
        return date(int(match["y"]), int(match["m"]), int(match["d"])).isoformat()
    except ValueError:
        return None


def _read_day(match: re.Match[str]) -> str | None:
    return f"{int(match['m']):02}-{int(match['d']):02}"


#: Surest first: what one pattern takes is not read again by the next.
_PATTERNS: tuple[tuple[FigureKind, re.Pattern[str], _Reader], ...] = (
    (
        FigureKind.PHONE,
        re.compile(
            r"(?<![\d-])(?:\(?0\d{2,3}\)?\s?[-—–/]?\s?[1-9]\d{6,7}"
            r"|400[- ]?\d{3}[- ]?\d{4}"
            r"|(?<=电话)[:：为是]?\s*[2-9]\d{6,7}|12\d{3})(?![\d%元个年月日天])"
        ),
        _read_phone,
    ),
    (
        FigureKind.DATE,
        re.compile(
            r"(?P<y>(?:19|20)\d{2})\s*[年./-]\s*(?P<m>\d{1,2})\s*[月./-]\s*"
            r"(?P<d>\d{1,2})(?!\d)\s*日?"
        ),
        _read_date,
    ),
    (FigureKind.DAY, re.compile(r"(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号]"), _read_day),
    (
        FigureKind.MONEY,
        re.compile(rf"(?P<n>{_N})\s*(?P<m>[万千亿])?元"),
        _read_money,
    ),
    (
        FigureKind.WORKDAYS,
        re.compile(rf"(?P<n>{_N})\s*个?(?:法定)?\s*[(（]?工作日"),
        _read_count,
    ),
    (FigureKind.AGE, re.compile(rf"(?P<n>{_N})\s*周?岁"), _read_count),
    (FigureKind.MONTHS, re.compile(rf"(?P<n>{_N})\s*个月"), _read_count),
    (
        FigureKind.PERCENT,
        re.compile(rf"(?P<n>\d+(?:\.\d+)?)\s*%|百分之(?P<c>[{_CN}]+)"),
        lambda m: _show(_plain(m["n"] or m["c"])),
    ),
    (
        FigureKind.DAYS,
        re.compile(
            rf"(?<![月第\d周初])(?P<n>{_N})\s*个?(?:自然)?[日天](?![期前后夜均]?均)"
        ),
        _read_count,
    ),
    (
        FigureKind.YEARS,
        re.compile(rf"(?<![第\d])(?P<n>\d{{1,2}}|[{_CN}]+)\s*年(?![级度月底初]|\d)"),
        _read_count,
    ),
)

_FIGURE_WORD = re.compile(rf"\d[\d,.]*|[{_CN}]+(?=个?工作日|[日天元年岁]|个月)")
_SENTENCE_END = re.compile(r"[。！？\n]|；")
_CLAUSE_END = re.compile(r"[，,、；;。！？\n（）()：:→]")

#: How far back the words that lead up to a figure are read.
_REACH = 30

_STATUTORY = re.compile(r"法定[^。；\n]{0,8}$")
_PROMISED = re.compile(r"承诺[^。；\n]{0,10}$")
_COMPLAINT = re.compile(r"(?:监督|投诉)[^。；，\n]{0,8}$")
_ENQUIRY = re.compile(r"(?:咨询|服务热线|联系)[^。；，\n]{0,8}$")
_YEAR = re.compile(r"(20\d{2})(?=年)")
_RANGE = re.compile(r"(?:\d元?|日|岁|%)\s*(?:至|到|-|–|—|~)\s*$")
_FROM = re.compile(r"自\s*$")
_TO = re.compile(r"(?:至|到|截至|截止到?)\s*$")
_DONE = re.compile(
    r"^\s*(?:内)?(?:就能|可以?|即可)?(?:办好|办结|办完|办妥|发|拿|领|出|[，,。]不收费)"
)
_FEE = re.compile(r"(?:工本费|收费|费用|登记费|缴费|费)[^。；，\n]{0,6}$")


def narrow(text: str) -> str:
    """Return the text with half-width figures and signs, places unchanged."""
    return text.translate(_NARROW)


@lru_cache(maxsize=50_000)
def find_figures(section: Section, place: int) -> tuple[Figure, ...]:
    """Return the figures of one section in their order.

    Args:
        section: The section.
        place: Its position in the entry, for the results.
    """
    if not re.search(rf"[\d{_CN}]", section.text):
        return ()
    text = narrow(section.text)
    return tuple(sorted(_iter(text, section, place), key=lambda each: each.start))


def _iter(text: str, section: Section, place: int) -> Iterator[Figure]:
    taken: list[tuple[int, int]] = []
    for kind, pattern, read in _PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < last and first < end for first, last in taken):
                continue
            value = read(match)
            if value is None:
                continue
            taken.append((start, end))
            yield _make(kind, value, text, section, (place, start, end))


def _make(
    kind: FigureKind,
    value: str,
    text: str,
    section: Section,
    at: tuple[int, int, int],
) -> Figure:
    place, start, end = at
    sentence = _last_end(_SENTENCE_END, text, start)
    left = max(sentence, _last_end(_CLAUSE_END, text, start))
    after = _CLAUSE_END.search(text, end)
    right = after.start() if after else len(text)
    clause = text[left:start] + "#" + text[end : min(right, end + 12)]
    before = text[max(sentence, start - _REACH) : start]
    return Figure(
        kind=kind,
        value=value,
        section=place,
        start=start,
        end=end,
        text=section.text[start:end],
        clause=_FIGURE_WORD.sub("#", clause),
        before=_FIGURE_WORD.sub("#", before),
        role=_find_role(kind, before, text[end : end + 8], section.aspect),
        year=(_YEAR.findall(text[sentence:start]) or [""])[-1],
        lead=text[sentence:start],
    )


def _last_end(pattern: re.Pattern[str], text: str, before: int) -> int:
    start = max(0, before - 120)
    last = start
    for match in pattern.finditer(text, start, before):
        last = match.end()
    return last


def _find_role(
    kind: FigureKind, before: str, after: str, aspect: Aspect | None
) -> Role | None:
    if kind is FigureKind.PHONE:
        if _COMPLAINT.search(before):
            return Role.COMPLAINT
        return Role.ENQUIRY if _ENQUIRY.search(before) else None
    if re.match(r"\s*(?:至|到|[-–—~])\s*\d", after):
        return Role.START
    if _RANGE.search(before):
        return Role.END
    if kind in (FigureKind.WORKDAYS, FigureKind.DAYS):
        return _find_limit_role(before, after, aspect)
    if kind in (FigureKind.DATE, FigureKind.DAY):
        return _find_day_role(before, after)
    if kind is FigureKind.MONEY and (aspect is Aspect.FEE or _FEE.search(before)):
        return Role.FEE
    return None


def _find_limit_role(before: str, after: str, aspect: Aspect | None) -> Role | None:
    if _STATUTORY.search(before):
        return Role.STATUTORY
    if _PROMISED.search(before) or aspect is Aspect.TIME_LIMIT:
        return Role.PROMISED
    return Role.PROMISED if _DONE.match(after) else None


def _find_day_role(before: str, after: str) -> Role | None:
    if _FROM.search(before) or after.startswith("起"):
        return Role.START
    return Role.END if _TO.search(before) else None
