"""A running 问政 of its own for the simulator: settings, keys, processes, links."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from handlers.children import kill_group, run_as_child
from handlers.serve import is_healthy

from .account import Account
from .loopback import check_loopback

#: The last line that serve prints when all is up.
_IS_UP = "按 Ctrl-C 停止"

#: The encoder opens in a second; a machine with other work needs longer.
_UP_WITHIN_S = 90

_SETUP_LINK = re.compile(r"https?://\S+/console/setup/\S+")

#: Command to the sheet of the sample city that it loads.
SHEETS = {
    "halls": Path("samples/city-halls.xlsx"),
    "bureaus": Path("samples/city-bureaus.xlsx"),
}


class OfficeError(Exception):
    """问政 did not come up; the message says what it said, Chinese."""


class Office:
    """A folder with config.yaml and .env, and the processes that run on it."""

    def __init__(self, folder: Path, root: Path) -> None:
        """Name the places; nothing is written.

        Args:
            folder: Its own: settings, keys, database and log.
            root: The repository: its config.yaml is copied, its knowledge is used.
        """
        self.folder = folder
        self.root = root
        self.log = folder / "wenzheng.log"
        self.setup_link = ""

    @property
    def config(self) -> Path:
        """Its settings."""
        return self.folder / "config.yaml"

    def write_settings(
        self,
        account: Account,
        *,
        api_base: str,
        port: int,
        mode: str = "safe",
        is_verified: bool = True,
    ) -> None:
        """Write config.yaml and .env; a secret key that is there already stays.

        Raises:
            NotLoopbackError: If ``api_base`` is not this machine's.
        """
        check_loopback(api_base)
        self.folder.mkdir(parents=True, exist_ok=True)
        values = _read_yaml(self.root / "config.yaml")
        values["database"] = {"url": "sqlite:///wenzheng.db"}
        values["redis"] = {"url": ""}
        knowledge = {**values.get("knowledge", {})}
        knowledge["folder"] = str((self.root / "data" / "releases").absolute())
        values["knowledge"] = knowledge
        web = {**values.get("web", {}), "host": "127.0.0.1", "port": port}
        web |= {"is_https": False, "public_url": f"http://127.0.0.1:{port}"}
        values["web"] = web
        values["wechat"] = {
            **values.get("wechat", {}),
            "app_id": account.app_id,
            "original_id": account.original_id,
            "mode": mode,
            "is_verified": is_verified,
            "api_base": api_base,
        }
        header = "# 由 make simulate 生成，每次启动都重写；请改上一级的 config.yaml。\n"
        text = yaml.safe_dump(values, allow_unicode=True, sort_keys=False)
        self.config.write_text(header + text, encoding="utf-8")
        self._write_keys(account)

    def run(self, *words: str) -> str:
        """Run a command of 问政's to its end; returns what it printed.

        Raises:
            OfficeError: If it fails.
        """
        done = subprocess.run(
            _command(*words),
            env=self._environ(),
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise OfficeError(done.stderr.strip() or f"wenzheng {words[0]} 没有完成")
        return done.stdout

    def prepare(self) -> None:
        """Make its database, and give it the halls and bureaus of the sample city."""
        self.run("migrate")
        for command, sheet in SHEETS.items():
            if (self.root / sheet).is_file():
                self.run(command, "import", str(self.root / sheet))

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Run ``wenzheng serve`` until the block ends.

        Raises:
            OfficeError: If it does not come up.
        """
        with self.log.open("ab") as log:
            child = run_as_child(
                _command("serve"),
                env=self._environ(),
                stdout=subprocess.PIPE,
                stderr=log,
            )
        said: list[str] = []
        is_up = threading.Event()
        reader = threading.Thread(
            target=self._listen, args=(child, said, is_up), daemon=True
        )
        reader.start()
        try:
            self._wait_until_up(child, said, is_up)
            yield
        finally:
            _stop(child)
            reader.join(5)

    def is_answering(self) -> bool:
        """Whether its web page answers."""
        address = urlsplit(_read_yaml(self.config)["web"]["public_url"])
        host, port = address.hostname or "", address.port or 0
        return is_healthy(host, port, timeout_s=1)

    def _listen(
        self, child: subprocess.Popen[bytes], said: list[str], is_up: threading.Event
    ) -> None:
        """Take what it prints: the one-time link is for the terminal, not the log."""
        assert child.stdout is not None
        for raw in child.stdout:
            line = raw.decode(errors="replace").strip()
            said.append(line)
            if link := _SETUP_LINK.search(line):
                self.setup_link = link[0]
            if _IS_UP in line:
                is_up.set()

    def _wait_until_up(
        self, child: subprocess.Popen[bytes], said: list[str], is_up: threading.Event
    ) -> None:
        deadline = time.monotonic() + _UP_WITHIN_S
        while not (is_up.wait(0.1) and self.is_answering()):
            if child.poll() is not None:
                tail = self.log.read_text(encoding="utf-8").splitlines()[-8:]
                raise OfficeError("\n".join([*said[-8:], *tail]))
            if time.monotonic() > deadline:
                raise OfficeError(f"{_UP_WITHIN_S} 秒内没有起来，见 {self.log}")

    def _write_keys(self, account: Account) -> None:
        path = self.folder / ".env"
        kept = ""
        if path.is_file():
            for line in path.read_text(encoding="utf-8").splitlines():
                if line.startswith("WENZHENG_SECRET_KEY="):
                    kept = line
        lines = [
            kept or f"WENZHENG_SECRET_KEY={secrets.token_urlsafe(32)}",
            f"WENZHENG_WECHAT_TOKEN={account.token}",
            f"WENZHENG_WECHAT_AES_KEY={account.aes_key}",
            f"WENZHENG_WECHAT_SECRET={account.secret}",
        ]
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("\n".join([*lines, ""]))

    def _environ(self) -> dict[str, str]:
        """Nothing of a real 问政's environment: neither its keys nor its database."""
        ours = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("WENZHENG_")
        }
        return {**ours, "WENZHENG_CONFIG": str(self.config.absolute())}


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "handlers", *words]


def _read_yaml(path: Path) -> dict[str, Any]:
    found = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return dict(found) if isinstance(found, Mapping) else {}


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(20)
    except subprocess.TimeoutExpired:
        kill_group(child)
        child.wait()
