"""``wenzheng worker``: sends what waits, and answers what a crash left unanswered.

Light: the knowledge base is opened only if there is something to recover.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.blocking import BlockingScheduler

from bot import Answer, Channel, FrontDesk
from handlers.alerting import make_alert, watch_clocks
from handlers.assembly import Parts
from handlers.delivering import Courier, Send
from handlers.guarding import make_guard
from handlers.live import LiveBus
from handlers.notifying import make_notify
from handlers.office_calendar import watch_reach
from handlers.publishing import PUBLISH_EVERY_S, make_publish
from handlers.webchat.drawing import render_stored
from handlers.wechat import SUCCESS, WeChatError

_log = logging.getLogger(__name__)

#: How often the outbox is looked at when nobody rings.
DELIVER_EVERY_S = 1.0

#: Unanswered messages are looked for so often; their lease is 6 s.
RECOVER_EVERY_S = 3.0

#: Tickets' clocks are looked at so often: the shortest limit is 3 minutes.
WATCH_EVERY_S = 15.0

#: Next year's holidays, and accounts that nobody uses: a few times a day.
LOOK_AHEAD_EVERY_S = 6 * 3600.0

#: Files that editors handed in are looked for so often.
IMPORT_EVERY_S = 1.0

#: What is kept for days is erased within the hour.
ERASE_EVERY_S = 3600.0

#: Words of the office's whose hour has come.
WORDS_EVERY_S = 5.0

#: The whole audit trail is read: once a day, and at the start.
GUARD_EVERY_S = 24 * 3600.0

#: Which entries are asked for: a few seconds' work once an hour.
COUNT_EVERY_S = 3600.0

#: Wait before listening again when Redis is away.
_LISTEN_AGAIN_S = 2.0


def run_worker(parts: Parts) -> None:
    """Deliver and recover until SIGTERM or SIGINT."""
    scheduler = BlockingScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(4)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    courier = make_courier(parts)
    parts.use_office_texts()
    # A long run of deliveries is no fault, and the next one finds what came meanwhile.
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
    for name, work, every_s in list_jobs(parts, courier):
        scheduler.add_job(
            guard(name, work),
            "interval",
            seconds=every_s,
            id=name,
            next_run_time=datetime.now(UTC),
        )
    stopping = threading.Event()

    def ring() -> None:
        # Rung while we end, there is no job to wake any more.
        with suppress(JobLookupError):
            scheduler.modify_job("deliver", next_run_time=datetime.now(UTC))

    def stop(_signal: int, _frame: object) -> None:
        stopping.set()
        courier.stop()
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


def list_jobs(
    parts: Parts, courier: Courier
) -> tuple[tuple[str, Callable[[], object], float], ...]:
    """Return what the worker does: name, work, and seconds from one to the next."""
    return (
        ("deliver", courier.deliver, DELIVER_EVERY_S),
        ("recover", lambda: recover(parts.front_desk), RECOVER_EVERY_S),
        ("calendar", lambda: watch_calendar(parts), LOOK_AHEAD_EVERY_S),
        ("accounts", lambda: retire_officers(parts), LOOK_AHEAD_EVERY_S),
        ("clocks", make_watch(parts), WATCH_EVERY_S),
        ("publish", make_publish(parts), PUBLISH_EVERY_S),
        ("originals", parts.originals.erase_old, ERASE_EVERY_S),
        ("words", parts.office_texts.publish_due, WORDS_EVERY_S),
        ("audit", make_guard(parts.audit_trail, parts.alarms), GUARD_EVERY_S),
        ("uses", parts.uses.count, COUNT_EVERY_S),
        ("imports", parts.importer.read_waiting, IMPORT_EVERY_S),
        ("uploads", parts.importer.clear_up, ERASE_EVERY_S),
    )


def recover(front_desk: FrontDesk) -> int:
    """Answer the messages whose process died; returns how many.

    Raises:
        StoreUnavailableError: If the database cannot be used.
    """
    return front_desk.recover(render=_render_for)


def watch_calendar(parts: Parts) -> None:
    """Tell officers in time that next year's holidays are missing."""
    watch_reach(parts.calendar, parts.alarms, parts.clock())


def retire_officers(parts: Parts) -> None:
    """Close the accounts that nobody has used for a long time."""
    for officer_id in parts.officer_care.retire_unused():
        _log.info("officer %d was closed: unused", officer_id)


def make_watch(parts: Parts) -> Callable[[], None]:
    """Return what moves tickets whose time has come, and warns of those that are late.

    The work raises StoreUnavailableError if the database cannot be used.
    """
    alert = make_alert(parts.settings.desk.alert_urls)

    def watch() -> None:
        parts.desk.tend()
        watch_clocks(parts.warnings, alert, parts.clock())

    return watch


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


def make_courier(parts: Parts) -> Courier:
    """Wire the courier to the account; nothing is opened or called yet."""
    return Courier(
        parts.outbox,
        _make_send(parts),
        alarms=parts.alarms,
        clock=parts.clock,
        is_in_force=parts.is_in_force,
        on_parked=make_notify(parts),
        is_verified=parts.settings.wechat.is_verified,
    )


def _make_send(parts: Parts) -> Send:
    """Return what sends on WeChat; without an account each try says so."""
    client = parts.wechat_client
    if client is not None:
        return client.send_part

    def refuse(_sender_id: str, _text: str) -> None:
        raise WeChatError(0, "alarm", "没有配置微信的 AppID 或 AppSecret")

    return refuse


def _render_for(channel: Channel) -> Callable[[Answer], str]:
    """Return what makes the stored reply body when nobody waits for it any more."""
    return (lambda _answer: SUCCESS) if channel is Channel.WECHAT else render_stored
