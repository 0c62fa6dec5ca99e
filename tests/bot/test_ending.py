"""How tickets end, come back, and are put off, on real databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot import (
    AnswerStatus,
    Channel,
    Desk,
    EntryRelation,
    ForeignTicketError,
    IllegalMoveError,
    NotHolderError,
    TicketFieldError,
    TicketKind,
    TicketNotFoundError,
    TicketState,
    Urgency,
)
from bot.tables import TicketEventRow, TicketRow


@pytest.fixture
def li(make_officer):
    """An officer of the whole office."""
    return make_officer("李敏")


@pytest.fixture
def serve(make_citizen, desk, li):
    """Make somebody who is served; returns citizen and ticket."""

    def serve(channel=Channel.WEB):
        citizen = make_citizen(channel)
        citizen.say("高龄津贴申领要带什么")
        citizen.say("转人工")
        ticket = desk.claim_next(officer_id=li)
        desk.reply(ticket.id, officer_id=li, text="您好", client_key=f"{ticket.id}")
        return citizen, ticket

    return serve


def actions(desk, ticket):
    """Return what happened to a ticket."""
    return [event.action for event in desk.list_events(ticket.id)]


def test_after_resolving_the_bot_answers_again(serve, desk, li):
    """And the citizen is told, with what to do if it is not solved."""
    citizen, ticket = serve()
    done = desk.resolve(
        ticket.id,
        officer_id=li,
        reason="已告知材料",
        entries=[("e-1", "高龄津贴申领"), ("e-1", "高龄津贴申领")],
    )
    assert (done.state, done.resolution) == (TicketState.RESOLVED, "已告知材料")
    assert "3 天内回复“还没解决”" in citizen.lines()[-1].text
    assert citizen.say("高龄津贴申领要带什么").status is AnswerStatus.ANSWERED
    (entry,) = desk.list_entries(ticket.id)
    assert (entry.entry_id, entry.relation) == ("e-1", EntryRelation.USED)
    with pytest.raises(NotHolderError):
        desk.reply(ticket.id, officer_id=li, text="还有", client_key="late")


@pytest.mark.parametrize("reason", ["", " \n", "长" * 301])
def test_a_reason_is_said_in_so_many_words(serve, desk, li, reason):
    """Nothing is written otherwise."""
    _, ticket = serve()
    with pytest.raises(TicketFieldError, match="reason"):
        desk.resolve(ticket.id, officer_id=li, reason=reason)
    assert desk.get_ticket(ticket.id).is_open


@pytest.mark.parametrize(
    "words", ["还没解决", "问题没有解决", "没解决啊", "并没有解决"]
)
def test_not_solved_brings_it_back_with_new_clocks(serve, desk, li, clock, words):
    """To the same bureau, and the bot is silent again."""
    citizen, ticket = serve()
    desk.close(ticket.id, officer_id=li)
    clock.move(days=2)
    body = citizen.say(words).body
    assert "转回给工作人员" in body
    back = desk.get_ticket(ticket.id)
    assert (back.state, back.officer_id) == (TicketState.WAITING, None)
    assert back.bureau_id == ticket.bureau_id
    assert back.due_first_reply_at > clock()
    assert back.first_reply_at is None
    assert (back.unread, back.resolved_at) == (1, None)
    citizen.say("就是要带什么")
    assert citizen.say("高龄津贴申领要带什么").status is AnswerStatus.SILENT_OFFICER
    assert actions(desk, ticket)[-1] == "reopened"


def test_after_its_days_a_ticket_is_closed_for_good(serve, desk, li, clock, published):
    """The worker does it; a later request opens another one."""
    citizen, ticket = serve()
    desk.close(ticket.id, officer_id=li)
    clock.move(days=3, seconds=-1)
    assert desk.tend() == 0
    clock.move(seconds=1)
    published.events.clear()
    assert desk.tend() == 1
    assert desk.tend() == 0
    over = desk.get_ticket(ticket.id)
    assert (over.state, over.closed_at) == (TicketState.CLOSED, clock())
    assert published.names() == ["ticket"]
    citizen.say("还没解决")
    assert desk.get_ticket(ticket.id).state is TicketState.CLOSED
    citizen.say("转人工")
    (new,) = desk.list_tickets("waiting", officer_id=None)
    assert new.id != ticket.id


def test_a_new_request_opens_a_new_ticket_beside_the_resolved_one(serve, desk, li):
    """And then the old one cannot come back into the way."""
    citizen, ticket = serve()
    desk.close(ticket.id, officer_id=li)
    citizen.say("转人工")
    (new,) = desk.list_tickets("waiting", officer_id=None)
    assert new.id != ticket.id
    with pytest.raises(IllegalMoveError):
        desk.reopen(ticket.id, officer_id=li)
    assert citizen.say("还没解决").status is AnswerStatus.SILENT_OFFICER
    assert desk.get_ticket(ticket.id).state is TicketState.RESOLVED


def test_officers_reopen_too(serve, desk, li, outbox):
    """The citizen is told, because the bot falls silent."""
    citizen, ticket = serve(Channel.WECHAT)
    desk.close(ticket.id, officer_id=li)
    assert desk.reopen(ticket.id, officer_id=li).state is TicketState.WAITING
    assert "接着处理" in citizen.lines()[-1].text
    with pytest.raises(IllegalMoveError):
        desk.reopen(ticket.id, officer_id=li)


def test_not_solved_means_nothing_without_a_resolved_ticket(make_citizen):
    """It is a question like others then."""
    body = make_citizen().say("还没解决").body
    assert "转回给工作人员" not in body


def test_who_calls_off_closes_in_every_open_state(make_citizen, desk, li):
    """取消人工 while waiting, while held, while the officer waits."""
    for acts in (0, 1, 2):
        citizen = make_citizen()
        citizen.say("转人工")
        ticket = desk.list_tickets("all", officer_id=None)[0]
        if acts:
            desk.claim(ticket.id, officer_id=li)
        if acts == 2:
            desk.reply(ticket.id, officer_id=li, text="在", client_key="a")
        assert "已取消人工" in citizen.say("取消人工").body
        assert desk.get_ticket(ticket.id).state is TicketState.CLOSED
        assert actions(desk, ticket)[-1] == "closed"


def test_put_off_until_then_or_until_the_citizen_writes(serve, desk, li, clock):
    """The worker brings it back; its clocks go on."""
    citizen, ticket = serve()
    until = clock() + timedelta(hours=2)
    later = desk.snooze(ticket.id, until, officer_id=li)
    assert later.snoozed_until == until
    assert later.due_answer_at == ticket.due_answer_at
    assert desk.tend() == 0
    clock.now = until
    assert desk.tend() == 1
    assert desk.get_ticket(ticket.id).snoozed_until is None
    desk.snooze(ticket.id, until + timedelta(hours=1), officer_id=li)
    citizen.say("我补充一下")
    now = desk.get_ticket(ticket.id)
    assert (now.snoozed_until, now.state) == (None, TicketState.CLAIMED)
    desk.snooze(ticket.id, until + timedelta(hours=1), officer_id=li)
    assert desk.wake(ticket.id, officer_id=li).snoozed_until is None
    assert desk.wake(ticket.id, officer_id=li).snoozed_until is None


def test_what_waits_and_is_put_off_is_handed_to_nobody(make_citizen, desk, li, clock):
    """Until the citizen adds a line."""
    citizen = make_citizen()
    citizen.say("转人工")
    (ticket,) = desk.list_tickets("waiting", officer_id=li)
    desk.snooze(ticket.id, clock() + timedelta(hours=1), officer_id=li)
    assert desk.claim_next(officer_id=li) is None
    assert desk.list_tickets("waiting", officer_id=li) == []
    citizen.say("在吗")
    assert desk.claim_next(officer_id=li).id == ticket.id


@pytest.mark.parametrize("hours", [-1, 0, 24 * 91])
def test_put_off_only_to_a_time_that_makes_sense(serve, desk, li, clock, hours):
    """Later than now, and not for ever."""
    _, ticket = serve()
    with pytest.raises(TicketFieldError):
        desk.snooze(ticket.id, clock() + timedelta(hours=hours), officer_id=li)


def test_raising_counts_from_now_and_moves_no_clock_back(serve, desk, li, clock):
    """Lowering counts as if it had always been so."""
    _, ticket = serve()
    clock.move(hours=1)
    raised = desk.set_urgency(ticket.id, Urgency.CRITICAL, officer_id=li)
    assert raised.due_answer_at == clock() + timedelta(hours=2)
    assert raised.due_first_reply_at == ticket.due_first_reply_at
    lowered = desk.set_urgency(ticket.id, Urgency.COMPLEX, officer_id=li)
    assert lowered.due_answer_at > ticket.due_answer_at
    assert actions(desk, ticket)[-2:] == ["raised", "lowered"]
    assert desk.set_urgency(ticket.id, Urgency.COMPLEX, officer_id=li) == lowered
    desk.close(ticket.id, officer_id=li)
    with pytest.raises(TicketFieldError):
        desk.set_urgency(ticket.id, Urgency.NORMAL, officer_id=li)


def test_kind_and_secrecy_are_corrected(serve, desk, li):
    """Each leaves an event; the same again none."""
    _, ticket = serve()
    for _ in range(2):
        desk.set_kind(ticket.id, TicketKind.COMPLAINT, officer_id=li)
        desk.set_confidential(ticket.id, True, officer_id=li)
    now = desk.get_ticket(ticket.id)
    assert (now.kind, now.is_confidential) == (TicketKind.COMPLAINT, True)
    assert actions(desk, ticket)[-2:] == ["kind", "confidential"]


def test_knowledge_at_fault_is_linked(serve, desk, li):
    """Once for each relation."""
    _, ticket = serve()
    for relation in (EntryRelation.WRONG, EntryRelation.WRONG, EntryRelation.MISSING):
        desk.link_entry(ticket.id, "e-1", relation, title="落户", officer_id=li)
    linked = [(e.entry_id, e.relation, e.title) for e in desk.list_entries(ticket.id)]
    assert linked == [("e-1", "wrong", "落户"), ("e-1", "missing", "落户")]


def test_tickets_older_than_bureaus_are_adopted(serve, desk, engine, make_bureau):
    """Those of before the migration get a bureau and clocks."""
    _, ticket = serve()
    bureau = make_bureau("民政局", departments=["民政局"])
    with Session(engine) as session, session.begin():
        session.execute(
            update(TicketRow).values(
                bureau_id=None, due_first_reply_at=None, due_answer_at=None
            )
        )
    assert desk.tend() == 1
    adopted = desk.get_ticket(ticket.id)
    assert adopted.bureau_id == bureau
    assert adopted.due_answer_at is not None
    assert desk.tend() == 0


def test_who_erases_the_record_ends_all_and_leaves_no_words(
    serve, desk, li, front_desk, engine
):
    """Open, resolved, and what colleagues wrote about it."""
    citizen, ticket = serve()
    desk.resolve(ticket.id, officer_id=li, reason="张三已办好")
    citizen.say("转人工")
    second = desk.claim_next(officer_id=li)
    front_desk.forget(Channel.WEB, citizen.sender)
    for id_ in (ticket.id, second.id):
        gone = desk.get_ticket(id_)
        assert (gone.state, gone.resolution) == (TicketState.CLOSED, "")
    with Session(engine) as session:
        details = session.scalars(select(TicketEventRow.detail)).all()
    assert "张三" not in str(details)


def test_other_peoples_tickets_and_none(serve, desk, make_officer, make_bureau):
    """Every method says so in the same way."""
    _, ticket = serve()
    stranger = make_officer("王芳", bureau_id=make_bureau("住建局"))
    at = desk._clock() + timedelta(hours=1)
    acts = {
        "resolve": {"reason": "好"},
        "close": {},
        "reopen": {},
        "wake": {},
        "snooze": {"until": at},
        "set_kind": {"kind": TicketKind.HELP},
        "set_urgency": {"urgency": Urgency.URGENT},
        "set_confidential": {"is_confidential": True},
        "link_entry": {"entry_id": "e", "relation": "used", "title": "t"},
        "release": {},
        "assign": {"to_officer_id": stranger},
        "withdraw_transfer": {},
    }
    for name, more in acts.items():
        act = getattr(desk, name)
        with pytest.raises(ForeignTicketError):
            act(ticket.id, officer_id=stranger, **more)
        with pytest.raises(TicketNotFoundError):
            act(99, officer_id=stranger, **more)


def test_the_days_are_a_setting(engine, clock, serve, li):
    """Named to the citizen as they are."""
    desk = Desk(engine, clock, close_after_days=7)
    citizen, ticket = serve()
    desk.close(ticket.id, officer_id=li)
    assert "7 天内" in citizen.lines()[-1].text
    clock.move(days=6)
    assert desk.tend() == 0
    clock.move(days=1)
    assert desk.tend() == 1
