"""The measures that weights are chosen by."""

import numpy as np
import pytest

from bench.measures import answered_at, area_under_roc, bears, share_found


def test_confidence_that_separates_has_area_one():
    """And one that is always the same is worth a coin."""
    right = np.array([True, True, False, False])
    assert area_under_roc(np.array([0.9, 0.8, 0.2, 0.1]), right) == 1.0
    assert area_under_roc(np.array([0.1, 0.2, 0.8, 0.9]), right) == 0.0
    assert area_under_roc(np.full(4, 0.5), right) == 0.5


def test_area_is_the_share_of_pairs_in_order():
    """Counted by hand, ties as half."""
    rng = np.random.default_rng(0)
    sure = rng.integers(0, 10, 60) / 10
    right = rng.random(60) < 0.5
    pairs = [
        1.0 if a > b else 0.5 if a == b else 0.0
        for a in sure[right]
        for b in sure[~right]
    ]
    assert area_under_roc(sure, right) == pytest.approx(np.mean(pairs))


def test_area_without_both_kinds_is_no_number():
    """Nothing to compare."""
    assert np.isnan(area_under_roc(np.array([0.5]), np.array([True])))


def test_only_thresholds_that_keep_the_risk_count():
    """Right, right, wrong, right: two of three answerable at 5 %, all at 25 %."""
    sure = np.array([0.9, 0.8, 0.7, 0.6])
    right = np.array([True, True, False, True])
    assert answered_at(sure, right, answerable=3, risk=0.05) == pytest.approx(2 / 3)
    assert answered_at(sure, right, answerable=3, risk=0.25) == 1.0


def test_a_threshold_cannot_cut_through_a_tie():
    """The same confidence is answered or not, all of it."""
    sure = np.array([0.9, 0.9])
    right = np.array([True, False])
    assert answered_at(sure, right, answerable=1, risk=0.1) == 0.0


def test_found_counts_places_from_zero():
    """Not found is not found."""
    assert share_found([0, 1, None, 5], 1) == 0.25
    assert share_found([0, 1, None, 5], 5) == 0.5
    assert share_found([], 5) == 0.0


def test_a_passage_bears_an_answer_word_for_word():
    """Punctuation apart; a short answer proves nothing."""
    assert bears("十个工作日内办结。", "自受理之日起，十个工作日内办结")
    assert not bears("十个工作日内办结", "五个工作日内受理")
    assert not bears("是", "是")
