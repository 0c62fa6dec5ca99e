"""Batches of files that staff handed in; every public method is one transaction.

What a file was taken for is kept as JSON that this package does not look into, but for
its ``summary``: lists are drawn from that alone, because a report may be long.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from .change import Actor, ChangeState
from .change_rows import seen_by
from .changes import Clock, Journal
from .import_rows import get_batch, get_file, to_file, to_import
from .import_types import (
    BATCH_FILES,
    FileState,
    Import,
    ImportClosedError,
    ImportFile,
    ImportFullError,
    ImportHints,
    ImportNotFoundError,
    MadeChange,
    StaleFileError,
)
from .life_tables import ChangeRow, ImportFileRow, ImportRow

#: Batches in the list; older ones are found by their address.
LISTED = 50


class ImportStore:
    """Takes files in, hands them to a reader, keeps what was understood."""

    def __init__(self, engine: Engine, clock: Clock, journal: Journal) -> None:
        self._session = sessionmaker(engine, expire_on_commit=False)
        self._clock = clock
        self._journal = journal

    def add(self, hints: ImportHints, actor: Actor) -> Import:
        """Begin a batch.

        Raises:
            ImportNotFoundError: If its department is not this person's.
        """
        if not (actor.may_write and actor.owns(hints.department)):
            raise ImportNotFoundError
        with self._session.begin() as session:
            row = ImportRow(
                created_by=actor.officer_id,
                created_at=self._clock(),
                hints=hints.to_json(),
            )
            session.add(row)
            session.flush()
            self._note(session, "import.add", row.id, actor, hints.department)
            return to_import(row)

    def get(self, import_id: int, actor: Actor) -> Import:
        """Return a batch.

        Raises:
            ImportNotFoundError: If there is none that this person may see.
        """
        with self._session() as session:
            return to_import(get_batch(session, import_id, actor))

    def list(self, actor: Actor) -> list[Import]:
        """List the batches that a person may see, newest first, with their counts."""
        query = select(ImportRow).order_by(ImportRow.id.desc())
        found: list[Import] = []
        with self._session() as session:
            for row in session.scalars(query.execution_options(yield_per=100)):
                batch = to_import(row)
                if actor.owns(batch.hints.department):
                    found.append(batch)
                if len(found) == LISTED:
                    break
        return found

    def count(self, import_ids: Sequence[int]) -> dict[int, Counter[FileState]]:
        """Count the files of batches by state."""
        query = (
            select(ImportFileRow.import_id, ImportFileRow.state, func.count())
            .where(ImportFileRow.import_id.in_(import_ids))
            .group_by(ImportFileRow.import_id, ImportFileRow.state)
        )
        found: dict[int, Counter[FileState]] = {each: Counter() for each in import_ids}
        with self._session() as session:
            for import_id, state, n in session.execute(query):
                found[import_id][FileState(state)] = int(n)
        return found

    def add_file(
        self, import_id: int, actor: Actor, *, name: str, sha256: str, size: int
    ) -> ImportFile:
        """Add a file that lies among the uploads, to be read.

        The same content under the same name comes in once: a browser that lost the
        answer sends again.

        Raises:
            ImportNotFoundError: If there is no such batch of this person's.
            ImportFullError: If the batch has all the files that it may.
        """
        with self._session.begin() as session:
            batch = get_batch(session, import_id, actor, lock=True)
            held = select(ImportFileRow).where(ImportFileRow.import_id == batch.id)
            again = held.where(
                ImportFileRow.name == name, ImportFileRow.sha256 == sha256
            )
            row = session.scalars(again).first()
            if row is not None:
                return to_file(row)
            count = select(func.count()).select_from(held.subquery())
            if (session.scalar(count) or 0) >= BATCH_FILES:
                raise ImportFullError
            row = ImportFileRow(
                import_id=batch.id,
                name=name[:300],
                sha256=sha256,
                size=size,
                state=FileState.WAITING,
                report={},
                changed_at=self._clock(),
            )
            session.add(row)
            session.flush()
            return to_file(row)

    def refuse_file(
        self, import_id: int, actor: Actor, *, name: str, reason: str
    ) -> ImportFile:
        """Keep on record that a file was not even taken.

        Raises:
            ImportNotFoundError: If there is no such batch of this person's.
        """
        with self._session.begin() as session:
            batch = get_batch(session, import_id, actor)
            row = ImportFileRow(
                import_id=batch.id,
                name=name[:300],
                sha256="",
                size=0,
                state=FileState.REFUSED,
                reason=reason,
                report={},
                changed_at=self._clock(),
            )
            session.add(row)
            session.flush()
            return to_file(row)

    def list_files(self, import_id: int, actor: Actor) -> Sequence[ImportFile]:
        """List the files of a batch by name, without their reports.

        Raises:
            ImportNotFoundError: If there is no such batch of this person's.
        """
        columns = (
            ImportFileRow.id,
            ImportFileRow.import_id,
            ImportFileRow.name,
            ImportFileRow.sha256,
            ImportFileRow.size,
            ImportFileRow.state,
            ImportFileRow.reason,
            ImportFileRow.report["summary"],
            ImportFileRow.changed_at,
        )
        with self._session() as session:
            batch = get_batch(session, import_id, actor)
            query = select(*columns).where(ImportFileRow.import_id == batch.id)
            rows = session.execute(query.order_by(ImportFileRow.id)).all()
        files = [
            ImportFile(
                id=row[0],
                import_id=row[1],
                name=row[2],
                sha256=row[3],
                size=row[4],
                state=FileState(row[5]),
                reason=row[6],
                summary=row[7] or {},
                changed_at=row[8],
            )
            for row in rows
        ]
        return sorted(files, key=lambda file: (file.name, file.id))

    def get_file(self, import_file_id: int, actor: Actor) -> ImportFile:
        """Return a file with its report.

        Raises:
            ImportNotFoundError: If there is none that this person may see.
        """
        with self._session() as session:
            return to_file(get_file(session, import_file_id, actor))

    def check_file(self, import_file_id: int, actor: Actor) -> None:
        """Return if a person may see a file; its report is not read.

        Raises:
            ImportNotFoundError: If there is none that this person may see.
        """
        query = select(ImportFileRow.import_id).where(
            ImportFileRow.id == import_file_id
        )
        with self._session() as session:
            get_batch(session, session.scalar(query) or 0, actor)

    def write(
        self,
        file: ImportFile,
        report: Mapping[str, Any],
        actor: Actor,
        *,
        state: FileState = FileState.READ,
        action: str = "",
    ) -> ImportFile:
        """Put another report in a file's place, as a person corrected it.

        Args:
            file: As this person saw it.
            report: All of the new one.
            actor: Who wrote it.
            state: What the file is from now on.
            action: For the audit trail; empty where another entry tells it.

        Raises:
            ImportNotFoundError: If there is none that this person may see.
            StaleFileError: If somebody wrote it in between.
        """
        with self._session.begin() as session:
            row = get_file(session, file.id, actor, lock=True)
            if row.report.get("version", 0) != file.version:
                raise StaleFileError
            row.report = dict(report) | {"version": file.version + 1}
            row.state, row.changed_at = state, self._clock()
            if action:
                self._note(session, action, row.import_id, actor, row.name)
            return to_file(row)

    def drop(self, import_file_id: int, actor: Actor) -> ImportFile:
        """Leave a file out; what was saved of it stays.

        Raises:
            ImportNotFoundError: If there is none that this person may see.
            ImportClosedError: If it is saved already.
        """
        with self._session.begin() as session:
            row = get_file(session, import_file_id, actor, lock=True)
            if row.state == FileState.SAVED:
                raise ImportClosedError
            row.state, row.changed_at = FileState.DROPPED, self._clock()
            self._note(session, "import.drop", row.import_id, actor, row.name)
            return to_file(row)

    def list_changes(self, ids: Collection[int], actor: Actor) -> Sequence[MadeChange]:
        """Return those of the changes that a person may see, by id."""
        columns = (ChangeRow.id, ChangeRow.version, ChangeRow.state, ChangeRow.title)
        query = (
            select(*columns)
            .where(ChangeRow.id.in_(ids), seen_by(actor))
            .order_by(ChangeRow.id)
        )
        with self._session() as session:
            return [
                MadeChange(row[0], row[1], ChangeState(row[2]), row[3])
                for row in session.execute(query)
            ]

    def note(self, action: str, import_id: int, actor: Actor, detail: str) -> None:
        """Write into the audit trail what was done with a batch."""
        with self._session.begin() as session:
            self._note(session, action, import_id, actor, detail)

    def note_export(self, entries: int, actor: Actor) -> None:
        """Write into the audit trail that entries were taken along."""
        with self._session.begin() as session:
            subject = f"entries {entries}"
            at, who = self._clock(), actor.officer_id
            self._journal(session, "entries.export", subject, officer_id=who, at=at)

    def _note(
        self, session: Session, action: str, import_id: int, actor: Actor, detail: str
    ) -> None:
        self._journal(
            session,
            action,
            f"import {import_id}",
            officer_id=actor.officer_id,
            at=self._clock(),
            detail=detail[:300],
        )
