"""The facade: ask a question of the current release."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from .aspects import find_aspects, without_region
from .confidence import judge
from .errors import EntryNotFoundError, ReleaseError
from .opened import OpenRelease
from .ranking import Candidate, Ranked, Scored, rank, shortlist
from .release import current_release
from .synonyms import expand
from .text import normalise, question_terms
from .types import Encoder, Finding, Hit, Passage, Scope

if TYPE_CHECKING:
    from .trial import Trial

_log = logging.getLogger(__name__)

GetOff: TypeAlias = Callable[[], frozenset[str]]
"""Ids of the entries that are off now."""


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """How widely to search."""

    #: Candidates taken from each engine.
    candidates: int = 60


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
        self._release = OpenRelease(folder, name, encoder)
        #: The release that could not be opened, so that it is logged once.
        self._refused: str | None = None

    @property
    def release_id(self) -> str:
        """Name of the release answered from."""
        return self._release.id

    @property
    def encoder(self) -> Encoder:
        """What turns questions into vectors."""
        return self._encoder

    def sample(self, limit: int) -> list[Passage]:
        """Return passages from all over the release, at most so many."""
        return self._release.sample(limit)

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
                    self._release = OpenRelease(self._folder, name, self._encoder)
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
        return self.find_with(question, scope, limit=limit)

    def find_with(
        self,
        question: str,
        scope: Scope,
        *,
        limit: int = 10,
        trial: Trial | None = None,
    ) -> Finding:
        """Search as if drafts were published; see :meth:`find`.

        Args:
            question: As typed; it is normalised here.
            scope: Date, region and entry that may answer.
            limit: Hits returned at most.
            trial: What would be published besides; None = nothing.
        """
        release, off = self._release, self._get_off()
        plain = without_region(normalise(question), scope.region)
        wide = expand(plain)
        asked = question_terms(wide)
        found = self._candidates(release, wide, asked, scope, trial)
        aspects = (scope.aspect,) if scope.aspect else find_aspects(question)
        ranked = rank(
            found,
            asked,
            idf=release.idf,
            words=release.word_weights(wide),
            scope=scope,
            aspects=aspects,
        )
        shown = [r for r in ranked if r.candidate.passage.entry_id not in off]
        terms = question_terms(plain)
        verdict = judge(plain, terms, shown, idf=release.idf)
        finding = Finding(
            question=question,
            hits=tuple(_hit(r) for r in shown[:limit]),
            confidence=verdict.confidence,
            release_id=release.id,
            features=verdict.features,
        )
        if not ranked or (first := ranked[0].candidate.passage.entry_id) not in off:
            return finding
        missing = judge(plain, terms, ranked, idf=release.idf)
        return replace(finding, off_entry=first, off_confidence=missing.confidence)

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
        self,
        release: OpenRelease,
        question: str,
        asked: Sequence[str],
        scope: Scope,
        trial: Trial | None,
    ) -> list[Candidate]:
        limit = self._settings.candidates
        mask = release.mask(
            Scope(today=scope.today, region=scope.region, entry_id=scope.entry_id)
        )
        if trial is not None:
            mask = mask & release.none_of(trial.replaced)
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
        tried: dict[int, Passage] = {}
        if trial is not None:
            for scored, passage in trial.score(vector, asked, scope, release.idf):
                place = release.size + scored.place
                found.append(replace(scored, place=place))
                tried[place] = passage
        short = shortlist(found)
        wanted = [one.place for one, _, _ in short if one.place not in tried]
        tried |= zip(wanted, release.passages.get(wanted), strict=True)
        return [
            Candidate(
                one.place, tried[one.place], one.dense, one.lexical, meaning, words
            )
            for one, meaning, words in short
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
