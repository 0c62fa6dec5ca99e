"""Times, waits and labels as officers read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot import AnswerStatus, Channel, Evidence, Message, Sender, Ticket, TicketState
from handlers.console import wording

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def ticket(state: TicketState, minutes: float) -> Ticket:
    """Return a ticket that is so old."""
    at = NOON - timedelta(minutes=minutes)
    return Ticket(1, 1, state, Channel.WEB, "8213", "落户", "落户", "", at, at)


@pytest.mark.parametrize(
    ("minutes", "text", "level"),
    [
        (-1, "刚刚", ""),
        (0.9, "刚刚", ""),
        (1, "已等 1 分钟", ""),
        (3, "已等 3 分钟", "soon"),
        (5, "已等 5 分钟", "late"),
        (59, "已等 59 分钟", "late"),
        (61, "已等 1 小时 1 分", "late"),
        (60 * 49, "已等 2 天", "late"),
    ],
)
def test_a_wait_is_told_in_words(minutes: float, text: str, level: str) -> None:
    """With a level that is shown by words and icon, not by colour alone."""
    wait = wording.describe_wait(ticket(TicketState.WAITING, minutes), NOON)
    assert wait == wording.Wait(text, level)


def test_who_does_not_wait_is_told_by_the_time() -> None:
    """Today by the clock, earlier by the date."""
    held = wording.describe_wait(ticket(TicketState.CLAIMED, 30), NOON)
    assert held == wording.Wait("11:30")
    old = wording.describe_wait(ticket(TicketState.CLOSED, 60 * 24 * 3), NOON)
    assert old == wording.Wait("11月19日")


def test_days_turn_at_midnight_in_beijing() -> None:
    """Not in Greenwich."""
    before = datetime(2026, 11, 21, 15, 59, tzinfo=UTC)
    after = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)
    assert wording.to_day_or_today(before, NOON) == "昨天"
    assert wording.to_day_or_today(after, NOON) == "今天"
    assert wording.to_day_or_today(NOON - timedelta(days=9), NOON) == "2026年11月13日"


@pytest.mark.parametrize("status", AnswerStatus)
def test_every_status_has_a_label(status: AnswerStatus) -> None:
    """One without would break the page that shows it."""
    label, tone = wording.describe_status(status)
    assert label
    assert tone in {"good", "warn", "bad", "plain"}


def message(
    n: int, sender: Sender, text: str, *, evidence: Evidence | None = None
) -> Message:
    """Return a line of today."""
    return Message(n, 1, sender, text, NOON, evidence=evidence)


def test_silence_of_the_bot_is_left_out() -> None:
    """A row without words says nothing to an officer."""
    lines = [message(1, Sender.CITIZEN, "您好"), message(2, Sender.BOT, "")]
    assert wording.group_by_day(lines, NOON) == [("今天", lines[:1])]
    assert wording.group_by_day([], NOON) == []


def test_the_suggestion_comes_from_the_latest_search_with_its_source() -> None:
    """Never a text without where it stands; never from an answer that found nothing."""
    hit = {"title": "高龄津贴", "heading": "材料", "region": "", "text": "带身份证。"}
    found = Evidence(hits=(hit,))
    lines = [
        message(
            1,
            Sender.BOT,
            "旧",
            evidence=Evidence(hits=({"title": "旧", "text": "旧"},)),
        ),
        message(2, Sender.BOT, "新", evidence=found),
        message(3, Sender.BOT, "您好", evidence=Evidence()),
    ]
    assert wording.suggest_from(lines) == wording.Suggestion(
        "带身份证。", "高龄津贴 · 材料", "带身份证。\n依据：高龄津贴 · 材料"
    )
    assert wording.suggest_from(lines[2:]) is None


def test_nothing_is_suggested_that_the_bot_would_not_even_have_offered() -> None:
    """A weak match is about something else; an officer in a hurry might send it."""
    hit = {"title": "姓名变更", "heading": "地点", "region": "", "text": "派出所。"}
    weak = Evidence(hits=(hit,), confidence=0.2, answer_at=0.6, clarify_at=0.3)
    assert wording.suggest_from([message(1, Sender.BOT, "没有", evidence=weak)]) is None
