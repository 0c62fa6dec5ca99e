"""Consents to subscription notices, counted once, and what became of each notice."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import Channel, NoticeStore, Priority, StoreUnavailableError, make_engine
from bot.tables import (
    CitizenRow,
    MessageRow,
    NoticeRow,
    OutboxRow,
    SubscriptionRow,
    TicketRow,
)
from tests.chats import Chat

TPL = "TPL1"


@pytest.fixture
def notices(engine, seal, clock):
    return NoticeStore(engine, seal, clock)


@pytest.fixture
def chat(engine, clock, make_citizen):
    """A citizen on WeChat who has written once."""
    return Chat(engine, clock, make_citizen(Channel.WECHAT))


@pytest.fixture
def me(chat):
    """Whose OpenID it is."""
    return chat.citizen.sender


def accept(notices, me, key, *, template=TPL, is_long_term=False):
    notices.accept(me, template, key, is_long_term=is_long_term)


def takes(notices, chat, times=5):
    """How often a notice may be sent."""
    return sum(notices.take(chat.id, TPL) for _ in range(times))


def park(chat, text="答复"):
    """Put an officer's line there that waits for the citizen."""
    outbox_id = chat.queue(text, Priority.PERSON)
    with Session(chat.engine) as session, session.begin():
        row = session.get_one(OutboxRow, outbox_id)
        row.state = "parked"
        return row.message_id


def rows_of(engine):
    with Session(engine) as session:
        return list(session.scalars(select(NoticeRow).order_by(NoticeRow.id)))


def test_nobody_is_told_without_consent(notices, chat):
    """The usual case."""
    assert takes(notices, chat) == 0


def test_one_consent_is_one_notice(notices, chat, me):
    """一次性订阅."""
    accept(notices, me, "e1")
    assert takes(notices, chat) == 1
    accept(notices, me, "e2")
    accept(notices, me, "e3")
    assert takes(notices, chat) == 2


def test_resent_event_counts_once(notices, chat, me):
    """WeChat sends each three times when we are slow."""
    for _ in range(3):
        accept(notices, me, "e1")
    assert takes(notices, chat) == 1


def test_resend_counts_once_behind_other_events(notices, chat, me):
    """The second event may overtake the resend of the first."""
    for key in ("e1", "e2", "e1", "e2", "e1"):
        accept(notices, me, key)
    assert takes(notices, chat) == 2


def test_resend_does_not_undo_a_refusal(notices, chat, me):
    """Accepted, refused, and the first event once more: refused it stays."""
    accept(notices, me, "e1")
    notices.refuse(me, TPL, "e2")
    accept(notices, me, "e1")
    assert takes(notices, chat) == 0


def test_one_event_counts_for_each_of_its_templates(notices, chat, me):
    """A pop-up may offer several."""
    accept(notices, me, "e1")
    accept(notices, me, "e1", template="TPL2")
    assert takes(notices, chat) == 1
    assert notices.take(chat.id, "TPL2")


def test_long_term_consent_stays_until_it_is_refused(notices, chat, me):
    """长期订阅: not used up."""
    accept(notices, me, "e1", is_long_term=True)
    assert takes(notices, chat, times=9) == 9
    notices.give_back(chat.id, TPL)
    assert takes(notices, chat, times=9) == 9
    notices.refuse(me, TPL, "e2")
    assert takes(notices, chat) == 0


def test_refusal_ends_all_that_was_saved_up(notices, chat, me):
    """Three consents and one refusal are none."""
    for key in ("e1", "e2", "e3"):
        accept(notices, me, key)
    notices.refuse(me, TPL, "e4")
    assert takes(notices, chat) == 0
    accept(notices, me, "e5")
    assert takes(notices, chat) == 1


def test_unused_consent_comes_back(notices, chat, me):
    """WeChat did not send the notice."""
    accept(notices, me, "e1")
    assert notices.take(chat.id, TPL)
    notices.give_back(chat.id, TPL)
    assert takes(notices, chat) == 1


def test_wechat_knows_better_than_our_count(notices, chat, me):
    """43101: the citizen took it back somewhere else."""
    for key in ("e1", "e2", "e3"):
        accept(notices, me, key)
    notices.note_used_up(chat.id, TPL)
    assert takes(notices, chat) == 0


def test_consent_of_somebody_who_never_wrote_is_kept(
    notices, engine, clock, front_desk, make_citizen
):
    """They read an article of ours today, and ask tomorrow."""
    citizen = make_citizen(Channel.WECHAT)
    accept(notices, citizen.sender, "e1")
    chat = Chat(engine, clock, citizen)
    assert takes(notices, chat) == 1
    with Session(engine) as session:
        assert len(list(session.scalars(select(CitizenRow)))) == 1


def test_stranger_who_refuses_leaves_nothing(notices, engine):
    """There is nothing to refuse, and nobody to remember."""
    notices.refuse("oStranger", TPL, "e1")
    with Session(engine) as session:
        assert list(session.scalars(select(CitizenRow))) == []


def test_last_consent_is_given_once(notices, chat, me):
    """Two workers never send two notices for one consent."""
    accept(notices, me, "e1")
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: notices.take(chat.id, TPL), range(8)))
    assert taken.count(True) == 1


def test_parallel_resends_count_once(notices, chat, me, engine):
    """Also those of the first consent of a citizen who is new to us."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: accept(notices, me, "e1"), range(8)))
        list(pool.map(lambda _: accept(notices, "oNew", "e1"), range(8)))
    with Session(engine) as session:
        counts = [row.remaining for row in session.scalars(select(SubscriptionRow))]
    assert counts == [1, 1]


def test_parallel_consents_all_count(notices, chat, me, engine):
    """Eight events at once are eight consents; none is lost to another."""
    accept(notices, me, "e0")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: accept(notices, me, f"e{n}"), range(1, 9)))
    assert takes(notices, chat, times=20) == 9


def test_citizen_is_told_once_of_what_waits(notices, chat, me):
    """The second of two parked lines brings no second notice; a later one does."""
    accept(notices, me, "e1", is_long_term=True)
    first = park(chat)
    assert notices.take(chat.id, TPL)
    notices.note_sent(chat.id, first, TPL, "1700827132819554304")
    park(chat, "还有")
    assert not notices.take(chat.id, TPL)
    with Session(chat.engine) as session, session.begin():
        for row in session.scalars(select(OutboxRow)):
            row.state = "sent"
    park(chat, "明天来")
    assert notices.take(chat.id, TPL)


def test_notice_that_failed_told_nothing(notices, chat, me):
    """The next line may try again."""
    accept(notices, me, "e1", is_long_term=True)
    message_id = park(chat)
    notices.note_sent(chat.id, message_id, TPL, "17")
    notices.note_result("17", ok=False, error="user refuse")
    assert notices.take(chat.id, TPL)


def test_result_is_noted_once(notices, chat, engine):
    """A resent or contrary event changes nothing; a foreign number neither."""
    message_id = park(chat)
    notices.note_sent(chat.id, message_id, TPL, "17")
    assert rows_of(engine)[0].state == "sent"
    notices.note_result("18", ok=False, error="x")
    notices.note_result("17", ok=True, error="")
    notices.note_result("17", ok=False, error="late")
    row = rows_of(engine)[0]
    assert (row.state, row.error, row.wechat_id) == ("arrived", "", "17")
    assert (row.message_id, row.template_id) == (message_id, TPL)


def test_failure_is_noted_with_its_reason(notices, chat, engine):
    """What the officer could be told; cut to its column."""
    notices.note_failed(chat.id, park(chat), TPL, "通知模板的编号不对" * 60)
    row = rows_of(engine)[0]
    assert (row.state, row.wechat_id, len(row.error)) == ("failed", "", 300)


@pytest.fixture
def answer_as_officer(chat, desk, make_officer, clock, engine):
    """Take the hand-over and answer it five minutes later; gives the line's id."""

    def answer(text="请带身份证来"):
        with Session(engine) as session:
            ticket_id = session.scalars(select(TicketRow.id)).one()
        officer = make_officer("李敏")
        desk.claim(ticket_id, officer_id=officer)
        clock.move(minutes=5)
        return desk.reply(ticket_id, officer_id=officer, text=text, client_key=text).id

    return answer


@pytest.mark.parametrize(
    ("lines", "question"),
    [
        (["我家的老宅怎么过户给孙子", "转人工"], "我家的老宅怎么过户给孙子"),
        (["转人工", "［图片］", "材料交了一个月\n没有回音", "在吗"], "［图片］"),
        (["转人工", "材料交了一个月\n没有回音", "在吗"], "材料交了一个月"),
        (["转人工"], ""),
    ],
)
def test_officers_line_is_found_with_its_question(
    notices, chat, answer_as_officer, clock, engine, lines, question
):
    """What the hand-over is about, and when the officer wrote."""
    for line in lines:
        chat.citizen.say(line)
    message_id = answer_as_officer()
    found = notices.find_answered(message_id)
    assert (found.question, found.at) == (question, clock())
    with Session(engine) as session:
        others = set(session.scalars(select(MessageRow.id))) - {message_id}
    assert len(others) > len(lines)
    assert all(notices.find_answered(id_) is None for id_ in others)
    assert notices.find_answered(10**6) is None


def test_line_outside_a_hand_over_quotes_nobody(notices, chat, make_citizen):
    """Least of all another citizen."""
    make_citizen(Channel.WECHAT).say("别人的问题")
    assert notices.find_answered(park(chat)).question == ""


def test_unusable_database_is_told(seal, clock, tmp_path):
    """The caller may try again; nothing is half done."""
    store = NoticeStore(make_engine(f"sqlite:///{tmp_path}/none.db"), seal, clock)
    with pytest.raises(StoreUnavailableError):
        store.accept("oA", TPL, "e1", is_long_term=False)


def test_event_keys_are_not_stored_in_clear(notices, me, chat, engine):
    """A key may hold an OpenID; four digests fit the column."""
    for n in range(9):
        accept(notices, me, f"event-of-{me}-{n}")
    with Session(engine) as session:
        row = session.scalars(select(SubscriptionRow)).one()
    assert me not in row.event_key
    assert len(row.event_key) <= 160
    assert row.remaining == 9
