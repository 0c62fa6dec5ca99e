"""Who has a ticket open and who writes in it: kept in Redis, gone after seconds.

Nothing of it is stored, no text is in it, and losing Redis loses a hint and nothing
else. Each ticket has one sorted set: what is going on, scored by when it ends.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from redis.exceptions import RedisError

from bot import Publish

_log = logging.getLogger(__name__)

_T = TypeVar("_T")

#: Name of the live event: something of this changed in a ticket.
EVENT = "around"

#: Pages tell again every 3 s that somebody writes, and every 15 s that they are open.
TYPING_FOR_S, OPEN_FOR_S = 6.0, 40.0

#: WeChat shows 对方正在输入 for 15 s.
WECHAT_TYPING_FOR_S = 15

#: After a failure Redis is left alone for so long: a page must not wait for a hint.
_PAUSE_S = 2.0

#: The set of a ticket is dropped when nothing happened for so long.
_KEPT_S = 120

_CITIZEN = "citizen"


class Writing(StrEnum):
    """What an officer is writing."""

    #: To the citizen, who is shown it.
    REPLY = "reply"
    #: For colleagues.
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Colleague:
    """An officer who has the ticket open."""

    id: int
    name: str

    #: None = only looks.
    writing: Writing | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Who is around a ticket now."""

    is_citizen_typing: bool = False
    colleagues: tuple[Colleague, ...] = ()


class Around:
    """Notes and tells who is around; never raises, and never waits long."""

    def __init__(
        self,
        redis: Any,
        publish: Publish,
        clock: Callable[[], datetime],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Follow all tickets.

        Args:
            redis: A redis-py client with short time limits.
            publish: Tells open pages that something changed; ids only.
            clock: Now, aware; the same for all processes.
            monotonic: Seconds that only grow.
        """
        self._redis = redis
        self._publish = publish
        self._clock = clock
        self._monotonic = monotonic
        self._paused_until = float("-inf")

    def note_citizen(self, ticket_id: int, *, is_typing: bool) -> None:
        """Note that the citizen of a ticket writes, or has stopped."""
        self._change(ticket_id, {_CITIZEN: TYPING_FOR_S if is_typing else 0.0})

    def note_open(self, ticket_id: int, officer_id: int, name: str) -> None:
        """Note that an officer has a ticket in sight."""
        self._change(ticket_id, {f"open:{officer_id}:{name}": OPEN_FOR_S})

    def note_writing(
        self, ticket_id: int, officer_id: int, writing: Writing | None
    ) -> None:
        """Note what an officer writes; None = has stopped."""
        ends = dict.fromkeys(Writing, 0.0)
        if writing is not None:
            ends[writing] = TYPING_FOR_S
        self._change(ticket_id, {f"{k}:{officer_id}:": s for k, s in ends.items()})

    def note_left(self, ticket_id: int, officer_id: int, name: str) -> None:
        """Note that an officer has closed the page, or hidden it."""
        gone = [f"open:{officer_id}:{name}", *(f"{k}:{officer_id}:" for k in Writing)]
        self._change(ticket_id, dict.fromkeys(gone, 0.0))

    def look(self, ticket_id: int, *, but: int = 0) -> Surroundings:
        """Return who is around, without one officer, who knows."""
        nothing: list[str] = []
        found = self._ask(lambda: self._list(ticket_id), nothing)
        return _read(found, but)

    def is_reply_coming(self, ticket_id: int) -> bool:
        """Tell whether an officer is writing to the citizen."""
        people = self.look(ticket_id).colleagues
        return any(each.writing is Writing.REPLY for each in people)

    def may_show_on_wechat(self, ticket_id: int) -> bool:
        """Tell whether WeChat may be asked to show 正在输入; once in 15 s."""
        key = f"wenzheng:around:{ticket_id}:wechat"
        return self._ask(
            lambda: bool(self._redis.set(key, 1, nx=True, ex=WECHAT_TYPING_FOR_S)),
            False,
        )

    def _list(self, ticket_id: int) -> list[str]:
        found = self._redis.zrangebyscore(_key(ticket_id), f"({self._now()}", "+inf")
        return [m.decode() if isinstance(m, bytes) else str(m) for m in found]

    def _change(self, ticket_id: int, seconds: dict[str, float]) -> None:
        """Set how long things go on; tell it only when one begins or ends."""
        if self._ask(lambda: self._write(ticket_id, seconds), False):
            self._publish(EVENT, {"ticket_id": ticket_id})

    def _write(self, ticket_id: int, seconds: dict[str, float]) -> bool:
        key, now = _key(ticket_id), self._now()
        pipe = self._redis.pipeline(transaction=True)
        for member in seconds:
            pipe.zscore(key, member)
        pipe.zadd(key, {member: now + s for member, s in seconds.items()})
        pipe.zremrangebyscore(key, "-inf", now)
        pipe.expire(key, _KEPT_S)
        before = pipe.execute()[: len(seconds)]
        return any(
            (old is not None and float(old) > now) != (s > 0)
            for old, s in zip(before, seconds.values(), strict=True)
        )

    def _now(self) -> float:
        return self._clock().timestamp()

    def _ask(self, ask: Callable[[], _T], otherwise: _T) -> _T:
        if self._monotonic() < self._paused_until:
            return otherwise
        try:
            return ask()
        except (RedisError, OSError) as e:
            self._paused_until = self._monotonic() + _PAUSE_S
            _log.warning("who is around is not known: %s", type(e).__name__)
            return otherwise


def _key(ticket_id: int) -> str:
    return f"wenzheng:around:{ticket_id}"


def _read(members: Iterable[str], but: int) -> Surroundings:
    """Read the members of a ticket's set."""
    names: dict[int, str] = {}
    writing: dict[int, Writing] = {}
    is_citizen_typing = False
    for member in members:
        if member == _CITIZEN:
            is_citizen_typing = True
            continue
        kind, officer, name = member.split(":", 2)
        if kind == "open":
            names[int(officer)] = name
        else:
            writing[int(officer)] = Writing(kind)
    people = tuple(
        Colleague(id_, name, writing.get(id_))
        for id_, name in sorted(names.items())
        if id_ != but
    )
    return Surroundings(is_citizen_typing, people)
