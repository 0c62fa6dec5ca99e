"""The simulator itself: a lenient one would let our mistakes pass."""

import pytest
from flask import Flask, request

from tests.wechat_simulator import (
    Account,
    NotLoopbackError,
    Pusher,
    check_loopback,
    make_text,
    serve,
)
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
