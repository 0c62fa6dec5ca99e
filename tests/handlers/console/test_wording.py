"""Times, waits and labels as officers read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

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
    Trigger,
)
from handlers.console import wording

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def ticket(state: TicketState, minutes: float) -> Ticket:
    """Return a ticket that is so old."""
    at = NOON - timedelta(minutes=minutes)
    return Ticket(1, 1, state, Channel.WEB, "8213", "落户", "落户", "", at, at)


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (-1, "刚刚"),
        (0.9, "刚刚"),
        (1, "已等 1 分钟"),
        (59, "已等 59 分钟"),
        (61, "已等 1 小时 1 分"),
        (60 * 49, "已等 2 天"),
    ],
)
def test_a_wait_is_told_in_words(minutes: float, text: str) -> None:
    """How bad that is, the ticket's clocks say: without any it is not late."""
    wait = wording.describe_wait(ticket(TicketState.WAITING, minutes), NOON)
    assert wait == wording.Wait(text, "")


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


@pytest.mark.parametrize(
    ("left", "seconds", "text", "counted"),
    [
        (3, 41 * 3600 + 59, "还可发 3 条，剩 41 小时", None),
        (5, 3600, "还可发 5 条，剩 1 小时", None),
        (5, 3599, "还可发 5 条，剩 59 分钟", None),
        (2, 61, "还可发 2 条，剩 1 分钟", None),
        (3, 60, "还可发 3 条，剩 60 秒", 60),
        (1, 40.9, "还可发 1 条，剩 40 秒", 40),
    ],
)
def test_an_allowance_is_told_in_words(
    left: int, seconds: float, text: str, counted: int | None
) -> None:
    """Rounded down: nobody is promised time that is not there."""
    window = SendWindow(left, NOON + timedelta(seconds=seconds), Trigger.MESSAGE)
    told = wording.describe_allowance(window, NOON, is_verified=True)
    assert told == wording.Allowance(text, True, counted)


@pytest.mark.parametrize(
    "window",
    [
        None,
        SendWindow(0, NOON + timedelta(hours=1), Trigger.MESSAGE),
        SendWindow(2, NOON, Trigger.MESSAGE),
    ],
    ids=["none", "used up", "over"],
)
def test_nothing_may_be_sent(window: SendWindow | None) -> None:
    """Said as what happens to the words instead."""
    told = wording.describe_allowance(window, NOON, is_verified=True)
    assert not told.is_open
    assert told.text == "微信不让主动发了：您写的会在市民下次来信时送到"


def line(**more: object) -> Message:
    """Return an officer's line of noon."""
    return Message(1, 1, Sender.OFFICER, "您好", NOON, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (DeliveryState.QUEUED, "发送中（原因）"),
        (DeliveryState.SENT, "已送达（原因）"),
        (DeliveryState.PARKED, "等市民来信"),
        (DeliveryState.FAILED, "未送达（原因）"),
        (DeliveryState.DROPPED, "没有发出（原因）"),
    ],
)
def test_every_delivery_is_told_in_words(state: DeliveryState, text: str) -> None:
    """With its reason, and without brackets where there is none."""
    fate = wording.describe_delivery(line(delivery=state, delivery_error="原因"))
    assert fate is not None
    assert fate.text == text
    plain = wording.describe_delivery(line(delivery=state))
    assert plain is not None
    assert "（" not in plain.text


def test_brackets_do_not_stand_in_brackets() -> None:
    """WeChat's code comes in some of its own."""
    failed = line(delivery="failed", delivery_error="送不到（错误码 43004）")
    fate = wording.describe_delivery(failed)
    assert fate is not None
    assert fate.text == "未送达（送不到，错误码 43004）"


def test_no_state_of_a_delivery_is_forgotten() -> None:
    """One without words would break the page that shows it."""
    assert all(wording.describe_delivery(line(delivery=s)) for s in DeliveryState)
    assert wording.describe_delivery(line()) is None


def test_files_are_offered_as_long_as_wechat_keeps_them() -> None:
    """Three days; a picture with an address perhaps longer."""
    later = NOON + wording.MEDIA_KEPT_FOR
    voice = line(media={"kind": "voice", "media_id": "m"})
    picture = line(media={"kind": "image", "media_id": "m", "url": "http://x"})
    fresh = wording.describe_media(voice, NOON)
    assert fresh == wording.MediaLink("下载语音", "volume", True)
    old = wording.describe_media(voice, later)
    assert old is not None
    assert not old.is_kept
    assert wording.describe_media(picture, later) == wording.MediaLink(
        "查看图片", "photo", True
    )
    assert wording.describe_media(line(), NOON) is None
    assert wording.describe_media(line(media={"kind": "image"}), NOON) is None
