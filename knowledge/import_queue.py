"""Batches of files as their reader sees them: what waits, what was read, what is over.

Every public method is one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, or_, select, update
from sqlalchemy.orm import sessionmaker

from .changes import Clock
from .import_rows import fill_file, to_file, to_import
from .import_types import FINISHED, UNREAD, FileState, Import, ImportFile, ReadFile
from .life_tables import ImportFileRow, ImportRow

#: A file that nobody's reading has touched for so long lost its reader.
LEASE = timedelta(seconds=45)

#: A file during whose reading the reader itself went away so often is not tried again.
MAX_TRIES = 3

_TRIED = "读这个文件时读取程序几次中断，没有读成。请另存一份，或拆分后再试"
_FORGOTTEN = "超过保存期限没有处理，内容已清除。需要的话请重新导入"


class ImportQueue:
    """Hands files to a reader, takes what was understood, gives up what is old."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._session = sessionmaker(engine, expire_on_commit=False)
        self._clock = clock

    def take_next(self) -> ImportFile | None:
        """Take a file that waits, or that lost its reader; None = there is none."""
        now = self._clock()
        lost = (ImportFileRow.state == FileState.READING) & (
            ImportFileRow.changed_at < now - LEASE
        )
        query = (
            select(ImportFileRow)
            .where(or_(ImportFileRow.state == FileState.WAITING, lost))
            .order_by(ImportFileRow.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        with self._session.begin() as session:
            row = session.scalars(query).first()
            if row is None:
                return None
            tries = int(row.report.get("tries", 0)) + 1
            row.changed_at = now
            if tries > MAX_TRIES:
                row.state, row.reason, row.report = FileState.REFUSED, _TRIED, {}
                return None
            row.state, row.report = FileState.READING, {"tries": tries}
            return to_file(row)

    def keep_alive(self, file: ImportFile) -> None:
        """Say that a file is still being read."""
        with self._session.begin() as session:
            session.execute(
                update(ImportFileRow)
                .where(
                    ImportFileRow.id == file.id,
                    ImportFileRow.state == FileState.READING,
                )
                .values(changed_at=self._clock())
            )

    def put(self, file: ImportFile, read: Sequence[ReadFile]) -> None:
        """Keep what was read of a file; an archive gives a file of its own for each.

        What somebody left out meanwhile stays out.
        """
        first, *others = read
        with self._session.begin() as session:
            row = session.get(ImportFileRow, file.id, with_for_update=True)
            if row is None or row.state != FileState.READING:
                return
            fill_file(row, first, self._clock())
            for other in others:
                more = ImportFileRow(
                    import_id=row.import_id, sha256=row.sha256, size=row.size
                )
                fill_file(more, other, self._clock())
                session.add(more)

    def get_batch(self, import_id: int) -> Import:
        """Return a batch, whoever it belongs to."""
        with self._session() as session:
            return to_import(session.get_one(ImportRow, import_id))

    def list_read(self, import_id: int) -> Sequence[ImportFile]:
        """Return the read files of a batch with their reports; none before all are."""
        of_batch = ImportFileRow.import_id == import_id
        unread = select(ImportFileRow.id).where(
            of_batch, ImportFileRow.state.in_(UNREAD)
        )
        read = select(ImportFileRow).where(
            of_batch, ImportFileRow.state == FileState.READ
        )
        with self._session() as session:
            if session.scalar(unread.limit(1)) is not None:
                return []
            return [to_file(row) for row in session.scalars(read.order_by("id"))]

    def rewrite(self, file: ImportFile, report: Mapping[str, Any]) -> bool:
        """Put another report in a file's place, unless a person wrote it meanwhile."""
        with self._session.begin() as session:
            row = session.get(ImportFileRow, file.id, with_for_update=True)
            if row is None or row.report.get("version") != file.version:
                return False
            row.report = dict(report) | {"version": file.version + 1}
            return True

    def forget(self, before: datetime) -> int:
        """Give up what nobody has finished; returns how many files."""
        query = select(ImportFileRow).where(
            ImportFileRow.changed_at < before,
            ImportFileRow.state.not_in(FINISHED),
        )
        with self._session.begin() as session:
            rows = list(session.scalars(query))
            for row in rows:
                row.state, row.reason = FileState.DROPPED, _FORGOTTEN
                row.report, row.changed_at = {}, self._clock()
        return len(rows)

    def find_needed(self) -> set[str]:
        """Return the SHA-256 of all uploads that are not finished with."""
        query = select(ImportFileRow.sha256).where(
            ImportFileRow.state.not_in(FINISHED), ImportFileRow.sha256 != ""
        )
        with self._session() as session:
            return set(session.scalars(query.distinct()))
