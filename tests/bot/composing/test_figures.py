"""Which figure is asked for, and the sentence that holds it."""

from __future__ import annotations

import pytest

from bot.composing.figures import Figure, asked_figures, bears, find_sentences
from knowledge import Aspect


@pytest.mark.parametrize(
    ("question", "figures"),
    [
        ("失业金一个月多少？几天批", {Figure.SUM, Figure.SPAN}),
        ("首次申请护照的费用与办理天数", {Figure.SPAN}),
        ("二手车交付后几日内要申请", {Figure.DEADLINE}),
        ("食品经营许可几天办好，管几年", {Figure.SPAN, Figure.VALIDITY}),
        ("要连续交多久社保", {Figure.PERIOD}),
        ("转学集中在哪两个月", {Figure.DATE}),
        ("办理时限多少", {Figure.SPAN}),
        ("要带什么", set()),
    ],
)
def test_kinds_of_figure(question, figures):
    """A time one has is not the time that the office takes."""
    assert set(asked_figures(question)) == figures


def test_text_bears_all_figures_or_not():
    """Both, not one of two."""
    both = (Figure.SUM, Figure.SPAN)
    assert bears("每月1764元，7个工作日办好", both)
    assert not bears("7个工作日办好", both)
    assert bears("什么都行", ())


def test_nearest_sentence_comes_first():
    """By what it shares with the question; ties by element."""
    texts = {
        Aspect.CONDITIONS: "1. 生育后12个月内申请。",
        Aspect.NOTES: "遗失的应在30日内报告。",
    }
    found = find_sentences(texts, "遗失后几天内报告", Figure.DEADLINE)
    assert found[0] == "遗失的应在30日内报告。"
    assert len(found) == 2
