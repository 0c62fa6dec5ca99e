"""What went over the line, for the tester: pushes and API calls, newest last."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

#: Enough for a long look; a drill makes thousands.
KEPT = 5000


@dataclass(frozen=True)
class Try:
    """One HTTP request of a push."""

    #: 0 = no answer in time.
    status: int
    seconds: float


@dataclass(frozen=True)
class PushRecord:
    """One pushed message or event and what became of it."""

    id: int
    at: float
    openid: str

    #: MsgType, or Event: text, CLICK, kf_create_session.
    name: str
    tries: tuple[Try, ...]

    #: passive, silent, failure, or suppressed while a person serves.
    outcome: str

    #: Why a reply was not accepted; empty if it was.
    problem: str = ""


@dataclass(frozen=True)
class CallRecord:
    """One call of the account to the API."""

    id: int
    at: float

    #: Whom it concerns; empty for none.
    openid: str
    path: str
    status: int

    #: errcode; 0 = done, None = no JSON was answered.
    code: int | None
    seconds: float

    #: Messages left in the window afterwards; None = no window, or no send.
    left: int | None = None


@dataclass
class Wire:
    """The last records of both directions."""

    clock: Callable[[], float]
    pushes: deque[PushRecord] = field(default_factory=lambda: deque(maxlen=KEPT))
    calls: deque[CallRecord] = field(default_factory=lambda: deque(maxlen=KEPT))

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._ids = count(1)

    def next_id(self) -> int:
        """Return a number for the next record."""
        with self._lock:
            return next(self._ids)

    def note_push(self, record: PushRecord) -> None:
        """Keep a push."""
        with self._lock:
            self.pushes.append(record)

    def note_call(self, record: CallRecord) -> None:
        """Keep a call."""
        with self._lock:
            self.calls.append(record)

    def list_pushes(self) -> list[PushRecord]:
        """List pushes, oldest first."""
        with self._lock:
            return list(self.pushes)

    def list_calls(self) -> list[CallRecord]:
        """List calls, oldest first."""
        with self._lock:
            return list(self.calls)
