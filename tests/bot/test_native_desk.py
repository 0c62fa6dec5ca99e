"""WeChat's own agents in our record: three events that come twice or out of order."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import (
    AlreadyClaimedError,
    AnswerStatus,
    Channel,
    IllegalMoveError,
    MessageKind,
    NativeDesk,
    NotHolderError,
    Sender,
    TicketState,
)
from bot.tables import AuditRow

ANNA, BERT = "test1@test", "test2@test"


@pytest.fixture
def native(engine, seal, clock, published):
    """WeChat's agents on the same database."""
    return NativeDesk(engine, seal, clock, published)


@pytest.fixture
def anna_serves(native, make_citizen, clock):
    """A citizen who called for a person and whom an agent took."""
    citizen = make_citizen(Channel.WECHAT)
    citizen.say("转人工")
    clock.move(seconds=20)
    native.session_opened(citizen.sender, ANNA)
    return citizen


@pytest.fixture
def tickets(desk):
    """All tickets, newest first."""
    return lambda: desk.list_tickets("all", officer_id=None)


def system_lines(desk, ticket):
    """Return what the system says in a ticket, without the bot's own notices."""
    lines = desk.list_messages(ticket.id)
    return [m.text for m in lines if m.sender is Sender.SYSTEM and not m.status]


def test_an_agent_takes_the_ticket_that_waits(anna_serves, desk, tickets):
    """Nobody here holds it, and it waits no longer."""
    (ticket,) = tickets()
    assert ticket.state is TicketState.CLAIMED
    assert (ticket.kf_account, ticket.officer_id) == (ANNA, None)
    assert ticket.officer_name == f"微信客服 {ANNA}"
    assert ticket.unread == 0
    assert system_lines(desk, ticket) == [f"微信客服 {ANNA} 开始接待。"]
    assert desk.count(None).waiting == 0


def test_an_agent_may_begin_by_herself(native, make_citizen, tickets):
    """Without a question of ours there is a ticket all the same."""
    citizen = make_citizen(Channel.WECHAT)
    citizen.say("高龄津贴申领要带什么")
    native.session_opened(citizen.sender, ANNA)
    (ticket,) = tickets()
    assert (ticket.state, ticket.kf_account) == (TicketState.CLAIMED, ANNA)
    assert ticket.reason == "微信客服接待"


def test_a_stranger_leaves_nothing(native, tickets):
    """Who never wrote to us has no conversation to keep."""
    native.session_opened("nobody", ANNA)
    native.session_switched("nobody", BERT)
    native.session_closed("nobody")
    assert tickets() == []


def test_the_bot_stays_silent_while_an_agent_serves(anna_serves):
    """Whatever still comes through, a menu button for one."""
    reply = anna_serves.say("menu_key", kind=MessageKind.MENU)
    assert reply.status is AnswerStatus.SILENT_OFFICER or not reply.body
    reply = anna_serves.say("高龄津贴申领要带什么")
    assert (reply.status, reply.body) == (AnswerStatus.SILENT_OFFICER, "")


def test_the_bot_answers_again_after_the_end(anna_serves, native, desk, tickets):
    """The system line says who ended it; nothing is pushed to the citizen."""
    native.session_closed(anna_serves.sender)
    (ticket,) = tickets()
    assert ticket.state is TicketState.CLOSED
    assert ticket.kf_account == ANNA
    assert system_lines(desk, ticket)[-1] == f"微信客服 {ANNA} 结束了接待。"
    assert desk.count_queued() == 0
    reply = anna_serves.say("高龄津贴申领要带什么")
    assert reply.status is AnswerStatus.ANSWERED


def test_another_agent_takes_over(anna_serves, native, desk, tickets, clock):
    """The ticket stays, the account changes."""
    clock.move(minutes=2)
    native.session_switched(anna_serves.sender, BERT)
    (ticket,) = tickets()
    assert (ticket.state, ticket.kf_account) == (TicketState.CLAIMED, BERT)
    assert system_lines(desk, ticket)[-1] == f"已转给 微信客服 {BERT} 接待。"


def test_an_event_sent_again_changes_nothing(
    anna_serves, native, desk, tickets, published
):
    """WeChat repeats what we answered too late: no second line, no live event."""
    published.events.clear()
    native.session_opened(anna_serves.sender, ANNA)
    assert published.events == []
    native.session_closed(anna_serves.sender)
    first = system_lines(desk, tickets()[0])
    native.session_closed(anna_serves.sender)
    assert system_lines(desk, tickets()[0]) == first
    assert len(tickets()) == 1


@pytest.mark.parametrize("order", list(permutations(range(4))))
@pytest.mark.parametrize("gap_s", [1, 0], ids=["apart", "in one second"])
def test_any_order_ends_the_same(order, gap_s, native, make_citizen, tickets, clock):
    """Opened, switched, closed, then the opening once more: it is over."""
    citizen = make_citizen(Channel.WECHAT)
    citizen.say("转人工")
    clock.move(seconds=30)
    start = clock()
    at = [start + timedelta(seconds=gap_s * n) for n in range(3)]
    events = [
        lambda: native.session_opened(citizen.sender, ANNA, at=at[0]),
        lambda: native.session_switched(citizen.sender, BERT, at=at[1]),
        lambda: native.session_closed(citizen.sender, at=at[2]),
        lambda: native.session_opened(citizen.sender, ANNA, at=at[0]),
    ]
    for n in order:
        events[n]()
    (ticket,) = tickets()
    assert ticket.state is TicketState.CLOSED
    assert ticket.closed_at == at[2]


def test_a_switch_before_the_opening(native, make_citizen, tickets, clock):
    """The later one counts, also within one second."""
    for gap in (timedelta(seconds=1), timedelta()):
        citizen = make_citizen(Channel.WECHAT)
        citizen.say("转人工")
        clock.move(seconds=5)
        native.session_switched(citizen.sender, BERT, at=clock() + gap)
        native.session_opened(citizen.sender, ANNA, at=clock())
        assert tickets()[0].kf_account == BERT


def test_the_end_of_one_session_does_not_end_the_next(
    anna_serves, native, tickets, clock
):
    """An end that comes late belongs to the session before."""
    ended_at = clock() + timedelta(seconds=10)
    clock.move(seconds=30)
    native.session_opened(anna_serves.sender, BERT)
    native.session_closed(anna_serves.sender, at=ended_at)
    assert tickets()[0].state is TicketState.CLAIMED


def test_a_repeated_end_leaves_the_next_request_waiting(
    anna_serves, native, tickets, clock
):
    """The citizen asks for a person again within seconds."""
    ended_at = clock() + timedelta(seconds=10)
    clock.move(seconds=10)
    native.session_closed(anna_serves.sender, at=ended_at)
    clock.move(seconds=3)
    anna_serves.say("转人工")
    native.session_closed(anna_serves.sender, at=ended_at)
    assert tickets()[0].state is TicketState.WAITING


def test_a_second_session_is_a_second_ticket(anna_serves, native, tickets, clock):
    """Closed tickets stay closed."""
    native.session_closed(anna_serves.sender)
    clock.move(minutes=5)
    native.session_opened(anna_serves.sender, ANNA)
    assert [t.state for t in tickets()] == ["claimed", "closed"]


def test_an_officers_ticket_passes_to_the_agent(
    native, make_citizen, make_officer, desk, tickets
):
    """WeChat hands what the citizen writes to its agent: the officer would wait."""
    li = make_officer("李敏")
    citizen = make_citizen(Channel.WECHAT)
    citizen.say("转人工")
    held = desk.claim_next(officer_id=li)
    native.session_closed(citizen.sender)
    assert desk.get_ticket(held.id).officer_id == li
    native.session_opened(citizen.sender, ANNA)
    assert desk.get_ticket(held.id).officer_id is None
    with pytest.raises(NotHolderError):
        desk.reply(held.id, officer_id=li, text="您好", client_key="a")


def test_officers_may_leave_notes_and_no_more(anna_serves, make_officer, desk, tickets):
    """Nobody types over WeChat's agent, or ends her session in our record."""
    li = make_officer("李敏")
    (ticket,) = tickets()
    with pytest.raises(AlreadyClaimedError) as refused:
        desk.claim(ticket.id, officer_id=li)
    assert refused.value.officer_name == f"微信客服 {ANNA}"
    with pytest.raises(NotHolderError):
        desk.reply(ticket.id, officer_id=li, text="您好", client_key="a")
    with pytest.raises(NotHolderError):
        desk.close(ticket.id, officer_id=li)
    assert desk.note(ticket.id, officer_id=li, text="打过电话", client_key="b").id
    assert desk.claim_next(officer_id=li) is None


def test_a_message_proves_that_the_session_is_over(anna_serves, native, tickets, clock):
    """WeChat keeps messages from us while an agent serves; the event was lost."""
    clock.move(seconds=15)
    native.note_message(anna_serves.write("还在排队时发的，微信又送了一次"))
    assert tickets()[0].state is TicketState.CLAIMED
    clock.move(minutes=40)
    native.note_message(anna_serves.write("key", kind=MessageKind.MENU))
    assert tickets()[0].state is TicketState.CLAIMED
    native.note_message(anna_serves.write("高龄津贴申领要带什么"))
    assert tickets()[0].state is TicketState.CLOSED


def test_a_message_ends_no_officers_ticket(
    native, make_citizen, make_officer, desk, clock
):
    """Those hear what the citizen writes."""
    citizen = make_citizen(Channel.WECHAT)
    citizen.say("转人工")
    held = desk.claim_next(officer_id=make_officer("李敏"))
    clock.move(hours=2)
    native.note_message(citizen.write("在吗"))
    native.note_message(make_citizen().write("在吗"))
    assert desk.get_ticket(held.id).state is TicketState.CLAIMED


def test_an_agent_without_a_name(native, make_citizen, tickets):
    """WeChat lists some; a ticket with nobody would be an officer's."""
    citizen = make_citizen(Channel.WECHAT)
    citizen.say("转人工")
    native.session_opened(citizen.sender, "")
    assert tickets()[0].kf_account == "未知账号"


def test_a_closed_ticket_is_passed_to_nobody(anna_serves, native, tickets, clock):
    """The rule stands in the pure part too."""
    from bot.handoff import pass_to_agent

    native.session_closed(anna_serves.sender)
    with pytest.raises(IllegalMoveError):
        pass_to_agent(tickets()[0], BERT, at=clock())


def test_every_change_is_audited_and_published(
    anna_serves, native, engine, published, tickets
):
    """What, when and which ticket; no account of the citizen's anywhere."""
    native.session_switched(anna_serves.sender, BERT)
    native.session_closed(anna_serves.sender)
    with Session(engine) as session:
        rows = session.execute(
            select(AuditRow.officer_id, AuditRow.action, AuditRow.subject)
        ).all()
    subject = f"ticket {tickets()[0].id}"
    names = ("opened", "switched", "closed")
    assert [tuple(r) for r in rows] == [
        (None, f"ticket.agent_{name}", subject) for name in names
    ]
    assert published.names()[-6:] == ["ticket", "message"] * 3
    assert anna_serves.sender not in str(published.events)
