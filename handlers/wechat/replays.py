"""Remembers which signed requests came, so that none is used for other words.

In plain mode the signature covers the time and a number but not the body: whoever
sees one address, in a proxy's log say, can post any words under it. A resend of
WeChat's own carries the same body and is let through; the inbox answers it with the
stored reply. Whether its signature is the same is not documented, and does not matter.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any

from redis.exceptions import RedisError

from .errors import PushRefusedError

_log = logging.getLogger(__name__)

#: A request is valid from 300 s before its timestamp to 300 s after it; remembered a
#: minute longer, because clocks of several machines differ.
LIFETIME_S = 660

#: Requests remembered in this process, at most: 15 a second for the whole time, and
#: about 4 MB.
MAX_LOCAL = 10_000

#: After a failure Redis is left alone for so long: a lost one must not cost every
#: message the time it takes to find out.
PAUSE_S = 5.0

_PREFIX = "wenzheng:push:"


class ReplayMemory:
    """What was signed, in Redis for all processes; in this one when Redis is gone."""

    def __init__(
        self,
        redis: Any | None,
        *,
        timer: Callable[[], float] = time.monotonic,
        max_local: int = MAX_LOCAL,
    ) -> None:
        """Prepare an empty memory.

        Args:
            redis: A redis-py client whose store all processes share, with time
                limits far below WeChat's 5 s; None = this process alone.
            timer: Seconds, growing.
            max_local: How many requests this process remembers; the oldest go first.
        """
        self._redis = redis
        self._timer = timer
        self._max_local = max_local
        self._lock = Lock()
        #: Signature to digest and the moment when it is forgotten, oldest first.
        self._local: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._paused_until = float("-inf")

    def remember(self, signature: str, content: bytes) -> None:
        """Note a request whose signature was found right.

        Args:
            signature: As it was verified.
            content: All that is read of the request.

        Raises:
            PushRefusedError: If the signature came before with other content.
        """
        digest = hashlib.sha256(content).hexdigest()
        # Noted here even while Redis answers: it may be gone when the next one comes.
        known = self._note_local(signature, digest)
        if known is None:
            known = self._note_redis(signature, digest)
            if known != digest:
                self._correct_local(signature, known)
        if not hmac.compare_digest(known, digest):
            raise PushRefusedError("signature was used for another body")

    def _note_local(self, signature: str, digest: str) -> str | None:
        """Return the digest noted before; None if this one is the first."""
        now = self._timer()
        with self._lock:
            known, until = self._local.get(signature, ("", now))
            if now < until:
                return known
            self._local[signature] = digest, now + LIFETIME_S
            self._local.move_to_end(signature)
            while len(self._local) > self._max_local or self._is_first_over(now):
                self._local.popitem(last=False)
        return None

    def _correct_local(self, signature: str, digest: str) -> None:
        """Another process saw it first: the one we noted is the wrong one."""
        with self._lock:
            if signature in self._local:
                self._local[signature] = digest, self._local[signature][1]

    def _is_first_over(self, now: float) -> bool:
        return next(iter(self._local.values()))[1] <= now

    def _note_redis(self, signature: str, digest: str) -> str:
        """Return the digest that all processes go by; ours if Redis is silent."""
        if self._redis is None or self._timer() < self._paused_until:
            return digest
        key = _PREFIX + signature
        try:
            if self._redis.set(key, digest, nx=True, ex=LIFETIME_S):
                return digest
            known = self._redis.get(key)
        except (RedisError, OSError) as e:
            self._paused_until = self._timer() + PAUSE_S
            _log.warning("replays known to this process only: %s", type(e).__name__)
            return digest
        # None: forgotten between the two calls.
        return known.decode() if isinstance(known, bytes) else str(known or digest)
