"""The supervisor's parts on real processes: restart, back-off, and a sure end."""

import subprocess
import sys
import time

import psutil
import pytest

from handlers.children import run_as_child
from handlers.supervisor import FIRST_PAUSE_S, LAST_PAUSE_S, Child, Supervisor

#: Says that it is there, then deaf to SIGTERM.
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('ready', flush=True); time.sleep(60)"
)


@pytest.fixture
def supervisor():
    """A supervisor that remembers what it said; its children end with the test."""
    said = []
    supervisor = Supervisor({}, said.append)
    supervisor.said = said
    yield supervisor
    supervisor.stops = 2
    supervisor.stop()


def command(code):
    return [sys.executable, "-c", code]


def wait_for_death(child):
    child.process.wait(timeout=10)


def test_dead_child_is_started_again_later_each_time(supervisor):
    """One that dies at once must not use up the machine with its starts."""
    child = Child("网页服务", command("raise SystemExit(3)"))
    supervisor.add(child)
    pauses = []
    for _ in range(9):
        wait_for_death(child)
        supervisor.look_after()
        pauses.append(child.restart_at - time.monotonic())
        child.restart_at = 0.0
        supervisor.look_after()
    assert pauses[0] == pytest.approx(FIRST_PAUSE_S, abs=0.1)
    assert pauses[1] == pytest.approx(2 * FIRST_PAUSE_S, abs=0.1)
    assert pauses[-1] == pytest.approx(LAST_PAUSE_S, abs=0.1)
    assert supervisor.said[0] == "网页服务停止了（退出码 3），0.5 秒后重新启动。"


def test_long_life_forgives_earlier_deaths(supervisor):
    """A crash a week is started again at once, not after half a minute."""
    child = Child("网页服务", command("pass"), pause_s=LAST_PAUSE_S)
    supervisor.add(child)
    wait_for_death(child)
    child.started_at -= 3600
    supervisor.look_after()
    assert child.restart_at - time.monotonic() == pytest.approx(FIRST_PAUSE_S, abs=0.1)


def test_second_signal_kills_what_does_not_listen(supervisor):
    """A person who presses ctrl-C twice is not made to wait."""
    process = run_as_child(command(STUBBORN), stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"ready\n"
    child = Child("后台任务", [], process=process)
    supervisor.children.append(child)
    supervisor.stops = 2
    started = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - started < 2
    assert not psutil.pid_exists(process.pid)
    process.stdout.close()


def test_children_die_with_a_killed_parent():
    """Even kill -9 of the parent leaves nothing behind."""
    code = (
        "import sys, time; from handlers.children import run_as_child;"
        "print(run_as_child([sys.executable, '-c', 'import time; time.sleep(60)']).pid,"
        " flush=True); time.sleep(60)"
    )
    with subprocess.Popen(command(code), stdout=subprocess.PIPE) as parent:
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    assert child.wait(timeout=5) is None or not child.is_running()
