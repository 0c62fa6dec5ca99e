"""Reads files and folders; a bad file is reported, never raised."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from knowledge import EntryKind, Source

from .errors import BrokenFileError, IngestError
from .limits import check_size
from .readers import read_document
from .structure import understand
from .types import FileReport, Understanding

_log = logging.getLogger(__name__)

#: What editors and systems leave in folders.
_LITTER = re.compile(r"^(?:\.|~\$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)

#: What people put around a title in a file's name: 001_, _20240426, _扫描, （1）.
_STEM_EDGES = re.compile(
    r"^\d{1,4}[_.、\s-]+|[_\s-]*(?:\d{8}|扫描件?|终稿|定稿|最终版?|副本|修改稿)$|[（(]\d[)）]$"
)


def read_path(path: Path, *, root: Path | None = None) -> Iterator[FileReport]:
    """Read a file, or every file below a folder, in sorted order.

    Args:
        path: File or folder. Hidden files and Office lock files are passed over.
        root: Reports name files relative to it; None = the folder itself, or
            the folder of the file.

    Yields:
        One report a file, as soon as it has been read.
    """
    base = root or (path if path.is_dir() else path.parent)
    for file in _iter_files(path):
        yield _read_file(file, _name(file, base))


def count_files(path: Path) -> int:
    """Return how many reports ``read_path`` will give."""
    return sum(1 for _ in _iter_files(path))


def _iter_files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for file in sorted(path.rglob("*")):
        parts = file.relative_to(path).parts
        if file.is_file() and not any(_LITTER.match(part) for part in parts):
            yield file


def _name(file: Path, base: Path) -> str:
    if file.is_relative_to(base):
        return file.relative_to(base).as_posix()
    return file.name


def _read_file(file: Path, name: str) -> FileReport:
    try:
        found = _understand_file(file)
    except IngestError as e:
        _log.info("refused %s: %s", name, type(e).__name__)
        return FileReport(name, "refused", reason=e.reason)
    if not found.drafts:
        reasons = dict.fromkeys(row.reason for row in found.refused_rows)
        return FileReport(
            name,
            "refused",
            reason=f"没有可用的内容：{'；'.join(reasons)}",
            refused_rows=found.refused_rows,
            warnings=found.warnings,
        )
    title = found.drafts[0].title if len(found.drafts) == 1 else tidy_stem(file.stem)
    return FileReport(
        name,
        "in",
        title=title,
        drafts=found.drafts,
        refused_rows=found.refused_rows,
        warnings=(*found.warnings, *_list_doubts(found)),
        contradictions=found.contradictions,
    )


def _understand_file(file: Path) -> Understanding:
    try:
        check_size(file.stat().st_size)
        data = file.read_bytes()
    except OSError as e:
        raise BrokenFileError("文件读不出来，请检查是否存在、有无权限") from e
    try:
        document = read_document(data, file.suffix.lower())
        source = Source(file.name, document.url, hashlib.sha256(data).hexdigest())
        found = understand(document, source=source, stem=tidy_stem(file.stem))
        warnings = dict.fromkeys((*document.warnings, *found.warnings))
        return replace(found, warnings=tuple(warnings))
    except IngestError:
        raise
    # Five parsers of foreign files: on damaged input they raise whatever their
    # code stumbles over, from KeyError to RecursionError. One bad file must not
    # end the import of the others.
    except Exception as e:
        _log.exception("cannot read a %s file", file.suffix.lower())
        raise BrokenFileError("文件已损坏或不完整，读到一半出错") from e


def tidy_stem(stem: str) -> str:
    """Return a file's name as a title: without leading numbers and trailing dates."""
    before = ""
    while stem != before:
        before, stem = stem, _STEM_EDGES.sub("", stem).strip(" _-")
    return stem or before


def _list_doubts(found: Understanding) -> list[str]:
    """Return what staff should look at, by what is missing."""
    if len(found.drafts) != 1:
        return []
    draft = found.drafts[0]
    doubts = []
    if draft.kind is EntryKind.GUIDE and not draft.department:
        doubts.append("没有写实施主体")
    if draft.kind is EntryKind.POLICY and draft.issued_on is None:
        doubts.append("没有找到发文日期")
    return doubts
