"""What would be answered if drafts were published; no release is built for it.

The drafts' passages are scored as the two engines would score them and go through the
same ranking and the same confidence as what is published.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from .aspects import may_answer
from .base import KnowledgeBase
from .cutting import cut, entry_id
from .errors import EntryNotFoundError
from .index.lexical import NAME_BOOST
from .passage_texts import lexical_terms, windows_of
from .ranking import Scored
from .types import EmbeddingMatrix, Encoder, EntryDraft, Finding, Passage, Scope
from .vectors import VectorCache

#: Of BM25 as tantivy computes it.
_K1, _B = 1.2, 0.75

#: Passages by which the usual length of one is estimated.
_SAMPLE = 300


@dataclass(frozen=True, slots=True)
class _Field:
    """One field of a passage as the lexical engine sees it."""

    counts: Counter[str]
    length: int
    usual_length: float

    def score(self, term: str, weight: float) -> float:
        times = self.counts[term]
        if not times:
            return 0.0
        norm = 1 - _B + _B * self.length / max(self.usual_length, 1.0)
        return weight * times * (_K1 + 1) / (times + _K1 * norm)


class Trial:
    """Drafts beside a release: their passages, encoded once."""

    def __init__(
        self,
        drafts: Sequence[tuple[str, EntryDraft]],
        encoder: Encoder,
        usual_lengths: tuple[float, float],
        cache: VectorCache | None = None,
    ) -> None:
        """Cut and encode the drafts.

        Args:
            drafts: Each with the entry that it is an edition of.
            encoder: The one of the release.
            usual_lengths: Terms of names and of bodies in a passage of the release.
            cache: Vectors known already; None = encode all.
        """
        self.replaced = frozenset(owner for owner, _ in drafts)
        self.passages = [p for owner, draft in drafts for p in cut(draft, owner)]
        windows = [windows_of(p) for p in self.passages]
        texts = [text for each in windows for text in each]
        self._owners = np.repeat(
            np.arange(len(windows)), [len(each) for each in windows]
        )
        self._vectors: EmbeddingMatrix | None = None
        if texts and cache is not None:
            self._vectors = cache.encode(encoder, texts)
        elif texts:
            self._vectors = encoder.encode_passages(texts)
        self._fields = [
            tuple(
                _Field(Counter(terms), len(terms), usual)
                for terms, usual in zip(lexical_terms(p), usual_lengths, strict=True)
            )
            for p in self.passages
        ]

    def score(
        self,
        vector: npt.NDArray[np.float32],
        asked: Sequence[str],
        scope: Scope,
        idf: Callable[[str], float],
    ) -> Iterator[tuple[Scored, Passage]]:
        """Score the passages that a scope may find.

        Args:
            vector: Of the question, shape (dim,).
            asked: Distinct terms of the question.
            scope: Date, region and entry that may answer.
            idf: Weight of a term.
        """
        if self._vectors is None:
            return
        cosines = self._vectors @ vector
        for place, passage in enumerate(self.passages):
            if not _fits(passage, scope):
                continue
            dense = float(cosines[self._owners == place].max(initial=-1.0))
            name, body = self._fields[place]
            lexical = sum(
                body.score(t, idf(t)) + NAME_BOOST * name.score(t, idf(t))
                for t in asked
            )
            yield Scored(place, dense, lexical), passage


class TrialKnowledge:
    """A release with drafts beside it, for whoever reads knowledge."""

    def __init__(
        self,
        base: KnowledgeBase,
        drafts: Sequence[EntryDraft | tuple[str, EntryDraft]],
        cache: VectorCache | None = None,
    ) -> None:
        """Put drafts beside what is published; they take the place of their entries.

        Args:
            base: The current release.
            drafts: Each alone, or with the entry that it is an edition of.
            cache: Where the vectors of what is published lie: then only what was
                changed is encoded, some 20 ms a sentence.
        """
        owned = [
            each if isinstance(each, tuple) else (entry_id(each), each)
            for each in drafts
        ]
        self._base = base
        lengths = _usual_lengths(base, base.release_id)
        self._trial = Trial(owned, base.encoder, lengths, cache)

    @property
    def release_id(self) -> str:
        """Name of the release beside which the drafts are tried."""
        return self._base.release_id

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions that entries and drafts belong to, sorted."""
        own = {p.region for p in self._trial.passages if p.region}
        return tuple(sorted({*self._base.regions, *own}))

    def find(self, question: str, scope: Scope, *, limit: int = 10) -> Finding:
        """Search as if the drafts were published; see ``KnowledgeBase.find``."""
        return self._base.find_with(question, scope, limit=limit, trial=self._trial)

    def get_entry(self, entry_id: str) -> tuple[Passage, ...]:
        """Return the passages of an entry, of the draft if it is one of them.

        Raises:
            EntryNotFoundError: If there is no such entry, or it is off.
        """
        if entry_id not in self._trial.replaced:
            return self._base.get_entry(entry_id)
        own = tuple(p for p in self._trial.passages if p.entry_id == entry_id)
        if not own:
            raise EntryNotFoundError(entry_id)
        return own

    def refresh(self) -> bool:
        """Stay with the release that the trial began with."""
        return False


def try_with(
    base: KnowledgeBase,
    drafts: Sequence[EntryDraft | tuple[str, EntryDraft]],
    question: str,
    scope: Scope,
    *,
    cache: VectorCache | None = None,
) -> Finding:
    """Return what would be found after publishing drafts.

    Args:
        base: The current release.
        drafts: Each alone, or with the entry that it is an edition of.
        question: As typed.
        scope: Date, region and entry that may answer.
        cache: Vectors known already; see :class:`TrialKnowledge`.
    """
    return TrialKnowledge(base, drafts, cache).find(question, scope)


def _fits(passage: Passage, scope: Scope) -> bool:
    if scope.entry_id is not None and passage.entry_id != scope.entry_id:
        return False
    if scope.region and not may_answer(scope.region, passage.region):
        return False
    return passage.counts_on(scope.today)


@lru_cache(maxsize=4)
def _usual_lengths(base: KnowledgeBase, release_id: str) -> tuple[float, float]:
    """Estimate how many terms names and bodies of the release's passages have."""
    del release_id  # the estimate is of this one; another gives another key
    counted = [
        tuple(len(terms) for terms in lexical_terms(p)) for p in base.sample(_SAMPLE)
    ]
    if not counted:
        return 1.0, 1.0
    return (
        math.fsum(names for names, _ in counted) / len(counted),
        math.fsum(bodies for _, bodies in counted) / len(counted),
    )
