"""Outside working hours a citizen hears when somebody will answer, if that is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from bot import Answer, Assistant, Channel, Turn, YearPlan
from tests.fakes import FrozenClock

BEIJING = timezone(timedelta(hours=8))


@pytest.fixture
def say_at(
    knowledge_base: Any, answer_settings: Any, clock: FrozenClock
) -> Callable[..., str]:
    """Say something at a moment, "2026-10-03 9:00" in Beijing; returns the answer."""

    def say(text: str, at: str, **settings: Any) -> str:
        clock.now = datetime.strptime(at, "%Y-%m-%d %H:%M").replace(tzinfo=BEIJING)
        chosen = replace(answer_settings, **settings)
        assistant = Assistant(knowledge_base, chosen, clock)
        answer: Answer = assistant.answer(Turn(text, clock()))
        return "\n".join(line for block in answer.blocks for line in block.lines)

    return say


@pytest.mark.parametrize(
    ("at", "when"),
    [
        ("2026-11-22 9:00", "11月23日（周一）8:30"),
        ("2026-11-23 6:00", "今天 8:30"),
        ("2026-10-01 9:00", "10月8日（周四）8:30"),
        ("2026-10-09 19:00", "10月10日（周六）8:30"),
        ("2026-02-15 9:00", "2月24日（周二）8:30"),
    ],
)
@pytest.mark.parametrize("text", ["转人工", "量子飞船", "我不想活了"])
def test_who_is_handed_over_hears_when_somebody_answers(say_at, text, at, when):
    """Asked for, without an answer, and in a crisis: holidays and 调休 kept."""
    body = say_at(text, at)
    assert f"工作人员{when}上班后" in body
    assert "休息时间" in body
    assert "排在第一位" not in body


def test_lunch_is_out_of_hours_too(say_at):
    """Back the same day."""
    hours = "工作日 8:30–12:00，13:30–17:30"
    assert "工作人员今天 13:30上班后" in say_at(
        "转人工", "2026-11-23 12:10", hours=hours
    )


@pytest.mark.parametrize("at", ["2026-10-10 10:00", "2026-11-23 17:29"])
def test_on_duty_there_is_a_queue_and_no_notice(say_at, at):
    """Also on a Saturday worked by 调休."""
    body = say_at("转人工", at)
    assert "排在第一位" in body
    assert "休息时间" not in body


@pytest.mark.parametrize("text", ["转人工", "我不想活了"])
def test_no_date_is_promised_for_a_year_nobody_announced(say_at, text):
    """The hours alone are said then; with the plan, the day."""
    late = "2026-12-31 19:00"
    body = say_at(text, late)
    assert "休息时间" in body
    assert "上班后" in body
    assert "2027" not in body
    assert "月" not in body
    plan = YearPlan(2027, frozenset({date(2027, 1, 1)}), frozenset({date(2027, 1, 3)}))
    assert "2027年1月3日（周日）8:30" in say_at(text, late, plans=(plan,))


@pytest.mark.parametrize(
    ("channel", "is_pushing", "told"),
    [
        (Channel.WECHAT, True, "有回复会通知您"),
        (Channel.WECHAT, False, "发“看答案”"),
        (Channel.WEB, False, "回来就能看到"),
    ],
)
def test_who_leaves_hears_how_the_reply_comes(
    knowledge_base, answer_settings, clock, channel, is_pushing, told
):
    """An account that may not push promises no notice."""
    clock.now = datetime(2026, 11, 23, 10, tzinfo=BEIJING)
    settings = replace(answer_settings, is_pushing=is_pushing)
    answer = Assistant(knowledge_base, settings, clock).answer(
        Turn("转人工", clock(), channel=channel)
    )
    assert told in "".join(line for block in answer.blocks for line in block.lines)
