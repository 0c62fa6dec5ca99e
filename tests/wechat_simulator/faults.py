"""What goes wrong on purpose on the API side."""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from socket import SHUT_RDWR, SO_LINGER, SOL_SOCKET
from typing import Any

from flask import Response, request

from .calls import Answer, fail

SEND_PATH = "/cgi-bin/message/custom/send"


@dataclass
class Faults:
    """Everything is off at first. Counters count down to 0."""

    #: Seconds before any answer but a token's.
    latency_s: float = 0.0
    #: Seconds before the answer to a token call.
    token_stall_s: float = 0.0
    #: Seconds before the answer to a send, on top of the latency.
    send_stall_s: float = 0.0
    #: Next sends that get HTTP 500.
    server_errors: int = 0
    #: Next sends that get errcode -1.
    busy: int = 0
    #: Next sends that get no JSON.
    garbage: int = 0
    #: Next sends whose connection is cut without an answer.
    resets: int = 0
    #: Next sends before which the token is revoked.
    revocations: int = 0
    #: errcode of every send, such as 40001; None = none.
    send_code: int | None = None
    #: errcode of every token call; None = none.
    token_code: int | None = None
    #: The address whose calls are "sends" above; None = all but token calls.
    path: str | None = SEND_PATH

    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def hit(self, path: str, revoke: Callable[[], None]) -> Answer | None:
        """Wait and fail as asked; None = nothing happens to this call.

        Raises:
            ConnectionResetError: If the connection is to be cut.
        """
        time.sleep(self.latency_s)
        if self.path not in (None, path):
            return None
        time.sleep(self.send_stall_s)
        if self.send_code is not None:
            return fail(self.send_code)
        if self._take("resets"):
            raise ConnectionResetError
        if self._take("server_errors"):
            return Response("oops", status=500)
        if self._take("busy"):
            return fail(-1)
        if self._take("garbage"):
            return Response("<html>", status=200)
        if self._take("revocations"):
            revoke()
        return None

    def _take(self, name: str) -> bool:
        with self._lock:
            left = int(getattr(self, name))
            if left > 0:
                setattr(self, name, left - 1)
            return left > 0


def cut_connection() -> None:
    """Close this request's connection, with a reset and without an answer."""
    connection = request.environ.get("werkzeug.socket")
    if connection is not None:
        connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        # Else the server would wait for the next request on it.
        connection.shutdown(SHUT_RDWR)


def let_resets_through(
    app: Callable[..., Iterable[bytes]],
) -> Callable[..., Iterable[bytes]]:
    """Wrap a WSGI application so that a marked request ends without an answer."""

    def run(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = app(environ, start_response)
        if environ.get("wechat_simulator.reset"):
            # werkzeug takes this for a peer that hung up, and says nothing.
            raise ConnectionResetError
        return body

    return run
