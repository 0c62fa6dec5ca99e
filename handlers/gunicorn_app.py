"""Runs the Flask app under gunicorn: processes that answer, each with many threads."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from handlers.children import die_with_parent
from handlers.config import Settings

if TYPE_CHECKING:
    from flask import Flask

#: Requests in progress get so long when the process is told to stop.
STOP_WITHIN_S = 3

#: A process whose main thread does not move for so long is replaced.
HANG_AFTER_S = 60

#: Not worth a line each: probes, and files that browsers keep.
_QUIET = re.compile(r"/healthz|/static/")

#: Links that let somebody in must not stand in a log: to an account, to an answer.
_SECRET_PATH = re.compile(r"(/setup/|/wechat/answers/)[^/]+")

_log = logging.getLogger("handlers.access")
_process_log = logging.getLogger(__name__)


class QuietLogger(Logger):  # type: ignore[misc]
    """Gunicorn's log through ours; access lines have no query strings.

    WeChat's carry the signature and the OpenID (shared/facts/wechat.md 9).
    """

    def setup(self, cfg: Any) -> None:
        """Leave handlers and format to :mod:`handlers.logs`."""
        self.cfg = cfg
        self._access_log_enabled = True
        self.error_log.propagate = True
        # Its start and stop lines are told by us.
        self.error_log.setLevel(max(logging.WARNING, logging.getLogger().level))

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """Write method, path, status and milliseconds."""
        del req  # its address has the query string
        path = environ.get("PATH_INFO", "")
        if not _QUIET.match(path):
            status = str(resp.status).partition(" ")[0]
            ms = request_time.total_seconds() * 1000
            method = environ.get("REQUEST_METHOD", "")
            shown = _SECRET_PATH.sub(r"\1***", path)
            _log.info("%s %s %s %.0fms", method, shown, status, ms)


class WebApplication(BaseApplication):  # type: ignore[misc]
    """The app as gunicorn wants it; built in each process that answers.

    Building after the fork keeps the parent at 25 MB, and threads and open files
    of the knowledge base are never carried over a fork. Processes share nothing but
    the socket: what all must know lies in the database or in Redis, and a process
    that dies is replaced while the others go on.
    """

    def __init__(
        self, settings: Settings, make_app: Callable[[], Flask], *, bind: str
    ) -> None:
        self._settings = settings
        self._make_app = make_app
        self._bind = bind
        super().__init__()

    def load_config(self) -> None:
        """Say how to run; see gunicorn's settings reference."""
        web = self._settings.web
        options = {
            "bind": self._bind,
            "workers": web.workers,
            "worker_class": "gthread",
            "threads": web.threads,
            # Waiting connections beyond the threads; the rest wait in the kernel.
            "worker_connections": web.threads + 200,
            "timeout": HANG_AFTER_S,
            "graceful_timeout": STOP_WITHIN_S,
            "keepalive": 15,
            "logger_class": QuietLogger,
            "accesslog": None,
            "control_socket_disable": True,
            "limit_request_line": 4094,
            "limit_request_fields": 60,
            "post_fork": _bind_to_parent,
            "post_worker_init": _remember_worker,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the app, with the knowledge base open."""
        return self._make_app()


def run_web(
    settings: Settings, environ: Mapping[str, str], make_app: Callable[[], Flask]
) -> None:
    """Answer requests until told to stop; does not return.

    Args:
        settings: As loaded.
        environ: May name an inherited socket, see ``LISTEN_FD`` of serve.
        make_app: Called once in each process that answers.

    Raises:
        SystemExit: Always, with gunicorn's exit code.
    """
    from handlers.serve import LISTEN_FD

    host, port = settings.web.host, settings.web.port
    named = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    fd = environ.get(LISTEN_FD)
    WebApplication(settings, make_app, bind=f"fd://{fd}" if fd else named).run()


def _bind_to_parent(_arbiter: Any, worker: Any) -> None:
    die_with_parent(worker.ppid)


def _remember_worker(worker: Any) -> None:
    """Let endless answers see when the process is told to stop.

    They ask ``app.extensions["wenzheng.is_alive"]()`` every second; otherwise they
    would hold up the stop until they are killed.
    """
    worker.wsgi.extensions["wenzheng.is_alive"] = lambda: bool(worker.alive)
    # One line a process: how many answer, and that a dead one came back.
    _process_log.info("web process answers")
