"""Clocks, urgencies and moments as officers read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot import Channel, Ticket, TicketClock, TicketState, Urgency
from handlers.console import wording_clocks as wording

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def ticket(
    state: TicketState = TicketState.WAITING, age: float = 0, **more: object
) -> Ticket:
    """Return a ticket that is so many minutes old."""
    at = NOON - timedelta(minutes=age)
    return Ticket(
        1,
        1,
        state,
        Channel.WEB,
        "8213",
        "落户",
        "落户",
        "",
        at,
        at,
        **more,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("left_s", "age", "text", "level"),
    [
        (180, 0, "还有 3 分钟", ""),
        (179, 0, "还有 2 分钟", ""),
        (61, 2, "还有 1 分钟", ""),
        (60, 2, "还有 1 分钟", "soon"),
        (59, 2, "不到 1 分钟", "soon"),
        (0, 3, "不到 1 分钟", "soon"),
        (-1, 3, "刚超时", "late"),
        (-60, 4, "超时 1 分钟", "late"),
        (-6 * 60 - 59, 9, "超时 6 分钟", "late"),
        (-90 * 60, 99, "超时 1 小时", "late"),
        (24 * 3600, 0, "还有 24 小时", ""),
        (4 * 3600, 20 * 60, "还有 4 小时", "soon"),
        (-49 * 3600, 60, "超时 2 天", "late"),
    ],
)
def test_a_clock_is_told_in_words_and_level(
    left_s: float, age: float, text: str, level: str
) -> None:
    """The last fifth of the time is marked, of minutes the last one."""
    due = NOON + timedelta(seconds=left_s)
    told = wording.describe_due(ticket(age=age, due_first_reply_at=due), NOON)
    assert told is not None
    assert (told.name, told.text, told.level) == ("首次回复", text, level)
    assert told.icon == {
        "": "clock",
        "soon": "hourglass",
        "late": "alert-triangle",
    }.get(level)


def test_the_next_of_the_running_clocks_is_shown() -> None:
    """One that has stopped says nothing, however long it is over."""
    stopped = ticket(
        TicketState.CLAIMED,
        age=60,
        due_first_reply_at=NOON - timedelta(minutes=57),
        first_reply_at=NOON - timedelta(minutes=58),
        due_dispatch_at=NOON - timedelta(minutes=1),
        due_answer_at=NOON + timedelta(days=6),
    )
    told = wording.describe_due(stopped, NOON)
    assert told is not None
    assert (told.name, told.text) == ("办结", "还有 6 天")
    over = ticket(TicketState.RESOLVED, due_answer_at=NOON)
    assert wording.describe_due(over, NOON) is None


def test_all_clocks_of_a_ticket_are_listed() -> None:
    """In time, late, or stopped; without a due time there is no clock."""
    done = ticket(
        TicketState.RESOLVED,
        age=60,
        due_first_reply_at=NOON - timedelta(minutes=57),
        first_reply_at=NOON - timedelta(minutes=58),
        due_dispatch_at=NOON + timedelta(days=1),
        due_answer_at=NOON - timedelta(minutes=30),
        resolved_at=NOON - timedelta(minutes=10),
    )
    told = [(clock.name, clock.text) for clock in wording.list_clocks(done, NOON)]
    assert told == [
        ("首次回复", "按时完成"),
        ("派单", "已到经办人"),
        ("办结", "晚了 20 分钟"),
    ]
    assert wording.list_clocks(ticket(), NOON) == []


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        (0, "12:00"),
        (2.5, "14:30"),
        (20.5, "明天 08:30"),
        (-20, "昨天 16:00"),
        (72, "11月25日 12:00"),
        (24 * 60, "2027年1月21日 12:00"),
    ],
)
def test_a_moment_is_told_as_people_do(hours: float, text: str) -> None:
    """Beijing's clock, with as much of the date as is needed."""
    assert wording.to_moment(NOON + timedelta(hours=hours), NOON) == text


def test_every_urgency_and_clock_has_words() -> None:
    """One without would break the page that shows it."""
    for urgency in Urgency:
        word, tone = wording.describe_urgency(urgency)
        assert word
        assert tone in {"bad", "warn", "quiet"}
        assert wording.URGENCY_HINTS[urgency]
    for clock in TicketClock:
        field = {f"due_{clock}_at": NOON}
        assert wording.list_clocks(ticket(**field), NOON)[0].name
