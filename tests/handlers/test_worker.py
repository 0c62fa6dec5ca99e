"""The worker: what is queued reaches WeChat, later if need be, or tells why not."""

import logging
import threading

import pytest

from bot import Answer, AnswerStatus, Channel, Sender, StoreUnavailableError
from handlers.config import WeChatSettings
from handlers.live import LiveBus
from handlers.valkey import start_valkey
from handlers.wechat import WeChatClient, WeChatError
from handlers.worker import (
    ALARM_WAIT_S,
    FIRST_WAIT_S,
    LAST_WAIT_S,
    MAX_TRIES,
    Courier,
    guard,
    listen,
    next_wait_s,
    recover,
)
from tests.wechat_simulator import Account, FakeApi, serve


@pytest.fixture
def engine(sqlite_engine):
    """SQLite alone: the bot's own tests run on PostgreSQL too."""
    return sqlite_engine


@pytest.fixture
def api():
    """WeChat's API."""
    return FakeApi(Account())


@pytest.fixture
def courier(api, outbox):
    """A courier with the real client; WeChat is simulated over HTTP."""
    account = api.account
    with serve(api.app) as url:
        settings = WeChatSettings(
            app_id=account.app_id, api_base=url, secret=account.secret
        )
        client = WeChatClient(settings, None, sleep=lambda _seconds: None)
        yield Courier(outbox, client.send_text)
        client.close()


@pytest.fixture
def ticket(desk, make_citizen, make_officer):
    """A hand-over on WeChat that an officer holds."""
    citizen = make_citizen(Channel.WECHAT)
    citizen.say("转人工")
    officer_id = make_officer("李敏")
    ticket = desk.claim_next(officer_id=officer_id)
    return citizen, ticket, officer_id


@pytest.fixture
def write(desk, ticket):
    """Let the officer write; gives what became of the line."""
    _, held, officer_id = ticket
    keys = iter(range(100))

    def write(text):
        return desk.reply(
            held.id, officer_id=officer_id, text=text, client_key=f"c{next(keys)}"
        )

    return write


@pytest.fixture
def last_line(desk, ticket):
    """Look at the officer's last line as the console shows it."""

    def look():
        lines = desk.list_messages(ticket[1].id)
        return [m for m in lines if m.sender is Sender.OFFICER][-1]

    return look


def fail_with(code, kind):
    """Make a send that always fails so."""

    def send(_sender_id, _text):
        raise WeChatError(code, kind, "原因")

    return send


def test_officers_reply_reaches_the_citizen_once(
    api, courier, ticket, write, last_line
):
    """Queued in the transaction of the reply, sent, and shown as sent."""
    citizen, _, _ = ticket
    api.open_window(citizen.sender)
    courier.deliver()
    before = len(api.sent)
    write("您好，我是李敏。")
    courier.deliver()
    courier.deliver()
    assert [text for _, text in api.sent[before:]] == ["您好，我是李敏。"]
    assert {openid for openid, _ in api.sent} == {citizen.sender}
    assert last_line().delivery == "sent"


def test_busy_wechat_is_asked_again_later(
    api, courier, ticket, write, clock, last_line
):
    """A 5xx or -1 passes: nothing is lost and the officer sees that it waits."""
    citizen, _, _ = ticket
    api.open_window(citizen.sender)
    courier.deliver()
    api.faults.server_errors = 3  # the client itself tries three times
    write("稍等")
    courier.deliver()
    assert last_line().delivery == "queued"
    assert "稍后会自动重发" in last_line().delivery_error
    courier.deliver()
    assert "稍等" not in [text for _, text in api.sent]
    clock.move(seconds=FIRST_WAIT_S + 1)
    courier.deliver()
    assert last_line().delivery == "sent"
    assert api.sent[-1] == (citizen.sender, "稍等")


def test_refused_message_goes_out_when_the_citizen_writes_next(
    api, courier, ticket, write, clock, last_line
):
    """After 48 hours, or five messages, only the citizen can open the window."""
    citizen, _, _ = ticket
    write("材料已收到")
    courier.deliver()
    assert last_line().delivery == "parked"
    assert "48 小时" in last_line().delivery_error
    assert "市民下次来信时再发" in last_line().delivery_error
    clock.move(hours=3)
    courier.deliver()
    assert "材料已收到" not in [text for _, text in api.sent]
    api.open_window(citizen.sender)
    citizen.say("材料交了吗")
    assert last_line().delivery == "queued"
    courier.deliver()
    courier.deliver()
    assert [text for _, text in api.sent].count("材料已收到") == 1
    assert last_line().delivery == "sent"


def test_sixth_line_waits_for_the_citizen_and_keeps_its_order(
    api, courier, ticket, write, clock, desk
):
    """WeChat lets us send five lines a message of the citizen's."""
    citizen, held, _ = ticket
    api.open_window(citizen.sender)
    courier.deliver()
    texts = [f"第{n}句" for n in range(1, 8)]
    for text in texts:
        write(text)
    courier.deliver()
    parked = [m for m in desk.list_messages(held.id) if m.delivery == "parked"]
    assert [m.text for m in parked] == texts[-len(parked) :]
    assert "条数已用完" in parked[0].delivery_error
    clock.move(minutes=1)
    api.open_window(citizen.sender)
    citizen.say("好的")
    courier.deliver()
    assert [text for _, text in api.sent if text in texts] == texts


def test_wrong_settings_keep_the_message_and_raise_the_alarm(
    api, courier, ticket, write, clock, last_line, caplog
):
    """A person corrects the settings; the citizen still gets the answer."""
    citizen, _, _ = ticket
    api.open_window(citizen.sender)
    api.faults.send_code = 40164
    write("材料已收到")
    courier.deliver()
    assert last_line().delivery == "queued"
    alarms = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert any("40164" in r.getMessage() for r in alarms)
    assert citizen.sender not in caplog.text
    assert "材料已收到" not in caplog.text
    api.faults.send_code = None
    clock.move(seconds=ALARM_WAIT_S + 1)
    courier.deliver()
    assert last_line().delivery == "sent"


def test_message_is_given_up_after_its_last_try(
    outbox, write, clock, last_line, ticket
):
    """The officer is told; the waits grow up to half an hour."""
    courier = Courier(outbox, fail_with(0, "retry"))
    write("材料已收到")
    tries = 0
    while last_line().delivery == "queued" and tries < 2 * MAX_TRIES:
        courier.deliver()
        clock.move(seconds=LAST_WAIT_S + 1)
        tries += 1
    assert last_line().delivery == "failed"
    assert tries == MAX_TRIES


def test_one_bad_message_does_not_hold_up_the_next(outbox, ticket, write, desk):
    """Whatever a message does to us, those behind it go out."""
    sent = []

    def send(_sender_id, text):
        if "坏" in text:
            raise RuntimeError("no such thing was foreseen")
        sent.append(text)

    write("坏")
    write("好")
    Courier(outbox, send).deliver()
    assert sent[-1] == "好"


def test_waits_double_up_to_half_an_hour():
    """5 s, 10 s, … 30 min, and then no more."""
    waits = [next_wait_s(n) for n in range(1, MAX_TRIES + 1)]
    assert waits[:3] == [5.0, 10.0, 20.0]
    assert waits == [*sorted(w for w in waits if w), None]
    assert max(w for w in waits if w) <= LAST_WAIT_S


class Dying:
    """An assistant whose process is killed while it composes."""

    def answer(self, _turn):
        raise SystemExit


def test_question_of_a_dead_process_goes_out_by_the_outbox(
    api, courier, front_desk, make_front_desk, make_citizen, clock
):
    """On WeChat the connection is gone: the answer is pushed, once."""
    citizen = make_citizen(Channel.WECHAT)
    api.open_window(citizen.sender)
    dying = make_front_desk(assistant=Dying())
    with pytest.raises(SystemExit):
        dying.receive(citizen.write("你好"), lambda _answer: "")
    assert recover(front_desk) == 0
    clock.move(seconds=20)
    assert recover(front_desk) == 1
    courier.deliver()
    assert [openid for openid, _ in api.sent] == [citizen.sender]
    assert recover(front_desk) == 0


def test_silent_answer_is_not_sent(outbox, api):
    """An empty message would be an error at WeChat's, and noise to the citizen."""
    from handlers.wechat import render_text

    assert render_text(Answer(AnswerStatus.SILENT_OFFICER)) == ""


def test_failing_job_is_logged_once_until_it_works_again(caplog):
    """A database that is away for an hour must not fill the disk with its log."""
    outcomes = iter([True, True, False, True])

    def work():
        if next(outcomes):
            raise StoreUnavailableError

    run = guard("deliver", work)
    for _ in range(4):
        run()
    assert [r.getMessage() for r in caplog.records] == [
        "deliver failed, trying on",
        "deliver failed, trying on",
    ]


@pytest.mark.valkey
def test_doorbell_rings_for_a_message_and_survives_without_redis(tmp_path):
    """An officer's words leave at once, not at the next look a second later."""
    import redis

    server = start_valkey(tmp_path)
    client = redis.Redis.from_url(server.url, socket_timeout=5)
    live = LiveBus(client)
    rang, stopping = threading.Event(), threading.Event()
    thread = threading.Thread(target=listen, args=(live, rang.set, stopping))
    thread.start()
    try:
        while not rang.wait(0.05):
            live.publish("message", {"message_id": 1})
        rang.clear()
        live.publish("ticket", {"ticket_id": 1})
        assert not rang.wait(0.2)
        server.stop()
    finally:
        stopping.set()
        thread.join(timeout=10)
        client.close()
    assert not thread.is_alive()
