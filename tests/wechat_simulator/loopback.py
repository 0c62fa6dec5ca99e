"""Real HTTP on this machine, and nowhere else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from werkzeug.serving import WSGIRequestHandler, make_server


class NotLoopbackError(ValueError):
    """The simulator was pointed at another machine."""


def check_loopback(url: str) -> str:
    """Return the address if it is this machine's.

    Names are refused too, ``localhost`` excepted: they could be resolved to anything.

    Raises:
        NotLoopbackError: If it is not.
    """
    host = urlsplit(url).hostname or ""
    try:
        is_local = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        is_local = False
    if not is_local:
        raise NotLoopbackError(f"not a loopback address: {host!r}")
    return url


class _QuietHandler(WSGIRequestHandler):
    """No access log: its lines hold tokens and OpenIDs."""

    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        """Say nothing."""


@contextmanager
def serve(app: Callable[..., Any], *, port: int = 0) -> Iterator[str]:
    """Serve a WSGI application; gives its address.

    Args:
        app: The application.
        port: Where; 0 = any that is free.

    Raises:
        OSError: If the port is taken.
    """
    try:
        server = make_server(
            "127.0.0.1", port, app, threaded=True, request_handler=_QuietHandler
        )
    except SystemExit as e:
        # How werkzeug says so, having printed advice.
        raise OSError(f"端口 {port} 已被占用") from e
    # Looks for the end 50 times a second: half a second each, the default, adds up.
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
