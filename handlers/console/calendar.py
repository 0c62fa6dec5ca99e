"""The page 日历: which days are worked, what the office changed, next year's plan."""

from __future__ import annotations

from datetime import date, datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import (
    BEIJING,
    DayNoteError,
    HolidayNoticeError,
    Right,
    StatutoryDays,
    YearPlan,
    parse_notices,
)
from handlers.console import blueprint
from handlers.console.access import allow, current_officer
from handlers.console.framing import frame
from handlers.console.wording_calendar import WEEKDAYS, draw_year, tell_shifts
from handlers.web import parts

#: How far the page turns; the plans themselves begin in 2004.
FIRST_YEAR, LAST_YEAR = 2004, 2099

#: A notice has about 600 characters; some paste the whole web page.
MAX_NOTICE_CHARS = 20_000


@blueprint.get("/calendar")
@allow(Right.MANAGE)
def show_calendar() -> ResponseReturnValue:
    """Show a year, with the form of one day if one is chosen; 200, or 404."""
    day = request.args.get("day", type=date.fromisoformat)
    return _page(_read_year(day), day=day)


@blueprint.post("/calendar/day")
@allow(Right.MANAGE)
def change_day() -> ResponseReturnValue:
    """Set a day, or let it stand as planned; 302, 422 without a reason, or 400."""
    day = request.form.get("day", type=date.fromisoformat)
    way, me = request.form.get("way", ""), current_officer()
    if day is None or way not in {"working", "closed", "reset"}:
        abort(400)
    store, note = parts().office_days, request.form.get("note", "")
    try:
        if way == "reset":
            store.reset_day(day, changed_by=me.id)
        else:
            is_working = way == "working"
            store.set_day(day, is_working=is_working, note=note, changed_by=me.id)
    except DayNoteError as e:
        given = {"note": note, "way": way, "fault": e.reason}
        return _page(day.year, day=day, given=given), 422
    parts().live_calendar.forget()
    told = {"working": "改为上班", "closed": "改为休息", "reset": "恢复按安排"}[way]
    flash(f"{day.month}月{day.day}日已{told}。新的会话照此计算。", "good")
    return redirect(url_for("console.show_calendar", year=day.year))


@blueprint.post("/calendar/plan")
@allow(Right.MANAGE)
def save_plan() -> ResponseReturnValue:
    """Show what a notice says, or store it; 200, 302 once stored, 422 if unreadable."""
    text = request.form.get("text", "")[:MAX_NOTICE_CHARS]
    try:
        plans = parse_notices(text)
    except HolidayNoticeError as e:
        notice = {"text": text, "fault": f"{e.why}。请粘贴通知全文，不要改动。"}
        return _page(_read_year(None), notice=notice), 422
    if request.form.get("is_checked") != "1":
        return _page(plans[-1].year, notice={"text": text}, plans=plans)
    for plan in plans:
        parts().office_days.save_plan(plan, changed_by=current_officer().id)
    parts().live_calendar.forget()
    years = "、".join(str(plan.year) for plan in plans)
    flash(f"{years} 年的放假安排已保存。", "good")
    return redirect(url_for("console.show_calendar", year=plans[-1].year))


def _read_year(day: date | None) -> int:
    today = parts().clock().astimezone(BEIJING)
    usual = day.year if day else today.year
    year = request.args.get("year", usual, type=int)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        abort(404)
    return year


def _page(
    year: int,
    *,
    day: date | None = None,
    given: dict[str, str] | None = None,
    notice: dict[str, str] | None = None,
    plans: tuple[YearPlan, ...] = (),
) -> str:
    now: datetime = parts().clock()
    calendar = parts().live_calendar.get_calendar()
    changes = parts().office_days.list_days(year)
    # A plan that is only looked at is drawn as if it were stored.
    days = parts().live_calendar.get_days()
    statutory = StatutoryDays((*days.plans, *plans), days.changed)
    today = now.astimezone(BEIJING).date()
    return render_template(
        "console/calendar.html",
        **frame(),
        year=year,
        years=(FIRST_YEAR, LAST_YEAR),
        is_known=statutory.is_known(year),
        this_month=today.month if year == today.year else 0,
        months=draw_year(year, statutory, changes, today),
        changes=changes,
        weekdays=WEEKDAYS,
        hours=parts().settings.office.hours,
        shifts=tell_shifts(calendar),
        day=day,
        change=next((c for c in changes if c.day == day), None),
        given=given or {},
        notice=notice or {},
        plans=[(plan, sorted(plan.workdays)) for plan in plans],
    )
