"""Normalising and cutting text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import normalise
from knowledge.text import question_terms, split_windows, terms, words


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("ＡＢＣ１２３", "ABC123"),
        ("證件遺失補領", "证件遗失补领"),
        ("  多　个\t空格 ", "多 个 空格"),
        ("藏\u200b字\u0000符", "藏字符"),
    ],
)
def test_two_spellings_become_one(typed, same):
    """Width, traditional characters, spaces and invisible characters are levelled."""
    assert normalise(typed) == same


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(text):
    """What is stored may be normalised again without harm."""
    once = normalise(text)
    assert normalise(once) == once


def test_terms_are_bigrams_within_a_run():
    """No bigram reaches over a comma; numbers and Latin words stay whole."""
    assert terms("居住证, 2026年App") == ["居住", "住证", "2026", "年", "app"]


def test_asking_words_are_not_searched():
    """「请问…怎么办理」 carries no matter of its own."""
    assert question_terms("请问居住证怎么办理？") == ["居住", "住证"]


def test_a_question_of_asking_words_only_keeps_its_terms():
    """Something is always searched for."""
    assert question_terms("怎么办") == ["怎么", "么办"]


def test_words_leave_out_single_characters():
    """Jieba's words serve for weights and highlighting."""
    assert "居住证" in words("我想办居住证") or "居住" in words("我想办居住证")
    assert all(len(word) > 1 for word in words("我想办居住证"))


@given(st.text(alphabet="甲乙丙。\n，x", max_size=400), st.integers(20, 90))
def test_windows_hold_the_whole_text(text, size):
    """Nothing is lost between windows and none is too long."""
    windows = split_windows(text, size=size, overlap=size // 4)
    assert all(len(w) <= size for w in windows)
    rebuilt, at = "", 0
    for window in windows:
        found = text.find(window, max(0, at - size))
        assert found <= at
        rebuilt = text[: max(at, found + len(window))]
        at = len(rebuilt)
    assert rebuilt == text


def test_windows_end_at_sentences():
    """A window ends where a sentence does when that is in its second half."""
    text = "一二三四五六七八九十一二三四五。六七八九十甲乙丙丁戊己庚辛"
    assert split_windows(text, size=20, overlap=0)[0].endswith("。")


@pytest.mark.parametrize(("size", "overlap"), [(19, 0), (40, 20), (40, -1)])
def test_impossible_windows_are_refused(size, overlap):
    """A window that cannot advance would never end."""
    with pytest.raises(ValueError, match="do not fit"):
        split_windows("文", size=size, overlap=overlap)
