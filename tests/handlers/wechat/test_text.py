"""Cleaning and cutting text for WeChat."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.wechat.text import clean_text, count_bytes, iter_sentences, split_text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (
            '<a href="weixin://bizmsgmenu?x">点</a>',
            '＜a href="weixin：//bizmsgmenu?x">点＜/a>',
        ),
        ("<A HREF='https://x.example'>", "＜A HREF='https://x.example'>"),
        ("<\x00a href=x>", "＜a href=x>"),
        ("< a>", "＜ a>"),
        ("WeiXin :// x", "WeiXin：// x"),
        ("满 60 岁 < 80 岁", "满 60 岁 < 80 岁"),
        ("3<5", "3<5"),
        ("第一行\r\n第二行\r第三行", "第一行\n第二行\n第三行"),
        ("\u202egpj.exe\u2066", "gpj.exe"),
        ("a\x08b\x7fc\ufeffd\uffffe\ud800f", "abcdef"),
        ("https://www.yunze.example/a?b=1", "https://www.yunze.example/a?b=1"),
    ],
)
def test_markup_and_controls_become_harmless(text, clean):
    """A citizen sees words; WeChat sees no link and no broken XML."""
    assert clean_text(text) == clean


@given(st.text())
def test_clean_text_is_legal_xml_without_tags(text):
    """Whatever comes in; cleaning twice changes nothing."""
    clean = clean_text(text)
    assert not re.search(r"<\s*/?\s*[A-Za-z!?]|weixin\s*:\s*/", clean, re.IGNORECASE)
    assert not re.search(
        "[\x00-\x08\x0b\x0c\r\x0e-\x1f\ud800-\udfff\ufffe\uffff]", clean
    )
    assert clean_text(clean) == clean


@given(
    st.text(st.sampled_from("ab，。！? \n1.😀中é<>/:ht"), max_size=300),
    st.integers(4, 60),
)
def test_parts_are_small_whole_and_complete(text, max_bytes):
    """No part is too long, none is blank, and nothing but white space is lost."""
    parts = split_text(text, max_bytes)
    assert all(count_bytes(part) <= max_bytes for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(part and part == part.strip() for part in parts) or parts == [""]


def test_short_text_is_one_part():
    """Nothing is cut that need not be."""
    assert split_text("您好。请问您要办什么？\n1. 居住证") == [
        "您好。请问您要办什么？\n1. 居住证"
    ]


def test_list_items_stay_whole():
    """A cut falls between items, so that none reads as two."""
    items = [f"{n}. 材料{'甲' * 20}；原件{'乙' * 9}。" for n in range(1, 40)]
    parts = split_text("\n".join(items), 500)
    assert len(parts) > 5
    assert [line for part in parts for line in part.split("\n")] == items


def test_long_line_is_cut_behind_sentences():
    """Then the next message begins with a new thought."""
    sentence = "申请人应当如实提交材料，并对真实性负责。"
    parts = split_text(sentence * 100)
    assert len(parts) == 4
    assert all(part.endswith("。") for part in parts)


def test_closing_quote_stays_with_its_sentence():
    """A message never begins with a closing mark."""
    parts = split_text("他说：“可以办。”" * 20, 90)
    assert all(part.endswith("”") and part.startswith("他") for part in parts)


def test_without_sentences_cut_behind_clauses_words_characters():
    """The next best place, in this order."""
    assert split_text("一二三四，五六七八", 16)[0] == "一二三四，"
    assert split_text("abcd efgh ijkl", 11)[0] == "abcd efgh"
    assert split_text("一二三四", 8) == ["一二", "三四"]


@pytest.mark.parametrize(
    "link",
    [
        "https://www.yunze.example/guide?id=1.2,3;4!",
        '<a href="https://x.example/">点这里，看全文。</a>',
    ],
)
def test_links_are_not_cut(link):
    """Half an address leads nowhere; it is moved to the next message whole."""
    for before in range(1, 40):
        text = "前" * before + link + "后" * 30
        parts = split_text(text, 100)
        assert sum(link in part for part in parts) == 1, before


def test_decimal_points_and_dates_are_no_sentence_ends():
    """3.5 元 stays one figure."""
    assert list(iter_sentences("收费 3.5 元。工本费 1.0 元")) == [
        "收费 3.5 元。",
        "工本费 1.0 元",
    ]


def test_impossible_limit():
    """Under four bytes some character never fits."""
    with pytest.raises(ValueError, match="at least 4"):
        split_text("好", 3)
