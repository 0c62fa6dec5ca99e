"""How sure we are that the first hit answers, as a probability. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from .aspects import find_places
from .ranking import (
    Ranked,
    coverage,
    held_terms,
    item_stem,
    passage_words,
    rarest_missing,
)
from .types import EntryKind

#: Logistic regression over the city exam, plain questions by an item's everyday name,
#: and the shared policy, guides and faq sets (2026-11-22). Cross-validated AUROC: city
#: with plain questions .82, policy .89, guides .71, faq .74. bench/fit_ranking.py fits
#: anew; features that a fit gave the wrong sign (the more words match, the less sure)
#: are described but weigh nothing.
BIAS = -21.037
WEIGHTS: Mapping[str, float] = {
    "dense": 22.956,
    "coverage": 0.458,
    "rarest_missing": -1.366,
    "words": 0.816,
    "named": 1.848,
    "aspect": 1.137,
    "margin": 0.283,
    "dense_gap": -50.145,
    "lexical_gap": -1.503,
    "numbers_missing": -1.450,
    "places_missing": -1.415,
}

#: A shorter name stands in titles that have nothing to do with it.
_SHORTEST_STEM = 3

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
    """Whether two hits do not compete.

    They do not as passages of one entry, as one item in two districts, or as an
    item's guide and a question about it. Two guides always do: 申领 and 补领 of one
    thing are two items.
    """
    a, b = one.candidate.passage, other.candidate.passage
    if a.entry_id == b.entry_id or (a.title and a.title == b.title):
        return True
    if a.kind is b.kind or EntryKind.GUIDE not in {a.kind, b.kind}:
        return False
    guide, question = (a, b) if a.kind is EntryKind.GUIDE else (b, a)
    stem = item_stem(guide.title)
    return len(stem) >= _SHORTEST_STEM and stem in question.title


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
