"""How the clocks of a ticket, its kind and its urgency read to an officer. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import BEIJING as BEIJING
from bot import Ticket, TicketClock, Urgency

#: Share of the time that is left when a clock is marked; warnings begin there too.
_SOON_SHARE = 0.2

_MINUTE = timedelta(minutes=1)

#: And never earlier than this: a reopened ticket is older than its clocks.
_SOON_AT_MOST: Mapping[TicketClock, timedelta] = {
    TicketClock.FIRST_REPLY: _MINUTE,
    TicketClock.DISPATCH: timedelta(hours=5),
    TicketClock.ANSWER: timedelta(days=3),
}

_CLOCKS: Mapping[TicketClock, str] = {
    TicketClock.FIRST_REPLY: "首次回复",
    TicketClock.DISPATCH: "派单",
    TicketClock.ANSWER: "办结",
}

URGENCIES: Mapping[Urgency, str] = {
    Urgency.CRITICAL: "特急",
    Urgency.URGENT: "紧急",
    Urgency.NORMAL: "一般",
    Urgency.COMPLEX: "疑难",
}

#: What each urgency is for, where an officer chooses.
URGENCY_HINTS: Mapping[Urgency, str] = {
    Urgency.CRITICAL: "有人身危险，2 小时内答复",
    Urgency.URGENT: "停水停电停气停暖，24 小时内答复",
    Urgency.NORMAL: "7 天内答复",
    Urgency.COMPLEX: "要几个部门一起办，15 天内答复",
}

_WAS_LATE = "晚了"

_TONES: Mapping[Urgency, str] = {Urgency.CRITICAL: "bad", Urgency.URGENT: "warn"}


@dataclass(frozen=True, slots=True)
class ClockTag:
    """One clock in words, with icon and level: never by colour alone."""

    #: Which: 首次回复.
    name: str
    #: 还有 2 分钟, 超时 6 分钟, 按时完成.
    text: str
    #: "", "soon" or "late".
    level: str
    icon: str
    #: When it is due; shown as a title and in the list of facts.
    due: str = ""


def describe_due(ticket: Ticket, now: datetime) -> ClockTag | None:
    """Say which of the running clocks is due next and when; None if none runs."""
    running = ticket.running
    if not running:
        return None
    clock = min(running, key=lambda each: running[each])
    return _describe(ticket, clock, running[clock], now)


def list_clocks(ticket: Ticket, now: datetime) -> list[ClockTag]:
    """Say of every clock of a ticket how it stands, in the order of its life."""
    told = []
    for clock in TicketClock:
        due = ticket.due_of(clock)
        if due is None:
            continue
        if clock in ticket.running:
            told.append(_describe(ticket, clock, due, now))
        else:
            name, text = _CLOCKS[clock], _tell_done(ticket, clock)
            icon = "alert-triangle" if text.startswith(_WAS_LATE) else "check"
            told.append(ClockTag(name, text, "", icon, to_moment(due, now)))
    return told


def describe_urgency(urgency: Urgency) -> tuple[str, str]:
    """Return the word and the colour of an urgency."""
    return URGENCIES[urgency], _TONES.get(urgency, "quiet")


def to_moment(at: datetime, now: datetime) -> str:
    """Return 14:30 today, 明天 09:00, 11月30日 09:00; with the year if it differs."""
    local, today = at.astimezone(BEIJING), now.astimezone(BEIJING)
    days = (local.date() - today.date()).days
    clock = f"{local:%H:%M}"
    named = {0: clock, 1: f"明天 {clock}", -1: f"昨天 {clock}"}.get(days)
    if named:
        return named
    year = f"{local.year}年" if local.year != today.year else ""
    return f"{year}{local.month}月{local.day}日 {clock}"


def to_span(span: timedelta) -> str:
    """Return a length of time as one figure, rounded down: 6 分钟, 3 小时, 5 天."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} 分钟"
    if minutes < 48 * 60:
        return f"{minutes // 60} 小时"
    return f"{minutes // (24 * 60)} 天"


def _describe(
    ticket: Ticket, clock: TicketClock, due: datetime, now: datetime
) -> ClockTag:
    name, at, left = _CLOCKS[clock], to_moment(due, now), due - now
    if left < timedelta(0):
        over = f"超时 {to_span(-left)}" if -left >= _MINUTE else "刚超时"
        return ClockTag(name, over, "late", "alert-triangle", at)
    share = (due - ticket.created_at) * _SOON_SHARE
    soon = max(min(share, _SOON_AT_MOST[clock]), _MINUTE)
    level = "soon" if left <= soon else ""
    icon = "hourglass" if level else "clock"
    text = f"还有 {to_span(left)}" if left >= _MINUTE else "不到 1 分钟"
    return ClockTag(name, text, level, icon, at)


def _tell_done(ticket: Ticket, clock: TicketClock) -> str:
    """Say of a clock that has stopped whether it was in time."""
    due = ticket.due_of(clock)
    done = {
        TicketClock.FIRST_REPLY: ticket.first_reply_at,
        TicketClock.ANSWER: ticket.resolved_at,
    }.get(clock)
    if done is None or due is None:
        return "已到经办人" if clock is TicketClock.DISPATCH else "已停"
    if done <= due:
        return "按时完成"
    late = done - due
    return (
        f"{_WAS_LATE} {to_span(late)}" if late >= _MINUTE else f"{_WAS_LATE}不到 1 分钟"
    )
