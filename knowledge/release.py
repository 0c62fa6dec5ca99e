"""Build an index aside, seal it with a manifest, and swap it in.

A release is a folder that never changes once named::

    releases/
      current            the name of the release to answer from
      20261122T101500-1a2b3c4d/
        manifest.json    SHA-256 of every other file, encoder, counts
        passages.sqlite  the passages, by ordinal
        dense.faiss      vectors of their windows
        arrays.npz       owner of each vector, validity, region and entry codes
        lexical/         tantivy
        words.txt        the words that passages use, and how many use each
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np

from .errors import NoReleaseError, ReleaseError
from .index import DenseIndex, LexicalIndex
from .index.lexical import LexicalRow
from .passage_texts import PassageTexts
from .passages import write_passages
from .types import Encoder, Passage
from .vectors import Progress, VectorCache
from .vocabulary import write_vocabulary

#: Days that stand for "since always" and "open-ended".
FIRST_DAY, LAST_DAY = 1, date.max.toordinal()

#: Releases kept for going back; older folders are deleted after a swap.
_KEEP = 5

_FORMAT = 2


@dataclass(frozen=True, slots=True)
class ReleaseInfo:
    """A release that stands complete on disk."""

    id: str
    passages: int
    encoder: str
    #: SHA-256 of manifest.json, hex.
    manifest_sha256: str


def build_aside(
    passages: Sequence[Passage],
    encoder: Encoder,
    folder: Path,
    *,
    at: datetime,
    cache: VectorCache,
    name: str = "",
    progress: Progress | None = None,
) -> ReleaseInfo:
    """Build a release that nobody answers from yet.

    Args:
        passages: All of them, in order.
        encoder: Must be the one that questions will be encoded with.
        folder: Where releases live; made when missing.
        at: Now, aware UTC; names the release.
        cache: Vectors known already; only changed passages are encoded.
        name: Of a release that is built again; empty = a new one.
        progress: Called with (windows encoded, all windows).

    Raises:
        OSError: If the disk is full or not writable.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = name or f"{at:%Y%m%dT%H%M%S}-{_fingerprint(passages)[:8]}"
    aside = folder / f".{name}.building"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    try:
        _write(aside, passages, encoder, cache, progress)
        sealed = _seal(aside, name, encoder, len(passages))
        final = folder / name
        shutil.rmtree(final, ignore_errors=True)
        aside.rename(final)
        _sync_folder(folder)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return ReleaseInfo(name, len(passages), encoder.name, sealed)


def build_from_passages(
    passages: Sequence[Passage],
    encoder: Encoder,
    folder: Path,
    *,
    at: datetime,
    cache: VectorCache,
    progress: Progress | None = None,
) -> ReleaseInfo:
    """Build a release and make it the current one; see :func:`build_aside`.

    Raises:
        OSError: If the disk is full or not writable; the old release stays current.
    """
    info = build_aside(passages, encoder, folder, at=at, cache=cache, progress=progress)
    swap_to(folder, info.id)
    prune(folder)
    return info


def swap_to(folder: Path, name: str) -> None:
    """Make a release that stands on disk the current one, atomically.

    Raises:
        ReleaseError: If there is no such release.
    """
    if not (folder / name / "manifest.json").is_file():
        raise ReleaseError(f"no such release: {name}")
    draft = folder / f".current.{os.getpid()}"
    with draft.open("w", encoding="utf-8") as file:
        file.write(name)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / "current")
    _sync_folder(folder)


def current_release(folder: Path) -> str:
    """Name of the release to answer from.

    Raises:
        NoReleaseError: If nothing was released yet.
    """
    try:
        return (folder / "current").read_text(encoding="utf-8").strip()
    except OSError as e:
        raise NoReleaseError from e


def check_release(folder: Path, name: str) -> dict[str, object]:
    """Compare every file of a release with its manifest and return that.

    Raises:
        ReleaseError: If a file is missing, added or changed.
    """
    root = folder / name
    try:
        manifest: dict[str, object] = json.loads(
            (root / "manifest.json").read_text(encoding="utf-8")
        )
    except (OSError, ValueError) as e:
        raise ReleaseError(f"release {name}: manifest is missing or broken") from e
    if manifest.get("format") != _FORMAT:
        raise ReleaseError(
            f"release {name} was made by another version; run: wenzheng ingest"
        )
    if _digests(root) != manifest.get("files"):
        raise ReleaseError(f"release {name}: files differ from the manifest")
    return manifest


def is_complete(folder: Path, name: str) -> bool:
    """Tell whether a release stands on disk as its manifest says."""
    try:
        check_release(folder, name)
    except (ReleaseError, OSError):
        return False
    return True


def prune(folder: Path, *, also_keep: Collection[str] = ()) -> None:
    """Delete the oldest releases, and what a killed build left, but the current one.

    Args:
        folder: Where releases live.
        also_keep: Names that stay however old they are.
    """
    for path in folder.glob(".*.building"):
        shutil.rmtree(path, ignore_errors=True)
    keep = {current_release(folder), *also_keep}
    names = sorted(
        (p for p in folder.iterdir() if (p / "manifest.json").is_file()),
        key=lambda p: p.stat().st_mtime,
    )
    for path in names[:-_KEEP]:
        if path.name not in keep:
            shutil.rmtree(path, ignore_errors=True)


def _write(
    root: Path,
    passages: Sequence[Passage],
    encoder: Encoder,
    cache: VectorCache,
    progress: Progress | None,
) -> None:
    write_passages(root / "passages.sqlite", passages)
    windows: list[str] = []
    owners: list[int] = []
    frequency: Counter[str] = Counter()

    def read() -> Iterator[LexicalRow]:
        for ordinal, texts in enumerate(cache.texts.iter(passages)):
            windows.extend(texts.windows)
            owners.extend([ordinal] * len(texts.windows))
            frequency.update(texts.words)
            yield _lexical_row(ordinal, passages[ordinal], texts)

    (root / "lexical").mkdir()
    LexicalIndex.build(root / "lexical", read())
    write_vocabulary(root / "words.txt", frequency)
    vectors = cache.encode(encoder, windows, progress=progress)
    DenseIndex.build(root / "dense.faiss", vectors)
    regions = sorted({p.region for p in passages})
    entries = sorted({p.entry_id for p in passages})
    np.savez(
        root / "arrays.npz",
        owners=np.array(owners, dtype=np.int32),
        valid_from=np.array([_from(p) for p in passages], dtype=np.int32),
        valid_until=np.array([_until(p) for p in passages], dtype=np.int32),
        region=_codes([p.region for p in passages], regions),
        entry=_codes([p.entry_id for p in passages], entries),
        regions=np.array(regions or [""]),
        entries=np.array(entries or [""]),
    )


def _lexical_row(ordinal: int, passage: Passage, texts: PassageTexts) -> LexicalRow:
    return LexicalRow(
        ordinal=ordinal,
        name_terms=texts.name_terms,
        body_terms=texts.body_terms,
        valid_from=_from(passage),
        valid_until=_until(passage),
    )


def _from(passage: Passage) -> int:
    return passage.valid_from.toordinal() if passage.valid_from else FIRST_DAY


def _until(passage: Passage) -> int:
    return passage.valid_until.toordinal() if passage.valid_until else LAST_DAY


def _codes(values: Sequence[str], names: Sequence[str]) -> np.ndarray:
    code = {name: i for i, name in enumerate(names)}
    return np.array([code[v] for v in values], dtype=np.int32)


def _seal(root: Path, name: str, encoder: Encoder, passages: int) -> str:
    manifest = {
        "format": _FORMAT,
        "id": name,
        "encoder": encoder.name,
        "dim": encoder.dim,
        "passages": passages,
        "files": _digests(root),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    (root / "manifest.json").write_text(text, encoding="utf-8")
    for path in sorted(root.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    _sync_folder(root)
    return hashlib.sha256(text.encode()).hexdigest()


def _digests(root: Path) -> dict[str, str]:
    found = {}
    for path in sorted(root.rglob("*")):
        # tantivy's lock files come and go with readers and writers.
        if path.is_file() and path.name != "manifest.json" and path.suffix != ".lock":
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            found[path.relative_to(root).as_posix()] = digest
    return found


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _fingerprint(passages: Iterable[Passage]) -> str:
    """SHA-256 over the passages and the days they count on, hex."""
    digest = hashlib.sha256()
    for p in passages:
        digest.update(f"{p.id}{p.title}{p.valid_from}{p.valid_until}".encode())
    return digest.hexdigest()
