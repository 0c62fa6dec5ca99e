"""Rows of entries and revisions: written inside their caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from .cutting import cut, draft_digest
from .draft_json import draft_to_json
from .editions import Edition, find_repeals, read_published
from .tables import DepartmentRow, EntryRow, PassageRow, RegionRow, RevisionRow
from .types import EntryDraft, Passage


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a draft: "added", "changed" or "unchanged"."""

    outcome: str
    revision_id: int
    passages: int = 0


@dataclass(frozen=True, slots=True)
class Signed:
    """Who stands behind a revision; nobody when an operator took it in."""

    change_id: int | None = None
    written_by: int | None = None
    approved_by: int | None = None


def write_edition(
    session: Session, draft: EntryDraft, owner: str, at: datetime, by: Signed
) -> Written:
    """Write a draft down as the entry's newest revision and publish that.

    A draft that says what is published already makes no revision.
    """
    digest = draft_digest(draft)
    entry = session.get(EntryRow, owner)
    last = _last_revision(session, owner)
    if last is not None and last.digest == digest:
        assert entry is not None
        is_out = entry.published_revision_id == last.id
        point_to(session, entry, last, at)
        return Written("unchanged" if is_out else "changed", last.id)
    if entry is None:
        entry = EntryRow(
            id=owner, kind=draft.kind.value, created_at=at, state="published"
        )
        entry.title, entry.updated_at = draft.title, at
        session.add(entry)
        session.flush()
    number = (last.number if last else 0) + 1
    revision = _revision(draft, owner, number, digest, at)
    revision.change_id, revision.written_by = by.change_id, by.written_by
    revision.approved_by = by.approved_by
    session.add(revision)
    session.flush()
    point_to(session, entry, revision, at)
    passages = cut(draft, owner)
    session.add_all(_passage_row(revision.id, p) for p in passages)
    session.flush()
    return Written("changed" if last else "added", revision.id, len(passages))


def point_to(
    session: Session, entry: EntryRow, revision: RevisionRow, at: datetime
) -> None:
    """Make a revision the one that is answered from, under the names it gives."""
    if entry.published_revision_id == revision.id and entry.state == "published":
        return
    entry.state, entry.published_revision_id = "published", revision.id
    entry.updated_at = at
    if revision.content:
        entry.title = str(revision.content["title"])[:300]
        department, region = revision.content["department"], revision.content["region"]
        entry.department_id = _named(session, DepartmentRow, str(department))
        entry.region_id = _named(session, RegionRow, str(region))


def withdraw(entry: EntryRow, at: datetime) -> None:
    """Answer from an entry no more."""
    entry.state, entry.published_revision_id = "withdrawn", None
    entry.updated_at = at


def mark_superseded(
    session: Session, editions: Mapping[str, Edition] | None = None
) -> int:
    """Note at each entry what took its place; found anew, so that it can be undone.

    Args:
        session: The caller's.
        editions: What is published; None = read it.

    Returns:
        How many entries' ends changed.
    """
    session.flush()
    if editions is None:
        editions = read_published(session)
    repeals = find_repeals(editions)
    is_marked = EntryRow.superseded_by.is_not(None)
    marked = set(session.scalars(select(EntryRow.id).where(is_marked)))
    changed = 0
    for owner in sorted(marked | repeals.keys()):
        entry = session.get(EntryRow, owner)
        assert entry is not None
        repeal = repeals.get(owner)
        by = repeal.by if repeal else None
        last_day = repeal.last_day if repeal else None
        if (entry.superseded_by, entry.superseded_on) != (by, last_day):
            entry.superseded_by, entry.superseded_on = by, last_day
            changed += 1
    return changed


def _last_revision(session: Session, owner: str) -> RevisionRow | None:
    return session.scalars(
        select(RevisionRow)
        .where(RevisionRow.entry_id == owner)
        .order_by(RevisionRow.number.desc())
        .limit(1)
    ).first()


def _passage_row(revision_id: int, passage: Passage) -> PassageRow:
    return PassageRow(
        revision_id=revision_id,
        passage_id=passage.id,
        ordinal=passage.ordinal,
        heading=passage.heading[:300],
        aspect=passage.aspect.value if passage.aspect else None,
        locator=passage.locator[:120],
        text=passage.text,
    )


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
