"""Tidies the lines of phones and finds numbers that cannot be right. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .labels import SPEAKING

_LABELLED = re.compile(r"^[\u4e00-\u9fff]{2,12}[：:]\S")
_NUMBER = re.compile(
    r"(?<![\d.〔A-Za-z-])(?<!\d[:：])(?:[（(]?(?P<area>0\d{2,3})[)）]?[-－ ]?)?"
    r"(?P<local>\d{3,13})(?![\d.:：%〕年月日号楼元窗室层米路个座])"
)

#: In a text of phones anything this long is one.
_SHORT = re.compile(r"^(?:1(?:10|19|20|22)|12\d{3}|9[56]\d{3,6}|1[01]\d{3}|114)$")
_MOBILE = re.compile(r"^1[3-9]\d{9}$")
_FREE_CALL = re.compile(r"^[48]00\d{7}$")
_LOCAL_LENGTHS = {7, 8}

#: Lines that speak of phones; a line of a bus has numbers too.
_PHONE_WORD = re.compile(r"电话|热线|拨打|咨询|监督|投诉|预约")


def tidy_phones(lines: Sequence[str]) -> list[str]:
    """Join a head with its only number, and drop heads above further labels."""
    tidy: list[str] = []
    for place, line in enumerate(lines):
        following = lines[place + 1] if place + 1 < len(lines) else ""
        is_head = line.endswith("：") and line.rstrip("：") in SPEAKING
        if is_head and (not following or _LABELLED.match(following)):
            continue
        if tidy and tidy[-1].endswith("：") and not line.endswith("："):
            tidy[-1] += line
        else:
            tidy.append(line)
    return tidy


def list_odd_numbers(text: str) -> list[str]:
    """Return the numbers in lines about phones that have a figure too many or few."""
    odd: dict[str, None] = {}
    for line in text.split("\n"):
        if not _PHONE_WORD.search(line):
            continue
        for part in re.split(r"[；;，,、。（）()/]|怎么去", line):
            if not _PHONE_WORD.search(part) and not part[:1].isdigit():
                continue
            odd |= {
                match[0].strip(): None
                for match in _NUMBER.finditer(part)
                if not _is_right(match["area"] or "", match["local"])
            }
    return list(odd)


def _is_right(area: str, local: str) -> bool:
    if _SHORT.match(local) or (not area and _MOBILE.match(local)):
        return True
    if not area and (_FREE_CALL.match(local) or len(local) in {10, 11, 12}):
        return local.startswith(("400", "800", "0"))
    # A number of three or four figures is a room, or an extension.
    return len(local) in _LOCAL_LENGTHS or (not area and len(local) < 5)
