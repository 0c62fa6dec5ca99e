"""Tells people of tickets that run late: in the console, and where they look else."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from bot import TicketClock, TicketWarning, WarningLevel, WarningStore

_log = logging.getLogger(__name__)

#: Sends a text; returns what went wrong, Chinese and without an address; empty if
#: somebody got it.
Alert: TypeAlias = Callable[[str], str]

#: Warnings in one message: a robot in a chat takes 20 messages a minute.
MAX_LINES = 20

#: Seconds that one service may take.
_TIMEOUT_S = 10

_TITLE = "问政工单提醒"

_CLOCKS = {
    TicketClock.FIRST_REPLY: "首次回复",
    TicketClock.DISPATCH: "派单",
    TicketClock.ANSWER: "办结",
}


def watch_clocks(warnings: WarningStore, alert: Alert | None, now: datetime) -> int:
    """Store the warnings that are due, and send those that nobody was told of.

    Args:
        warnings: Where they are kept.
        alert: Sends outside the console; None = the console alone.
        now: Aware.

    Returns:
        How many warnings were new.

    Raises:
        StoreUnavailableError: If the database cannot be used.
    """
    new = warnings.mark(warnings.find_due(now))
    unsent = warnings.list_unsent() if alert is not None else []
    if alert is None or not unsent:
        return new
    error = alert(describe_all(unsent, now))
    for warning in unsent:
        if error:
            warnings.note_failed(warning, error)
        else:
            warnings.note_sent(warning)
    return new


def describe_all(warnings: Sequence[TicketWarning], now: datetime) -> str:
    """Return the text of a message, the worst first; Chinese."""
    order = list(WarningLevel)
    worst = sorted(warnings, key=lambda w: order.index(w.level), reverse=True)
    lines = [describe(warning, now) for warning in worst[:MAX_LINES]]
    if len(worst) > MAX_LINES:
        lines.append(f"另有 {len(worst) - MAX_LINES} 条，请看工作台。")
    return "\n".join(lines)


def describe(warning: TicketWarning, now: datetime) -> str:
    """Return one warning as a sentence: no word of a citizen's is in it."""
    due_at = warning.due_at or now
    bureau = f"（{warning.bureau_name}）" if warning.bureau_name else ""
    ticket, clock = f"工单 {warning.ticket_id}{bureau}", _CLOCKS[warning.clock]
    if warning.level is WarningLevel.SOON and due_at > now:
        who = warning.holder or "本部门坐席"
        return f"{ticket}{clock}还剩 {_span(due_at - now)}，请{who}处理。"
    late = f"{ticket}{clock}已超时 {_span(now - due_at)}"
    who = {
        WarningLevel.SOON: warning.holder or "本部门坐席",
        WarningLevel.OVERDUE: "组长",
        WarningLevel.ESCALATED: "督办",
    }[warning.level]
    return f"{late}，请{who}处理。"


def make_alert(urls: str) -> Alert | None:
    """Return what sends to apprise's addresses; None if there are none.

    Args:
        urls: Separated by spaces; they hold passwords and are never logged.
    """
    addresses = urls.split()
    if not addresses:
        return None
    # It names addresses in its own log.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)

    def alert(text: str) -> str:
        # Imported here: the web processes never send.
        from apprise import Apprise

        failed = []
        for address in addresses:
            service = Apprise()
            is_sent = service.add(address) and service.notify(
                body=text, title=_TITLE, timeout=_TIMEOUT_S
            )
            if not is_sent:
                failed.append(address.partition("://")[0])
        if not failed:
            return ""
        _log.warning("alerts not sent by %s", ", ".join(failed))
        # Said once is enough: who got it would get it again.
        is_told = len(failed) < len(addresses)
        return "" if is_told else f"没有发出去：{'、'.join(failed)}"

    return alert


def _span(time: timedelta) -> str:
    minutes = max(1, round(time.total_seconds() / 60))
    if minutes < 120:
        return f"{minutes} 分钟"
    hours = round(minutes / 60)
    return f"{hours} 小时" if hours < 48 else f"{round(hours / 24)} 天"
