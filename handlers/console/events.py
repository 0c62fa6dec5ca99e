"""The live stream: tells open consoles what changed, never what was said."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

from flask import Response, current_app, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from bot import Right
from handlers.console import blueprint
from handlers.console.access import allow, make_session_check
from handlers.web import parts

#: Told to a console that found no place or no Redis; it asks for news itself meanwhile.
_RETRY_AFTER_S = 10

_SLOTS = "wenzheng.live_slots"
_IS_ALIVE = "wenzheng.is_alive"

_HEADERS = {
    # nginx would otherwise hold the stream back until its buffer is full.
    "X-Accel-Buffering": "no",
    "Cache-Control": "no-store, no-transform",
}


@allow(Right.SERVE)
def listen() -> ResponseReturnValue:
    """Stream events from ``Last-Event-ID`` or ``?last=`` on; 200, 401 or 503.

    Each stream holds a thread of the server, so their number is bounded.
    """
    live, slots = parts().live, _get_slots()
    if not live.cursor() or not slots.acquire(blocking=False):
        return "", 503, {"Retry-After": str(_RETRY_AFTER_S)}
    last_id = request.headers.get("Last-Event-ID") or request.args.get("last")
    stream = live.stream(last_id, is_alive=_make_alive_check())
    response = Response(stream, mimetype="text/event-stream", headers=_HEADERS)
    # Also called when the browser goes away before the first byte.
    response.call_on_close(slots.release)
    return response


def is_gone(peer: Any) -> bool:
    """Tell whether the browser, or the proxy for it, has hung up.

    Otherwise a closed page would hold its thread until the next heartbeat, and each
    click on another conversation closes a page.

    Args:
        peer: The connection's socket; None where the server does not tell it.
    """
    if not isinstance(peer, socket.socket):
        return False
    try:
        return peer.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False  # open and silent
    except ValueError:
        return False  # TLS sockets cannot peek
    except OSError:
        return True


def _make_alive_check() -> Callable[[], bool]:
    is_process_alive: Callable[[], bool] = current_app.extensions.get(
        _IS_ALIVE, lambda: True
    )
    is_session_open = make_session_check()
    # Gunicorn's name for the connection, and that of Werkzeug's server.
    environ = request.environ
    peer = environ.get("gunicorn.socket") or environ.get("werkzeug.socket")

    def is_alive() -> bool:
        return is_process_alive() and not is_gone(peer) and is_session_open()

    return is_alive


def _get_slots() -> threading.BoundedSemaphore:
    limit = parts().settings.web.max_streams
    slots: threading.BoundedSemaphore = current_app.extensions.setdefault(
        _SLOTS, threading.BoundedSemaphore(limit)
    )
    return slots


@blueprint.record_once
def _register(state: BlueprintSetupState) -> None:
    # Outside /console, so that a proxy can give it a process of its own; in the
    # blueprint, so that its check of roles holds here too.
    state.app.add_url_rule("/live", "console.listen", listen, methods=["GET"])
