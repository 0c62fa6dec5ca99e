"""Warnings of clocks that run out: each once, to the right level, on real databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from bot import Channel, NativeDesk, Urgency, WarningStore

FIRST = "first_reply"


@pytest.fixture
def warnings(engine, clock, published):
    """The store under test."""
    return WarningStore(engine, clock, published)


@pytest.fixture
def li(make_officer):
    """An officer of the whole office."""
    return make_officer("李敏")


@pytest.fixture
def ticket(make_citizen, desk):
    """Somebody waits since now."""
    make_citizen().say("转人工")
    return desk.list_tickets("all", officer_id=None)[0]


@pytest.fixture
def look(warnings, clock):
    """Find and store what is due; returns (clock, level) of the new ones."""

    def look():
        found = warnings.find_due(clock())
        warnings.mark(found)
        return [(str(w.clock), str(w.level)) for w in found]

    return look


def test_each_level_comes_once_and_in_time(ticket, look, clock, published, desk):
    """Before, after, and at twice the time."""
    seen = {}
    published.events.clear()
    for second in range(0, 420, 6):
        for warning in look():
            seen[warning] = second
        clock.move(seconds=6)
    assert seen == {
        (FIRST, "soon"): 144,
        (FIRST, "overdue"): 180,
        (FIRST, "escalated"): 360,
    }
    data = {"ticket_id": ticket.id, "clock": FIRST, "level": "soon"}
    assert published.events[0] == ("warning", data)
    assert published.names() == ["warning"] * 3
    warned = [e.detail for e in desk.list_events(ticket.id) if e.action == "warned"]
    assert [w["level"] for w in warned] == ["soon", "overdue", "escalated"]


def test_the_share_for_the_supervisor_is_a_setting(engine, ticket, clock):
    """Three times here."""
    store = WarningStore(engine, clock, escalated_share=3.0)
    clock.move(minutes=8, seconds=59)
    assert {str(w.level) for w in store.find_due(clock())} == {"soon", "overdue"}
    clock.move(seconds=1)
    assert "escalated" in {str(w.level) for w in store.find_due(clock())}


def test_the_night_is_no_time_for_what_can_wait(make_citizen, look, clock):
    """Only in duty hours does the usual clock run."""
    clock.move(hours=8)
    make_citizen().say("转人工")
    clock.move(hours=30)
    assert look() == []


def test_who_was_answered_is_not_late(ticket, look, desk, li, clock):
    """The clock of the first word has stopped; the answer's runs on."""
    desk.claim(ticket.id, officer_id=li)
    desk.reply(ticket.id, officer_id=li, text="您好", client_key="a")
    clock.move(hours=5)
    assert look() == []
    clock.now = ticket.due_answer_at
    assert look() == [("answer", "soon"), ("answer", "overdue")]


def test_answered_between_finding_and_storing(ticket, warnings, desk, li, clock):
    """Nobody is blamed for what was done in that second."""
    clock.move(minutes=4)
    found = warnings.find_due(clock())
    assert len(found) == 2
    desk.claim(ticket.id, officer_id=li)
    desk.reply(ticket.id, officer_id=li, text="您好", client_key="a")
    assert warnings.mark(found) == 0
    assert warnings.list_open(officer_id=None) == []


def test_two_workers_store_one(ticket, warnings, engine, clock):
    """And one of them tells the console."""
    clock.move(minutes=4)
    found = warnings.find_due(clock())
    start = Barrier(2)

    def mark(_):
        start.wait()
        return WarningStore(engine, clock).mark(found)

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(mark, range(2))) == len(found) == 2
    assert len(warnings.list_open(officer_id=None)) == 2


def test_an_offer_nobody_accepts_is_late(ticket, look, desk, li, make_bureau, clock):
    """The matter does not lie yet with who settles it."""
    desk.claim(ticket.id, officer_id=li)
    desk.reply(ticket.id, officer_id=li, text="您好", client_key="a")
    other = make_bureau("住建局")
    clock.now = ticket.due_dispatch_at
    assert look() == []
    desk.offer_transfer(ticket.id, other, officer_id=li, word="请接")
    assert ("dispatch", "overdue") in look()


def test_what_comes_back_is_warned_of_anew(ticket, look, desk, li, clock):
    """Its clocks are new."""
    clock.move(minutes=4)
    look()
    desk.claim(ticket.id, officer_id=li)
    desk.close(ticket.id, officer_id=li)
    desk.reopen(ticket.id, officer_id=li)
    assert look() == []
    clock.move(minutes=4)
    assert look() == [(FIRST, "soon"), (FIRST, "overdue")]


def test_a_crisis_told_late_is_overdue_at_once(make_citizen, look, desk, clock):
    """The clock that was over stays over, the new ones count from the telling."""
    citizen = make_citizen()
    citizen.say("转人工")
    clock.move(hours=1)
    look()
    citizen.say("我不想活了")
    ticket = desk.list_tickets("all", officer_id=None)[0]
    assert ticket.urgency is Urgency.CRITICAL
    assert look() == []
    clock.move(hours=1, minutes=36)
    assert ("answer", "soon") in look()
    clock.move(hours=3)
    assert ("answer", "escalated") in look()


def test_wechats_own_agents_are_not_watched(make_citizen, look, engine, seal, clock):
    """What they say never reaches us."""
    citizen = make_citizen(Channel.WECHAT)
    citizen.say("你好")
    NativeDesk(engine, seal, clock).session_opened(citizen.sender, "kf1@x")
    clock.move(days=9)
    assert look() == []


def test_officers_see_the_warnings_of_their_tickets(
    ticket, look, warnings, make_officer, make_bureau, clock
):
    """Newest first, with bureau and holder."""
    clock.move(minutes=4)
    look()
    stranger = make_officer("王芳", bureau_id=make_bureau("住建局"))
    lead = make_officer("赵刚", role="team_lead", bureau_id=ticket.bureau_id)
    assert warnings.list_open(officer_id=stranger) == []
    found = warnings.list_open(officer_id=lead)
    assert [str(w.level) for w in found] == ["overdue", "soon"]
    assert (found[0].bureau_name, found[0].holder) == ("综合服务", "")
    assert found[0].due_at == ticket.due_first_reply_at


def test_sent_and_failed_are_noted(ticket, look, warnings, desk, clock):
    """A failure is tried three times in all."""
    clock.move(minutes=2, seconds=30)
    look()
    for _ in range(3):
        (unsent,) = warnings.list_unsent()
        warnings.note_failed(unsent, "没有发出去：wecombot")
    assert warnings.list_unsent() == []
    (failed,) = warnings.list_open(officer_id=None)
    assert (failed.error, failed.sent_at) == ("没有发出去：wecombot", None)
    clock.move(minutes=1)
    look()
    (unsent,) = warnings.list_unsent()
    assert str(unsent.level) == "overdue"
    warnings.note_sent(unsent)
    assert warnings.list_unsent() == []
    assert desk.list_events(ticket.id)[-1].action == "warned"


def test_old_warnings_are_not_sent(ticket, look, warnings, clock):
    """Whoever sets an address up gets no flood of the past."""
    clock.move(minutes=4)
    look()
    assert len(warnings.list_unsent()) == 2
    clock.move(minutes=61)
    assert warnings.list_unsent() == []
    assert timedelta(hours=1) < clock() - ticket.created_at
