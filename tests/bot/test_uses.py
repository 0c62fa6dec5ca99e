"""Which entries are asked for, and what wants looking after."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot import BEIJING, Channel, UseCounter
from knowledge import Actor, KnowledgeStore, Upkeep, entry_id
from tests.fakes import CITY

ALL = Actor(1, None)


@pytest.fixture
def today(clock):
    """The Beijing day on which the tests stand."""
    return clock().astimezone(BEIJING).date()


def test_answers_are_counted_by_entry_and_day(engine, make_citizen, clock, today):
    """Once an answer, however often it is counted; questions of others too."""
    first = make_citizen(Channel.WEB)
    first.say(f"{CITY[0].title}要什么材料")
    cited = {c.entry_id for line in first.lines() for c in line.citations}
    assert cited
    make_citizen(Channel.WEB).say(f"{CITY[0].title}要什么材料")
    counter = UseCounter(engine, clock)
    assert counter.count() > 1
    assert counter.count() == 1, "only today is counted again"
    KnowledgeStore(engine).save(CITY, at=clock())
    kept = {e.id: e.answers for e in Upkeep(engine).list(ALL, today)}
    assert {kept[entry] for entry in cited if entry in kept} == {2}
    clock.move(days=2)
    assert counter.count() == 3


def test_what_wants_looking_after(engine, clock, today):
    """Ends soon, unchecked for long, asked by nobody."""
    long_ago = clock() - timedelta(days=400)
    drafts = [
        replace(CITY[0], expires_on=today + timedelta(days=30), checked_on=None),
        replace(CITY[1], checked_on=today - timedelta(days=10)),
    ]
    KnowledgeStore(engine).save(drafts, at=long_ago)
    by_id = {e.id: e for e in Upkeep(engine).list(ALL, today)}
    ending, checked = (by_id[entry_id(d)] for d in drafts)
    assert ending.ends_soon(today)
    assert not ending.ends_soon(today - timedelta(days=1))
    assert ending.has_ended(today + timedelta(days=31))
    assert ending.is_due(today, after_days=180)
    assert not checked.is_due(today, after_days=180)
    assert checked.is_unasked(today)
    assert not checked.is_unasked(date(2025, 10, 20))


def test_a_bureau_sees_its_own(engine, clock, today):
    """And the office all."""
    KnowledgeStore(engine).save(CITY, at=clock())
    every = Upkeep(engine).list(ALL, today)
    mine = frozenset({every[0].department})
    seen = Upkeep(engine).list(Actor(2, mine), today)
    assert 0 < len(seen) < len(every)
    assert {e.department for e in seen} == mine
