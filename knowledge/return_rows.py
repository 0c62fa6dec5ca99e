"""Rows of going back to a release: pointers, and changes that are undone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from .change import Actor, ChangeKind, ChangeState
from .editions import Edition
from .entry_rows import mark_superseded, point_to, withdraw
from .life_tables import ChangeNoteRow, ChangeRow
from .tables import EntryRow, RevisionRow


def follow(session: Session, wanted: Mapping[str, Edition], at: datetime) -> set[str]:
    """Point every entry to what a release holds; return those that moved."""
    published = EntryRow.published_revision_id
    pointed = select(EntryRow.id, published).where(published.is_not(None))
    now = {row[0]: row[1] for row in session.execute(pointed)}
    target = {owner: edition.revision_id for owner, edition in wanted.items()}
    moved = {o for o in now.keys() | target.keys() if now.get(o) != target.get(o)}
    for owner in sorted(moved):
        entry = session.get_one(EntryRow, owner)
        number = target.get(owner)
        if number is None:
            withdraw(entry, at)
        else:
            point_to(session, entry, session.get_one(RevisionRow, number), at)
    mark_superseded(session, wanted)
    return moved


def list_since(session: Session, owners: Collection[str], since: datetime) -> list[int]:
    """List the changes of entries that were published after a moment."""
    statement = (
        select(ChangeRow.id, ChangeRow.subject)
        .where(ChangeRow.kind == ChangeKind.ENTRY)
        .where(ChangeRow.state == ChangeState.PUBLISHED)
        .where(ChangeRow.published_at > since)
        .order_by(ChangeRow.id)
    )
    return [id_ for id_, subject in session.execute(statement) if subject in owners]


def return_changes(
    session: Session,
    change_ids: Sequence[int],
    actor: Actor | None,
    reason: str,
    at: datetime,
) -> None:
    """Send published changes back to their writers, with why."""
    for change_id in change_ids:
        row = session.get_one(ChangeRow, change_id, with_for_update=True)
        row.state = ChangeState.RETURNED
        row.published_at = row.publish_at = None
        row.version, row.changed_at = row.version + 1, at
        session.add(
            ChangeNoteRow(
                change_id=change_id,
                officer_id=actor.officer_id if actor else None,
                move="return",
                text=f"发布后退回：{reason}",
                at=at,
            )
        )


def bring_again(session: Session, wanted: Mapping[str, Edition], at: datetime) -> None:
    """Mark changes published again whose wording a release brings back.

    Only those that nobody went on with since they were sent back.
    """
    held = {edition.revision_id for edition in wanted.values()}
    statement = (
        select(ChangeRow, RevisionRow.id)
        .join(RevisionRow, RevisionRow.change_id == ChangeRow.id)
        .where(ChangeRow.state == ChangeState.RETURNED)
        .where(ChangeRow.kind == ChangeKind.ENTRY)
    )
    for row, revision_id in session.execute(statement).all():
        if revision_id in held:
            row.state, row.published_at = ChangeState.PUBLISHED, at
            row.version, row.changed_at = row.version + 1, at
