"""Questions are cut with the words that the office itself uses."""

from collections import Counter

import pytest

from knowledge.text import words
from knowledge.vocabulary import Vocabulary, write_vocabulary


@pytest.fixture
def vocabulary(tmp_path):
    """The words of three short rules."""
    texts = ["公共租赁住房的租金标准", "公共租赁住房的申请条件", "高龄津贴的发放标准"]
    frequency = Counter(word for text in texts for word in set(words(text)))
    write_vocabulary(tmp_path / "words.txt", frequency)
    return Vocabulary(tmp_path / "words.txt")


def test_only_words_that_a_passage_uses_are_found(vocabulary):
    """「火星」 can be found nowhere; asking for it would only cost time."""
    assert vocabulary.cut("火星上公共租赁住房的租金标准") == [
        "公共",
        "租赁",
        "住房",
        "租金",
        "标准",
    ]


def test_a_word_counts_the_texts_it_stands_in(vocabulary):
    """Rarer words weigh more; single characters and strangers weigh nothing."""
    assert vocabulary.frequency("标准") == 2
    assert vocabulary.frequency("租金") == 1
    assert vocabulary.frequency("火星") == 0
    assert vocabulary.frequency("的") == 0


def test_traditional_and_repeated_words_count_once(vocabulary):
    """租賃 is 租赁."""
    assert vocabulary.cut("租賃租赁租賃").count("租赁") == 1


def test_an_empty_release_has_an_empty_vocabulary(tmp_path):
    """A question is then cut into nothing."""
    write_vocabulary(tmp_path / "words.txt", {})
    assert Vocabulary(tmp_path / "words.txt").cut("租金") == []
