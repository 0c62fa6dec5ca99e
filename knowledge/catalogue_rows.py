"""Rows of entries as the catalogue reads them, inside its transaction."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    exists,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased

from .change import Actor, ChangeState
from .draft_json import draft_from_json
from .life_tables import ChangeRow, SwitchRow
from .tables import DepartmentRow, EntryRow, PassageRow, RegionRow, RevisionRow
from .types import Aspect, EntryDraft, EntryKind, Section, Source

#: An end that is nearer than this needs somebody's attention.
SOON = timedelta(days=30)

_Any = aliased(RevisionRow)

#: What staff see of an entry: the revision in force, else its newest.
SHOWN_REVISION = func.coalesce(
    EntryRow.published_revision_id,
    select(func.max(_Any.id))
    .where(_Any.entry_id == EntryRow.id)
    .correlate(EntryRow)
    .scalar_subquery(),
)


def standing_of(today: date) -> ColumnElement[str]:
    """Where an entry stands, for the database; the first that fits counts."""
    is_off = exists().where(
        SwitchRow.entry_id == EntryRow.id, SwitchRow.on_at.is_(None)
    )
    is_superseded = and_(
        EntryRow.superseded_by.is_not(None),
        or_(
            EntryRow.superseded_on < today,
            and_(EntryRow.superseded_on.is_(None), RevisionRow.expires_on < today),
        ),
    )
    return case(
        (EntryRow.state != "published", "withdrawn"),
        (is_off, "off"),
        (is_superseded, "superseded"),
        (RevisionRow.expires_on < today, "expired"),
        (RevisionRow.effective_on > today, "not_yet"),
        (RevisionRow.expires_on <= today + SOON, "expiring"),
        else_="in_force",
    )


def has_open_change() -> ColumnElement[bool]:
    """Whether somebody is changing the entry."""
    return exists().where(
        ChangeRow.kind == "entry",
        ChangeRow.subject == EntryRow.id,
        ChangeRow.state.in_([s.value for s in ChangeState if s.is_open]),
    )


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """Whether a person may see an entry, by its department."""
    if actor.departments is None:
        return true()
    if not actor.departments:
        return false()
    return DepartmentRow.name.in_(actor.departments)


def draft_of(session: Session, row: RevisionRow, entry: EntryRow) -> EntryDraft:
    """Return what a revision said.

    Those of before the life cycle kept no draft: their passages are put together.
    """
    if row.content is not None:
        return draft_from_json(row.content)
    department = session.get(DepartmentRow, entry.department_id or 0)
    region = session.get(RegionRow, entry.region_id or 0)
    return EntryDraft(
        kind=EntryKind(entry.kind),
        title=entry.title,
        sections=_sections(session, row.id, entry),
        source=Source(row.source_file, row.source_url, row.source_sha256),
        department=department.name if department else "",
        region=region.name if region else "",
        audience=row.audience,
        aliases=tuple(row.aliases),
        doc_number=row.doc_number,
        issued_on=row.issued_on,
        effective_on=row.effective_on,
        expires_on=row.expires_on,
        checked_on=row.checked_on,
        supersedes=tuple(row.supersedes),
    )


def _sections(
    session: Session, revision_id: int, entry: EntryRow
) -> tuple[Section, ...]:
    passages = session.scalars(
        select(PassageRow)
        .where(PassageRow.revision_id == revision_id)
        .order_by(PassageRow.ordinal)
    )
    found: list[Section] = []
    for passage in passages:
        aspect = Aspect(passage.aspect) if passage.aspect else None
        heading = passage.heading or entry.title
        last = found[-1] if found else None
        # Cut only because it was long: neighbours under one heading belong together.
        if last and (last.heading, last.aspect) == (heading, aspect):
            found[-1] = Section(
                heading, f"{last.text}\n{passage.text}", aspect, last.locator
            )
        else:
            found.append(Section(heading, passage.text, aspect, passage.locator))
    return tuple(found)
