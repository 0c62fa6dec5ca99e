"""``wenzheng serve`` for real: processes, signals, sockets, and what is left behind."""

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager, suppress
from http.client import HTTPException
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener, urlopen

import openpyxl
import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]

#: One process group at a time: they share the machine's two cores.
pytestmark = [pytest.mark.model, pytest.mark.valkey, pytest.mark.xdist_group("serve")]

#: Ten times what it takes on an idle machine; tests run beside others.
PATIENCE_S = 40

QUESTIONS = {
    "居住证在哪里办理？": "请到居住地派出所办理居住证，电话 0990-6600110。",
    "公积金可以提取来付房租吗？": "可以，每月最多提取 1800 元。",
    "新生儿医保怎么参保？": "出生后 90 天内到市医保局窗口参保。",
}

#: Writes a message down as the web process does, and dies while composing.
CRASH = """
import os, signal
from pathlib import Path
from bot import Channel, FrontDesk, Inbound, MessageKind
from handlers.assembly import assemble
from handlers.config import load_settings

class Dying:
    def answer(self, turn):
        os.kill(os.getpid(), signal.SIGKILL)

parts = assemble(load_settings(Path("config.yaml"), os.environ))
desk = FrontDesk(parts.engine, Dying(), seal=parts.seal, clock=parts.clock)
desk.receive(
    Inbound(Channel.WEB, "s", "k", MessageKind.TEXT, "居住证在哪里办理", parts.clock()),
    lambda answer: "",
)
"""


def free_port():
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Office:
    """A folder with settings, a key, and three answers."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith("WENZHENG_")},
            "PYTHONPATH": str(ROOT),
            "WENZHENG_PORT": str(self.port),
        }

    def command(self, *words):
        """Return a command's words for a child process."""
        return [sys.executable, "-m", "handlers", *words]

    def run(self, *words, check=True):
        """Run a command to its end."""
        return subprocess.run(
            self.command(*words),
            cwd=self.folder,
            env=self.env,
            check=check,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )

    @property
    def log(self):
        """What the service printed so far."""
        return (self.folder / "serve.log").read_text(encoding="utf-8")

    @contextmanager
    def serving(self, *words):
        """Run the service; whatever the test did, nothing stays."""
        with (self.folder / "serve.log").open("w") as log:
            process = subprocess.Popen(
                self.command(*(words or ("serve",))),
                cwd=self.folder,
                env=self.env,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            yield psutil.Process(process.pid)
        finally:
            family = (
                [*psutil.Process(process.pid).children(recursive=True)]
                if (process.poll() is None)
                else []
            )
            process.terminate()
            try:
                process.wait(PATIENCE_S)
            finally:
                for one in family:
                    with suppress(psutil.NoSuchProcess):
                        one.kill()

    def is_healthy(self):
        """Whether the web process answers."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as page:
                return page.status == 200
        except (URLError, OSError):
            return False

    def ask(self, question):
        """Ask on the web page; returns the page after it."""
        base = f"http://127.0.0.1:{self.port}"
        opener = build_opener(HTTPCookieProcessor(CookieJar()))
        with opener.open(f"{base}/chat?secret=hunter2", timeout=20) as page:
            html = page.read().decode()
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html))
        form = urlencode({**fields, "text": question}).encode()
        with opener.open(f"{base}/chat", form, timeout=20) as page:
            return page.read().decode()

    def count_started(self):
        """How many web processes have begun to answer so far."""
        return self.log.count("web process answers")

    def query(self, sql):
        """Look into the database from outside."""
        with closing(sqlite3.connect(self.folder / "data/wenzheng.db")) as db:
            return db.execute(sql).fetchall()


def wait_for(condition, seconds=PATIENCE_S):
    """Wait until something outside this process is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def is_gone(process):
    """Whether no such process runs any more."""
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def find_child(supervisor, word):
    """Find the process that runs a command: web, worker, valkey-server."""
    for child in supervisor.children():
        with suppress(psutil.Error):  # it died just now
            if word == child.name() or word in child.cmdline():
                return child
    return None


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A folder whose knowledge is released; copied for each service."""
    office = Office(tmp_path_factory.mktemp("template"))
    book = openpyxl.Workbook()
    book.active.append(["问题", "答案", "责任部门"])
    for question, answer in QUESTIONS.items():
        book.active.append([question, answer, "市政务服务中心"])
    (office.folder / "资料").mkdir()
    book.save(office.folder / "资料" / "常见问题.xlsx")
    config = office.folder / "config.yaml"
    config.write_text("office: {city: 云泽市}", encoding="utf-8")
    office.run("keygen")
    office.run("ingest", "资料")
    return office.folder


@pytest.fixture
def office(template, tmp_path):
    """An office of the test's own, nothing running."""
    return Office(shutil.copytree(template, tmp_path / "office"))


@pytest.fixture(scope="module")
def open_office(template, tmp_path_factory):
    """An office that several tests visit."""
    folder = tmp_path_factory.mktemp("open") / "office"
    return Office(shutil.copytree(template, folder))


@pytest.fixture(scope="module")
def service(open_office):
    """The running service, for tests that do it no harm."""
    with open_office.serving() as supervisor:
        wait_for(lambda: "按 Ctrl-C 停止" in open_office.log)
        yield supervisor


def test_addresses_and_first_link_are_printed(open_office, service):
    """All that the IT person needs after the start stands on the terminal."""
    for path in ("/chat", "/console", "/wechat"):
        assert f"http://127.0.0.1:{open_office.port}{path}" in open_office.log
    assert re.search(r"/console/setup/[\w-]{40,}\n", open_office.log)


def test_question_is_answered_from_the_release(open_office, service):
    """Through the real web server, index and encoder."""
    assert "居住地派出所" in open_office.ask("居住证在哪里办")


def test_supervisor_is_light_and_all_fit_in_400_mb(open_office, service):
    """It lives beside the others on a small machine."""
    wait_for(lambda: find_child(service, "worker") is not None)
    sizes = [p.memory_info().rss for p in service.children(recursive=True)]
    assert service.memory_info().rss < 30 * 2**20
    assert sum(sizes) < 400 * 2**20


def test_second_start_says_who_runs(open_office, service):
    """Two of them would send each message twice."""
    result = open_office.run("serve", check=False)
    assert result.returncode == 1
    assert f"问政已经在运行（进程号 {service.pid}）" in result.stderr


def test_web_alone_says_that_the_port_is_taken(open_office, service):
    """The address names what to change."""
    result = open_office.run("web", check=False)
    assert result.returncode == 1
    assert f"127.0.0.1:{open_office.port}" in result.stderr
    assert "web.port" in result.stderr


def test_log_has_no_query_strings_and_no_links(open_office, service):
    """WeChat's hold signature and OpenID; a link lets in whoever has it."""
    open_office.ask("居住证在哪里办")
    for path in ("/console/setup/some-token/x", "/wechat/answers/some-token"):
        with pytest.raises(URLError):
            urlopen(f"http://127.0.0.1:{open_office.port}{path}", timeout=9)
    wait_for(lambda: "/console/setup/***" in open_office.log)
    wait_for(lambda: "GET /wechat/answers/*** 404" in open_office.log)
    assert "GET /chat 200" in open_office.log
    assert "hunter2" not in open_office.log
    assert "some-token" not in open_office.log


def test_killed_processes_come_back(open_office, service):
    """Whichever is killed: the one that answers, its parent, worker, Valkey."""
    web = find_child(service, "web")
    web.children()[0].kill()
    wait_for(lambda: web.children() and open_office.is_healthy())
    for word in ("web", "worker", "valkey-server"):
        child = find_child(service, word)
        family = child.children()
        child.kill()
        wait_for(
            lambda old=child, word=word: find_child(service, word) not in {old, None}
        )
        for one in family:
            wait_for(lambda one=one: is_gone(one))
    wait_for(open_office.is_healthy)
    assert "居住地派出所" in open_office.ask("居住证在哪里办")


def test_several_processes_answer_and_a_dead_one_is_replaced(office):
    """Each answers alone; the others go on when one dies, and none is left behind."""
    config = office.folder / "config.yaml"
    config.write_text("office: {city: 云泽市}\nweb: {workers: 2}", encoding="utf-8")
    with office.serving() as supervisor:
        wait_for(lambda: "按 Ctrl-C 停止" in office.log)
        web = find_child(supervisor, "web")
        wait_for(lambda: len(web.children()) == 2 and office.count_started() == 2)
        first, second = web.children()
        for silent in (first, second):
            silent.suspend()
            try:
                assert "居住地派出所" in office.ask("居住证在哪里办")
            finally:
                silent.resume()
        first.kill()
        assert "居住地派出所" in office.ask("居住证在哪里办")
        wait_for(lambda: len(web.children()) == 2 and office.count_started() == 3)
        assert first not in web.children()
        assert second in web.children()
        assert supervisor.children().count(web) == 1
        second.suspend()  # so that the new one must answer
        try:
            assert "居住地派出所" in office.ask("居住证在哪里办")
        finally:
            second.resume()
        family = supervisor.children(recursive=True)
        supervisor.terminate()
        wait_for(lambda: is_gone(supervisor))
        assert all(is_gone(process) for process in family)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stop_leaves_no_process(office, number):
    """Neither ctrl-C nor systemd leaves anything behind, within seconds."""
    with office.serving() as supervisor:
        wait_for(lambda: "按 Ctrl-C 停止" in office.log)
        family = supervisor.children(recursive=True)
        assert len(family) >= 3
        started = time.monotonic()
        supervisor.send_signal(number)
        wait_for(lambda: is_gone(supervisor))
        assert time.monotonic() - started < 10
        assert all(is_gone(process) for process in family)
    assert office.log.rstrip().endswith("已停止。")


def test_kill_9_of_the_supervisor_leaves_no_process(office):
    """The kernel ends the children: nothing holds the port or the database."""
    with office.serving() as supervisor:
        wait_for(lambda: find_child(supervisor, "worker") is not None)
        family = supervisor.children(recursive=True)
        supervisor.kill()
        wait_for(lambda: all(is_gone(process) for process in family), 10)


def test_message_written_before_a_crash_is_answered_after_the_start(office):
    """Acknowledged means answered, whatever dies in between."""
    crashed = subprocess.run(
        [sys.executable, "-c", CRASH], cwd=office.folder, env=office.env, check=False
    )
    assert crashed.returncode == -signal.SIGKILL
    unanswered = "SELECT count(*) FROM inbox WHERE answered_at IS NULL"
    assert office.query(unanswered) == [(1,)]
    with office.serving():
        wait_for(lambda: office.query(unanswered) == [(0,)])
    last = "SELECT status FROM messages WHERE sender = 'bot' ORDER BY id DESC LIMIT 1"
    assert office.query(last) == [("answered",)]


def test_web_and_worker_alone_share_one_valkey(office):
    """Started by hand, the second finds the first one's; the starter ends it."""
    with office.serving("web") as web:
        wait_for(office.is_healthy)
        valkey = find_child(web, "valkey-server")
        assert valkey is not None
        with office.serving("worker") as worker:
            wait_for(lambda: "worker started" in office.log)
            assert find_child(worker, "valkey-server") is None
        assert not is_gone(valkey)
    assert is_gone(valkey)


@pytest.mark.drill
def test_questions_survive_kill_after_kill(office):
    """Whatever was written down is answered once, however often the web dies."""
    stop = threading.Event()

    def keep_asking():
        while not stop.is_set():
            with suppress(URLError, OSError, HTTPException):
                office.ask("居住证在哪里办")

    with office.serving() as supervisor:
        wait_for(lambda: "按 Ctrl-C 停止" in office.log)
        citizens = [threading.Thread(target=keep_asking) for _ in range(4)]
        for citizen in citizens:
            citizen.start()
        for _ in range(5):
            asked = office.query("SELECT count(*) FROM inbox")[0][0]
            wait_for(
                lambda n=asked: office.query("SELECT count(*) FROM inbox")[0][0] > n + 5
            )
            web = find_child(supervisor, "web")
            for process in web.children():
                process.kill()
            wait_for(office.is_healthy)
        stop.set()
        for citizen in citizens:
            citizen.join()
        open_rows = "SELECT count(*) FROM inbox WHERE answered_at IS NULL"
        wait_for(lambda: office.query(open_rows) == [(0,)], 60)
    (asked,) = office.query("SELECT count(*) FROM inbox")[0]
    (answers,) = office.query(
        "SELECT count(DISTINCT inbox_id) FROM messages WHERE sender = 'bot'"
    )[0]
    (lines,) = office.query("SELECT count(*) FROM messages WHERE sender = 'bot'")[0]
    assert asked == answers == lines
