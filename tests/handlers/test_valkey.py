"""The embedded Valkey: one for all processes, on a socket, gone with the app."""

import os
from pathlib import Path

import psutil
import pytest
import redis

from handlers import valkey
from handlers.valkey import (
    MAX_SOCKET_PATH_BYTES,
    ValkeyUnavailableError,
    socket_path,
    start_valkey,
)

pytestmark = pytest.mark.valkey


@pytest.fixture
def server(tmp_path):
    """A running server of ours."""
    server = start_valkey(tmp_path / "run")
    yield server
    server.stop()


def test_redis_py_talks_to_it(server):
    """The same client and commands as with a Redis of the office's own."""
    with redis.Redis.from_url(server.url) as client:
        client.xadd("events", {"a": "1"})
        assert client.xlen("events") == 1


def test_no_tcp_port_is_open(server):
    """Nobody on the network can reach it: the socket's folder is ours alone."""
    assert psutil.Process(server.process.pid).net_connections("inet") == []
    path = Path(server.url.removeprefix("unix://"))
    assert path.stat().st_mode & 0o077 == 0


def test_second_process_uses_the_first_ones(server, tmp_path):
    """Web and worker started alone share it, and only the starter stops it."""
    second = start_valkey(tmp_path / "run")
    assert second.url == server.url
    second.stop()
    with redis.Redis.from_url(server.url) as client:
        assert client.ping()


def test_stopping_leaves_no_process(tmp_path):
    """A second stop does nothing."""
    server = start_valkey(tmp_path / "run")
    server.stop()
    server.stop()
    assert not psutil.pid_exists(server.process.pid)


def test_starts_over_the_socket_of_a_killed_one(tmp_path):
    """A kill -9 leaves the file behind; it must not be in the way."""
    first = start_valkey(tmp_path / "run")
    first.process.kill()
    first.process.wait()
    second = start_valkey(tmp_path / "run")
    assert second.process is not None
    second.stop()


def test_long_path_falls_back_to_the_temporary_folder(tmp_path):
    """A unix socket's path holds 107 bytes; Chinese folder names use them up fast."""
    folder = tmp_path / ("政务" * 20) / "run"
    path = socket_path(folder)
    assert len(os.fsencode(path)) <= MAX_SOCKET_PATH_BYTES
    assert path == socket_path(folder)
    assert path != socket_path(tmp_path / ("政务" * 21) / "run")
    assert path.parent.stat().st_mode & 0o077 == 0
    path.parent.rmdir()


def test_folder_that_leads_elsewhere_is_refused(tmp_path):
    """Somebody else may have planted it in a shared folder."""
    (tmp_path / "other").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "other")
    with pytest.raises(ValkeyUnavailableError, match="不属于"):
        start_valkey(tmp_path / "run")


def test_machine_without_a_binary_is_told_plainly(monkeypatch):
    """On such a machine the app runs without Redis."""
    monkeypatch.setattr(valkey.platform, "machine", lambda: "riscv64")
    with pytest.raises(ValkeyUnavailableError, match="linux-riscv64"):
        valkey.find_binary()
