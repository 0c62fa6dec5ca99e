"""Child processes that cannot outlive us; light, the supervisor imports it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

#: From <linux/prctl.h>: the kernel sends a signal when the parent dies.
_PR_SET_PDEATHSIG = 1

# Loaded once here: after a fork only calls that need no lock are safe.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def run_as_child(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    pass_fds: Sequence[int] = (),
    **streams: Any,
) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own, bound to our life.

    A terminal's ctrl-C then reaches us alone, and on Linux the kernel kills the
    child when we die, however we die.

    Args:
        command: Program and arguments; no shell.
        env: Its whole environment; None = ours.
        pass_fds: Descriptors that it inherits under the same numbers.
        streams: ``stdin``, ``stdout`` and ``stderr`` of :class:`subprocess.Popen`.

    Raises:
        OSError: If the program cannot be started.
    """
    parent = os.getpid()
    return subprocess.Popen(  # noqa: S603 - our own programs only
        command,
        env=env,
        pass_fds=pass_fds,
        process_group=0,
        preexec_fn=lambda: die_with_parent(parent),
        **streams,
    )


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this process when its parent dies (Linux only).

    SIGKILL and not SIGTERM: only it is sure, and everything here is built to
    survive it.

    Args:
        parent: Process id of the parent, to notice one that died before the call.
    """
    if _libc is None:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the child's process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
