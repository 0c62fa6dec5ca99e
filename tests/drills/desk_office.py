"""The whole service as ``wenzheng serve`` runs it, with bureaus and officers in it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import psutil
import yaml

from bot import Bureau, make_engine, upgrade_database
from handlers.assembly import assemble
from handlers.config import load_settings
from tests.wechat_simulator import Account

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "tiger-lamp-river-9"
PATIENCE_S = 90

#: What the bot can answer by itself: question, answer, bureau.
FACTS = (
    (
        "居住证在哪里办理？",
        "请到居住地派出所办理居住证，带身份证和租房合同。",
        "市公安局",
    ),
    ("公积金可以提取来付房租吗？", "可以，每月最多提取 1800 元。", "市人社局"),
    ("新生儿医保怎么参保？", "出生后 90 天内到市医保局窗口参保。", "市医保局"),
)


@dataclass(frozen=True)
class BureauPlan:
    """A bureau, what leads to it, and how many agents it has."""

    name: str
    topic: str
    agents: int


BUREAUS = (
    BureauPlan("市医保局", "医保", 4),
    BureauPlan("市人社局", "社保", 3),
    BureauPlan("市公安局", "落户", 3),
)


@dataclass(frozen=True)
class Person:
    """An officer's account."""

    id: int
    login: str
    name: str
    role: str
    bureau_id: int | None


def build_knowledge(folder: Path) -> None:
    """Make a key and a release of a few answers; takes seconds, so it is copied."""
    book = openpyxl.Workbook()
    book.active.append(["问题", "答案", "责任部门"])
    for row in FACTS:
        book.active.append(list(row))
    (folder / "资料").mkdir()
    book.save(folder / "资料" / "常见问题.xlsx")
    (folder / "config.yaml").write_text("office: {city: 云泽市}", encoding="utf-8")
    for words in (("keygen",), ("ingest", "资料")):
        subprocess.run(
            [sys.executable, "-m", "handlers", *words],
            cwd=folder,
            env=_environ(),
            check=True,
            capture_output=True,
            timeout=PATIENCE_S,
        )


@dataclass
class DeskOffice:
    """An office with people in it; ``running`` is ``wenzheng serve``."""

    folder: Path
    account: Account = field(default_factory=Account)
    api_url: str = ""
    database_url: str = ""
    workers: int = 2

    #: As behind nginx: HTTPS ends there, and each citizen has an address.
    is_behind_proxy: bool = True

    bureaus: dict[str, int] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)

    @classmethod
    def copy_of(cls, template: Path, folder: Path, **more: Any) -> DeskOffice:
        """Make an office in a new folder with the knowledge of another."""
        return cls(Path(shutil.copytree(template, folder)), **more)

    def __post_init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._supervisor: psutil.Process | None = None

    def settle_in(self, plans: tuple[BureauPlan, ...] = BUREAUS) -> None:
        """Write settings, make the database, the bureaus and the accounts."""
        self._write_settings()
        environ = {**_environ(), **self._more_environ()}
        parts = assemble(load_settings(self.folder / "config.yaml", environ))
        upgrade_database(parts.engine)
        boss = self._hire(parts, "boss", "赵主任", "administrator", None)
        for number, plan in enumerate(plans):
            bureau = Bureau(0, plan.name, (plan.name,), (), (plan.topic,))
            id_ = parts.bureaus.save(bureau, changed_by=boss.id)
            self.bureaus[plan.name] = id_
            for n in range(plan.agents):
                self._hire(
                    parts, f"agent{number}{n}", "李王张刘"[n] + "敏芳伟"[number],
                    "agent", id_,
                )  # fmt: skip
        first = next(iter(self.bureaus.values()))
        parts.bureaus.set_default(first, changed_by=boss.id)
        self._hire(parts, "lead", "陈组长", "team_lead", first)
        self._hire(parts, "chief", "周督办", "supervisor", None)
        parts.engine.dispose()

    def of_role(self, role: str) -> list[Person]:
        """Return the people of a role."""
        return [person for person in self.people if person.role == role]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run ``wenzheng serve``; whatever happens, nothing stays."""
        log = self.folder / "serve.log"
        with log.open("ab") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "handlers", "serve"],
                cwd=self.folder,
                env={**_environ(), **self._more_environ()},
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        self._supervisor = psutil.Process(process.pid)
        try:
            wait_for(lambda: "按 Ctrl-C 停止" in self.read_log(), process.poll)
            yield
        finally:
            self._stop(process)

    def read_log(self) -> str:
        """Return all that the processes wrote."""
        return (self.folder / "serve.log").read_text("utf-8", errors="replace")

    def find(self, word: str) -> psutil.Process | None:
        """Find a child of the supervisor by a word of its command: web, worker."""
        assert self._supervisor is not None
        for child in self._supervisor.children():
            with suppress(psutil.Error):
                if word in child.cmdline():
                    return child
        return None

    def kill_web_worker(self) -> None:
        """Kill one of the processes that answer, as a crash would."""
        web = self.find("web")
        assert web is not None
        web.children()[0].kill()

    def kill(self, word: str) -> None:
        """Kill a part, and wait until the supervisor has another one."""
        old = self.find(word)
        assert old is not None
        old.kill()
        wait_for(lambda: self.find(word) not in (old, None))

    def open_database(self) -> Any:
        """Open the database from outside."""
        return make_engine(self._database())

    def _database(self) -> str:
        return self.database_url or f"sqlite:///{self.folder / 'data' / 'wenzheng.db'}"

    def _hire(
        self, parts: Any, login: str, name: str, role: str, bureau_id: int | None
    ) -> Person:
        token = parts.officers.make_setup_token(role, bureau_id=bureau_id)
        names = {id_: name for name, id_ in self.bureaus.items()}
        department = names.get(bureau_id or 0, "市政务服务中心")
        officer = parts.officers.redeem(
            token,
            login=login,
            name=name,
            staff_number=f"{len(self.people) + 101:04d}",
            department=department,
            password=PASSWORD,
        )
        person = Person(officer.id, login, name, role, bureau_id)
        self.people.append(person)
        return person

    def _write_settings(self) -> None:
        values: dict[str, Any] = {
            # Always open: what is drilled must not depend on the hour it runs at.
            "office": {"city": "云泽市", "hours": "24小时"},
            "web": {
                "workers": self.workers,
                "is_https": self.is_behind_proxy,
                "public_url": self.url,
            },
        }
        if self.api_url:
            values["wechat"] = {
                "app_id": self.account.app_id,
                "original_id": self.account.original_id,
                "api_base": self.api_url,
            }
        text = yaml.safe_dump(values, allow_unicode=True)
        (self.folder / "config.yaml").write_text(text, encoding="utf-8")

    def _more_environ(self) -> Mapping[str, str]:
        account = self.account
        return {
            "WENZHENG_PORT": str(self.port),
            "WENZHENG_DATABASE_URL": self._database(),
            "WENZHENG_WECHAT_TOKEN": account.token,
            "WENZHENG_WECHAT_AES_KEY": account.aes_key,
            "WENZHENG_WECHAT_SECRET": account.secret,
        }

    def _stop(self, process: subprocess.Popen[bytes]) -> None:
        family = []
        if process.poll() is None:
            family = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        try:
            process.wait(30)
        finally:
            for one in family:
                with suppress(psutil.NoSuchProcess):
                    one.kill()


def wait_for(condition: Any, is_dead: Any = None, seconds: float = PATIENCE_S) -> None:
    """Wait until something outside this process is so.

    Raises:
        AssertionError: If it does not become so, or what it waits for has ended.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        assert is_dead is None or is_dead() is None, "it ended"
        time.sleep(0.05)


def _environ() -> dict[str, str]:
    ours = {k: v for k, v in os.environ.items() if not k.startswith("WENZHENG_")}
    return {**ours, "PYTHONPATH": str(ROOT)}
