"""Measures of ranking and refusing, over labelled questions. Pure.

They count as ``score.py`` of the shared evaluation does, so that figures compare.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

#: A passage bears a written answer that it holds this share of, in 4-grams.
_BORNE = 0.8


def bears(answer: str, passage: str) -> bool:
    """Tell whether a passage holds a written answer almost word for word."""
    if len(answer) < 4:
        return False
    wanted = _grams(answer)
    return len(wanted & _grams(passage)) >= _BORNE * len(wanted)


def area_under_roc(confidence: Floats, is_right: Flags) -> float:
    """Probability that a right first hit is trusted more than a wrong one.

    Ties count half; .5 is chance. NaN when all are right or none is.
    """
    right, wrong = int(is_right.sum()), int((~is_right).sum())
    if not right or not wrong:
        return float("nan")
    _, place, counts = np.unique(confidence, return_inverse=True, return_counts=True)
    # Mean rank of each value: the last rank of the tie less half its length.
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    above = float(ranks[is_right].sum()) - right * (right + 1) / 2
    return above / (right * wrong)


def answered_at(
    confidence: Floats, is_right: Flags, *, answerable: int, risk: float
) -> float:
    """Share of answerable questions answered rightly at an accepted risk.

    Args:
        confidence: Of each question, answerable or not.
        is_right: Whether its first hit answers.
        answerable: Questions that have an answer.
        risk: Wrong answers accepted, as a share of answers, 0 to 1.

    Returns:
        The best that one threshold reaches; 0 when none keeps the risk.
    """
    best = 0
    order = np.argsort(-confidence, kind="stable")
    right = np.cumsum(is_right[order])
    for n, value in enumerate(confidence[order], start=1):
        is_tied = n < len(order) and confidence[order[n]] == value
        if not is_tied and 1 - right[n - 1] / n <= risk:
            best = max(best, int(right[n - 1]))
    return best / answerable if answerable else 0.0


def share_found(firsts: Sequence[int | None], limit: int) -> float:
    """Share of questions whose first relevant hit is among the first ``limit``.

    Args:
        firsts: Place of the first relevant hit, from 0; None = not found.
        limit: Hits looked at, at least 1.
    """
    found = sum(first is not None and first < limit for first in firsts)
    return found / len(firsts) if firsts else 0.0


def _grams(text: str) -> set[str]:
    plain = "".join(ch for ch in text if ch.isalnum())
    return {plain[i : i + 4] for i in range(max(1, len(plain) - 3))}
