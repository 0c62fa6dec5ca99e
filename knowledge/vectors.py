"""Vectors computed once: a cache on disk, keyed by encoder and text."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from .passage_texts import TextCache
from .types import EmbeddingMatrix, Encoder

#: Texts encoded between two commits: what a Ctrl-C may cost.
_STEP = 64

Progress = Callable[[int, int], None]
"""Called with (done, total)."""


class VectorCache:
    """A SQLite file of vectors per encoder; deleting it costs time, nothing else."""

    def __init__(self, folder: Path) -> None:
        """Use ``folder``, making it when it is missing."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        #: Beside them, what passages are cut into.
        self.texts = TextCache(folder)

    def encode(
        self,
        encoder: Encoder,
        texts: Sequence[str],
        *,
        progress: Progress | None = None,
    ) -> EmbeddingMatrix:
        """Return a vector for each text, encoding only those never seen.

        Args:
            encoder: Encodes what is missing, as passages.
            texts: May repeat.
            progress: Called now and then with (texts ready, all texts).

        Returns:
            Unit-length rows in the order of ``texts``, shape (len(texts), dim).

        Raises:
            sqlite3.DatabaseError: If the file cannot be read or written.
        """
        keys = [hashlib.sha256(text.encode()).digest() for text in texts]
        with closing(self._open(encoder.name)) as db:
            known = self._load(db, set(keys), encoder.dim)
            missing = {k: t for k, t in zip(keys, texts, strict=True) if k not in known}
            # Texts of like length share a batch, so that none is padded in vain.
            todo = sorted(missing.items(), key=lambda item: len(item[1]))
            for start in range(0, len(todo), _STEP):
                part = todo[start : start + _STEP]
                rows = encoder.encode_passages([text for _, text in part])
                known |= {k: row for (k, _), row in zip(part, rows, strict=True)}
                with db:
                    db.executemany(
                        "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
                        [
                            (k, row.tobytes())
                            for (k, _), row in zip(part, rows, strict=True)
                        ],
                    )
                if progress:
                    done = len(texts) - len(todo) + start + len(part)
                    progress(max(done, 0), len(texts))
        if progress:
            progress(len(texts), len(texts))
        if not keys:
            return np.zeros((0, encoder.dim), dtype=np.float32)
        return np.stack([known[key] for key in keys])

    def _open(self, encoder_name: str) -> sqlite3.Connection:
        safe = re.sub(r"[^\w.-]", "_", encoder_name)
        db = sqlite3.connect(self._folder / f"{safe}.sqlite", timeout=30)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute(
            "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB)"
            " WITHOUT ROWID"
        )
        return db

    @staticmethod
    def _load(
        db: sqlite3.Connection, keys: set[bytes], dim: int
    ) -> dict[bytes, EmbeddingMatrix]:
        found: dict[bytes, EmbeddingMatrix] = {}
        ordered = sorted(keys)
        for start in range(0, len(ordered), 500):
            part = ordered[start : start + 500]
            marks = ",".join("?" * len(part))
            query = f"SELECT key, vector FROM vectors WHERE key IN ({marks})"  # noqa: S608 - only question marks are put in
            for key, blob in db.execute(query, part):
                row = np.frombuffer(blob, dtype=np.float32)
                if row.size == dim:
                    found[key] = row
        return found
