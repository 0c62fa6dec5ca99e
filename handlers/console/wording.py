"""How tickets and messages read to an officer: times, waits, labels. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import groupby

from bot import AnswerStatus, Channel, Evidence, Message, Sender, Ticket, TicketState

#: China has one time zone and no summer time; a fixed offset needs no tz database.
BEIJING = timezone(timedelta(hours=8))

#: Minutes of waiting after which a ticket is marked; to be a setting with the clocks
#: of service levels.
SOON_LATE_AFTER_MIN = 3
LATE_AFTER_MIN = 5

#: Longest reply, as the counter shows.
MAX_REPLY_CHARS = 600

CHANNELS = {Channel.WECHAT: "微信", Channel.WEB: "网页"}
CHANNELS_LONG = {Channel.WECHAT: "微信公众号", Channel.WEB: "网页对话"}
ROLES = {"administrator": "管理员", "officer": "坐席"}

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
    """How long somebody has waited; ``level`` is "", "soon" or "late"."""

    text: str
    level: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What an officer may put into the reply box, with where it comes from."""

    text: str
    source: str
    #: Text and source as they go into the box.
    insert: str


def to_clock(at: datetime) -> str:
    """Return 09:14, Beijing time."""
    return f"{at.astimezone(BEIJING):%H:%M}"


def to_day(at: datetime) -> str:
    """Return 2026年11月22日."""
    local = at.astimezone(BEIJING)
    return f"{local.year}年{local.month}月{local.day}日"


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
    if minutes >= LATE_AFTER_MIN:
        return Wait(_waited(minutes), "late")
    level = "soon" if minutes >= SOON_LATE_AFTER_MIN else ""
    return Wait(_waited(minutes), level)


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
