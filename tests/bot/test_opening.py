"""How hand-overs begin, by what citizens say, on real databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import AnswerStatus, Channel, TicketKind, TicketState, Urgency


@pytest.fixture
def find(desk):
    """Return the newest ticket."""
    return lambda: desk.list_tickets("all", officer_id=None)[0]


def actions(desk, ticket):
    """Return what happened to a ticket."""
    return [event.action for event in desk.list_events(ticket.id)]


def test_department_of_the_last_answer_decides(make_citizen, make_bureau, find):
    """More than a word in the question."""
    civil = make_bureau("民政局", departments=["民政局"])
    make_bureau("工单中心", topics=["转人工", "要求人工"], is_default=True)
    citizen = make_citizen()
    citizen.say("高龄津贴申领要带什么")
    citizen.say("转人工")
    assert find().bureau_id == civil


def test_the_default_bureau_is_made_once(make_citizen, find, desk):
    """Where staff made none."""
    ids = set()
    for _ in range(3):
        make_citizen().say("转人工")
        ids.add(find().bureau_id)
    assert len(ids) == 1
    assert find().bureau_name == "综合服务"


def test_kind_and_urgency_are_guessed(make_citizen, find):
    """A complaint, an outage, and the usual."""
    citizen = make_citizen()
    citizen.say("我要投诉窗口态度差")
    assert (find().kind, find().urgency) == (TicketKind.COMPLAINT, Urgency.NORMAL)
    make_citizen().say("家里停水了，转人工")
    assert (find().kind, find().urgency) == (TicketKind.HELP, Urgency.URGENT)
    make_citizen().say("转人工")
    assert (find().kind, find().urgency) == (TicketKind.CONSULT, Urgency.NORMAL)


def test_another_request_adds_to_the_open_ticket(make_citizen, find, desk, clock):
    """A crisis makes it most urgent, and no clock goes back."""
    citizen = make_citizen()
    citizen.say("转人工")
    before = find()
    clock.move(minutes=1)
    assert citizen.say("我不想活了").status is AnswerStatus.HANDOFF_CRISIS
    after = find()
    assert after.id == before.id
    assert after.urgency is Urgency.CRITICAL
    assert after.due_first_reply_at == before.due_first_reply_at
    assert after.due_answer_at == clock() + timedelta(hours=2)
    assert "危急" in after.reason
    assert actions(desk, after) == ["opened", "merged", "raised"]
    clock.move(minutes=5)
    citizen.say("我不想活了")
    assert find().due_answer_at == after.due_answer_at


def test_danger_told_to_an_officer_raises_too(make_citizen, find, desk, make_officer):
    """The bot is silent, and listens."""
    citizen = make_citizen()
    citizen.say("转人工")
    desk.claim(find().id, officer_id=make_officer("李敏"))
    assert citizen.say("楼下着火了").status is AnswerStatus.SILENT_OFFICER
    assert find().urgency is Urgency.CRITICAL
    assert actions(desk, find())[-1] == "raised"


def test_out_of_hours_it_is_a_message(make_citizen, find, clock):
    """Nobody waits in the chat then; a crisis is never put off."""
    clock.move(hours=12)
    make_citizen().say("转人工")
    assert find().is_message
    assert find().due_first_reply_at > clock() + timedelta(days=2)
    make_citizen().say("我不想活了")
    assert not find().is_message
    assert find().due_first_reply_at == clock() + timedelta(minutes=3)


def test_who_leaves_a_message_does_not_wait(make_citizen, find):
    """Asked for at once."""
    citizen = make_citizen()
    citizen.say("高龄津贴申领要带什么")
    reply = citizen.say("我要留言")
    assert reply.status is AnswerStatus.HANDOFF_REQUESTED
    assert "不用在这里等" in reply.body
    ticket = find()
    assert (ticket.is_message, ticket.state) == (True, TicketState.WAITING)
    assert (ticket.reason, ticket.preview) == ("市民留言", "高龄津贴申领要带什么")
    citizen.say("我想问材料能不能少带一样")
    assert find().unread == 2


def test_who_waits_may_leave_it_as_a_message(make_citizen, find, desk):
    """The same ticket; said twice it is so already."""
    citizen = make_citizen()
    citizen.say("转人工")
    for _ in range(2):
        assert "不用在这里等" in citizen.say("留言").body
    assert find().is_message
    assert actions(desk, find()) == ["opened", "message"]


def test_a_message_out_of_hours_hears_when_it_is_read(make_citizen, clock):
    """With the day."""
    clock.move(hours=12)
    assert "11月23日（周一）8:30" in make_citizen().say("留言").body


def test_events_hold_nothing_that_a_citizen_wrote(make_citizen, find, desk):
    """Ids and states only."""
    make_citizen(Channel.WECHAT).say("我要投诉张三，电话 13812345678")
    for event in desk.list_events(find().id):
        assert "张三" not in str(event.detail)
        keys = {"state", "holder", "bureau", "offered_to"}
        assert keys <= set(event.detail)
