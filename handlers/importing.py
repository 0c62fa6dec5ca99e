"""Reads what was handed in, in the background: one file after another, then checks.

The worker calls it; a file whose reader went away is taken up again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from bot import OfficerNotFoundError
from handlers.import_report import FileEntry, Remark, Report, report_from_json
from handlers.reading_files import FileReader, Reading
from handlers.sheet_reading import read_sheet
from handlers.uploads import Uploads
from knowledge import (
    Actor,
    EntryDraft,
    FileState,
    ImportFile,
    ImportHints,
    ImportQueue,
    PublishedEntries,
    ReadFile,
    Source,
)

if TYPE_CHECKING:
    from handlers.knowledge_parts import KnowledgeParts as ImportParts


class Check(Protocol):
    """Says what is to be said of drafts, of one file or of several."""

    def __call__(
        self, drafts: Sequence[EntryDraft], files: Sequence[int] = ()
    ) -> list[tuple[Remark, ...]]:
        """Return the remarks on each draft."""


#: How often a reader says that it is still at work; the lease is 45 s.
_BEAT_S = 10.0

#: What nobody finishes is given up after so long.
KEPT_FOR = timedelta(days=30)

#: One round of the worker; then it looks whether it should stop.
_ROUND_S = 5.0

_GONE = "上传的文件已经不在，请重新导入"


class Importer:
    """Reads waiting files, and clears up behind them."""

    def __init__(
        self,
        queue: ImportQueue,
        uploads: Uploads,
        published: PublishedEntries,
        check: Check,
        find_actor: Callable[[int | None], Actor],
        clock: Callable[[], datetime],
    ) -> None:
        """Wire it.

        Args:
            queue: What waits.
            uploads: Where it lies.
            published: What is in force, for sheets that come back.
            check: Returns what is to be said of each draft.
            find_actor: What an officer may do now, by id.
            clock: Now, aware UTC.
        """
        self._queue, self._uploads, self._published = queue, uploads, published
        self._check, self._find_actor, self._clock = check, find_actor, clock
        self._reader = FileReader()

    def read_waiting(self) -> int:
        """Read what waits, for a few seconds; returns how many files."""
        end = time.monotonic() + _ROUND_S
        done, batches = 0, set[int]()
        while time.monotonic() < end and (file := self._queue.take_next()):
            with self._beating(file):
                read = self._read(file)
            self._queue.put(file, read)
            batches.add(file.import_id)
            done += 1
        for import_id in batches:
            self._check_batch(import_id)
        if time.monotonic() < end:
            # Nothing waits: nobody needs the child, and it has 150 MiB.
            self._reader.close()
        return done

    def clear_up(self) -> None:
        """Give up what nobody finished, and erase the files of what is over."""
        self._queue.forget(self._clock() - KEPT_FOR)
        needed = self._queue.find_needed()
        self._uploads.sweep(needed, now_s=self._clock().timestamp())

    def _check_batch(self, import_id: int) -> None:
        """Compare the files of a batch with each other, once all are read."""
        files = self._queue.list_read(import_id)
        if len(files) < 2:
            return
        reports = [report_from_json(file.report) for file in files]
        places = [
            (number, at)
            for number, report in enumerate(reports)
            for at, entry in enumerate(report.entries)
            if entry.is_open
        ]
        drafts = [reports[number].entries[at].draft for number, at in places]
        found = self._check(drafts, [number for number, _ in places])
        fresh = list(reports)
        for (number, at), remarks in zip(places, found, strict=True):
            entry = replace(fresh[number].entries[at], remarks=remarks)
            fresh[number] = fresh[number].with_entry(at, entry)
        for file, old, new in zip(files, reports, fresh, strict=True):
            if new != old:
                self._queue.rewrite(file, new.to_json())

    def _read(self, file: ImportFile) -> list[ReadFile]:
        try:
            data = self._uploads.read(file.sha256)
        except OSError:
            return [ReadFile(file.name, FileState.REFUSED, _GONE)]
        batch = self._queue.get_batch(file.import_id)
        actor = self._find_actor(batch.created_by)
        # Should this raise, the file is tried again after its lease, and then refused;
        # the others go on meanwhile.
        readings = self._reader.read(data, file.name)
        return [self._keep(r, file, batch.hints, actor) for r in readings]

    def _keep(
        self, reading: Reading, file: ImportFile, hints: ImportHints, actor: Actor
    ) -> ReadFile:
        source = Source(reading.name.rpartition("/")[2], sha256=file.sha256)
        report = reading.report
        sheet = read_sheet(
            report, source=source, published=self._published, actor=actor
        )
        if sheet is not None:
            state = FileState.READ if sheet.entries else FileState.REFUSED
            reason = "" if sheet.entries else "没有一行可以用，原因见各行"
            return ReadFile(reading.name, state, reason, self._look(sheet).to_json())
        if reading.reason:
            return ReadFile(
                reading.name, FileState.REFUSED, reading.reason, report.to_json()
            )
        entries = tuple(
            replace(entry, draft=_fill(entry.draft, hints)) for entry in report.entries
        )
        report = self._look(replace(report, entries=entries))
        return ReadFile(reading.name, FileState.READ, report=report.to_json())

    def _look(self, report: Report) -> Report:
        return check_report(report, self._check)

    @contextmanager
    def _beating(self, file: ImportFile) -> Iterator[None]:
        """Say every few seconds that the file is still being read."""
        done = threading.Event()

        def beat() -> None:
            while not done.wait(_BEAT_S):
                self._queue.keep_alive(file)

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


def make_importer(parts: ImportParts) -> Importer:
    """Wire the importer to the parts of the service."""

    def find_actor(officer_id: int | None) -> Actor:
        try:
            return parts.make_actor(parts.officers.get_officer(officer_id or 0))
        except OfficerNotFoundError:
            return Actor(0, frozenset())

    return Importer(
        ImportQueue(parts.engine, parts.clock),
        parts.uploads,
        parts.published,
        parts.draft_checker.check,
        find_actor,
        parts.clock,
    )


def check_report(report: Report, check: Check) -> Report:
    """Return the report with what the checks say of its open entries now.

    What was said of an entry and one of another file stays: the file alone cannot tell.
    """
    open_ones = [at for at, entry in enumerate(report.entries) if entry.is_open]
    found = check([report.entries[at].draft for at in open_ones])
    entries: list[FileEntry] = list(report.entries)
    for at, remarks in zip(open_ones, found, strict=True):
        across = (remark for remark in entries[at].remarks if remark.is_across)
        entries[at] = replace(entries[at], remarks=(*remarks, *across))
    return replace(report, entries=tuple(entries))


def _fill(draft: EntryDraft, hints: ImportHints) -> EntryDraft:
    """Put what the editor said where the file says nothing."""
    return replace(
        draft,
        region=draft.region or hints.region,
        department=draft.department or hints.department,
    )
