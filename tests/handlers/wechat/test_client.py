"""Calls to WeChat's API, against a simulated one over real HTTP."""

import json
import logging
import socket
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from redis import Redis

from handlers.valkey import start_valkey
from handlers.wechat import WeChatError
from handlers.wechat.calls import Call, Caller
from handlers.wechat.client import MAX_PART_BYTES
from handlers.wechat.reading import read_answer
from tests.wechat_simulator import serve

#: Not written out where a traceback quotes the line.
PERSON, TEXT = "oSecretPerson", "我的秘密"


def lines_of(api, openid):
    """What stands on a citizen's phone."""
    return api.world.citizen(openid).transcript


def test_text_arrives_as_it_is(client, api):
    """Unescaped Chinese and emoji: WeChat would show escapes to the citizen."""
    api.open_window("oA")
    client.send_part("oA", "您好，请带身份证。😀")
    assert api.sent == [("oA", "您好，请带身份证。😀")]
    assert "您好".encode() in api.bodies[0]


def test_officers_markup_is_harmless(client, api):
    """A pasted tag does not become a link that speaks for the citizen."""
    api.open_window("oA")
    client.send_part("oA", '<a href="weixin://bizmsgmenu?x">点</a>')
    assert "<a" not in api.sent[0][1]
    assert "weixin://" not in api.sent[0][1]


@pytest.mark.parametrize("text", ["a" * MAX_PART_BYTES, "中" * 682 + "ab"])
def test_largest_part_arrives(client, api, text):
    """2,048 bytes, counted in UTF-8."""
    api.open_window("oA")
    client.send_part("oA", text)
    assert api.sent == [("oA", text)]


@pytest.mark.parametrize("text", ["a" * (MAX_PART_BYTES + 1), "中" * 683, "😀" * 513])
def test_larger_part_is_refused_unsent(client, api, text):
    """With WeChat's own error, and without asking it."""
    with pytest.raises(WeChatError, match="太长") as caught:
        client.send_part("oA", text)
    assert (caught.value.code, caught.value.kind) == (45002, "drop")
    assert (api.token_calls, api.send_calls) == (0, 0)


def test_only_marked_text_is_marked(client, api):
    """内容由第三方AI生成 stands under a model's text, and never under ours."""
    api.open_window("oA")
    client.send_part("oA", "甲")
    client.send_part("oA", "乙", is_ai=True)
    assert [line.is_ai for line in lines_of(api, "oA")] == [False, True]
    assert "aimsgcontext" not in json.loads(api.bodies[0])
    assert json.loads(api.bodies[1])["aimsgcontext"] == {"is_ai_msg": 1}


def test_token_is_fetched_once(client, api):
    """And used until it ends."""
    api.open_window("oA")
    for _ in range(3):
        client.send_part("oA", "您好")
    assert (api.token_calls, api.send_calls) == (1, 3)


def test_sixteen_cold_threads_fetch_one_token(client, api):
    """Without a lock they would fetch one each."""
    for n in range(16):
        api.open_window(f"o{n}")
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: client.send_part(f"o{n}", "您好"), range(16)))
    assert (api.token_calls, len(api.sent)) == (1, 16)


@pytest.mark.valkey
def test_sixteen_cold_threads_of_four_processes_fetch_one_token(
    make_client, api, tmp_path
):
    """With a real Valkey, and WeChat slow: the lock is held between processes too."""
    server = start_valkey(tmp_path)
    connections = [Redis.from_url(server.url) for _ in range(4)]
    clients = [make_client(redis) for redis in connections]
    api.faults.token_stall_s = 0.3
    for n in range(16):
        api.open_window(f"o{n}")
    try:
        with ThreadPoolExecutor(16) as pool:
            list(
                pool.map(lambda n: clients[n % 4].send_part(f"o{n}", "您好"), range(16))
            )
    finally:
        for redis in connections:
            redis.close()
        server.stop()
    assert (api.token_calls, len(api.sent)) == (1, 16)


def test_revoked_token_is_replaced_once(client, api):
    """By one of the threads, for all of them."""
    for n in range(9):
        api.open_window(f"o{n}")
    client.send_part("o0", "您好")
    api.revoke_token()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: client.send_part(f"o{n}", "您好"), range(1, 9)))
    assert (api.token_calls, len(api.sent)) == (2, 9)


def test_token_revoked_in_mid_flight_is_replaced(client, api):
    """The call goes out a second time and arrives once."""
    api.open_window("oA")
    api.faults.revocations = 1
    client.send_part("oA", "您好")
    assert (api.token_calls, api.send_calls, len(api.sent)) == (2, 2, 1)


@pytest.mark.parametrize("code", [40001, 40014, 42001])
def test_constant_token_error_ends(client, api, code):
    """Two sends and two token calls, then an alarm; wechatpy goes on to 486."""
    api.faults.send_code = code
    with pytest.raises(WeChatError) as caught:
        client.send_part("oA", "您好")
    assert (caught.value.code, caught.value.kind) == (code, "alarm")
    assert (api.token_calls, api.send_calls) == (2, 2)


CALLS = {
    "send_part": ("oA", "您好"),
    "type_on": ("oA",),
    "upload_media": ("image", "a.jpg", b"\xff\xd8\xff"),
    "download_media": ("media-id",),
    "get_menu": (),
    "create_menu": ({"button": []},),
    "delete_menu": (),
    "list_online_agents": (),
    "send_notice": ("oA", "T1", {"thing1": "x"}),
    "get_callback_ips": (),
}


@pytest.mark.parametrize("name", CALLS)
def test_every_call_gets_one_new_token_and_no_third_try(client, api, name):
    """Constant 40001 on any address: two token calls, then the error."""
    api.faults.path, api.faults.send_code = None, 40001
    with pytest.raises(WeChatError) as caught:
        getattr(client, name)(*CALLS[name])
    assert (caught.value.code, caught.value.kind) == (40001, "alarm")
    assert api.token_calls == 2
    assert [call.code for call in calls_of(api)] == [40001, 40001]


@pytest.mark.parametrize("name", CALLS)
def test_every_call_ends_when_wechat_stalls(make_client, api, name):
    """A stalled call must not hold a worker."""
    client = make_client(read_within_s=0.2)
    client.check_token()
    api.faults.path, api.faults.send_stall_s = None, 1.5
    is_file = name in {"upload_media", "download_media"}  # five times as long
    started = time.monotonic()
    with pytest.raises(WeChatError, match="连不上"):
        getattr(client, name)(*CALLS[name])
    assert (0.9 if is_file else 0.1) < time.monotonic() - started < 1.4


def calls_of(api):
    """Calls that reached the API, but for tokens."""
    return [c for c in api.world.wire.calls if not c.path.endswith("token")]


@pytest.mark.parametrize("fault", ["server_errors", "busy"])
def test_passing_faults_are_retried_twice(client, api, waits, fault):
    """With a pause between."""
    api.open_window("oA")
    setattr(api.faults, fault, 2)
    client.send_part("oA", "您好")
    assert api.sent == [("oA", "您好")]
    assert len(waits) == 2
    assert all(0.1 <= wait <= 0.4 for wait in waits)


@pytest.mark.parametrize("fault", ["server_errors", "busy"])
def test_lasting_faults_are_left_to_the_outbox(client, api, fault):
    """Three calls and no more."""
    setattr(api.faults, fault, 9)
    with pytest.raises(WeChatError) as caught:
        client.send_part("oA", "您好")
    assert caught.value.kind == "retry"
    assert caught.value.may_retry
    assert api.send_calls == 3


@pytest.mark.parametrize("fault", ["garbage", "resets"])
def test_no_answer_is_not_asked_for_at_once_again(make_client, api, fault):
    """Perhaps sent, perhaps not."""
    client = make_client(read_within_s=0.5)
    setattr(api.faults, fault, 1)
    words = {"garbage": "看不懂", "resets": "连不上"}[fault]
    with pytest.raises(WeChatError, match=words) as caught:
        client.send_part("oA", "您好")
    assert (caught.value.kind, caught.value.code) == ("retry", 0)
    assert api.send_calls == 1


def test_quota_and_window(client, api):
    """The sixth message waits for the citizen's next; the error says so in words."""
    with pytest.raises(WeChatError, match="48 小时") as caught:
        client.send_part("oA", "您好")
    assert (caught.value.code, caught.value.kind) == (45015, "park")
    api.open_window("oA")
    for _ in range(5):
        client.send_part("oA", "您好")
    with pytest.raises(WeChatError, match="条数已用完") as caught:
        client.send_part("oA", "您好")
    assert (caught.value.code, caught.value.kind) == (45047, "park")
    assert not caught.value.may_retry
    assert len(caught.value.rid.split("-")) == 3
    assert caught.value.rid in str(caught.value)


def test_wrong_secret_is_an_alarm(make_client, api):
    """One call, no loop."""
    with pytest.raises(WeChatError, match="AppSecret") as caught:
        make_client(secret="wrong").send_part("oA", "您好")
    assert caught.value.kind == "alarm"
    assert (api.token_calls, api.send_calls) == (1, 0)


def test_stalled_token_call_ends(make_client, api):
    """At the client's own time limit, for those who wait behind it too."""
    api.faults.token_stall_s = 1.0
    client = make_client(read_within_s=0.3)

    def send(_n):
        with pytest.raises(WeChatError, match="连不上") as caught:
            client.send_part("oA", "您好")
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
            make_client(api_base=url).send_part("oA", "您好")
    assert (caught.value.code, caught.value.kind) == (0, "retry")


@pytest.fixture
def other_wechat():
    """A WeChat that answers what the simulator never would."""
    app = Flask("other_wechat")

    @app.post("/cgi-bin/stable_token")
    def give_token():
        return {"access_token": "T" * 100, "expires_in": 7200}

    @app.route("/cgi-bin/getcallbackip")
    @app.route("/cgi-bin/customservice/getonlinekflist")
    def answer():
        return app.config["ANSWER"]()

    with serve(app) as url:
        app.config["URL"] = url
        yield app


def drip():
    """Bytes that never end, one now and then."""
    while True:
        yield b" "
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (lambda: ("", 302, {"Location": "http://127.0.0.1:1/x"}), "alarm", "302"),
        (lambda: ("", 404), "alarm", "api_base"),
        (lambda: ("x" * 2_000_000, 200), "retry", "看不懂"),
        (lambda: ("[" * 900_000, 200), "retry", "看不懂"),
        (lambda: (b"\xff\xfe{}", 200), "retry", "看不懂"),
        (lambda: ("[1]", 200), "retry", "看不懂"),
        (lambda: ('{"errcode": "x"}', 200), "retry", "没有接收"),
        (lambda: ({"errcode": 123456}, 200), "retry", "123456"),
    ],
)
def test_odd_answers_are_errors_in_words(
    make_client, other_wechat, answer, kind, words
):
    """A proxy's page, a redirect, too much, too deep, or of another kind."""
    other_wechat.config["ANSWER"] = answer
    client = make_client(api_base=other_wechat.config["URL"])
    with pytest.raises(WeChatError, match=words) as caught:
        client.get_callback_ips()
    assert caught.value.kind == kind


def test_dripping_answer_ends(make_client, other_wechat, monkeypatch):
    """Each byte comes in time, and all of them never."""
    monkeypatch.setattr("handlers.wechat.reading.ANSWER_WITHIN_S", 0.3)
    other_wechat.config["ANSWER"] = lambda: (drip(), 200)
    client = make_client(api_base=other_wechat.config["URL"])
    started = time.monotonic()
    with pytest.raises(WeChatError, match="连不上"):
        client.get_callback_ips()
    assert time.monotonic() - started < 1.5


@pytest.mark.parametrize("path", ["http://127.0.0.2:9/x", "https://evil.example/x"])
def test_no_other_host_is_called(api, make_settings, path):
    """Whatever a path becomes, the token goes to WeChat only."""
    caller = Caller(make_settings(api_base=api.url), None, sleep=time.sleep)
    with pytest.raises(WeChatError, match="拒绝访问"):
        caller.make(Call("GET", path), read_answer)
    caller.close()


def test_secret_is_not_sent_unencrypted(make_client):
    """Plain http is for this machine only."""
    with pytest.raises(ValueError, match="https"):
        make_client(api_base="http://api.weixin.qq.com")
    make_client(api_base="https://api.weixin.qq.com")


def test_typing_sign(client, api):
    """It shows; that it shows already, or may not be shown, is no error."""
    api.open_window("oA")
    client.type_on("oA")
    assert api.world.citizen("oA").typing_until > 0
    client.type_on("oA")
    api.world.citizen("oA").acted_at -= 31
    api.world.citizen("oA").typing_until = 0.0
    client.type_on("oA")
    assert [call.code for call in calls_of(api)] == [0, 45081, 45080]
    assert api.world.citizen("oA").typing_until == 0.0


def test_typing_for_a_stranger_is_an_error(client):
    """Only the two harmless codes are."""
    with pytest.raises(WeChatError) as caught:
        client.type_on("查无此人")
    assert caught.value.code == 40003


def test_online_agents(client, api):
    """Only those who can take a chat now, by name."""
    with pytest.raises(WeChatError) as caught:
        client.list_online_agents()
    assert (caught.value.code, caught.value.kind) == (65400, "alarm")
    api.world.agents.update({"b@gh": True, "a@gh": True, "c@gh": False})
    assert client.list_online_agents() == ["a@gh", "b@gh"]


@pytest.mark.parametrize(
    ("listed", "wanted"),
    [
        ({"kf_online_list": [{"kf_account": "a@g", "status": 0}]}, []),
        ({"kf_online_list": [{"kf_account": "", "status": 1}, "x", None]}, []),
        ({"kf_online_list": {}}, []),
        ({}, []),
        ({"kf_online_list": [{"kf_account": "a@g"}]}, ["a@g"]),
    ],
)
def test_online_agents_that_cannot_be_used(make_client, other_wechat, listed, wanted):
    """Status 0 is away; some are listed without a name."""
    other_wechat.config["ANSWER"] = lambda: listed
    client = make_client(api_base=other_wechat.config["URL"])
    assert client.list_online_agents() == wanted


def test_menu_is_made_read_and_taken_away(client, api):
    """No menu is None and no error."""
    assert client.get_menu() is None
    menu = {"button": [{"type": "click", "name": "问", "key": "ask:居住证怎么办"}]}
    client.create_menu(menu)
    assert api.world.menu == menu
    button = client.get_menu()["button"][0]
    assert (button["name"], button["key"]) == ("问", "ask:居住证怎么办")
    client.delete_menu()
    assert client.get_menu() is None
    client.delete_menu()


def test_notice_uses_up_a_consent(client, api):
    """Its number is told, by which its result comes later; the second is refused."""
    api.open_window("oA")
    api.world.citizen("oA").consents["TPL1"] = 1
    values = {"thing1": "居住证怎么办", "time2": "2026年11月20日 10:05"}
    number = client.send_notice("oA", "TPL1", values, "https://wz.example.gov.cn/chat")
    assert number.isdecimal()
    assert len(number) >= 18
    shown = lines_of(api, "oA")[-1]
    assert shown.more["values"] == values
    assert shown.more["page"] == "https://wz.example.gov.cn/chat"
    with pytest.raises(WeChatError, match="订阅") as caught:
        client.send_notice("oA", "TPL1", values)
    assert (caught.value.code, caught.value.kind) == (43101, "drop")


def test_callback_addresses(client):
    """WeChat gives addresses and networks."""
    assert client.get_callback_ips() == ["127.0.0.1", "127.0.0.0/29"]


def test_unverified_account_is_told_so(client, api):
    """The words say that customer-service messages need 认证."""
    api.is_verified = False
    with pytest.raises(WeChatError, match="认证") as caught:
        client.send_part("oA", "您好")
    assert (caught.value.code, caught.value.kind) == (48001, "alarm")


def test_no_secret_token_or_openid_in_logs_and_errors(make_client, api, caplog):
    """Not at the lowest log level, not in a traceback, whatever fails where."""
    caplog.set_level(logging.DEBUG)
    said = []
    client = make_client(read_within_s=0.2)
    api.open_window(PERSON)
    client.send_part(PERSON, TEXT)
    client.type_on(PERSON)
    tokens = [json.dumps(api.tokens.stable)[1:-1]]
    api.faults.path = None
    for fault in ("server_errors", "busy", "garbage", "resets"):
        setattr(api.faults, fault, 99)
        said += _fail_all(client)
        setattr(api.faults, fault, 0)
    for code in (40001, 40003, 40164, 45015, 45047, 99999):
        api.faults.send_code = code
        said += _fail_all(client)
        tokens.append(api.tokens.stable)
    said += _fail_all(make_client(api_base="http://127.0.0.1:9"))
    said += _fail_all(make_client(secret="wrong"))
    said += [repr(client), repr(Call("GET", "/x", {"access_token": tokens[0]}))]
    said += [f"{record.getMessage()} {record.exc_text}" for record in caplog.records]
    everything = "\n".join(said)
    assert "errcode 45015" in everything
    assert len(said) > 100
    words = (*tokens, api.account.secret, PERSON, TEXT, "access_token", "secret=")
    for word in words:
        assert word not in everything


def _fail_all(client):
    return [_fail(client, name) for name in CALLS]


def _fail(client, name):
    args = tuple(
        {"oA": PERSON, "您好": TEXT}.get(a, a) if isinstance(a, str) else a
        for a in CALLS[name]
    )
    with pytest.raises(WeChatError) as caught:
        getattr(client, name)(*args)
    return "".join(traceback.format_exception(caught.value))
