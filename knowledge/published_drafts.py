"""Reads what is published back as drafts, for checks and for editing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from .draft_json import draft_from_json
from .tables import DepartmentRow, EntryRow, PassageRow, RegionRow, RevisionRow
from .types import Aspect, EntryDraft, EntryKind, Section, Source

#: Ids in one query; databases take some ten thousand.
_STEP = 1_000


def read_published_drafts(engine: Engine) -> list[tuple[str, EntryDraft]]:
    """Return each published entry's id and the draft that is in force.

    Its last day is the day before a newer document took its place, if one did.
    Revisions of old, which hold no draft, are put together from their passages.
    """
    with Session(engine) as session:
        found = _read_rows(session)
        missing = [revision.id for _, revision, _, _ in found if not revision.content]
        passages = _read_passages(session, missing)
        drafts = []
        for entry, revision, department, region in found:
            if revision.content:
                draft = draft_from_json(revision.content)
            else:
                sections = _join(passages[revision.id])
                draft = _make(entry, revision, department, region, sections)
            days = [draft.expires_on, revision.expires_on, entry.superseded_on]
            ends = min((day for day in days if day), default=None)
            drafts.append((entry.id, replace(draft, expires_on=ends)))
    return drafts


def _read_rows(
    session: Session,
) -> list[tuple[EntryRow, RevisionRow, str | None, str | None]]:
    newest = (
        select(RevisionRow.entry_id, func.max(RevisionRow.id).label("id"))
        .group_by(RevisionRow.entry_id)
        .subquery()
    )
    in_force = func.coalesce(EntryRow.published_revision_id, newest.c.id)
    query = (
        select(EntryRow, RevisionRow, DepartmentRow.name, RegionRow.name)
        .join(newest, newest.c.entry_id == EntryRow.id)
        .join(RevisionRow, RevisionRow.id == in_force)
        .outerjoin(DepartmentRow, DepartmentRow.id == EntryRow.department_id)
        .outerjoin(RegionRow, RegionRow.id == EntryRow.region_id)
        .where(EntryRow.state == "published")
        .order_by(EntryRow.id)
    )
    return [(r[0], r[1], r[2], r[3]) for r in session.execute(query)]


def _read_passages(
    session: Session, revisions: Sequence[int]
) -> defaultdict[int, list[PassageRow]]:
    found: defaultdict[int, list[PassageRow]] = defaultdict(list)
    for start in range(0, len(revisions), _STEP):
        query = (
            select(PassageRow)
            .where(PassageRow.revision_id.in_(revisions[start : start + _STEP]))
            .order_by(PassageRow.revision_id, PassageRow.ordinal)
        )
        for row in session.scalars(query):
            found[row.revision_id].append(row)
    return found


def _join(passages: Sequence[PassageRow]) -> tuple[Section, ...]:
    """Put the pieces of one section together again."""
    return tuple(
        Section(
            heading=heading,
            text="\n".join(row.text for row in rows),
            aspect=Aspect(aspect) if aspect else None,
            locator=locator,
        )
        for (heading, aspect, locator), rows in groupby(
            passages, key=lambda row: (row.heading, row.aspect, row.locator)
        )
    )


def _make(
    entry: EntryRow,
    revision: RevisionRow,
    department: str | None,
    region: str | None,
    sections: tuple[Section, ...],
) -> EntryDraft:
    if entry.kind == EntryKind.FAQ.value:
        sections = tuple(replace(s, heading=entry.title) for s in sections)
    return EntryDraft(
        kind=EntryKind(entry.kind),
        title=entry.title,
        sections=sections,
        source=Source(
            revision.source_file, revision.source_url, revision.source_sha256
        ),
        department=department or "",
        region=region or "",
        audience=revision.audience,
        aliases=tuple(revision.aliases),
        doc_number=revision.doc_number,
        issued_on=revision.issued_on,
        effective_on=revision.effective_on,
        expires_on=revision.expires_on,
        checked_on=revision.checked_on,
        supersedes=tuple(revision.supersedes),
    )
