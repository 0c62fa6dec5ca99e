"""Looks once a day whether the audit trail was altered, and raises the alarm."""

from __future__ import annotations

import logging
from collections.abc import Callable

from bot import AlarmStore, AuditTrail
from handlers.wording_breaks import describe_break, describe_verdict

_log = logging.getLogger(__name__)

#: Key of the alarm; it stands until a look finds nothing.
ALARM = "audit:broken"

#: What to do about it.
_ADVICE = "请保护现场，运行 wenzheng audit verify 看细节，查清以后再重新封存。"


def make_guard(trail: AuditTrail, alarms: AlarmStore) -> Callable[[], None]:
    """Return the daily look.

    It remembers the head of its last look, outside of the database: rows and head put
    back together as they were days ago are whole in themselves.
    The work raises StoreUnavailableError if the database cannot be used.
    """
    noted = ""

    def look() -> None:
        nonlocal noted
        verdict = trail.verify(expect=noted)
        # In the log, which is kept elsewhere: something to compare with.
        _log.info("audit head %s, %d rows", verdict.head, verdict.count)
        if verdict.is_whole:
            noted = verdict.head
            alarms.clear(ALARM)
            return
        first = describe_break(verdict.breaks[0])
        _log.error("audit trail broken in %d places", len(verdict.breaks))
        alarms.raise_alarm(ALARM, f"{describe_verdict(verdict)}{first}{_ADVICE}")

    return look
