"""Fit the weights of knowledge/ranking.py and knowledge/confidence.py.

    python bench/fit_ranking.py [--features a,b,…] [--ranking-features a,b,…]

Two logistic regressions over labelled questions: one on pairs of a relevant and an
irrelevant candidate (ranking), one on whether the first hit answers (confidence). It
runs from this repository alone, on the city's questions; where ../shared/eval is, its
policy, faq and guides sets are used too. Figures are of questions left out (ten folds).
Nothing is written: copy the weights by hand, then run ``make bench``.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from answering import SHARED
from city_exam import ROOT
from labelled import Question, load_city, load_shared
from measures import Flags, Floats, answered_at, area_under_roc, share_found
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler

from handlers.config import load_settings
from knowledge import confidence, make_encoder, ranking

#: How much a question of a set counts. Policy has many times the city's questions;
#: the city's are what an office's look like; faq has no unanswerable ones.
SET_WEIGHTS: Mapping[str, float] = {
    "city": 2.0,
    "policy": 1.0,
    "guides": 2.0,
    "faq": 0.5,
}

_FOLDS = 10

#: Inverse strength of the penalty on standardised features; .1 to 1 fit alike.
_PENALTY = 0.3

#: Irrelevant candidates a relevant one is compared with: those it must pass.
_RIVALS, _RELEVANT = 15, 2

Sets = Mapping[str, Sequence[Question]]


def main() -> None:
    """Fit both and print what they are worth."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--features", default=",".join(confidence.WEIGHTS))
    parser.add_argument("--ranking-features", default=",".join(ranking.WEIGHTS))
    options = parser.parse_args()
    sets = load_sets()
    print("\nRANKING: hit@1 and hit@5")
    report_ranking(sets, options.ranking_features.split(","))
    print("\nCONFIDENCE: that the first hit answers")
    report_confidence(sets, options.features.split(","))


def load_sets() -> dict[str, Sequence[Question]]:
    """Ask all labelled questions there are, and say which are missing."""
    settings = load_settings(ROOT / "config.yaml", {})
    encoder = make_encoder(settings.knowledge.encoder)
    sets = {"city": load_city(encoder)}
    for name in SET_WEIGHTS:
        if name != "city" and (SHARED / name / "passages.jsonl").exists():
            sets[name] = load_shared(name, encoder)
        elif name != "city":
            print(f"skipped: {name}, there is no {SHARED / name}")
    for name, questions in sets.items():
        answerable = sum(q.is_answerable for q in questions)
        print(f"{name}: {len(questions)} questions, {answerable} answerable")
    return {
        name: [replace(question, weight=SET_WEIGHTS[name]) for question in questions]
        for name, questions in sets.items()
    }


def report_ranking(sets: Sets, names: Sequence[str]) -> None:
    """Print the weights and where the relevant passages end up."""
    fitted = fit_ranking([q for qs in sets.values() for q in qs], names)
    folds = {
        name: [
            first
            for train, test in _split(questions)
            for weights in [fit_ranking([*_others(sets, name), *train], names)]
            for first in _firsts(test, weights)
        ]
        for name, questions in sets.items()
    }
    for name, questions in sets.items():
        now = _firsts(questions, ranking.WEIGHTS)
        row = "  ".join(
            f"{label} {share_found(firsts, 1):.3f} {share_found(firsts, 5):.3f}"
            for label, firsts in (("now", now), ("fitted, left out", folds[name]))
        )
        print(f"  {name:8} n={len(now):<5} {row}")
    print(f"  WEIGHTS = {_show(fitted)}")


def fit_ranking(
    questions: Sequence[Question], names: Sequence[str]
) -> dict[str, float]:
    """Fit weights so that relevant candidates pass irrelevant ones.

    Returns:
        Feature to weight, scaled so that ``dense`` weighs 1 where it is positive.
    """
    of_each = [(q.weight, rows) for q in questions if (rows := _pairs(q, names))]
    pairs = np.array([row for _, rows in of_each for row in rows])
    # Every question counts as one, however many pairs it gives.
    each = np.concatenate([[w / len(rows)] * len(rows) for w, rows in of_each])
    both = np.concatenate([pairs, -pairs])
    sides = np.r_[np.ones(len(pairs)), np.zeros(len(pairs))]
    model = LogisticRegression(fit_intercept=False, C=1.0, max_iter=2000)
    found = model.fit(both, sides, sample_weight=np.r_[each, each]).coef_[0]
    weights = dict(zip(names, map(float, found), strict=True))
    unit = max(weights.get("dense", 0.0), 0.0) or 1.0
    return {name: value / unit for name, value in weights.items()}


def report_confidence(sets: Sets, names: Sequence[str]) -> None:
    """Print the weights, and what is answered at a given risk, set by set."""
    x = np.concatenate([_matrix(qs, names) for qs in sets.values()])
    y = np.concatenate([_rights(qs) for qs in sets.values()])
    of = np.concatenate([[name] * len(qs) for name, qs in sets.items()])
    weights = np.array([q.weight for qs in sets.values() for q in qs])
    left_out = np.zeros(len(y))
    for train, test in KFold(_FOLDS, shuffle=True, random_state=1).split(x):
        bias, found = fit_confidence(x[train], y[train], weights[train])
        left_out[test] = 1 / (1 + np.exp(-(bias + x[test] @ found)))
    for name, questions in sets.items():
        now = np.array([q.confidence for q in questions])
        _report_set(f"{name}, now", now, questions)
        _report_set(f"{name}, fitted", left_out[of == name], questions)
    bias, found = fit_confidence(x, y, weights)
    print(f"  BIAS = {bias:.3f}")
    print(f"  WEIGHTS = {_show(dict(zip(names, map(float, found), strict=True)))}")
    effects = dict(zip(names, map(float, found * x.std(axis=0)), strict=True))
    print(f"  effect of one deviation: {_show(effects)}")


def fit_confidence(x: Floats, y: Flags, weights: Floats) -> tuple[float, Floats]:
    """Fit a logistic regression on standardised features.

    Args:
        x: Features, shape (n_questions, n_features).
        y: Whether the first hit answers, shape (n_questions,).
        weights: How much each question counts, shape (n_questions,).

    Returns:
        Bias and weights for the features as they come, not standardised.
    """
    scaler = StandardScaler().fit(x)
    model = LogisticRegression(C=_PENALTY, max_iter=3000)
    model.fit(scaler.transform(x), y, sample_weight=weights)
    found = model.coef_[0] / scaler.scale_
    return float(model.intercept_[0] - found @ scaler.mean_), found


def _report_set(label: str, sure: Floats, questions: Sequence[Question]) -> None:
    right, answerable = _rights(questions), sum(q.is_answerable for q in questions)
    line = f"  {label:16} AUROC {area_under_roc(sure, right):.3f}"
    for risk in (0.05, 0.10):
        share = answered_at(sure, right, answerable=answerable, risk=risk)
        line += f"  at {risk:.0%} {share:.3f}"
    print(line)


def _pairs(question: Question, names: Sequence[str]) -> list[npt.NDArray[np.float64]]:
    rows = [
        (c.is_relevant, np.array([c.features.get(name, 0.0) for name in names]))
        for c in question.candidates
    ]
    relevant = [row for is_relevant, row in rows if is_relevant][:_RELEVANT]
    rivals = [row for is_relevant, row in rows[:_RIVALS] if not is_relevant]
    return [good - bad for good in relevant for bad in rivals]


def _firsts(
    questions: Sequence[Question], weights: Mapping[str, float]
) -> list[int | None]:
    """Places of the first relevant candidates of the answerable questions."""
    firsts = []
    for question in questions:
        if question.is_answerable:
            order = sorted(
                question.candidates,
                key=lambda c: (
                    -sum(w * c.features.get(k, 0) for k, w in weights.items())
                ),
            )
            places = (i for i, c in enumerate(order) if c.is_relevant)
            firsts.append(next(places, None))
    return firsts


def _split(
    questions: Sequence[Question],
) -> list[tuple[list[Question], list[Question]]]:
    folds = KFold(_FOLDS, shuffle=True, random_state=1).split(np.arange(len(questions)))
    return [([questions[i] for i in a], [questions[i] for i in b]) for a, b in folds]


def _others(sets: Sets, name: str) -> list[Question]:
    return [q for other, questions in sets.items() if other != name for q in questions]


def _matrix(questions: Sequence[Question], names: Sequence[str]) -> Floats:
    return np.array([[q.features.get(name, 0.0) for name in names] for q in questions])


def _rights(questions: Sequence[Question]) -> Flags:
    return np.array([q.is_right for q in questions])


def _show(weights: Mapping[str, float]) -> str:
    return "{" + ", ".join(f'"{k}": {v:.3f}' for k, v in weights.items()) + "}"


if __name__ == "__main__":
    main()
