"""Topics for people: handed over honestly, to the right bureau, on every channel."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from bot import (
    AnswerStatus,
    Assistant,
    Channel,
    FrontDesk,
    PeopleTopic,
    PeopleTopicFormError,
    PeopleTopicNotFoundError,
    PeopleTopicStore,
    PeopleTopicTakenError,
    QuickReplyStore,
    ReplySource,
    Turn,
    check_people_topic,
    check_quick_reply,
)
from bot.people_topic import match_topic
from bot.tables import BureauRow


@pytest.fixture
def topics(engine, clock) -> PeopleTopicStore:
    """The topics of the office."""
    return PeopleTopicStore(engine, clock)


@pytest.fixture
def boss(make_officer) -> int:
    """Who writes them."""
    return make_officer("boss", "editor")


@pytest.fixture
def people_desk(
    engine, knowledge_base, answer_settings, clock, seal, published, topics
) -> FrontDesk:
    """The front desk of an office with such topics."""
    quick_replies = QuickReplyStore(engine, clock)
    assistant = Assistant(
        knowledge_base,
        answer_settings,
        clock,
        people_topics=topics,
        quick_replies=quick_replies,
    )
    return FrontDesk(
        engine, assistant, seal=seal, clock=clock, publish=published, wait_s=4.0
    )


def add(topics, boss, words="居住证", *, bureau_id=None, name="居住证积分") -> int:
    """Store a topic."""
    topic = check_people_topic(name, words, bureau_id)
    return topics.save(topic, changed_by=boss)


@pytest.mark.parametrize("channel", list(Channel))
def test_a_question_with_such_a_word_goes_to_its_bureau(
    people_desk, desk, topics, boss, make_citizen, make_bureau, channel
):
    """The bot says that it does not answer, and people read why it came."""
    make_bureau("综合服务", is_default=True)
    police = make_bureau("市公安局")
    citizen = make_citizen(channel, at=people_desk)
    before = citizen.say("居住证怎么办")
    assert "机器人不代答" not in str(before)
    add(topics, boss, bureau_id=police)
    citizen = make_citizen(channel, at=people_desk)
    citizen.say("居住证怎么办")
    (ticket,) = desk.list_tickets("all", officer_id=None, search="居住证")[:1]
    assert (ticket.reason, ticket.bureau_id) == ("专人事项：居住证积分", police)
    told = citizen.lines()[-1].text
    assert "这类事情由工作人员答复，机器人不代答" in told
    assert "正在为您转人工" in told
    assert citizen.lines()[-1].status is AnswerStatus.HANDOFF_TOPIC


def test_off_hours_the_next_opening_is_told(
    people_desk, topics, boss, make_citizen, clock
):
    """No queue is promised where nobody sits."""
    add(topics, boss)
    clock.move(hours=10)
    citizen = make_citizen(at=people_desk)
    citizen.say("居住证怎么办")
    told = citizen.lines()[-1].text
    assert "机器人不代答" in told
    assert "11月23日" in told
    assert "正在为您转人工" not in told


def test_danger_is_heard_first(people_desk, desk, topics, boss, make_citizen):
    """The numbers to call are said, whatever else the words are about."""
    add(topics, boss)
    citizen = make_citizen(at=people_desk)
    citizen.say("居住证办不下来，我不想活了")
    assert citizen.lines()[-1].status is AnswerStatus.HANDOFF_CRISIS
    (ticket,) = desk.list_tickets("all", officer_id=None)
    assert ticket.urgency == "critical"


def test_commands_of_citizens_still_work(people_desk, topics, boss, make_citizen):
    """Deletion is a right; a topic cannot take it away."""
    add(topics, boss, "删除,人工", name="全部")
    citizen = make_citizen(at=people_desk)
    citizen.say("删除我的记录")
    statuses = {line.status for line in citizen.lines() if line.status}
    assert AnswerStatus.HANDOFF_TOPIC not in statuses


def test_a_keyword_that_stands_for_such_a_question_is_handed_over(
    engine, people_desk, topics, boss, make_citizen, clock
):
    """Else the staff's own shortcut would be a way around."""
    add(topics, boss)
    reply = check_quick_reply(
        ReplySource.KEYWORD, key="外地人", question="居住证怎么办"
    )
    QuickReplyStore(engine, clock).save(reply, changed_by=boss)
    clock.move(seconds=2)
    citizen = make_citizen(at=people_desk)
    citizen.say("外地人")
    assert citizen.lines()[-1].status is AnswerStatus.HANDOFF_TOPIC


def test_a_bureau_that_is_off_takes_nothing(
    engine, people_desk, desk, topics, boss, make_citizen, make_bureau
):
    """The usual routing decides then."""
    usual = make_bureau("综合服务", is_default=True)
    police = make_bureau("市公安局")
    add(topics, boss, bureau_id=police)
    with Session(engine) as session, session.begin():
        session.get_one(BureauRow, police).is_active = False
    make_citizen(at=people_desk).say("居住证怎么办")
    assert desk.list_tickets("all", officer_id=None)[0].bureau_id == usual


def test_another_process_hears_of_a_change_within_seconds(engine, topics, boss, clock):
    """Both directions: on and off."""
    other = PeopleTopicStore(engine, clock)
    assert other.find("居住证怎么办") is None
    topic_id = add(topics, boss)
    clock.move(seconds=2)
    assert other.find("居住证怎么办").name == "居住证积分"
    topics.set_active(topic_id, is_active=False, changed_by=boss)
    clock.move(seconds=2)
    assert other.find("居住证怎么办") is None


def test_the_longest_word_decides_and_writing_makes_no_difference():
    """拆迁补偿 is more than 拆迁."""
    wide = PeopleTopic(1, "拆迁", ("拆迁",))
    close = PeopleTopic(2, "补偿", ("拆迁补偿", "VIP"))
    both = (wide, close)
    assert match_topic(both, "我的拆遷 補償呢") is close
    assert match_topic(both, "拆迁办在哪") is wide
    assert match_topic(both, "我是ｖｉｐ吗") is close
    assert match_topic(both, "拆，迁") is wide
    assert match_topic(both, "医保") is None
    assert match_topic((), "拆迁") is None


def test_what_cannot_be_stored_is_refused(topics, boss, make_bureau):
    """A name twice, an id that is gone, a bureau that is none."""
    add(topics, boss)
    with pytest.raises(PeopleTopicTakenError):
        add(topics, boss)
    with pytest.raises(PeopleTopicNotFoundError):
        topics.get(99)
    with pytest.raises(PeopleTopicNotFoundError):
        topics.set_active(99, is_active=True, changed_by=boss)
    with pytest.raises(PeopleTopicFormError):
        add(topics, boss, name="别的", bureau_id=99)
    assert [topic.name for topic in topics.list()] == ["居住证积分"]


def test_the_assistant_of_the_command_line_has_none(assistant, clock):
    """It answers as ever."""
    answer = assistant.answer(Turn("居住证怎么办", clock()))
    assert answer.status is not AnswerStatus.HANDOFF_TOPIC
