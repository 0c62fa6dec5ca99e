"""Calls to WeChat's API, against a simulated one over real HTTP."""

import json
import logging
import socket
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest

from handlers.wechat import WeChatClient, WeChatError

#: Not written out where a traceback quotes the line.
PERSON, TEXT = "oSecretPerson", "我的秘密"


@pytest.fixture
def waits():
    """Seconds the client would have slept."""
    return []


@pytest.fixture
def make_client(api, make_settings, waits):
    """A client of the simulated API."""
    clients = []

    def make(redis=None, read_within_s=3.0, **changes):
        settings = make_settings(**{"api_base": api.url, **changes})
        client = WeChatClient(
            settings, redis, sleep=waits.append, read_within_s=read_within_s
        )
        clients.append(client)
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(make_client):
    """Without Redis."""
    return make_client()


def test_text_arrives_as_it_is(client, api):
    """Unescaped Chinese and emoji: WeChat would show escapes to the citizen."""
    api.open_window("oA")
    client.send_text("oA", "您好，请带身份证。😀")
    assert api.sent == [("oA", "您好，请带身份证。😀")]
    assert "您好".encode() in api.bodies[0]


def test_long_text_arrives_in_order(client, api):
    """In parts that WeChat accepts, none lost."""
    api.open_window("oA")
    text = "\n".join(f"第{n}条　{'应当予以登记。' * 9}" for n in range(20))
    client.send_text("oA", text)
    assert len(api.sent) == 3
    assert "\n".join(part for _, part in api.sent) == text


def test_officers_markup_is_harmless(client, api):
    """A pasted tag does not become a link that speaks for the citizen."""
    api.open_window("oA")
    client.send_text("oA", '<a href="weixin://bizmsgmenu?x">点</a>')
    assert "<a" not in api.sent[0][1]


def test_token_is_fetched_once(client, api):
    """And used until it ends."""
    api.open_window("oA")
    for _ in range(3):
        client.send_text("oA", "您好")
    assert (api.token_calls, api.send_calls) == (1, 3)


def test_sixteen_cold_threads_fetch_one_token(client, api):
    """Without a lock they would fetch one each."""
    for n in range(16):
        api.open_window(f"o{n}")
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: client.send_text(f"o{n}", "您好"), range(16)))
    assert (api.token_calls, len(api.sent)) == (1, 16)


def test_revoked_token_is_replaced_once(client, api):
    """By one of the threads, for all of them."""
    for n in range(9):
        api.open_window(f"o{n}")
    client.send_text("o0", "您好")
    api.revoke_token()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: client.send_text(f"o{n}", "您好"), range(1, 9)))
    assert (api.token_calls, len(api.sent)) == (2, 9)


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_constant_token_error_ends(client, api, code):
    """Two sends and two token calls, then an alarm; wechatpy goes on to 486."""
    api.faults.send_code = code
    with pytest.raises(WeChatError) as caught:
        client.send_text("oA", "您好")
    assert (caught.value.code, caught.value.kind) == (code, "alarm")
    assert (api.token_calls, api.send_calls) == (2, 2)


@pytest.mark.parametrize("fault", ["server_errors", "busy"])
def test_passing_faults_are_retried_twice(client, api, waits, fault):
    """With a pause between."""
    api.open_window("oA")
    setattr(api.faults, fault, 2)
    client.send_text("oA", "您好")
    assert api.sent == [("oA", "您好")]
    assert len(waits) == 2
    assert all(0.1 <= wait <= 0.4 for wait in waits)


@pytest.mark.parametrize("fault", ["server_errors", "busy"])
def test_lasting_faults_are_left_to_the_outbox(client, api, fault):
    """Three calls and no more."""
    setattr(api.faults, fault, 9)
    with pytest.raises(WeChatError) as caught:
        client.send_text("oA", "您好")
    assert caught.value.kind == "retry"
    assert caught.value.may_retry
    assert api.send_calls == 3


def test_garbage_is_no_answer(client, api):
    """Perhaps sent, perhaps not: not at once again."""
    api.faults.garbage = 1
    with pytest.raises(WeChatError, match="看不懂") as caught:
        client.send_text("oA", "您好")
    assert caught.value.kind == "retry"
    assert api.send_calls == 1


def test_quota_and_window(client, api):
    """The sixth message waits for the citizen's next; the error says so in words."""
    with pytest.raises(WeChatError, match="48 小时") as caught:
        client.send_text("oA", "您好")
    assert (caught.value.code, caught.value.kind) == (45015, "park")
    api.open_window("oA")
    for _ in range(5):
        client.send_text("oA", "您好")
    with pytest.raises(WeChatError, match="条数已用完") as caught:
        client.send_text("oA", "您好")
    assert (caught.value.code, caught.value.kind) == (45047, "park")
    assert not caught.value.may_retry
    assert len(caught.value.rid.split("-")) == 3
    assert caught.value.rid in str(caught.value)


def test_wrong_secret_is_an_alarm(make_client, api):
    """One call, no loop."""
    with pytest.raises(WeChatError, match="AppSecret") as caught:
        make_client(secret="wrong").send_text("oA", "您好")
    assert caught.value.kind == "alarm"
    assert (api.token_calls, api.send_calls) == (1, 0)


def test_stalled_token_call_ends(make_client, api):
    """At the client's own time limit, for those who wait behind it too."""
    api.faults.token_stall_s = 1.0
    client = make_client(read_within_s=0.3)

    def send(_n):
        with pytest.raises(WeChatError, match="连不上") as caught:
            client.send_text("oA", "您好")
        return caught.value.kind

    started = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, range(8))) == {"retry"}
    assert time.monotonic() - started < 1.0
    assert api.token_calls == 1


def test_nobody_at_the_other_end(make_client):
    """Said in words, to be sent again later."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(WeChatError, match="连不上") as caught:
            make_client(api_base=url).send_text("oA", "您好")
    assert (caught.value.code, caught.value.kind) == (0, "retry")


@pytest.mark.parametrize("path", ["http://127.0.0.2:9/x", "https://evil.example/x"])
def test_no_other_host_is_called(client, path):
    """Whatever a path becomes, the token goes to WeChat only."""
    with pytest.raises(WeChatError, match="拒绝访问"):
        client.call(path, {})


def test_secret_is_not_sent_unencrypted(make_client):
    """Plain http is for this machine only."""
    with pytest.raises(ValueError, match="https"):
        make_client(api_base="http://api.weixin.qq.com")
    make_client(api_base="https://api.weixin.qq.com")


def test_no_secret_token_or_openid_in_logs_and_errors(make_client, api, caplog):
    """Not at the lowest log level, not in a traceback, whatever fails."""
    caplog.set_level(logging.DEBUG)
    said = []
    client = make_client()
    api.open_window(PERSON)
    client.send_text(PERSON, TEXT)
    token = json.dumps(api._token)[1:-1]
    for fault in ("server_errors", "busy", "garbage"):
        setattr(api.faults, fault, 3)
        said.append(_fail(client))
        setattr(api.faults, fault, 0)
    for code in (40001, 40003, 45015, 45047, 99999):
        api.faults.send_code = code
        said.append(_fail(client))
    said.append(_fail(make_client(api_base="http://127.0.0.1:9")))
    said += [repr(client), repr(api.account.app_id)]
    said += [f"{record.getMessage()} {record.exc_text}" for record in caplog.records]
    everything = "\n".join(said)
    assert "errcode 45015" in everything
    for word in (token, api.account.secret, PERSON, TEXT, "access_token"):
        assert word not in everything


def _fail(client):
    with pytest.raises(WeChatError) as caught:
        client.send_text(PERSON, TEXT)
    return "".join(traceback.format_exception(caught.value))
