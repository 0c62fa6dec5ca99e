"""Starts the reading process, talks with it, and ends it; knows no reports."""

from __future__ import annotations

import contextlib
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

from .child_limits import ChildLimits
from .frames import GarbledError, Inbox, pack

#: Starting takes 0.7 s on a quiet machine; a crowded one may take its time.
_START_S = 60.0

#: How often the memory of a child is looked at.
_LOOK_S = 0.05

_CHUNK_BYTES = 256 * 1024
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

#: Where office programs are; the variable of ours may name anything.
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

#: A request or the head of one: little, and never mixed up with a report.
_REST_BYTES = 4096


class Death(StrEnum):
    """How a child ended before it was done."""

    TIME = "time"
    MEMORY = "memory"
    CRASH = "crash"
    #: It answers, but not what was asked.
    GARBLED = "garbled"
    #: It never got ready: not the file's fault.
    NO_START = "no start"


class DiedError(Exception):
    """The child is gone; start another one."""

    def __init__(self, death: Death, detail: str = "") -> None:
        super().__init__(f"{death.value}: {detail}")
        self.death = death


class Child:
    """One running process; not for two threads at once."""

    def __init__(self, limits: ChildLimits, command: list[str] | None = None) -> None:
        """Start it.

        Args:
            limits: What it may use up.
            command: What to run; None = our own reading program.

        Raises:
            DiedError: If it does not get ready.
        """
        self._limits = limits
        self._folder = tempfile.mkdtemp(prefix="wenzheng-read-")
        self._inbox = Inbox(limits.report_bytes + _REST_BYTES)
        #: Bytes that it may still say before the next file.
        self._allowed = _REST_BYTES
        try:
            self._process = self._start(command)
        except OSError as e:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise DiedError(Death.NO_START, type(e).__name__) from e
        try:
            self._write([pack(limits.to_json())], time.monotonic() + _START_S)
            self.receive(_START_S, limits.memory_bytes)
        except DiedError as e:
            self.close()
            raise DiedError(Death.NO_START, str(e)) from e

    def _start(self, command: list[str] | None) -> subprocess.Popen[bytes]:
        root = str(Path(__file__).resolve().parents[1])
        return subprocess.Popen(  # noqa: S603 - our own program
            command or [sys.executable, "-P", "-s", "-B", "-m", "ingest.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            env={
                "PATH": _PATH,
                "PYTHONPATH": root,
                "PYTHONUTF8": "1",
                "LANG": "C.UTF-8",
                "HOME": self._folder,
                "TMPDIR": self._folder,
                # One more arena a thread takes 64 MiB of address space each.
                "MALLOC_ARENA_MAX": "2",
                "OPENBLAS_NUM_THREADS": "1",
                "OMP_NUM_THREADS": "2",
            },
            start_new_session=True,
        )

    @property
    def is_alive(self) -> bool:
        """Whether it still runs; one may die between two files."""
        return self._process.poll() is None

    @property
    def resident_bytes(self) -> int:
        """Memory in use; 0 if it is gone or the system does not say."""
        try:
            statm = Path(f"/proc/{self._process.pid}/statm").read_bytes()
        except OSError:
            return 0
        return int(statm.split()[1]) * _PAGE_BYTES

    def send(
        self, message: dict[str, Any], body: IO[bytes], size: int, *, timeout_s: float
    ) -> None:
        """Send a message, and so many bytes of a file after it.

        Raises:
            DiedError: If it does not take them in time.
            OSError: If the file is shorter now, or cannot be read.
        """
        self._allowed = self._limits.archive_bytes + self._limits.report_bytes
        end = time.monotonic() + timeout_s
        self._write(_iter_chunks(pack(message), body, size), end)

    def _write(self, chunks: Iterator[bytes] | list[bytes], end: float) -> None:
        assert self._process.stdin is not None
        pipe = self._process.stdin.fileno()
        os.set_blocking(pipe, False)
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_WRITE)
            for chunk in chunks:
                rest = memoryview(chunk)
                while rest:
                    if time.monotonic() > end:
                        raise self._kill(Death.TIME)
                    if selector.select(_LOOK_S):
                        try:
                            rest = rest[os.write(pipe, rest) :]
                        except BlockingIOError:
                            continue
                        except BrokenPipeError as e:
                            raise self._bury() from e

    def receive(self, timeout_s: float, memory_bytes: int) -> dict[str, Any]:
        """Return its next message.

        Args:
            timeout_s: Seconds it may take.
            memory_bytes: Memory it may have in use the while.

        Raises:
            DiedError: If it dies, is killed for one of the two, or says nonsense.
        """
        assert self._process.stdout is not None
        pipe = self._process.stdout.fileno()
        end = time.monotonic() + timeout_s
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while True:
                self._check(end, memory_bytes)
                if not selector.select(_LOOK_S):
                    continue
                try:
                    data = os.read(pipe, min(self._inbox.missing, _CHUNK_BYTES))
                    if not data:
                        raise self._bury()
                    self._inbox.feed(data)
                    self._allowed -= len(data)
                    message = self._inbox.take()
                except GarbledError as e:
                    raise self._kill(Death.GARBLED) from e
                if message is not None:
                    return message

    def _check(self, end: float, memory_bytes: int) -> None:
        if self._allowed < 0:
            raise self._kill(Death.GARBLED)
        if self.resident_bytes > memory_bytes:
            raise self._kill(Death.MEMORY)
        if time.monotonic() > end:
            raise self._kill(Death.TIME)

    def _bury(self) -> DiedError:
        """Return why it went by itself."""
        try:
            code = self._process.wait(5)
        except subprocess.TimeoutExpired:
            return self._kill(Death.CRASH)
        self.close()
        if code in (-signal.SIGXCPU, -signal.SIGXFSZ):
            return DiedError(Death.TIME if code == -signal.SIGXCPU else Death.MEMORY)
        # The kernel kills for memory; our own program leaves with 3 for it.
        is_memory = code in (3, -signal.SIGKILL)
        return DiedError(Death.MEMORY if is_memory else Death.CRASH, f"code {code}")

    def _kill(self, death: Death) -> DiedError:
        self.close()
        return DiedError(death)

    def close(self) -> None:
        """End it with all that it started, and remove its folder."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def _iter_chunks(head: bytes, body: IO[bytes], size: int) -> Iterator[bytes]:
    yield head
    while size:
        chunk = body.read(min(size, _CHUNK_BYTES))
        if not chunk:
            raise OSError("the file became shorter")
        size -= len(chunk)
        yield chunk
