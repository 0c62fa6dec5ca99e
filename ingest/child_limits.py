"""What the process that reads foreign files may use up, and how it is held to it."""

from __future__ import annotations

import os
import resource
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_MIB = 1024 * 1024

#: Below everything that answers, above what only fills idle time.
_NICENESS = 10

#: Files open at once; a converter that the child starts needs some hundred.
_MAX_OPEN_FILES = 256


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """Limits on one file, whichever is reached first.

    "Pages" are PDFs and pictures, which may have to be recognised page by page.
    Measured on the 138 files of ``eval/documents``: 0.9 s and 190 MiB at most without
    recognition; with it, at low priority on two crowded cores, 94 s, 668 MiB in use
    and 1,052 MiB of address space.
    """

    #: Seconds from handing a file over to its report.
    wall_s: float = 60.0
    pages_wall_s: float = 600.0

    #: Seconds of computing, all threads together.
    cpu_s: int = 50
    pages_cpu_s: int = 1000

    #: Memory in use (resident), of the child alone.
    memory_bytes: int = 1024 * _MIB
    pages_memory_bytes: int = 2048 * _MIB

    #: Address space over that: libraries reserve much that they never use.
    reserve_bytes: int = 2048 * _MIB

    #: Largest single file that the child may write, in its own folder.
    file_bytes: int = 128 * _MIB

    #: Largest report of one file, as JSON: about 2.5 million Chinese characters.
    report_bytes: int = 8 * _MIB

    #: What all files of one archive may give, in seconds and in bytes of reports.
    archive_wall_s: float = 1800.0
    archive_bytes: int = 64 * _MIB

    #: Files until a child is replaced by a fresh one; a larger one goes at once.
    files: int = 200
    idle_bytes: int = 512 * _MIB

    def wall(self, *, is_pages: bool) -> float:
        """Return the seconds a file may take."""
        return self.pages_wall_s if is_pages else self.wall_s

    def memory(self, *, is_pages: bool) -> int:
        """Return the bytes a file may take."""
        return self.pages_memory_bytes if is_pages else self.memory_bytes

    def to_json(self) -> dict[str, Any]:
        """Return it as values that JSON has."""
        return asdict(self)


def shut_in(limits: ChildLimits) -> None:
    """Give up, for good, what reading files never needs; the child calls it first."""
    space = limits.pages_memory_bytes + limits.reserve_bytes
    _lower(resource.RLIMIT_AS, space, space)
    _lower(resource.RLIMIT_CORE, 0, 0)
    _lower(resource.RLIMIT_FSIZE, limits.file_bytes, limits.file_bytes)
    _lower(resource.RLIMIT_NOFILE, _MAX_OPEN_FILES, _MAX_OPEN_FILES)
    sys.addaudithook(_refuse_network)
    # Whoever asks a question comes first.
    os.nice(_NICENESS)
    try:
        # Should the machine itself run out of memory, this process is the one to go.
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    except OSError:
        return


def renew(limits: ChildLimits, *, is_pages: bool) -> None:
    """Start the account of the next file: computing counts from now on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    more = limits.pages_cpu_s if is_pages else limits.cpu_s
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    _lower(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + more, hard)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    space = limits.memory(is_pages=is_pages) + limits.reserve_bytes
    _lower(resource.RLIMIT_AS, space, hard)


def _lower(kind: int, soft: int, hard: int) -> None:
    _, ceiling = resource.getrlimit(kind)
    if ceiling != resource.RLIM_INFINITY:
        hard = ceiling if hard == resource.RLIM_INFINITY else min(hard, ceiling)
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    resource.setrlimit(kind, (soft, hard))


def _refuse_network(event: str, _args: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.bind", "socket.getaddrinfo"):
        raise PermissionError("the reading process has no network")
