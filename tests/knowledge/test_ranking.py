"""From candidates to an order, and to a probability."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import Aspect, EntryKind, Passage, Scope
from knowledge.confidence import judge
from knowledge.ranking import (
    SHORTLIST,
    Candidate,
    Scored,
    coverage,
    held_terms,
    idf_of,
    rank,
    rarest_missing,
    shortlist,
)
from knowledge.text import question_terms


def _candidate(place, *, dense=0.8, lexical=5.0, **fields):
    base = {"title": "居住证申领", "heading": "", "text": "办理居住证需要身份证。"}
    passage = Passage(
        id=str(place), entry_id=f"e{place}", kind=EntryKind.GUIDE, **(base | fields)
    )
    return Candidate(place, passage, dense, lexical, dense, lexical)


def _rank(candidates, question="居住证要带什么", *, region=None, aspects=()):
    from datetime import date

    scope = Scope(today=date(2026, 11, 22), region=region)
    return rank(
        candidates,
        question_terms(question),
        idf=lambda term: 1.0,
        words={},
        scope=scope,
        aspects=aspects,
    )


def test_no_candidates_no_order():
    """Nothing in, nothing out; confidence is nought."""
    assert _rank([]) == []
    assert judge("问", ["问"], [], idf=lambda term: 1.0).confidence == 0.0


def test_ties_keep_their_place():
    """The same question gets the same order on every machine."""
    ranked = _rank([_candidate(i) for i in (3, 1, 2)])
    assert [r.candidate.place for r in ranked] == [1, 2, 3]


def test_both_engines_count():
    """Better by meaning or by words comes first, other things equal."""
    assert _rank([_candidate(1), _candidate(2, dense=0.9)])[0].candidate.place == 2
    assert _rank([_candidate(1), _candidate(2, lexical=9.0)])[0].candidate.place == 2


def test_the_element_asked_for_wins():
    """Materials asked, materials first."""
    ranked = _rank(
        [
            _candidate(1, aspect=Aspect.FEE),
            _candidate(2, aspect=Aspect.MATERIALS),
            _candidate(3, aspect=Aspect.BASIS),
        ],
        aspects=(Aspect.MATERIALS,),
    )
    assert [r.candidate.place for r in ranked] == [2, 1, 3]


@pytest.mark.parametrize(
    ("asked", "first"), [(None, "云泽市"), ("西山区", "西山区"), ("云泽市", "云泽市")]
)
def test_regions_order_equal_passages(asked, first):
    """The region named; without one, the city."""
    both = [_candidate(1, region="西山区"), _candidate(2, region="云泽市")]
    assert _rank(both, region=asked)[0].candidate.passage.region == first


@given(
    st.lists(
        st.tuples(st.floats(-1, 1), st.floats(0, 60)),
        min_size=1,
        max_size=2 * SHORTLIST,
    )
)
def test_a_shortlist_is_best_first_and_bounded(scores):
    """Whatever the scores, never more than asked for and never out of order."""
    found = [Scored(i, *pair) for i, pair in enumerate(scores)]
    short = shortlist(found)
    sums = [dense + lexical for _, dense, lexical in short]
    assert len(short) == min(len(scores), SHORTLIST)
    assert all(a >= b - 1e-9 for a, b in pairwise(sums))


def test_numbers_are_held_as_whole_words_only():
    """「20」 does not stand in 2026, but 「20元」 holds it."""
    assert held_terms(["20", "工本"], "2026年起收工本费") == {"工本"}
    assert held_terms(["20"], "工本费20元") == {"20"}


def test_coverage_is_a_share_of_weight():
    """Rare words weigh more than common ones."""
    weights = {"居住": 3.0, "的证": 1.0}
    assert coverage(weights, {"居住"}) == pytest.approx(0.75)
    assert coverage(weights, set()) == 0.0
    assert coverage({}, {"居住"}) == 0.0
    assert rarest_missing(weights, {"的证"}) == 3.0
    assert rarest_missing(weights, {"居住", "的证"}) == 0.0


@given(st.integers(0, 1000), st.integers(1, 1000))
def test_rarer_terms_weigh_more(frequency, total):
    """And none weighs less than nothing."""
    frequency = min(frequency, total)
    assert idf_of(frequency, total) > 0
    if frequency:
        assert idf_of(frequency - 1, total) > idf_of(frequency, total)


def test_confidence_falls_when_a_rare_word_is_missing():
    """「火星」 asked and nowhere found is the mark of a near miss."""

    def idf(term):
        return 5.0 if "火" in term else 1.0

    def sure_of(question):
        ranked = _rank([_candidate(1)], question)
        return judge(question, question_terms(question), ranked, idf=idf)

    covered, missing = sure_of("居住证身份证"), sure_of("火星居住证身份证")
    assert missing.confidence < covered.confidence
    assert missing.features["coverage"] < covered.features["coverage"]
