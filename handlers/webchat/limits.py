"""How fast one browser may ask; an office's own machines are not made for floods."""

from __future__ import annotations

from typing import Any

from limits import RateLimitItemPerMinute

from handlers.counting import Counter

#: Nobody reads 30 answers in a minute.
PER_VISITOR = RateLimitItemPerMinute(30, namespace="wenzheng:ask:visitor")

#: Deleting the cookie must not lift the limit; wide, because a whole hall or a
#: mobile network may share one address.
PER_ADDRESS = RateLimitItemPerMinute(300, namespace="wenzheng:ask:address")

#: A page tells every 3 s that its citizen writes, and what it has shown.
HINTS_PER_VISITOR = RateLimitItemPerMinute(60, namespace="wenzheng:hint:visitor")
HINTS_PER_ADDRESS = RateLimitItemPerMinute(1200, namespace="wenzheng:hint:address")


class AskLimits:
    """Counts questions by browser and by address."""

    def __init__(self, redis: Any) -> None:
        """Count in ``redis``, a redis-py client; None = in this process alone."""
        self._counter = Counter(redis, "questions")

    def may_ask(self, visitor_id: str, address: str) -> bool:
        """Count one question and tell whether it is still within the limits."""
        is_visitor_ok = self._counter.hit(PER_VISITOR, visitor_id)
        return self._counter.hit(PER_ADDRESS, address) and is_visitor_ok


class HintLimits:
    """Counts what a page tells of itself: what is written and what was shown."""

    def __init__(self, redis: Any) -> None:
        """Count in ``redis``, a redis-py client; None = in this process alone."""
        self._counter = Counter(redis, "hints")

    def may_tell(self, visitor_id: str, address: str) -> bool:
        """Count one and tell whether it is still within the limits."""
        is_visitor_ok = self._counter.hit(HINTS_PER_VISITOR, visitor_id)
        return self._counter.hit(HINTS_PER_ADDRESS, address) and is_visitor_ok
