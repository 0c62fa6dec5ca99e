"""Both engines against brute force and the calendar."""

from datetime import date

import numpy as np
import pytest

from knowledge.index import DenseIndex, LexicalIndex
from knowledge.index.lexical import LexicalRow
from knowledge.text import terms

DAY = date(2026, 11, 22).toordinal()


@pytest.fixture
def dense(tmp_path):
    """300 passages with one to three windows each, and the vectors."""
    rng = np.random.default_rng(7)
    owners = np.repeat(np.arange(300, dtype=np.int32), rng.integers(1, 4, 300))
    vectors = rng.normal(size=(len(owners), 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    DenseIndex.build(tmp_path / "dense.faiss", vectors)
    return DenseIndex(tmp_path / "dense.faiss", owners), vectors, owners


def _brute(vectors, owners, question, mask):
    scores = {}
    for vector, owner in zip(vectors, owners, strict=True):
        if mask[owner]:
            scores[owner] = max(scores.get(owner, -2), float(vector @ question))
    return sorted(scores.items(), key=lambda item: -item[1])


@pytest.mark.parametrize("seed", range(5))
def test_dense_search_agrees_with_brute_force(dense, seed):
    """The best ten passages are the ten with the best windows."""
    index, vectors, owners = dense
    rng = np.random.default_rng(seed)
    question = vectors[seed * 13]
    mask = rng.random(300) < 0.5
    mask[owners[seed * 13]] = True
    found = index.search(question, mask=mask, limit=10)
    expected = _brute(vectors, owners, question, mask)[:10]
    assert [s for _, s in found] == pytest.approx([s for _, s in expected], abs=1e-5)
    assert {p for p, _ in found[:9]} <= {p for p, _ in expected}


def test_dense_search_finds_nothing_where_nothing_may_be_found(dense):
    """An all-false mask is an empty answer, not an error."""
    index, vectors, _ = dense
    assert index.search(vectors[0], mask=np.zeros(300, dtype=bool), limit=5) == []


def test_scores_of_given_passages_are_those_of_their_best_window(dense):
    """Passages that only the words found get their cosine too."""
    index, vectors, owners = dense
    scores = index.scores_of(vectors[0], [3, 250])
    for place in (3, 250):
        expected = (vectors[owners == place] @ vectors[0]).max()
        assert scores[place] == pytest.approx(float(expected), abs=1e-5)


def test_an_empty_dense_index_answers_nothing(tmp_path):
    """A release without passages can still be opened."""
    DenseIndex.build(tmp_path / "d", np.zeros((0, 16), dtype=np.float32))
    index = DenseIndex(tmp_path / "d", np.zeros(0, dtype=np.int32))
    question = np.ones(16, dtype=np.float32)
    assert index.search(question, mask=np.zeros(0, dtype=bool), limit=5) == []


@pytest.fixture
def lexical(tmp_path):
    """Three rules: one over, one in force, one to come."""
    (tmp_path / "lexical").mkdir()
    rows = [
        ("旧补贴办法", "补贴标准为百分之五十", 1, DAY - 1),
        ("补贴办法", "补贴标准为百分之六十", DAY, DAY),
        ("新补贴办法", "补贴标准为百分之七十", DAY + 1, DAY + 99),
    ]
    LexicalIndex.build(
        tmp_path / "lexical",
        [
            LexicalRow(
                i, " ".join(terms(name)), " ".join(terms(name + text)), first, last
            )
            for i, (name, text, first, last) in enumerate(rows)
        ],
    )
    return LexicalIndex(tmp_path / "lexical")


@pytest.mark.parametrize(("day", "place"), [(DAY - 1, 0), (DAY, 1), (DAY + 1, 2)])
def test_only_the_rule_in_force_is_found(lexical, day, place):
    """First and last day count as in force."""
    found = lexical.search(terms("补贴标准"), day=day, limit=5)
    assert [p for p, _ in found] == [place]


def test_a_question_without_terms_finds_nothing(lexical):
    """「？？？」 is no search."""
    assert lexical.search([], day=DAY, limit=5) == []


def test_rarer_terms_have_lower_document_frequency(lexical):
    """The weights of words come from here."""
    assert lexical.document_frequency("补贴") == 3
    assert lexical.document_frequency("六十") == 1
    assert lexical.document_frequency("火星") == 0
