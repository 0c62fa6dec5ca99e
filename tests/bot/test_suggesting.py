"""What is found and suggested for officers, over the real index."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot import ENDS_SOON_DAYS, find_entries, suggest_replies
from bot.finding import shorten
from knowledge import KnowledgeBase
from tests.handlers.console.knowledge import build

TODAY = date(2026, 11, 22)
ENDS = date(2026, 12, 10)

MEDICAL = "灵活就业人员断缴后补缴医保"
DOGS = "犬只登记"
SUBSIDY = "云泽市灵活就业人员社会保险补贴办法"


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """Three entries."""
    return build(tmp_path_factory.mktemp("releases"))


def suggest(knowledge: KnowledgeBase, *lines: str) -> list[str]:
    """Return the titles that are suggested after these lines."""
    found = suggest_replies(knowledge, lines, today=TODAY, at_least=0.3)
    return [entry.title for entry in found.entries]


def test_an_entry_comes_once_at_its_best_passage(knowledge: KnowledgeBase) -> None:
    """With the other passages that fit below it."""
    found = find_entries(knowledge, "断缴医保带什么材料", today=TODAY, limit=8)
    titles = [entry.title for entry in found.entries]
    assert titles[0] == MEDICAL
    assert len(titles) == len(set(titles))
    assert found.entries[0].heading == "申请材料"
    assert found.entries[0].others


def test_no_more_than_asked_for(knowledge: KnowledgeBase) -> None:
    """And nothing at all for nothing."""
    found = find_entries(knowledge, "灵活就业", today=TODAY, limit=1)
    assert len(found.entries) == 1
    assert find_entries(knowledge, "，。", today=TODAY, limit=8).confidence < 0.3


@pytest.mark.parametrize(
    ("days", "is_soon"),
    [(ENDS_SOON_DAYS, True), (ENDS_SOON_DAYS + 1, False), (0, True)],
)
def test_what_ends_soon_is_marked(
    knowledge: KnowledgeBase, days: int, is_soon: bool
) -> None:
    """From the thirtieth day before its last one to that day itself."""
    today = ENDS - timedelta(days=days)
    found = find_entries(knowledge, "社会保险补贴标准", today=today, limit=3)
    entry = next(e for e in found.entries if e.title == SUBSIDY)
    assert (entry.valid_until, entry.ends_soon) == (ENDS, is_soon)


def test_the_day_after_it_is_not_found(knowledge: KnowledgeBase) -> None:
    """What has ended answers nobody."""
    today = ENDS + timedelta(days=1)
    found = find_entries(knowledge, "社会保险补贴标准", today=today, limit=8)
    assert SUBSIDY not in [e.title for e in found.entries]


def test_the_source_names_document_article_and_district(
    knowledge: KnowledgeBase,
) -> None:
    """The city itself goes without saying."""
    sources = {
        entry.title: entry.source
        for words in ("社会保险补贴标准", "犬只登记", "医保补缴")
        for entry in find_entries(knowledge, words, today=TODAY, limit=3).entries
    }
    assert sources[SUBSIDY] == f"《{SUBSIDY}》（云人社〔2024〕31号） 第五条"
    assert sources[DOGS] == f"《{DOGS}》（东湖区）"
    assert sources[MEDICAL] == f"《{MEDICAL}》"


def test_a_question_of_its_own_is_answered_by_itself(knowledge: KnowledgeBase) -> None:
    """Whatever was spoken of before."""
    assert suggest(knowledge, "医保断缴了能补吗")[0] == MEDICAL
    lines = ("医保断缴了能补吗", "犬只登记要带什么材料")
    assert suggest(knowledge, *lines)[0] == DOGS


@pytest.mark.parametrize("said", ["要带什么", "两个月了", "去哪里办"])
def test_what_only_goes_on_is_read_with_the_matter_before(
    knowledge: KnowledgeBase, said: str
) -> None:
    """Alone it would fit anything."""
    assert suggest(knowledge, "医保断缴了能补吗", "嗯嗯", said)[0] == MEDICAL
    assert suggest(knowledge, said) == []


def test_thanks_do_not_take_a_suggestion_away(knowledge: KnowledgeBase) -> None:
    """And a greeting alone brings none."""
    assert suggest(knowledge, "医保断缴了能补吗", "好的，谢谢您")[0] == MEDICAL
    assert suggest(knowledge, "您好，在吗？") == []
    assert suggest(knowledge) == []


def test_a_new_matter_is_not_answered_from_the_old_one(
    knowledge: KnowledgeBase,
) -> None:
    """It is not known here, and that is all there is to say."""
    assert MEDICAL not in suggest(knowledge, "医保断缴了能补吗", "渔船登记怎么办")


def test_a_suggestion_is_the_assistants_answer(knowledge: KnowledgeBase) -> None:
    """The element that was asked for, and where it stands."""
    lines = ["医保断缴补缴要带什么材料"]
    found = suggest_replies(knowledge, lines, today=TODAY, at_least=0.3)
    insert = found.entries[0].insert
    assert "银行卡" in insert
    assert insert.endswith(f"\n依据：《{MEDICAL}》")


def test_the_bots_own_hints_are_left_out(knowledge: KnowledgeBase) -> None:
    """An officer does not ask for commands."""
    lines = ["医保断缴了能补吗"]
    found = suggest_replies(knowledge, lines, today=TODAY, at_least=0.3)
    assert "医保断缴 3 个月以内可以补缴" in found.entries[0].insert
    assert "回复“" not in found.entries[0].insert


def test_a_masked_number_is_not_searched_for(knowledge: KnowledgeBase) -> None:
    """It says nothing about the matter."""
    line = "我的身份证号是350***********1234，医保断缴了能补吗"
    assert suggest(knowledge, line)[0] == MEDICAL


def test_a_long_clause_is_cut_between_sentences() -> None:
    """And says that it goes on."""
    text = "甲。" * 300
    short = shorten(text)
    assert len(short) <= 500
    assert short.endswith("甲。\n……")
    assert shorten("  甲。 ") == "甲。"
    assert len(shorten("甲" * 900)) <= 500
