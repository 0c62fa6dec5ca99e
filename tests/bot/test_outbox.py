"""Deliveries: tried, retried, given up, and sent once more."""

from __future__ import annotations

import pytest

from bot import (
    Channel,
    Desk,
    MessageKind,
    MessageNotFoundError,
    Outbox,
    Seal,
    UnsealError,
)
from bot.outbox import TAKEN_S


@pytest.fixture
def queued(make_citizen, desk, make_officer):
    """An officer's reply that waits for WeChat; returns (citizen, ticket, message)."""
    citizen = make_citizen(Channel.WECHAT)
    citizen.say("转人工")
    officer = make_officer("李敏")
    ticket = desk.claim_next(officer_id=officer)
    message = desk.reply(ticket.id, officer_id=officer, text="您好", client_key="a")
    return citizen, ticket, message


def test_due_delivery_holds_all_that_sending_needs(queued, outbox):
    """The sender's id is unsealed for this only."""
    citizen, _, message = queued
    (delivery,) = outbox.take_due(10)
    assert delivery.message_id == message.id
    assert delivery.sender_id == citizen.sender
    assert (delivery.text, delivery.attempts) == ("您好", 1)
    assert delivery.answer is None


def test_taken_delivery_comes_back_if_its_worker_dies(queued, outbox, clock):
    """Nobody else takes it meanwhile."""
    assert len(outbox.take_due(10)) == 1
    assert outbox.take_due(10) == []
    clock.move(seconds=TAKEN_S + 1)
    assert outbox.take_due(10)[0].attempts == 2


def test_sent_is_sent(queued, outbox, clock, desk):
    """It never comes back, and the officer sees it."""
    _, ticket, message = queued
    outbox.mark_sent(outbox.take_due(10)[0].outbox_id)
    clock.move(hours=1)
    assert outbox.take_due(10) == []
    line = next(m for m in desk.list_messages(ticket.id) if m.id == message.id)
    assert line.delivery == "sent"


def test_failure_is_tried_again_at_its_time(queued, outbox, clock, desk):
    """And says to the officer what went wrong."""
    _, ticket, message = queued
    outbox.mark_failed(outbox.take_due(10)[0].outbox_id, "微信暂时不通", 60)
    clock.move(seconds=59)
    assert outbox.take_due(10) == []
    line = next(m for m in desk.list_messages(ticket.id) if m.id == message.id)
    assert (line.delivery, line.delivery_error) == ("queued", "微信暂时不通")
    clock.move(seconds=1)
    assert len(outbox.take_due(10)) == 1


def test_given_up_can_be_sent_once_more(queued, outbox, clock):
    """By an officer who presses 重新发送."""
    _, _, message = queued
    outbox.mark_failed(outbox.take_due(10)[0].outbox_id, "超过 48 小时", None)
    clock.move(days=1)
    assert outbox.take_due(10) == []
    outbox.requeue(message.id)
    assert outbox.take_due(10)[0].attempts == 1


def test_only_what_was_given_up_is_requeued(queued, outbox):
    """Pressing twice does not send twice."""
    with pytest.raises(MessageNotFoundError):
        outbox.requeue(queued[2].id)


def test_web_needs_no_outbox(make_citizen, desk, make_officer, outbox):
    """A browser fetches its lines itself."""
    make_citizen().say("转人工")
    officer = make_officer("李敏")
    ticket = desk.claim_next(officer_id=officer)
    message = desk.reply(ticket.id, officer_id=officer, text="您好", client_key="a")
    assert message.delivery == ""
    assert outbox.take_due(10) == []


def test_changed_secret_is_an_error_and_not_a_lost_message(queued, engine, clock):
    """The delivery stays queued and untried."""
    wrong = Outbox(engine, clock, Seal("another secret of the test's own"))
    with pytest.raises(UnsealError):
        wrong.take_due(10)


@pytest.fixture
def park(queued, outbox):
    """Park the queued delivery, with something in between."""

    def park(between=lambda: None):
        (delivery,) = outbox.take_due(10)
        between()
        outbox.mark_parked(delivery.outbox_id, "市民下次来信时再发")

    return park


def test_parked_waits_for_the_citizen_and_not_for_the_clock(
    park, queued, outbox, clock, desk
):
    """It is due in the transaction that writes the citizen's next message down."""
    citizen, ticket, message = queued
    park()
    line = next(m for m in desk.list_messages(ticket.id) if m.id == message.id)
    assert (line.delivery, line.delivery_error) == ("parked", "市民下次来信时再发")
    clock.move(days=3)
    assert outbox.take_due(10) == []
    citizen.say("在吗")
    assert [d.message_id for d in outbox.take_due(10)] == [message.id]


def test_another_citizens_message_does_not_send_what_is_parked(
    park, make_citizen, outbox, clock
):
    """WeChat would refuse it again."""
    park()
    clock.move(minutes=1)
    make_citizen(Channel.WECHAT).say("你好")
    assert outbox.take_due(10) == []


def test_unsubscribing_does_not_send_what_is_parked(park, queued, outbox, clock):
    """It is erased with the rest."""
    park()
    clock.move(minutes=1)
    queued[0].say(kind=MessageKind.UNSUBSCRIBE)
    assert outbox.take_due(10) == []


def test_message_that_crosses_the_refusal_sends_at_once(park, queued, outbox, clock):
    """Written while the delivery was on its way: there is no next one to wait for."""
    citizen, _, message = queued

    def cross():
        clock.move(seconds=1)
        citizen.say("在吗")

    park(cross)
    assert [d.message_id for d in outbox.take_due(10)] == [message.id]


def test_what_became_of_a_delivery_is_published_after_the_commit(
    queued, engine, clock, seal
):
    """The console hears of it as of any line, and reads what is committed."""
    _, ticket, message = queued
    heard = []

    def publish(name, data):
        desk = Desk(engine, clock)
        states = [m.delivery for m in desk.list_messages(ticket.id) if m.delivery]
        heard.append((name, data, states[-1]))

    outbox = Outbox(engine, clock, seal, publish)
    (delivery,) = outbox.take_due(10)
    outbox.mark_parked(delivery.outbox_id, "下次再发")
    outbox.mark_failed(delivery.outbox_id, "是别人的事了", None)
    outbox.mark_sent(delivery.outbox_id)
    ids = {
        "ticket_id": ticket.id,
        "conversation_id": ticket.conversation_id,
        "message_id": message.id,
    }
    states = ("parked", "sent")
    assert heard == [("message", ids, state) for state in states]
