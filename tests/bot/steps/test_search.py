"""Follow-ups in dialogue, districts, and which entry wins."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot import AnswerSettings, AnswerStatus, Assistant, Focus, Turn, render_plain
from bot.steps.preferring import prefer_bearing, prefer_own
from bot.steps.relating import prefer_guide
from knowledge import Aspect, Hit, find_aspects


@pytest.fixture
def chat(assistant, clock):
    """Say several things in one conversation; returns the last answer."""

    def say(*texts):
        focus = Focus()
        for text in texts:
            turn = Turn(text, clock(), focus=focus)
            answer = assistant.answer(turn)
            focus = turn.focus
        say.focus = focus
        return answer

    return say


def test_region_said_after_asking_back_completes_the_question(chat):
    """In a sentence, not only by its bare name."""
    answer = chat("公租房轮候登记要带什么", "我家是东湖区的户口")
    assert "收入证明" in render_plain(answer)


def test_new_matter_is_not_answered_from_the_old_item(chat):
    """However near the conversation stands."""
    answer = chat("高龄津贴申领要带什么", "渔船登记")
    assert answer.status is not AnswerStatus.ANSWERED


def test_unclear_turn_leaves_its_question_and_region(knowledge_base, clock):
    """What is said next may complete it."""
    strict = AnswerSettings(answer_at=1.0, clarify_at=0.99)
    turn = Turn("西山区居住证高龄津贴飞", clock())
    Assistant(knowledge_base, strict, clock).answer(turn)
    assert turn.focus.question == "西山区居住证高龄津贴飞"
    assert turn.focus.region == "西山区"
    assert turn.focus.failures == 1


def test_citizens_district_is_kept_after_the_citys_answer(chat):
    """东湖 has no rule of its own here; the citizen still lives there."""
    chat("东湖区高龄津贴申领要带什么")
    assert chat.focus.region == "东湖区"


@pytest.fixture
def hit(knowledge_base):
    """A hit of an entry's first passage."""

    def make(title, region="云泽市", score=1.0):
        passage = next(
            p
            for p in knowledge_base.passages
            if p.title == title and p.region in {region, ""}
        )
        return Hit(passage, score)

    return make


def test_districts_own_entry_wins(hit):
    """When the citizen named the district, and when its entry is near."""
    city, own = hit("高龄津贴申领"), hit("高龄津贴申领", "西山区", 0.8)
    asked = find_aspects("要带什么")
    assert prefer_own([city, own], city.passage, "西山区", asked) == own.passage
    assert prefer_own([city, own], city.passage, "东湖区", asked) == city.passage
    assert prefer_own([city, own], city.passage, "云泽市", asked) == city.passage
    far = hit("高龄津贴申领", "西山区", 0.2)
    assert prefer_own([city, far], city.passage, "西山区", asked) == city.passage


def test_other_item_never_stands_in_for_a_figure(hit, knowledge_base):
    """申领 is not 签注, even where the figure is there and not here."""
    own, other = hit("居住证签注"), hit("居住证申领", score=0.9)
    best = prefer_bearing([own, other], own.passage, "多久能好", knowledge_base)
    assert best == own.passage


def test_guide_nearest_to_the_faq_is_preferred(knowledge_base):
    """Not any other guide that happens to have the element."""
    faq, *_ = (p for p in knowledge_base.passages if p.title == "医保断缴了还能补吗")
    like = replace(faq, title="居住证怎么签注？")
    fees = {p.title: p for p in knowledge_base.passages if p.aspect is Aspect.FEE}
    own, other = fees["居住证签注"], fees["居住证申领"]
    hits = [Hit(like, 2.0), Hit(own, 1.8), Hit(other, 1.9)]
    hits.sort(key=lambda hit: -hit.score)
    assert prefer_guide(hits, "居住证收费吗") == other
    hits = [Hit(like, 2.0), Hit(own, 1.8), Hit(other, 1.7)]
    assert prefer_guide(hits, "居住证收费吗") == own
