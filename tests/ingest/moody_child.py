"""A reading process that does what the name of the file says: for the tests."""

import os
import sys
import time
from pathlib import Path

from ingest import child, reading

read_piece = reading.read_piece


def loop():
    while True:
        pass


def eat():
    hoard = []
    while True:
        hoard.append(bytearray(8 * 1024 * 1024))
        time.sleep(0.005)


def garble():
    os.write(3 if not sys.argv[1:] else int(sys.argv[1]), b"\x00\x00\x00\x05nonsense")


def moody(piece):
    """Read it, or behave as its name says."""
    stem = piece.name.rpartition("/")[2].partition(".")[0]
    if stem == "loop":
        loop()
    elif stem == "sleep":
        time.sleep(3600)
    elif stem == "eat":
        eat()
    elif stem == "crash":
        os.abort()
    elif stem == "exit":
        os._exit(0)
    elif stem == "recurse":
        return moody(piece)
    elif stem == "remember":
        raise MemoryError
    elif stem == "print":
        sys.stdout.write("not a message")
        os.write(1, b"nor this")
    elif stem == "dial":
        import socket

        try:
            socket.create_connection(("127.0.0.1", 9), 1)
        except PermissionError:
            pass
        else:
            raise AssertionError("reached the network")
    elif stem == "litter":
        Path("litter.txt").write_text(os.getcwd(), encoding="utf-8")
        Path("/tmp/wenzheng-where.txt").unlink(missing_ok=True)
    elif stem == "environment":
        secrets = [name for name in os.environ if name.startswith("WENZHENG")]
        assert not secrets
    elif stem == "lie":
        return LYING
    return read_piece(piece)


class Lying:
    """Neither a report nor anything like one."""


LYING = Lying()


def lie(report):
    """Send what is no report."""
    return {"status": "perhaps"} if report is LYING else true_json(report)


true_json = child.report_to_json
child.report_to_json = lie
child.read_piece = moody

if __name__ == "__main__":
    child.main()
