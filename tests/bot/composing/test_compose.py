"""Entries as answers: their own words and nothing else."""

from __future__ import annotations

import pytest

from bot import BlockKind
from bot.composing import Asked, compose, names_only, remainder
from bot.composing.text import as_list, as_steps, clip, key_sentence
from knowledge import Aspect, find_aspects

REGIONS = ("东湖区", "云泽市", "西山区")


@pytest.fixture
def answer(knowledge_base):
    """Compose an answer from the entry of a title; returns (blocks, citation)."""

    def answer(question, title, aspect=None, region="云泽市", heading=None):
        entry = [
            p
            for p in knowledge_base.passages
            if p.title == title and p.region in {region, ""}
        ]
        best = next(
            (p for p in entry if (aspect or heading) in {p.aspect, p.heading}),
            entry[0],
        )
        asked = Asked(question, find_aspects(question), REGIONS)
        return compose(asked, best, entry)

    return answer


def words(blocks):
    """All lines of the blocks."""
    return [line for block in blocks for line in block.lines]


def test_two_aspects_are_both_answered(answer):
    """Each under its heading."""
    blocks, _ = answer("高龄津贴申领要带什么，多久能办好", "高龄津贴申领")
    headings = [b.lines[0] for b in blocks if b.kind is BlockKind.HEADING]
    assert headings == ["申请材料", "办理时限"]
    assert "10个工作日" in words(blocks)


def test_short_element_is_the_conclusion(answer):
    """In one line."""
    blocks, _ = answer("高龄津贴多久能办好", "高龄津贴申领")
    assert blocks[0].lines == ("高龄津贴申领，办理时限：10个工作日",)


def test_process_is_steps(answer):
    """Numbered by the page, not twice."""
    blocks, _ = answer("高龄津贴的办理流程", "高龄津贴申领")
    steps = next(b for b in blocks if b.kind is BlockKind.STEPS)
    assert steps.lines[0] == "申请：到民政窗口提交材料。"


def test_sum_is_never_answered_with_the_fee_alone(answer):
    """「多少钱」 about an allowance means what is paid out: 不收费 would mislead."""
    blocks, _ = answer("高龄津贴一个月多少钱", "高龄津贴申领")
    assert "每人每月100元" in blocks[0].lines[0]
    assert "不收费" not in "".join(words(blocks))
    both, _ = answer("高龄津贴多少钱", "高龄津贴申领")
    assert "每人每月100元" in both[0].lines[0]
    assert "不收费" in "".join(words(both))
    fee, _ = answer("高龄津贴收费吗", "高龄津贴申领")
    assert fee[0].lines == ("高龄津贴申领，收费标准：不收费",)


def test_element_the_guide_does_not_have_is_said(answer):
    """With the number to ask at, and no guess."""
    blocks, _ = answer("高龄津贴收费吗", "高龄津贴申领", region="西山区")
    assert words(blocks) == ["指南里没有写收费标准。请打 0599-3216200 问一下。"]


def test_item_alone_gets_a_card(answer):
    """Who, what, how long, how much, where: in short."""
    blocks, _ = answer("高龄津贴怎么领", "高龄津贴申领")
    del blocks
    card, _ = answer("高龄津贴", "高龄津贴申领")
    headings = [b.lines[0] for b in card if b.kind is BlockKind.HEADING]
    assert headings == ["什么人能办", "要带什么", "多久", "多少钱", "去哪办"]
    assert "社会保障卡" in words(card)


def test_fact_in_the_notes_is_found(answer):
    """The sentence that answers first, then where it stands."""
    blocks, _ = answer("户口迁出了还发吗", "高龄津贴申领", Aspect.NOTES)
    assert blocks[0].lines == ("户口迁出本市的，自次月起停发。",)


def test_clause_is_verbatim(answer, knowledge_base):
    """Every character of the article, its key sentence before it."""
    title = "云泽市灵活就业人员社会保险补贴实施办法"
    blocks, citation = answer("补贴标准是多少", title, heading="第五条")
    clause = next(p.text for p in knowledge_base.passages if p.title == title)
    assert "".join(blocks[-1].lines) == clause
    assert blocks[0].kind is BlockKind.LEAD
    assert blocks[0].lines[0] in clause
    assert citation.locator == "第五条"
    assert citation.validity == "2026年7月1日起施行，有效期至2028年12月31日"
    assert citation.doc_number == "云人社〔2026〕19号"


def test_nothing_is_invented(answer, knowledge_base):
    """Each line of an answer stands in the entry, but for our headings."""
    text = "".join(p.text for p in knowledge_base.passages)
    blocks, _ = answer("高龄津贴申领要带什么", "高龄津贴申领")
    for block in blocks:
        if block.kind in {BlockKind.LIST, BlockKind.STEPS, BlockKind.TEXT}:
            assert all(line in text for line in block.lines)


def test_faq_begins_with_its_conclusion(answer):
    """The rest below."""
    blocks, _ = answer("医保断缴", "医保断缴了还能补吗")
    assert [b.kind for b in blocks] == [BlockKind.LEAD, BlockKind.TEXT]
    assert blocks[0].lines == ("可以补缴。",)


@pytest.mark.parametrize(
    ("question", "rest"),
    [
        ("那在哪办", ""),
        ("那要多少钱？", ""),
        ("要带什么", ""),
        ("西山区呢", ""),
        ("西山呢", ""),
        ("那西山区要带什么", ""),
        ("居住证要带什么", "居住证"),
        ("护照呢", "护照"),
    ],
)
def test_remainder_is_the_item(question, rest):
    """Nothing is left of a follow-up."""
    assert remainder(question, REGIONS) == rest


def test_names_only():
    """The item alone, however it is asked for."""
    names = ("高龄津贴申领", "80岁老人补贴")
    assert names_only("请问高龄津贴怎么申请", names, REGIONS)
    assert not names_only("高龄津贴户口迁出还发吗", names, REGIONS)


def test_lists_keep_numbers_that_are_referred_to():
    """「提交第1、3项材料」 would lose its meaning."""
    assert as_list("1. 甲\n2. 乙").lines == ("甲", "乙")
    assert as_list("1. 甲\n2. 交第1、3项的\n3. 丙").kind is BlockKind.STEPS


def test_numbers_out_of_order_are_left_alone():
    """They may be clauses of something else."""
    assert as_steps("3. 甲\n5. 乙").lines == ("3. 甲", "5. 乙")
    assert as_steps("甲").kind is BlockKind.TEXT


def test_clipping():
    """At a stop if there is one, with brackets closed."""
    assert clip("短", 10) == "短"
    assert (
        clip("大厅2楼（地址：湖滨路；电话：123456）", 14) == "大厅2楼（地址：湖滨路）"
    )
    assert clip("一二三四五六七八九十", 5) == "一二三四…"


def test_key_sentence_needs_something_in_common():
    """Else there is none."""
    assert key_sentence("甲乙丙。丁戊己。", "丁戊") == "丁戊己。"
    assert key_sentence("甲乙丙。", "xyz") == ""


def test_place_says_hours_once_and_no_number_twice(answer):
    """The number to ask at stands in the source line alone."""
    blocks, citation = answer("高龄津贴在哪办", "高龄津贴申领")
    said = "".join(words(blocks))
    assert said.count("周一至周五") == 1
    assert "0599-3210521" not in said
    assert citation.phone == "0599-3210521"
    asked, source = answer("高龄津贴电话多少", "高龄津贴申领")
    assert "0599-3210521" in "".join(words(asked))
    assert source.phone == ""


def test_handing_in_asks_for_the_place_alone(answer):
    """「在哪交材料」 is no question for what to bring."""
    blocks, _ = answer("高龄津贴在哪交材料", "高龄津贴申领")
    assert "社会保障卡" not in "".join(words(blocks))


def test_sum_and_span_are_both_answered(answer):
    """From one entry."""
    blocks, _ = answer("高龄津贴每月多少，几天办好", "高龄津贴申领")
    said = "".join(words(blocks))
    assert "每人每月100元" in said
    assert "10个工作日" in said


def test_deadline_is_not_the_offices_time(answer):
    """提前多久 is what the citizen has."""
    blocks, _ = answer("高龄津贴要提前多久申请", "高龄津贴申领")
    assert "年满80周岁前1个月" in blocks[0].lines[0]
    assert "10个工作日" not in "".join(words(blocks))


def test_faq_is_cited_as_a_common_question(answer):
    """《》 is for documents."""
    _, citation = answer("医保断缴", "医保断缴了还能补吗")
    assert citation.name == "常见问题“医保断缴了还能补吗”"
    _, guide = answer("高龄津贴在哪办", "高龄津贴申领")
    assert guide.name == "《高龄津贴申领》"
