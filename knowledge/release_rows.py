"""Rows of releases: which there were, what each held, which one is current."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update
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


@dataclass(frozen=True, slots=True)
class Named:
    """A revision by its entry and the title that it gave it."""

    entry_id: str
    title: str


def count_held(session: Session) -> dict[str, int]:
    """Count the entries of each release whose content is on record."""
    counted = select(
        ReleaseRevisionRow.release_id, func.count().label("entries")
    ).group_by(ReleaseRevisionRow.release_id)
    return {row[0]: int(row[1]) for row in session.execute(counted)}


def list_only_in(session: Session, release_id: str, other: str | None) -> list[Named]:
    """List what a release holds and another does not, by title.

    The database compares: of thousands of entries a handful differ.
    """
    held = select(ReleaseRevisionRow.revision_id)
    wanted = held.where(ReleaseRevisionRow.release_id == release_id)
    if other is not None:
        theirs = held.where(ReleaseRevisionRow.release_id == other)
        ids = session.scalars(wanted.except_(theirs)).all()
    else:
        ids = session.scalars(wanted).all()
    found: list[Named] = []
    for start in range(0, len(ids), _STEP):
        rows = (
            select(RevisionRow.entry_id, RevisionRow.content, EntryRow.title)
            .join(EntryRow, EntryRow.id == RevisionRow.entry_id)
            .where(RevisionRow.id.in_(ids[start : start + _STEP]))
        )
        found += (
            Named(owner, str((content or {}).get("title", title)))
            for owner, content, title in session.execute(rows)
        )
    return sorted(found, key=lambda named: named.title)


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
