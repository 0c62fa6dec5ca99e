"""Entries and their revisions in the database: the record of what we know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from .cutting import cut, draft_digest, entry_id
from .draft_json import draft_to_json
from .tables import (
    DepartmentRow,
    EntryRow,
    PassageRow,
    RegionRow,
    ReleaseRow,
    RevisionRow,
)
from .types import Aspect, EntryDraft, EntryKind, Passage


@dataclass(frozen=True, slots=True)
class SaveReport:
    """What saving drafts did, in entries; ``passages`` counts the new ones."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    passages: int = 0
    superseded: int = 0


class KnowledgeStore:
    """Departments, regions, entries, revisions, passages, releases.

    Every public method is one transaction.
    """

    def __init__(self, engine: Engine) -> None:
        self._session = sessionmaker(engine, expire_on_commit=False)

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
        with self._session.begin() as session:
            for draft in drafts:
                outcome, written = _save_one(session, draft, at)
                counts[outcome] += 1
                passages += written
            session.flush()
            superseded = _mark_superseded(session)
        return SaveReport(**counts, passages=passages, superseded=superseded)

    def count(self) -> dict[str, int]:
        """Entries in the record by kind."""
        with self._session() as session:
            rows = session.execute(
                select(EntryRow.kind, func.count()).group_by(EntryRow.kind)
            ).all()
        return {kind: int(n) for kind, n in rows}

    def list_departments(self) -> list[str]:
        """Names of all departments on record, sorted."""
        with self._session() as session:
            return list(
                session.scalars(select(DepartmentRow.name).order_by(DepartmentRow.name))
            )

    def iter_passages(self) -> Iterator[Passage]:
        """Yield the passages of every published revision, in a stable order."""
        query = (
            select(
                PassageRow, RevisionRow, EntryRow, DepartmentRow.name, RegionRow.name
            )
            .join(RevisionRow, PassageRow.revision_id == RevisionRow.id)
            .join(EntryRow, EntryRow.published_revision_id == RevisionRow.id)
            .outerjoin(DepartmentRow, DepartmentRow.id == EntryRow.department_id)
            .outerjoin(RegionRow, RegionRow.id == EntryRow.region_id)
            .where(EntryRow.state == "published")
            .order_by(EntryRow.id, PassageRow.ordinal)
        )
        with self._session() as session:
            for passage, revision, entry, department, region in session.execute(query):
                yield _to_passage(passage, revision, entry, department, region)

    def note_release(self, row: ReleaseRow) -> None:
        """Keep the record of a release that was built; the same one only once."""
        with self._session.begin() as session:
            if session.get(ReleaseRow, row.id) is None:
                session.add(row)


def _save_one(session: Session, draft: EntryDraft, at: datetime) -> tuple[str, int]:
    """Return added, changed or unchanged, and how many passages were written."""
    owner, digest = entry_id(draft), draft_digest(draft)
    entry = session.get(EntryRow, owner)
    last = _last_revision(session, owner)
    if last is not None and last.digest == digest:
        return "unchanged", 0
    department = _named(session, DepartmentRow, draft.department)
    region = _named(session, RegionRow, draft.region)
    if entry is None:
        entry = EntryRow(
            id=owner, kind=draft.kind.value, created_at=at, state="published"
        )
        session.add(entry)
    entry.title, entry.updated_at = draft.title, at
    entry.department_id, entry.region_id = department, region
    session.flush()
    revision = _revision(draft, owner, (last.number if last else 0) + 1, digest, at)
    session.add(revision)
    session.flush()
    entry.published_revision_id = revision.id
    passages = cut(draft)
    session.add_all(
        PassageRow(
            revision_id=revision.id,
            passage_id=p.id,
            ordinal=p.ordinal,
            heading=p.heading[:300],
            aspect=p.aspect.value if p.aspect else None,
            locator=p.locator[:120],
            text=p.text,
        )
        for p in passages
    )
    return ("changed" if last else "added"), len(passages)


def _last_revision(session: Session, owner: str) -> RevisionRow | None:
    return session.scalars(
        select(RevisionRow)
        .where(RevisionRow.entry_id == owner)
        .order_by(RevisionRow.number.desc())
        .limit(1)
    ).first()


def _revision(
    draft: EntryDraft, owner: str, number: int, digest: str, at: datetime
) -> RevisionRow:
    return RevisionRow(
        entry_id=owner,
        number=number,
        digest=digest,
        audience=draft.audience[:300],
        doc_number=draft.doc_number,
        aliases=list(draft.aliases),
        supersedes=list(draft.supersedes),
        issued_on=draft.issued_on,
        effective_on=draft.effective_on,
        expires_on=draft.expires_on,
        checked_on=draft.checked_on,
        source_file=draft.source.file[:300],
        source_url=draft.source.url,
        source_sha256=draft.source.sha256,
        created_at=at,
        content=draft_to_json(draft),
    )


def _named(
    session: Session, table: type[DepartmentRow] | type[RegionRow], name: str
) -> int | None:
    """Find or make the row of a department or region."""
    if not name:
        return None
    found: Any = session.scalars(select(table).where(table.name == name)).first()
    if found is None:
        found = table(name=name)
        session.add(found)
        session.flush()
    key: int = found.id
    return key


def _mark_superseded(session: Session) -> int:
    """End what newer documents repeal, on the day before they begin.

    A repeal names its target by 文号 or by title. All repeals on record are applied
    again at each save, since the repealing file may have been read first. A repealed
    revision keeps its own earlier end if it has one.
    """
    marked = 0
    revisions = [r for r in session.scalars(select(RevisionRow)) if r.supersedes]
    for revision in revisions:
        begins = revision.effective_on or revision.issued_on
        if begins is None:
            continue
        last_day = begins - timedelta(days=1)
        for old, entry in _targets(session, revision, begins):
            entry.superseded_by = revision.entry_id
            if old.expires_on is None or old.expires_on > last_day:
                old.expires_on = last_day
                marked += 1
    return marked


def _targets(
    session: Session, revision: RevisionRow, begins: date
) -> Iterator[tuple[RevisionRow, EntryRow]]:
    query = (
        select(RevisionRow, EntryRow)
        .join(EntryRow, EntryRow.id == RevisionRow.entry_id)
        .where(EntryRow.id != revision.entry_id)
        .where(EntryRow.kind == EntryKind.POLICY.value)
        .where(
            RevisionRow.doc_number.in_(revision.supersedes)
            | EntryRow.title.in_(revision.supersedes)
        )
    )
    for old, entry in session.execute(query).all():
        # A new edition under the old title repeals only what began before it.
        starts = old.effective_on or old.issued_on
        if starts is None or starts < begins:
            yield old, entry


def _to_passage(
    row: PassageRow,
    revision: RevisionRow,
    entry: EntryRow,
    department: str | None,
    region: str | None,
) -> Passage:
    return Passage(
        id=row.passage_id,
        entry_id=entry.id,
        kind=EntryKind(entry.kind),
        title=entry.title,
        heading=row.heading,
        text=row.text,
        aspect=Aspect(row.aspect) if row.aspect else None,
        region=region or "",
        department=department or "",
        doc_number=revision.doc_number,
        aliases=tuple(revision.aliases),
        source_file=revision.source_file,
        source_url=revision.source_url,
        locator=row.locator,
        valid_from=revision.effective_on,
        valid_until=revision.expires_on,
        checked_on=revision.checked_on,
        ordinal=row.ordinal,
    )
