"""Reads what browsers send, one file now, a hundred in a minute: with one child."""

from __future__ import annotations

import atexit
import os
import threading

from .child_limits import ChildLimits
from .safe_reading import SafeReader
from .types import FileReport

#: So long a child waits for the next file: it holds some 80 MiB, starting costs 0.7 s.
IDLE_S = 30.0


class LingeringReader:
    """A reader that anybody may ask at any time, and that goes when nobody does."""

    def __init__(
        self,
        limits: ChildLimits | None = None,
        command: list[str] | None = None,
        *,
        idle_s: float = IDLE_S,
    ) -> None:
        self._limits = limits
        self._command = command
        self._idle_s = idle_s
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._reader, self._owner = SafeReader(limits, command), os.getpid()

    def read(self, data: bytes, filename: str) -> list[FileReport]:
        """Read one file; see ``SafeReader.read_bytes``."""
        reader = self._begin()
        try:
            return reader.read_bytes(data, filename)
        finally:
            self._end(reader)

    def close(self) -> None:
        """End the child; the reader may be used again."""
        with self._lock:
            self._stop_timer()
            reader = self._reader if self._owner == os.getpid() else None
        if reader is not None:
            reader.close()

    def _begin(self) -> SafeReader:
        with self._lock:
            self._stop_timer()
            if self._owner != os.getpid():
                # This process was forked: the child belongs to the one before.
                self._reader = SafeReader(self._limits, self._command)
                self._owner = os.getpid()
            return self._reader

    def _end(self, reader: SafeReader) -> None:
        with self._lock:
            self._stop_timer()
            self._timer = threading.Timer(self._idle_s, reader.close)
            self._timer.daemon = True
            self._timer.start()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


_shared = LingeringReader()
atexit.register(_shared.close)


def read_upload(data: bytes, filename: str) -> list[FileReport]:
    """Read one file that a browser sent.

    Args:
        data: The whole file.
        filename: What the sender calls it, folders included; trusted in nothing.

    Returns:
        One report; several for an archive of documents, named
        "压缩包.zip/目录/文件.docx". Never raises for what is in the file.
    """
    return _shared.read(data, filename)


def close_shared_reader() -> None:
    """End the child that ``read_upload`` keeps for the next file; tests do."""
    _shared.close()
