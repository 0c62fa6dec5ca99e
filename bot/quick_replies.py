"""Where quick replies are kept, and found for every message.

Every message looks here, so all of it lies in memory and is read anew at most once a
second: an edit works within two seconds in every process.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import Engine, Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from .auditing import audit
from .database import Transactions
from .errors import StoreUnavailableError
from .events import Clock
from .quick_reply import (
    MAX_KEYWORD_CHARS,
    QuickReply,
    QuickReplyNotFoundError,
    QuickReplyTakenError,
    ReplySource,
    make_key,
)
from .tables import OfficerRow, QuickReplyRow

#: How old what lies in memory may be.
REFRESH_AFTER = timedelta(seconds=1)

_log = logging.getLogger(__name__)

# A method called list hides the type of that name inside its class.
_Replies: TypeAlias = list[QuickReply]


class QuickReplyStore:
    """Quick replies; safe to use from many threads, one transaction a method."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._tx = Transactions(engine)
        self._clock = clock
        self._lock = threading.Lock()
        self._known: Mapping[tuple[str, str], QuickReply] = {}
        self._read_at: datetime | None = None

    def find(self, source: ReplySource, key: str) -> QuickReply | None:
        """Find what is said now; None if nothing is, or it is switched off."""
        return self._look().get((source, make_key(source, key)))

    def find_keyword(self, text: str) -> QuickReply | None:
        """Find what is said to a message that is a keyword and nothing else."""
        if len(text) > 2 * MAX_KEYWORD_CHARS:
            return None
        return self.find(ReplySource.KEYWORD, text)

    def get(self, reply_id: int) -> QuickReply:
        """Return one, also if it is switched off.

        Raises:
            QuickReplyNotFoundError: If there is none.
        """
        with self._tx.read() as session:
            found = session.execute(
                _select().where(QuickReplyRow.id == reply_id)
            ).one_or_none()
        if found is None:
            raise QuickReplyNotFoundError(reply_id)
        return _to_reply(*found)

    def list(self) -> _Replies:
        """Return all, also those switched off, by source and key."""
        order = (QuickReplyRow.source, QuickReplyRow.key)
        with self._tx.read() as session:
            return [
                _to_reply(*row) for row in session.execute(_select().order_by(*order))
            ]

    def save(self, reply: QuickReply, *, changed_by: int) -> int:
        """Store a new one, or change the one whose id it carries; returns the id.

        Args:
            reply: As ``check_quick_reply`` returned it; its last three fields but
                the id are ignored.
            changed_by: Officer.

        Raises:
            QuickReplyNotFoundError: If it carries an id that is gone.
            QuickReplyTakenError: If another one has this key.
        """
        try:
            with self._tx.write() as session:
                row = self._open_row(session, reply)
                row.source, row.key = reply.source, reply.key
                row.text, row.question = reply.text, reply.question
                row.is_active = reply.is_active
                action = "quick_reply.changed" if reply.id else "quick_reply.added"
                self._sign(session, row, action, changed_by)
        except IntegrityError as e:
            raise QuickReplyTakenError from e
        self._forget()
        return row.id

    def set_active(self, reply_id: int, *, is_active: bool, changed_by: int) -> None:
        """Switch one on or off.

        Raises:
            QuickReplyNotFoundError: If there is none.
        """
        with self._tx.write() as session:
            row = _get_row(session, reply_id)
            row.is_active = is_active
            action = "quick_reply.on" if is_active else "quick_reply.off"
            self._sign(session, row, action, changed_by)
        self._forget()

    def delete(self, reply_id: int, *, changed_by: int) -> None:
        """Delete one.

        Raises:
            QuickReplyNotFoundError: If there is none.
        """
        with self._tx.write() as session:
            row = _get_row(session, reply_id)
            self._sign(session, row, "quick_reply.deleted", changed_by)
            session.delete(row)
        self._forget()

    def _open_row(self, session: Session, reply: QuickReply) -> QuickReplyRow:
        if reply.id:
            return _get_row(session, reply.id)
        row = QuickReplyRow(source=reply.source, key=reply.key)
        session.add(row)
        return row

    def _sign(
        self, session: Session, row: QuickReplyRow, action: str, officer_id: int
    ) -> None:
        now = self._clock()
        row.changed_at, row.changed_by = now, officer_id
        session.flush()
        subject, detail = f"quick_reply {row.id}", f"{row.source} {row.key}"
        audit(session, action, subject, officer_id=officer_id, at=now, detail=detail)

    def _look(self) -> Mapping[tuple[str, str], QuickReply]:
        now = self._clock()
        with self._lock:
            last = self._read_at
            if last is None or not timedelta() <= now - last < REFRESH_AFTER:
                self._read_at = now
                found = self._read()
                self._known = self._known if found is None else found
            return self._known

    def _read(self) -> Mapping[tuple[str, str], QuickReply] | None:
        active = _select().where(QuickReplyRow.is_active)
        try:
            with self._tx.read() as session:
                replies = [_to_reply(*row) for row in session.execute(active)]
        except StoreUnavailableError:
            # What staff wrote a second ago is better than an apology.
            _log.warning("quick replies could not be read; the last ones stay")
            return None
        return {(reply.source, reply.key): reply for reply in replies}

    def _forget(self) -> None:
        with self._lock:
            self._read_at = None


def _select() -> Select[QuickReplyRow, str | None]:
    return select(QuickReplyRow, OfficerRow.name).outerjoin(
        OfficerRow, QuickReplyRow.changed_by == OfficerRow.id
    )


def _get_row(session: Session, reply_id: int) -> QuickReplyRow:
    row = session.get(QuickReplyRow, reply_id)
    if row is None:
        raise QuickReplyNotFoundError(reply_id)
    return row


def _to_reply(row: QuickReplyRow, changed_by: str | None) -> QuickReply:
    return QuickReply(
        source=ReplySource(row.source),
        key=row.key,
        text=row.text,
        question=row.question,
        is_active=row.is_active,
        id=row.id,
        changed_at=row.changed_at,
        changed_by=changed_by or "",
    )
