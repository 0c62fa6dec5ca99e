"""Messages on a pipe: a length, then JSON. Knows nothing of what they mean."""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO

_LENGTH = struct.Struct(">I")


class GarbledError(ValueError):
    """What came over the pipe is no message."""


def pack(message: dict[str, Any]) -> bytes:
    """Return the bytes of a message; what no encoding can write becomes "?"."""
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    data = body.encode("utf-8", errors="replace")
    return _LENGTH.pack(len(data)) + data


def read_message(stream: BinaryIO, max_bytes: int) -> dict[str, Any] | None:
    """Return the next message of a blocking stream; None at its end.

    Raises:
        GarbledError: If it is cut short, too long or no JSON object.
    """
    head = stream.read(_LENGTH.size)
    if not head:
        return None
    inbox = Inbox(max_bytes)
    inbox.feed(head)
    inbox.feed(stream.read(inbox.missing))
    message = inbox.take()
    if message is None:
        raise GarbledError("cut short")
    return message


class Inbox:
    """Collects bytes as they come and hands out whole messages."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = bytearray()

    @property
    def missing(self) -> int:
        """How many more bytes the next message needs; at least 1, 0 if it is whole.

        Raises:
            GarbledError: If it would be longer than allowed.
        """
        if len(self._bytes) < _LENGTH.size:
            return _LENGTH.size - len(self._bytes)
        (length,) = _LENGTH.unpack_from(self._bytes)
        if length > self._max_bytes:
            raise GarbledError(f"a message of {length} bytes")
        return int(_LENGTH.size + length - len(self._bytes))

    def feed(self, data: bytes) -> None:
        """Take what came."""
        self._bytes += data

    def take(self) -> dict[str, Any] | None:
        """Return the message if it is whole; never feed more than ``missing``.

        Raises:
            GarbledError: If it is too long or no JSON object.
        """
        if self.missing:
            return None
        body = bytes(self._bytes[_LENGTH.size :])
        self._bytes.clear()
        try:
            message = json.loads(body)
        except (ValueError, RecursionError) as e:
            raise GarbledError("no JSON") from e
        if not isinstance(message, dict):
            raise GarbledError("no JSON object")
        return message
