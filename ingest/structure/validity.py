"""Finds from when to when a rule applies. Pure."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from ..dates import DATE, find_date, find_dates, read_number

#: How a document calls itself.
_SELF = (
    r"(?:本|以上|上述)(?:办法|规定|条例|法|通知|意见|细则|实施细则|决定|方案|标准|规则|规范|制度|措施"
    r"|通告|公告|政策|规程|预案|解释|文件|措施|要点|计划|清单|目录|实施办法|暂行办法|实施方案|管理办法|管理规定)"
)

_FROM = re.compile(
    rf"自\s*(?P<day>{DATE}|(?:印发|公布|发布|下发|发文|颁布)之日)\s*起\s*(?:正式)?(?:施行|实施|执行|生效|试行)"
)
_PUBLISHED = re.compile(r"公布|印发|发布|通过")
_SELF_RE = re.compile(_SELF)
_UNTIL = re.compile(
    rf"(?:有效期[限]?(?:截)?至|施行至|执行至|实施至|至)\s*(?P<day>{DATE})"
)
_SPAN = re.compile(
    rf"自\s*(?P<from>{DATE})\s*(?:起)?\s*(?:施行|实施|执行)?\s*[，,]?\s*(?:有效期)?至\s*(?P<until>{DATE})"
)
_YEARS = re.compile(
    r"(?:有效期|试行期|暂行期)限?\s*(?:为|是)?\s*(?P<years>[一二三四五六七八九十两\d]+)\s*年"
)

#: A sentence on the term of the document, and not of a certificate in it.
_TERM = re.compile(
    _SELF + r"(?:的)?(?:有效期|试行期|暂行期|自|施行|执行|实施)|有效期[^。]*自.*起"
)

_SENTENCE = re.compile(r"[^。；;\n]+[。；;]?")
#: 自公布之日起30日后施行.
_DELAYED = re.compile(
    r"自(?:印发|公布|发布|下发|发文|颁布)之日起\s*(?:满)?\s*(?P<days>\d{1,3}|[一二三四五六七八九十]{1,3})\s*"
    r"日?(?:日|天)(?:之)?后\s*(?:正式)?(?:施行|实施|执行|生效)"
)

#: 至2025年底, 至2026年6月底.
_YEAR_END = re.compile(
    r"(?:有效期[限]?|施行期限?|执行期限?|实施期限?|执行|施行|实施|有效)[^，。；]{0,4}?至\s*"
    r"(?P<year>20\d{2})\s*年\s*(?:(?P<month>\d{1,2})\s*月\s*)?(?:底|末|年底)"
)


@dataclass(frozen=True, slots=True)
class Validity:
    """First and last day; None where the text does not say."""

    effective_on: date | None = None
    expires_on: date | None = None


def find_validity(lines: Iterable[str], issued_on: date | None) -> Validity:
    """Read the closing clause "本办法自…起施行，有效期…".

    Args:
        lines: Paragraphs of the text; the last clause that says so counts.
        issued_on: Day for "自印发之日起"; None when unknown.
    """
    effective: date | None = None
    expires: date | None = None
    for line in lines:
        if not _speaks_of_itself(line):
            continue
        if match := _DELAYED.search(line):
            if issued_on:
                effective = issued_on + timedelta(days=read_number(match["days"]))
        elif match := _FROM.search(line):
            effective = find_date(match["day"]) or issued_on or effective
        elif (match := _SPAN.search(line)) and _TERM.search(line):
            effective = find_date(match["from"])
        expires = _find_end(line, effective) or expires
    if effective and expires and expires < effective:
        expires = None
    return Validity(effective, expires)


def _speaks_of_itself(line: str) -> bool:
    """Tell a closing clause from a rule such as "…自3月1日起执行新标准"."""
    match = _FROM.search(line) or _DELAYED.search(line)
    if match is None:
        return bool(_SELF_RE.search(line))
    before = line[: match.start()]
    return bool(_SELF_RE.search(before) or _PUBLISHED.search(before) or not before)


def _find_end(line: str, effective: date | None) -> date | None:
    if match := _YEAR_END.search(line):
        month = int(match["month"] or 12)
        return date(int(match["year"]), month, monthrange(int(match["year"]), month)[1])
    for sentence in _SENTENCE.findall(line):
        if not (_TERM.search(sentence) or _FROM.search(sentence)):
            continue
        if match := _SPAN.search(sentence):
            return find_date(match["until"])
        if match := _UNTIL.search(sentence):
            return find_date(match["day"])
        match = _YEARS.search(sentence)
        if match and effective:
            return add_years(effective, read_number(match["years"]))
    return _read_tail(line, effective)


def _read_tail(line: str, effective: date | None) -> date | None:
    """Read a term that stands after the day from which the rule applies."""
    if not (_FROM.search(line) or _DELAYED.search(line)):
        return None
    tail = line.rpartition("起")[2]
    if match := _YEARS.search(tail):
        return add_years(effective, read_number(match["years"])) if effective else None
    match = _UNTIL.search(tail) if "有效期" in tail else None
    return find_date(match["day"]) if match else None


def add_years(start: date, years: int) -> date:
    """Return the last day of a term of some years that begins on ``start``."""
    try:
        return start.replace(year=start.year + years) - timedelta(days=1)
    except ValueError:  # 29 February
        return date(start.year + years, 2, 28)


def read_span(text: str) -> Validity:
    """Read a declared span: "至2026年12月31日", "2024-01-01至2026-12-31", "长期"."""
    dates = find_dates(text)
    if len(dates) >= 2:
        return Validity(dates[0], dates[-1])
    return Validity(expires_on=dates[0] if dates else None)
