"""Rows of imports: found, filled, inside their caller's transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from .change import Actor
from .import_types import (
    FileState,
    Import,
    ImportFile,
    ImportHints,
    ImportNotFoundError,
    ReadFile,
)
from .life_tables import ImportFileRow, ImportRow


def to_import(row: ImportRow) -> Import:
    """Return the value of a batch."""
    hints = ImportHints.from_json(row.hints)
    return Import(row.id, row.created_by, row.created_at, hints)


def to_file(row: ImportFileRow) -> ImportFile:
    """Return the value of a file, report included."""
    return ImportFile(
        id=row.id,
        import_id=row.import_id,
        name=row.name,
        sha256=row.sha256,
        size=row.size,
        state=FileState(row.state),
        reason=row.reason,
        summary=row.report.get("summary") or {},
        changed_at=row.changed_at,
        report=row.report,
    )


def fill_file(row: ImportFileRow, read: ReadFile, now: datetime) -> None:
    """Put what was read into a row."""
    row.name, row.state, row.reason = read.name[:300], read.state, read.reason
    row.report, row.changed_at = dict(read.report) | {"version": 1}, now


def get_batch(
    session: Session, import_id: int, actor: Actor, *, lock: bool = False
) -> ImportRow:
    """Find a batch that a person may see, or raise ImportNotFoundError."""
    statement = select(ImportRow).where(ImportRow.id == import_id)
    if lock:
        statement = statement.with_for_update()
    row = session.scalars(statement).one_or_none()
    if row is None or not actor.owns(ImportHints.from_json(row.hints).department):
        raise ImportNotFoundError
    return row


def get_file(
    session: Session, import_file_id: int, actor: Actor, *, lock: bool = False
) -> ImportFileRow:
    """Find a file of such a batch, or raise ImportNotFoundError."""
    statement = select(ImportFileRow).where(ImportFileRow.id == import_file_id)
    if lock:
        statement = statement.with_for_update()
    row = session.scalars(statement).one_or_none()
    if row is None:
        raise ImportNotFoundError
    get_batch(session, row.import_id, actor)
    return row
