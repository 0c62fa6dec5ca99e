"""How tickets and messages read to an officer: times, waits, labels. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from bot import (
    AnswerStatus,
    Channel,
    DeliveryState,
    Evidence,
    Message,
    Sender,
    SendWindow,
    Ticket,
    TicketState,
)
from handlers.console.wording_clocks import BEIJING as BEIJING
from handlers.console.wording_clocks import URGENCIES as URGENCIES
from handlers.console.wording_clocks import URGENCY_HINTS as URGENCY_HINTS
from handlers.console.wording_clocks import describe_due as describe_due
from handlers.console.wording_clocks import describe_urgency as describe_urgency
from handlers.console.wording_clocks import list_clocks as list_clocks
from handlers.console.wording_clocks import to_moment as to_moment
from handlers.console.wording_clocks import to_span as to_span
from handlers.console.wording_events import find_transfer as find_transfer
from handlers.console.wording_events import find_whispers as find_whispers
from handlers.console.wording_events import list_happenings as list_happenings

#: Longest reply, as the counter shows.
MAX_REPLY_CHARS = 600

CHANNELS = {Channel.WECHAT: "微信", Channel.WEB: "网页"}
CHANNELS_LONG = {Channel.WECHAT: "微信公众号", Channel.WEB: "网页对话"}

#: How long WeChat keeps what a citizen sent (facts/wechat.md §4).
MEDIA_KEPT_FOR = timedelta(days=3)

#: Kind of a message to its icon and what the link to it says.
_MEDIA = {
    "image": ("photo", "查看图片"),
    "voice": ("volume", "下载语音"),
    "video": ("download", "下载视频"),
}

#: State of a delivery to its words, colour and icon.
_DELIVERIES = {
    DeliveryState.QUEUED: ("发送中", "", "clock"),
    DeliveryState.SENT: ("已送达", "", "check"),
    DeliveryState.PARKED: ("等市民来信", "warn", "clock"),
    DeliveryState.FAILED: ("未送达", "bad", "alert-triangle"),
    DeliveryState.DROPPED: ("没有发出", "warn", "info-circle"),
}

_ON_NEXT_MESSAGE = "您写的会在市民下次来信时送到"

#: Group of a status to its label and its colour: good, warn, bad or plain.
_STATUSES = {
    "answered": ("已答复", "good"),
    "clarify": ("追问", "warn"),
    "unanswerable": ("没有查到依据", "bad"),
    "handoff": ("转人工", "warn"),
    "silent": ("未作答", "plain"),
    "blocked": ("已拦截", "bad"),
    "error": ("出错", "bad"),
}


@dataclass(frozen=True, slots=True)
class Wait:
    """How long somebody has waited; ``level`` is that of the ticket's clock."""

    text: str
    level: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What an officer may put into the reply box, with where it comes from."""

    text: str
    source: str
    #: Text and source as they go into the box.
    insert: str


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a line on WeChat; ``level`` is "", "warn" or "bad"."""

    text: str
    level: str
    icon: str


@dataclass(frozen=True, slots=True)
class Allowance:
    """What may still be sent to a citizen on WeChat."""

    text: str
    is_open: bool

    #: Seconds that the page counts down; None while they are not shown.
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class MediaLink:
    """How a picture, voice or video is offered."""

    text: str
    icon: str

    #: False when WeChat keeps it no longer.
    is_kept: bool


def to_clock(at: datetime) -> str:
    """Return 09:14, Beijing time."""
    return f"{at.astimezone(BEIJING):%H:%M}"


def to_day(at: datetime) -> str:
    """Return 2026年11月22日."""
    local = at.astimezone(BEIJING)
    return f"{local.year}年{local.month}月{local.day}日"


def to_month(at: datetime) -> str:
    """Return 2026-11, as a month is chosen in a form."""
    return f"{at.astimezone(BEIJING):%Y-%m}"


def to_day_or_today(at: datetime, now: datetime) -> str:
    """Return the day, or 今天 and 昨天 where they fit."""
    days = (now.astimezone(BEIJING).date() - at.astimezone(BEIJING).date()).days
    return {0: "今天", 1: "昨天"}.get(days) or to_day(at)


def describe_wait(ticket: Ticket, now: datetime) -> Wait:
    """Say how long a waiting ticket has waited, or when the others last changed."""
    if ticket.state is not TicketState.WAITING:
        at = ticket.changed_at
        is_today = to_day_or_today(at, now) == "今天"
        local = at.astimezone(BEIJING)
        return Wait(to_clock(at) if is_today else f"{local.month}月{local.day}日")
    minutes = max(0, int((now - ticket.created_at).total_seconds() // 60))
    due = describe_due(ticket, now)
    return Wait(_waited(minutes), due.level if due else "")


def describe_allowance(
    window: SendWindow | None, now: datetime, *, is_verified: bool
) -> Allowance:
    """Say what an officer may still send on WeChat, and for how long.

    Args:
        window: What WeChat still takes; None = nothing.
        now: Aware.
        is_verified: Whether the account may push at all.
    """
    if not is_verified:
        return Allowance(f"未认证的公众号不能主动发消息：{_ON_NEXT_MESSAGE}", False)
    if window is None or window.left <= 0 or window.closes_at <= now:
        return Allowance(f"微信不让主动发了：{_ON_NEXT_MESSAGE}", False)
    seconds = int((window.closes_at - now).total_seconds())
    if seconds >= 3600:
        span = f"{seconds // 3600} 小时"
    elif seconds > 60:
        span = f"{seconds // 60} 分钟"
    else:
        span = f"{seconds} 秒"
    text = f"还可发 {window.left} 条，剩 {span}"
    return Allowance(text, True, seconds if seconds <= 60 else None)


def describe_delivery(message: Message) -> Fate | None:
    """Say where a line stands on its way to WeChat; None if it is not pushed."""
    if not message.delivery:
        return None
    text, level, icon = _DELIVERIES[DeliveryState(message.delivery)]
    # What waits for the citizen needs no reason: the line above the box gives it.
    is_told = message.delivery_error and message.delivery != DeliveryState.PARKED
    # WeChat's code stands in brackets itself.
    reason = message.delivery_error.replace("（", "，").replace("）", "")
    return Fate(f"{text}（{reason}）" if is_told else text, level, icon)


def describe_media(message: Message, now: datetime) -> MediaLink | None:
    """Say how the file of a line is offered; None if it has none."""
    found = _MEDIA.get(str(message.media.get("kind", "")))
    has_url = bool(message.media.get("url"))
    if found is None or not (has_url or message.media.get("media_id")):
        return None
    icon, text = found
    # A picture's address outlives its number for an unknown time.
    is_kept = has_url or now - message.created_at < MEDIA_KEPT_FOR
    return MediaLink(text if is_kept else "超过 3 天，微信不再保存", icon, is_kept)


def describe_holder(ticket: Ticket, officer_id: int) -> str:
    """Say who has a claimed ticket, for the row of a queue."""
    if ticket.kf_account:
        return "微信客服接待中"
    if ticket.officer_id != officer_id:
        return "同事在接待"
    return "等市民回复" if ticket.state is TicketState.WAITING_CITIZEN else "我在接待"


def describe_status(status: AnswerStatus) -> tuple[str, str]:
    """Return the label and the colour of what the bot did."""
    return _STATUSES[status.group]


def is_worth_showing(message: Message) -> bool:
    """Leave out what the bot did without saying anything."""
    return bool(message.text or message.blocks)


def group_by_day(
    messages: Sequence[Message], now: datetime
) -> list[tuple[str, list[Message]]]:
    """Return the lines under the day they were said on, in order."""
    shown = [m for m in messages if is_worth_showing(m)]
    days = groupby(shown, key=lambda m: to_day_or_today(m.created_at, now))
    return [(day, list(lines)) for day, lines in days]


def find_evidence(messages: Sequence[Message]) -> Evidence | None:
    """Return what the bot's latest answer rested on, if it looked anything up."""
    for message in reversed(messages):
        evidence = message.evidence
        if message.sender is Sender.BOT and evidence is not None and evidence.hits:
            return evidence
    return None


def describe_source(hit: Mapping[str, object]) -> str:
    """Return where a passage stands: title, place within it, region."""
    parts = [str(_get(hit, "title")), str(_get(hit, "heading"))]
    region = str(_get(hit, "region"))
    named = " · ".join(dict.fromkeys(part for part in parts if part))
    return f"{named}（{region}）" if region else named


def suggest(hit: Mapping[str, object]) -> Suggestion:
    """Make a passage into words for the reply box."""
    text, source = str(_get(hit, "text")).strip(), describe_source(hit)
    return Suggestion(text, source, f"{text}\n依据：{source}")


def suggest_from(messages: Sequence[Message]) -> Suggestion | None:
    """Suggest the best passage that the bot found last.

    Only what might have been offered to the citizen as a choice: below that a
    suggestion is about something else, and a hurried officer might send it.
    """
    evidence = find_evidence(messages)
    if evidence is None or not _get(evidence.hits[0], "text"):
        return None
    if evidence.confidence < evidence.clarify_at:
        return None
    return suggest(evidence.hits[0])


def _get(hit: Mapping[str, object], key: str) -> object:
    return hit.get(key) or ""


def _waited(minutes: int) -> str:
    if minutes < 1:
        return "刚刚"
    if minutes < 60:
        return f"已等 {minutes} 分钟"
    if minutes < 24 * 60:
        return f"已等 {minutes // 60} 小时 {minutes % 60} 分"
    return f"已等 {minutes // (24 * 60)} 天"
