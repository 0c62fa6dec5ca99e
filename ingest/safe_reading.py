"""Reads files in a process of their own; the front door for whatever people send in.

A file may be made to fill memory, to loop, or to crash its parser. Here it costs one
child process, and ends in a report like any other refusal::

    with SafeReader() as reader:
        for report in reader.iter_path(folder):
            ...
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from .archive import MAX_DOCUMENTS
from .child_limits import ChildLimits
from .child_process import Child, Death, DiedError
from .errors import TooLargeError
from .limits import check_size
from .names import tidy_path
from .reading import iter_files, name_below
from .report_json import report_from_json
from .types import FileReport

_log = logging.getLogger(__name__)

REASONS = {
    Death.TIME: "读这个文件用的时间太长，已停下。请另存一份，或拆分成几个文件后再试",
    Death.MEMORY: "读这个文件用的内存太多，已停下。请删去大图和空白行列，或拆分后再试",
    Death.CRASH: "文件让读取程序出错，可能已损坏。请用原来的软件打开，另存后再试",
    Death.GARBLED: "文件让读取程序出错，可能已损坏。请用原来的软件打开，另存后再试",
    Death.NO_START: "读取程序启动不了，文件没有问题。请联系管理员查看日志",
}
_GONE = "文件读不出来，请检查是否存在、有无权限"
_GIVEN_UP = "压缩包里多个文件让读取程序出错，后面的没有读。请解开后分别导入"

#: Two messages a document, and one at the end.
_MAX_MESSAGES = 2 * MAX_DOCUMENTS + 100

#: Children that one archive may kill before the rest of it is refused.
_MAX_DEATHS = 5


class SafeReader:
    """Reads one file after another in a child that it keeps warm.

    Starting a child takes 0.7 s, so many files share one, until it dies, grows or has
    read ``ChildLimits.files``. One thread at a time; others wait.
    """

    def __init__(
        self, limits: ChildLimits | None = None, command: list[str] | None = None
    ) -> None:
        """Make a reader; nothing is started before the first file.

        Args:
            limits: What one file may use up.
            command: What runs as the child; None = our own reading program.
        """
        self._limits = limits or ChildLimits()
        self._command = command
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._served = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child; the reader may be used again."""
        with self._lock:
            self._drop()

    def iter_path(
        self, path: Path, *, root: Path | None = None
    ) -> Iterator[list[FileReport]]:
        """Read a file, or every file below a folder, as ``read_path`` does.

        Yields:
            The reports on one file: several for an archive of documents.
        """
        base = root or (path if path.is_dir() else path.parent)
        for file in iter_files(path):
            yield self.read_file(file, name_below(file, base))

    def read_file(self, file: Path, name: str) -> list[FileReport]:
        """Read a file of this machine without taking it into this process.

        Args:
            file: What to read.
            name: Path that the reports name; made harmless.
        """
        name = tidy_path(name)
        try:
            with file.open("rb") as body:
                size = os.fstat(body.fileno()).st_size
                check_size(size)
                return self._read_all(body, size, name)
        except TooLargeError as e:
            return [FileReport(name, "refused", reason=e.reason)]
        except (OSError, ValueError):
            # A name with a NUL in it is a ValueError.
            return [FileReport(name, "refused", reason=_GONE)]

    def read_bytes(self, data: bytes, name: str) -> list[FileReport]:
        """Read a file that was sent in; an archive gives a report a document.

        Args:
            data: The whole file.
            name: What the sender calls it; made harmless.
        """
        name = tidy_path(name)
        try:
            check_size(len(data))
        except TooLargeError as e:
            return [FileReport(name, "refused", reason=e.reason)]
        return self._read_all(BytesIO(data), len(data), name)

    def _read_all(self, body: IO[bytes], size: int, name: str) -> list[FileReport]:
        with self._lock:
            try:
                return list(self._read(body, size, name))
            except BaseException:
                # Left in the middle of an answer, it would give it to the next file.
                self._drop()
                raise

    def _read(self, body: IO[bytes], size: int, name: str) -> Iterator[FileReport]:
        """Yield the reports; a member that kills a child costs itself alone."""
        done, deaths = 0, 0
        while True:
            reading = _Reading(name, size, done)
            try:
                for report in self._ask(body, reading):
                    done += 1
                    yield report
            except DiedError as e:
                if self._drop_as_suspect(e.death):
                    continue
                done, deaths = done + 1, deaths + 1
                yield FileReport(reading.current, "refused", reason=REASONS[e.death])
                if not reading.has_begun or reading.current == name:
                    return
                if deaths >= _MAX_DEATHS:
                    yield FileReport(name, "refused", reason=_GIVEN_UP)
                    return
            else:
                return

    def _ask(self, body: IO[bytes], reading: _Reading) -> Iterator[FileReport]:
        """Yield the reports; afterwards the child is ready for the next file."""
        limits, child = self._limits, self._get_child()
        request = {
            "name": reading.name,
            "size": reading.size,
            "skip": reading.skip,
            "limits": limits.to_json(),
        }
        body.seek(0)
        child.send(request, body, reading.size, timeout_s=limits.wall_s)
        end = time.monotonic() + limits.archive_wall_s + limits.pages_wall_s
        is_pages = False
        for _ in range(_MAX_MESSAGES):
            message = child.receive(
                min(limits.wall(is_pages=is_pages), end - time.monotonic()),
                limits.memory(is_pages=is_pages),
            )
            if message.get("done") is True:
                return
            if "began" in message and not reading.has_begun:
                reading.has_begun = True
                reading.current = tidy_path(str(message["began"]))
                is_pages = message.get("is_pages") is True
            else:
                yield _unpack(message.get("report"))
                is_pages, reading.has_begun = False, False
                reading.current = reading.name
        raise DiedError(Death.GARBLED)

    def _get_child(self) -> Child:
        limits = self._limits
        if self._child is not None and (
            not self._child.is_alive
            or self._served >= limits.files
            or self._child.resident_bytes > limits.idle_bytes
        ):
            self._drop()
        if self._child is None:
            self._child = Child(limits, self._command)
        self._served += 1
        return self._child

    def _drop_as_suspect(self, death: Death) -> bool:
        """Drop the child; return whether an earlier file may have left it so."""
        was_warm = self._served > 1
        self._drop()
        _log.warning("reading died: %s, warm: %s", death.value, was_warm)
        return was_warm and death in (Death.CRASH, Death.GARBLED)

    def _drop(self) -> None:
        if self._child is not None:
            self._child.close()
        self._child, self._served = None, 0


class _Reading:
    """How far the reading of one file has come."""

    def __init__(self, name: str, size: int, skip: int) -> None:
        self.name = name
        self.size = size
        self.skip = skip
        #: What a child that dies now died of.
        self.current = name
        self.has_begun = False


def _unpack(body: object) -> FileReport:
    """Return the report, which may come from a child that somebody took over."""
    try:
        report = report_from_json(body)  # type: ignore[arg-type]
    except (ValueError, TypeError) as e:
        raise DiedError(Death.GARBLED) from e
    if report.file != tidy_path(report.file):
        raise DiedError(Death.GARBLED)
    return report


def read_safely(
    file: Path | bytes, name: str, *, limits: ChildLimits | None = None
) -> list[FileReport]:
    """Read one file in a child of its own; ``SafeReader`` where there are several."""
    with SafeReader(limits) as reader:
        if isinstance(file, Path):
            return reader.read_file(file, name)
        return reader.read_bytes(file, name)
