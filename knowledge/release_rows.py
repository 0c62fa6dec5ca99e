"""Rows of releases: which there were, what each held, which one is current."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from .life_tables import ReleaseRevisionRow
from .release import ReleaseInfo
from .tables import EntryRow, ReleaseRow


def find_current(session: Session, *, lock: bool = False) -> str | None:
    """Name the release that the record says is answered from; None = not known."""
    statement = select(ReleaseRow.id).where(ReleaseRow.is_current)
    if lock:
        statement = statement.with_for_update()
    return session.scalars(statement).first()


def list_held(session: Session, release_id: str) -> set[int]:
    """List the revisions that a release holds."""
    held = select(ReleaseRevisionRow.revision_id)
    held = held.where(ReleaseRevisionRow.release_id == release_id)
    return set(session.scalars(held))


def list_pointed(session: Session) -> set[int]:
    """List the revisions that the record says are published."""
    pointed = select(EntryRow.published_revision_id).where(
        EntryRow.state == "published", EntryRow.published_revision_id.is_not(None)
    )
    return {int(n) for n in session.scalars(pointed) if n is not None}


def make_current(session: Session, release_id: str) -> None:
    """Move the mark of the release that is answered from."""
    session.execute(
        update(ReleaseRow)
        .where(ReleaseRow.is_current, ReleaseRow.id != release_id)
        .values(is_current=False)
    )
    session.execute(
        update(ReleaseRow).where(ReleaseRow.id == release_id).values(is_current=True)
    )


def write_release(
    session: Session,
    info: ReleaseInfo,
    *,
    at: datetime,
    reason: str,
    made_by: int | None,
    held: Collection[int],
) -> None:
    """Keep the record of a release that was built, and make it the current one."""
    if session.get(ReleaseRow, info.id) is None:
        session.add(
            ReleaseRow(
                id=info.id,
                manifest_sha256=info.manifest_sha256,
                passages=info.passages,
                encoder=info.encoder,
                created_at=at,
                reason=reason[:300],
                made_by=made_by,
            )
        )
        session.flush()
        hold(session, info.id, held)
    make_current(session, info.id)


def hold(session: Session, release_id: str, held: Collection[int]) -> None:
    """Note which revisions a release holds."""
    rows = [
        {"release_id": release_id, "revision_id": number} for number in sorted(held)
    ]
    if rows:
        session.execute(insert(ReleaseRevisionRow), rows)
