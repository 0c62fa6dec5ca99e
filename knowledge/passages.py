"""The passages of a release on disk: read by ordinal, never all in memory."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

from .types import Aspect, EntryKind, Passage

_COLUMNS = (
    "id, entry_id, kind, title, heading, text, aspect, region, department, doc_number,"
    " aliases, source_file, source_url, locator, valid_from, valid_until, checked_on,"
    " ordinal"
)


def write_passages(file: Path, passages: Sequence[Passage]) -> None:
    """Write passages to a new SQLite file; their row numbers are their places.

    Raises:
        sqlite3.DatabaseError: If the file exists or cannot be written.
    """
    with closing(sqlite3.connect(file)) as db, db:
        db.execute(f"CREATE TABLE passages (place INTEGER PRIMARY KEY, {_COLUMNS})")
        marks = ",".join("?" * 19)
        db.executemany(
            f"INSERT INTO passages VALUES ({marks})",  # noqa: S608 - only question marks are put in
            ([place, *_row(p)] for place, p in enumerate(passages)),
        )
        db.execute("CREATE INDEX by_entry ON passages (entry_id)")
        db.execute("CREATE INDEX by_id ON passages (id)")


class PassageFile:
    """Reads the passages of one release; safe from many threads."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._local = threading.local()

    def get(self, places: Sequence[int]) -> list[Passage]:
        """Return the passages at these places, in that order."""
        marks = ",".join("?" * len(places))
        found = {
            int(row[0]): _passage(row[1:])
            for row in self._db().execute(
                f"SELECT place, {_COLUMNS} FROM passages WHERE place IN ({marks})",  # noqa: S608 - only question marks are put in
                [int(p) for p in places],
            )
        }
        return [found[int(place)] for place in places]

    def of_entry(self, entry_id: str) -> list[Passage]:
        """Return the passages of an entry, in order; empty when there is none."""
        return [
            _passage(row)
            for row in self._db().execute(
                f"SELECT {_COLUMNS} FROM passages WHERE entry_id = ? ORDER BY place",  # noqa: S608 - a constant is put in
                (entry_id,),
            )
        ]

    def _db(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            # Immutable: no lock files are looked for, and the folder may be read-only.
            uri = f"{self._file.resolve().as_uri()}?mode=ro&immutable=1"
            db = self._local.db = sqlite3.connect(uri, uri=True)
        return db


def _row(p: Passage) -> list[object]:
    return [
        p.id,
        p.entry_id,
        p.kind.value,
        p.title,
        p.heading,
        p.text,
        p.aspect.value if p.aspect else None,
        p.region,
        p.department,
        p.doc_number,
        json.dumps(p.aliases, ensure_ascii=False),
        p.source_file,
        p.source_url,
        p.locator,
        p.valid_from.isoformat() if p.valid_from else None,
        p.valid_until.isoformat() if p.valid_until else None,
        p.checked_on.isoformat() if p.checked_on else None,
        p.ordinal,
    ]


def _passage(row: Sequence[str | int | None]) -> Passage:
    text = [str(v) if v is not None else "" for v in row]
    days = [date.fromisoformat(t) if t else None for t in text[14:17]]
    return Passage(
        id=text[0],
        entry_id=text[1],
        kind=EntryKind(text[2]),
        title=text[3],
        heading=text[4],
        text=text[5],
        aspect=Aspect(text[6]) if text[6] else None,
        region=text[7],
        department=text[8],
        doc_number=text[9],
        aliases=tuple(json.loads(text[10])),
        source_file=text[11],
        source_url=text[12],
        locator=text[13],
        valid_from=days[0],
        valid_until=days[1],
        checked_on=days[2],
        ordinal=int(text[17]),
    )
