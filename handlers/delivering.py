"""The courier: takes messages from the outbox to WeChat, each once and in order."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime

from tenacity import (
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_fixed,
)

from bot import (
    TAKEN_OVER,
    AlarmStore,
    Answer,
    Delivery,
    Outbox,
    Priority,
    Sender,
    StoreUnavailableError,
)
from handlers.breaker import Breaker
from handlers.wechat import WeChatError
from handlers.wechat.pushing import make_notice, make_parts

_log = logging.getLogger(__name__)

#: First wait after a failed delivery; doubled each time up to the last.
FIRST_WAIT_S, LAST_WAIT_S = 5.0, 1800.0

#: Tries in all: with the waits above a good hour and a half.
MAX_TRIES = 10

#: Tries of a message that fails by our own mistake; the citizen's next ones wait.
MAX_OWN_TRIES = 3

#: Citizens served at once; one citizen's messages go one after the other.
THREADS = 8

#: How often new work is looked for while some is under way.
_LOOK_AGAIN_S = 0.2

#: What was sent must be noted, or it is sent again: tried so often, so far apart.
_NOTE_TRIES, _NOTE_AGAIN_S = 3, 1.0

#: Keys of the alarms that sending raises and ends.
ALARM_KEY = "wechat:"

UNVERIFIED = "未认证的公众号不能主动发消息，市民下次来信时一起发"
WITHDRAWN = "依据刚有变动，这条答复没有发出，已请市民再问一次"
NO_QUOTA = "微信规定的时间已过或条数已用完；市民下次来信时再发"
NO_BOT_QUOTA = "微信规定的时间已过，或只剩留给工作人员的一条；市民下次来信时再发"
OWN_MISTAKE = "发送时出错，见日志"

Send = Callable[[str, str], None]
"""Sends (sender id, one part of a text) on WeChat; raises WeChatError."""


class Courier:
    """Takes messages from the outbox to WeChat."""

    def __init__(
        self,
        outbox: Outbox,
        send: Send,
        *,
        alarms: AlarmStore,
        clock: Callable[[], datetime],
        is_in_force: Callable[[Answer], bool] = lambda _answer: True,
        on_parked: Callable[[Delivery], None] = lambda _delivery: None,
        is_verified: bool = True,
    ) -> None:
        """Prepare; nothing is sent.

        Args:
            outbox: What waits.
            send: Sends one part.
            alarms: Told when a person must mend the account.
            clock: Now, aware UTC.
            is_in_force: Whether what an answer cites still stands.
            on_parked: Lets the citizen know by other means that an officer's line
                waits; called once for each line.
            is_verified: Whether the account may push at all.
        """
        self._outbox = outbox
        self._send = send
        self._alarms = alarms
        self._is_in_force = is_in_force
        self._on_parked = on_parked
        self._is_verified = is_verified
        self._breaker = Breaker(clock, width=THREADS)
        self._stopping = threading.Event()
        #: Outbox id to the window charged for a part that may or may not have arrived;
        #: its next try is not charged again.
        self._uncertain: dict[int, int] = {}

    def deliver(self) -> int:
        """Send what is due until nothing is; returns how many messages went out.

        Raises:
            StoreUnavailableError: If the database cannot be used; what was sent and
                could not be noted is sent again.
        """
        if not self._is_verified:
            self._outbox.park_all(UNVERIFIED)
            return 0
        self._breaker.begin()
        sent = 0
        running: set[Future[bool]] = set()
        with ThreadPoolExecutor(THREADS, thread_name_prefix="courier") as pool:
            while True:
                room = self._breaker.room - len(running)
                if room > 0 and not self._stopping.is_set():
                    for delivery in self._outbox.take_due(room):
                        running.add(pool.submit(self._deliver, delivery))
                if not running:
                    return sent
                done, running = wait(running, _LOOK_AGAIN_S, FIRST_COMPLETED)
                sent += sum(future.result() for future in done)

    def stop(self) -> None:
        """Take nothing more; a run under way ends with what it has taken."""
        self._stopping.set()

    def _deliver(self, delivery: Delivery) -> bool:
        try:
            if delivery.is_taken_over:
                self._drop(delivery, TAKEN_OVER)
                return False
            is_valid = self._is_valid(delivery)
            parts = make_parts(delivery) if is_valid else [make_notice(delivery)]
            if not self._send_parts(delivery, parts, is_resumed=is_valid):
                return False
        except StoreUnavailableError:
            raise
        # A message that cannot be sent must not stop those of others.
        except Exception:
            _log.exception("outbox %d: not sent", delivery.outbox_id)
            wait_s = next_wait_s(delivery.attempts, tries=MAX_OWN_TRIES)
            self._outbox.mark_failed(delivery.outbox_id, OWN_MISTAKE, wait_s)
            return False
        if not is_valid:
            self._drop(delivery, WITHDRAWN)
            return False
        _surely(lambda: self._outbox.mark_sent(delivery.outbox_id))
        _log.info("outbox %d: sent", delivery.outbox_id)
        return True

    def _send_parts(
        self, delivery: Delivery, parts: list[str], *, is_resumed: bool
    ) -> bool:
        """Send the parts that the citizen has not; False = noted why not all went."""
        first = delivery.parts_sent if is_resumed else 0
        for number in range(first, len(parts)):
            if number > first and not self._is_still_ours(delivery):
                return False
            if self._breaker.is_open:
                self._outbox.put_back(delivery.outbox_id)
                return False
            window_id = self._charge(delivery)
            if window_id is None:
                self._park(delivery, _say_no_quota(delivery))
                return False
            try:
                self._send(delivery.sender_id, parts[number])
            except WeChatError as e:
                self._note_failure(delivery, e, window_id)
                return False
            self._note_works()
            if number + 1 < len(parts):
                _surely(lambda: self._outbox.note_part(delivery.outbox_id))
        return True

    def _is_valid(self, delivery: Delivery) -> bool:
        if delivery.priority is not Priority.BOT or delivery.answer is None:
            return True
        return self._is_in_force(delivery.answer)

    def _is_still_ours(self, delivery: Delivery) -> bool:
        """Look whether the next part may follow; notes it if not."""
        now = self._outbox.recheck(delivery)
        if now is not None and now.is_taken_over:
            self._drop(delivery, TAKEN_OVER)
            return False
        return now is not None

    def _charge(self, delivery: Delivery) -> int | None:
        window_id = self._uncertain.pop(delivery.outbox_id, None)
        return window_id or self._outbox.charge(delivery)

    def _drop(self, delivery: Delivery, reason: str) -> None:
        _surely(lambda: self._outbox.mark_dropped(delivery.outbox_id, reason))
        _log.info("outbox %d: dropped", delivery.outbox_id)

    def _park(
        self, delivery: Delivery, error: str, *, is_window_closed: bool = False
    ) -> None:
        outbox_id = delivery.outbox_id
        if not self._outbox.mark_parked(
            outbox_id, error, is_window_closed=is_window_closed
        ):
            return
        _log.info("outbox %d: waits until the citizen writes", outbox_id)
        if delivery.said_by is Sender.OFFICER and self._outbox.claim_notice(outbox_id):
            self._on_parked(delivery)

    def _note_works(self) -> None:
        if self._breaker.note_success():
            self._alarms.clear(ALARM_KEY)

    def _note_failure(
        self, delivery: Delivery, error: WeChatError, window_id: int
    ) -> None:
        outbox_id, wait_s = delivery.outbox_id, None
        # Where WeChat gave a code, or was not asked at all, it has not sent it.
        is_certain = bool(error.code) or error.kind == "alarm"
        if error.kind == "alarm":
            self._breaker.note_alarm()
            self._alarms.raise_alarm(f"{ALARM_KEY}{error.code}", str(error))
            self._outbox.put_back(outbox_id, str(error))
        elif error.kind == "park":
            self._note_works()
            self._park(delivery, str(error), is_window_closed=True)
        elif error.kind == "drop":
            self._note_works()
            self._outbox.mark_failed(outbox_id, str(error), None)
        else:
            wait_s = next_wait_s(delivery.attempts)
            self._outbox.mark_failed(outbox_id, str(error), wait_s)
        if not is_certain:
            self._uncertain[outbox_id] = window_id
        elif error.kind != "park":
            self._outbox.give_back(window_id)
        level = logging.ERROR if error.kind == "alarm" else logging.WARNING
        _log.log(
            level,
            "outbox %d: WeChat code %d (%s), try %d, %s",
            outbox_id,
            error.code,
            error.kind,
            delivery.attempts,
            "not by the clock" if wait_s is None else f"again in {wait_s:.0f} s",
        )


def next_wait_s(attempts: int, *, tries: int = MAX_TRIES) -> float | None:
    """Return the seconds to wait after so many tries; None = give up.

    Args:
        attempts: Tries so far, this one included; at least 1.
        tries: How many there may be.
    """
    if attempts >= tries:
        return None
    return min(FIRST_WAIT_S * 2.0 ** (max(attempts, 1) - 1), LAST_WAIT_S)


def _say_no_quota(delivery: Delivery) -> str:
    return NO_BOT_QUOTA if delivery.priority is Priority.BOT else NO_QUOTA


def _surely(work: Callable[[], object]) -> None:
    """Do something in the database, again if it is away for a moment."""
    for attempt in Retrying(
        retry=retry_if_exception_type(StoreUnavailableError),
        stop=stop_after_attempt(_NOTE_TRIES),
        wait=wait_fixed(_NOTE_AGAIN_S),
        reraise=True,
    ):
        with attempt:
            work()
