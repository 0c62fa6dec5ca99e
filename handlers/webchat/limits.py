"""How fast one browser may ask; an office's own machines are not made for floods."""

from __future__ import annotations

import logging
from hashlib import sha256
from typing import Any

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter

_log = logging.getLogger(__name__)

#: Nobody reads 30 answers in a minute.
PER_VISITOR = RateLimitItemPerMinute(30, namespace="wenzheng:ask:visitor")

#: Deleting the cookie must not lift the limit; wide, because a whole hall or a
#: mobile network may share one address.
PER_ADDRESS = RateLimitItemPerMinute(300, namespace="wenzheng:ask:address")


class AskLimits:
    """Counts questions in Redis, so that all processes count together.

    Without Redis each process counts for itself: a limit that fails must neither
    silence the service nor leave it open.
    """

    def __init__(self, redis: Any) -> None:
        """Count in ``redis``, a redis-py client; None = in this process alone."""
        self._local = FixedWindowRateLimiter(MemoryStorage())
        self._was_lost = False
        self._shared: FixedWindowRateLimiter | None = None
        if redis is not None:
            storage = RedisStorage(
                "redis://", connection_pool=redis.connection_pool, wrap_exceptions=True
            )
            self._shared = FixedWindowRateLimiter(storage)

    def may_ask(self, visitor_id: str, address: str) -> bool:
        """Count one question and tell whether it is still within the limits."""
        is_visitor_ok = self._hit(PER_VISITOR, visitor_id)
        return self._hit(PER_ADDRESS, address) and is_visitor_ok

    def _hit(self, limit: RateLimitItem, who: str) -> bool:
        # Hashed: neither an id nor an address shall lie readable in Redis.
        key = sha256(who.encode()).hexdigest()[:32]
        if self._shared is not None:
            try:
                is_within = self._shared.hit(limit, key)
            except StorageError as e:
                self._tell_once(e)
            else:
                self._was_lost = False
                return is_within
        return self._local.hit(limit, key)

    def _tell_once(self, error: StorageError) -> None:
        """Log the first failure of a row: without Redis every question is one."""
        if not self._was_lost:
            _log.warning("questions counted without Redis: %r", error.storage_error)
        self._was_lost = True
