"""From candidates of two engines to one order, over features one can explain. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .aspects import region_level, without_region
from .text import normalise, terms
from .types import Aspect, EntryKind, Passage, Scope

#: What official titles end in and people leave out.
_OFFICIAL_ENDING = re.compile(r"(?:申领|申请|登记|核发|办理|认定|报名|备案)$")

#: Candidates whose words are compared with the question; on the shared policy
#: questions the right passage is among 40 as often as among all.
SHORTLIST = 40

#: Weight of each feature in a candidate's score, chosen on the city exam and the
#: shared policy, faq and guides sets; bench/fit_ranking.py fits and compares them.
WEIGHTS: Mapping[str, float] = {
    "dense": 1.0,
    "lexical": 0.4,
    "coverage": 3.0,
    "words": 1.0,
    "named": 0.6,
    "aspect": 1.1,
    "region": 2.0,
    "basis": -0.8,
}


@dataclass(frozen=True, slots=True)
class Scored:
    """What the engines said of one passage."""

    place: int
    #: Cosine of its best window, -1 to 1.
    dense: float
    #: BM25; 0 when the lexical engine did not find it.
    lexical: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage on the shortlist."""

    place: int
    passage: Passage
    #: As the engines gave them; see Scored.
    dense: float
    lexical: float
    #: In deviations from the mean of all that were found.
    dense_standing: float = 0.0
    lexical_standing: float = 0.0


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with what its place rests on."""

    candidate: Candidate
    score: float
    features: Mapping[str, float] = field(default_factory=dict)


def idf_of(frequency: int, total: int) -> float:
    """Weight of a term by rarity, as in BM25; a term that stands nowhere weighs most.

    Source: Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009.
    """
    return math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))


def rank(
    candidates: Sequence[Candidate],
    asked: Sequence[str],
    *,
    idf: Callable[[str], float],
    words: Mapping[str, float],
    scope: Scope,
    aspects: Sequence[Aspect] = (),
) -> list[Ranked]:
    """Order candidates, best first.

    Args:
        candidates: The shortlist, each passage once.
        asked: Distinct terms of the question.
        idf: Weight of a term.
        words: The question's words that any passage uses, with their weights.
        scope: The region asked for counts here; validity was applied before.
        aspects: Elements that the question asks for.

    Returns:
        All candidates; ties by place.
    """
    weights = {term: idf(term) for term in asked}
    ranked = []
    for candidate in candidates:
        features = {
            "dense": candidate.dense_standing,
            "lexical": candidate.lexical_standing,
        }
        features |= _text_features(candidate.passage, weights, words)
        features |= _scope_features(candidate.passage, scope, aspects)
        score = sum(weight * features[name] for name, weight in WEIGHTS.items())
        ranked.append(Ranked(candidate, score, features))
    return sorted(ranked, key=lambda r: (-r.score, r.candidate.place))


def shortlist(
    found: Sequence[Scored], *, limit: int = SHORTLIST
) -> list[tuple[Scored, float, float]]:
    """Pick the passages best by both engines, with their standing among all found.

    Returns:
        Triples of what was found, its dense and its lexical score in deviations
        from the mean, at most ``limit``; best first, ties by place.
    """
    if not found:
        return []
    dense = _standardise([one.dense for one in found])
    lexical = _standardise([one.lexical for one in found])
    triples = zip(found, dense, lexical, strict=True)
    return sorted(triples, key=lambda t: (-t[1] - t[2], t[0].place))[:limit]


def coverage(weights: Mapping[str, float], present: set[str]) -> float:
    """Share of the question's weight that stands in a text, 0 to 1."""
    total = sum(weights.values())
    if not total:
        return 0.0
    return sum(w for term, w in weights.items() if term in present) / total


def rarest_missing(weights: Mapping[str, float], present: set[str]) -> float:
    """Weight of the rarest asked term that a text lacks, 0 when it lacks none."""
    return max((w for term, w in weights.items() if term not in present), default=0.0)


def held_terms(asked: Iterable[str], text: str) -> set[str]:
    """Return the asked terms that stand in a text.

    Looked up one by one: cutting every candidate's text into terms would take ten
    times as long. Numbers and Latin words count only as whole words.

    Args:
        asked: Terms as ``question_terms`` makes them.
        text: As stored; it is normalised here.
    """
    level = normalise(text).lower()
    return {term for term in asked if term in level and _stands_alone(term, level)}


def passage_words(passage: Passage) -> str:
    """All that a passage says and is called, officially and by citizens."""
    names = (passage.title, *passage.aliases)
    place = (passage.region, passage.department, passage.heading)
    return "\n".join((*names, *place, passage.text))


def _stands_alone(term: str, text: str) -> bool:
    """Whether a number or Latin word is not merely part of a longer one."""
    if not term.isascii():
        return True
    return re.search(rf"(?<![a-z0-9]){re.escape(term)}(?![a-z0-9])", text) is not None


def _text_features(
    passage: Passage, weights: Mapping[str, float], words: Mapping[str, float]
) -> dict[str, float]:
    whole = passage_words(passage)
    return {
        "coverage": coverage(weights, held_terms(weights, whole)),
        "words": coverage(words, held_terms(words, whole)),
        "named": _named(weights, passage),
    }


def item_stem(title: str) -> str:
    """Return an official title without the ending that citizens leave out."""
    return _OFFICIAL_ENDING.sub("", title)


def _named(weights: Mapping[str, float], passage: Passage) -> float:
    """How much of the entry's likest name stands in the question, 0 to 1.

    The opposite of coverage: 「居住证要带什么」 names 居住证 wholly, whatever else it
    asks. The endings of official titles (申领, 登记) are not expected of a citizen.
    """
    best = 0.0
    for name in (passage.title, *passage.aliases):
        # The question comes without its region, so the name must too.
        own = set(terms(without_region(item_stem(name), passage.region)))
        if own:
            best = max(best, len(own & weights.keys()) / len(own))
    return best


def _scope_features(
    passage: Passage, scope: Scope, aspects: Sequence[Aspect]
) -> dict[str, float]:
    features = dict.fromkeys(("aspect", "region", "basis"), 0.0)
    if passage.aspect is not None:
        features["aspect"] = float(passage.aspect in aspects)
        features["basis"] = float(
            passage.aspect is Aspect.BASIS and Aspect.BASIS not in aspects
        )
    if (passage.region and passage.kind is not EntryKind.POLICY) or scope.region:
        features["region"] = _region_fit(passage.region, scope.region)
    return features


def _region_fit(has: str, asked: str | None) -> float:
    """1 for the region asked; -1 for a district nobody named; else 0."""
    if asked is not None:
        return float(has == asked)
    return -1.0 if region_level(has) == 2 else 0.0


def _standardise(values: Sequence[float]) -> list[float]:
    """Zero mean, unit deviation over the candidates; all zero when they are equal."""
    mean = sum(values) / len(values)
    deviation = math.sqrt(sum((v - mean) ** 2 for v in values) / len(values))
    if deviation < 1e-9:
        return [0.0] * len(values)
    return [(v - mean) / deviation for v in values]
