"""How fast one browser may ask, with Redis and without."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

import pytest
from redis import Redis

from handlers.valkey import start_valkey
from handlers.webchat.limits import PER_ADDRESS, PER_VISITOR, AskLimits


def test_one_visitor_does_not_use_up_anothers_questions():
    """Each browser has its own count."""
    limits = AskLimits(None)
    asked = [limits.may_ask("a", "10.0.0.1") for _ in range(PER_VISITOR.amount + 1)]
    assert asked == [True] * PER_VISITOR.amount + [False]
    assert limits.may_ask("b", "10.0.0.1")


def test_new_cookies_do_not_lift_the_limit():
    """An address has a limit too, wide enough for a hall."""
    limits = AskLimits(None)
    asked = [limits.may_ask(str(n), "10.0.0.1") for n in range(PER_ADDRESS.amount + 1)]
    assert asked == [True] * PER_ADDRESS.amount + [False]


def test_lost_redis_neither_silences_nor_opens(caplog, tmp_path):
    """The process counts for itself, and says so once."""
    gone = Redis.from_url(f"unix://{tmp_path / 'gone.sock'}")
    limits = AskLimits(gone)
    with caplog.at_level(logging.WARNING):
        asked = [limits.may_ask("a", "10.0.0.1") for _ in range(PER_VISITOR.amount + 1)]
    assert asked == [True] * PER_VISITOR.amount + [False]
    assert len(caplog.records) == 1
    gone.close()


@pytest.mark.valkey
def test_processes_count_together():
    """What one process has counted, the other knows; no id lies in Redis."""
    # A short path: a socket's name has 108 bytes at most.
    with tempfile.TemporaryDirectory(prefix="wz") as folder:
        server = start_valkey(Path(folder))
        redis = Redis.from_url(server.url)
        first, second = AskLimits(redis), AskLimits(redis)
        asked = [first.may_ask("citizen", "a") for _ in range(PER_VISITOR.amount)]
        assert all(asked)
        assert not second.may_ask("citizen", "a")
        assert not any(b"citizen" in key for key in redis.scan_iter())
        redis.close()
        server.stop()
