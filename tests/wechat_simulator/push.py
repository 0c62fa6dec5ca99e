"""The pushing side: signs, encrypts, waits 5 s, tries three times, judges the reply."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal
from xml.etree import ElementTree

import httpx

from .account import Account, sign
from .loopback import check_loopback

Mode = Literal["plain", "compat", "safe"]

#: What the citizen sees when the account answers wrongly or not at all.
UNAVAILABLE = "该公众号暂时无法提供服务，请稍后再试"

#: Seconds; WeChat's patience for one try.
DEADLINE_S = 5.0

#: How often one message is pushed before WeChat gives up.
MAX_TRIES = 3


@dataclass(frozen=True)
class Attempt:
    """One HTTP request and its answer; status 0 = none in time."""

    status: int
    body: bytes
    seconds: float
    content_type: str = ""


@dataclass(frozen=True)
class Delivery:
    """What became of one pushed message."""

    #: What the citizen reads; "" for silence, ``UNAVAILABLE`` for a failure.
    shown: str

    attempts: tuple[Attempt, ...] = field(repr=False, default=())

    #: Why the reply was not accepted, for the tester; "" if it was.
    problem: str = ""

    @property
    def last(self) -> Attempt:
        """The try that ended it."""
        return self.attempts[-1]


class Pusher:
    """WeChat's server, seen from the account."""

    def __init__(
        self,
        url: str,
        account: Account,
        *,
        mode: Mode = "safe",
        clock: Callable[[], float] = time.time,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        """Point it at a webhook.

        Raises:
            NotLoopbackError: If the address is not this machine's.
        """
        self.url = check_loopback(url)
        self.account = account
        self.mode: Mode = mode
        self._clock = clock
        self._http = httpx.Client(timeout=deadline_s, trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def verify(self, echo: str, **changes: str) -> httpx.Response:
        """Check the address as 公众平台 does when it is entered."""
        params = self._make_params()
        params.update(echostr=echo, **changes)
        return self._http.get(self.url, params=params)

    def push(
        self, xml: str, *, tries: int = MAX_TRIES, is_nonce_fresh: bool = False
    ) -> Delivery:
        """Push a message, again and again while there is no proper answer."""
        params, body = self.seal(xml)
        attempts = []
        for _ in range(tries):
            attempt = self.post(params, body)
            attempts.append(attempt)
            if attempt.status == 200:
                break
            if is_nonce_fresh:
                params, body = self.seal(xml)
        return self._judge(xml, attempts)

    def push_parallel(self, xml: str, times: int) -> list[Delivery]:
        """Push the same message from many connections at once, once each."""
        with ThreadPoolExecutor(times) as pool:
            futures = [pool.submit(self.push, xml, tries=1) for _ in range(times)]
            return [future.result() for future in futures]

    def seal(self, xml: str) -> tuple[dict[str, str], bytes]:
        """Return parameters and body of a push in this mode."""
        params = self._make_params()
        if self.mode == "plain":
            return params, xml.encode()
        sealed = self.account.encrypt(xml)
        params["encrypt_type"] = "aes"
        params["msg_signature"] = self.sign(params, sealed)
        encrypt = f"<Encrypt><![CDATA[{sealed}]]></Encrypt>"
        if self.mode == "compat":
            return params, xml.replace("</xml>", f"{encrypt}</xml>").encode()
        to = f"<ToUserName><![CDATA[{self.account.original_id}]]></ToUserName>"
        return params, f"<xml>{to}{encrypt}</xml>".encode()

    def sign(self, params: dict[str, str], *more: str) -> str:
        """Sign as WeChat does."""
        return sign(self.account.token, params["timestamp"], params["nonce"], *more)

    def post(self, params: dict[str, str], body: bytes) -> Attempt:
        """Send one request, whatever it holds."""
        started = time.monotonic()
        headers = {"Content-Type": "text/xml"}
        try:
            reply = self._http.post(
                self.url, params=params, content=body, headers=headers
            )
        except httpx.HTTPError:
            return Attempt(0, b"", time.monotonic() - started)
        seconds = time.monotonic() - started
        content_type = reply.headers.get("Content-Type", "")
        return Attempt(reply.status_code, reply.content, seconds, content_type)

    def _make_params(self) -> dict[str, str]:
        params = {
            "timestamp": str(int(self._clock())),
            "nonce": str(secrets.randbelow(2**31)),
            "openid": "oUnsigned",
        }
        params["signature"] = self.sign(params)
        return params

    def _judge(self, xml: str, attempts: list[Attempt]) -> Delivery:
        last = attempts[-1]
        if last.status != 200:
            return Delivery(UNAVAILABLE, tuple(attempts), f"HTTP {last.status}")
        if last.body in (b"", b"success"):
            return Delivery("", tuple(attempts))
        try:
            return Delivery(self._open(xml, last.body), tuple(attempts))
        except (ValueError, ElementTree.ParseError) as e:
            return Delivery(UNAVAILABLE, tuple(attempts), f"{type(e).__name__}: {e}")

    def _open(self, xml: str, body: bytes) -> str:
        reply = _read(body.decode())
        if self.mode != "plain":
            sealed = reply.get("Encrypt", "")
            signature = sign(
                self.account.token, reply["TimeStamp"], reply["Nonce"], sealed
            )
            if signature != reply.get("MsgSignature"):
                raise ValueError("signature of the reply")
            reply = _read(self.account.decrypt(sealed))
        pushed = _read(xml)
        if reply.get("ToUserName") != pushed["FromUserName"]:
            raise ValueError("reply to another citizen")
        if reply.get("FromUserName") != pushed["ToUserName"]:
            raise ValueError("reply from another account")
        if not re.fullmatch(r"\d{8,10}", reply.get("CreateTime", "")):
            raise ValueError("CreateTime of the reply")
        if reply.get("MsgType") != "text" or len(reply["Content"].encode()) > 2048:
            raise ValueError("not a text, or too long")
        return reply["Content"]


def _read(xml: str) -> dict[str, str]:
    return {child.tag: child.text or "" for child in ElementTree.fromstring(xml)}
