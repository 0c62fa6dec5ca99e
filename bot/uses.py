"""How often each entry is answered from; counted by the worker, a day at a time."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from knowledge import EntryUses

from .database import Transactions
from .events import Clock
from .tables import MessageRow
from .types import AnswerStatus, Sender
from .working_time import BEIJING

#: Days counted at the first start; conversations are hardly kept longer.
FIRST_DAYS = 90

_ROWS_AT_ONCE = 500


class UseCounter:
    """Counts answers of the bot by the entry that they cite."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._tx = Transactions(engine)
        self._uses = EntryUses(engine)
        self._clock = clock

    def count(self) -> int:
        """Count today, and every day since the last that was counted; returns days.

        A day is counted anew and not added to, so that a count that broke off is
        made good by the next one.
        """
        today = self._clock().astimezone(BEIJING).date()
        first = self._uses.last_day() or today - timedelta(days=FIRST_DAYS)
        days = [first + timedelta(days=n) for n in range((today - first).days + 1)]
        for day in days:
            with self._tx.read() as session:
                found = _count_day(session, day)
            self._uses.set_day(day, found)
        return len(days)


def _count_day(session: Session, day: date) -> Counter[str]:
    start = datetime.combine(day, time(), BEIJING)
    statement = (
        select(MessageRow.answer)
        .where(MessageRow.sender == Sender.BOT)
        .where(MessageRow.status == AnswerStatus.ANSWERED)
        .where(MessageRow.created_at >= start)
        .where(MessageRow.created_at < start + timedelta(days=1))
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    found: Counter[str] = Counter()
    for answer in session.scalars(statement):
        cited = (answer or {}).get("citations", ())
        found.update({str(c["entry_id"]) for c in cited if c.get("entry_id")})
    return found
