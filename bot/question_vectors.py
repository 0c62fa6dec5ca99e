"""Vectors of questions that are looked at again and again, kept in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np

from knowledge import EmbeddingMatrix, Encoder

#: Vectors kept: 5,000 of 384 numbers are 8 MB.
MAX_KEPT = 5000


class QuestionVectors:
    """Encodes questions, each once; safe from many threads."""

    def __init__(
        self, get_encoder: Callable[[], Encoder], *, max_kept: int = MAX_KEPT
    ) -> None:
        """Remember where the encoder is had from; it is opened at the first question.

        Args:
            get_encoder: Returns the encoder.
            max_kept: Vectors kept; the least lately used go first.
        """
        self._get_encoder = get_encoder
        self._max_kept = max_kept
        self._lock = threading.Lock()
        self._known: OrderedDict[str, np.ndarray] = OrderedDict()

    def __call__(self, questions: Sequence[str]) -> EmbeddingMatrix:
        """Return one unit-length row per question, shape (len(questions), dim).

        Raises:
            EncoderUnavailableError: If the encoder cannot be loaded.
        """
        encoder = self._get_encoder()
        with self._lock:
            found = {q: self._known[q] for q in questions if q in self._known}
        new = [q for q in dict.fromkeys(questions) if q not in found]
        found.update(zip(new, encoder.encode_queries(new), strict=True))
        with self._lock:
            for question, row in found.items():
                self._known[question] = row
                self._known.move_to_end(question)
            while len(self._known) > self._max_kept:
                self._known.popitem(last=False)
        if not questions:
            return np.zeros((0, encoder.dim), dtype=np.float32)
        return np.stack([found[question] for question in questions])
