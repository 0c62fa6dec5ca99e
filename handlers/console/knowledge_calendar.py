"""The page 知识日历: what takes effect and what ends, month by month."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from bot import BEIJING, Right
from handlers.console import blueprint
from handlers.console.access import allow, current_officer
from handlers.console.wrong import learning_frame
from handlers.web import parts
from knowledge import ChangeFilter, ChangeState

#: Months that can be turned to, before and after this one.
_MONTHS = 60


@dataclass(frozen=True, slots=True)
class _Event:
    """Something that happens to an entry on a day."""

    #: "begins", "ends" or "goes out".
    kind: str
    title: str
    department: str
    entry_id: str = ""
    change_id: int | None = None


@blueprint.get("/knowledge-calendar")
@allow(Right.EDIT, Right.REVIEW_KNOWLEDGE)
def show_knowledge_calendar() -> ResponseReturnValue:
    """Show a ``month`` (2026-11), this one without; 200 or 404."""
    today = parts().clock().astimezone(BEIJING).date()
    first = _read_month(request.args.get("month", ""), today)
    events = _find_events(first)
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    return render_template(
        "console/knowledge_calendar.html",
        **learning_frame("calendar"),
        first=first,
        weeks=weeks,
        events=events,
        today=today,
        before=_shift(first, -1),
        after=_shift(first, 1),
    )


def _read_month(text: str, today: date) -> date:
    first = today.replace(day=1)
    if not text:
        return first
    try:
        wanted = date.fromisoformat(f"{text}-01")
    except ValueError:
        abort(404)
    months = (wanted.year - first.year) * 12 + wanted.month - first.month
    if abs(months) > _MONTHS:
        abort(404)
    return wanted


def _shift(first: date, months: int) -> date:
    place = first.year * 12 + first.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


def _find_events(first: date) -> Mapping[date, Sequence[_Event]]:
    """Return what happens in the month, by day, in a person's departments."""
    actor, end = parts().make_actor(current_officer()), _shift(first, 1)
    found: dict[date, list[_Event]] = defaultdict(list)
    for entry in parts().upkeep.list(actor, first):
        if entry.effective_on and first <= entry.effective_on < end:
            found[entry.effective_on].append(
                _Event("begins", entry.title, entry.department, entry.id)
            )
        if entry.expires_on and first <= entry.expires_on < end:
            found[entry.expires_on].append(
                _Event("ends", entry.title, entry.department, entry.id)
            )
    approved = ChangeFilter(states=frozenset({ChangeState.APPROVED}))
    for change in parts().changes.list(approved, actor):
        day = change.publish_at and change.publish_at.astimezone(BEIJING).date()
        if day and first <= day < end:
            form = change.form
            found[day].append(
                _Event(
                    "goes out",
                    f"{form.action.label} {form.title}",
                    form.department,
                    change_id=change.id,
                )
            )
    days = (first + timedelta(days=n) for n in range((end - first).days))
    return {day: found[day] for day in days if day in found}
