"""Alarms: what a person must mend, kept open until it is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, case, select, update

from .database import Transactions
from .events import Clock, Publish, publish_nothing
from .tables import AlarmRow
from .upserting import insert_into

_MAX_MESSAGE_CHARS = 300


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that is wrong now."""

    #: As programs call it: wechat:40125.
    key: str

    #: What happened and what helps, Chinese.
    message: str
    opened_at: datetime

    #: When it was met last.
    last_at: datetime

    #: How often it was met since it was opened; at least 1.
    count: int


class AlarmStore:
    """Alarms of all processes; every method is one transaction.

    Each raises StoreUnavailableError if the database cannot be used. Pages hear of a
    change after the commit, by the live event ``alarm``.
    """

    def __init__(
        self, engine: Engine, clock: Clock, publish: Publish = publish_nothing
    ) -> None:
        self._tx = Transactions(engine)
        self._clock = clock
        self._publish = publish

    def raise_alarm(self, key: str, message: str) -> None:
        """Open an alarm, or count it once more if it is open.

        Args:
            key: At most 64 characters: where it comes from, a colon, what it is.
            message: Chinese, for the console; no secret, no OpenID, no citizen's text.
        """
        now = self._clock()
        fresh = {
            "message": message[:_MAX_MESSAGE_CHARS],
            "is_open": True,
            "count": 1,
            "opened_at": now,
            "last_at": now,
            "closed_at": None,
        }
        again = {
            "count": case((AlarmRow.is_open, AlarmRow.count + 1), else_=1),
            "opened_at": case((AlarmRow.is_open, AlarmRow.opened_at), else_=now),
        }
        with self._tx.write() as session:
            session.execute(
                insert_into(session, AlarmRow)
                .values(key=key, **fresh)
                .on_conflict_do_update(index_elements=["key"], set_={**fresh, **again})
            )
        self._publish("alarm", {})

    def clear(self, key_prefix: str) -> None:
        """Close the alarms whose keys begin so: it works again."""
        statement = (
            update(AlarmRow)
            .where(AlarmRow.key.startswith(key_prefix, autoescape=True))
            .where(AlarmRow.is_open)
            .values(is_open=False, closed_at=self._clock())
            .returning(AlarmRow.id)
            .execution_options(synchronize_session=False)
        )
        with self._tx.write() as session:
            is_changed = bool(session.execute(statement).all())
        if is_changed:
            self._publish("alarm", {})

    def list_open(self) -> list[Alarm]:
        """List what is wrong now, longest first."""
        statement = (
            select(AlarmRow)
            .where(AlarmRow.is_open)
            .order_by(AlarmRow.opened_at, AlarmRow.id)
        )
        with self._tx.read() as session:
            return [
                Alarm(row.key, row.message, row.opened_at, row.last_at, row.count)
                for row in session.scalars(statement)
            ]
