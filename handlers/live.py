"""Live events: a short log in Redis that every open console follows.

An event is a signal, never a text: a name and small JSON with ids. The page that
hears it fetches what changed with its normal rights. Losing Redis loses signals and
nothing else.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from redis.exceptions import RedisError

_log = logging.getLogger(__name__)

#: The Redis stream that holds the latest events.
KEY = "wenzheng:live"

#: The id before the first event.
START = "0-0"

#: Proxies cut a silent connection after 60 s (nginx's default); a closed tab is
#: noticed at the next write.
HEARTBEAT_S = 15.0

#: How long one read waits: a worker told to stop, and an officer who was logged out,
#: must be noticed within a second.
WAIT_MS = 700

#: After a failed write, events are dropped for so long: a Redis that is gone must not
#: slow down every message.
_PAUSE_S = 2.0

#: Redis refuses ids beyond 64 bits; these bounds are wide enough and below that.
_ID = re.compile(r"\d{1,15}-\d{1,10}")

#: Told to the browser: reconnect this soon after a broken connection.
_RETRY_MS = 1000


class _Process:
    """What this process knows about its end."""

    worker: Any = None


def watch_worker(worker: Any) -> None:
    """Remember gunicorn's worker; call it in ``post_worker_init``.

    Without it a reload waits for every stream until gunicorn kills the old worker.
    """
    _Process.worker = worker


def is_process_alive() -> bool:
    """Tell whether this process may go on serving streams."""
    return _Process.worker is None or bool(_Process.worker.alive)


class LiveBus:
    """Publishes events and replays them to every listener, in order, none twice."""

    def __init__(
        self,
        redis: Any,
        maxlen: int = 2000,
        *,
        heartbeat_s: float = HEARTBEAT_S,
        wait_ms: int = WAIT_MS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Follow one stream.

        Args:
            redis: A redis-py client, its ``socket_timeout`` above one second.
            maxlen: Events kept; a listener who missed more is told to start afresh.
            heartbeat_s: Seconds of silence before a comment is sent.
            wait_ms: How long one read waits for news.
            monotonic: Seconds that only grow.
        """
        self._redis = redis
        self._maxlen = maxlen
        self._heartbeat_s = heartbeat_s
        self._wait_ms = wait_ms
        self._monotonic = monotonic
        self._paused_until = float("-inf")

    def publish(self, name: str, data: Mapping[str, object]) -> None:
        """Tell every listener; an unreachable Redis is logged, never raised.

        Args:
            name: Of the event: letters, digits and underscores.
            data: Ids and states; no text of a citizen.
        """
        if self._monotonic() < self._paused_until:
            return
        try:
            fields = {"event": name, "data": json.dumps(dict(data), ensure_ascii=True)}
            self._redis.xadd(KEY, fields, maxlen=self._maxlen, approximate=False)
        except (RedisError, OSError) as e:
            self._paused_until = self._monotonic() + _PAUSE_S
            _log.warning("live event %s dropped: %s", name, type(e).__name__)

    def cursor(self) -> str:
        """Return the id of the newest event; a page rendered now missed none before.

        Empty while Redis is away.
        """
        try:
            return self._read_end()
        except (RedisError, OSError):
            return ""

    def stream(
        self, last_id: str | None, *, is_alive: Callable[[], bool]
    ) -> Iterator[str]:
        """Yield server-sent events after ``last_id``, then as they come.

        Ends when ``is_alive`` says so (asked about once a second) or Redis goes away;
        the browser then comes back by itself.

        Args:
            last_id: Of the last event seen; None or nonsense begins with the next.
            is_alive: Whether this process and this listener may go on.
        """
        try:
            last, is_gap = self._find_start(last_id)
            # The id is sent at once: a connection lost before the first event would
            # otherwise come back without one and miss what happened meanwhile.
            yield f"retry: {_RETRY_MS}\nid: {last}\n\n"
            if is_gap:
                yield f"id: {last}\nevent: resync\ndata: {{}}\n\n"
            yield from self._follow(last, is_alive)
        except (RedisError, OSError) as e:
            _log.warning("live stream ended: %s", type(e).__name__)

    def _follow(self, last: str, is_alive: Callable[[], bool]) -> Iterator[str]:
        spoke_at = self._monotonic()
        while is_alive():
            # Reading the log itself, instead of listening to a channel beside it,
            # leaves no gap between the replay and what is live.
            answer = self._redis.xread({KEY: last}, count=100, block=self._wait_ms)
            for event_id, fields in _entries(answer):
                last = event_id
                spoke_at = self._monotonic()
                name, data = fields["event"], fields["data"]
                yield f"id: {last}\nevent: {name}\ndata: {data}\n\n"
            if self._monotonic() - spoke_at >= self._heartbeat_s:
                spoke_at = self._monotonic()
                yield ": still here\n\n"

    def _find_start(self, last_id: str | None) -> tuple[str, bool]:
        """Return where to read on, and whether events in between are lost."""
        end = self._read_end()
        if last_id is None or not _ID.fullmatch(last_id):
            return end, False
        if _order(last_id) > _order(end):
            # Redis was started afresh: its log is not the one the page knew.
            return end, True
        oldest = self._redis.xrange(KEY, count=1)
        if last_id == START:
            is_gap = self._redis.xlen(KEY) >= self._maxlen
        else:
            is_gap = _order(last_id) < _order(_text(oldest[0][0]))
        return (end, True) if is_gap else (last_id, False)

    def _read_end(self) -> str:
        newest = self._redis.xrevrange(KEY, count=1)
        return _text(newest[0][0]) if newest else START


def _entries(answer: Any) -> Iterator[tuple[str, dict[str, str]]]:
    """Flatten what XREAD returns: a list in RESP2, a dictionary in RESP3."""
    if not answer:
        return
    streams = answer.values() if isinstance(answer, dict) else (s[1] for s in answer)
    for entries in streams:
        # RESP3 wraps the entries of one stream in a list of their own.
        rows = entries[0] if entries and isinstance(entries[0], list) else entries
        for event_id, fields in rows:
            yield (
                _text(event_id),
                {_text(key): _text(value) for key, value in fields.items()},
            )


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _order(event_id: str) -> tuple[int, int]:
    milliseconds, _, sequence = event_id.partition("-")
    return int(milliseconds), int(sequence)
