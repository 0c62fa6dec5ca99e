"""Reads one upload; the only place that knows how uploads are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handlers.import_report import Contradicting, FileEntry, Refused, Report
from ingest import Block, FileReport, SafeReader


@dataclass(frozen=True, slots=True)
class Reading:
    """What one document gave."""

    #: The document's path, below its archive if it came in one.
    name: str
    #: Why there is nothing in it; empty when there is.
    reason: str
    report: Report


class FileReader:
    """Reads uploads one after another, in a limited child that is kept warm."""

    def __init__(self) -> None:
        self._reader = SafeReader()

    def read(self, data: bytes, filename: str) -> list[Reading]:
        """Read a file that a browser sent; an archive gives several readings.

        Args:
            data: The whole file.
            filename: As the browser named it, with the folders it lay in.
        """
        reports = self._reader.read_bytes(data, filename)
        if len(reports) == 1:
            return [_to_reading(reports[0], filename)]
        return [_to_reading(report, report.file) for report in reports]

    def close(self) -> None:
        """End the child; the next file starts another."""
        self._reader.close()


def _to_reading(report: FileReport, filename: str) -> Reading:
    kept = Report(
        title=report.title,
        entries=tuple(FileEntry(draft) for draft in report.drafts),
        refused=tuple(
            Refused(row.place, row.reason, row.cells, row.header)
            for row in report.refused_rows
        ),
        warnings=report.warnings,
        contradictions=tuple(
            Contradicting(each.what, each.values, each.places, each.title)
            for each in report.contradictions
        ),
        original=tuple(map(_to_block, report.original)),
        is_original_cut=report.is_original_cut,
    )
    reason = "" if report.status == "in" else report.reason
    return Reading(filename, reason, kept)


def _to_block(block: Block) -> Mapping[str, Any]:
    rows = [list(row) for row in block.rows]
    body = {
        "kind": block.kind.value,
        "text": block.text,
        "rows": rows,
        "level": block.level,
        "locator": block.locator,
    }
    return {name: value for name, value in body.items() if value}
