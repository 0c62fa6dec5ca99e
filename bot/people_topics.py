"""Where topics that only people answer are kept, and found for every message.

Every message looks here, so those that are on lie in memory and are read anew at most
once a second: an edit works within two seconds in every process.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import Engine, Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from .auditing import audit
from .database import Transactions
from .errors import StoreUnavailableError
from .events import Clock
from .people_topic import (
    PeopleTopic,
    PeopleTopicFormError,
    PeopleTopicNotFoundError,
    PeopleTopicTakenError,
    match_topic,
)
from .tables import BureauRow, PeopleTopicRow

#: How old what lies in memory may be.
REFRESH_AFTER = timedelta(seconds=1)

_log = logging.getLogger(__name__)

# A method called list hides the type of that name inside its class.
_Topics: TypeAlias = list[PeopleTopic]


class PeopleTopicStore:
    """Topics for people; safe to use from many threads, one transaction a method."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._tx = Transactions(engine)
        self._clock = clock
        self._lock = threading.Lock()
        self._known: tuple[PeopleTopic, ...] = ()
        self._read_at: datetime | None = None

    def find(self, text: str) -> PeopleTopic | None:
        """Find the topic that is on and that a citizen's text is about."""
        return match_topic(self._look(), text)

    def list(self) -> _Topics:
        """Return all: those that are on first, by name."""
        order = (PeopleTopicRow.is_active.desc(), PeopleTopicRow.name)
        with self._tx.read() as session:
            return [
                _to_topic(*row) for row in session.execute(_select().order_by(*order))
            ]

    def get(self, topic_id: int) -> PeopleTopic:
        """Return one, also if it is off.

        Raises:
            PeopleTopicNotFoundError: If there is none.
        """
        statement = _select().where(PeopleTopicRow.id == topic_id)
        with self._tx.read() as session:
            found = session.execute(statement).one_or_none()
        if found is None:
            raise PeopleTopicNotFoundError(topic_id)
        return _to_topic(*found)

    def save(self, topic: PeopleTopic, *, changed_by: int) -> int:
        """Store a new one, or change the one whose id it carries; returns the id.

        Args:
            topic: As ``check_people_topic`` returned it; whether it is on is ignored.
            changed_by: Officer.

        Raises:
            PeopleTopicNotFoundError: If it carries an id that is gone.
            PeopleTopicTakenError: If another one has this name.
            PeopleTopicFormError: If there is no such bureau, or it is off.
        """
        action = "people_topic.changed" if topic.id else "people_topic.added"
        try:
            with self._tx.write() as session:
                _check_bureau(session, topic.bureau_id)
                row = _get_row(session, topic.id) if topic.id else PeopleTopicRow()
                row.name, row.words = topic.name, list(topic.words)
                row.bureau_id = topic.bureau_id
                self._sign(session, row, action, changed_by)
                topic_id = row.id
        except IntegrityError as e:
            raise PeopleTopicTakenError from e
        self._forget()
        return topic_id

    def set_active(self, topic_id: int, *, is_active: bool, changed_by: int) -> None:
        """Switch one on or off; one that is off is answered by the bot again.

        Raises:
            PeopleTopicNotFoundError: If there is none.
        """
        action = "people_topic.on" if is_active else "people_topic.off"
        with self._tx.write() as session:
            row = _get_row(session, topic_id)
            row.is_active = is_active
            self._sign(session, row, action, changed_by)
        self._forget()

    def _sign(
        self, session: Session, row: PeopleTopicRow, action: str, officer_id: int
    ) -> None:
        now = self._clock()
        row.changed_at, row.changed_by = now, officer_id
        session.add(row)
        session.flush()
        audit(
            session,
            action,
            f"people_topic {row.id}",
            officer_id=officer_id,
            at=now,
            detail=row.name,
        )

    def _look(self) -> tuple[PeopleTopic, ...]:
        now = self._clock()
        with self._lock:
            last = self._read_at
            if last is None or not timedelta() <= now - last < REFRESH_AFTER:
                self._read_at = now
                try:
                    self._known = tuple(t for t in self.list() if t.is_active)
                except StoreUnavailableError as e:
                    # The message itself will fail there too; nothing is answered.
                    _log.warning("people topics not read: %s", type(e).__name__)
            return self._known

    def _forget(self) -> None:
        with self._lock:
            self._read_at = None


def _select() -> Select[PeopleTopicRow, BureauRow]:
    return select(PeopleTopicRow, BureauRow).outerjoin(
        BureauRow, PeopleTopicRow.bureau_id == BureauRow.id
    )


def _to_topic(row: PeopleTopicRow, bureau: BureauRow | None) -> PeopleTopic:
    topic = PeopleTopic(row.id, row.name, tuple(row.words), is_active=row.is_active)
    if bureau is None:
        return topic
    return replace(topic, bureau_id=bureau.id, bureau_name=bureau.name)


def _get_row(session: Session, topic_id: int) -> PeopleTopicRow:
    row = session.get(PeopleTopicRow, topic_id)
    if row is None:
        raise PeopleTopicNotFoundError(topic_id)
    return row


def _check_bureau(session: Session, bureau_id: int | None) -> None:
    if bureau_id is None:
        return
    bureau = session.get(BureauRow, bureau_id)
    if bureau is None or not bureau.is_active:
        raise PeopleTopicFormError({"bureau_id": "这个部门没有，或者停用了。"})
