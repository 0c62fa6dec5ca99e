"""``make simulate`` for real: one command, a phone, and a 问政 that answers it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import psutil
import pytest
from playwright.sync_api import expect

from tests.wechat_simulator import Account
from tests.wechat_simulator.page import CITIZENS

ROOT = Path(__file__).resolve().parents[3]
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

#: One process group at a time: they share the machine's cores.
pytestmark = [pytest.mark.model, pytest.mark.valkey, pytest.mark.xdist_group("serve")]

PATIENCE_S = 60

CONFIG = """
office: {city: 云泽市}
wechat:
  menu:
    - {name: 居住证, ask: 居住证在哪里办理}
"""


def free_port():
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition):
    """Wait until something outside this process is so."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


class Simulation:
    """The command, started."""

    def __init__(self, root, folder):
        self.folder = folder
        self.port, self.app_port = free_port(), free_port()
        self._out = folder.parent / "simulate.out"
        environ = {k: v for k, v in os.environ.items() if "WENZHENG" not in k}
        # A real account's keys in the environment must not get into it.
        environ["WENZHENG_WECHAT_SECRET"] = "of-a-real-account"
        words = ["--root", root, "--folder", folder, "--port", self.port]
        words += ["--app-port", self.app_port, "--latency", "0.1"]
        with self._out.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.wechat_simulator", *map(str, words)],
                cwd=ROOT,
                env=environ,
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self):
        return self._out.read_text(encoding="utf-8")

    def stop(self):
        """Press Ctrl-C; returns the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE_S)


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """A repository in small: settings, and one answer released."""
    folder = tmp_path_factory.mktemp("root")
    book = openpyxl.Workbook()
    book.active.append(["问题", "答案", "责任部门"])
    answer = "请到居住地派出所办理居住证，电话 0990-6600110。"
    book.active.append(["居住证在哪里办理？", answer, "市公安局"])
    (folder / "资料").mkdir()
    book.save(folder / "资料" / "常见问题.xlsx")
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
    for words in (["keygen"], ["ingest", "资料"]):
        command = [sys.executable, "-m", "handlers", *words]
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        subprocess.run(
            command, cwd=folder, env=environ, check=True, capture_output=True
        )
    return folder


@pytest.fixture(scope="module")
def simulation(office, tmp_path_factory):
    """The command, running."""
    running = Simulation(office, tmp_path_factory.mktemp("own") / "simulate")
    try:
        wait_for(
            lambda: "全部停止" in running.said or running.process.poll() is not None
        )
        yield running
    finally:
        running.process.kill()
        running.process.wait()


@pytest.fixture
def phone(simulation):
    """The page at the width of a phone."""
    if not CHROMIUM.exists():
        pytest.skip("apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.set_default_timeout(15_000)
        page.goto(f"http://127.0.0.1:{simulation.port}/")
        yield page
        browser.close()


def test_it_says_where_everything_is(simulation):
    """Phone, console, the first officer's link, and how to stop."""
    said = simulation.said
    assert f"http://127.0.0.1:{simulation.port}\n" in said
    console = f"http://127.0.0.1:{simulation.app_port}/console"
    assert f"{console}\n" in said
    assert re.search(rf"{console}/setup/[\w-]{{40,}}\n", said)
    assert "Ctrl-C" in said


def test_its_keys_and_data_are_its_own(simulation):
    """Own database and key, the simulated account's secrets, readable by us alone."""
    env = simulation.folder / ".env"
    assert env.stat().st_mode & 0o777 == 0o600
    assert f"WENZHENG_WECHAT_SECRET={Account().secret}" in env.read_text()
    assert (simulation.folder / "wenzheng.db").exists()
    config = (simulation.folder / "config.yaml").read_text(encoding="utf-8")
    assert Account().secret not in config
    assert f"api_base: http://127.0.0.1:{simulation.port}" in config


@pytest.mark.browser
def test_a_citizen_asks_and_reads(simulation, phone):
    """By the menu that was pushed, in words, and a person is called."""
    phone.click("#buttons >> text=居住证")
    phone.wait_for_selector("[data-kind=passive]:has-text('居住地派出所')")
    phone.click("#to-keyboard")
    phone.fill("#text", "居住证在哪里办")
    phone.press("#text", "Enter")
    phone.wait_for_selector("[data-kind=citizen] ~ [data-kind=passive]")
    phone.fill("#text", "转人工")
    phone.press("#text", "Enter")
    # Told that a person is called; in which words depends on the time of day.
    phone.wait_for_selector("[data-kind=passive] >> nth=2")
    expect(phone.locator("[data-kind=passive]:has-text('居住地派出所')")).to_have_count(
        2
    )
    expect(phone.locator(".failure")).to_have_count(0)


def test_the_log_knows_nobody(simulation):
    """Neither keys nor OpenIDs nor words; run after the conversation above."""
    log = (simulation.folder / "wenzheng.log").read_text(encoding="utf-8")
    account = Account()
    assert "worker started" in log
    secret = (account.secret, account.token, account.aes_key, *CITIZENS, "居住证")
    assert [word for word in secret if word in log] == []


def test_ctrl_c_stops_everything(simulation):
    """No process stays, the ports are free, and the exit code is 0."""
    family = psutil.Process(simulation.process.pid).children(recursive=True)
    assert len(family) >= 4
    assert simulation.stop() == 0
    assert simulation.said.rstrip().endswith("已停止。")
    _, alive = psutil.wait_procs(family, timeout=5)
    assert alive == []
    for port in (simulation.port, simulation.app_port):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_taken_port_is_said_plainly(office, tmp_path):
    """In one line, and with exit code 1."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        words = ["--root", office, "--folder", tmp_path, "--port", port]
        done = subprocess.run(
            [sys.executable, "-m", "tests.wechat_simulator", *map(str, words)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )
    assert done.returncode == 1
    assert f"端口 {port} 已被占用" in done.stdout
    assert "Traceback" not in done.stderr
