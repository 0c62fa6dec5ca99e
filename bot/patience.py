"""How long a connection waits for its answer, and which one is WeChat's last. Pure."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from .inbox import Receipt
from .types import Channel, Inbound

#: WeChat hangs up after 5 s, counted from before we hear of it. A reply given before
#: the first has surely arrived, a connection held to the second has surely ended;
#: between the two nobody knows.
SURE_S, HANG_UP_S = 3.8, 5.5

#: WeChat sends three times in 15 s and then listens no more.
PASSIVE_WINDOW = timedelta(seconds=14)

#: An answer that came just in time takes so long to be handed out.
_GRACE_S = 0.4

#: The last connection is answered so much earlier than others: what is written down
#: before its link is given may have to wait for the database.
_LINK_TAKES_S = 0.5

#: A push is the last one if it is the third, and the first came so long ago: of
#: several at once none is.
LAST_REQUESTS, LAST_AFTER = 3, timedelta(seconds=4)


@dataclass(frozen=True, slots=True)
class Visit:
    """One connection that brought a message, and waits."""

    inbound: Inbound
    receipt: Receipt

    #: Monotonic seconds at which it came.
    begun: float

    @property
    def is_wechat(self) -> bool:
        """Whether it ends by itself after five seconds."""
        return self.inbound.channel is Channel.WECHAT

    def is_last(self, now: datetime) -> bool:
        """Tell whether WeChat sends this message no more."""
        first_at = self.receipt.first_at
        if first_at is None or self.receipt.requests < LAST_REQUESTS:
            return False
        return now - first_at >= LAST_AFTER

    def hang_up(self) -> None:
        """Hold a connection of WeChat's until it has surely ended it."""
        if self.is_wechat:
            time.sleep(max(0.0, self.begun + HANG_UP_S - time.monotonic()))

    @property
    def is_in_time(self) -> bool:
        """Whether WeChat surely still waits on this connection."""
        return time.monotonic() - self.begun <= SURE_S + _GRACE_S

    def seconds_left(
        self, *, wait_s: float, is_pushing: bool, now: datetime
    ) -> float | None:
        """Return how long to wait from now on; None = until there is an answer.

        Args:
            wait_s: What is configured; under 5.
            is_pushing: Whether the answer can be pushed later.
            now: Aware UTC.
        """
        if not self.is_wechat and not self.receipt.is_repeat:
            return None
        patience = wait_s
        if self.is_wechat and not is_pushing:
            # What is sent at the end of one that is not the last would end WeChat's
            # resends without an answer: it is held on until WeChat asks again.
            is_last = self.is_last(now)
            patience = wait_s - _LINK_TAKES_S if is_last else min(SURE_S, HANG_UP_S)
        return max(0.0, self.begun + patience - time.monotonic())
