"""Where canned replies are kept; a method is one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from sqlalchemy import ColumnElement, Engine, Select, or_, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from .accounts import Officer
from .auditing import audit
from .canned import (
    CannedReply,
    CannedReplyForbiddenError,
    CannedReplyNotFoundError,
    CannedReplyTakenError,
    may_edit_canned,
    may_see_canned,
    order_for,
)
from .database import Transactions
from .events import Clock
from .tables import BureauRow, CannedReplyRow, OfficerRow

# A method called list hides the type of that name inside its class.
_Replies: TypeAlias = list[CannedReply]


class CannedReplyStore:
    """Replies that officers keep ready; changes are audited."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._tx = Transactions(engine)
        self._clock = clock

    def list(self, officer: Officer) -> _Replies:
        """Return all that an officer may read, also those switched off."""
        return self._list(_is_readable(officer))

    def list_usable(self, bureau_id: int | None) -> _Replies:
        """Return what may be sent in a ticket of a bureau: its own first."""
        whose = CannedReplyRow.bureau_id
        is_fitting = whose.is_(None) if bureau_id is None else _is_of(bureau_id)
        return self._list(is_fitting & CannedReplyRow.is_active)

    def find(self, canned_id: int, officer: Officer) -> CannedReply | None:
        """Find one; None if there is none, and if it is not the officer's to read."""
        with self._tx.read() as session:
            found = session.execute(
                _select().where(CannedReplyRow.id == canned_id)
            ).one_or_none()
        if found is None or not may_see_canned(officer, found[0].bureau_id):
            return None
        return _to_canned(*found)

    def save(self, reply: CannedReply, *, officer: Officer) -> int:
        """Store a new one, or change the one whose id it carries; returns the id.

        Args:
            reply: As ``check_canned`` returned it, with ``id`` and ``is_active``.
            officer: Who writes.

        Raises:
            CannedReplyForbiddenError: If it is, or would be, of those that the
                officer may not change.
            CannedReplyNotFoundError: If it carries an id that is gone.
            CannedReplyTakenError: If another one of the bureau has the shortcut.
        """
        if not may_edit_canned(officer, reply.bureau_id):
            raise CannedReplyForbiddenError
        try:
            with self._tx.write() as session:
                _keep_others_out(session)
                if reply.id:
                    row = _get_row(session, reply.id, officer)
                else:
                    row = CannedReplyRow()
                if _find_same(session, reply) not in {None, reply.id}:
                    raise CannedReplyTakenError
                return self._store(session, row, reply, officer)
        except IntegrityError as e:
            raise CannedReplyTakenError from e

    def delete(self, canned_id: int, *, officer: Officer) -> None:
        """Delete one.

        Raises:
            CannedReplyForbiddenError: If the officer may not change it.
            CannedReplyNotFoundError: If it is gone.
        """
        with self._tx.write() as session:
            row = _get_row(session, canned_id, officer)
            self._sign(session, row, "canned.deleted", officer)
            session.delete(row)

    def add_all(self, replies: Sequence[CannedReply], *, officer: Officer) -> int:
        """Add those whose shortcut is still free; returns how many.

        Raises:
            CannedReplyForbiddenError: If one is of those the officer may not write;
                then none is added.
        """
        if not all(may_edit_canned(officer, reply.bureau_id) for reply in replies):
            raise CannedReplyForbiddenError
        with self._tx.write() as session:
            _keep_others_out(session)
            free = [r for r in replies if _find_same(session, r) is None]
            for reply in free:
                self._store(session, CannedReplyRow(), reply, officer)
        return len(free)

    def _list(self, which: ColumnElement[bool]) -> _Replies:
        with self._tx.read() as session:
            rows = session.execute(_select().where(which)).all()
        return order_for(_to_canned(*row) for row in rows)

    def _store(
        self,
        session: Session,
        row: CannedReplyRow,
        reply: CannedReply,
        officer: Officer,
    ) -> int:
        row.bureau_id, row.shortcut = reply.bureau_id, reply.shortcut
        row.title, row.text = reply.title, reply.text
        row.is_active = reply.is_active
        session.add(row)
        self._sign(
            session, row, f"canned.{'changed' if reply.id else 'added'}", officer
        )
        return row.id

    def _sign(
        self, session: Session, row: CannedReplyRow, action: str, officer: Officer
    ) -> None:
        now = self._clock()
        row.changed_at, row.changed_by = now, officer.id
        session.flush()
        subject, detail = f"canned {row.id}", f"/{row.shortcut} {row.title}"
        audit(session, action, subject, officer_id=officer.id, at=now, detail=detail)


def _keep_others_out(session: Session) -> None:
    """Let one write at a time: no constraint guards the whole office's shortcuts.

    SQL counts two rows without a bureau as different. On SQLite a writer is alone
    anyway; there are a few bureaus, and whoever answers citizens is not kept out.
    """
    session.execute(
        select(BureauRow.id).order_by(BureauRow.id).with_for_update(key_share=True)
    )


def _find_same(session: Session, reply: CannedReply) -> int | None:
    """Find the reply of the same bureau that has this shortcut."""
    whose = CannedReplyRow.bureau_id
    is_its = whose.is_(None) if reply.bureau_id is None else whose == reply.bureau_id
    same = CannedReplyRow.shortcut == reply.shortcut
    return session.scalar(select(CannedReplyRow.id).where(is_its, same))


def _get_row(session: Session, canned_id: int, officer: Officer) -> CannedReplyRow:
    row = session.get(CannedReplyRow, canned_id)
    if row is None or not may_see_canned(officer, row.bureau_id):
        raise CannedReplyNotFoundError(canned_id)
    if not may_edit_canned(officer, row.bureau_id):
        raise CannedReplyForbiddenError
    return row


def _is_of(bureau_id: int) -> ColumnElement[bool]:
    whose = CannedReplyRow.bureau_id
    return or_(whose.is_(None), whose == bureau_id)


def _is_readable(officer: Officer) -> ColumnElement[bool]:
    return true() if officer.bureau_id is None else _is_of(officer.bureau_id)


def _select() -> Select[CannedReplyRow, str | None, str | None]:
    return (
        select(CannedReplyRow, BureauRow.name, OfficerRow.name)
        .outerjoin(BureauRow, CannedReplyRow.bureau_id == BureauRow.id)
        .outerjoin(OfficerRow, CannedReplyRow.changed_by == OfficerRow.id)
    )


def _to_canned(
    row: CannedReplyRow, bureau: str | None, changed_by: str | None
) -> CannedReply:
    return CannedReply(
        shortcut=row.shortcut,
        title=row.title,
        text=row.text,
        bureau_id=row.bureau_id,
        bureau_name=bureau or "",
        is_active=row.is_active,
        id=row.id,
        changed_at=row.changed_at,
        changed_by=changed_by or "",
    )
