"""One release, opened: what a question is searched in. Immutable."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .aspects import may_answer
from .errors import ReleaseError
from .index import DenseIndex, LexicalIndex
from .office_words import find_office_texts
from .passages import PassageFile
from .ranking import idf_of
from .release import check_release
from .text import normalise
from .types import Encoder, Passage, Scope
from .vocabulary import Vocabulary


class OpenRelease:
    """The files of a release, behind what searching asks of them."""

    def __init__(self, folder: Path, name: str, encoder: Encoder) -> None:
        manifest = check_release(folder, name)
        if manifest["encoder"] != encoder.name:
            raise ReleaseError(
                f"release {name} was made by encoder {manifest['encoder']}, not by"
                f" {encoder.name}; run: wenzheng ingest"
            )
        root = folder / name
        arrays = np.load(root / "arrays.npz")
        self.id = name
        self.size = len(arrays["valid_from"])
        self.regions: tuple[str, ...] = tuple(str(r) for r in arrays["regions"])
        self._entries = {str(e): i for i, e in enumerate(arrays["entries"])}
        self._valid_from = arrays["valid_from"]
        self._valid_until = arrays["valid_until"]
        self._region = arrays["region"]
        self._entry = arrays["entry"]
        self.dense = DenseIndex(root / "dense.faiss", arrays["owners"])
        self.lexical = LexicalIndex(root / "lexical")
        self.passages = PassageFile(root / "passages.sqlite")
        self.vocabulary = Vocabulary(root / "words.txt")
        self.mask = lru_cache(maxsize=64)(self._mask)
        self.idf = lru_cache(maxsize=50_000)(self._idf)

    def _mask(self, scope: Scope) -> npt.NDArray[np.bool_]:
        """Which passages a scope may find, shape (size,)."""
        day = scope.today.toordinal()
        mask = (self._valid_from <= day) & (day <= self._valid_until)
        if scope.region:
            fits = np.array([may_answer(scope.region, r) for r in self.regions])
            mask &= fits[self._region]
        if scope.entry_id is not None:
            mask &= self._entry == self._entries.get(scope.entry_id, -1)
        found: npt.NDArray[np.bool_] = mask
        return found

    def none_of(self, entry_ids: frozenset[str]) -> npt.NDArray[np.bool_]:
        """Which passages are of none of these entries, shape (size,)."""
        codes = [self._entries[e] for e in entry_ids if e in self._entries]
        found: npt.NDArray[np.bool_] = ~np.isin(self._entry, codes)
        return found

    def sample(self, limit: int) -> list[Passage]:
        """Return passages from all over the release, at most so many."""
        step = max(1, self.size // limit)
        return self.passages.get(list(range(0, self.size, step))[:limit])

    def word_weights(self, question: str) -> dict[str, float]:
        """Weigh the words of a question that the office uses, by rarity."""
        weights = {
            word: idf_of(self.vocabulary.frequency(word), self.size)
            for word in self.vocabulary.cut(question)
        }
        return weights | self._weigh_hot_words(question)

    def _weigh_hot_words(self, question: str) -> dict[str, float]:
        """Weigh what the office calls one word, as rare, times what it is worth."""
        texts = find_office_texts()
        if texts is None or not texts.hot_words:
            return {}
        rare, level = idf_of(1, self.size), normalise(question).lower()
        return {
            word: rare * weight
            for hot, weight in texts.hot_words.items()
            if (word := normalise(hot).lower()) in level
        }

    def _idf(self, term: str) -> float:
        return idf_of(self.lexical.document_frequency(term), self.size)
