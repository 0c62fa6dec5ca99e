"""Finds dates as Chinese documents write them. Pure: no clock."""

import re
from datetime import date

_DIGITS = {digit: n for n, digit in enumerate("〇一二三四五六七八九")}
_DIGITS |= {"零": 0, "○": 0, "Ｏ": 0, "O": 0, "两": 2}

_WESTERN = (
    r"(?P<y>(?:19|20)\d{2})\s*[年./-]\s*(?P<m>\d{1,2})\s*[月./-]\s*"
    r"(?P<d>\d{1,2})(?!\d)\s*日?"
)
_CHINESE = (
    r"(?P<cy>[一二][〇○零OＯ一二三四五六七八九]{3})\s*年\s*"
    r"(?P<cm>[一二三四五六七八九十]{1,2})\s*月\s*"
    r"(?P<cd>[一二三四五六七八九十]{1,3})\s*日"
)
_DATE = re.compile(f"{_WESTERN}|{_CHINESE}")

#: A date, for patterns of other modules; its groups carry no names.
DATE = re.sub(r"\(\?P<\w+>", "(?:", f"(?:{_WESTERN}|{_CHINESE})")


def find_dates(text: str) -> list[date]:
    """Return the dates in the text in their order; impossible ones are left out."""
    found = (_make_date(match) for match in _DATE.finditer(text))
    return [each for each in found if each is not None]


def find_date(text: str) -> date | None:
    """Return the first date in the text."""
    return next(iter(find_dates(text)), None)


def is_date_line(text: str) -> bool:
    """Whether the text is a date and nothing else."""
    match = _DATE.match(text)
    return match is not None and not text[match.end() :].strip(" 　（）()印发日")


def read_number(text: str) -> int:
    """Return a number below 10000 written in Chinese or Arabic digits.

    Raises:
        ValueError: If the text is not such a number.
    """
    if text.isdigit():
        return int(text)
    if len(text) > 1 and not set(text) & set("十百千"):
        return int("".join(str(_DIGITS[char]) for char in text))
    total, current = 0, 0
    for char in text:
        if char in "十百千":
            total += (current or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            current = 0
        elif char in _DIGITS:
            current = _DIGITS[char]
        else:
            raise ValueError(f"not a number: {text!r}")
    return total + current


def _make_date(match: re.Match[str]) -> date | None:
    parts = [match[name] for name in ("y", "m", "d")]
    if parts[0] is None:
        parts = [match[name] for name in ("cy", "cm", "cd")]
    try:
        year, month, day = (read_number(part.replace("Ｏ", "〇")) for part in parts)
        return date(year, month, day)
    except (KeyError, ValueError):
        return None
