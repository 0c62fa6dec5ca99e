"""Watches child processes: starts them again when they die, ends them together.

Light: the supervisor of ``wenzheng serve`` imports it.
"""

from __future__ import annotations

import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from handlers.children import kill_group, run_as_child

Say = Callable[[str], None]

#: After this the children are killed; the web process itself gives its requests 3 s.
STOP_WITHIN_S = 8.0

#: Wait before a dead child is started again: doubled each time, up to the last.
FIRST_PAUSE_S, LAST_PAUSE_S = 0.5, 30.0

#: A child that lived so long was healthy: its next death starts at the first pause.
HEALTHY_AFTER_S = 60.0


@dataclass(slots=True)
class Child:
    """One process under watch."""

    name: str
    command: Sequence[str]
    pass_fds: Sequence[int] = ()
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause_s: float = FIRST_PAUSE_S
    #: Moment of the next start; None while it runs.
    restart_at: float | None = None

    def start(self, env: Mapping[str, str]) -> None:
        """Run it with this environment."""
        self.process = run_as_child(self.command, env=env, pass_fds=self.pass_fds)
        self.started_at = time.monotonic()
        self.restart_at = None

    @property
    def is_running(self) -> bool:
        """Whether its process lives."""
        return self.process is not None and self.process.poll() is None


@dataclass
class Supervisor:
    """Everything that runs, and how to end it."""

    env: dict[str, str]
    say: Say
    children: list[Child] = field(default_factory=list)
    #: Signals that asked us to stop, so far.
    stops: int = 0

    def add(self, child: Child) -> None:
        """Start a child and watch it from now on."""
        self.children.append(child)
        child.start(self.env)

    def adopt(self, name: str, process: subprocess.Popen[bytes]) -> None:
        """Watch a process that runs already."""
        command = [str(word) for word in process.args]  # type: ignore[union-attr]
        child = Child(name, command, process=process, started_at=time.monotonic())
        self.children.append(child)

    def look_after(self) -> None:
        """Start again what died, each time a little later."""
        now = time.monotonic()
        for child in self.children:
            if child.is_running:
                continue
            if child.restart_at is None:
                self._plan_restart(child, now)
            elif now >= child.restart_at:
                child.start(self.env)

    def _plan_restart(self, child: Child, now: float) -> None:
        assert child.process is not None
        kill_group(child.process)
        if now - child.started_at > HEALTHY_AFTER_S:
            child.pause_s = FIRST_PAUSE_S
        code = child.process.returncode
        self.say(
            f"{child.name}停止了（退出码 {code}），{child.pause_s:g} 秒后重新启动。"
        )
        child.restart_at = now + child.pause_s
        child.pause_s = min(child.pause_s * 2, LAST_PAUSE_S)

    def stop(self) -> None:
        """End every child; the second signal to us ends them at once."""
        running = [c.process for c in self.children if c.process is not None]
        for process in running:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_WITHIN_S
        while any(p.poll() is None for p in running):
            if time.monotonic() > deadline or self.stops > 1:
                break
            time.sleep(0.02)
        for process in running:
            kill_group(process)
            process.wait()


class Wake:
    """Sleeps until a signal comes, without losing one in between."""

    def __init__(self) -> None:
        self._reader, writer = socket.socketpair()
        self._writer = writer
        for end in (self._reader, writer):
            end.setblocking(False)
        #: Told of each signal to stop; before there is one, a stop ends us at once.
        self.on_stop: Supervisor | None = None

    def wait(self, timeout_s: float) -> None:
        """Return after a signal or the time, whichever comes first."""
        if select.select([self._reader], [], [], timeout_s)[0]:
            self._reader.recv(4096)

    def ask_to_stop(self, _signal: int, _frame: object) -> None:
        """Count the request, or leave if nothing has been started."""
        if self.on_stop is None:
            raise SystemExit(130)
        self.on_stop.stops += 1

    def install(self, stack: ExitStack) -> None:
        """Handle signals until the stack unwinds."""
        stack.callback(
            signal.set_wakeup_fd, signal.set_wakeup_fd(self._writer.fileno())
        )
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            stack.callback(
                signal.signal, number, signal.signal(number, self.ask_to_stop)
            )
        # A handler that does nothing: the death of a child must wake us.
        old = signal.signal(signal.SIGCHLD, lambda _signal, _frame: None)
        stack.callback(signal.signal, signal.SIGCHLD, old)
        stack.callback(self._close)

    def _close(self) -> None:
        self._reader.close()
        self._writer.close()
