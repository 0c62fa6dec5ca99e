"""The access token: one for all processes, fetched by one at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from redis import Redis
from redis.exceptions import LockError, RedisError

from .errors import WeChatError

_log = logging.getLogger(__name__)

#: Given up this long before WeChat does, so that no call is under way at the end.
_MARGIN_S = 120

#: A lock whose holder died is free again; longer than a fetch may take.
LOCK_S = 10.0

#: Those who waited while a fetch failed get the same error instead of their own try.
_FAILURE_S = 1.0


@dataclass(frozen=True, slots=True)
class FetchedToken:
    """A token as WeChat gave it."""

    value: str

    #: Seconds, 300 to 7200; a stable token is given again until its last 5 minutes.
    expires_in_s: int

    def __repr__(self) -> str:
        """Say nothing of the value."""
        return f"FetchedToken(expires_in_s={self.expires_in_s})"


class TokenStore:
    """Keeps the token in Redis under a lock; in this process when Redis is gone."""

    def __init__(
        self,
        name: str,
        fetch: Callable[[], FetchedToken],
        redis: Redis | None,
        *,
        timer: Callable[[], float] = time.monotonic,
        lock_s: float = LOCK_S,
    ) -> None:
        """Prepare the store; nothing is fetched yet.

        Args:
            name: Key in Redis; one per account.
            fetch: Gets a token from WeChat; raises WeChatError.
            redis: Shared by all processes; None = this process alone.
            timer: Seconds, growing.
            lock_s: How long one may hold the lock, and others wait for it.
        """
        self._name = name
        self._fetch = fetch
        self._redis = redis
        self._timer = timer
        self._lock_s = lock_s
        self._lock = Lock()
        self._local: tuple[str, float] = ("", 0.0)
        self._failure: tuple[WeChatError, float] | None = None

    def get(self) -> str:
        """Return the token, fetching it if nobody has.

        Raises:
            WeChatError: If WeChat gives none.
        """
        return self._load() or self._refresh(failed="")

    def replace(self, failed: str) -> str:
        """Return another token than the one that WeChat refused.

        Fetched only if the stored one is still the refused one: somebody may have
        been faster.

        Raises:
            WeChatError: If WeChat gives none.
        """
        return self._refresh(failed=failed)

    def _refresh(self, *, failed: str) -> str:
        with self._lock, self._lock_redis():
            stored = self._load()
            if stored and stored != failed:
                return stored
            if self._failure and self._timer() < self._failure[1]:
                raise self._failure[0].with_traceback(None)
            try:
                token = self._fetch()
            except WeChatError as e:
                self._failure = (e, self._timer() + _FAILURE_S)
                raise
            self._failure = None
            self._save(token)
            return token.value

    def _load(self) -> str:
        if self._redis is not None:
            try:
                value = self._redis.get(self._name)
            except RedisError as e:
                _log.warning("token not read from redis: %s", type(e).__name__)
            else:
                # A refused token may linger here after an outage, so what Redis
                # says, and not this process, is what counts while it is there.
                return _decode(value)
        value, until = self._local
        return value if self._timer() < until else ""

    def _save(self, token: FetchedToken) -> None:
        lifetime = max(token.expires_in_s - _MARGIN_S, 30)
        self._local = (token.value, self._timer() + lifetime)
        if self._redis is not None:
            try:
                self._redis.set(self._name, token.value, ex=lifetime)
            except RedisError as e:
                _log.warning("token not written to redis: %s", type(e).__name__)

    @contextmanager
    def _lock_redis(self) -> Iterator[None]:
        """Hold the lock between processes; go on without when Redis is gone.

        Two processes that both fetch get the same stable token, so the lock saves
        calls and is not needed for correctness.
        """
        lock = None
        if self._redis is not None:
            lock = self._redis.lock(
                f"{self._name}:lock",
                timeout=self._lock_s,
                blocking_timeout=self._lock_s,
            )
        try:
            held = lock is not None and bool(lock.acquire())
        except RedisError as e:
            _log.warning("no token lock: %s", type(e).__name__)
            held = False
        try:
            yield
        finally:
            if held and lock is not None:
                try:
                    lock.release()
                except (LockError, RedisError) as e:
                    _log.info("token lock ran out: %s", type(e).__name__)


def _decode(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode()
    return value if isinstance(value, str) else ""
