"""What goes on about the matter before, and what is a new one."""

from __future__ import annotations

import pytest

from bot.steps.continuing import (
    is_borne,
    is_circumstance,
    names_new_matter,
    tells_again,
    tells_only_region,
)

REGIONS = ("东湖区", "云泽市", "西山区")


@pytest.fixture
def entry(knowledge_base):
    """The passages of a title."""
    return lambda title: tuple(
        p for p in knowledge_base.passages if p.title == title and p.region != "西山区"
    )


@pytest.mark.parametrize("text", ["我家是东湖的户口", "户口在西山区", "住东湖"])
def test_place_and_how_one_belongs_there(text):
    """Nothing else is said."""
    assert tells_only_region(text, REGIONS)


@pytest.mark.parametrize("text", ["东湖区哪个窗口", "西山区养狗", "高龄津贴", "户口"])
def test_place_with_a_question_is_more(text):
    """An element or a matter is asked for, or no place is named."""
    assert not tells_only_region(text, REGIONS)


@pytest.mark.parametrize("text", ["我有两个小孩", "是铺面", "那我六月份交的呢", "单身"])
def test_circumstances(text):
    """They complete a question."""
    assert is_circumstance(text)


@pytest.mark.parametrize("text", ["我想办护照", "渔船登记怎么办", "要带什么"])
def test_new_wishes_are_no_circumstances(text):
    """They begin one."""
    assert not is_circumstance(text)


def test_new_matter_is_not_borne_by_the_old_one(entry):
    """渔船登记 after 高龄津贴 is never answered from 高龄津贴."""
    allowance = entry("高龄津贴申领")
    assert names_new_matter("渔船登记怎么办", allowance, REGIONS)
    assert not is_borne("渔船登记怎么办", allowance, REGIONS)
    assert not is_borne("电动车上牌多少钱", allowance, REGIONS)


def test_what_the_entry_speaks_of_is_borne(entry):
    """In its own words."""
    allowance = entry("高龄津贴申领")
    assert is_borne("户口迁出了呢", allowance, REGIONS)
    assert is_borne("那要多久", allowance, REGIONS)


def test_faq_is_said_again_only_when_it_tells(entry):
    """Its question was asked before; its text must answer."""
    faq = entry("医保断缴了还能补吗")[0]
    assert not tells_again("那在哪办", faq, REGIONS)
    assert not tells_again("我有两个小孩", faq, REGIONS)
