"""The process that reads foreign files: ``python -m ingest.child``, never by hand.

It gets a file through standard input and says what it read through standard output,
both in ``frames``; it has no other way out. Whatever goes wrong here, the process
that started it lives on: see ``safe_reading``.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable
from typing import Any, BinaryIO

from .archive import Piece, iter_pieces
from .child_limits import ChildLimits, renew, shut_in
from .errors import IngestError
from .frames import GarbledError, pack, read_message
from .reading import read_piece
from .report_json import report_to_json
from .types import FileReport

#: A request is a name and limits.
MAX_REQUEST_BYTES = 64 * 1024

TOO_MUCH_TEXT = "文件里的文字太多，没有读入，请拆分成几个文件后再试"
TOO_MUCH_IN_ARCHIVE = "压缩包里的文字太多，后面的没有读，请分几次导入"

#: Beginnings of files that may have to be recognised page by page.
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")

_log = logging.getLogger(__name__)

Send = Callable[[dict[str, Any]], int]


def main() -> None:
    """Serve requests until standard input ends."""
    inbox, send = _take_pipes()
    logging.basicConfig(level=logging.CRITICAL)
    try:
        shut_in(ChildLimits(**(read_message(inbox, MAX_REQUEST_BYTES) or {})))
        send({"ready": True})
        while (request := read_message(inbox, MAX_REQUEST_BYTES)) is not None:
            limits = ChildLimits(**request["limits"])
            data = inbox.read(request["size"])
            serve(data, request["name"], send, limits=limits, skip=request["skip"])
    except (GarbledError, BrokenPipeError, KeyboardInterrupt):
        sys.exit(2)
    except MemoryError:
        # The next bytes might fail too; the other side knows what this means.
        os._exit(3)


def serve(
    data: bytes, name: str, send: Send, *, limits: ChildLimits, skip: int = 0
) -> None:
    """Read a file, or an archive's documents from the given one on.

    Args:
        data: The whole file.
        name: Path that the reports name.
        send: Sends a message and returns its size in bytes.
        limits: What one file may use up.
        skip: So many documents were dealt with before; the one that killed the
            last child among them.
    """
    left, end = limits.archive_bytes, time.monotonic() + limits.archive_wall_s
    renew(limits, is_pages=False)
    for number, piece in enumerate(iter_pieces(data, name)):
        if number < skip:
            continue
        if left <= 0 or time.monotonic() > end:
            send({"report": _refuse(name, TOO_MUCH_IN_ARCHIVE)})
            break
        is_pages = _may_be_pages(piece)
        renew(limits, is_pages=is_pages)
        send({"began": piece.name, "is_pages": is_pages})
        left -= _send_report(read_piece(piece), send, limits)
        renew(limits, is_pages=False)
    send({"done": True})


def _send_report(report: FileReport, send: Send, limits: ChildLimits) -> int:
    """Send it whole, or without the original, or say that it is too long."""
    for body in (
        report_to_json(report),
        {**report_to_json(report), "original": [], "is_original_cut": True},
        _refuse(report.file, TOO_MUCH_TEXT),
    ):
        message = {"report": body}
        # Estimated first: packing what is far too long would take twice the memory.
        if _count(body) <= limits.report_bytes:
            data = pack(message)
            if len(data) <= limits.report_bytes:
                return send(message)
    raise AssertionError("a refusal fits")


def _count(value: object) -> int:
    """Return how many bytes the value takes as JSON, at least."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(map(_count, value.values()))
    return sum(map(_count, value)) if isinstance(value, list) else 0


def _refuse(name: str, reason: str) -> dict[str, Any]:
    return report_to_json(FileReport(name, "refused", reason=reason))


def _may_be_pages(piece: Piece) -> bool:
    try:
        head = piece.load()[:1024]
    except IngestError:
        return False
    return b"%PDF-" in head or head.startswith(_PICTURES)


def _take_pipes() -> tuple[BinaryIO, Send]:
    """Keep the two pipes to ourselves: what a library prints goes nowhere."""
    inbox, outbox = os.fdopen(os.dup(0), "rb"), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(nowhere, number)

    def send(message: dict[str, Any]) -> int:
        data = memoryview(pack(message))
        size = len(data)
        while data:
            data = data[os.write(outbox, data) :]
        return size

    return inbox, send


if __name__ == "__main__":
    main()
