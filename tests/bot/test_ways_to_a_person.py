"""Every way to a person ends in the right ticket, and the bot never talks over one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot import (
    AnswerStatus,
    AttachmentStore,
    Channel,
    TicketKind,
    TicketState,
    Urgency,
    render_plain,
)
from bot.steps.wanting import wants_person
from tests.bot.test_files import PDF

#: Asked for in words; mistyped, in dialects, by letters, among other words.
WANTED = [
    "转人工",
    "人工",
    "人工服务",
    "人工客服",
    "找人",
    "转接",
    "真人",
    "客服",
    "我要人工",
    "我要找人工",
    "找个真人",
    "找真人说",
    "转人工谢谢",
    "帮我转人工",
    "可以转人工吗",
    "能不能转人工",
    "能转人工不",
    "有没有人工",
    "有人工吗",
    "人工在吗",
    "人工人工人工",
    "转人工！！！",
    "转 人 工",
    "我要跟真人说话",
    "我想和人工说",
    "不要机器人",
    "别机器人了",
    "不想跟机器人说话",
    "叫个人来",
    "来个人",
    "喊个人来嘛",
    "叫你们的人来",
    "我要找活人",
    "俺要找人",
    "给额转人工",
    "给俺转个人工",
    "整个真人来",
    "揾人工",
    "揾真人",
    "我想同真人倾",
    "侬帮我转人工",
    "我要找你们工作人员",
    "找工作人员",
    "叫工作人员来",
    "让工作人员回复我",
    "转仁工",
    "转人功",
    "转入工",
    "专人工",
    "传人工",
    "转人公",
    "找人攻",
    "人工客户",
    "人攻服务",
    "zhuanrengong",
    "zrg",
    "rengong",
    "RENGONG",
    "转接客服",
    "接客服",
    "在线客服",
    "呼叫人工",
    "联系客服",
    "联系人工",
    "接通人工",
    "人工台",
    "转人工台",
    "转人工坐席",
    "我要转坐席",
    "转值班人员",
    "我要跟你们的人讲",
    "机器人不行，转人工",
    "你答非所问，给我转人工",
    "听不懂人话，叫人来",
    "这个机器人太笨了，我要人工",
]

#: They look like it, and are questions.
NOT_WANTED = [
    "人工流产能报销吗",
    "人工湖在哪里",
    "人工智能补贴怎么领",
    "人工费怎么算",
    "找人代办可以吗",
    "找人办证可以吗",
    "客服电话多少",
    "真人秀报名",
    "转接线路怎么办",
    "请人做饭要交税吗",
    "人工授精医保报吗",
    "残疾人工作怎么找",
    "外国人工作许可怎么办",
    "老人工资被扣了怎么办",
    "个人工商户怎么注册",
    "工人工伤怎么认定",
    "转入工会要什么材料",
    "转入工资卡",
    "专人工作站在哪",
    "临时工作人员社保怎么交",
    "找工作",
    "怎么找工作人员证",
    "机器人编程补贴",
    "你是不是机器人",
    "那个客服，态度差，怎么投诉",
    "你好客服，公积金怎么提取",
    "我找工作人员，他说材料不全，怎么补",
]

#: Friday 10:00 in Beijing, when the tests begin.
BEGUN = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)

#: What each urgency allows from then on: first word, dispatch, answer. Friday noon is
#: not a day off; 24 hours off whole days end on Monday, seven days with the business
#: of the seventh.
DUE = {
    Urgency.NORMAL: (
        datetime(2026, 11, 20, 2, 3, tzinfo=UTC),
        datetime(2026, 11, 23, 2, 0, tzinfo=UTC),
        datetime(2026, 11, 27, 9, 30, tzinfo=UTC),
    ),
    Urgency.URGENT: (
        datetime(2026, 11, 20, 2, 3, tzinfo=UTC),
        datetime(2026, 11, 20, 4, 0, tzinfo=UTC),
        datetime(2026, 11, 21, 2, 0, tzinfo=UTC),
    ),
    Urgency.CRITICAL: (
        datetime(2026, 11, 20, 2, 3, tzinfo=UTC),
        datetime(2026, 11, 20, 3, 0, tzinfo=UTC),
        datetime(2026, 11, 20, 4, 0, tzinfo=UTC),
    ),
}


@pytest.mark.parametrize("text", WANTED)
def test_who_asks_for_a_person_is_understood(text):
    """However it is written."""
    assert wants_person(text)


@pytest.mark.parametrize("text", NOT_WANTED)
def test_questions_with_such_words_stay_questions(text):
    """人工湖 is a lake."""
    assert not wants_person(text)


@pytest.fixture
def bureaus(make_bureau):
    """Three, and one for the rest."""
    return {
        "医保": make_bureau("医保局", topics=["医保"], departments=["医疗保障局"]),
        "民政": make_bureau("民政局", departments=["民政局"], topics=["津贴"]),
        "供水": make_bureau("水务局", topics=["停水", "自来水"]),
        "综合": make_bureau("综合服务", is_default=True),
    }


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize(
    ("said", "status", "reason", "kind", "urgency", "bureau"),
    [
        (("转人工",), "handoff_requested", "市民要求人工", "consult", "normal", "综合"),
        (
            ("整个真人来",),
            "handoff_requested",
            "市民要求人工",
            "consult",
            "normal",
            "综合",
        ),
        (
            ("高龄津贴申领要带什么", "找人"),
            "handoff_requested",
            "市民要求人工",
            "consult",
            "normal",
            "民政",
        ),
        (
            ("量子飞船",),
            "unanswerable_no_match",
            "知识库里没有查到",
            "consult",
            "normal",
            "综合",
        ),
        (
            ("医保量子飞船",),
            "unanswerable_no_match",
            "知识库里没有查到",
            "consult",
            "normal",
            "医保",
        ),
        (
            ("我不想活了",),
            "handoff_crisis",
            "危急：提到自伤或伤人，请马上联系",
            "help",
            "critical",
            "综合",
        ),
        (
            ("我要投诉医保窗口态度差",),
            "handoff_requested",
            "投诉或对处理不满",
            "complaint",
            "normal",
            "医保",
        ),
        (
            ("家里停水三天了，转人工",),
            "handoff_requested",
            "市民要求人工",
            "help",
            "urgent",
            "供水",
        ),
        (
            ("楼下着火了，叫人来",),
            "handoff_requested",
            "市民要求人工",
            "help",
            "critical",
            "综合",
        ),
        (("留言",), "handoff_requested", "市民留言", "consult", "normal", "综合"),
        (
            ("我要举报有人卖假药",),
            "handoff_requested",
            "市民要举报",
            "report",
            "normal",
            "综合",
        ),
    ],
)
def test_each_way_opens_the_right_ticket(
    make_citizen,
    bureaus,
    desk,
    channel,
    said,
    status,
    reason,
    kind,
    urgency,
    bureau,
):
    """Reason, kind, urgency, bureau, and the clocks of its urgency; one ticket."""
    citizen = make_citizen(channel)
    for text in said:
        reply = citizen.say(text)
    (ticket,) = desk.list_tickets("all", officer_id=None)
    assert reply.status == AnswerStatus(status)
    assert (ticket.reason, ticket.state) == (reason, TicketState.WAITING)
    assert (ticket.kind, ticket.urgency) == (TicketKind(kind), Urgency(urgency))
    assert ticket.bureau_id == bureaus[bureau]
    due = (ticket.due_first_reply_at, ticket.due_dispatch_at, ticket.due_answer_at)
    assert due == DUE[ticket.urgency]
    assert ticket.created_at == BEGUN


def test_not_answered_twice_is_its_own_reason(make_citizen, desk):
    """The first time a person is called; called off, the second says so."""
    citizen = make_citizen()
    assert citizen.say("量子飞船").status is AnswerStatus.UNANSWERABLE_NO_MATCH
    citizen.say("取消")
    assert citizen.say("反物质引擎").status is AnswerStatus.HANDOFF_REPEATED
    newest = desk.list_tickets("all", officer_id=None)[0]
    assert newest.reason == "连续两次没有答上"
    assert newest.urgency is Urgency.NORMAL


def test_off_hours_the_clocks_begin_with_the_next_duty(make_citizen, desk, clock):
    """But for danger, which waits for no morning."""
    clock.now = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)  # Friday 22:00
    make_citizen().say("转人工")
    make_citizen().say("我不想活了")
    danger, usual = desk.list_tickets("all", officer_id=None)
    assert usual.is_message
    assert usual.due_first_reply_at == datetime(2026, 11, 23, 0, 33, tzinfo=UTC)
    assert not danger.is_message
    assert danger.due_first_reply_at == clock() + timedelta(minutes=3)


@pytest.mark.parametrize(
    "text",
    [
        "你们他妈的到底管不管，我的医保为什么断了",
        "什么破系统，问了三遍都答不上来，我要投诉",
        "垃圾服务，转人工",
        "气死我了，材料交了三次还说不行，你们是不是踢皮球",
        "滚，叫个真人来",
        "办事员态度太恶劣了，还骂人",
        "操，居住证到底要带什么材料",
    ],
)
def test_angry_people_are_served(make_citizen, text):
    """Only what holds nothing but an insult is answered as one."""
    assert make_citizen().say(text).status is not AnswerStatus.BLOCKED_ABUSE


def test_an_insult_alone_shows_the_way_to_a_person(make_citizen):
    """And the next word is heard."""
    citizen = make_citizen()
    reply = citizen.say("你们这帮废物")
    assert reply.status is AnswerStatus.BLOCKED_ABUSE
    assert "转人工" in reply.body
    assert citizen.say("转人工").status is AnswerStatus.HANDOFF_REQUESTED


def test_who_insults_an_officer_is_still_heard(make_citizen, desk, make_officer):
    """The person decides what to do with it."""
    citizen = make_citizen()
    citizen.say("转人工")
    desk.claim_next(officer_id=make_officer("李敏"))
    assert citizen.say("你们这帮废物").status is AnswerStatus.SILENT_OFFICER


# The bot never talks over a person


class Meddling:
    """The assistant, with something that happens after it has composed."""

    def __init__(self, assistant):
        self._assistant = assistant
        self.meddle = None

    def answer(self, turn):
        """Answer, and let it happen once."""
        answer = self._assistant.answer(turn)
        meddle, self.meddle = self.meddle, None
        if meddle is not None:
            meddle()
        return answer


@pytest.fixture
def meddling(assistant):
    """Between composing and sending."""
    return Meddling(assistant)


@pytest.fixture
def scene(make_front_desk, make_citizen, meddling, desk, make_officer):
    """A citizen of a channel, and an officer who may claim at any moment."""
    front_desk, officer = make_front_desk(assistant=meddling), make_officer("李敏")

    def scene(channel):
        citizen = make_citizen(channel, at=front_desk)
        return citizen, lambda: desk.claim_next(officer_id=officer)

    return scene


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("text", ["我是外地户口", "还要等多久"])
def test_claimed_while_a_line_is_composed(scene, meddling, channel, text):
    """Neither 请您稍等 nor a place in the queue: somebody is there."""
    citizen, claim = scene(channel)
    citizen.say("转人工")
    meddling.meddle = claim
    reply = citizen.say(text)
    assert (reply.status, reply.body) == (AnswerStatus.SILENT_OFFICER, "")
    last = [line for line in citizen.lines() if line.sender == "citizen"][-1]
    after = [line for line in citizen.lines() if line.id > last.id]
    assert [line.text[:8] for line in after if line.sender == "bot"] == []


@pytest.mark.parametrize("channel", list(Channel))
def test_handed_over_and_claimed_while_an_answer_is_composed(scene, meddling, channel):
    """Two questions at once: the answer to the first comes too late to be said."""
    citizen, claim = scene(channel)

    def hand_over_and_claim():
        citizen.say("转人工")
        claim()

    meddling.meddle = hand_over_and_claim
    reply = citizen.say("高龄津贴申领要带什么")
    assert (reply.status, reply.body) == (AnswerStatus.SILENT_OFFICER, "")
    assert not any("身份证" in line.text for line in citizen.lines())


@pytest.mark.parametrize("channel", list(Channel))
def test_closed_while_a_line_is_composed_the_bot_answers(
    scene, meddling, desk, make_officer, channel
):
    """The other way round: nobody is left without a word."""
    citizen, claim = scene(channel)
    citizen.say("转人工")
    ticket = claim()
    officer = make_officer("王芳")
    meddling.meddle = lambda: desk.close(ticket.id, officer_id=ticket.officer_id)
    assert officer
    reply = citizen.say("高龄津贴申领要带什么")
    assert reply.status is AnswerStatus.ANSWERED


@pytest.mark.parametrize("channel", list(Channel))
def test_the_answer_of_a_composer_that_died_is_not_said_over_a_person(
    scene, make_front_desk, meddling, desk, channel, clock
):
    """Found later by another process: by then somebody is there."""
    citizen, claim = scene(channel)

    def die():
        raise KeyboardInterrupt

    meddling.meddle = die
    with pytest.raises(KeyboardInterrupt):
        citizen.say("高龄津贴申领要带什么")
    citizen.say("转人工")
    claim()
    clock.move(minutes=5)
    make_front_desk(assistant=meddling).recover(render=lambda _: render_plain)
    assert not any(
        "身份证" in line.text for line in citizen.lines() if line.sender == "bot"
    )


def test_a_file_is_answered_by_nobody_but_the_officer(scene, engine, seal, clock, desk):
    """Sent while waiting and while served: the bot says nothing to it."""
    citizen, claim = scene(Channel.WEB)
    citizen.say("转人工")
    store = AttachmentStore(engine, seal, clock)
    for number in range(2):
        store.add(
            citizen.channel, citizen.sender, name="a.pdf", data=PDF, key=f"{number}"
        )
        assert citizen.lines()[-1].sender == "citizen"
        claim()
        store.add(
            citizen.channel, citizen.sender, name="b.pdf", data=PDF, key=f"b{number}"
        )
        assert citizen.lines()[-1].sender == "citizen"
