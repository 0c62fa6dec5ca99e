"""The road of one message on real databases: once, whole, and never lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bot import (
    Answer,
    AnswerStatus,
    Channel,
    MessageKind,
    Seal,
    Sender,
    StoreUnavailableError,
    TicketState,
    make_engine,
    render_plain,
)
from bot.tables import (
    CitizenRow,
    ConversationRow,
    InboxRow,
    MessageRow,
    OutboxRow,
    TicketRow,
)

QUESTION = "高龄津贴申领要带什么"


class KilledError(BaseException):
    """What a killed process looks like from inside: nothing catches it."""


def die(_answer):
    raise KilledError


@pytest.fixture
def rows(engine):
    """Count the rows of a table."""

    def count(table, *where):
        with Session(engine) as session:
            return session.scalar(select(func.count()).select_from(table).where(*where))

    return count


def test_one_message_pushed_eight_times_is_answered_once(citizen, front_desk, rows):
    """One row, one answer, one ticket at most, and eight identical replies."""
    inbound = citizen.write(QUESTION, key="MsgId-1")
    start = Barrier(8)

    def push(_number):
        start.wait()
        return front_desk.receive(inbound, render_plain)

    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(push, range(8)))

    assert len({reply.body for reply in replies}) == 1
    assert "居民身份证" in replies[0].body
    assert sum(not reply.is_repeat for reply in replies) == 1
    assert rows(InboxRow) == 1
    assert rows(MessageRow, MessageRow.sender == "bot") == 1
    assert rows(CitizenRow) == 1


def test_eight_messages_at_once_open_one_ticket(citizen, front_desk, rows):
    """Whatever races, a conversation has at most one open hand-over."""
    start = Barrier(8)

    def push(number):
        inbound = citizen.write("量子飞船登记", key=f"MsgId-{number}")
        start.wait()
        return front_desk.receive(inbound, render_plain)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(push, range(8)))

    assert rows(InboxRow, InboxRow.answered_at.is_not(None)) == 8
    assert rows(CitizenRow) == 1
    assert rows(TicketRow) == 1


def test_repeat_gets_the_stored_reply_byte_for_byte(citizen, front_desk):
    """Also when the same answer would be rendered differently by now."""
    inbound = citizen.write(QUESTION)
    first = front_desk.receive(inbound, lambda _: "<xml>\r\n一  </xml>")
    again = front_desk.receive(inbound, lambda _: "<xml>二</xml>")
    assert again.body == first.body == "<xml>\r\n一  </xml>"
    assert again.is_repeat
    assert again.status is AnswerStatus.ANSWERED


def test_crash_before_the_answer_is_made_good(
    citizen, front_desk, make_front_desk, clock, rows
):
    """The row is on disk before anything else, so another process answers it."""
    with pytest.raises(KilledError):
        front_desk.receive(citizen.write(QUESTION), die)
    assert rows(InboxRow, InboxRow.answered_at.is_(None)) == 1
    assert rows(MessageRow, MessageRow.sender != "citizen") == 0

    other = make_front_desk()
    assert other.recover(render=lambda _: render_plain) == 0, "its lease still runs"
    clock.move(seconds=7)
    assert other.recover(render=lambda _: render_plain) == 1
    assert other.recover(render=lambda _: render_plain) == 0

    assert [line.sender for line in citizen.lines()] == [Sender.CITIZEN, Sender.BOT]


def test_resend_takes_over_from_a_dead_composer(
    citizen, front_desk, make_front_desk, clock
):
    """WeChat's second or third push gets the answer that the first died over."""
    inbound = citizen.write(QUESTION)
    with pytest.raises(KilledError):
        front_desk.receive(inbound, die)
    clock.move(seconds=7)
    reply = make_front_desk().receive(inbound, render_plain)
    assert reply.is_repeat
    assert reply.status is AnswerStatus.ANSWERED
    assert front_desk.receive(inbound, render_plain).body == reply.body


def test_resend_gives_up_waiting_in_time(citizen, front_desk, make_front_desk):
    """While the first is still composing, the channel gets nothing to say yet."""
    inbound = citizen.write(QUESTION)
    with pytest.raises(KilledError):
        front_desk.receive(inbound, die)
    reply = make_front_desk(wait_s=0.0).receive(inbound, render_plain)
    assert (reply.body, reply.status, reply.is_repeat) == ("", None, True)


def test_recovered_wechat_answer_is_pushed_once(
    make_citizen, front_desk, clock, outbox
):
    """The connection is gone: the outbox says it, and a late resend does not."""
    citizen = make_citizen(Channel.WECHAT)
    inbound = citizen.write(QUESTION)
    with pytest.raises(KilledError):
        front_desk.receive(inbound, die)
    clock.move(seconds=7)
    front_desk.recover(render=lambda _: render_plain)

    (delivery,) = outbox.take_due(10)
    assert delivery.sender_id == citizen.sender
    assert "居民身份证" in delivery.text
    assert delivery.answer is not None
    assert front_desk.receive(inbound, render_plain).body == ""


def test_answer_after_wechats_patience_is_pushed(
    make_citizen, front_desk, clock, outbox
):
    """After 15 seconds nobody listens on the connection any more."""
    inbound = make_citizen(Channel.WECHAT).write(QUESTION)
    clock.move(seconds=20)
    assert front_desk.receive(inbound, render_plain).body == ""
    assert len(outbox.take_due(10)) == 1


def test_answer_within_wechats_patience_is_not_pushed(make_citizen, outbox):
    """What left with the response is not sent again."""
    assert make_citizen(Channel.WECHAT).say(QUESTION).body
    assert outbox.take_due(10) == []


class BrokenSeal(Seal):
    """Fails when the reply is sealed, after line and ticket were written."""

    def seal(self, text):
        if "抱歉" in text:
            raise OSError("no space left")
        return super().seal(text)


def test_answer_and_ticket_are_stored_together_or_not_at_all(
    citizen, make_front_desk, clock, rows
):
    """A failure after the ticket was written takes the ticket back, too."""
    broken = make_front_desk(seal=BrokenSeal("a secret of the test's own, long enough"))
    with pytest.raises(OSError, match="no space"):
        broken.receive(citizen.write("量子飞船登记"), render_plain)
    assert rows(TicketRow) == 0
    assert rows(MessageRow, MessageRow.sender != "citizen") == 0
    assert rows(InboxRow, InboxRow.answered_at.is_(None)) == 1

    clock.move(seconds=7)
    assert make_front_desk().recover(render=lambda _: render_plain) == 1
    assert rows(TicketRow) == 1


def test_locked_database_is_not_acknowledged(citizen, make_front_desk, engine, rows):
    """The error reaches the channel, which then lets WeChat send again."""
    url = engine.url.render_as_string(hide_password=False)
    impatient = make_engine(url, lock_wait_s=0.05)
    other = make_front_desk(engine=impatient)
    inbound = citizen.write(QUESTION)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(StoreUnavailableError):
            other.receive(inbound, render_plain)
    assert rows(InboxRow) == 0
    assert other.receive(inbound, render_plain).status is AnswerStatus.ANSWERED
    impatient.dispose()


def test_personal_data_never_reaches_the_disk(
    make_citizen, sqlite_engine, make_front_desk
):
    """Neither the numbers nor the sender's id stand in the database in clear."""
    citizen = make_citizen(Channel.WECHAT, at=make_front_desk(engine=sqlite_engine))
    citizen.sender = "oOpenId-of-somebody"
    citizen.say(
        "我叫王五，电话13812345678，身份证11010519491231002X，居住证申领多少钱",
        key="oOpenId-of-somebody1348831860",
    )
    citizen.say("转人工")
    sqlite_engine.dispose()
    folder = sqlite_engine.url.database.rpartition("/")[0]
    from pathlib import Path

    files = list(Path(folder).glob("wenzheng.db*"))
    stored = b"".join(path.read_bytes() for path in files)
    assert "居住证申领多少钱".encode() in stored
    for secret in (b"13812345678", b"11010519491231002X", b"oOpenId-of-somebody"):
        assert secret not in stored


def test_bot_is_silent_while_a_person_holds(citizen, desk, make_officer, rows):
    """What the citizen writes goes to the officer and gets no second answer."""
    citizen.say("转人工")
    (ticket,) = desk.list_tickets("waiting", officer_id=None)
    officer = make_officer("李敏")
    desk.claim(ticket.id, officer_id=officer)

    reply = citizen.say(QUESTION)
    assert (reply.body, reply.status) == ("", AnswerStatus.SILENT_OFFICER)
    assert desk.list_messages(ticket.id)[-1].text == QUESTION
    assert desk.get_ticket(ticket.id).unread == 1

    desk.close(ticket.id, officer_id=officer)
    assert citizen.say(QUESTION).status is AnswerStatus.ANSWERED


def test_officer_who_claims_while_the_bot_composes_is_not_talked_over(
    citizen, front_desk, desk, make_officer
):
    """The turn is composed anew when the hand-over moved meanwhile."""
    citizen.say("转人工")
    (ticket,) = desk.list_tickets("waiting", officer_id=None)
    officer = make_officer("李敏")
    rendered = []

    def render(answer):
        if not rendered:
            desk.claim(ticket.id, officer_id=officer)
        rendered.append(answer.status)
        return render_plain(answer)

    reply = front_desk.receive(citizen.write("取消人工"), render)
    assert len(rendered) == 2
    assert reply.status is AnswerStatus.ANSWERED_COMMAND
    assert desk.get_ticket(ticket.id).state is TicketState.CLOSED


def test_waiting_citizen_is_told_once(citizen, desk):
    """Then the messages go to the ticket without a word each time."""
    citizen.say("转人工")
    first, second = citizen.say("我等了很久"), citizen.say("还在吗")
    assert "已转给工作人员" in first.body
    assert second.body == ""
    (ticket,) = desk.list_tickets("waiting", officer_id=None)
    texts = [line.text for line in desk.list_messages(ticket.id)]
    assert "我等了很久" in texts
    assert "还在吗" in texts
    assert ticket.unread == 3


def test_failing_assistant_is_no_silence(citizen, make_front_desk, rows):
    """The citizen hears that it failed and whom to call; the row is settled."""

    class Broken:
        def answer(self, turn):
            raise RuntimeError("index is gone")

    citizen.front_desk = make_front_desk(assistant=Broken(), hotline="12345")
    reply = citizen.say(QUESTION)
    assert reply.status is AnswerStatus.ERROR_UNEXPECTED
    assert "12345" in reply.body
    assert rows(InboxRow, InboxRow.answered_at.is_(None)) == 0


def test_live_events_name_committed_rows(citizen, engine, published, make_front_desk):
    """Ids only, and each can be read when the event is heard."""
    heard = []

    def publish(name, data):
        with Session(engine) as session:
            if name == "message":
                assert session.get(MessageRow, data["message_id"]) is not None
            else:
                assert session.get(TicketRow, data["ticket_id"]) is not None
        heard.append((name, sorted(data)))

    citizen.front_desk = make_front_desk(publish=publish)
    citizen.say("量子飞船登记")
    ids = ["conversation_id", "message_id", "ticket_id"]
    assert heard == [
        ("message", ids),
        ("ticket", ["state", "ticket_id"]),
        ("message", ids),
    ]


def test_citizen_sees_no_notes_and_no_evidence(citizen, desk, make_officer):
    """What colleagues write to each other stays in the console."""
    citizen.say(QUESTION)
    citizen.say("转人工")
    (ticket,) = desk.list_tickets("waiting", officer_id=None)
    desk.note(ticket.id, officer_id=make_officer("李敏"), text="难缠", client_key="k")
    lines = citizen.lines()
    assert "难缠" not in [line.text for line in lines]
    assert not any(line.evidence and line.evidence.hits for line in lines)
    assert any(line.evidence for line in desk.list_messages(ticket.id))
    assert citizen.front_desk.list_messages(
        citizen.channel, citizen.sender, after=lines[-2].id
    ) == [lines[-1]]


def test_place_in_the_queue(make_citizen, front_desk):
    """Counts those who were there before."""
    people = [make_citizen() for _ in range(3)]
    bodies = [person.say("转人工").body for person in people]
    assert "您排在第一位" in bodies[0]
    assert "前面还有 2 位" in bodies[2]
    assert front_desk.look(people[2].channel, people[2].sender).standing.ahead == 2


def test_forgetting_erases_texts_ids_and_focus(
    make_citizen, front_desk, engine, desk, make_officer
):
    """After unfollowing nothing leads back to the person; figures stay."""
    citizen = make_citizen(Channel.WECHAT)
    citizen.say(QUESTION)
    citizen.say("转人工")
    reply = citizen.say(kind=MessageKind.UNSUBSCRIBE)
    assert (reply.body, reply.status) == ("", AnswerStatus.SILENT_EVENT)
    with Session(engine) as session:
        (row,) = session.scalars(select(CitizenRow))
        assert row.sender_sealed is None
        assert session.scalars(select(ConversationRow)).one().focus["entry_id"] == ""
        assert not any(session.scalars(select(MessageRow.text)))
        assert not any(session.scalars(select(InboxRow.text)))
        assert not any(session.scalars(select(InboxRow.reply_body)))
        assert session.scalars(select(TicketRow.state)).one() == "closed"
    assert citizen.lines() == []
    front_desk.forget(Channel.WECHAT, "a stranger")


def test_deletion_asked_for_in_the_chat_starts_anew(citizen):
    """The confirmation reaches the person as the first line of an empty chat."""
    citizen.say(QUESTION)
    citizen.say("删除我的记录")
    assert "已经删除" in citizen.say("确认删除", key="again").body
    assert "已经删除" in citizen.say("确认删除", key="again").body
    assert [line.sender for line in citizen.lines()] == [Sender.BOT]


def test_forgotten_citizen_gets_no_pending_messages(
    make_citizen, desk, make_officer, outbox, front_desk, engine
):
    """What waited in the outbox is given up."""
    citizen = make_citizen(Channel.WECHAT)
    citizen.say("转人工")
    (ticket,) = desk.list_tickets("waiting", officer_id=None)
    officer = make_officer("李敏")
    desk.claim(ticket.id, officer_id=officer)
    desk.reply(ticket.id, officer_id=officer, text="您好", client_key="k")
    front_desk.forget(Channel.WECHAT, citizen.sender)
    assert outbox.take_due(10) == []
    with Session(engine) as session:
        assert session.scalars(select(OutboxRow.state)).one() == "dropped"


def test_unknown_events_leave_no_row(citizen, rows):
    """WeChat's location reports come every five seconds."""
    reply = citizen.say(kind=MessageKind.OTHER)
    assert reply.status is AnswerStatus.SILENT_EVENT
    assert rows(InboxRow) == 0


def test_followers_are_welcomed(make_citizen, engine):
    """With what it can do, who speaks, and what not to write here."""
    citizen = make_citizen(Channel.WECHAT)
    body = citizen.say(kind=MessageKind.SUBSCRIBE).body
    for words in ("云泽市问政智能助手", "转人工", "不要在这里写身份证号", "智能应答"):
        assert words in body
    with Session(engine) as session:
        assert session.scalars(select(CitizenRow.welcomed_at)).one() is not None
    assert [line.sender for line in citizen.lines()] == [Sender.BOT]


def test_long_texts_are_cut(citizen):
    """At most 2,000 characters are kept."""
    citizen.say("高龄津贴" * 1000)
    assert len(citizen.lines()[0].text) == 2000


def test_answers_are_rendered_once(citizen, front_desk):
    """A repeat never runs the channel's rendering again."""
    calls: list[Answer] = []

    def render(answer):
        calls.append(answer)
        return "reply"

    inbound = citizen.write(QUESTION)
    for _ in range(3):
        front_desk.receive(inbound, render)
    assert len(calls) == 1


def test_place_is_named_to_a_person_only(citizen, desk, front_desk, engine):
    """The officer must know where; the bot keeps nothing of it."""
    detail = {"latitude": 26.6, "longitude": 118.2, "label": "湖滨路 88 号"}

    def send():
        inbound = citizen.write(kind=MessageKind.LOCATION)
        front_desk.receive(replace(inbound, detail=detail), render_plain)
        return citizen.lines()

    assert send()[0].text == "［位置］"
    citizen.say("转人工")
    assert "［位置］湖滨路 88 号" in [line.text for line in send()]
    with Session(engine) as session:
        assert set(session.scalars(select(InboxRow.detail))) == {None}
