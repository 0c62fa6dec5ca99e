"""Reads one upload; the only place that knows how uploads are read."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ingest
from handlers.import_report import Contradicting, FileEntry, Refused, Report
from ingest import FileReport, read_path


@dataclass(frozen=True, slots=True)
class Reading:
    """What one document gave."""

    #: The document's path, below its archive if it came in one.
    name: str
    #: Why there is nothing in it; empty when there is.
    reason: str
    report: Report


def read_upload(data: bytes, filename: str) -> list[Reading]:
    """Read a file that a browser sent; an archive gives a reading for each document.

    Args:
        data: The whole file.
        filename: As the browser named it, with the folders it lay in.
    """
    read = getattr(ingest, "read_upload", _read)
    reports: list[FileReport] = read(data, filename)
    if len(reports) == 1:
        return [_to_reading(reports[0], filename)]
    return [_to_reading(report, report.file) for report in reports]


def _read(data: bytes, filename: str) -> list[FileReport]:
    with tempfile.TemporaryDirectory(prefix="wenzheng-read-") as folder:
        file = Path(folder) / filename.rpartition("/")[2]
        file.write_bytes(data)
        return list(read_path(file))


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
        original=tuple(map(_to_block, getattr(report, "original", ()))),
        is_original_cut=getattr(report, "is_original_cut", False),
    )
    reason = "" if report.status == "in" else report.reason
    return Reading(filename, reason, kept)


def _to_block(block: Any) -> Mapping[str, Any]:
    rows = [list(row) for row in block.rows]
    body = {
        "kind": block.kind.value,
        "text": block.text,
        "rows": rows,
        "level": block.level,
        "locator": block.locator,
    }
    return {name: value for name, value in body.items() if value}
