"""The running service: how soon it answers, how soon it stops, what memory it takes."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import psutil
import yaml
from city_exam import ROOT, load_rows
from tables import Table

#: Memory that web and worker may take together (issue 2), in MB of 1,000,000 bytes.
MAX_MB = 400

#: Starts measured; the first reads from a cold cache where there is one.
STARTS = 3

#: Questions asked before memory is read.
QUESTIONS = 50

#: One visitor may ask 30 a minute.
_PER_VISITOR = 20

_PATIENCE_S = 60.0
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Running:
    """A service under measurement."""

    process: subprocess.Popen[bytes]
    base: str
    started_at: float

    def wait_until_healthy(self) -> float:
        """Return the seconds from the start to the first 200 of /healthz."""
        while time.perf_counter() - self.started_at < _PATIENCE_S:
            try:
                if httpx.get(f"{self.base}/healthz", timeout=1.0).status_code == 200:
                    return time.perf_counter() - self.started_at
            except httpx.HTTPError:
                time.sleep(0.01)
        raise TimeoutError(f"not healthy within {_PATIENCE_S:g} s")

    def ask(self, questions: list[str]) -> None:
        """Ask as a browser without JavaScript does: read the form, send it, read."""
        with httpx.Client(base_url=self.base, follow_redirects=True) as visitor:
            page = visitor.get("/chat").text
            for question in questions:
                token = _TOKEN.search(page)
                assert token, "the page has no form"
                form = {"csrf_token": token[1], "text": question}
                reply = visitor.post("/chat", data=form, timeout=_PATIENCE_S)
                reply.raise_for_status()
                page = reply.text
                assert "智能应答" in page, f"no answer to {question}"

    def stop(self) -> float:
        """Press Ctrl-C; return the seconds until every process is gone."""
        family = [self.process.pid, *(p.pid for p in self._children())]
        asked_at = time.perf_counter()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(_PATIENCE_S)
        while left := [pid for pid in family if psutil.pid_exists(pid)]:
            if time.perf_counter() - asked_at > _PATIENCE_S:
                raise TimeoutError(f"left behind: {left}")
            time.sleep(0.01)
        return time.perf_counter() - asked_at

    def list_processes(self) -> list[tuple[str, psutil.Process]]:
        """List the processes by the names of the README's figures."""
        named = [("supervisor", psutil.Process(self.process.pid))]
        for child in psutil.Process(self.process.pid).children():
            words = child.cmdline()
            role = "valkey" if "valkey" in words[0] else words[-1]
            named.append(("web master" if role == "web" else role, child))
            named += [("web worker", grandchild) for grandchild in child.children()]
        return named

    def _children(self) -> list[psutil.Process]:
        return list(psutil.Process(self.process.pid).children(recursive=True))


@contextmanager
def run_service() -> Iterator[Running]:
    """Start ``wenzheng serve`` on the current release, with a new, empty database."""
    with TemporaryDirectory(prefix="wenzheng-bench-") as folder:
        config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
        releases = ROOT / config["knowledge"]["folder"]
        config["knowledge"]["folder"] = str(releases)
        file = Path(folder) / "config.yaml"
        file.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
        port = _free_port()
        env = clean_environment() | {"WENZHENG_PORT": str(port)}
        log = (Path(folder) / "serve.log").open("wb")
        started_at = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "handlers", "serve"],
            cwd=folder,
            env=env,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield Running(process, f"http://127.0.0.1:{port}", started_at)
        except BaseException:
            sys.stderr.write(Path(log.name).read_text(encoding="utf-8"))
            raise
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(_PATIENCE_S)
            log.close()


def clean_environment() -> dict[str, str]:
    """Return our environment without the operator's settings, with a key of its own."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("WENZHENG_")}
    return kept | {
        "PYTHONPATH": str(ROOT),
        "WENZHENG_SECRET_KEY": secrets.token_hex(32),
    }


def measure_start() -> list[Table]:
    """Time starts, first answers and stops."""
    healthy, answered, stopped = [], [], []
    for _ in range(STARTS):
        with run_service() as service:
            healthy.append(service.wait_until_healthy())
            service.ask(["80岁老人高龄津贴怎么领，要带什么"])
            answered.append(time.perf_counter() - service.started_at)
            stopped.append(service.stop())
    rows = (
        ("start to /healthz", *_spread(healthy), "–"),
        ("start to the first answer in /chat", *_spread(answered), "5 s"),
        ("Ctrl-C to the last process gone", *_spread(stopped), "–"),
    )
    return [
        Table(
            title="Start and stop of wenzheng serve, on a built index",
            n=f"{STARTS} starts, empty database",
            command="python bench/run.py --only start",
            columns=("seconds", "best", "median", "worst", "limit"),
            rows=rows,
        )
    ]


def measure_memory() -> list[Table]:
    """Read resident memory after questions through /chat."""
    asked = [row["turns"][0] for row in load_rows()]
    chosen = asked[:: len(asked) // QUESTIONS][:QUESTIONS]
    with run_service() as service:
        service.wait_until_healthy()
        for first in range(0, len(chosen), _PER_VISITOR):
            service.ask(chosen[first : first + _PER_VISITOR])
        rows = [
            (name, info.rss / 1e6, info.pss / 1e6)
            for name, process in service.list_processes()
            if (info := process.memory_full_info())
        ]
        service.stop()
    counted = [row for row in rows if row[0] not in {"supervisor", "valkey"}]
    total = sum(row[1] for row in counted), sum(row[2] for row in counted)
    verdict = "within" if total[0] <= MAX_MB else "ABOVE"
    return [
        Table(
            title="Memory after questions",
            n=f"{len(chosen)} questions through /chat",
            command="python bench/run.py --only memory",
            columns=("process", "RSS MB", "PSS MB"),
            rows=(*rows, ("web and worker together", *total)),
            notes=(
                f"RSS {total[0]:.0f} MB is {verdict} the limit of {MAX_MB} MB",
                "RSS counts shared pages in every process, PSS divides them",
            ),
        )
    ]


def measure_ingest() -> list[Table]:
    """Ingest the sample city into an empty folder, then once more."""
    city = ROOT / "samples" / "city"
    if not city.is_dir():
        print(f"skipped: ingest, there is no {city}: python samples/build.py\n")
        return []
    rows = []
    with TemporaryDirectory(prefix="wenzheng-bench-") as folder:
        shutil.copy(ROOT / "config.yaml", folder)
        env = clean_environment()
        for label in ("everything new", "nothing changed"):
            started = time.perf_counter()
            words = [sys.executable, "-m", "handlers", "ingest", str(city)]
            done = subprocess.run(
                words, cwd=folder, env=env, check=True, capture_output=True, text=True
            )
            seconds = time.perf_counter() - started
            found = re.search(r"共 (\d+) 个片段", done.stdout)
            assert found, "no release was published"
            rows.append((label, int(found[1]), seconds, int(found[1]) / seconds))
    return [
        Table(
            title="Ingest: files read, cut, encoded, index built and published",
            n=f"{sum(1 for p in city.rglob('*') if p.is_file())} files of 云泽市",
            command="python bench/run.py --only ingest",
            columns=("run", "passages", "seconds", "passages/s"),
            rows=tuple(rows),
            notes=("a second run takes unchanged vectors from the cache",),
        )
    ]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _spread(values: list[float]) -> tuple[float, float, float]:
    ordered = sorted(values)
    return ordered[0], ordered[len(ordered) // 2], ordered[-1]
