"""Counting against a limit, in Redis, so that all processes count together.

Without Redis each process counts for itself: a limit that fails must neither silence
the service nor leave it open.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from limits import RateLimitItem
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter

_log = logging.getLogger(__name__)


class Counter:
    """Counts one kind of thing against limits."""

    def __init__(self, redis: Any, what: str) -> None:
        """Count in Redis.

        Args:
            redis: A redis-py client; None = in this process alone.
            what: What is counted, for the log.
        """
        self._what = what
        self._local = FixedWindowRateLimiter(MemoryStorage())
        self._was_lost = False
        self._shared: FixedWindowRateLimiter | None = None
        if redis is not None:
            storage = RedisStorage(
                "redis://", connection_pool=redis.connection_pool, wrap_exceptions=True
            )
            self._shared = FixedWindowRateLimiter(storage)

    def hit(self, limit: RateLimitItem, who: str) -> bool:
        """Count one and tell whether it is still within the limit."""
        return self._ask(lambda limiter, key: limiter.hit(limit, key), who)

    def has_room(self, limit: RateLimitItem, who: str) -> bool:
        """Tell whether one more would be within the limit; counts nothing."""
        return self._ask(lambda limiter, key: limiter.test(limit, key), who)

    def _ask(
        self, ask: Callable[[FixedWindowRateLimiter, str], bool], who: str
    ) -> bool:
        # Hashed: neither an id nor an address shall lie readable in Redis.
        key = sha256(who.encode()).hexdigest()[:32]
        if self._shared is not None:
            try:
                is_within = ask(self._shared, key)
            except StorageError as e:
                self._tell_once(e)
            else:
                self._was_lost = False
                return is_within
        return ask(self._local, key)

    def _tell_once(self, error: StorageError) -> None:
        """Log the first failure of a row: without Redis each would be one."""
        if not self._was_lost:
            _log.warning(
                "%s counted without Redis: %r", self._what, error.storage_error
            )
        self._was_lost = True
