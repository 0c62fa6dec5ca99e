"""Whether what an answer quoted still stands; needs no encoder and no index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from functools import lru_cache
from pathlib import Path

from .errors import ReleaseError
from .release import current_release
from .types import EntryKind

#: What an answer from a passage quotes: of a guide or an FAQ anything of the entry,
#: of a policy the pieces of one article.
_QUOTED = """
    SELECT other.id FROM passages AS cited JOIN passages AS other
    ON other.entry_id = cited.entry_id
    AND (cited.kind <> ? OR other.heading = cited.heading)
    WHERE cited.id = ?
"""


class PassageCheck:
    """Looks passages up in the current release on disk, whatever that is by then."""

    def __init__(self, folder: Path) -> None:
        """Remember where releases lie; nothing is opened yet."""
        self._folder = folder
        # Releases never change, and a page asks for the same answers each second.
        self._judge = lru_cache(maxsize=4096)(self._look_up)

    def is_in_force(self, passage_id: str, on: date, *, release_id: str = "") -> bool:
        """Tell whether an answer that cites a passage is still right.

        A passage's id is a digest of its text: a changed rule has another one, and a
        withdrawn one has none. An answer quotes more than the passage that it cites,
        so its neighbours are looked at too while the old release is on the disk.

        Args:
            passage_id: What was cited.
            on: The day it must apply, Beijing date.
            release_id: The release that answered; empty = only the cited passage
                itself is looked for.

        Raises:
            NoReleaseError: If nothing was released yet.
            ReleaseError: If the current release cannot be read.
        """
        return self._judge(current_release(self._folder), passage_id, on, release_id)

    def _look_up(
        self, current: str, passage_id: str, on: date, release_id: str
    ) -> bool:
        with self._open(current) as db:
            if not _is_valid(db, passage_id, on):
                return False
            if current == release_id or not self._file(release_id).is_file():
                return True
            with self._open(release_id) as old:
                return _quoted(old, passage_id) <= _quoted(db, passage_id)

    @contextmanager
    def _open(self, release_id: str) -> Iterator[sqlite3.Connection]:
        # Immutable: no lock files are looked for, and the folder may be read-only.
        uri = f"{self._file(release_id).resolve().as_uri()}?mode=ro&immutable=1"
        try:
            with closing(sqlite3.connect(uri, uri=True)) as db:
                yield db
        except sqlite3.Error as e:
            raise ReleaseError(f"release {release_id} cannot be read") from e

    def _file(self, release_id: str) -> Path:
        return self._folder / release_id / "passages.sqlite"


def _is_valid(db: sqlite3.Connection, passage_id: str, on: date) -> bool:
    day = on.isoformat()
    found = db.execute(
        "SELECT 1 FROM passages WHERE id = ? AND coalesce(valid_from, ?) <= ?"
        " AND coalesce(valid_until, ?) >= ?",
        (passage_id, day, day, day, day),
    ).fetchone()
    return found is not None


def _quoted(db: sqlite3.Connection, passage_id: str) -> set[str]:
    rows = db.execute(_QUOTED, (EntryKind.POLICY.value, passage_id))
    return {str(row[0]) for row in rows}
