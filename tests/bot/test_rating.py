"""What counts as a rating when somebody types it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rating import RATING_LINES, Score, read_rating


@pytest.mark.parametrize("score", Score)
@pytest.mark.parametrize("form", ["{}", "评价{}", "我的评价{}", "评价是{}"])
def test_the_five_words_are_read(score, form):
    """Alone, and behind 评价."""
    said = read_rating(form.format(score.label))
    assert said.score is score
    assert said.is_called is (form != "{}")


@pytest.mark.parametrize("score", Score)
def test_a_number_means_what_stands_beside_it(score):
    """评价 5 is 非常满意, as the choices are numbered, and never the other way."""
    assert read_rating(f"评价{int(score)}").score is score
    assert read_rating(f"{int(score)}分").is_number
    assert f"{int(score)}. {score.label}" in RATING_LINES


@pytest.mark.parametrize(
    "text",
    [
        "",
        "评价",
        "评价6",
        "评价0",
        "12",
        "满意度调查怎么参加",
        "不满意怎么办",
        "对结果不满意去哪投诉",
        "满意吗",
        "评价表在哪下载",
        "职称评价5年",
        "非常",
    ],
)
def test_a_question_is_no_rating(text):
    """Whatever else stands with the word."""
    assert read_rating(text) is None


@given(st.text(max_size=12))
def test_only_the_words_are_read(text):
    """Anything that is read holds a word of ours or is a number."""
    said = read_rating(text)
    assert said is None or said.score.label in text or str(int(said.score)) in text


def test_the_two_lowest_are_low():
    """差评 by 国办发〔2019〕51号."""
    assert [score for score in Score if score.is_low] == [Score.BAD, Score.VERY_BAD]
