"""Several workers on one database: each message once, each citizen's in order."""

import random
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot import AlarmStore, Channel, Outbox, Priority
from handlers.delivering import Courier
from tests.chats import Chat


@pytest.fixture
def make_chat(engine, clock, make_citizen):
    """Make citizens who have written."""

    def make():
        chat = Chat(engine, clock, make_citizen(Channel.WECHAT))
        chat.write()
        return chat

    return make


def test_three_workers_send_each_message_once_and_in_order(
    make_chat, engine, clock, seal
):
    """With sends that take differently long, and citizens who write on."""
    chats = [make_chat() for _ in range(12)]
    for number in range(4):
        for chat in chats:
            chat.queue(str(number), Priority.PERSON)
    sent, lock = [], threading.Lock()
    luck = random.Random(7)

    def send(sender_id, text):
        time.sleep(luck.random() / 50)
        with lock:
            sent.append((sender_id, text))

    def work(_):
        courier = Courier(
            Outbox(engine, clock, seal),
            send,
            alarms=AlarmStore(engine, clock),
            clock=clock,
        )
        return courier.deliver() + courier.deliver()

    with ThreadPoolExecutor(3) as pool:
        counts = list(pool.map(work, range(3)))
    assert sum(counts) == 48
    assert min(counts) > 0, "each had its share"
    assert set(Counter(sent).values()) == {1}
    for chat in chats:
        mine = [text for sender_id, text in sent if sender_id == chat.citizen.sender]
        assert [text[-1] for text in mine] == ["0", "1", "2", "3"]


def test_quota_is_one_for_all_workers(make_chat, engine, clock, seal):
    """Seven lines, five of them go out, whoever sends them."""
    chat = make_chat()
    for number in range(7):
        chat.queue(str(number), Priority.PERSON)
    sent = []

    def work(_):
        Courier(
            Outbox(engine, clock, seal),
            lambda _sender_id, text: sent.append(text),
            alarms=AlarmStore(engine, clock),
            clock=clock,
        ).deliver()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, range(3)))
    work(None)
    assert [text[-1] for text in sent] == ["0", "1", "2", "3", "4"]
    assert chat.states() == [*["sent"] * 5, "parked", "queued"]
