"""The texts that a passage is found by, for both engines, cut once and kept."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from .ranking import passage_words
from .text import normalise, split_windows, terms, words
from .types import EntryKind, Passage

#: Characters a window, title apart. On 1,262 policy questions windows of about 110
#: lift the encoder alone from .52 to .61 hit@1 (shared evaluation).
WINDOW_CHARS = 110
WINDOW_OVERLAP = 20

#: Characters of title and heading put before each window.
_NAME_CHARS = 60


#: Goes up when the same passage would be cut in another way.
_MADE_BY = "1"

#: Passages looked up at once.
_STEP = 500


def windows_of(passage: Passage) -> list[str]:
    """The texts a passage is encoded as: title in front of each window."""
    name = normalise(f"{passage.title} {passage.heading}").strip()[:_NAME_CHARS]
    body = normalise(passage.text)
    cut = split_windows(body, size=WINDOW_CHARS, overlap=WINDOW_OVERLAP)
    texts = [w if not name or w.startswith(name) else f"{name} {w}" for w in cut]
    # An everyday name is a question in the citizen's own words: a window of its own.
    if passage.ordinal == 0:
        texts += [normalise(alias) for alias in passage.aliases]
    if passage.kind is EntryKind.FAQ:
        texts.append(normalise(passage.title))
    return texts


def lexical_terms(passage: Passage) -> tuple[list[str], list[str]]:
    """Return the terms of its names, and of all that it says."""
    names = f"{passage.title} {' '.join(passage.aliases)}"
    text = passage.text
    is_told = normalise(text).startswith(passage.title)
    body = text if is_told else f"{passage.title} {text}"
    return terms(names), terms(f"{passage.heading}\n{body}")


@dataclass(frozen=True, slots=True)
class PassageTexts:
    """What a passage is found by, made once and kept."""

    windows: tuple[str, ...]
    #: Terms with blanks between, as the lexical engine takes them.
    name_terms: str
    body_terms: str
    #: Words of two characters or more, each once.
    words: tuple[str, ...]


def make_texts(passage: Passage) -> PassageTexts:
    """Cut a passage in every way that it is searched."""
    name_terms, body_terms = lexical_terms(passage)
    return PassageTexts(
        tuple(windows_of(passage)),
        " ".join(name_terms),
        " ".join(body_terms),
        tuple(dict.fromkeys(words(passage_words(passage)))),
    )


class TextCache:
    """A SQLite file of passages' texts; deleting it costs time, nothing else.

    Cutting by jieba takes 2 ms a passage, ten times as long as all else but encoding.
    """

    def __init__(self, folder: Path) -> None:
        """Use ``folder``, which must be there."""
        self._file = folder / "texts.sqlite"

    def iter(self, passages: Sequence[Passage]) -> Iterator[PassageTexts]:
        """Yield the texts of each passage in order, cutting only those never seen.

        Raises:
            sqlite3.DatabaseError: If the file cannot be read or written.
        """
        with closing(self._open()) as db:
            for start in range(0, len(passages), _STEP):
                part = passages[start : start + _STEP]
                keys = [_key(p) for p in part]
                known = _load(db, keys)
                made = {
                    key: make_texts(p)
                    for key, p in zip(keys, part, strict=True)
                    if key not in known
                }
                with db:
                    db.executemany(
                        "INSERT OR REPLACE INTO texts VALUES (?, ?)",
                        [(key, _pack(texts)) for key, texts in made.items()],
                    )
                known |= made
                yield from (known[key] for key in keys)

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._file, timeout=30)
        db.execute("PRAGMA journal_mode=WAL")
        # It can be made again: no commit need wait for the disk.
        db.execute("PRAGMA synchronous=OFF")
        db.execute(
            "CREATE TABLE IF NOT EXISTS texts (key BLOB PRIMARY KEY, texts TEXT)"
            " WITHOUT ROWID"
        )
        return db


def _key(p: Passage) -> bytes:
    """Digest of all that the texts are made of, and of how."""
    parts = (
        _MADE_BY,
        p.kind,
        p.title,
        p.heading,
        p.text,
        p.region,
        p.department,
        str(p.ordinal == 0),
        *p.aliases,
    )
    return hashlib.sha256("\x1f".join(parts).encode()).digest()


def _pack(texts: PassageTexts) -> str:
    groups = ("\x1e".join(texts.windows), texts.name_terms, texts.body_terms)
    return "\x1f".join((*groups, " ".join(texts.words)))


def _unpack(text: str) -> PassageTexts:
    windows, name_terms, body_terms, known_words = text.split("\x1f")
    return PassageTexts(
        tuple(windows.split("\x1e")), name_terms, body_terms, tuple(known_words.split())
    )


def _load(db: sqlite3.Connection, keys: Sequence[bytes]) -> dict[bytes, PassageTexts]:
    marks = ",".join("?" * len(keys))
    query = f"SELECT key, texts FROM texts WHERE key IN ({marks})"  # noqa: S608 - only question marks are put in
    return {key: _unpack(text) for key, text in db.execute(query, keys)}
