"""Whether somebody is at the desk now, read from the hours as citizens do. Pure."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta, timezone

_BEIJING = timezone(timedelta(hours=8))
_SPAN = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-–—~至到]+\s*(\d{1,2})[:：](\d{2})")

#: Words that say weekends are off; without one, every day counts.
_WEEKDAYS = re.compile(r"工作日|周一至周五|星期一至星期五")


def is_open(hours: str, now: datetime) -> bool:
    """Tell whether ``now`` lies within the hours.

    Public holidays are not known here; the citizen may then wait longer than said.

    Args:
        hours: As citizens read them: 工作日 8:30–12:00，13:30–17:30. Hours without
            a time count as always open.
        now: Aware.
    """
    spans = [tuple(map(int, found)) for found in _SPAN.findall(hours)]
    if not spans:
        return True
    local = now.astimezone(_BEIJING)
    if _WEEKDAYS.search(hours) and local.weekday() >= 5:
        return False
    clock = local.time()
    return any(
        time(h1 % 24, m1) <= clock < time(min(h2, 23), m2 if h2 < 24 else 59)
        for h1, m1, h2, m2 in spans
    )
