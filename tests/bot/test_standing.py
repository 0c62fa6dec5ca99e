"""What a citizen hears who waits or is served, on the page and by asking."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import AnswerStatus, Channel, TicketState, tell_standing

HOURS = "工作日 8:30–17:30"


@pytest.fixture
def li(make_officer):
    """An officer of the whole office."""
    return make_officer("李敏")


@pytest.fixture
def told(front_desk, clock):
    """Return what the citizen's page says about the hand-over."""

    def told(citizen):
        found = front_desk.look(citizen.channel, citizen.sender)
        if found.ticket is None:
            return ""
        lines = tell_standing(found.ticket, found.standing, clock(), hours=HOURS)
        return "\n".join(lines)

    return told


@pytest.fixture
def serve(make_citizen, desk, li, clock):
    """Serve five people after so many minutes each."""

    def serve(minutes, count=5):
        for _ in range(count):
            make_citizen().say("转人工")
            clock.move(minutes=minutes)
            ticket = desk.claim_next(officer_id=li)
            key = f"first-{ticket.id}"
            desk.reply(ticket.id, officer_id=li, text="您好", client_key=key)
            desk.close(ticket.id, officer_id=li)

    return serve


def test_a_stranger_stands_nowhere(front_desk):
    """Nothing is made for who only looks."""
    found = front_desk.look(Channel.WEB, "somebody")
    assert (found.ticket, found.standing, found.resolved) == (None, None, None)


def test_the_place_moves_and_the_minutes_run(
    serve, make_citizen, desk, li, clock, told
):
    """What is left of the usual wait, and never a number below one."""
    serve(6)
    first, second = make_citizen(), make_citizen()
    first.say("转人工")
    second.say("转人工")
    assert "前面还有 1 位。大约等 6 分钟" in told(second)
    clock.move(minutes=2, seconds=30)
    assert "前面还有 1 位。大约等 4 分钟" in told(second)
    desk.claim_next(officer_id=li)
    assert "您排在第一位。大约等 4 分钟" in told(second)
    clock.move(minutes=3, seconds=20)
    assert "大约等 1 分钟" in told(second)
    clock.move(minutes=4)
    assert "已经等了 9 分钟，比平时久" in told(second)
    assert "留言" in told(second)


def test_without_cases_no_minutes_are_promised(make_citizen, told):
    """The place alone."""
    citizen = make_citizen()
    citizen.say("转人工")
    assert told(citizen).startswith("您排在第一位。\n您可以先离开")
    assert "大约" not in told(citizen)


def test_off_hours_it_is_said_when_somebody_answers(make_citizen, clock, told):
    """No place in a queue that nobody serves."""
    clock.move(hours=12)  # Friday 22:00
    citizen = make_citizen()
    citizen.say("转人工")
    assert "11月23日（周一）8:30上班后回复您" in told(citizen)
    assert "第一位" not in told(citizen)


def test_who_waits_past_the_closing_hour_is_told(make_citizen, clock, told):
    """Handed over at 17:20, still waiting at 17:40."""
    clock.move(hours=7, minutes=20)
    citizen = make_citizen()
    citizen.say("转人工")
    assert "第一位" in told(citizen)
    clock.move(minutes=20)
    assert "现在是休息时间，工作人员11月23日（周一）8:30上班后回复您" in told(citizen)


def test_an_unknown_year_promises_no_day(make_citizen, clock, told):
    """The hours alone."""
    clock.move(days=60)
    clock.move(hours=12)
    citizen = make_citizen()
    citizen.say("转人工")
    assert HOURS in told(citizen)
    assert "月" not in told(citizen)


def test_a_message_waits_for_nobody(make_citizen, told):
    """It has arrived; more may be written."""
    citizen = make_citizen()
    citizen.say("留言")
    assert "留言已经收到，不用在这里等" in told(citizen)
    assert "第一位" not in told(citizen)


def test_in_danger_the_numbers_stay_in_sight(make_citizen, clock, told):
    """And at night, when somebody is there again."""
    citizen = make_citizen()
    citizen.say("我不想活了")
    assert "110" in told(citizen)
    assert "请先不要离开" in told(citizen)
    clock.move(hours=12)
    assert "110" in told(citizen)
    assert "8:30上班后" in told(citizen)


def test_who_serves_is_named(make_citizen, desk, li, told):
    """Department, name and number; then that it is the citizen's turn."""
    citizen = make_citizen()
    citizen.say("转人工")
    ticket = desk.claim_next(officer_id=li)
    assert ticket.officer_name in told(citizen)
    assert "正在为您服务" in told(citizen)
    desk.reply(ticket.id, officer_id=li, text="请带身份证", client_key="1")
    assert "已经答复您" in told(citizen)


def test_the_words_of_the_take_over_come_once(make_citizen, make_bureau, desk, li):
    """Claimed, and transferred: each is told once, whoever looks how often."""
    tax = make_bureau("税务局")
    citizen = make_citizen()
    citizen.say("转人工")
    ticket = desk.claim_next(officer_id=li)
    desk.claim(ticket.id, officer_id=li)
    desk.offer_transfer(ticket.id, tax, officer_id=li, word="税的事")
    desk.accept_transfer(ticket.id, officer_id=li)
    said = [line.text for line in citizen.lines()]
    assert len([text for text in said if text.startswith("以下由工作人员回复")]) == 1
    assert len([text for text in said if "已转给税务局" in text]) == 1


def test_resolved_it_may_be_brought_back_for_three_days(
    make_citizen, desk, li, clock, front_desk
):
    """The page knows it, and 还没解决 does it."""
    citizen = make_citizen()
    citizen.say("转人工")
    ticket = desk.claim_next(officer_id=li)
    desk.close(ticket.id, officer_id=li)
    found = front_desk.look(citizen.channel, citizen.sender)
    assert (found.ticket, found.resolved.id) == (None, ticket.id)
    citizen.say("还没解决")
    found = front_desk.look(citizen.channel, citizen.sender)
    assert (found.ticket.id, found.resolved) == (ticket.id, None)
    desk.claim(ticket.id, officer_id=li)
    desk.close(ticket.id, officer_id=li)
    clock.move(days=3)
    desk.tend()
    assert front_desk.look(citizen.channel, citizen.sender).resolved is None


@pytest.mark.parametrize(
    "text",
    [
        "还要等多久",
        "还要等多久？",
        "请问还要等多长时间啊",
        "要等多久",
        "前面还有几个人",
        "我前面还有多少人",
        "排到哪了",
        "轮到我了吗",
        "排到我了没",
        "我排第几",
        "什么时候有人",
        "什么时候能轮到我",
        "你们什么时候回复我",
        "啥时候来人",
        "怎么还没人",
        "还没有人吗",
        "怎么没人理我",
        "有人吗",
        "人呢",
        "在吗",
        "排队进度",
    ],
)
def test_who_asks_how_long_is_told_on_wechat_too(make_citizen, desk, text):
    """As often as asked; the officer sees that they ask."""
    make_citizen().say("转人工")
    citizen = make_citizen(Channel.WECHAT)
    citizen.say("转人工")
    for _ in range(2):
        reply = citizen.say(text)
        assert reply.status is AnswerStatus.ANSWERED_COMMAND
        assert "前面还有 1 位" in reply.body
        assert "有回复会通知您" in reply.body
    ticket = desk.list_tickets("all", officer_id=None)[0]
    assert ticket.state is TicketState.WAITING
    assert [line.text for line in desk.list_messages(ticket.id)].count(text) == 2


@pytest.mark.parametrize(
    "text",
    [
        "身份证要等多久才能拿到",
        "什么时候可以领补贴",
        "社保卡办下来要多久",
        "有人举报我邻居",
        "我等了很久，材料已经交了",
        "什么时候上班办居住证",
    ],
)
def test_other_questions_go_to_the_officer(make_citizen, text):
    """Only what asks for the place and nothing else is answered."""
    citizen = make_citizen()
    citizen.say("转人工")
    assert citizen.say(text).status is AnswerStatus.SILENT_OFFICER


def test_to_an_officer_nothing_of_it_is_answered_by_the_bot(make_citizen, desk, li):
    """The person hears it."""
    citizen = make_citizen(Channel.WECHAT)
    citizen.say("转人工")
    desk.claim_next(officer_id=li)
    reply = citizen.say("还要等多久")
    assert (reply.status, reply.body) == (AnswerStatus.SILENT_OFFICER, "")


@pytest.mark.parametrize("word", ["取消", "取消排队", "不等了", "取消人工"])
def test_called_off_by_a_word_on_wechat(make_citizen, desk, word):
    """And the bot answers again."""
    citizen = make_citizen(Channel.WECHAT)
    citizen.say("转人工")
    assert "已取消人工" in citizen.say(word).body
    assert citizen.say("高龄津贴申领要带什么").status is AnswerStatus.ANSWERED


def test_left_as_a_message_by_a_word_on_wechat(make_citizen, desk, clock):
    """With how the reply comes; then the place is no more asked for."""
    citizen = make_citizen(Channel.WECHAT)
    citizen.say("转人工")
    assert "不用在这里等" in citizen.say("留言").body
    assert "留言已经收到" in citizen.say("还要等多久").body
    clock.now += timedelta(hours=12)
    assert "11月23日（周一）8:30" in citizen.say("还要等多久").body


def test_an_urgent_matter_stands_before(make_citizen, told):
    """The place goes back for it, honestly."""
    citizen, other = make_citizen(), make_citizen()
    citizen.say("转人工")
    assert "第一位" in told(citizen)
    other.say("家里停电了，转人工")
    assert "前面还有 1 位" in told(citizen)
