"""Entries and their revisions in the database: the record of what we know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select

from .cutting import entry_id
from .editions import list_passages, read_published
from .entry_rows import Signed, mark_superseded, write_edition
from .sessions import Sessions
from .tables import DepartmentRow, EntryRow, RevisionRow
from .types import EntryDraft, Passage


@dataclass(frozen=True, slots=True)
class SaveReport:
    """What saving drafts did, in entries; ``passages`` counts the new ones."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    passages: int = 0
    superseded: int = 0


@dataclass(frozen=True, slots=True)
class PublishedRevision:
    """The wording that an entry is answered from."""

    revision_id: int
    #: As ``draft_digest`` returns it.
    digest: str


class KnowledgeStore:
    """Departments, regions, entries, revisions, passages.

    Every public method is one transaction.
    """

    def __init__(self, engine: Engine) -> None:
        self._sessions = Sessions(engine)

    def save(self, drafts: Sequence[EntryDraft], *, at: datetime) -> SaveReport:
        """Write drafts down as revisions; an unchanged draft makes none.

        Args:
            drafts: What was read.
            at: Now, aware UTC.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: If the database cannot commit; then
                nothing was saved.
        """
        counts = dict.fromkeys(("added", "changed", "unchanged"), 0)
        passages = 0
        with self._sessions.write() as session:
            for draft in drafts:
                done = write_edition(session, draft, entry_id(draft), at, Signed())
                counts[done.outcome] += 1
                passages += done.passages
            superseded = mark_superseded(session)
        return SaveReport(**counts, passages=passages, superseded=superseded)

    def count(self) -> dict[str, int]:
        """Entries in the record by kind."""
        with self._sessions.read() as session:
            rows = session.execute(
                select(EntryRow.kind, func.count()).group_by(EntryRow.kind)
            ).all()
        return {kind: int(n) for kind, n in rows}

    def list_departments(self) -> list[str]:
        """Names of all departments on record, sorted."""
        with self._sessions.read() as session:
            return list(
                session.scalars(select(DepartmentRow.name).order_by(DepartmentRow.name))
            )

    def find_published(self, entry_id: str) -> PublishedRevision | None:
        """Find what an entry is answered from; None if it is not."""
        pointed = (
            select(RevisionRow.id, RevisionRow.digest)
            .join(EntryRow, EntryRow.published_revision_id == RevisionRow.id)
            .where(EntryRow.id == entry_id, EntryRow.state == "published")
        )
        with self._sessions.read() as session:
            found = session.execute(pointed).one_or_none()
        return PublishedRevision(*found) if found else None

    def iter_passages(self) -> Iterator[Passage]:
        """Yield the passages of every published revision, in a stable order."""
        with self._sessions.read() as session:
            editions = read_published(session)
        yield from list_passages(editions)
