"""The API side: stable tokens, customer-service messages with quotas, and faults.

Every error is HTTP 200 with ``errcode``, ``errmsg`` and a ``rid``, as WeChat's are.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, request

from .account import Account

#: Trigger to messages allowed and seconds they last (facts §2.2).
QUOTAS = {"message": (5, 48 * 3600), "menu": (3, 60), "follow": (3, 60)}

MAX_TEXT_BYTES = 2048


@dataclass
class Faults:
    """What goes wrong; everything off at first. Counters count down to 0."""

    #: Seconds before any answer.
    latency_s: float = 0.0
    #: Seconds before the answer to a token call.
    token_stall_s: float = 0.0
    #: Next sends that get HTTP 500.
    server_errors: int = 0
    #: Next sends that get errcode -1.
    busy: int = 0
    #: Next sends that get no JSON.
    garbage: int = 0
    #: errcode of every send, such as 40001; None = none.
    send_code: int | None = None
    #: errcode of every token call; None = none.
    token_code: int | None = None


@dataclass
class _Window:
    left: int
    until: float


@dataclass
class FakeApi:
    """One account's API; ``app`` is served by :func:`serve`."""

    account: Account
    clock: Callable[[], float] = time.time
    is_verified: bool = True
    faults: Faults = field(default_factory=Faults)

    #: Everything that reached a citizen: (openid, text), in order.
    sent: list[tuple[str, str]] = field(default_factory=list)

    #: Raw bodies of the calls to custom/send.
    bodies: list[bytes] = field(default_factory=list)

    token_calls: int = 0
    send_calls: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._token = ""
        self._token_until = 0.0
        self._windows: dict[str, _Window] = {}
        self.app = Flask("wechat_simulator")
        self.app.post("/cgi-bin/stable_token")(self._stable_token)
        self.app.post("/cgi-bin/message/custom/send")(self._send)

    def open_window(self, openid: str, trigger: str = "message") -> None:
        """Let the citizen do something after which the account may write."""
        count, seconds = QUOTAS[trigger]
        self._windows[openid] = _Window(count, self.clock() + seconds)

    def revoke_token(self) -> None:
        """End the token that is out now."""
        self._token = ""

    def _stable_token(self) -> Response | dict[str, Any]:
        asked: dict[str, Any] = request.get_json()
        with self._lock:
            self.token_calls += 1
        time.sleep(self.faults.token_stall_s)
        if self.faults.token_code is not None:
            return _fail(self.faults.token_code, "fault")
        if asked.get("appid") != self.account.app_id:
            return _fail(40013, "invalid appid")
        if asked.get("secret") != self.account.secret:
            return _fail(40125, "invalid appsecret")
        with self._lock:
            # The same token until its last five minutes.
            left = self._token_until - self.clock()
            if not self._token or left <= 300:
                self._token = "T" + secrets.token_urlsafe(120)
                self._token_until, left = self.clock() + 7200, 7200
            return {"access_token": self._token, "expires_in": int(left)}

    def _send(self) -> Response | dict[str, Any]:
        with self._lock:
            self.send_calls += 1
            self.bodies.append(request.get_data())
        time.sleep(self.faults.latency_s)
        return self._fault() or self._accept(request.get_json())

    def _fault(self) -> Response | dict[str, Any] | None:
        faults = self.faults
        with self._lock:
            if faults.send_code is not None:
                return _fail(faults.send_code, "fault")
            if faults.server_errors > 0:
                faults.server_errors -= 1
                return Response("oops", status=500)
            if faults.busy > 0:
                faults.busy -= 1
                return _fail(-1, "system error")
            if faults.garbage > 0:
                faults.garbage -= 1
                return Response("<html>", status=200)
        return None

    def _accept(self, message: dict[str, Any]) -> dict[str, Any]:
        openid, text = message["touser"], message["text"]["content"]
        with self._lock:
            code = self._judge(openid, text)
            if code:
                return _fail(code, f"invalid openid hint: [{openid}]")
            self._windows[openid].left -= 1
            self.sent.append((openid, text))
        return {"errcode": 0, "errmsg": "ok"}

    def _judge(self, openid: str, text: str) -> int:
        if not self._token or request.args.get("access_token") != self._token:
            return 40001
        if not self.is_verified:
            return 48001
        window = self._windows.get(openid)
        if window is None or self.clock() > window.until:
            return 45015
        if len(text.encode()) > MAX_TEXT_BYTES:
            return 45002
        return 45047 if window.left <= 0 else 0


def _fail(code: int, errmsg: str) -> dict[str, Any]:
    rid = "-".join(secrets.token_hex(4) for _ in range(3))
    return {"errcode": code, "errmsg": f"{errmsg} rid: {rid}"}
