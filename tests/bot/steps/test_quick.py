"""Menu buttons, keywords and scanned codes that staff wrote something for."""

from __future__ import annotations

import pytest

from bot import (
    Answer,
    AnswerStatus,
    BlockKind,
    Focus,
    MessageKind,
    Option,
    QuickReplyStore,
    ReplySource,
    TicketState,
    Turn,
    is_command,
    render_plain,
)
from bot.steps.quick import is_wording

KEYWORD, MENU, SCENE = ReplySource


@pytest.fixture
def press(take):
    """Touch a menu button with a key."""
    return lambda key, **fields: take(key, kind=MessageKind.MENU, **fields)


@pytest.fixture
def scan(take):
    """Scan a code with a scene, as a follower."""
    return lambda scene="", **fields: take(scene, kind=MessageKind.SCAN, **fields)


def is_help(answer: Answer) -> bool:
    """Whether it is the list of what can be asked."""
    return "您可以这样问我" in render_plain(answer)


# Menu


def test_a_button_that_asks_is_asked(press):
    """The words behind ``ask:`` go the road of typed ones."""
    answer = press("ask:高龄津贴要带什么材料")
    assert answer.status is AnswerStatus.ANSWERED
    assert answer.citations[0].title == "高龄津贴申领"
    assert answer.evidence.question == "高龄津贴要带什么材料"


def test_a_button_may_be_a_command(press, make_ticket):
    """转人工 calls a person, 取消人工 calls it off."""
    assert press("ask:转人工").status is AnswerStatus.HANDOFF_REQUESTED
    answer = press("ask:取消人工", ticket=make_ticket())
    assert answer.status is AnswerStatus.ANSWERED_COMMAND


def test_a_button_of_the_staff_says_their_words(press, write_reply):
    """Line by line, marked as the bot's, with nothing cited."""
    write_reply(MENU, "办事大厅", "大厅在湖滨路88号。\n\n周六也开。")
    answer = press("reply:办事大厅")
    assert answer.status is AnswerStatus.ANSWERED
    assert [b.kind for b in answer.blocks] == [BlockKind.TEXT] * 2
    assert render_plain(answer) == "大厅在湖滨路88号。\n周六也开。\n（智能应答）"
    assert answer.evidence.question == "［菜单］办事大厅"


def test_a_button_of_the_staff_may_stand_for_a_question(press, write_reply):
    """Asked as if it had been typed."""
    write_reply(MENU, "老人", question="高龄津贴要带什么材料")
    assert press("reply:老人").citations[0].title == "高龄津贴申领"


def test_commands_cannot_take_a_button_from_the_staff(press, write_reply):
    """Its key may hold any word."""
    write_reply(MENU, "转人工说明", "工作日 8:30 起有人。")
    assert render_plain(press("reply:转人工说明")).startswith("工作日 8:30")


def test_an_old_key_can_be_given_words(press, write_reply):
    """A menu made by another program keeps its keys."""
    assert is_help(press("V1001_HALLS"))
    write_reply(MENU, "V1001_HALLS", "大厅在湖滨路。")
    assert render_plain(press("V1001_HALLS")).startswith("大厅在湖滨路。")


@pytest.mark.parametrize("key", ["reply:没有的", "V1001", "btn_社保", "ask:", "reply:"])
def test_a_key_that_says_nothing_brings_the_help(press, key):
    """No search and no officer for a program's name."""
    answer = press(key)
    assert is_help(answer)
    assert answer.status is AnswerStatus.ANSWERED_COMMAND


def test_words_as_a_key_are_asked(press):
    """Old menus hold them, and so do messages' menus."""
    assert press("高龄津贴要带什么材料").citations[0].title == "高龄津贴申领"


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("高龄津贴怎么领", True),
        ("医保App怎么用", True),
        ("12345热线", True),
        ("V1001", False),
        ("menu_社保", False),
        ("rselfmenu_0_1", False),
        ("查", False),
        ("x:社保查询", False),
        ("/pages/社保/index", False),
    ],
)
def test_words_are_told_from_names(key, expected):
    """By what people type and programs do not."""
    assert is_wording(key) is expected


def test_an_officer_who_holds_the_chat_is_not_talked_over(
    press, write_reply, make_ticket
):
    """Neither by a button nor by a keyword."""
    write_reply(MENU, "办事大厅", "大厅在湖滨路88号。")
    answer = press("reply:办事大厅", ticket=make_ticket(TicketState.CLAIMED))
    assert (answer.status, answer.blocks) == (AnswerStatus.SILENT_OFFICER, ())


# Keywords


@pytest.mark.parametrize("typed", ["社保", " 社保。", "社 保！", "社保？"])
def test_a_keyword_gets_the_staffs_words(take, write_reply, typed):
    """However it is typed, and before any search."""
    write_reply(KEYWORD, "社保", "社保在二楼办，详情见 https://www.yunze.example/sb")
    answer = take(typed)
    assert answer.status is AnswerStatus.ANSWERED
    assert "https://www.yunze.example/sb" in render_plain(answer)
    assert answer.evidence.release_id == ""


def test_a_sentence_with_the_keyword_is_searched_for(take, write_reply):
    """Only the keyword alone is the staff's."""
    write_reply(KEYWORD, "高龄津贴", "在二楼办。")
    assert take("高龄津贴要带什么材料").citations


def test_a_keyword_may_stand_for_a_question(take, write_reply):
    """One word of the staff's choosing, a cited answer."""
    write_reply(KEYWORD, "老人钱", question="高龄津贴要带什么材料")
    assert take("老人钱").citations[0].title == "高龄津贴申领"


def test_questions_do_not_go_round_in_circles(take, write_reply):
    """Two keywords that stand for each other end at the search."""
    write_reply(KEYWORD, "甲甲", question="乙乙")
    write_reply(KEYWORD, "乙乙", question="甲甲")
    assert take("甲甲").evidence.question == "乙乙"


def test_staff_may_greet_in_their_own_words(take, write_reply):
    """A keyword comes before our small talk."""
    write_reply(KEYWORD, "你好", "您好，这里是云泽市政务服务。")
    assert render_plain(take("你好！")).startswith("您好，这里是云泽市")


@pytest.mark.parametrize(
    "text", ["转人工", "找真人", "删除我的记录", "确认删除", "取消", "取消人工", "菜单"]
)
def test_no_keyword_takes_a_command_away(take, write_reply, text):
    """Whoever wants a person or deletion gets it, whatever staff wrote."""
    write_reply(KEYWORD, text, "别这样。")
    assert "别这样" not in render_plain(take(text))
    assert is_command(text)


def test_questions_are_no_commands():
    """So they may be keywords."""
    for text in ("社保", "你好", "1", "附近的办事大厅", "人工湖在哪"):
        assert not is_command(text)


def test_danger_comes_before_a_keyword(take, write_reply):
    """Whatever staff wrote."""
    write_reply(KEYWORD, "我想自杀", "请看指南。")
    assert take("我想自杀").status is AnswerStatus.HANDOFF_CRISIS


def test_a_number_picks_a_choice_that_waits(take, write_reply, clock):
    """And is the staff's when none does."""
    write_reply(KEYWORD, "1", "社保请拨 12333。")
    assert render_plain(take("1")).startswith("社保请拨")
    options = tuple(
        Option(title, entry, title)
        for title, entry in (("高龄津贴申领", "x"), ("居住证申领", "y"))
    )
    focus = Focus(question="要什么材料", options=options, at=clock())
    assert "社保请拨" not in render_plain(take("1", focus=focus))


def test_after_a_keyword_the_matter_before_is_over(equipped, write_reply, clock):
    """Else 要带什么材料 would be answered for what was talked about long before."""
    write_reply(KEYWORD, "社保", "社保在二楼办。")
    first = Turn("高龄津贴怎么领", clock())
    equipped.answer(first)
    second = Turn("社保", clock(), focus=first.focus)
    equipped.answer(second)
    third = equipped.answer(Turn("要带什么材料", clock(), focus=second.focus))
    assert not third.citations


def test_what_was_switched_off_is_searched_for(
    take, write_reply, quick_replies, make_officer
):
    """Staff need not delete it."""
    reply_id = write_reply(KEYWORD, "高龄津贴", "在二楼办。")
    officer = make_officer("王芳")
    quick_replies.set_active(reply_id, is_active=False, changed_by=officer)
    assert take("高龄津贴").evidence.release_id == "fake-1"


def test_a_long_message_is_no_keyword(take, write_reply):
    """And costs no more than any other."""
    write_reply(KEYWORD, "社保", "在二楼办。")
    assert "在二楼办" not in render_plain(take("社保" + "。" * 500))


# Scanned codes


def test_a_scanned_code_brings_a_short_greeting_and_the_staffs_words(scan, write_reply):
    """At a counter people want what the counter is for."""
    write_reply(SCENE, "window-3", "三号窗口：请先取号。")
    answer = scan("window-3")
    assert answer.status is AnswerStatus.ANSWERED_GREETING
    first, second, *_ = render_plain(answer).splitlines()
    assert first.startswith("您好，我是云泽市问政智能助手。")
    assert second == "三号窗口：请先取号。"


def test_an_unknown_scene_is_greeted_and_never_searched_for(scan):
    """A scene is a program's name; it must not call an officer."""
    for scene in ("", "123123", "高龄津贴怎么领", "转人工"):
        answer = scan(scene)
        assert answer.status is AnswerStatus.ANSWERED_GREETING
        assert len(answer.blocks) == 1
        assert answer.evidence.release_id == ""


def test_a_scene_may_ask_a_question(scan, write_reply):
    """Greeting above, cited answer below."""
    write_reply(SCENE, "gljt", question="高龄津贴要带什么材料")
    answer = scan("gljt")
    assert render_plain(answer).startswith("您好，我是云泽市问政智能助手。")
    assert answer.citations[0].title == "高龄津贴申领"


def test_a_scan_does_not_disturb_an_officer(scan, write_reply, make_ticket):
    """The chat is a person's."""
    write_reply(SCENE, "window-3", "三号窗口：请先取号。")
    answer = scan("window-3", ticket=make_ticket(TicketState.CLAIMED))
    assert answer.blocks == ()


def test_who_follows_by_a_code_gets_the_welcome_and_the_staffs_words(take, write_reply):
    """The privacy notice stands between them."""
    write_reply(SCENE, "window-3", "三号窗口：请先取号。")
    said = render_plain(take("window-3", kind=MessageKind.SUBSCRIBE))
    assert said.index("身份证号") < said.index("三号窗口：请先取号。")


def test_who_follows_by_a_code_that_asks_gets_all_of_it(take, write_reply):
    """Welcome, privacy notice, answer."""
    write_reply(SCENE, "gljt", question="高龄津贴要带什么材料")
    answer = take("gljt", kind=MessageKind.SUBSCRIBE)
    assert "身份证号" in render_plain(answer)
    assert answer.citations[0].title == "高龄津贴申领"


def test_a_waiting_officer_does_not_cost_the_welcome(take, write_reply, make_ticket):
    """Who follows again while a ticket is open is told about privacy all the same."""
    write_reply(SCENE, "gljt", question="高龄津贴要带什么材料")
    answer = take("gljt", kind=MessageKind.SUBSCRIBE, ticket=make_ticket())
    assert "身份证号" in render_plain(answer)
    assert not answer.citations


def test_without_a_store_all_goes_on_as_before(assistant, clock):
    """The command line has none."""
    for kind in (MessageKind.TEXT, MessageKind.MENU):
        turn = Turn("高龄津贴要带什么材料", clock(), kind=kind)
        assert assistant.answer(turn).citations


def test_the_store_is_what_the_steps_expect(sqlite_engine, clock):
    """The real store and the protocol agree."""
    store = QuickReplyStore(sqlite_engine, clock)
    assert store.find(MENU, "x") is store.find_keyword("x") is None
