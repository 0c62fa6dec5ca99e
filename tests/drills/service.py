"""Real processes of 问政 for a drill: web processes, the worker, and their logs."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from bot import make_engine, upgrade_database
from handlers.children import kill_group, run_as_child
from handlers.serve import is_healthy
from handlers.valkey import start_valkey
from tests.wechat_simulator import Account

ROOT = Path(__file__).resolve().parents[2]

_UP_WITHIN_S = 60


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Service:
    """Web processes side by side, and one worker, on one database and one Valkey.

    Three processes on three ports, and not three gunicorn workers on one: the
    simulated WeChat can then send each resend to another process on purpose.
    """

    folder: Path
    account: Account
    api_url: str
    is_verified: bool
    database_url: str = ""
    web_processes: int = 3
    reply_within_s: float = 4.0
    environ: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ports = [free_port() for _ in range(self.web_processes)]
        self.urls = [f"http://127.0.0.1:{port}/wechat" for port in self.ports]
        self.database_url = (
            self.database_url or f"sqlite:///{self.folder / 'wenzheng.db'}"
        )

    @contextmanager
    def running(self) -> Iterator[None]:
        """Start everything; nothing stays."""
        with ExitStack() as stack:
            valkey = start_valkey(self.folder / "run")
            stack.callback(valkey.stop)
            self._write_settings(valkey.url)
            engine = make_engine(self.database_url)
            upgrade_database(engine)
            engine.dispose()
            children: list[subprocess.Popen[bytes]] = []
            stack.callback(_stop, children)
            for number, port in enumerate(self.ports):
                children.append(self._start("web", f"web-{number}.log", port))
            children.append(self._start("worker", "worker.log", self.ports[0]))
            self._wait_until_up()
            yield

    def read_logs(self) -> str:
        """Return all that any process wrote."""
        logs = sorted(self.folder.glob("*.log"))
        return "\n".join(log.read_text(errors="replace") for log in logs)

    def _start(self, role: str, log: str, port: int) -> subprocess.Popen[bytes]:
        environ = {
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "WENZHENG_CONFIG": str(self.folder / "config.yaml"),
            "WENZHENG_DATABASE_URL": self.database_url,
            "WENZHENG_PORT": str(port),
            **self.environ,
        }
        with (self.folder / log).open("wb") as out:
            return run_as_child(
                [sys.executable, "-m", "tests.drills.slow_web", role],
                env=environ,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + _UP_WITHIN_S
        while True:
            are_up = all(is_healthy("127.0.0.1", p, timeout_s=1) for p in self.ports)
            if are_up and "worker started" in self.read_logs():
                return
            assert time.monotonic() < deadline, self.read_logs()[-3000:]
            time.sleep(0.1)

    def _write_settings(self, redis_url: str) -> None:
        account = self.account
        values = {
            "redis": {"url": redis_url},
            "web": {"public_url": self.urls[0].removesuffix("/wechat")},
            "wechat": {
                "app_id": account.app_id,
                "original_id": account.original_id,
                "api_base": self.api_url,
                "is_verified": self.is_verified,
                "reply_within_s": self.reply_within_s,
            },
        }
        text = yaml.safe_dump(values, allow_unicode=True)
        (self.folder / "config.yaml").write_text(text, encoding="utf-8")
        keys = {
            "WENZHENG_SECRET_KEY": "a key of the drill, long enough to be one",
            "WENZHENG_WECHAT_TOKEN": account.token,
            "WENZHENG_WECHAT_AES_KEY": account.aes_key,
            "WENZHENG_WECHAT_SECRET": account.secret,
        }
        lines = [f"{name}={value}\n" for name, value in keys.items()]
        (self.folder / ".env").write_text("".join(lines), encoding="utf-8")


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            kill_group(child)
            child.wait()
