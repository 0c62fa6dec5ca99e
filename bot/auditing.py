"""Writes down who did what, in the transaction that does it, and chains it.

A row waits in its session until the commit: only then is the head locked, as the last
lock of the transaction, so that nobody waits for it longer than a commit takes and no
two transactions can wait for each other because of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, event, func, insert, select, update
from sqlalchemy.orm import Session, SessionTransaction

from .audit_chain import (
    TORN,
    AuditKey,
    Head,
    Link,
    chain_link,
    describe_moment,
    is_sealed,
    seal_head,
)
from .audit_tables import HEAD_ID, AuditHeadRow, AuditRow

#: Execution option under which an engine carries the key.
KEY_OPTION = "wenzheng_audit_key"

#: Where a session keeps what it will write.
_PENDING = "wenzheng_audit"

_MAX_SUBJECT_CHARS, _MAX_DETAIL_CHARS = 120, 300


@dataclass(frozen=True, slots=True)
class _Note:
    at: datetime
    officer_id: int | None
    action: str
    subject: str
    detail: str
    #: With which it is rolled back; None = the whole.
    savepoint: SessionTransaction | None


def audit(
    session: Session,
    action: str,
    subject: str,
    *,
    officer_id: int | None,
    at: datetime,
    detail: str = "",
) -> None:
    """Write down who did what, in the transaction that does it.

    Args:
        session: Of that transaction; the row is written by its commit.
        action: As programs call it: ``ticket.note``.
        subject: What it was done to: ``ticket 7``.
        officer_id: None = the service itself, or somebody not logged in.
        at: Aware UTC.
        detail: What is known besides; never text of a citizen's.
    """
    note = _Note(
        at,
        officer_id,
        action,
        subject[:_MAX_SUBJECT_CHARS],
        detail[:_MAX_DETAIL_CHARS],
        session.get_nested_transaction(),
    )
    session.info.setdefault(_PENDING, []).append(note)


def read_key(connection: Connection) -> AuditKey:
    """Return the key that the engine was made with; without one, an empty key."""
    key = connection.get_execution_options().get(KEY_OPTION)
    return key if isinstance(key, AuditKey) else AuditKey()


def read_head(connection: Connection, *, lock: bool = False) -> tuple[Head, str] | None:
    """Return the head and its seal; None if it is gone."""
    found = _read_end(connection, lock=lock)
    return None if found is None else found[:2]


def _read_end(
    connection: Connection, *, lock: bool = False
) -> tuple[Head, str, int] | None:
    """Return the same, and the highest id: higher if a row was put in by hand."""
    table = AuditHeadRow.__table__
    highest = select(func.max(AuditRow.id)).scalar_subquery().label("highest")
    statement = select(table, highest).where(table.c.id == HEAD_ID)
    if lock:
        statement = statement.with_for_update()
    row = connection.execute(statement).one_or_none()
    if row is None:
        return None
    head = Head(row.last_id, row.total, row.chain, row.sealed_up_to, row.sealed_at)
    return head, row.seal, row.highest or 0


def write_head(connection: Connection, head: Head, *, is_new: bool = False) -> None:
    """Store the head with its seal."""
    values = {
        "last_id": head.last_id,
        "total": head.count,
        "chain": head.chain,
        "sealed_up_to": head.sealed_up_to,
        "sealed_at": head.sealed_at,
        "seal": seal_head(read_key(connection), head),
    }
    if is_new:
        connection.execute(insert(AuditHeadRow).values(id=HEAD_ID, **values))
    else:
        where = AuditHeadRow.id == HEAD_ID
        connection.execute(update(AuditHeadRow).where(where).values(**values))


@event.listens_for(Session, "before_commit")
def _write_notes(session: Session) -> None:
    if session.in_nested_transaction():
        return  # a savepoint ends, and the transaction goes on
    notes: list[_Note] = session.info.pop(_PENDING, [])
    if notes:
        # All other locks come first: whoever holds the head waits for nothing more.
        session.flush()
        _append(session.connection(), notes)


@event.listens_for(Session, "after_soft_rollback")
def _drop_notes(session: Session, ended: SessionTransaction) -> None:
    notes: list[_Note] = session.info.get(_PENDING, [])
    if notes:
        session.info[_PENDING] = [
            note for note in notes if ended.nested and not _is_within(note, ended)
        ]


def _is_within(note: _Note, ended: SessionTransaction) -> bool:
    one = note.savepoint
    while one is not None and one is not ended:
        one = one.parent
    return one is ended


def _append(connection: Connection, notes: list[_Note]) -> None:
    key, found = read_key(connection), _read_end(connection, lock=True)
    head, seal, highest = found or (Head(), "", _find_highest(connection))
    # Written down all the same, but never so that it looks whole again.
    chain = head.chain if is_sealed(key, head, seal) else TORN
    # A row that somebody put in by hand must not stop the desk.
    last_id, rows = max(head.last_id, highest), []
    for note in notes:
        last_id += 1
        officer = None if note.officer_id is None else str(note.officer_id)
        moment = describe_moment(note.at)
        link = Link(last_id, moment, officer, note.action, note.subject, note.detail)
        chain = chain_link(key, chain, link)
        rows.append(_to_values(note, last_id, chain))
    connection.execute(insert(AuditRow), rows)
    count = head.count + len(rows)
    ended = Head(last_id, count, chain, head.sealed_up_to, head.sealed_at)
    write_head(connection, ended, is_new=found is None)


def _find_highest(connection: Connection) -> int:
    return connection.scalar(select(func.max(AuditRow.id))) or 0


def _to_values(note: _Note, id_: int, chain: str) -> dict[str, object]:
    return {
        "id": id_,
        "at": note.at,
        "officer_id": note.officer_id,
        "action": note.action,
        "subject": note.subject,
        "detail": note.detail,
        "chain": chain,
    }
