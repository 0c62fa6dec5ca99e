"""The page 日历: what it says, what it changes, and that it never guesses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot import BEIJING, StatutoryDays, make_calendar
from handlers.console.wording_calendar import Look, draw_year, find_look, tell_shifts
from tests.handlers.test_office_calendar import NOTICE

PAGE = "/console/calendar"


def test_the_year_is_drawn_as_the_state_council_planned_it(desk: Any) -> None:
    """National day 2026: off from 1 to 7 October, 10 October worked."""
    page = desk.open(f"{PAGE}?year=2026").text
    assert page.count('class="month"') == 12
    assert "10月1日 周四，放假" in page
    assert "10月10日 周六，调休上班" in page
    assert "10月12日 周一，上班" in page
    assert "no-plan" not in page
    assert "工作日 8:30–17:30" in page


def test_a_year_without_a_plan_is_an_error_and_no_guess(desk: Any) -> None:
    """Only what the office set itself is known of it."""
    page = desk.open(f"{PAGE}?year=2027").text
    assert "还没有 2027 年的放假安排" in page
    assert "，上班" not in page
    assert "，放假" not in page
    assert "个上班日" not in page
    assert "1月4日 周一，还不知道" in page


def test_a_day_is_changed_with_a_reason_and_put_back(world: Any, desk: Any) -> None:
    """And the trail says who did it."""
    form = {"day": "2026-11-25", "way": "closed", "note": "市里通知停工一天"}
    answer = desk.send(f"{PAGE}/day", page=PAGE, **form)
    assert "11月25日已改为休息" in answer.text
    assert "11月25日 周三，放假，本单位改的：市里通知停工一天" in answer.text
    noon = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
    live = world.parts.live_calendar
    assert not live.get_calendar().is_working(noon)
    assert "恢复按安排" in desk.open(f"{PAGE}?year=2026&day=2026-11-25").text
    answer = desk.send(f"{PAGE}/day", page=PAGE, day="2026-11-25", way="reset")
    assert "没有改过" in answer.text
    assert live.get_calendar().is_working(noon)
    entries = world.parts.audit_trail.list(_everything())
    actions = [(e.action, e.subject, e.detail) for e in entries][:2]
    assert actions == [
        ("calendar.day_reset", "day 2026-11-25", ""),
        ("calendar.day_set", "day 2026-11-25", "closed: 市里通知停工一天"),
    ]


def _everything() -> Any:
    from bot import AuditFilter

    return AuditFilter()


@pytest.mark.parametrize("note", ["", "  ", "长" * 81])
def test_a_change_without_a_reason_is_refused(world: Any, desk: Any, note: str) -> None:
    """The field says what is missing, and keeps what was written."""
    form = {"day": "2026-11-25", "way": "closed", "note": note}
    answer = desk.send(f"{PAGE}/day", page=PAGE, **form)
    assert answer.status_code == 422
    assert "note-error" in answer.text
    assert world.parts.office_days.read().changed == ()


@pytest.mark.parametrize(
    "form", [{"day": "x", "way": "closed"}, {"day": "2026-11-25", "way": "maybe"}]
)
def test_what_no_page_sends_is_refused(desk: Any, form: dict[str, str]) -> None:
    """A day that is none, and a way that is none."""
    answer = desk.send(f"{PAGE}/day", page=PAGE, note="试", **form)
    assert answer.status_code == 400


def test_a_notice_is_shown_before_it_counts(world: Any, desk: Any) -> None:
    """Pasted, looked at, saved: then the year is known to all who count."""
    shown = desk.send(f"{PAGE}/plan", page=PAGE, text=NOTICE)
    assert shown.status_code == 200
    assert "请核对，还没有保存" in shown.text
    assert "2月14日（周日）" in shown.text
    assert "2月14日 周日，调休上班" in shown.text
    assert not world.parts.live_calendar.get_calendar().statutory.is_known(2027)
    saved = desk.send(f"{PAGE}/plan", page=PAGE, text=NOTICE, is_checked="1")
    assert "2027 年的放假安排已保存" in saved.text
    assert "no-plan" not in saved.text
    calendar = world.parts.live_calendar.get_calendar()
    assert calendar.statutory.is_known(2027)
    assert not calendar.is_working(datetime(2027, 2, 8, 4, 0, tzinfo=UTC))


def test_a_notice_that_cannot_be_read_says_where(world: Any, desk: Any) -> None:
    """Nothing is stored, and the text is still there."""
    wrong = NOTICE.replace("共8天", "共9天")
    answer = desk.send(f"{PAGE}/plan", page=PAGE, text=wrong, is_checked="1")
    assert answer.status_code == 422
    assert "写的是 9 天，数出来是 8 天" in answer.text
    assert "春节：2月5日至12日" in answer.text
    assert world.parts.office_days.read().plans == ()


@pytest.mark.parametrize("year", ["2003", "2100", "-1"])
def test_there_is_an_end_to_the_years(desk: Any, year: str) -> None:
    """Nobody turns to the year 9999."""
    assert desk.client.get(f"{PAGE}?year={year}").status_code == 404


def test_days_of_the_office_stand_before_the_plan() -> None:
    """A holiday worked, a working day closed, also in a year without a plan."""
    changed = (
        (date(2026, 10, 1), True),
        (date(2026, 10, 10), False),
        (date(2031, 5, 5), False),
        (date(2031, 5, 10), True),
    )
    days = StatutoryDays((), changed)
    looks = [find_look(day, days) for day, _ in changed]
    assert looks == [Look.WORK, Look.HOLIDAY, Look.HOLIDAY, Look.MAKE_UP]
    assert find_look(date(2031, 5, 6), days) is Look.UNKNOWN
    months = draw_year(2026, days, [], date(2026, 10, 1))
    assert months[9].worked == 18
    assert draw_year(2031, days, [], date(2026, 10, 1))[4].worked is None


def test_an_office_that_is_always_open_can_be_closed_for_a_day() -> None:
    """每天 asks no plan, but what the office set itself counts."""
    closed = date(2026, 11, 25)
    calendar = make_calendar("每天 8:30–17:30", (), ((closed, False),))
    start = datetime(2026, 11, 25, 9, 0, tzinfo=BEIJING)
    assert not calendar.is_working(start)
    opening = calendar.next_opening(start)
    assert opening == datetime(2026, 11, 26, 8, 30, tzinfo=BEIJING)
    assert calendar.is_working(start + timedelta(days=1))


def test_a_closed_day_is_no_working_day_of_a_term() -> None:
    """Two working days from Monday on end a day later then."""
    monday = datetime(2026, 11, 23, 9, 0, tzinfo=BEIJING)
    hours = "工作日 8:30–17:30"
    usual = make_calendar(hours).add_working_days(monday, 2)
    changed = make_calendar(hours, (), ((date(2026, 11, 24), False),))
    assert changed.add_working_days(monday, 2) - usual == timedelta(days=1)
    saturday = make_calendar(hours, (), ((date(2026, 11, 28), True),))
    friday = datetime(2026, 11, 27, 9, 0, tzinfo=BEIJING)
    assert saturday.add_working_days(friday, 1).astimezone(BEIJING).day == 28


def test_the_shifts_are_told_by_the_week() -> None:
    """Days that are alike stand together."""
    told = tell_shifts(make_calendar("工作日 8:30–12:00，13:30–17:30"))
    assert told[:2] == [
        ("周一至周五", "8:30–12:00，13:30–17:30"),
        ("周六、周日", "休息"),
    ]
    assert ("法定节假日", "休息") in told
