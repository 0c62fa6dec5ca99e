"""Threads that compose answers, and the lease that each keeps while it works."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from .errors import StoreUnavailableError

_log = logging.getLogger(__name__)

#: Whoever composes for longer hangs: its lease is renewed no more, and another
#: process answers.
HANGS_AFTER_S = 60.0

_T = TypeVar("_T")


class Composers:
    """Runs composing apart from the connection that waits for it.

    A connection is let go after some seconds, the answer is composed to its end.
    Each message has a lease, so that another process takes over when this one dies;
    a slow but living composer renews it. Answers that take milliseconds never do.
    """

    def __init__(
        self, renew: Callable[[list[int]], None], *, threads: int, every_s: float
    ) -> None:
        """Prepare; threads start when there is work, after any fork.

        Args:
            renew: Prolongs the leases of these inbox rows; may raise
                StoreUnavailableError.
            threads: Answers composed at once; more wait, their lease renewed too.
            every_s: Seconds between two renewals, well under the lease.
        """
        self._renew = renew
        self._every_s = every_s
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="compose")
        self._begun: dict[int, float] = {}
        self._changed = threading.Condition()
        self._keeper: threading.Thread | None = None

    def submit(self, inbox_id: int, work: Callable[[], _T]) -> Future[_T]:
        """Compose in a thread of ours; the lease is kept until it is done."""
        # Entered here, so that waiting for a free thread does not cost the lease.
        self._enter(inbox_id)
        try:
            future = self._pool.submit(work)
        except RuntimeError:  # the process is about to end
            self._leave(inbox_id)
            raise
        future.add_done_callback(lambda _: self._leave(inbox_id))
        return future

    def run_aside(self, work: Callable[[], object]) -> None:
        """Do something that nobody waits for; what it raises is logged by kind."""

        def run() -> None:
            try:
                work()
            # A courtesy such as the typing sign must never cost an answer.
            except Exception as e:
                _log.info("aside failed: %s", type(e).__name__)

        self._pool.submit(run)

    def close(self) -> None:
        """Take no more; return when what was begun is done."""
        self._pool.shutdown(wait=True)

    def _enter(self, inbox_id: int) -> None:
        with self._changed:
            self._begun[inbox_id] = time.monotonic()
            if self._keeper is None:
                self._keeper = threading.Thread(
                    target=self._keep_leases, name="leases", daemon=True
                )
                self._keeper.start()
            self._changed.notify()

    def _leave(self, inbox_id: int) -> None:
        with self._changed:
            self._begun.pop(inbox_id, None)

    def _keep_leases(self) -> None:
        while True:
            with self._changed:
                while not self._begun:
                    self._changed.wait()
            time.sleep(self._every_s)
            now = time.monotonic()
            with self._changed:
                slow = [
                    inbox_id
                    for inbox_id, begun in self._begun.items()
                    if self._every_s <= now - begun <= HANGS_AFTER_S
                ]
            if not slow:
                continue
            try:
                self._renew(slow)
            except StoreUnavailableError:
                # Another may take over meanwhile; one answer is stored anyhow.
                _log.warning("leases not renewed: the database is away")
