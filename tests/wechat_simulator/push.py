"""The pushing side: signs, encrypts, waits 5 s, tries three times, judges the reply."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Literal

import httpx

from .account import Account, sign
from .judging import BadReplyError, Shown, judge
from .loopback import check_loopback

Mode = Literal["plain", "compat", "safe"]

#: What the citizen sees when the account answers wrongly or not at all.
UNAVAILABLE = "该公众号暂时无法提供服务，请稍后再试"

#: Seconds; WeChat's patience for one try.
DEADLINE_S = 5.0

_SENDER = re.compile(r"<FromUserName><!\[CDATA\[(.*?)\]\]>")

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

    #: The reply as it was read; of a failure an empty one.
    reply: Shown = field(default_factory=Shown)

    @property
    def last(self) -> Attempt:
        """The try that ended it."""
        return self.attempts[-1]


class Pusher:
    """WeChat's server, seen from the account; safe between threads."""

    def __init__(
        self,
        url: str | Sequence[str],
        account: Account,
        *,
        mode: Mode = "safe",
        clock: Callable[[], float] = time.time,
        deadline_s: float = DEADLINE_S,
        is_nonce_fresh: bool = False,
        query_openid: str = "oUnsigned",
    ) -> None:
        """Point it at a webhook.

        Args:
            url: The address; several are used in turn, as a balancer would.
            account: Whose keys sign.
            mode: As chosen in 公众平台.
            clock: Seconds since 1970, for the signatures.
            deadline_s: Seconds for one try.
            is_nonce_fresh: Whether a resend is signed anew; nobody knows whether
                WeChat's are (facts §1.3).
            query_openid: What stands in the address, which nobody signed and so
                nobody may trust; empty = the sender's, as WeChat puts it there.

        Raises:
            NotLoopbackError: If an address is not this machine's.
        """
        self.urls = [url] if isinstance(url, str) else list(url)
        for each in self.urls:
            check_loopback(each)
        self.account = account
        self.mode: Mode = mode
        self.is_nonce_fresh = is_nonce_fresh
        self._query_openid = query_openid
        self._clock = clock
        self._turn = 0
        # Messages wait up to 15 s each: a hundred connections, httpx's own limit,
        # would make the hundred-and-first wait for the simulator.
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
        self._http = httpx.Client(timeout=deadline_s, trust_env=False, limits=limits)

    @property
    def url(self) -> str:
        """The first address."""
        return self.urls[0]

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def verify(self, echo: str, **changes: str) -> httpx.Response:
        """Check the address as 公众平台 does when it is entered."""
        params = self._make_params()
        params.update(echostr=echo, **changes)
        return self._http.get(self.url, params=params)

    def push(
        self, xml: str, *, tries: int = MAX_TRIES, is_nonce_fresh: bool | None = None
    ) -> Delivery:
        """Push a message, again and again while there is no proper answer.

        MsgId and CreateTime stay as they are in ``xml``.

        Args:
            xml: The message or event.
            tries: Requests at most.
            is_nonce_fresh: As in the constructor; None = as said there.
        """
        is_fresh = self.is_nonce_fresh if is_nonce_fresh is None else is_nonce_fresh
        params, body = self.seal(xml)
        attempts = []
        for _ in range(tries):
            attempt = self.post(params, body)
            attempts.append(attempt)
            if attempt.status == 200:
                break
            if is_fresh:
                params, body = self.seal(xml)
        return self._judge(xml, attempts)

    def push_parallel(self, xml: str, times: int) -> list[Delivery]:
        """Push the same message from many connections at once, once each."""
        with ThreadPoolExecutor(times) as pool:
            futures = [pool.submit(self.push, xml, tries=1) for _ in range(times)]
            return [future.result() for future in futures]

    def push_together(self, xmls: Sequence[str]) -> list[Delivery]:
        """Push different messages at once; whichever comes first comes first."""
        with ThreadPoolExecutor(len(xmls)) as pool:
            return list(pool.map(self.push, xmls))

    def seal(self, xml: str) -> tuple[dict[str, str], bytes]:
        """Return parameters and body of a push in this mode."""
        params = self._make_params()
        if not self._query_openid:
            sender = _SENDER.search(xml)
            params["openid"] = sender[1] if sender else ""
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
        self._turn += 1
        url = self.urls[self._turn % len(self.urls)]
        try:
            reply = self._http.post(url, params=params, content=body, headers=headers)
        except httpx.HTTPError:
            return Attempt(0, b"", time.monotonic() - started)
        seconds = time.monotonic() - started
        content_type = reply.headers.get("Content-Type", "")
        return Attempt(reply.status_code, reply.content, seconds, content_type)

    def _make_params(self) -> dict[str, str]:
        params = {
            "timestamp": str(int(self._clock())),
            "nonce": str(secrets.randbelow(2**31)),
            "openid": self._query_openid,
        }
        params["signature"] = self.sign(params)
        return params

    def _judge(self, xml: str, attempts: list[Attempt]) -> Delivery:
        last = attempts[-1]
        if last.status != 200:
            problem = f"HTTP {last.status}" if last.status else "no answer in time"
            return Delivery(UNAVAILABLE, tuple(attempts), problem)
        try:
            reply = judge(self.account, self.mode, xml, last.body)
        except BadReplyError as e:
            return Delivery(UNAVAILABLE, tuple(attempts), str(e))
        return Delivery(reply.text, tuple(attempts), reply=reply)
