"""Questions to a small city, with the encoder that offices get."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from knowledge import Aspect, EntryNotFoundError, Scope

pytestmark = pytest.mark.model


def test_the_element_asked_for_comes_first(knowledge_base, today):
    """「要带什么」 finds the materials, 「在哪」 the place."""
    finding = knowledge_base.find("高龄津贴要带什么", Scope(today=today))
    assert finding.hits[0].passage.aspect is Aspect.MATERIALS
    finding = knowledge_base.find("高龄津贴在哪办", Scope(today=today))
    assert finding.hits[0].passage.aspect is Aspect.PLACE


def test_an_everyday_name_finds_its_item(knowledge_base, today):
    """Nobody says 高龄津贴申领."""
    finding = knowledge_base.find("80岁老人补贴怎么弄", Scope(today=today))
    assert finding.hits[0].passage.title == "高龄津贴申领"


def test_traditional_characters_find_the_same(knowledge_base, today):
    """居住證 is 居住证."""
    finding = knowledge_base.find("居住證要帶什麼材料", Scope(today=today))
    assert finding.hits[0].passage.title == "居住证申领"


@pytest.mark.parametrize(
    ("day", "share"), [(date(2026, 6, 30), "50%"), (date(2026, 7, 1), "60%")]
)
def test_the_rule_of_the_day_answers(knowledge_base, day, share):
    """The day a rule changes, the answer does."""
    finding = knowledge_base.find("灵活就业社保补贴标准是多少", Scope(today=day))
    policies = [h for h in finding.hits if h.passage.doc_number]
    assert len(policies) == 1
    assert share in policies[0].passage.text


def test_a_district_gets_its_own_rule_and_never_anothers(knowledge_base, today):
    """西山区 is answered by 西山区, 东湖区 by the city."""
    scope = Scope(today=today, region="西山区")
    finding = knowledge_base.find("高龄津贴在哪办", scope)
    assert finding.hits[0].passage.region == "西山区"
    scope = Scope(today=today, region="东湖区")
    finding = knowledge_base.find("高龄津贴在哪办", scope)
    assert finding.hits[0].passage.region == "云泽市"
    assert all(h.passage.region != "西山区" for h in finding.hits)


def test_without_a_region_the_citys_rule_comes_first(knowledge_base, today):
    """A district's rule is for those who name the district."""
    finding = knowledge_base.find("高龄津贴在哪办", Scope(today=today))
    assert finding.hits[0].passage.region == "云泽市"


def test_a_follow_up_stays_with_its_entry(knowledge_base, today):
    """「那要带什么」 about an entry finds only that entry's passages."""
    entry = knowledge_base.find("居住证", Scope(today=today)).hits[0].passage.entry_id
    scope = Scope(today=today, entry_id=entry)
    finding = knowledge_base.find("那要带什么", scope)
    assert {h.passage.entry_id for h in finding.hits} == {entry}


def test_confidence_tells_covered_from_uncovered(knowledge_base, today):
    """It is a probability, and higher where the answer is there."""
    scope = Scope(today=today)
    covered = knowledge_base.find("高龄津贴要带什么材料", scope).confidence
    uncovered = knowledge_base.find("火星车驾驶执照在哪年检", scope).confidence
    assert 0 <= uncovered < covered <= 1


def test_an_entry_comes_whole_and_in_order(knowledge_base, today):
    """A card needs all elements of the item."""
    first = knowledge_base.find("居住证", Scope(today=today)).hits[0].passage
    entry = knowledge_base.get_entry(first.entry_id)
    assert [p.aspect for p in entry] == [Aspect.MATERIALS, Aspect.FEE]
    with pytest.raises(EntryNotFoundError, match="no such entry"):
        knowledge_base.get_entry("0" * 16)


def test_regions_are_those_of_the_entries(knowledge_base):
    """The assistant hears only regions that make a difference."""
    assert knowledge_base.regions == ("云泽市", "西山区")


def test_many_threads_get_the_same_answer(knowledge_base, today):
    """Sixteen citizens at once."""

    def ask(_):
        finding = knowledge_base.find("居住证要带什么", Scope(today=today))
        return finding.hits[0].passage.id, finding.confidence

    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(ask, range(64)))) == 1


@pytest.mark.parametrize("question", ["", "？？？", "a" * 5000, "\x00", "🙂"])
def test_odd_questions_are_no_errors(knowledge_base, today, question):
    """Whatever is typed, there is a finding."""
    assert 0 <= knowledge_base.find(question, Scope(today=today)).confidence <= 1
