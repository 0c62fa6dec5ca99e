"""The order of deliveries: who waits for whom, who is dropped, who rides along."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import Channel, DeliveryState, Outbox, Priority, Sender, find_window
from bot.outbox import TAKEN_S
from bot.passive import (
    TAKEN_OVER,
    mark_fetched,
    mark_read_by_link,
    note_carried,
    take_for_passive,
)
from bot.tables import InboxRow
from tests.chats import Chat


@pytest.fixture
def make_chat(engine, clock, make_citizen):
    """Make citizens who have written on WeChat and were answered."""

    def make():
        return Chat(engine, clock, make_citizen(Channel.WECHAT))

    return make


@pytest.fixture
def chat(make_chat):
    """One of them."""
    return make_chat()


@pytest.fixture
def take(outbox):
    """Take what is due; gives the texts."""
    return lambda limit=10: [delivery.text for delivery in outbox.take_due(limit)]


def test_one_of_each_conversation_is_taken_the_oldest(make_chat, take):
    """The second one comes when the first is done."""
    for name in ("甲", "乙"):
        chat = make_chat()
        for number in (1, 2):
            chat.queue(f"{name}{number}")
    assert take() == ["甲1", "乙1"]
    assert take() == []


def test_nothing_overtakes_what_waits_for_its_next_try(chat, outbox, clock, take):
    """Not even a warning: a queue that jumps about is read wrongly."""
    first = chat.queue("一")
    chat.queue("二", Priority.SAFETY)
    assert take() == ["一"]
    outbox.mark_failed(first, "微信忙", 60)
    assert take() == []
    clock.move(seconds=60)
    assert take() == ["一"]
    outbox.mark_sent(first)
    assert take() == ["二"]


def test_what_was_given_up_lets_the_next_one_go(chat, outbox, take):
    """The officer sees that it failed."""
    first = chat.queue("一")
    chat.queue("二")
    take()
    outbox.mark_failed(first, "送不到", None)
    assert take() == ["二"]


@pytest.mark.parametrize(
    ("parked", "behind", "may_pass"),
    [
        (Priority.BOT, Priority.BOT, False),
        (Priority.BOT, Priority.PERSON, True),
        (Priority.BOT, Priority.SAFETY, True),
        (Priority.PERSON, Priority.BOT, False),
        (Priority.PERSON, Priority.PERSON, False),
        (Priority.PERSON, Priority.SAFETY, True),
        (Priority.SAFETY, Priority.SAFETY, False),
    ],
)
def test_parked_lines_step_aside_for_a_higher_priority_only(
    chat, outbox, take, parked, behind, may_pass
):
    """An officer's words do not wait for days behind an answer without quota."""
    first = chat.queue("一", parked)
    take()
    assert outbox.mark_parked(first, "没有条数了")
    chat.queue("二", behind)
    assert (take() == ["二"]) is may_pass


def test_parked_lines_go_out_in_order_with_the_next_message(chat, outbox, take):
    """And what was queued behind them comes after."""
    ids = [chat.queue(text) for text in ("一", "二", "三")]
    take()
    outbox.mark_parked(ids[0], "没有条数了")
    assert take() == []
    chat.write()
    for outbox_id, text in zip(ids, ("一", "二", "三"), strict=True):
        assert take() == [text]
        outbox.mark_sent(outbox_id)


def test_many_workers_never_take_two_of_one_conversation(
    make_chat, engine, clock, seal, outbox
):
    """Eight of them at once; each conversation's first line goes to one."""
    chats = [make_chat() for _ in range(6)]
    for chat in chats:
        for number in range(3):
            chat.queue(str(number))
    workers = [Outbox(engine, clock, seal) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        taken = [d for one in pool.map(lambda w: w.take_due(4), workers) for d in one]
    taken += outbox.take_due(10)  # what the others' locks hid from each other
    assert sorted(d.conversation_id for d in taken) == sorted(c.id for c in chats)
    assert {d.text for d in taken} == {"0"}


def test_parts_the_citizen_has_are_kept_through_failures(chat, outbox, clock):
    """A retry, an officer's 重新发送 and a parking go on behind them."""
    outbox_id = chat.queue("很长", Priority.PERSON)
    (delivery,) = outbox.take_due()
    outbox.note_part(outbox_id)
    outbox.note_part(outbox_id)
    outbox.mark_failed(outbox_id, "微信忙", 5)
    clock.move(seconds=5)
    assert outbox.take_due()[0].parts_sent == 2
    outbox.mark_failed(outbox_id, "放弃", None)
    outbox.requeue(delivery.message_id)
    (delivery,) = outbox.take_due()
    assert (delivery.parts_sent, delivery.attempts) == (2, 1)


def test_an_alarm_does_not_count_as_a_try(chat, outbox, clock):
    """However long the secret is wrong, nothing is given up."""
    outbox_id = chat.queue("一")
    for _ in range(50):
        (delivery,) = outbox.take_due()
        assert delivery.attempts == 1
        outbox.put_back(outbox_id, "AppSecret 不对")
    assert chat.row(outbox_id).error == "AppSecret 不对"


def test_each_part_is_charged_and_keeps_the_delivery(chat, outbox, clock, engine):
    """A long message may take longer than one lease."""
    chat.write()
    chat.queue("很长")
    (delivery,) = outbox.take_due()
    clock.move(seconds=TAKEN_S - 1)
    assert outbox.charge(delivery) is not None
    clock.move(seconds=TAKEN_S - 1)
    assert outbox.take_due() == []
    with Session(engine) as session:
        assert find_window(session, chat.id, at=clock()).left == 4
    outbox.give_back(outbox.charge(delivery))
    with Session(engine) as session:
        assert find_window(session, chat.id, at=clock()).left == 4


def test_a_closed_window_lets_the_delivery_be_parked(chat, outbox, clock):
    """48 hours are over."""
    chat.write()
    clock.move(hours=48)
    chat.queue("一", Priority.PERSON)
    (delivery,) = outbox.take_due()
    assert outbox.charge(delivery) is None


def test_wechats_refusal_closes_the_ledgers_window(chat, outbox, clock, engine):
    """Unless the citizen wrote while it was on its way: then it is due again."""
    chat.write()
    outbox_id = chat.queue("一")
    outbox.take_due()
    assert outbox.mark_parked(outbox_id, "45047", is_window_closed=True)
    with Session(engine) as session:
        assert find_window(session, chat.id, at=clock()) is None
    clock.move(seconds=1)
    chat.citizen.say("在吗")
    chat.write()
    outbox.take_due()
    clock.move(seconds=1)
    chat.citizen.say("还在吗")
    chat.write()
    assert not outbox.mark_parked(outbox_id, "45047", is_window_closed=True)
    with Session(engine) as session:
        assert find_window(session, chat.id, at=clock()).left == 5
    assert len(outbox.take_due()) == 1


def test_delivery_taken_by_another_worker_is_no_longer_ours(chat, outbox, clock):
    """Whoever slept for a minute must not send the rest a second time."""
    chat.queue("一")
    (slow,) = outbox.take_due()
    assert outbox.recheck(slow) == slow
    clock.move(seconds=TAKEN_S + 1)
    (fast,) = outbox.take_due()
    assert outbox.recheck(slow) is None
    assert outbox.recheck(fast) == fast
    outbox.mark_dropped(fast.outbox_id, "不用发了")
    assert outbox.recheck(fast) is None


def test_erased_delivery_is_not_marked_over(chat, outbox):
    """The citizen unfollowed while it was on its way; that is what officers read."""
    outbox_id = chat.queue("一")
    (delivery,) = outbox.take_due()
    chat.citizen.front_desk.forget(Channel.WECHAT, chat.citizen.sender)
    before = chat.states(), chat.row(outbox_id).error
    outbox.mark_failed(outbox_id, "微信忙", 5)
    outbox.mark_parked(outbox_id, "下次")
    outbox.mark_dropped(outbox_id, "不发")
    outbox.put_back(outbox_id, "告警")
    assert (chat.states(), chat.row(outbox_id).error) == before
    assert outbox.recheck(delivery) is None


def test_question_of_an_answer_is_known_and_an_officers_line_has_none(chat, outbox):
    """A late answer says under which question it stands."""
    chat.queue("一", question="高龄津贴怎么领")
    (delivery,) = outbox.take_due()
    assert (delivery.question, delivery.said_by) == ("高龄津贴怎么领", Sender.BOT)
    outbox.mark_sent(delivery.outbox_id)
    chat.queue("二", Priority.PERSON, question="在吗")
    (delivery,) = outbox.take_due()
    assert (delivery.question, delivery.said_by) == ("", Sender.OFFICER)


@pytest.fixture
def claim(desk, make_officer, clock):
    """Let an officer take the citizen's chat, a second later."""

    def claim(chat):
        clock.move(seconds=1)
        chat.citizen.say("转人工")
        clock.move(seconds=1)
        return desk.claim_next(officer_id=make_officer("李敏"))

    return claim


def test_bots_answer_is_taken_over_when_an_officer_claims(chat, outbox, claim):
    """Composed before, sent after: two voices at once."""
    chat.queue("机器人的话")
    claim(chat)
    (delivery,) = outbox.take_due()
    assert delivery.is_taken_over


def test_taking_over_is_noticed_between_two_parts(chat, outbox, claim):
    """The second half of a long answer would come in between."""
    chat.queue("很长")
    (delivery,) = outbox.take_due()
    assert not delivery.is_taken_over
    claim(chat)
    assert outbox.recheck(delivery).is_taken_over


def test_an_officer_who_has_finished_counts_too(chat, outbox, claim, desk):
    """The citizen was served; the old answer comes too late."""
    chat.queue("机器人的话")
    ticket = claim(chat)
    desk.close(ticket.id, officer_id=ticket.officer_id)
    assert outbox.take_due()[0].is_taken_over


def test_another_citizens_officer_takes_nothing_over(make_chat, outbox, claim):
    """Each chat has its own."""
    mine, other = make_chat(), make_chat()
    mine.queue("机器人的话")
    claim(other)
    (delivery,) = outbox.take_due()
    assert (delivery.conversation_id, delivery.is_taken_over) == (mine.id, False)


def test_a_waiting_ticket_takes_nothing_over(chat, outbox, clock):
    """Nobody has come in yet."""
    chat.queue("机器人的话")
    clock.move(seconds=1)
    chat.citizen.say("转人工")
    assert not outbox.take_due()[0].is_taken_over


def test_an_answer_composed_after_the_officer_left_is_sent(
    chat, outbox, claim, desk, clock
):
    """The bot answers again."""
    ticket = claim(chat)
    desk.close(ticket.id, officer_id=ticket.officer_id)
    (closing,) = outbox.take_due()
    outbox.mark_sent(closing.outbox_id)
    clock.move(seconds=1)
    chat.queue("新的答复")
    (delivery,) = outbox.take_due()
    assert (delivery.text, delivery.is_taken_over) == ("新的答复", False)


def test_persons_and_safety_lines_are_never_taken_over(chat, outbox, claim):
    """An officer's own words, and help in danger."""
    for priority in (Priority.PERSON, Priority.SAFETY):
        chat.queue(priority, priority)
    claim(chat)
    for _ in range(2):
        (delivery,) = outbox.take_due()
        assert not delivery.is_taken_over
        outbox.mark_sent(delivery.outbox_id)


def test_an_officer_does_not_wait_behind_what_will_be_dropped(
    chat, outbox, claim, clock, take
):
    """It may be half an hour until its next try."""
    first = chat.queue("机器人的话")
    take()
    outbox.mark_failed(first, "微信忙", 1800)
    claim(chat)
    chat.queue("我是李敏", Priority.PERSON)
    assert take() == ["我是李敏"]


def test_notice_of_a_waiting_line_is_claimed_once(chat, outbox):
    """A consent is used up by it."""
    outbox_id = chat.queue("一", Priority.PERSON)
    assert [outbox.claim_notice(outbox_id) for _ in range(3)] == [True, False, False]


def test_account_that_may_not_push_parks_everything(make_chat, outbox, take):
    """It rides on the next reply instead."""
    chats = [make_chat(), make_chat()]
    for chat in chats:
        chat.queue("一")
        chat.queue("二")
    assert outbox.park_all("未认证") == 4
    assert take() == []
    assert outbox.park_all("未认证") == 0
    assert chats[0].states() == ["parked", "parked"]


def test_what_waits_rides_on_the_next_reply_in_order(chat, outbox):
    """Parked or just queued again by the message that is being answered."""
    first = chat.queue("一", question="高龄津贴怎么领")
    outbox.park_all("未认证")
    second = chat.queue("二", Priority.PERSON)
    lines = chat.run(take_for_passive)
    assert [(x.outbox_id, x.text, x.priority) for x in lines] == [
        (first, "一", Priority.BOT),
        (second, "二", Priority.PERSON),
    ]
    assert [x.question for x in lines] == ["高龄津贴怎么领", ""]
    assert lines[0].answer is not None
    assert lines[1].answer is None
    carrier = carry(chat, {first: 1, second: 1}, {first, second})
    assert chat.run(take_for_passive) == [], "on its way"
    chat.run(lambda s, _id, at: mark_fetched(s, carrier, at=at))
    assert chat.states() == ["sent", "sent"]


def carry(chat, parts, finished):
    """Let lines ride on the reply to a message just answered; gives its inbox id."""

    def note(session, conversation_id, at):
        inbox = InboxRow(
            channel=Channel.WECHAT,
            message_key=f"carrier-{at}",
            conversation_id=conversation_id,
            kind="text",
            text="在吗",
            received_at=at,
            answered_at=at,
        )
        session.add(inbox)
        session.flush()
        note_carried(session, inbox.id, parts, finished)
        return inbox.id

    return chat.run(note)


def test_line_that_did_not_fit_rides_on_the_reply_after(chat, outbox):
    """Only what was fetched has gone, and the rest of a long one goes on."""
    ids = [chat.queue(text) for text in ("一", "二", "三")]
    carrier = carry(chat, {ids[0]: 1, ids[1]: 2}, {ids[0]})
    chat.run(lambda s, _id, at: mark_fetched(s, carrier, at=at))
    lines = chat.run(take_for_passive)
    assert [(x.outbox_id, x.parts_sent) for x in lines] == [(ids[1], 2), (ids[2], 0)]


def test_reply_that_was_never_fetched_lets_its_riders_go_again(chat, clock):
    """WeChat gave up on the message that carried them: nothing is lost."""
    first = chat.queue("一")
    carry(chat, {first: 1}, {first})
    clock.move(seconds=15)
    assert chat.run(take_for_passive) == [], "a resend may still fetch it"
    clock.move(seconds=2)
    assert [line.outbox_id for line in chat.run(take_for_passive)] == [first]


def test_taken_over_answer_does_not_ride_along(chat, outbox, claim):
    """It is dropped with its reason; the officer's line goes."""
    first = chat.queue("机器人的话")
    claim(chat)
    second = chat.queue("我是李敏", Priority.PERSON)
    assert [line.outbox_id for line in chat.run(take_for_passive)] == [second]
    row = chat.row(first)
    assert (row.state, row.error) == (DeliveryState.DROPPED, TAKEN_OVER)


def test_another_citizens_lines_do_not_ride_along(make_chat):
    """Never, to anybody."""
    mine, other = make_chat(), make_chat()
    other.queue("别人的")
    assert mine.run(take_for_passive) == []


def test_answer_read_on_its_page_is_sent(chat, outbox, engine, clock):
    """That question's, and no other."""
    first, second = (chat.queue(t, question=f"问{t}") for t in ("一", "二"))
    with Session(engine) as session, session.begin():
        inbox_id = session.scalar(select(InboxRow.id).where(InboxRow.text == "问一"))
        mark_read_by_link(session, inbox_id, at=clock())
    assert chat.states() == ["sent", "queued"]
    assert chat.row(first).sent_at == clock()
    assert chat.row(second).sent_at is None
