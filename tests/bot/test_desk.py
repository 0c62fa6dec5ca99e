"""What officers do with tickets, on real databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import (
    AlreadyClaimedError,
    Channel,
    DeskCounts,
    IllegalMoveError,
    NotHolderError,
    Sender,
    TicketNotFoundError,
    TicketState,
)
from bot.tables import AuditRow


@pytest.fixture
def li(make_officer):
    """An officer."""
    return make_officer("李敏")


@pytest.fixture
def wang(make_officer):
    """Another officer."""
    return make_officer("王芳")


@pytest.fixture
def call(make_citizen, desk):
    """Make somebody call for a person; returns citizen and ticket."""

    def call(channel=Channel.WEB):
        citizen = make_citizen(channel)
        citizen.say("转人工")
        return citizen, desk.list_tickets("all", officer_id=None)[0]

    return call


def test_two_officers_claim_at_once_and_one_gets_it(call, desk, li, wang):
    """The other one hears who was faster."""
    _, ticket = call()
    start = Barrier(2)

    def claim(officer):
        start.wait()
        try:
            return desk.claim(ticket.id, officer_id=officer).officer_id
        except AlreadyClaimedError as e:
            return e.officer_name

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(claim, [li, wang]))
    holder = desk.get_ticket(ticket.id)
    assert holder.officer_id in {li, wang}
    assert results.count(holder.officer_id) == 1
    assert results.count(holder.officer_name) == 1
    lines = desk.list_messages(ticket.id)
    assert sum("以下由工作人员回复" in line.text for line in lines) == 1


def test_many_officers_take_the_next_ticket_each_another(call, desk, make_officer):
    """Nobody gets a ticket twice, and none is left over."""
    for _ in range(4):
        call()
    officers = [make_officer(f"第{n}位") for n in range(6)]
    start = Barrier(6)

    def take(officer):
        start.wait()
        ticket = desk.claim_next(officer_id=officer)
        return ticket.id if ticket else None

    with ThreadPoolExecutor(6) as pool:
        taken = [id_ for id_ in pool.map(take, officers) if id_ is not None]
    assert len(taken) == len(set(taken)) == 4


def test_next_is_who_has_waited_longest(call, desk, li):
    """First come, first served; then nobody is left."""
    _, first = call()
    _, second = call()
    assert desk.claim_next(officer_id=li).id == first.id
    assert desk.claim_next(officer_id=li).id == second.id
    assert desk.claim_next(officer_id=li) is None


def test_claiming_ones_own_ticket_again_changes_nothing(call, desk, li):
    """A button pressed twice is no error."""
    _, ticket = call()
    assert desk.claim(ticket.id, officer_id=li) == desk.claim(ticket.id, officer_id=li)


def test_a_ticket_that_is_over_is_not_claimed(call, desk, li):
    """The citizen's next request makes a new one."""
    citizen, ticket = call()
    desk.close(ticket.id, officer_id=li)
    with pytest.raises(IllegalMoveError):
        desk.claim(ticket.id, officer_id=li)
    with pytest.raises(IllegalMoveError):
        desk.close(ticket.id, officer_id=li)
    citizen.say("转人工")
    assert desk.list_tickets("waiting", officer_id=li)[0].id != ticket.id


def test_reply_reaches_the_citizen(call, desk, li):
    """With the officer's name and staff number."""
    citizen, ticket = call()
    desk.claim(ticket.id, officer_id=li)
    sent = desk.reply(ticket.id, officer_id=li, text="请打 13812345678", client_key="a")
    line = citizen.lines()[-1]
    assert (line.id, line.text) == (sent.id, "请打 13812345678")
    assert line.officer_name == "市医保局 李敏 工号 0217"


def test_form_sent_twice_is_one_message(call, desk, li, outbox):
    """The same key finds the message that was sent; another officer's does not."""
    _, ticket = call(Channel.WECHAT)
    desk.claim(ticket.id, officer_id=li)
    first = desk.reply(ticket.id, officer_id=li, text="您好", client_key="a")
    again = desk.reply(ticket.id, officer_id=li, text="您好", client_key="a")
    assert first == again
    assert first.delivery == "queued"
    assert len(outbox.take_due(10)) == 1


def test_only_the_holder_answers(call, desk, li, wang):
    """A waiting ticket is claimed first; a colleague's is left alone."""
    _, ticket = call()
    with pytest.raises(NotHolderError):
        desk.reply(ticket.id, officer_id=li, text="您好", client_key="a")
    desk.claim(ticket.id, officer_id=li)
    with pytest.raises(NotHolderError):
        desk.reply(ticket.id, officer_id=wang, text="您好", client_key="b")
    with pytest.raises(NotHolderError):
        desk.close(ticket.id, officer_id=wang)


def test_closing_tells_the_citizen(call, desk, li, outbox):
    """On WeChat the line is pushed."""
    citizen, ticket = call(Channel.WECHAT)
    desk.claim(ticket.id, officer_id=li)
    closed = desk.close(ticket.id, officer_id=li)
    assert closed.state is TicketState.RESOLVED
    assert closed.resolution
    assert citizen.lines()[-1].sender is Sender.SYSTEM
    assert "已结束" in citizen.lines()[-1].text
    assert [d.text for d in outbox.take_due(10)] == [citizen.lines()[-1].text]


def test_tabs_and_counts(call, desk, li, wang):
    """Waiting, mine, all: and what the tabs say."""
    tickets = [call()[1] for _ in range(3)]
    desk.claim(tickets[0].id, officer_id=li)
    desk.close(tickets[1].id, officer_id=wang)
    ids = {
        tab: [t.id for t in desk.list_tickets(tab, officer_id=li)]
        for tab in ("waiting", "mine", "all")
    }
    assert ids["waiting"] == [tickets[2].id]
    assert ids["mine"] == [tickets[0].id]
    assert ids["all"] == [t.id for t in reversed(tickets)]
    assert desk.count(li) == DeskCounts(waiting=1, mine=1, bureau=2)
    assert desk.count(wang) == DeskCounts(waiting=1, mine=0, bureau=2)


def test_unread_lines_are_counted_until_looked_at(call, desk, li):
    """Claiming and looking set it to zero."""
    citizen, ticket = call()
    assert desk.get_ticket(ticket.id).unread == 1
    desk.claim(ticket.id, officer_id=li)
    citizen.say("在吗")
    assert desk.get_ticket(ticket.id).unread == 1
    desk.mark_read(ticket.id)
    assert desk.get_ticket(ticket.id).unread == 0


def test_every_act_is_audited(call, desk, li, engine):
    """Who did what to which ticket, and never what was said."""
    _, ticket = call()
    desk.claim(ticket.id, officer_id=li)
    desk.reply(ticket.id, officer_id=li, text="您好", client_key="a")
    desk.note(ticket.id, officer_id=li, text="记一下", client_key="b")
    desk.close(ticket.id, officer_id=li)
    with Session(engine) as session:
        rows = session.execute(
            select(AuditRow.officer_id, AuditRow.action, AuditRow.subject)
        ).all()
    subject = f"ticket {ticket.id}"
    actions = ("ticket.claimed", "ticket.officer", "ticket.note", "ticket.resolved")
    assert [tuple(row) for row in rows] == [(li, a, subject) for a in actions]


def test_live_events_follow_each_act(call, desk, li, published):
    """Open consoles refetch what changed."""
    _, ticket = call()
    published.events.clear()
    desk.claim(ticket.id, officer_id=li)
    desk.reply(ticket.id, officer_id=li, text="您好", client_key="a")
    desk.close(ticket.id, officer_id=li)
    names = ["ticket", "message", "message", "ticket", "ticket", "message"]
    assert published.names() == names
    assert published.events[0][1] == {"ticket_id": ticket.id, "state": "claimed"}


def test_unknown_tickets(desk, li):
    """Every method says so in the same way."""
    for act in (
        lambda: desk.get_ticket(99),
        lambda: desk.list_messages(99),
        lambda: desk.claim(99, officer_id=li),
        lambda: desk.close(99, officer_id=li),
        lambda: desk.mark_read(99),
        lambda: desk.reply(99, officer_id=li, text="", client_key=""),
    ):
        with pytest.raises(TicketNotFoundError, match="99"):
            act()


def test_ticket_says_what_it_is_about(make_citizen, desk):
    """The last question, not the words 转人工; and why it came."""
    citizen = make_citizen()
    citizen.say("高龄津贴申领要带什么")
    citizen.say("转人工")
    (ticket,) = desk.list_tickets("waiting", officer_id=None)
    assert ticket.preview == "高龄津贴申领要带什么"
    assert ticket.reason == "市民要求人工"
    assert ticket.department == "云泽市民政局"
    assert ticket.citizen_number.isdigit()
    assert len(ticket.citizen_number) == 4


def test_identity_numbers_in_replies_are_masked(call, desk, li):
    """An officer's own phone number stays, a citizen's identity does not."""
    _, ticket = call()
    desk.claim(ticket.id, officer_id=li)
    line = desk.reply(
        ticket.id, officer_id=li, text="证号 11010519491231002X 对吗", client_key="a"
    )
    assert "11010519491231002X" not in line.text
