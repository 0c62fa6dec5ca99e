"""What is off is not answered: the office's notice is, and a person is offered."""

import pytest

from bot import (
    AnswerSettings,
    AnswerStatus,
    Assistant,
    Focus,
    Turn,
    render_plain,
)
from handlers.assembly import assemble
from handlers.config import KnowledgeSettings, Settings
from knowledge import (
    Actor,
    KnowledgeStore,
    VectorCache,
    build_from_passages,
    cut,
    entry_id,
    open_knowledge_base,
)
from tests.knowledge.conftest import DRAFTS, NOON, CharacterEncoder

ACTOR = Actor(1, None, may_write=True)
NOTICE = "补贴政策正在调整。\n请 12 月 1 日后再问。"
TEXTS = {"notice": NOTICE, "reason": "金额有误"}
QUESTION = "居住证申领的材料"


@pytest.fixture
def parts(tmp_path, clock, sqlite_engine):
    """The service on the small city, certain of everything."""
    passages = [p for draft in DRAFTS for p in cut(draft)]
    folder, encoder = tmp_path / "releases", CharacterEncoder()
    cache = VectorCache(tmp_path / "vectors")
    build_from_passages(passages, encoder, folder, at=NOON, cache=cache)
    settings = Settings(knowledge=KnowledgeSettings(folder=str(folder)))
    parts = assemble(settings, clock=clock)
    parts.__dict__["engine"] = sqlite_engine
    KnowledgeStore(sqlite_engine).save(DRAFTS, at=NOON)
    base = open_knowledge_base(folder, encoder, get_off=parts.switches.get_off)
    sure = AnswerSettings(answer_at=0.0, clarify_at=0.0)
    parts.__dict__["assistant"] = Assistant(base, sure, clock, switches=parts.switches)
    return parts


@pytest.fixture
def ask(parts):
    """Ask something; the focus is carried from turn to turn."""
    focus = Focus()

    def ask(text):
        nonlocal focus
        turn = Turn(text, parts.clock(), focus=focus)
        answer = parts.assistant.answer(turn)
        focus = turn.focus
        return answer

    return ask


def test_a_topic_that_is_off_gets_the_notice(parts, ask):
    """Whatever stands in the knowledge; and a person is one word away."""
    assert ask(QUESTION).status is AnswerStatus.ANSWERED
    parts.switches.turn_off_topic("居住证", ["居住证"], ACTOR, **TEXTS)
    answer = ask("请问居 住 证怎么办")
    assert answer.status is AnswerStatus.ANSWERED_NOTICE
    assert answer.citations == ()
    told = render_plain(answer)
    assert all(line in told for line in NOTICE.splitlines())
    assert "人工" in told
    handed = ask("转人工")
    assert handed.status is AnswerStatus.HANDOFF_REQUESTED
    assert handed.evidence.question == "请问居 住 证怎么办"


def test_an_entry_that_is_off_gets_its_notice(parts, ask):
    """Where it would have answered, and nowhere else."""
    off = entry_id(DRAFTS[2])
    switch = parts.switches.turn_off_entry(off, ACTOR, **TEXTS)
    answer = ask(QUESTION)
    assert answer.status is AnswerStatus.ANSWERED_NOTICE
    assert "正在调整" in render_plain(answer)
    other = ask("灵活就业人员社会保险补贴标准是多少")
    assert all(c.entry_id != off for c in other.citations)
    assert other.status is AnswerStatus.ANSWERED
    reviewer = Actor(2, None, may_review=True)
    parts.switches.turn_on(switch.id, reviewer)
    assert ask(QUESTION).citations[0].entry_id == off


def test_a_conversation_about_it_goes_no_further(parts, ask):
    """Somebody turned it off between two questions."""
    off = ask("高龄津贴申领的材料").citations[0].entry_id
    parts.switches.turn_off_entry(off, ACTOR, **TEXTS)
    follow_up = ask("那材料呢")
    assert all(c.entry_id != off for c in follow_up.citations)


def test_an_answer_on_its_way_is_held_back(parts, ask):
    """It waits for a push, a link or the next reply while somebody turns it off."""
    answer = ask(QUESTION)
    assert parts.is_in_force(answer)
    switch = parts.switches.turn_off_entry(answer.citations[0].entry_id, ACTOR, **TEXTS)
    assert not parts.is_in_force(answer)
    parts.switches.turn_on(switch.id, Actor(2, None, may_review=True))
    assert parts.is_in_force(answer)
    parts.switches.turn_off_topic("居住证", ["居住证"], ACTOR, **TEXTS)
    assert not parts.is_in_force(answer)
