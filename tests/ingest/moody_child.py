"""A reading process that does what the name of the file says: for the tests."""

import os
import socket
import sys
import time
from pathlib import Path

from ingest import child

true_read, true_json = child.read_piece, child.report_to_json


def loop():
    while True:
        pass


def eat():
    hoard = []
    while True:
        hoard.append(bytearray(8 * 1024 * 1024))
        time.sleep(0.005)


def remember():
    raise MemoryError


def talk():
    sys.stdout.write("not a message")
    os.write(1, b"nor this")


def dial():
    try:
        socket.create_connection(("127.0.0.1", 9), 1)
    except PermissionError:
        return
    raise AssertionError("reached the network")


def litter():
    Path("litter.txt").write_text("left here", encoding="utf-8")


def look():
    assert not [name for name in os.environ if name.startswith("WENZHENG")]


MOODS = {
    "loop": loop,
    "sleep": lambda: time.sleep(3600),
    "eat": eat,
    "crash": os.abort,
    "exit": lambda: os._exit(0),
    "remember": remember,
    "print": talk,
    "dial": dial,
    "litter": litter,
    "environment": look,
}


def read(piece):
    """Behave as its name says, then read it."""
    stem = piece.name.rpartition("/")[2].partition(".")[0]
    if mood := MOODS.get(stem):
        mood()
    return "lie" if stem == "lie" else true_read(piece)


def to_json(report):
    """Send what is no report, if told to lie."""
    return {"status": "perhaps"} if report == "lie" else true_json(report)


child.read_piece, child.report_to_json = read, to_json

if __name__ == "__main__":
    child.main()
