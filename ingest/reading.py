"""Reads files and folders; a bad file is reported, never raised."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from knowledge import EntryKind, Source

from .archive import Piece, iter_pieces
from .errors import BrokenFileError, IngestError, TooLargeError
from .limits import check_size
from .names import find_suffix, tidy_name, tidy_path
from .readers import read_document
from .soundness import check_sound
from .structure import understand
from .types import Block, BlockKind, Document, FileReport, Understanding

_log = logging.getLogger(__name__)

#: Most of an original that a report carries for showing; the Civil Code has 107,000.
MAX_ORIGINAL_CHARS = 400_000
MAX_LINE_CHARS = 50_000

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
    for file in iter_files(path):
        yield from _read_file(file, tidy_path(name_below(file, base)))


def read_bytes(data: bytes, name: str) -> Iterator[FileReport]:
    """Read a file that is in memory; an archive gives a report a document.

    Args:
        data: The whole file.
        name: Path that the reports name, with forward slashes; made harmless.
    """
    for piece in iter_pieces(data, tidy_path(name)):
        yield read_piece(piece)


def read_piece(piece: Piece) -> FileReport:
    """Read one document.

    Raises:
        MemoryError: If it takes more than there is.
    """
    document = Document()
    try:
        document = _read_document(piece)
        found = _understand(document, piece)
    except IngestError as e:
        _log.info("refused %s: %s", piece.name, type(e).__name__)
        report = FileReport(piece.name, "refused", reason=e.reason)
    else:
        report = _report(found, piece.name)
    original, is_cut = show_original(document)
    return replace(report, original=original, is_original_cut=is_cut)


def count_files(path: Path) -> int:
    """Return how many reports ``read_path`` will give."""
    return sum(1 for _ in iter_files(path))


def iter_files(path: Path) -> Iterator[Path]:
    """Yield the file, or those below a folder in sorted order, without litter."""
    if not path.is_dir():
        yield path
        return
    for file in sorted(path.rglob("*")):
        parts = file.relative_to(path).parts
        if file.is_file() and not any(_LITTER.match(part) for part in parts):
            yield file


def name_below(file: Path, base: Path) -> str:
    """Return the file's path below the folder, with forward slashes."""
    if file.is_relative_to(base):
        return file.relative_to(base).as_posix()
    return file.name


def _read_file(file: Path, name: str) -> Iterator[FileReport]:
    try:
        check_size(file.stat().st_size)
        data = file.read_bytes()
    except TooLargeError as e:
        yield FileReport(name, "refused", reason=e.reason)
    except OSError:
        yield FileReport(
            name, "refused", reason="文件读不出来，请检查是否存在、有无权限"
        )
    else:
        yield from read_bytes(data, name)


def _read_document(piece: Piece) -> Document:
    with _translated(piece.name):
        data = piece.load()
        check_sound(data)
        return read_document(data, find_suffix(piece.name))


def _understand(document: Document, piece: Piece) -> Understanding:
    name = tidy_name(piece.name)
    sha256 = hashlib.sha256(piece.load()).hexdigest()
    source = Source(name, document.url, sha256)
    with _translated(piece.name):
        found = understand(document, source=source, stem=tidy_stem(_stem(name)))
    warnings = dict.fromkeys((*document.warnings, *found.warnings))
    return replace(found, warnings=tuple(warnings))


@contextmanager
def _translated(name: str) -> Iterator[None]:
    """Turn whatever a parser raises into a refusal."""
    try:
        yield
    except (IngestError, MemoryError):
        raise
    # Parsers of foreign files: on damaged input they raise whatever their code
    # stumbles over, from KeyError to RecursionError. One bad file must not end the
    # import of the others.
    except Exception as e:
        _log.exception("cannot read a %s file", find_suffix(name))
        raise BrokenFileError("文件已损坏或不完整，读到一半出错") from e


def _report(found: Understanding, name: str) -> FileReport:
    if not found.drafts:
        reasons = dict.fromkeys(row.reason for row in found.refused_rows)
        return FileReport(
            name,
            "refused",
            reason=f"没有可用的内容：{'；'.join(reasons)}",
            refused_rows=found.refused_rows,
            warnings=found.warnings,
        )
    is_one = len(found.drafts) == 1
    return FileReport(
        name,
        "in",
        title=found.drafts[0].title if is_one else tidy_stem(_stem(tidy_name(name))),
        drafts=found.drafts,
        refused_rows=found.refused_rows,
        warnings=(*found.warnings, *_list_doubts(found)),
        contradictions=found.contradictions,
    )


def show_original(document: Document) -> tuple[tuple[Block, ...], bool]:
    """Return what was read as blocks, and whether they had to be cut short."""
    blocks = [*document.blocks]
    for sheet in document.sheets:
        blocks.append(Block(BlockKind.HEADING, sheet.name, level=1))
        blocks.append(Block(BlockKind.TABLE, rows=sheet.rows))
    left, kept = MAX_ORIGINAL_CHARS, list[Block]()
    for block in blocks:
        if left <= 0:
            return tuple(kept), True
        rows, used = [], len(block.text)
        for row in block.rows:
            if used > left:
                break
            rows.append(row)
            used += sum(map(len, row)) + len(row)
        left -= used
        kept.append(replace(block, text=block.text[:MAX_LINE_CHARS], rows=tuple(rows)))
        if len(rows) < len(block.rows) or len(block.text) > MAX_LINE_CHARS:
            return tuple(kept), True
    return tuple(kept), False


def _stem(name: str) -> str:
    """Return a file's name without its suffix."""
    return name[: len(name) - len(find_suffix(name))] or name


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
