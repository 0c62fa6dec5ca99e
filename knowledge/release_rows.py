"""Rows of releases: which there were, what each held, which one is current."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from .editions import Edition
from .life_tables import ReleaseRevisionRow
from .release import ReleaseInfo
from .tables import EntryRow, ReleaseRow, RevisionRow

#: Ids in one query; databases take some ten thousand.
_STEP = 1000


def find_current(session: Session, *, lock: bool = False) -> str | None:
    """Name the release that the record says is answered from; None = not known."""
    statement = select(ReleaseRow.id).where(ReleaseRow.is_current)
    if lock:
        statement = statement.with_for_update()
    return session.scalars(statement).first()


def read_held(session: Session, release_id: str) -> dict[str, int]:
    """Return which revision of each entry a release holds."""
    held = (
        select(RevisionRow.entry_id, RevisionRow.id)
        .join(ReleaseRevisionRow, ReleaseRevisionRow.revision_id == RevisionRow.id)
        .where(ReleaseRevisionRow.release_id == release_id)
    )
    return {row[0]: row[1] for row in session.execute(held)}


def name_changed(session: Session, held: Sequence[Mapping[str, int]]) -> dict[int, str]:
    """Return titles of the revisions in which releases differ from their next.

    Args:
        session: The caller's.
        held: What each release holds, newest first.
    """
    wanted: set[int] = set()
    for i, one in enumerate(held):
        other = held[i + 1] if i + 1 < len(held) else {}
        wanted |= set(one.values()) ^ set(other.values())
    found: dict[int, str] = {}
    ordered = sorted(wanted)
    for start in range(0, len(ordered), _STEP):
        rows = (
            select(RevisionRow.id, RevisionRow.content, EntryRow.title)
            .join(EntryRow, EntryRow.id == RevisionRow.entry_id)
            .where(RevisionRow.id.in_(ordered[start : start + _STEP]))
        )
        for number, content, title in session.execute(rows):
            found[number] = str((content or {}).get("title", title))
    return found


def find_same(session: Session, editions: Mapping[str, Edition]) -> str | None:
    """Find a recent release that holds exactly these editions."""
    wanted = {edition.revision_id for edition in editions.values()}
    recent = select(ReleaseRow.id).order_by(ReleaseRow.created_at.desc()).limit(5)
    for release_id in session.scalars(recent).all():
        if set(read_held(session, release_id).values()) == wanted:
            return release_id
    return None


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
