"""What is tried is what will be answered after publishing."""

from dataclasses import replace
from time import perf_counter

import pytest

from knowledge import (
    EntryNotFoundError,
    Scope,
    Section,
    TrialKnowledge,
    VectorCache,
    build_from_passages,
    cut,
    entry_id,
    open_knowledge_base,
    try_with,
)

pytestmark = pytest.mark.model

QUESTIONS = (
    "高龄津贴要带什么材料",
    "居住证在哪里办",
    "灵活就业社保补贴多少",
    "公园几点开门",
    "80岁老人有什么补贴",
)


@pytest.fixture
def publish(tmp_path, knowledge_base, noon):
    """Publish drafts for real, with the encoder of the small city."""

    def publish(drafts):
        passages = [p for draft in drafts for p in cut(draft)]
        folder, cache = tmp_path / "releases", VectorCache(tmp_path / "vectors")
        encoder = knowledge_base.encoder
        build_from_passages(passages, encoder, folder, at=noon, cache=cache)
        return open_knowledge_base(folder, encoder)

    return publish


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_trial_finds_what_the_release_will(
    knowledge_base, publish, drafts, make_policy, today, question
):
    """Same order, nearly the same confidence, for an edit and for a new entry."""
    changed = Section(
        "申请材料", "1. 护照原件\n2. 户口簿", drafts[0].sections[1].aspect
    )
    edited = replace(drafts[0], sections=(drafts[0].sections[0], changed))
    new = make_policy("公园管理办法", [("第二条", "公园每天六点开门，二十二点关门。")])
    scope = Scope(today)
    tried = try_with(knowledge_base, [edited, new], question, scope)
    real = publish([edited, *drafts[1:], new]).find(question, scope)
    assert tried.hits[0].passage == real.hits[0].passage
    assert tried.confidence == pytest.approx(real.confidence, abs=0.2)


def test_the_old_wording_is_gone_and_nothing_else(
    knowledge_base, drafts, today, make_policy
):
    """An edit takes the place of its entry, also under a new title."""
    owner = entry_id(drafts[2])
    draft = make_policy("护照指南", [("第一条", "护照去出入境窗口办。")])
    trial = TrialKnowledge(knowledge_base, [(owner, draft)])
    assert [p.text for p in trial.get_entry(owner)] == ["护照去出入境窗口办。"]
    found = trial.find("居住证申领的材料", Scope(today))
    assert all(h.passage.title != "居住证申领" for h in found.hits)
    assert trial.get_entry(entry_id(drafts[0])) == knowledge_base.get_entry(
        entry_id(drafts[0])
    )
    assert knowledge_base.get_entry(owner)[0].title == "居住证申领"
    with pytest.raises(EntryNotFoundError):
        trial.get_entry("0" * 16)


def test_a_draft_of_tomorrow_does_not_answer_today(
    knowledge_base, drafts, today, make_policy
):
    """As it would not once it is published."""
    draft = make_policy("公园管理办法", [("第二条", "公园六点开门。")])
    draft = replace(draft, effective_on=today.replace(day=23))
    for day, is_found in ((22, False), (23, True)):
        found = try_with(
            knowledge_base, [draft], "公园几点开门", Scope(today.replace(day=day))
        )
        titles = {h.passage.title for h in found.hits}
        assert ("公园管理办法" in titles) is is_found


def test_a_trial_takes_less_than_a_second(knowledge_base, today, make_policy, tmp_path):
    """Of one article changed in a long policy: the others are encoded already."""
    cache, told = VectorCache(tmp_path / "vectors"), "应当按时办理。" * 10

    def make(word):
        articles = [(f"第{n}条", f"第{n}项规定，{told}") for n in range(40)]
        return make_policy("很长的办法", [*articles, ("附则", f"{word}由本局解释。")])

    def ask(word):
        started = perf_counter()
        try_with(
            knowledge_base, [make(word)], "第三项规定是什么", Scope(today), cache=cache
        )
        return perf_counter() - started

    ask("本办法")
    assert min(ask("本规定"), ask("本文件"), ask("本政策")) < 1
