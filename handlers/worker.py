"""``wenzheng worker``: sends what waits, and answers what a crash left unanswered.

Light: the knowledge base is opened only if there is something to recover.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler

from bot import Answer, Channel, Delivery, FrontDesk, Outbox
from handlers.assembly import Parts
from handlers.live import LiveBus
from handlers.webchat.drawing import render_stored
from handlers.wechat import SUCCESS, WeChatClient, WeChatError, render_text

_log = logging.getLogger(__name__)

#: How often the outbox is looked at when nobody rings.
DELIVER_EVERY_S = 1.0

#: Unanswered messages are looked for so often; their lease is 6 s.
RECOVER_EVERY_S = 3.0

#: First wait after a failed delivery; doubled each time up to the last.
FIRST_WAIT_S, LAST_WAIT_S = 5.0, 1800.0

#: Account and settings need a person: no use in asking again every few seconds.
ALARM_WAIT_S = 300.0

#: Tries in all: with the waits above a good hour and a half.
MAX_TRIES = 10

#: Messages taken from the outbox at once.
BATCH = 20

#: Wait before listening again when Redis is away.
_LISTEN_AGAIN_S = 2.0

Send = Callable[[str, str], None]
"""Sends (sender id, text) on WeChat; raises WeChatError."""


class Courier:
    """Takes messages from the outbox to WeChat."""

    def __init__(self, outbox: Outbox, send: Send) -> None:
        self._outbox = outbox
        self._send = send

    def deliver(self) -> int:
        """Send what is due; returns how many went out.

        Raises:
            StoreUnavailableError: If the database cannot be used; what was sent and
                could not be noted is sent again.
        """
        sent = 0
        for delivery in self._outbox.take_due(BATCH):
            sent += self._deliver(delivery)
        return sent

    def _deliver(self, delivery: Delivery) -> bool:
        try:
            for_sending = _text_of(delivery)
            if for_sending:
                self._send(delivery.sender_id, for_sending)
        except WeChatError as e:
            self._note_failure(delivery, e)
            return False
        # A message that cannot be sent must not stop those behind it.
        except Exception:
            _log.exception("outbox %d: not sent", delivery.outbox_id)
            wait_s = next_wait_s(delivery.attempts)
            self._outbox.mark_failed(delivery.outbox_id, "发送时出错，见日志", wait_s)
            return False
        self._outbox.mark_sent(delivery.outbox_id)
        _log.info("outbox %d: sent", delivery.outbox_id)
        return True

    def _note_failure(self, delivery: Delivery, error: WeChatError) -> None:
        is_parked = error.kind == "park"
        wait_s = _wait_after(error, delivery.attempts)
        level = logging.ERROR if error.kind == "alarm" else logging.WARNING
        again = "given up" if wait_s is None else f"again in {wait_s:.0f} s"
        again = "again when the citizen writes" if is_parked else again
        _log.log(
            level,
            "outbox %d: WeChat code %d (%s), try %d, %s",
            delivery.outbox_id,
            error.code,
            error.kind,
            delivery.attempts,
            again,
        )
        if is_parked:
            self._outbox.mark_parked(delivery.outbox_id, str(error))
        else:
            self._outbox.mark_failed(delivery.outbox_id, str(error), wait_s)


def next_wait_s(attempts: int) -> float | None:
    """Return the seconds to wait after so many tries; None = give up.

    Args:
        attempts: Tries so far, this one included; at least 1.
    """
    if attempts >= MAX_TRIES:
        return None
    return min(FIRST_WAIT_S * 2.0 ** (max(attempts, 1) - 1), LAST_WAIT_S)


def run_worker(parts: Parts) -> None:
    """Deliver and recover until SIGTERM or SIGINT."""
    scheduler = BlockingScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(4)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    courier = Courier(parts.outbox, _make_send(parts))
    jobs: tuple[tuple[str, Callable[[], object], float], ...] = (
        ("deliver", courier.deliver, DELIVER_EVERY_S),
        ("recover", lambda: recover(parts.front_desk), RECOVER_EVERY_S),
    )
    for name, work, every_s in jobs:
        scheduler.add_job(
            guard(name, work),
            "interval",
            seconds=every_s,
            id=name,
            next_run_time=datetime.now(UTC),
        )
    stopping = threading.Event()

    def ring() -> None:
        scheduler.modify_job("deliver", next_run_time=datetime.now(UTC))

    def stop(_signal: int, _frame: object) -> None:
        stopping.set()
        # From another thread: shutdown waits for jobs, which may log and lock.
        threading.Thread(target=scheduler.shutdown, kwargs={"wait": True}).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    threading.Thread(
        target=listen, args=(parts.live, ring, stopping), daemon=True
    ).start()
    _log.info("worker started")
    scheduler.start()
    _log.info("worker stopped")


def recover(front_desk: FrontDesk) -> int:
    """Answer the messages whose process died; returns how many.

    Raises:
        StoreUnavailableError: If the database cannot be used.
    """
    return front_desk.recover(render=_render_for)


def guard(name: str, work: Callable[[], object]) -> Callable[[], None]:
    """Wrap a job so that its failure is logged and the next run comes as planned."""
    failed_with: type[Exception] | None = None

    def run() -> None:
        nonlocal failed_with
        try:
            work()
        except Exception as e:
            # Once a kind, and not every second for as long as the database is away.
            if type(e) is not failed_with:
                _log.exception("%s failed, trying on", name)
            failed_with = type(e)
        else:
            failed_with = None

    return run


def listen(live: LiveBus, ring: Callable[[], None], stopping: threading.Event) -> None:
    """Ring when a message was written, until told to stop; without Redis, wait.

    Args:
        live: The officers' live events, which tell of each new message.
        ring: Called from this thread.
        stopping: Set by another thread.
    """
    while not stopping.is_set():
        for event in live.stream(None, is_alive=lambda: not stopping.is_set()):
            if "event: message\n" in event:
                ring()
        stopping.wait(_LISTEN_AGAIN_S)


def _make_send(parts: Parts) -> Send:
    """Return what sends on WeChat; without an account each try says so."""
    if parts.settings.wechat.app_id and parts.settings.wechat.secret:
        return WeChatClient(parts.settings.wechat, parts.redis).send_text

    def refuse(_sender_id: str, _text: str) -> None:
        raise WeChatError(0, "alarm", "没有配置微信的 AppID 或 AppSecret")

    return refuse


def _wait_after(error: WeChatError, attempts: int) -> float | None:
    """Return when to try again; None = not by the clock."""
    if error.kind in {"park", "drop"}:
        return None
    wait_s = next_wait_s(attempts)
    if wait_s is not None and error.kind == "alarm":
        return max(wait_s, ALARM_WAIT_S)
    return wait_s


def _text_of(delivery: Delivery) -> str:
    return render_text(delivery.answer) if delivery.answer else delivery.text


def _render_for(channel: Channel) -> Callable[[Answer], str]:
    """Return what makes the stored reply body when nobody waits for it any more."""
    return (lambda _answer: SUCCESS) if channel is Channel.WECHAT else render_stored
