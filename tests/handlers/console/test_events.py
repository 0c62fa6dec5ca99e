"""The live stream over HTTP: who may listen, how many, until when."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest

from bot import Bureau, StoreUnavailableError
from handlers.console.epochs import FRESH_FOR_S, Epochs
from handlers.console.events import is_gone
from handlers.live import WAIT_MS

pytestmark = pytest.mark.valkey


def test_a_stream_tells_what_happened_since_the_page_was_drawn(
    world: Any, desk: Any
) -> None:
    """The cursor stands in the page; names and ids only, never a text."""
    page = desk.open("/console/").text
    cursor = page.split('data-cursor="')[1].split('"')[0]
    world.ask("灵活就业的医保断缴")
    answer = desk.client.get(f"/live?last={cursor}")
    assert answer.mimetype == "text/event-stream"
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert "no-transform" in answer.headers["Cache-Control"]
    stream = answer.iter_encoded()
    hello, *events = (next(stream).decode() for _ in range(3))
    answer.close()
    assert f"id: {cursor}\n" in hello
    assert any("event: ticket\n" in event for event in events)
    assert "灵活就业" not in "".join(events)


def test_the_browsers_own_header_goes_before_the_address(world: Any, desk: Any) -> None:
    """After a break the header is newer than the address the page began with."""
    world.parts.live.publish("ticket", {"ticket_id": 1})
    first = world.parts.live.cursor()
    world.parts.live.publish("ticket", {"ticket_id": 2})
    answer = desk.client.get("/live?last=0-0", headers={"Last-Event-ID": first})
    stream = answer.iter_encoded()
    next(stream)
    assert '"ticket_id": 2' in next(stream).decode()
    answer.close()


def test_strangers_hear_nothing(console: Any) -> None:
    """No redirect either: a browser's EventSource would follow it."""
    assert console.client.get("/live").status_code == 401


def test_the_number_of_listeners_is_bounded(desk: Any) -> None:
    """Each holds a thread; the tests' office has two."""
    first, second = desk.client.get("/live"), desk.client.get("/live")
    refused = desk.client.get("/live")
    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    first.close()
    third = desk.client.get("/live")
    assert third.status_code == 200
    second.close()
    third.close()


def test_without_redis_the_page_is_told_to_ask_itself(
    world: Any, desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the pages themselves work as before."""
    monkeypatch.setattr(world.parts.live, "cursor", lambda: "")
    assert desk.client.get("/live").status_code == 503
    assert desk.open("/console/").status_code == 200


def test_a_process_told_to_stop_ends_its_streams(world: Any, desk: Any) -> None:
    """A reload must not wait for the consoles."""
    is_alive = True
    world.app.extensions["wenzheng.is_alive"] = lambda: is_alive
    answer = desk.client.get("/live")
    stream = answer.iter_encoded()
    next(stream)
    is_alive = False
    assert list(stream) == []
    answer.close()


@pytest.mark.parametrize("way", ["role", "bureau", "off", "password", "logout"])
def test_a_stream_ends_within_a_second_of_its_session(
    world: Any, new_console: Any, way: str
) -> None:
    """So does the other browser of the same officer."""
    world.hire("boss")
    agent = world.hire("agent", role="agent")
    consoles = [new_console(), new_console()]
    for console in consoles:
        console.log_in("agent")
    world.parts.live._wait_ms = WAIT_MS
    answer = consoles[0].client.get("/live")
    stream = answer.iter_encoded()
    next(stream)
    began = time.monotonic()
    _end(world, agent, way)
    assert list(stream) == []
    answer.close()
    assert time.monotonic() - began < 1
    for console in consoles:
        assert console.client.get("/console/").status_code == 302


def _end(world: Any, agent: Any, way: str) -> None:
    officers = world.parts.officers
    if way == "role":
        officers.assign(agent.id, "team_lead", None, changed_by=1)
    elif way == "bureau":
        bureau = world.parts.bureaus.save(Bureau(0, "市医保局"), changed_by=1)
        officers.assign(agent.id, "agent", bureau, changed_by=1)
    elif way == "off":
        officers.set_active(agent.id, is_active=False, changed_by=1)
    elif way == "password":
        token = officers.make_reset_token(agent.id, made_by=1)
        officers.reset_password(token, "another-lamp-river-9")
    else:
        officers.end_sessions(agent.id)


def test_streams_of_a_process_ask_the_database_together() -> None:
    """However many there are; and a database that is away ends none of them."""
    asked, now = [], [0.0]

    def read() -> dict[int, int]:
        asked.append(now[0])
        if len(asked) == 2:
            raise StoreUnavailableError
        return {1: 4, 2: 7}

    epochs = Epochs(read, lambda: now[0])
    assert epochs.is_present(1, 4)
    assert not epochs.is_present(1, 3)
    assert not epochs.is_present(3, 4)
    assert len(asked) == 1
    now[0] = FRESH_FOR_S
    assert epochs.is_present(2, 7)
    assert len(asked) == 2


def test_a_page_that_hung_up_is_noticed_at_once() -> None:
    """Its thread must not wait for the next heartbeat."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert not is_gone(ours)
        theirs.send(b"x")
        assert not is_gone(ours)
        ours.recv(1)
        theirs.close()
        assert is_gone(ours)
    assert is_gone(ours)
    assert not is_gone(None)
