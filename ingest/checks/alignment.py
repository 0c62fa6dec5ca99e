"""Says how far two figures are said of the same thing, by the words around. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from .figures import Figure, Role

#: Words on both sides of figures that say nothing of what is counted.
_FILLERS = re.compile(
    r"[\s#、，,。；;：:（）()“”\"'《》–—\-~.·]|应当|可以|已经|一般|原则上|标准|规定"
    r"|之日起|其中|现在|以及|或者|不超过|至少|最多"
)

#: Pairs of characters on one side needed before an overlap means anything.
_MIN_PAIRS = 2

#: The clause itself counts for more than what led up to it.
_CLAUSE_WEIGHT = 0.7


@lru_cache(maxsize=100_000)
def _pairs(text: str) -> frozenset[str]:
    bare = _FILLERS.sub(" ", text)
    runs = bare.split()
    return frozenset(run[at : at + 2] for run in runs for at in range(len(run) - 1))


def _overlap(first: str, second: str) -> float:
    a, b = _pairs(first), _pairs(second)
    least = min(len(a), len(b))
    if least < _MIN_PAIRS:
        return 0.0
    return len(a & b) / least


def compare(first: Figure, second: Figure, *, by_role: bool) -> float:
    """Return from 0 (of other things) to 1 (of the same) for two of one kind.

    Args:
        first: One figure.
        second: Another.
        by_role: Whether "the promised time" alone says what is counted; a policy
            promises several.
    """
    if first.kind is not second.kind:
        return 0.0
    if not is_of_one_year(first, second):
        return 0.0
    if first.role and second.role and first.role is not second.role:
        return 0.0
    score = _CLAUSE_WEIGHT * _overlap(first.clause, second.clause)
    score += (1 - _CLAUSE_WEIGHT) * _overlap(first.before, second.before)
    if by_role and first.role is Role.PROMISED is second.role:
        score = max(score, 0.5 + score / 2)
    return score


def is_of_one_year(first: Figure, second: Figure) -> bool:
    """Whether nothing says that two figures are of different years."""
    return not first.year or not second.year or first.year == second.year


def find_best(
    figure: Figure, others: Sequence[Figure], *, same: bool, by_role: bool
) -> tuple[float, Figure | None]:
    """Return the best match among figures of the same, or of another, value."""
    best: tuple[float, Figure | None] = (0.0, None)
    for other in others:
        if other.kind is not figure.kind or (other.value == figure.value) is not same:
            continue
        score = compare(figure, other, by_role=by_role)
        if score > best[0]:
            best = (score, other)
    return best
