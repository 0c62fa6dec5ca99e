"""A thousand dated entries, and the clock moves across midnight in Beijing.

What is asked, what was asked just before, what waits to be sent and what stands on a
page: none of it cites a rule that is over, or one that is still to come.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot import (
    AnswerSettings,
    Assistant,
    Focus,
    Message,
    PassiveLine,
    Priority,
    Sender,
    Turn,
    render_plain,
)
from handlers.assembly import assemble
from handlers.config import KnowledgeSettings, Settings
from handlers.webchat.outdated import withhold_outdated
from handlers.wechat.carrying import write_line
from knowledge import (
    EntryDraft,
    EntryKind,
    Section,
    Source,
    VectorCache,
    build_from_passages,
    cut,
    open_knowledge_base,
)
from tests.fakes import FrozenClock
from tests.knowledge.conftest import CharacterEncoder

pytestmark = pytest.mark.drill

#: Items with an old rule and a new one: twice as many entries.
ITEMS = 500

LAST = date(2026, 12, 31)
FIRST = LAST + timedelta(days=1)

#: One second before midnight in Beijing, and one after.
BEFORE = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)
AFTER = BEFORE + timedelta(seconds=2)


def name(n):
    """Name an item so that no other one shares its characters."""
    return f"{chr(0x4E00 + n)}{chr(0x5E00 + n)}{chr(0x6E00 + n)}补贴"


def make(n, sum_of, **days):
    """Make a question and answer that counts on some days only."""
    title = f"{name(n)}多少钱？"
    text = f"{name(n)}每月{sum_of}元。"
    sections = (Section(title, text),)
    # Two entries of one item: two files, as an office has them.
    return EntryDraft(
        EntryKind.FAQ,
        title,
        sections,
        Source(f"{sum_of}.xlsx"),
        doc_number=str(sum_of),
        **days,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A release with 1,000 dated entries."""
    folder = tmp_path_factory.mktemp("midnight")
    drafts = []
    for n in range(ITEMS):
        drafts.append(make(n, 100, expires_on=LAST))
        drafts.append(make(n, 200, effective_on=FIRST))
    passages = [p for draft in drafts for p in cut(draft)]
    assert len({p.entry_id for p in passages}) == 2 * ITEMS
    encoder, cache = CharacterEncoder(), VectorCache(folder / "vectors")
    build_from_passages(passages, encoder, folder, at=BEFORE, cache=cache)
    return folder


@pytest.fixture
def clock():
    """A clock that stands just before midnight in Beijing."""
    return FrozenClock(BEFORE)


@pytest.fixture
def parts(folder, clock, sqlite_engine):
    """The service on that release."""
    settings = Settings(knowledge=KnowledgeSettings(folder=str(folder)))
    parts = assemble(settings, clock=clock)
    parts.__dict__["engine"] = sqlite_engine
    base = open_knowledge_base(
        folder, CharacterEncoder(), get_off=parts.switches.get_off
    )
    parts.__dict__["knowledge_base"] = base
    # Certain of everything: an answer that is too eager would cite the most.
    sure = AnswerSettings(answer_at=0.0, clarify_at=0.0)
    parts.__dict__["assistant"] = Assistant(base, sure, clock, switches=parts.switches)
    return parts


def ask_all(parts, focus=None):
    """Ask for every item; return the answers and what each talks about then."""
    answers, focuses = [], []
    for n in range(ITEMS):
        text = f"{name(n)}多少钱" if focus is None else "那要多少钱"
        turn = Turn(text, parts.clock(), focus=focus[n] if focus else Focus())
        answers.append(parts.assistant.answer(turn))
        focuses.append(turn.focus)
    return answers, focuses


def sums(answers):
    """Count which rule was told: 100 is the old one, 200 the new one."""
    told = [render_plain(answer) for answer in answers]
    return {rule: sum(f"每月{rule}元" in text for text in told) for rule in (100, 200)}


def test_no_rule_is_cited_on_a_day_that_is_not_its_own(parts, clock):
    """Fresh, cached and delayed: 0 of 1,000."""
    before, focuses = ask_all(parts)
    assert sums(before) == {100: ITEMS, 200: 0}
    assert all(parts.is_in_force(answer) for answer in before)
    clock.now = AFTER

    # Fresh: the same process, the same release, masks of yesterday in memory.
    after, _ = ask_all(parts)
    assert sums(after) == {100: 0, 200: ITEMS}
    # A conversation that goes on about what ended a second ago.
    went_on, _ = ask_all(parts, focuses)
    assert sums(went_on)[100] == 0

    # Delayed: parked for a push, for a link, for the next reply on WeChat.
    assert not any(parts.is_in_force(answer) for answer in before)
    assert all(parts.is_in_force(answer) for answer in after)
    carried = [
        write_line(line(answer), is_valid=parts.is_in_force) for answer in before
    ]
    assert not any("每月100元" in text for text in carried)

    # Cached: on the page of who asked yesterday.
    shown = withhold_outdated([message(a) for a in before], parts.are_in_force)
    assert not any(m.citations or "100元" in m.text for m in shown)
    assert all("再问一次" in m.blocks[0].lines[0] for m in shown)
    kept = withhold_outdated([message(a) for a in after], parts.are_in_force)
    assert kept == [message(a) for a in after]


def test_a_rule_of_tomorrow_is_not_told_if_the_clock_goes_back(parts, clock):
    """A machine that was ahead: what it told waits, and is not sent."""
    clock.now = AFTER
    after, focuses = ask_all(parts)
    clock.now = BEFORE
    assert not any(parts.is_in_force(answer) for answer in after)
    again, _ = ask_all(parts, focuses)
    assert sums(again)[200] == 0


def line(answer):
    """Return an answer as it waits for the citizen's next message."""
    return PassiveLine(1, 1, "", Priority.BOT, answer, question="补贴")


def message(answer):
    """Return an answer as the page of a conversation has it."""
    return Message(
        1,
        1,
        Sender.BOT,
        render_plain(answer),
        BEFORE,
        status=answer.status,
        blocks=answer.blocks,
        citations=answer.citations,
        evidence=replace(answer.evidence, hits=()),
    )
