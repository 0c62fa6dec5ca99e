"""Office hours are read as citizens read them, or refused; never half."""

from __future__ import annotations

import pytest

from bot import HoursError
from bot.shifts import Shift, WorkingWeek, parse_hours

TWO = "8:30-12:00 13:30-17:30"


def spans(text: str) -> tuple[Shift, ...]:
    """Read "8:30-12:00 13:30-17:30"."""
    return tuple(
        Shift(*(int(c.split(":")[0]) * 60 + int(c.split(":")[1]) for c in s.split("-")))
        for s in text.split()
    )


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("工作日 8:30–12:00，13:30–17:30", [TWO] * 5 + ["", ""]),
        ("周一至周五 8:30-12:00, 13:30-17:30", [TWO] * 5 + ["", ""]),
        ("星期一到星期五上午8:30至12:00，下午1:30至5:30", [TWO] * 5 + ["", ""]),
        (
            "周一至周五（法定节假日除外）上午8点半—12点 下午1点30分—5点30分",
            [TWO] * 5 + ["", ""],
        ),
        ("8:30–12:00，13:30–17:30（工作日）", [TWO] * 5 + ["", ""]),
        ("工作日 8:30–17:30（午休 12:00–13:30）", [TWO] * 5 + ["", ""]),
        ("周末休息，8:30–12:00，13:30–17:30", [TWO] * 5 + ["", ""]),
        (
            "周六、周日和法定节假日休息，其余 8:30–12:00，13:30–17:30",
            [TWO] * 5 + [""] * 2,
        ),
        (
            "周一至周五 8:30–12:00，14:00–17:30；周六 9:00–12:00",
            ["8:30-12:00 14:00-17:30"] * 5 + ["9:00-12:00", ""],
        ),
        ("周一、三、五 9:00–12:00", ["9:00-12:00", ""] * 3 + [""]),
        ("周六至周一 9:00–10:00", ["9:00-10:00", "", "", "", ""] + ["9:00-10:00"] * 2),
        ("周六日 9:00–10:00", [""] * 5 + ["9:00-10:00"] * 2),
        ("礼拜天 9:00–10:00", [""] * 6 + ["9:00-10:00"]),
        ("周二至周日 9:00–16:30", [""] + ["9:00-16:30"] * 6),
        ("工作日", ["0:00-24:00"] * 5 + ["", ""]),
        ("工作日 8:00–12:00，11:00–17:00", ["8:00-17:00"] * 5 + ["", ""]),
    ],
)
def test_weeks_as_offices_write_them(text, days):
    """Closed on holidays, and worked by 调休 as on the first working day."""
    week = parse_hours(text)
    assert week.days == tuple(map(spans, days))
    assert week.holiday == ()
    assert week.make_up == (next(filter(None, map(spans, days[:5])), None))
    assert week.needs_holidays


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("每天 9：00至21：00", "9:00-21:00"),
        ("周一至周日 9:00–21:00", "9:00-21:00"),
        ("9:00–21:00", "9:00-21:00"),
        ("每天（含法定节假日）9:00–21:00", "9:00-21:00"),
        ("0:00–24:00", "0:00-24:00"),
        ("全天", "0:00-24:00"),
        ("7×24小时", "0:00-24:00"),
    ],
)
def test_hours_that_hold_every_day_ask_for_no_holidays(text, day):
    """No table can then be missing."""
    week = parse_hours(text)
    assert week.days == (spans(day),) * 7
    assert not week.needs_holidays


def test_days_off_are_taken_from_every_day():
    """Behind the hours or before them; holidays only where it says so."""
    museum = parse_hours("每天 9:00–17:00（周一闭馆）")
    assert museum.days == ((), *(spans("9:00-17:00"),) * 6)
    assert museum.holiday == spans("9:00-17:00")
    hall = parse_hours("每天 9:00–17:00，法定节假日休息")
    assert hall.days == (spans("9:00-17:00"),) * 7
    assert hall.holiday == ()


def test_holidays_may_have_hours_of_their_own():
    """An office with somebody on call."""
    week = parse_hours("工作日 8:30–17:30；周末和节假日 9:00–11:00")
    assert week.days[5:] == (spans("9:00-11:00"),) * 2
    assert week.holiday == spans("9:00-11:00")
    assert week.make_up == spans("8:30-17:30")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("夏季 8:00–12:00，15:00–18:00", "季节"),
        ("5月至9月 8:00–12:00", "季节"),
        ("每天 20:00–次日8:00", "两段"),
        ("20:00–8:00", "两段"),
        ("每天 8:00–25:00", "25:00"),
        ("每天 8:70–12:00", "8:70"),
        ("工作日 8:30 开门", "8:30–17:30"),
        ("工作日 12:00–12:00", "早于"),
        ("工作日 9:00–17:00（午休 8:00–18:00）", "没有一天"),
    ],
)
def test_what_would_be_misread_is_refused(text, words):
    """With a Chinese sentence for whoever wrote it."""
    with pytest.raises(HoursError) as caught:
        parse_hours(text)
    assert words in caught.value.why


@pytest.mark.parametrize(
    "days",
    [
        ((),) * 7,
        (spans("8:00-12:00"),) * 6,
        (spans("8:00-12:00 11:00-13:00"),) * 7,
        (spans("13:00-14:00 8:00-12:00"),) * 7,
    ],
)
def test_explicit_weeks_are_checked_too(days):
    """Seven days, in order, apart, and somebody is there."""
    with pytest.raises(HoursError):
        WorkingWeek(days, None, None)
