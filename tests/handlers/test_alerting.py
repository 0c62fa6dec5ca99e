"""Warnings outside the console: what is said, and over a real connection."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot import TicketClock, TicketWarning, WarningLevel, WarningStore
from handlers.alerting import (
    MAX_LINES,
    describe,
    describe_all,
    make_alert,
    watch_clocks,
)

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


def warning(level, due_in, **more):
    """Return a warning whose clock is due so many minutes from now."""
    values = {"bureau_name": "医保局", "holder": "", "clock": TicketClock.FIRST_REPLY}
    due_at = NOON + timedelta(minutes=due_in)
    return TicketWarning(
        12, 1, level=WarningLevel(level), at=NOON, due_at=due_at, **(values | more)
    )


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (
            warning("soon", 1),
            "工单 12（医保局）首次回复还剩 1 分钟，请本部门坐席处理。",
        ),
        (
            warning("soon", 1, holder="市医保局 李敏"),
            "工单 12（医保局）首次回复还剩 1 分钟，请市医保局 李敏处理。",
        ),
        (
            warning("overdue", -5),
            "工单 12（医保局）首次回复已超时 5 分钟，请组长处理。",
        ),
        (
            warning("escalated", -60 * 24 * 7, clock=TicketClock.ANSWER),
            "工单 12（医保局）办结已超时 7 天，请督办处理。",
        ),
        (
            warning("overdue", -150, clock=TicketClock.DISPATCH, bureau_name=""),
            "工单 12派单已超时 2 小时，请组长处理。",
        ),
    ],
)
def test_a_warning_names_ticket_bureau_and_time(given, text):
    """And who is asked to act."""
    assert describe(given, NOON) == text


def test_one_message_holds_the_worst_first():
    """A chat robot takes few messages a minute."""
    many = [warning("soon", 1)] * MAX_LINES + [warning("escalated", -9)]
    lines = describe_all(many, NOON).splitlines()
    assert "督办" in lines[0]
    assert len(lines) == MAX_LINES + 1
    assert lines[-1] == "另有 1 条，请看工作台。"


class Robot(ThreadingHTTPServer):
    """A chat robot's webhook on the loopback device."""

    def __init__(self):
        self.got, self.status = [], 200
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self):
        return f"json://user:secret@127.0.0.1:{self.server_address[1]}/hook"


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append(json.loads(body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args):
        """Say nothing."""


@pytest.fixture
def robot():
    """A robot that listens."""
    server = Robot()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def late(engine, clock, make_citizen):
    """Somebody waits too long; returns the store."""
    make_citizen().say("我要投诉张三")
    clock.move(minutes=4)
    return WarningStore(engine, clock)


def test_warnings_reach_a_robot_once(late, clock, robot):
    """One message for all of a run, without a word of the citizen's."""
    alert = make_alert(robot.url)
    assert watch_clocks(late, alert, clock()) == 2
    assert watch_clocks(late, alert, clock()) == 0
    (message,) = robot.got
    assert message["title"] == "问政工单提醒"
    assert message["message"].count("工单 1（") == 2
    assert "张三" not in message["message"]
    assert all(w.sent_at for w in late.list_open(officer_id=None))


def test_a_robot_that_fails_is_tried_three_times(late, clock, robot, caplog):
    """Then it is left; nothing that is logged or stored names its address."""
    robot.status = 500
    alert = make_alert(robot.url)
    for _ in range(5):
        watch_clocks(late, alert, clock())
    assert len(robot.got) == 3
    stored = late.list_open(officer_id=None)
    assert {w.error for w in stored} == {"没有发出去：json"}
    assert "secret" not in caplog.text
    assert "127.0.0.1" not in caplog.text


def test_who_got_it_is_not_told_again(late, clock, robot):
    """One of two addresses is enough."""
    alert = make_alert(f"json://127.0.0.1:1/ {robot.url}")
    for _ in range(2):
        watch_clocks(late, alert, clock())
    assert len(robot.got) == 1


def test_an_address_that_is_none_is_a_failure():
    """Named by nothing but its kind."""
    alert = make_alert("nonsense://key-of-somebody")
    assert alert("x") == "没有发出去：nonsense"


def test_without_addresses_the_console_alone_is_told(late, clock):
    """Nothing is kept for later."""
    assert make_alert("  ") is None
    assert watch_clocks(late, None, clock()) == 2
    assert all(w.sent_at is None for w in late.list_open(officer_id=None))


def test_levels_are_in_order():
    """The worst is last; the text sorts by it."""
    soon = warning("soon", 1)
    levels = [replace(soon, level=level).level for level in WarningLevel]
    assert levels == ["soon", "overdue", "escalated"]
