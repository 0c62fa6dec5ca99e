"""Entries in force as the drafts they were published from, to compare with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Engine, func, or_, select
from sqlalchemy.orm import Session, sessionmaker

from .change import Actor
from .draft_json import draft_from_json
from .tables import DepartmentRow, EntryRow, PassageRow, RegionRow, RevisionRow
from .types import Aspect, EntryDraft, EntryKind, Section, Source

#: Ids of one question to the database; SQLite takes no more than some thousands.
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class PublishedEntry:
    """An entry and what is in force of it."""

    id: str
    revision_id: int
    draft: EntryDraft


@dataclass(frozen=True, slots=True)
class EntryChoice:
    """Which entries are wanted; the defaults want all."""

    kinds: frozenset[EntryKind] = frozenset(EntryKind)
    department: str = ""
    region: str = ""
    #: Words that all stand in the title.
    words: str = ""
    #: Only these; None = any.
    ids: frozenset[str] | None = None


class PublishedEntries:
    """Reads entries in force; every public method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._session = sessionmaker(engine)

    def find(self, entry_ids: Iterable[str]) -> dict[str, PublishedEntry]:
        """Return those of the entries that are in force."""
        wanted = sorted(set(entry_ids))
        found: dict[str, PublishedEntry] = {}
        with self._session() as session:
            for at in range(0, len(wanted), _CHUNK):
                chunk = EntryRow.id.in_(wanted[at : at + _CHUNK])
                found |= {e.id: e for e in _read(session, [chunk])}
        return found

    def list(
        self, choice: EntryChoice, actor: Actor, *, limit: int
    ) -> Sequence[PublishedEntry]:
        """List entries that a person may change, by kind and title."""
        with self._session() as session:
            return _read(session, _choose(choice, actor), limit=limit)

    def count(self, choice: EntryChoice, actor: Actor) -> int:
        """Count the same."""
        query = (
            select(func.count())
            .select_from(EntryRow)
            .outerjoin(DepartmentRow, DepartmentRow.id == EntryRow.department_id)
            .outerjoin(RegionRow, RegionRow.id == EntryRow.region_id)
            .where(EntryRow.published_revision_id.is_not(None))
            .where(EntryRow.state == "published", *_choose(choice, actor))
        )
        with self._session() as session:
            return session.scalar(query) or 0

    def get_state(self) -> tuple[int, int]:
        """Return what changes whenever other revisions are in force."""
        revisions = EntryRow.published_revision_id
        query = select(func.count(revisions), func.coalesce(func.sum(revisions), 0))
        with self._session() as session:
            count, total = session.execute(
                query.where(EntryRow.state == "published")
            ).one()
        return int(count or 0), int(total or 0)

    def list_departments(self, actor: Actor) -> Sequence[str]:
        """List the departments of entries in force that a person may see."""
        query = (
            select(DepartmentRow.name)
            .join(EntryRow, EntryRow.department_id == DepartmentRow.id)
            .where(EntryRow.published_revision_id.is_not(None))
            .distinct()
            .order_by(DepartmentRow.name)
        )
        with self._session() as session:
            return [name for name in session.scalars(query) if actor.owns(name)]

    def list_regions(self) -> Sequence[str]:
        """List the regions on record."""
        with self._session() as session:
            return list(
                session.scalars(select(RegionRow.name).order_by(RegionRow.name))
            )


def _choose(choice: EntryChoice, actor: Actor) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [
        EntryRow.kind.in_([kind.value for kind in choice.kinds])
    ]
    if choice.department:
        wanted.append(DepartmentRow.name == choice.department)
    if choice.region:
        wanted.append(RegionRow.name == choice.region)
    wanted += [
        EntryRow.title.contains(word, autoescape=True) for word in choice.words.split()
    ]
    if choice.ids is not None:
        wanted.append(EntryRow.id.in_(choice.ids))
    if actor.departments is not None:
        wanted.append(_is_of(actor.departments))
    return wanted


def _is_of(departments: Collection[str]) -> ColumnElement[bool]:
    named = DepartmentRow.name.in_(departments)
    return or_(named, DepartmentRow.id.is_(None)) if "" in departments else named


def _read(
    session: Session, wanted: Sequence[ColumnElement[bool]], limit: int | None = None
) -> list[PublishedEntry]:
    query = (
        select(EntryRow, RevisionRow, DepartmentRow.name, RegionRow.name)
        .join(RevisionRow, EntryRow.published_revision_id == RevisionRow.id)
        .outerjoin(DepartmentRow, DepartmentRow.id == EntryRow.department_id)
        .outerjoin(RegionRow, RegionRow.id == EntryRow.region_id)
        .where(EntryRow.state == "published", *wanted)
        .order_by(EntryRow.kind, EntryRow.title, EntryRow.id)
        .limit(limit)
    )
    return [
        PublishedEntry(
            entry.id,
            revision.id,
            draft_from_json(revision.content)
            if revision.content
            else _rebuild(session, entry, revision, department or "", region or ""),
        )
        for entry, revision, department, region in session.execute(query).all()
    ]


def _rebuild(
    session: Session,
    entry: EntryRow,
    revision: RevisionRow,
    department: str,
    region: str,
) -> EntryDraft:
    """Return the draft of a revision of before drafts were kept, from its passages."""
    query = (
        select(PassageRow)
        .where(PassageRow.revision_id == revision.id)
        .order_by(PassageRow.ordinal)
    )
    sections: list[Section] = []
    for row in session.scalars(query):
        aspect = Aspect(row.aspect) if row.aspect else None
        section = Section(row.heading or entry.title, row.text, aspect, row.locator)
        last = sections[-1] if sections else None
        if last is not None and _head(last) == _head(section):
            # Cut for the search only.
            sections[-1] = replace(last, text=f"{last.text}\n{section.text}")
        else:
            sections.append(section)
    return EntryDraft(
        kind=EntryKind(entry.kind),
        title=entry.title,
        sections=tuple(sections),
        source=Source(
            revision.source_file, revision.source_url, revision.source_sha256
        ),
        department=department,
        region=region,
        audience=revision.audience,
        aliases=tuple(revision.aliases),
        doc_number=revision.doc_number,
        issued_on=revision.issued_on,
        effective_on=revision.effective_on,
        expires_on=revision.expires_on,
        checked_on=revision.checked_on,
        supersedes=tuple(revision.supersedes),
    )


def _head(section: Section) -> tuple[str, Aspect | None, str]:
    return section.heading, section.aspect, section.locator
