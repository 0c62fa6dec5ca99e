"""How sure we are that the first hit answers, as a probability. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from .aspects import find_places
from .ranking import Ranked, coverage, held_terms, passage_words, rarest_missing

#: Logistic regression, fitted by bench/fit_ranking.py; see bench/README.md.
BIAS = -26.501
WEIGHTS: Mapping[str, float] = {
    "dense": 30.034,
    "lexical_share": -2.093,
    "coverage": 2.711,
    "rarest_missing": -0.738,
    "words": 1.137,
    "named": 2.654,
    "aspect": 0.672,
    "name_coverage": -2.113,
    "margin": 0.367,
    "dense_gap": -41.276,
    "lexical_gap": -3.448,
    "numbers_missing": -1.526,
    "places_missing": -1.231,
    "length": -0.566,
}

_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """A probability and the features it was made of."""

    confidence: float
    features: Mapping[str, float] = field(default_factory=dict)


def judge(
    question: str,
    asked: Sequence[str],
    ranked: Sequence[Ranked],
    *,
    idf: Callable[[str], float],
) -> Verdict:
    """Estimate the probability that the first hit answers the question.

    Args:
        question: As typed.
        asked: Its distinct terms.
        ranked: Candidates, best first.
        idf: Weight of a term.

    Returns:
        Confidence from 0 to 1; 0 when there is no candidate.
    """
    if not ranked:
        return Verdict(0.0)
    features = describe(question, asked, ranked, idf=idf)
    logit = BIAS + sum(WEIGHTS.get(name, 0.0) * v for name, v in features.items())
    return Verdict(1 / (1 + math.exp(-max(-30.0, min(30.0, logit)))), features)


def describe(
    question: str,
    asked: Sequence[str],
    ranked: Sequence[Ranked],
    *,
    idf: Callable[[str], float],
) -> dict[str, float]:
    """The figures a confidence is made of, named, about the first hit."""
    first = ranked[0]
    weights = {term: idf(term) for term in asked}
    total = sum(weights.values()) or 1.0
    heaviest = max(weights.values(), default=1.0) or 1.0
    present = held_terms(weights, passage_words(first.candidate.passage))
    near = [r for r in ranked[1:] if not _same_item(r, first)]
    return {
        "dense": first.candidate.dense,
        "lexical_share": first.candidate.lexical / total,
        "coverage": coverage(weights, present),
        "rarest_missing": rarest_missing(weights, present) / heaviest,
        "words": first.features.get("words", 0.0),
        "named": first.features.get("named", 0.0),
        "aspect": first.features.get("aspect", 0.0),
        "name_coverage": first.features.get("name_coverage", 0.0),
        "margin": first.score - near[0].score if near else 3.0,
        "dense_gap": max((r.candidate.dense for r in ranked), default=0.0)
        - first.candidate.dense,
        "lexical_gap": (
            max((r.candidate.lexical for r in ranked), default=0.0)
            - first.candidate.lexical
        )
        / total,
        "numbers_missing": _numbers_missing(question, first),
        "places_missing": _places_missing(question, first),
        "length": math.log1p(len(asked)),
    }


def _same_item(one: Ranked, other: Ranked) -> bool:
    """Passages of one entry, or one item in two districts, do not compete."""
    a, b = one.candidate.passage, other.candidate.passage
    return a.entry_id == b.entry_id or (bool(a.title) and a.title == b.title)


def _places_missing(question: str, first: Ranked) -> float:
    """1 when the question names a place that the first hit does not, else 0."""
    passage = first.candidate.passage
    held = f"{passage.title} {passage.heading} {passage.text} {passage.region}"
    return float(any(place not in held for place in find_places(question)))


def _numbers_missing(question: str, first: Ranked) -> float:
    """Share of the question's numbers that the passage does not hold."""
    numbers = set(_NUMBER.findall(question))
    if not numbers:
        return 0.0
    held = set(_NUMBER.findall(first.candidate.passage.text))
    held |= set(_NUMBER.findall(first.candidate.passage.title))
    return len(numbers - held) / len(numbers)
