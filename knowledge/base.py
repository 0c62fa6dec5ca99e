"""The facade: ask a question of the current release."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from .aspects import find_aspects, may_answer, without_region
from .confidence import judge
from .errors import EntryNotFoundError, ReleaseError
from .index import DenseIndex, LexicalIndex
from .passages import PassageFile
from .ranking import Candidate, Ranked, Scored, idf_of, rank, shortlist
from .release import check_release, current_release
from .synonyms import expand
from .text import normalise, question_terms
from .types import Encoder, Finding, Hit, Passage, Scope
from .vocabulary import Vocabulary

_log = logging.getLogger(__name__)

GetOff: TypeAlias = Callable[[], frozenset[str]]
"""Ids of the entries that are off now."""


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """How widely to search."""

    #: Candidates taken from each engine.
    candidates: int = 60


class _Release:
    """One opened release; immutable."""

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
        off = [self._entries[e] for e in scope.off if e in self._entries]
        if off:
            mask &= ~np.isin(self._entry, off)
        found: npt.NDArray[np.bool_] = mask
        return found

    def word_weights(self, question: str) -> dict[str, float]:
        """Weigh the words of a question that the office uses, by rarity."""
        return {
            word: idf_of(self.vocabulary.frequency(word), self.size)
            for word in self.vocabulary.cut(question)
        }

    def _idf(self, term: str) -> float:
        return idf_of(self.lexical.document_frequency(term), self.size)


class KnowledgeBase:
    """Answers from the current release; safe from many threads."""

    def __init__(
        self,
        folder: Path,
        encoder: Encoder,
        settings: SearchSettings,
        *,
        release_id: str = "",
        get_off: GetOff = frozenset,
    ) -> None:
        """Open a release.

        Args:
            folder: Where releases live.
            encoder: The one that they were made with.
            settings: Of the search.
            release_id: Answer from this one for good; empty = from the current one,
                whichever that is by then.
            get_off: Ids of the entries that are off, asked for each question.

        Raises:
            NoReleaseError: If nothing was released yet.
            ReleaseError: If the release is damaged or made by another encoder.
        """
        self._folder = folder
        self._encoder = encoder
        self._settings = settings
        self._get_off = get_off
        self._lock = threading.Lock()
        self._is_pinned = bool(release_id)
        name = release_id or current_release(folder)
        self._release = _Release(folder, name, encoder)
        #: The release that could not be opened, so that it is logged once.
        self._refused: str | None = None

    @property
    def release_id(self) -> str:
        """Name of the release answered from."""
        return self._release.id

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions that entries belong to, sorted, none empty."""
        return tuple(region for region in self._release.regions if region)

    def refresh(self) -> bool:
        """Open the current release if it is another one.

        A release that cannot be opened is logged once and tried again at each call;
        the old one goes on answering.

        Returns:
            Whether another release answers from now on.
        """
        if self._is_pinned:
            return False
        with self._lock:
            name = ""
            try:
                name = current_release(self._folder)
                is_new = name != self._release.id
                if is_new:
                    self._release = _Release(self._folder, name, self._encoder)
            except (ReleaseError, OSError, ValueError):
                if name != self._refused:
                    _log.exception("new release cannot be opened, keeping the old one")
                self._refused = name
                return False
            self._refused = None
            if not is_new:
                return False
        _log.info("answering from release %s", name)
        return True

    def find(self, question: str, scope: Scope, *, limit: int = 10) -> Finding:
        """Search for the passages that answer a question.

        Args:
            question: As typed; it is normalised here.
            scope: Date, region and entry that may answer.
            limit: Hits returned at most.

        Returns:
            Hits best first, with the probability that the first one answers. No
            hits and confidence 0 when nothing valid was found.
        """
        release = self._release
        scope = replace(scope, off=scope.off | self._get_off())
        plain = without_region(normalise(question), scope.region)
        wide = expand(plain)
        asked = question_terms(wide)
        found = self._candidates(release, wide, asked, scope)
        aspects = (scope.aspect,) if scope.aspect else find_aspects(question)
        ranked = rank(
            found,
            asked,
            idf=release.idf,
            words=release.word_weights(wide),
            scope=scope,
            aspects=aspects,
        )
        verdict = judge(plain, question_terms(plain), ranked, idf=release.idf)
        return Finding(
            question=question,
            hits=tuple(_hit(r) for r in ranked[:limit]),
            confidence=verdict.confidence,
            release_id=release.id,
            features=verdict.features,
        )

    def get_entry(self, entry_id: str) -> tuple[Passage, ...]:
        """Return the passages of an entry, in order.

        Raises:
            EntryNotFoundError: If the release has no such entry, or it is off.
        """
        passages = tuple(self._release.passages.of_entry(entry_id))
        if not passages or entry_id in self._get_off():
            raise EntryNotFoundError(entry_id)
        return passages

    def _candidates(
        self, release: _Release, question: str, asked: Sequence[str], scope: Scope
    ) -> list[Candidate]:
        limit = self._settings.candidates
        mask = release.mask(
            Scope(
                today=scope.today,
                region=scope.region,
                entry_id=scope.entry_id,
                off=scope.off,
            )
        )
        vector = self._encoder.encode_queries([question])[0]
        dense = dict(release.dense.search(vector, mask=mask, limit=limit))
        day = scope.today.toordinal()
        lexical = {
            place: score
            for place, score in release.lexical.search(asked, day=day, limit=limit * 4)
            if mask[place]
        }
        lexical_best = list(lexical)[:limit]
        missing = [place for place in lexical_best if place not in dense]
        dense |= release.dense.scores_of(vector, missing)
        found = [
            Scored(place, dense.get(place, 0.0), lexical.get(place, 0.0))
            for place in sorted({*dense, *lexical_best})
        ]
        short = shortlist(found)
        passages = release.passages.get([one.place for one, _, _ in short])
        return [
            Candidate(one.place, passage, one.dense, one.lexical, meaning, words)
            for (one, meaning, words), passage in zip(short, passages, strict=True)
        ]


def open_knowledge_base(
    folder: Path,
    encoder: Encoder,
    *,
    settings: SearchSettings | None = None,
    release_id: str = "",
    get_off: GetOff = frozenset,
) -> KnowledgeBase:
    """Open a release of a folder; see :class:`KnowledgeBase`.

    Raises:
        NoReleaseError: If nothing was released yet.
        ReleaseError: If the release is damaged or made by another encoder.
    """
    return KnowledgeBase(
        folder,
        encoder,
        settings or SearchSettings(),
        release_id=release_id,
        get_off=get_off,
    )


def _hit(ranked: Ranked) -> Hit:
    return Hit(ranked.candidate.passage, ranked.score, ranked.features)
