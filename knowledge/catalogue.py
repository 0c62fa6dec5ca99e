"""The entries as staff look through them: search, filters, where each one stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, exists, func, or_, select
from sqlalchemy.orm import Session, sessionmaker

from .catalogue_rows import (
    SHOWN_REVISION,
    draft_of,
    has_open_change,
    seen_by,
    standing_of,
)
from .change import Actor
from .errors import EntryNotFoundError
from .life_tables import ChangeRow
from .tables import DepartmentRow, EntryRow, PassageRow, RegionRow, RevisionRow
from .types import EntryDraft, EntryKind

#: Entries on one page.
PAGE_SIZE = 30

#: Rows that a calendar or a home page reads at most.
MAX_LINES = 500


class Standing(StrEnum):
    """Where an entry stands today; each has exactly one."""

    IN_FORCE = "in_force"
    #: In force, and over within thirty days.
    EXPIRING = "expiring"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    #: Switched off at once; may be switched on again.
    OFF = "off"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """What people read, Chinese."""
        return _LABELS[self]


_LABELS = {
    Standing.IN_FORCE: "有效",
    Standing.EXPIRING: "快到期",
    Standing.NOT_YET: "未生效",
    Standing.EXPIRED: "已过期",
    Standing.SUPERSEDED: "已被代替",
    Standing.OFF: "已停用",
    Standing.WITHDRAWN: "已撤下",
}


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries are wanted; the defaults want all."""

    #: All of these stand in title, 文号 or text.
    words: str = ""
    kind: EntryKind | None = None
    department: str = ""
    region: str = ""
    standing: Standing | None = None
    #: Only those that somebody is changing.
    is_changing: bool = False
    #: From 1.
    page: int = 1


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One entry in a list."""

    id: str
    kind: EntryKind
    title: str
    department: str
    region: str
    doc_number: str
    effective_on: date | None
    expires_on: date | None
    checked_on: date | None
    standing: Standing
    #: What is shown: the one in force, else the newest.
    revision_id: int
    number: int
    updated_at: datetime
    #: Change of it that is not done yet; None = nobody is at it.
    open_change_id: int | None


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Some entries of many."""

    lines: tuple[EntryLine, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least 1."""
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class Revision:
    """One state that an entry had."""

    id: int
    number: int
    draft: EntryDraft
    created_at: datetime
    #: Change that it came from; None = taken in by an operator.
    change_id: int | None
    written_by: int | None
    approved_by: int | None
    is_published: bool


@dataclass(frozen=True, slots=True)
class CataloguedEntry:
    """An entry with all that was ever said in its place, newest first."""

    line: EntryLine
    revisions: tuple[Revision, ...]
    #: Title of the entry that took its place, and its id; empty = none.
    successor: tuple[str, str] = ("", "")

    @property
    def shown(self) -> Revision:
        """The revision in force, else the newest."""
        wanted = self.line.revision_id
        return next(r for r in self.revisions if r.id == wanted)


class Catalogue:
    """Reads entries for staff, each only those of their departments."""

    def __init__(self, engine: Engine) -> None:
        self._session = sessionmaker(engine, expire_on_commit=False)

    def list(self, wanted: EntryFilter, actor: Actor, today: date) -> EntryPage:
        """List one page of what a person may see, last changed first."""
        with self._session() as session:
            found = _lines(actor, today).where(*_conditions(wanted, today))
            total = session.scalar(select(func.count()).select_from(found.subquery()))
            pages = max(1, -(-(total or 0) // PAGE_SIZE))
            page = min(max(1, wanted.page), pages)
            found = found.order_by(EntryRow.updated_at.desc(), EntryRow.id)
            found = found.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE)
            return EntryPage(_to_lines(session, found), total or 0, page)

    def list_dated(
        self, actor: Actor, today: date, first: date, last: date
    ) -> Sequence[EntryLine]:
        """List what takes effect or ends between two days, both included."""
        in_time = or_(
            RevisionRow.effective_on.between(first, last),
            RevisionRow.expires_on.between(first, last),
        )
        with self._session() as session:
            found = _lines(actor, today).where(in_time, EntryRow.state == "published")
            found = found.order_by(RevisionRow.expires_on, EntryRow.id)
            return _to_lines(session, found.limit(MAX_LINES))

    def count(self, actor: Actor, today: date) -> Mapping[Standing, int]:
        """Count by standing what a person may see."""
        found = _lines(actor, today).subquery()
        statement = select(found.c.standing, func.count()).group_by(found.c.standing)
        with self._session() as session:
            counted = {row[0]: int(row[1]) for row in session.execute(statement)}
        return {standing: counted.get(standing.value, 0) for standing in Standing}

    def list_places(self, actor: Actor) -> tuple[Sequence[str], Sequence[str]]:
        """Return departments that a person may write for, and all regions, sorted."""
        with self._session() as session:
            names = session.scalars(select(DepartmentRow.name)).all()
            regions = session.scalars(select(RegionRow.name)).all()
        known = {*names, *(actor.departments or ())}
        return sorted(name for name in known if actor.owns(name)), sorted(regions)

    def get(self, entry_id: str, actor: Actor, today: date) -> CataloguedEntry:
        """Return an entry and its revisions.

        Raises:
            EntryNotFoundError: If there is none that this person may see.
        """
        with self._session() as session:
            found = _lines(actor, today).where(EntryRow.id == entry_id)
            lines = _to_lines(session, found)
            if not lines:
                raise EntryNotFoundError(entry_id)
            entry = session.get_one(EntryRow, entry_id)
            rows = session.scalars(
                select(RevisionRow)
                .where(RevisionRow.entry_id == entry_id)
                .order_by(RevisionRow.number.desc())
            ).all()
            revisions = tuple(_to_revision(session, row, entry) for row in rows)
            after = session.get(EntryRow, entry.superseded_by or "")
            successor = (after.title, after.id) if after else ("", "")
            return CataloguedEntry(lines[0], revisions, successor)

    def may_see(self, entry_id: str, actor: Actor) -> bool:
        """Tell whether there is such an entry of this person's departments."""
        statement = (
            select(EntryRow.id)
            .outerjoin(DepartmentRow, DepartmentRow.id == EntryRow.department_id)
            .where(EntryRow.id == entry_id, seen_by(actor))
        )
        with self._session() as session:
            return session.scalar(statement) is not None

    def find_draft(self, revision_id: int | None, actor: Actor) -> EntryDraft | None:
        """Find what a revision said; None if there is none to see."""
        if revision_id is None:
            return None
        with self._session() as session:
            row = session.get(RevisionRow, revision_id)
            entry = session.get(EntryRow, row.entry_id) if row else None
            if row is None or entry is None:
                return None
            draft = draft_of(session, row, entry)
            return draft if actor.owns(draft.department) else None


def _lines(actor: Actor, today: date) -> Select[*tuple[Any, ...]]:
    return (
        select(
            EntryRow,
            RevisionRow,
            DepartmentRow.name.label("department"),
            RegionRow.name.label("region"),
            standing_of(today).label("standing"),
        )
        .select_from(EntryRow)
        .join(RevisionRow, RevisionRow.id == SHOWN_REVISION)
        .outerjoin(DepartmentRow, DepartmentRow.id == EntryRow.department_id)
        .outerjoin(RegionRow, RegionRow.id == EntryRow.region_id)
        .where(seen_by(actor))
    )


def _conditions(wanted: EntryFilter, today: date) -> list[ColumnElement[bool]]:
    found = [_holds(word) for word in wanted.words.split()]
    if wanted.kind is not None:
        found.append(EntryRow.kind == wanted.kind.value)
    if wanted.department:
        found.append(DepartmentRow.name == wanted.department)
    if wanted.region:
        found.append(RegionRow.name == wanted.region)
    if wanted.standing is not None:
        found.append(standing_of(today) == wanted.standing.value)
    if wanted.is_changing:
        found.append(has_open_change())
    return found


def _holds(word: str) -> ColumnElement[bool]:
    return or_(
        EntryRow.title.contains(word, autoescape=True),
        RevisionRow.doc_number.contains(word, autoescape=True),
        exists().where(
            PassageRow.revision_id == RevisionRow.id,
            PassageRow.text.contains(word, autoescape=True),
        ),
    )


def _to_lines(
    session: Session, statement: Select[*tuple[Any, ...]]
) -> tuple[EntryLine, ...]:
    rows = session.execute(statement).all()
    ids = [row[0].id for row in rows]
    found = session.execute(
        select(ChangeRow.subject, ChangeRow.id)
        .where(ChangeRow.subject.in_(ids), ChangeRow.kind == "entry")
        .where(ChangeRow.state.not_in(("published", "cancelled")))
    )
    open_changes = {row[0]: int(row[1]) for row in found}
    return tuple(
        EntryLine(
            id=entry.id,
            kind=EntryKind(entry.kind),
            title=entry.title,
            department=department or "",
            region=region or "",
            doc_number=revision.doc_number,
            effective_on=revision.effective_on,
            expires_on=revision.expires_on,
            checked_on=revision.checked_on,
            standing=Standing(standing),
            revision_id=revision.id,
            number=revision.number,
            updated_at=entry.updated_at,
            open_change_id=open_changes.get(entry.id),
        )
        for entry, revision, department, region, standing in rows
    )


def _to_revision(session: Session, row: RevisionRow, entry: EntryRow) -> Revision:
    return Revision(
        id=row.id,
        number=row.number,
        draft=draft_of(session, row, entry),
        created_at=row.created_at,
        change_id=row.change_id,
        written_by=row.written_by,
        approved_by=row.approved_by,
        is_published=row.id == entry.published_revision_id,
    )
