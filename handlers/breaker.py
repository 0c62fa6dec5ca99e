"""How much may be sent at once: after an alarm nothing, later one, then all again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

#: Account and settings need a person: no use in asking again every few seconds.
ALARM_WAIT_S = 300.0


class Breaker:
    """Keeps a queue from knocking once for each message at a door that is shut.

    A wrong secret would otherwise cost one token and two sends for every message that
    waits. So a run begins with one send alone; only when it has shown that the account
    works do the others follow. Safe between threads; one for each process, so that
    whoever has mended the settings need only start it again.
    """

    def __init__(self, clock: Callable[[], datetime], *, width: int) -> None:
        """Prepare; nothing is known yet.

        Args:
            clock: Now, aware UTC.
            width: Sends at once while all is well.
        """
        self._clock = clock
        self._width = width
        self._lock = Lock()
        self._opens_at: datetime | None = None
        self._is_proven = False
        #: Whether an alarm, perhaps of an earlier process, may still stand open.
        self._has_alarm = True

    @property
    def is_open(self) -> bool:
        """Whether an alarm is so fresh that nothing may be sent."""
        return self._opens_at is not None and self._clock() < self._opens_at

    @property
    def room(self) -> int:
        """How many may be under way at once."""
        if self.is_open:
            return 0
        return self._width if self._is_proven else 1

    def begin(self) -> None:
        """Begin a run: the account may have been changed since the last one."""
        self._is_proven = False

    def note_success(self) -> bool:
        """Note that WeChat knows us; returns whether an alarm may be over by that."""
        with self._lock:
            # One that was under way when the alarm came proves nothing.
            if self.is_open:
                return False
            self._is_proven = True
            is_over, self._has_alarm = self._has_alarm, False
            return is_over

    def note_alarm(self) -> None:
        """Let nothing through for ``ALARM_WAIT_S`` seconds."""
        with self._lock:
            self._is_proven = False
            self._has_alarm = True
            self._opens_at = self._clock() + timedelta(seconds=ALARM_WAIT_S)
