"""Entries as a release has them: read from the record, repealed, put in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from .cutting import cut
from .life_tables import ReleaseRevisionRow
from .tables import DepartmentRow, EntryRow, PassageRow, RegionRow, RevisionRow
from .types import Aspect, EntryDraft, EntryKind, Passage


@dataclass(frozen=True, slots=True)
class Edition:
    """One entry in one wording, before what repeals it is applied."""

    entry_id: str
    kind: EntryKind
    title: str
    department: str
    region: str
    doc_number: str
    supersedes: tuple[str, ...]
    #: First day, or the day it was issued; None = not known.
    starts_on: date | None
    passages: tuple[Passage, ...]
    #: Its row in the record; None = not written yet.
    revision_id: int | None = None
    #: What is to be written; None = it stands in the record.
    draft: EntryDraft | None = None


@dataclass(frozen=True, slots=True)
class Repeal:
    """That a newer document took an entry's place."""

    by: str
    #: The last day of the old one, Beijing date.
    last_day: date


def make_edition(draft: EntryDraft, owner: str) -> Edition:
    """Return the edition that a draft would become."""
    return Edition(
        entry_id=owner,
        kind=draft.kind,
        title=draft.title,
        department=draft.department,
        region=draft.region,
        doc_number=draft.doc_number,
        supersedes=draft.supersedes,
        starts_on=draft.effective_on or draft.issued_on,
        passages=tuple(cut(draft, owner)),
        draft=draft,
    )


def find_repeals(editions: Mapping[str, Edition]) -> dict[str, Repeal]:
    """Find what newer documents among these repeal: on the day before they begin.

    A repeal names its target by 文号 or by title. A new edition under the old title
    repeals only what began before it. Of several repeals the earliest counts.
    """
    by_name: dict[str, list[Edition]] = {}
    for old in editions.values():
        if old.kind is EntryKind.POLICY:
            for name in {old.doc_number, old.title} - {""}:
                by_name.setdefault(name, []).append(old)
    found: dict[str, Repeal] = {}
    for new in sorted(editions.values(), key=lambda e: e.entry_id):
        if new.starts_on is None:
            continue
        repeal = Repeal(new.entry_id, new.starts_on - timedelta(days=1))
        for old in (o for name in new.supersedes for o in by_name.get(name, ())):
            known = found.get(old.entry_id, repeal)
            if _is_older(old, new) and repeal.last_day <= known.last_day:
                found[old.entry_id] = repeal
    return found


def list_passages(editions: Mapping[str, Edition]) -> list[Passage]:
    """Return all passages in a stable order, each with the days that it counts on."""
    repeals = find_repeals(editions)
    passages: list[Passage] = []
    for owner in sorted(editions):
        repeal = repeals.get(owner)
        passages += (
            _until(p, repeal.last_day) if repeal else p
            for p in editions[owner].passages
        )
    return passages


def read_published(session: Session) -> dict[str, Edition]:
    """Read what the record says is published, by entry."""
    pointed = EntryRow.published_revision_id == RevisionRow.id
    return _read(session, pointed & (EntryRow.state == "published"))


def read_released(session: Session, release_id: str) -> dict[str, Edition]:
    """Read what a release was built from, by entry."""
    held = select(ReleaseRevisionRow.revision_id).where(
        ReleaseRevisionRow.release_id == release_id
    )
    return _read(session, RevisionRow.id.in_(held), as_written=True)


def read_newest(session: Session, entry_ids: Iterable[str]) -> dict[str, Edition]:
    """Read the newest revision of entries, whether published or not."""
    wanted = list(entry_ids)
    if not wanted:
        return {}
    newest = (
        select(func.max(RevisionRow.id))
        .where(RevisionRow.entry_id.in_(wanted))
        .group_by(RevisionRow.entry_id)
    )
    return _read(session, RevisionRow.id.in_(newest), as_written=True)


def read_revisions(session: Session, revision_ids: Iterable[int]) -> dict[str, Edition]:
    """Read given revisions, by entry."""
    found = RevisionRow.id.in_(list(revision_ids))
    return _read(session, found, as_written=True)


def _read(
    session: Session, which: ColumnElement[bool], *, as_written: bool = False
) -> dict[str, Edition]:
    """Read editions; ``as_written`` takes names from the revision, not the entry.

    Rows and not objects: of a large office there are tens of thousands.
    """
    about = (
        select(
            RevisionRow.id,
            EntryRow.id.label("entry_id"),
            EntryRow.kind,
            EntryRow.title,
            DepartmentRow.name.label("department"),
            RegionRow.name.label("region"),
            RevisionRow.doc_number,
            RevisionRow.aliases,
            RevisionRow.supersedes,
            RevisionRow.issued_on,
            RevisionRow.effective_on,
            RevisionRow.expires_on,
            RevisionRow.checked_on,
            RevisionRow.source_file,
            RevisionRow.source_url,
            *((RevisionRow.content,) if as_written else ()),
        )
        .join(EntryRow, EntryRow.id == RevisionRow.entry_id)
        .outerjoin(DepartmentRow, DepartmentRow.id == EntryRow.department_id)
        .outerjoin(RegionRow, RegionRow.id == EntryRow.region_id)
        .where(which)
    )
    pieces = _read_pieces(session, which)
    rows = session.execute(about).all()
    return {row.entry_id: _edition(row, pieces.get(row.id, ())) for row in rows}


def _read_pieces(session: Session, which: ColumnElement[bool]) -> dict[int, list[Any]]:
    ids = (
        select(RevisionRow.id)
        .join(EntryRow, EntryRow.id == RevisionRow.entry_id)
        .where(which)
    )
    pieces: dict[int, list[Any]] = {}
    for piece in session.execute(
        select(
            PassageRow.revision_id,
            PassageRow.passage_id,
            PassageRow.ordinal,
            PassageRow.heading,
            PassageRow.aspect,
            PassageRow.locator,
            PassageRow.text,
        )
        .where(PassageRow.revision_id.in_(ids))
        .order_by(PassageRow.revision_id, PassageRow.ordinal)
    ):
        pieces.setdefault(piece.revision_id, []).append(piece)
    return pieces


def _edition(row: Row[Any], pieces: Sequence[Any]) -> Edition:
    # What an entry is called now is not what it was called in an older revision.
    written = row._mapping.get("content") or {}
    title = str(written.get("title", row.title))
    department = str(written.get("department", row.department or ""))
    region = str(written.get("region", row.region or ""))
    kind, aliases = EntryKind(row.kind), tuple(row.aliases)
    return Edition(
        entry_id=row.entry_id,
        kind=kind,
        title=title,
        department=department,
        region=region,
        doc_number=row.doc_number,
        supersedes=tuple(row.supersedes),
        starts_on=row.effective_on or row.issued_on,
        passages=tuple(
            Passage(
                id=piece.passage_id,
                entry_id=row.entry_id,
                kind=kind,
                title=title,
                heading=piece.heading,
                text=piece.text,
                aspect=Aspect(piece.aspect) if piece.aspect else None,
                region=region,
                department=department,
                doc_number=row.doc_number,
                aliases=aliases,
                source_file=row.source_file,
                source_url=row.source_url,
                locator=piece.locator,
                valid_from=row.effective_on,
                valid_until=row.expires_on,
                checked_on=row.checked_on,
                ordinal=piece.ordinal,
            )
            for piece in pieces
        ),
        revision_id=row.id,
    )


def _is_older(old: Edition, new: Edition) -> bool:
    if old.entry_id == new.entry_id or new.starts_on is None:
        return False
    return old.starts_on is None or old.starts_on < new.starts_on


def _until(passage: Passage, last_day: date) -> Passage:
    if passage.valid_until is not None and passage.valid_until <= last_day:
        return passage
    return replace(passage, valid_until=last_day)
