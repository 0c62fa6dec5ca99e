"""Dialogues: every status is reached, and each step knows its own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot import (
    AnswerSettings,
    AnswerStatus,
    Assistant,
    BlockKind,
    Channel,
    Effect,
    Focus,
    MessageKind,
    Ticket,
    TicketState,
    Turn,
    UnsettledTurnError,
    render_plain,
)

SUNDAY = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.fixture
def chat(assistant, clock):
    """Say something; the focus is carried from turn to turn."""

    class Chat:
        focus = Focus()
        turn = None

        def say(self, text="", **more):
            self.turn = Turn(text, clock(), focus=self.focus, **more)
            answer = assistant.answer(self.turn)
            self.focus = self.turn.focus
            return answer

        def read(self, text="", **more):
            return render_plain(self.say(text, **more))

    return Chat()


@pytest.fixture
def ticket(clock):
    """Make an open hand-over in a state."""

    def make(state):
        return Ticket(7, 1, state, Channel.WEB, "8213", "", "", "", clock(), clock())

    return make


#: Status to the dialogue that reaches it; what needs more is tested beside.
DIALOGUES = {
    AnswerStatus.ANSWERED: ["高龄津贴申领要带什么"],
    AnswerStatus.ANSWERED_GREETING: ["您好"],
    AnswerStatus.ANSWERED_COMMAND: ["菜单"],
    AnswerStatus.CLARIFY_AMBIGUOUS: ["公租房轮候登记要带什么"],
    AnswerStatus.UNANSWERABLE_NO_MATCH: ["量子飞船"],
    AnswerStatus.HANDOFF_REQUESTED: ["转人工"],
    AnswerStatus.HANDOFF_REPEATED: ["量子飞船", "量子飞碟"],
    AnswerStatus.HANDOFF_CRISIS: ["我不想活了"],
    AnswerStatus.BLOCKED_ABUSE: ["你们这帮废物"],
}

#: Reached by other kinds of messages, by an open ticket, or by a failure.
ELSEWHERE = {
    AnswerStatus.ANSWERED_NOTICE,
    AnswerStatus.CLARIFY_UNREADABLE,
    AnswerStatus.HANDOFF_TOPIC,
    AnswerStatus.SILENT_OFFICER,
    AnswerStatus.SILENT_EVENT,
    AnswerStatus.ERROR_UNEXPECTED,
}


@pytest.mark.parametrize("status", DIALOGUES)
def test_every_status_is_reached_by_a_dialogue(chat, status):
    """A status that nothing reaches is no status."""
    answers = [chat.say(text) for text in DIALOGUES[status]]
    assert answers[-1].status is status
    assert bool(answers[-1].handoff_reason) == status.calls_officer


def test_no_status_is_forgotten():
    """A new one needs its dialogue."""
    assert DIALOGUES.keys() | ELSEWHERE == set(AnswerStatus)


def test_materials_then_place_of_the_same_item(chat):
    """The conversation that the office shows its visitors."""
    first = chat.say("80岁老人高龄津贴怎么领，要带什么")
    assert first.blocks[1].kind is BlockKind.LIST
    assert "居民身份证：原件1份，复印件1份" in first.blocks[1].lines
    assert first.citations[0].title == "高龄津贴申领"
    assert first.citations[0].phone == "0599-3210521"
    assert first.citations[0].checked == "2026年9月10日核对"
    place = chat.read("那在哪办")
    for words in ("云泽市政务服务中心2楼民政窗口", "周一至周五", "0599-3210521"):
        assert words in place


def test_fee_of_the_item_before(chat):
    """「那要多少钱」 after 居住证 is about 居住证."""
    chat.say("居住证申领要带什么")
    assert "首次申领不收费" in chat.read("那要多少钱？")


def test_district_of_the_item_before(chat):
    """The same question again, for the district's own entry."""
    chat.say("高龄津贴申领要带什么")
    assert "近期1寸照片2张" in chat.read("西山区呢")
    assert "社区居民委员会" in chat.read("在哪办")
    assert "居民户口簿" in chat.read("高龄津贴申领要带什么")


def test_district_without_its_own_entry_gets_the_citys(chat):
    """东湖区 has no rule of its own for this item."""
    assert "居民户口簿" in chat.read("东湖区高龄津贴申领要带什么")
    chat.say("高龄津贴申领要带什么")
    assert "居民户口簿" in chat.read("东湖区呢")


def test_named_district_gets_its_own(chat):
    """And no notice about other districts."""
    answer = chat.say("西山区高龄津贴申领要带什么")
    assert "近期1寸照片2张" in render_plain(answer)
    assert answer.citations[0].region == "西山区"


def test_differing_districts_are_mentioned(chat):
    """The city's rule, and that a district has another."""
    notices = [
        block.lines[0]
        for block in chat.say("高龄津贴申领要带什么").blocks
        if block.kind is BlockKind.NOTICE
    ]
    assert notices == ["西山区的规定不同，回复区名可以查看。"]


def test_item_that_only_districts_have_is_asked_back(chat):
    """Never one district's rule for somebody of another."""
    answer = chat.say("公租房轮候登记要带什么")
    labels = {option.label for option in answer.options}
    assert labels == {"公租房轮候登记（东湖区）", "公租房轮候登记（高新区）"}
    assert "收入证明" in chat.read("东湖区")


@pytest.mark.parametrize("pick", ["1", "１", "第一个", "一", "选1", "1."])
def test_number_answers_the_question_asked_before(chat, pick):
    """The original question, for the entry chosen."""
    options = chat.say("公租房轮候登记要带什么").options
    answer = chat.say(pick)
    assert answer.status is AnswerStatus.ANSWERED
    assert answer.citations[0].entry_id == options[0].entry_id
    assert "申请材料" in render_plain(answer)


def test_label_answers_too(chat):
    """What a button sends back."""
    option = chat.say("公租房轮候登记要带什么").options[1]
    assert chat.say(option.value).citations[0].entry_id == option.entry_id


def test_number_out_of_range_is_asked_again(chat):
    """With the same choices."""
    options = chat.say("公租房轮候登记要带什么").options
    again = chat.say("9")
    assert again.status is AnswerStatus.CLARIFY_AMBIGUOUS
    assert again.options == options


def test_number_alone_shows_the_menu(chat):
    """There is nothing to choose from."""
    assert chat.say("1").status is AnswerStatus.ANSWERED_COMMAND


def test_choice_is_forgotten_after_a_new_question(chat):
    """The number then means nothing."""
    chat.say("公租房轮候登记要带什么")
    chat.say("居住证申领要带什么")
    assert chat.say("1").status is AnswerStatus.ANSWERED_COMMAND


def test_doubtful_question_gets_up_to_three_choices(clock, make_assistant):
    """Different items, best first, by their own names."""
    answer = make_assistant(answer_at=1.0, clarify_at=0.1).answer(
        Turn("居住证高龄津贴飞", clock())
    )
    assert answer.status is AnswerStatus.CLARIFY_AMBIGUOUS
    labels = [option.label for option in answer.options]
    assert len(labels) == 3
    assert set(labels) == {"居住证申领", "居住证签注", "高龄津贴申领"}


@pytest.fixture
def make_assistant(knowledge_base, clock):
    """Make assistants with other thresholds."""

    def make(**settings):
        return Assistant(knowledge_base, AnswerSettings(**settings), clock)

    return make


def test_asking_back_for_ever_ends_with_a_person(make_assistant, clock):
    """The third unclear question in a row goes to somebody who understands."""
    assistant = make_assistant(answer_at=1.0, clarify_at=0.1)
    focus = Focus()
    statuses = []
    for _ in range(3):
        turn = Turn("居住证飞", clock(), focus=focus)
        statuses.append(assistant.answer(turn).status)
        focus = turn.focus
    assert statuses == [
        AnswerStatus.CLARIFY_AMBIGUOUS,
        AnswerStatus.CLARIFY_AMBIGUOUS,
        AnswerStatus.HANDOFF_REPEATED,
    ]


def test_expired_rule_is_answered_from_the_rule_in_force(chat, clock):
    """And before the new rule, from the old one."""
    assert "60%" in chat.read("灵活就业补贴标准是多少")
    clock.now = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
    assert "50%" in chat.read("灵活就业补贴标准是多少")


def test_rule_begins_at_midnight_in_beijing(chat, clock):
    """Not at midnight of the server's zone."""
    clock.now = datetime(2026, 6, 30, 15, 59, tzinfo=UTC)
    assert "50%" in chat.read("灵活就业补贴标准是多少")
    clock.now = datetime(2026, 6, 30, 16, 1, tzinfo=UTC)
    assert "60%" in chat.read("灵活就业补贴标准是多少")


def test_topic_fades_after_a_pause(chat, clock):
    """「那在哪办」 an hour later is about nothing."""
    chat.say("高龄津贴申领要带什么")
    clock.move(minutes=31)
    assert chat.say("那在哪办").status is not AnswerStatus.ANSWERED


def test_thanks_do_not_break_the_thread(chat):
    """People say thank you between two questions."""
    chat.say("居住证申领要带什么")
    chat.say("好的谢谢")
    assert "派出所" in chat.read("那在哪办")


def test_follow_up_after_an_faq_is_not_answered_with_it_again(chat):
    """An FAQ has no elements: the bot asks which item is meant."""
    chat.say("医保断缴了还能补吗")
    answer = chat.say("那在哪办")
    assert answer.status is AnswerStatus.CLARIFY_AMBIGUOUS
    assert "事项名称" in render_plain(answer)


@pytest.mark.parametrize(
    "text",
    [
        "您好",
        "你好！",
        "在吗？",
        "早上好",
        "谢谢",
        "谢谢您",
        "好的，谢谢",
        "再见",
        "拜拜",
        "你是谁",
        "你是机器人吗",
        "你能做什么",
    ],
)
def test_small_talk(chat, text):
    """Nothing but a greeting, thanks or goodbye."""
    assert chat.say(text).status is AnswerStatus.ANSWERED_GREETING


@pytest.mark.parametrize("text", ["您好，居住证申领要带什么", "请问高龄津贴申领在哪办"])
def test_greeting_with_a_question_is_a_question(chat, text):
    """The question counts."""
    assert chat.say(text).status is AnswerStatus.ANSWERED


@pytest.mark.parametrize(
    "text",
    [
        "转人工",
        "人工",
        "找人",
        "我要转人工",
        "人工服务",
        "人工客服",
        "请转人工",
        "找工作人员",
        "真人",
        "客服",
        "不要机器人，转人工！",
    ],
)
def test_call_for_a_person(chat, text):
    """However it is said."""
    assert chat.say(text).status is AnswerStatus.HANDOFF_REQUESTED


@pytest.mark.parametrize("text", ["人", "个人", "老人", "人工流产", "人工湖在哪"])
def test_no_call_for_a_person(chat, text):
    """Words that only look like one."""
    assert chat.say(text).status is not AnswerStatus.HANDOFF_REQUESTED


@pytest.mark.parametrize(
    "text",
    [
        "我不想活了",
        "想自杀",
        "活不下去了",
        "我要跳楼",
        "我要砍死他",
        "跟你们同归于尽",
        "有人要打死我",
    ],
)
def test_danger_names_the_numbers_to_call(chat, text):
    """At once, and a person is called."""
    answer = chat.say(text)
    assert answer.status is AnswerStatus.HANDOFF_CRISIS
    for number in ("110", "120", "12356"):
        assert number in render_plain(answer)
    assert "可以先离开" not in render_plain(answer)


@pytest.mark.parametrize("text", ["笑死我了", "想死你了", "跳楼价", "急死人了"])
def test_sayings_are_no_danger(chat, text):
    """Nobody is sent to the police for them."""
    assert chat.say(text).status is not AnswerStatus.HANDOFF_CRISIS


def test_danger_is_answered_while_a_person_holds(chat, ticket):
    """The one case in which the bot does not stay silent."""
    held = ticket(TicketState.CLAIMED)
    assert chat.say("我不想活了", ticket=held).status is AnswerStatus.HANDOFF_CRISIS


def test_insult_with_a_question_is_answered(chat):
    """Emotion comes with a real question, and the question counts."""
    answer = chat.say("废物，居住证申领要带什么")
    assert answer.status is not AnswerStatus.BLOCKED_ABUSE
    assert answer.evidence.hits[0]["title"] == "居住证申领"


@pytest.mark.parametrize("text", ["垃圾分类怎么分", "垃圾分类", "废物回收"])
def test_rubbish_may_be_the_matter(chat, text):
    """Not every hard word is meant for us."""
    assert chat.say(text).status is not AnswerStatus.BLOCKED_ABUSE


def test_personal_data_gets_a_notice(chat):
    """And stays out of the evidence."""
    answer = chat.say("我的电话是13812345678，居住证申领收费多少")
    assert "遮住" in render_plain(answer)
    assert "13812345678" not in repr(answer)
    assert "首次申领不收费" in render_plain(answer)


def test_silent_while_a_person_holds(chat, ticket):
    """No blocks, no text, whatever is said."""
    answer = chat.say("居住证申领要带什么", ticket=ticket(TicketState.CLAIMED))
    assert answer.status is AnswerStatus.SILENT_OFFICER
    assert render_plain(answer) == ""


@pytest.mark.parametrize(
    ("text", "state", "is_called_off"),
    [
        ("取消排队", TicketState.WAITING, True),
        ("取消人工", TicketState.CLAIMED, True),
        ("不用了", TicketState.WAITING, True),
        ("不用了", TicketState.CLAIMED, False),
        ("取消的材料要带什么", TicketState.WAITING, False),
    ],
)
def test_calling_off(chat, ticket, text, state, is_called_off):
    """To an officer 不用了 may be the answer to a question."""
    chat.say(text, ticket=ticket(state))
    assert (chat.turn.effect is Effect.CLOSE_TICKET) == is_called_off


def test_deletion_needs_its_confirmation(chat):
    """Asked, confirmed, done; not by accident."""
    assert "请先回复" in chat.read("确认删除")
    assert "确认删除" in chat.read("删除我的记录")
    chat.say("居住证申领要带什么")
    chat.say("确认删除")
    assert chat.turn.effect is Effect.NONE
    chat.say("删除我的记录")
    chat.say("取消")
    chat.say("确认删除")
    assert chat.turn.effect is Effect.NONE
    chat.say("删除我的记录")
    chat.say("确认删除")
    assert chat.turn.effect is Effect.FORGET


@pytest.mark.parametrize(
    "kind", ["image", "voice", "video", "location", "link", "text"]
)
def test_what_is_no_text_gets_a_polite_sentence(chat, kind):
    """Also an empty message."""
    answer = chat.say(kind=MessageKind(kind))
    assert answer.status is AnswerStatus.CLARIFY_UNREADABLE


def test_officer_sees_pictures_in_silence(chat, ticket):
    """The bot does not complain about what is meant for a person."""
    answer = chat.say(kind=MessageKind.IMAGE, ticket=ticket(TicketState.CLAIMED))
    assert answer.status is AnswerStatus.SILENT_OFFICER


@pytest.mark.parametrize("kind", [MessageKind.UNSUBSCRIBE, MessageKind.OTHER])
def test_events_are_silent(chat, kind):
    """Nothing is said to somebody who left."""
    assert chat.say(kind=kind).status is AnswerStatus.SILENT_EVENT
    assert (chat.turn.effect is Effect.FORGET) == (kind is MessageKind.UNSUBSCRIBE)


def test_off_hours_promise_no_queue(chat, clock):
    """When somebody answers, and whom to call meanwhile."""
    clock.now = SUNDAY
    body = chat.read("转人工")
    assert "工作人员11月23日（周一）8:30上班后回复您" in body
    assert "12345" in body
    assert "排" not in body


def test_evidence_is_frozen(chat):
    """Release, hits, confidence, thresholds, timings."""
    evidence = chat.say("高龄津贴申领要带什么").evidence
    assert evidence.release_id == "fake-1"
    assert evidence.confidence >= evidence.answer_at > evidence.clarify_at
    assert 0 < len(evidence.hits) <= 10
    keys = {"passage_id", "entry_id", "title", "heading", "region", "score", "text"}
    assert evidence.hits[0].keys() == keys
    assert "search" in evidence.timings_ms


def test_unsure_answers_keep_their_evidence_too(chat):
    """Officers see why the bot did not know."""
    evidence = chat.say("量子飞船").evidence
    assert evidence.question == "量子飞船"
    assert evidence.answer_at > 0


def test_newer_release_is_looked_for_once_a_second(assistant, knowledge_base, clock):
    """Not at every message."""
    for _ in range(3):
        assistant.answer(Turn("您好", clock()))
    assert knowledge_base.refreshed == 1
    clock.move(seconds=2)
    assistant.answer(Turn("您好", clock()))
    assert knowledge_base.refreshed == 2


def test_hole_in_the_steps_is_an_error(knowledge_base, answer_settings, clock):
    """Better than an answer that nobody wrote."""
    empty = Assistant(knowledge_base, answer_settings, clock, steps=())
    with pytest.raises(UnsettledTurnError):
        empty.answer(Turn("您好", clock()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"answer_at": 0.2, "clarify_at": 0.5},
        {"answer_at": 1.5},
        {"max_options": 1},
        {"focus_minutes": 0},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong):
    """At the start and not at the first question."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        AnswerSettings(**wrong)
