"""The simulator itself: a lenient one would let our mistakes pass."""

import re
import threading
import time
from xml.etree import ElementTree

import pytest
from flask import Flask, request

from tests.wechat_simulator import (
    Account,
    NotFollowingError,
    NotLoopbackError,
    Phone,
    Pusher,
    World,
    check_loopback,
    connect,
    make_text,
    serve,
)
from tests.wechat_simulator import agents as agent_system
from tests.wechat_simulator.account import sign
from tests.wechat_simulator.push import UNAVAILABLE


@pytest.mark.parametrize(
    "url",
    [
        "https://api.weixin.qq.com",
        "http://192.168.1.7:8080",
        "http://example.localhost.evil.example",
        "http://0.0.0.0:80",
        "http://127.0.0.1@203.0.113.7/",
        "/wechat",
        "",
    ],
)
def test_only_this_machine(url):
    """It must never push at somebody's account."""
    with pytest.raises(NotLoopbackError):
        Pusher(url, Account())


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://localhost", "http://[::1]:8"]
)
def test_this_machine_by_its_names(url):
    """Loopback in each form."""
    assert check_loopback(url) == url


def test_it_signs_as_the_official_samples_do(signatures, aes_vectors):
    """Its cryptography is checked against the same vectors as ours."""
    for row in signatures:
        more = [row["encrypt"]] if row["encrypt"] else []
        got = sign(row["token"], row["timestamp"], row["nonce"], *more)
        assert got == row["signature"]
    for row in aes_vectors:
        account = Account(app_id=row["appid"], aes_key=row["key"])
        assert account.decrypt(row["encrypt"]) == row.get(
            "plain", account.decrypt(row["encrypt"])
        )


REPLY = (
    "<xml><ToUserName>{to}</ToUserName><FromUserName>{by}</FromUserName>"
    "<CreateTime>1790000000</CreateTime><MsgType>text</MsgType>"
    "<Content>{content}</Content></xml>"
)


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        ("", ""),
        ("success", ""),
        (REPLY.format(to="oA", by="gh_yunze0001", content="好"), "好"),
        (REPLY.format(to="oB", by="gh_yunze0001", content="好"), UNAVAILABLE),
        (REPLY.format(to="oA", by="oA", content="好"), UNAVAILABLE),
        (REPLY.format(to="oA", by="gh_yunze0001", content="好" * 700), UNAVAILABLE),
        (REPLY.format(to="oA", by="gh_yunze0001", content=""), UNAVAILABLE),
        ('{"errcode":0}', UNAVAILABLE),
        ("<xml>", UNAVAILABLE),
        ("SUCCESS", UNAVAILABLE),
    ],
)
def test_it_shows_what_wechat_would(reply, shown):
    """Replies to the wrong person, malformed or too long are none."""
    app = Flask("reply")
    app.post("/")(lambda: reply)
    with serve(app) as url:
        pusher = Pusher(url, Account(), mode="plain")
        assert pusher.push(make_text("oA", "您好")).shown == shown
        pusher.close()


def test_it_tries_three_times_and_hangs_up():
    """Same message each time, with a fresh signature if asked to."""
    nonces = []
    app = Flask("down")

    @app.post("/")
    def fail():
        nonces.append(request.args["nonce"])
        return "", 500

    with serve(app) as url:
        pusher = Pusher(url, Account())
        assert pusher.push(make_text("oA", "您好")).shown == UNAVAILABLE
        assert (len(nonces), len(set(nonces))) == (3, 1)
        pusher.push(make_text("oA", "您好"), is_nonce_fresh=True)
        assert (len(nonces), len(set(nonces))) == (6, 4)
        pusher.close()


def test_it_hangs_up_after_the_deadline():
    """And its next try finds the account ready; one who only looked saw nothing."""
    answers = iter([0.6, 0.0])
    app = Flask("slow")

    @app.post("/")
    def answer():
        time.sleep(next(answers))
        return ""

    with serve(app) as url:
        pusher = Pusher(url, Account(), deadline_s=0.3)
        delivery = pusher.push(make_text("oA", "您好"))
        pusher.close()
    assert delivery.shown == ""
    assert [a.status for a in delivery.attempts] == [0, 200]
    assert 0.3 <= delivery.attempts[0].seconds < 0.6


def test_a_resend_is_the_same_message():
    """MsgId and CreateTime stay; in safe mode they are inside."""
    account, seen = Account(), []
    app = Flask("down")

    @app.post("/")
    def fail():
        envelope = ElementTree.fromstring(request.get_data().decode())
        seen.append(account.decrypt(envelope.findtext("Encrypt")))
        return "", 503

    with serve(app) as url:
        pusher = Pusher(url, account, is_nonce_fresh=True)
        pusher.push(make_text("oA", "您好"))
        pusher.close()
    assert len(seen) == 3
    assert len(set(seen)) == 1


def test_many_at_once_come_in_any_order():
    """Different messages side by side, the first one last; several addresses."""
    arrived, gate = [], threading.Event()
    app = Flask("crowd")

    @app.post("/")
    def answer():
        text = request.get_data().decode()
        number = re.search(r"第(\d)条", text)[1]
        if number == "0":
            gate.wait(3)
        arrived.append(number)
        if len(arrived) == 3:
            gate.set()
        return "success"

    with serve(app) as one, serve(app) as two:
        pusher = Pusher([one, two], Account(), mode="plain")
        done = pusher.push_together([make_text("oA", f"第{n}条") for n in range(4)])
        assert arrived[-1] == "0"
        assert [d.shown for d in done] == [""] * 4
        with pytest.raises(NotLoopbackError):
            Pusher([one, "http://192.168.1.7/"], Account())
        pusher.close()


class Echo:
    """An account that notes what it gets and answers texts with them."""

    def __init__(self, account):
        self.account = account
        self.got = []
        self.answer = "你说：{}"
        self.app = Flask("echo")
        self.app.post("/")(self._receive)

    def _receive(self):
        fields = {
            e.tag: e.text or "" for e in ElementTree.fromstring(request.get_data())
        }
        self.got.append(fields)
        if fields["MsgType"] != "text":
            return "success"
        if self.answer == "transfer":
            return REPLY.format(
                to=fields["FromUserName"], by=fields["ToUserName"], content="x"
            ).replace("text", "transfer_customer_service")
        return REPLY.format(
            to=fields["FromUserName"],
            by=fields["ToUserName"],
            content=self.answer.format(fields["Content"]),
        )

    def names(self):
        return [f.get("Event") or f["MsgType"] for f in self.got]


@pytest.fixture
def echo():
    """The account."""
    return Echo(Account())


@pytest.fixture
def world(echo):
    """Its followers."""
    return World(echo.account)


@pytest.fixture
def phone(echo, world):
    """One of their phones."""
    with serve(echo.app) as url:
        pusher = Pusher(url, echo.account, mode="plain")
        connect(world, pusher)
        yield Phone(world, pusher, "oA")
        pusher.close()


def screen(phone):
    return [(line.kind, line.text) for line in phone.citizen.transcript]


def test_the_screen_shows_what_wechat_would(phone, echo, world):
    """Own words, the reply, and the failure line, each with its time and kind."""
    phone.say("您好")
    echo.answer = "好" * 700
    phone.say("再问")
    assert screen(phone) == [
        ("citizen", "您好"),
        ("passive", "你说：您好"),
        ("citizen", "再问"),
        ("failure", UNAVAILABLE),
    ]
    lines = phone.citizen.transcript
    assert all(abs(line.at - time.time()) < 60 for line in lines)
    pushes = {record.id: record for record in world.wire.list_pushes()}
    assert pushes[lines[1].push_id].outcome == "passive"
    assert pushes[lines[3].push_id].problem == "text too long"


def trigger_of(phone):
    """Which window stands open after the last act."""
    window = phone.citizen.window(time.time())
    return window and (window.trigger, window.left)


def test_each_act_opens_its_own_window(phone, echo):
    """A pressed line of a menu comes as text and counts as a click."""
    assert trigger_of(phone) is None
    phone.follow()
    assert trigger_of(phone) == ("follow", 3)
    phone.scan("hall-2")
    assert trigger_of(phone) == ("scan", 3)
    phone.say("您好")
    assert trigger_of(phone) == ("message", 5)
    phone.press_line("满意", "101")
    assert trigger_of(phone) == ("menu", 3)
    assert (echo.got[-1]["Content"], echo.got[-1]["bizmsgmenuid"]) == ("满意", "101")
    phone.citizen.windows.clear()
    phone.press_button({"type": "view", "name": "网页", "url": "http://x.example"})
    assert trigger_of(phone) is None
    phone.press_button({"type": "click", "name": "人工", "key": "person"})
    assert trigger_of(phone) == ("menu", 3)
    names = ["subscribe", "SCAN", "text", "text", "VIEW", "CLICK"]
    assert echo.names() == names
    assert [f.get("EventKey") for f in echo.got][:2] == ["", "hall-2"]


def test_menu_links_in_a_text(phone, echo):
    """Touched, they send their words; on a test account without the id."""
    href = "weixin://bizmsgmenu?msgmenucontent=%E6%BB%A1%E6%84%8F&msgmenuid=7"
    phone.touch_link(href)
    assert (echo.got[-1]["Content"], echo.got[-1]["bizmsgmenuid"]) == ("满意", "7")
    phone.is_menu_id_sent = False
    phone.touch_link(href.replace("&", "&amp;"))
    assert echo.got[-1]["Content"] == "满意"
    assert "bizmsgmenuid" not in echo.got[-1]
    with pytest.raises(ValueError):
        phone.touch_link("https://example.com")


def test_who_left_reads_and_writes_nothing(phone, echo):
    """Until the next follow, which a scanned code brings too."""
    phone.say("您好")
    phone.unfollow()
    assert trigger_of(phone) is None
    with pytest.raises(NotFollowingError):
        phone.say("还在吗")
    phone.scan("hall-2")
    assert echo.names() == ["text", "unsubscribe", "subscribe"]
    assert echo.got[-1]["EventKey"] == "qrscene_hall-2"


def test_pictures_lie_on_this_machine(phone, echo, world):
    """And so do voices; a voice brings no words."""
    world.picture_base = "http://127.0.0.1:1234/"
    phone.send_picture(b"jpg")
    phone.send_voice(b"amr")
    phone.send_place(30.5, 120.25, "湖滨路88号")
    picture, voice, place = echo.got
    assert picture["PicUrl"].startswith("http://127.0.0.1:1234/pictures/")
    assert "Recognition" not in voice
    assert {picture["MediaId"], voice["MediaId"], voice["MediaId16K"]} <= {*world.media}
    assert (place["Location_X"], place["Location_Y"]) == ("30.500000", "120.250000")


def test_a_served_citizen_is_not_pushed(phone, echo, world):
    """During a session of WeChat's own agents; before and after it the bot hears."""
    world.agents["kf1@yunze"] = True
    echo.answer = "transfer"
    phone.say("转人工")
    assert phone.citizen.waits_for == ""
    phone.say("还在吗")  # nobody has taken it yet
    agent_system.open_session(world, "oA", "kf1@yunze")
    _wait_for(lambda: "kf_create_session" in echo.names())
    assert phone.say("我的医保断了") is None
    agent_system.say_as_agent(world, "oA", "请稍等")
    agent_system.end_session(world, "oA")
    _wait_for(lambda: "kf_close_session" in echo.names())
    echo.answer = "你说：{}"
    phone.say("谢谢")
    said = [f.get("Content") for f in echo.got if f["MsgType"] == "text"]
    assert said == ["转人工", "还在吗", "谢谢"]
    assert ("agent", "请稍等") in screen(phone)
    outcomes = [record.outcome for record in world.wire.list_pushes()]
    assert outcomes.count("suppressed") == 1


def test_consent_is_pushed_and_allows_one_notice(phone, echo):
    """One List per template; only a yes counts."""
    phone.consent([("T1", True), ("T2", False)])
    assert echo.names() == ["subscribe_msg_popup_event"]
    assert phone.citizen.consents == {"T1": 1, "T2": 0}


def _wait_for(condition):
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
