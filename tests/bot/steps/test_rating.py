"""好差评 by a word in the chat: heard when it is one, and never a question."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import AnswerStatus, Channel, RatingStore, RatingTarget, Score
from bot.tables import FollowUpRow, RatingRow


@pytest.fixture
def served(make_citizen, desk, make_officer):
    """Somebody on WeChat whose hand-over is over; returns the citizen."""

    def served(channel=Channel.WECHAT):
        citizen = make_citizen(channel)
        citizen.say("转人工")
        ticket = desk.list_tickets("all", officer_id=None)[0]
        officer = make_officer(f"李{ticket.id}")
        desk.claim(ticket.id, officer_id=officer)
        desk.reply(ticket.id, officer_id=officer, text="到二楼。", client_key="k")
        desk.resolve(ticket.id, officer_id=officer, reason="已答复")
        return citizen

    return served


@pytest.fixture
def rows(engine):
    """Read the ratings as (score, comment)."""

    def rows():
        with Session(engine) as session:
            stored = session.scalars(select(RatingRow).order_by(RatingRow.id))
            return [(row.score, row.comment) for row in stored]

    return rows


def test_the_closing_line_asks_with_five_numbered_words(served):
    """On WeChat, where there is no page; the number is the score."""
    text = served().lines()[-1].text
    assert "5. 非常满意\n4. 满意\n3. 基本满意\n2. 不满意\n1. 非常不满意" in text


def test_on_the_web_the_page_asks(served):
    """The line says only that it is over."""
    assert "非常满意" not in served(Channel.WEB).lines()[-1].text


def test_ended_by_the_citizen_it_is_asked_too(make_citizen, desk, make_officer):
    """Once somebody had come; whoever calls off the queue is asked nothing."""
    early, late = make_citizen(Channel.WECHAT), make_citizen(Channel.WECHAT)
    early.say("转人工")
    assert "非常满意" not in early.say("取消人工").body
    late.say("转人工")
    ticket = desk.list_tickets("waiting", officer_id=None)[0]
    desk.claim(ticket.id, officer_id=make_officer("李敏"))
    assert "5. 非常满意" in late.say("取消人工").body
    assert "已记下：满意" in late.say("满意").body


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("非常满意", 5),
        ("满意。", 4),
        ("评价 基本满意", 3),
        ("评价：不满意！", 2),
        ("评价1", 1),
        ("5", 5),
        ("4分", 4),
    ],
)
def test_words_and_numbers_are_heard(served, rows, text, score):
    """With or without the link; the reply says which word was noted."""
    reply = served().say(text)
    assert rows() == [(score, "")]
    assert f"已记下：{Score(score).label}" in reply.body


def test_a_low_one_asks_why_and_hears_the_next_message(served, rows, engine):
    """Within ten minutes; a number in it is masked like everywhere."""
    citizen = served()
    assert "说说哪里没有做好" in citizen.say("不满意").body
    reply = citizen.say("态度太差，凭什么让我等一小时，电话 13812345678")
    assert reply.status is AnswerStatus.ANSWERED_COMMAND
    assert rows() == [(2, "态度太差，凭什么让我等一小时，电话 138****5678")]
    with Session(engine) as session:
        assert session.scalars(select(FollowUpRow.state)).all() == ["open"]


def test_only_the_next_message_is_the_reason(served, rows):
    """The one after it is a question again."""
    citizen = served()
    citizen.say("不满意")
    citizen.say("太慢")
    assert "居民身份证" in citizen.say("高龄津贴要带什么材料").body
    assert rows() == [(2, "太慢")]


@pytest.mark.parametrize(
    "text", ["高龄津贴怎么领", "高龄津贴去哪里办", "能不能告诉我高龄津贴？"]
)
def test_a_question_after_a_low_rating_is_answered(served, rows, text):
    """And not swallowed as the reason."""
    citizen = served()
    citizen.say("不满意")
    assert "已经记下" not in citizen.say(text).body
    assert rows() == [(2, "")]


def test_commands_after_a_low_rating_are_obeyed(served, desk, rows):
    """Who now wants a person gets one."""
    citizen = served()
    citizen.say("非常不满意")
    assert citizen.say("转人工").status is AnswerStatus.HANDOFF_REQUESTED
    assert rows() == [(1, "")]


def test_after_ten_minutes_nothing_is_a_reason(served, rows, clock):
    """It may be anything then."""
    citizen = served()
    citizen.say("不满意")
    clock.move(minutes=11)
    citizen.say("太慢了")
    assert rows() == [(2, "")]


def test_another_word_within_the_day_changes_it(served, rows, clock):
    """The last one counts."""
    citizen = served()
    citizen.say("不满意")
    clock.move(hours=2)
    citizen.say("评价 满意")
    assert rows() == [(4, "")]


def test_after_a_day_a_bare_word_is_no_rating(served, rows, clock):
    """And the word 评价 gets a plain answer."""
    citizen = served()
    clock.move(hours=25)
    for text in ("评价 满意", "评价 1", "满意"):
        assert "没有可以评价的" in citizen.say(text).body
    assert "评价" not in citizen.say("5").body
    assert rows() == []


def test_without_a_hand_over_nothing_is_heard(citizen, rows):
    """满意 is small talk, 5 asks for the menu, and 不满意 may want a person."""
    for text in ("满意", "5"):
        assert citizen.say(text).status is AnswerStatus.ANSWERED_COMMAND
    assert citizen.say("不满意").status.calls_officer
    assert rows() == []


def test_a_number_answers_the_choice_that_waits(served, rows):
    """A menu of ours comes first."""
    citizen = served()
    reply = citizen.say("公租房轮候登记要带什么")
    options = citizen.lines()[-1].options
    assert options, reply.body
    citizen.say("1")
    assert rows() == []


def test_a_number_after_the_rating_is_no_second_one(served, rows):
    """It changes nothing by accident."""
    citizen = served()
    citizen.say("5")
    citizen.say("1")
    assert rows() == [(5, "")]


def test_while_somebody_serves_it_is_said_to_them(
    make_citizen, desk, make_officer, rows
):
    """不满意 may answer their question."""
    citizen = make_citizen(Channel.WECHAT)
    citizen.say("转人工")
    ticket = desk.list_tickets("all", officer_id=None)[0]
    desk.claim(ticket.id, officer_id=make_officer("李敏"))
    assert citizen.say("评价 不满意").status is AnswerStatus.SILENT_OFFICER
    assert rows() == []


def test_an_answer_of_the_bots_is_rated_with_the_word(
    citizen, rows, engine, seal, clock
):
    """评价 满意 after an answer is about that answer; 满意 alone is not."""
    citizen.say("高龄津贴怎么领")
    answer = citizen.lines()[-1].id
    citizen.say("满意")
    assert rows() == []
    citizen.say("评价 满意")
    assert rows() == [(4, "")]
    offers = RatingStore(engine, seal, clock).list_offers(Channel.WEB, citizen.sender)
    assert offers[answer].target == RatingTarget(message_id=answer)
    assert offers[answer].score is Score.GOOD


def test_an_unrated_hand_over_comes_before_a_later_answer(served, rows, engine):
    """The line that asked for it meant the hand-over."""
    citizen = served()
    citizen.say("高龄津贴怎么领")
    citizen.say("评价 满意")
    with Session(engine) as session:
        assert session.scalars(select(RatingRow.ticket_id)).one() is not None
