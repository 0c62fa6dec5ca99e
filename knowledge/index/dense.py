"""Dense search: inner product over unit vectors, in FAISS.

A passage has one vector for each of its windows; its score is that of its best one.
FAISS is imported where it is used: the worker, which seldom searches, spares 20 MB.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..types import EmbeddingMatrix

#: Up to here vectors are kept as they are; above, in half precision, which takes
#: half the memory for the same ranking to the third decimal.
_EXACT_UP_TO = 40_000


class DenseIndex:
    """A read-only FAISS index; safe to search from many threads."""

    def __init__(self, file: Path, owners: npt.NDArray[np.int32]) -> None:
        """Open the index.

        Args:
            file: What ``build`` wrote.
            owners: Passage ordinal of each vector, shape (n_vectors,).

        Raises:
            RuntimeError: If the file is no FAISS index.
        """
        import faiss

        self._index = faiss.read_index(str(file))
        self._owners = owners

    @staticmethod
    def build(file: Path, vectors: EmbeddingMatrix) -> None:
        """Write an index of ``vectors``, shape (n_vectors, dim), to ``file``."""
        import faiss

        count, dim = vectors.shape
        if count <= _EXACT_UP_TO:
            index: Any = faiss.IndexFlatIP(dim)
        else:
            index = faiss.IndexScalarQuantizer(
                dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
            )
        if count:
            index.add(np.ascontiguousarray(vectors))
        faiss.write_index(index, str(file))

    def search(
        self,
        vector: npt.NDArray[np.float32],
        *,
        mask: npt.NDArray[np.bool_],
        limit: int,
    ) -> list[tuple[int, float]]:
        """Find the passages nearest to a question.

        Args:
            vector: Unit length, shape (dim,).
            mask: True for each passage that may be found, shape (n_passages,).
            limit: How many passages at most.

        Returns:
            Pairs of ordinal and cosine, best first; ties by ordinal.
        """
        import faiss

        if self._index.ntotal == 0:
            return []
        # Windows of one passage crowd together, so more vectors than passages.
        wanted = min(limit * 4, self._index.ntotal)
        allowed = np.packbits(mask[self._owners], bitorder="little")
        # The wrapper takes the bitmap as an array; its annotations do not say so.
        selector = faiss.IDSelectorBitmap(allowed)  # type: ignore[call-arg,arg-type]
        narrowed = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        scores, rows = self._index.search(
            vector.reshape(1, -1), wanted, params=narrowed
        )
        best: dict[int, float] = {}
        for row, score in zip(rows[0], scores[0], strict=True):
            if row >= 0:
                best.setdefault(int(self._owners[row]), float(score))
        return sorted(best.items(), key=lambda item: (-item[1], item[0]))[:limit]

    def scores_of(
        self, vector: npt.NDArray[np.float32], places: Sequence[int]
    ) -> dict[int, float]:
        """Cosine of given passages, for those that only the other engine found.

        Args:
            vector: Unit length, shape (dim,).
            places: Ordinals, each once.
        """
        best: dict[int, float] = {}
        for place in places:
            # Vectors were added passage by passage, so a passage's are together.
            start = int(np.searchsorted(self._owners, place, side="left"))
            end = int(np.searchsorted(self._owners, place, side="right"))
            if end > start:
                rows = self._index.reconstruct_n(start, end - start)
                best[place] = float((rows @ vector).max())
        return best
