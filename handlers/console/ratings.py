"""The page 评价与回访: what citizens thought, and who looks after the dissatisfied."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, cast

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import (
    BEIJING,
    MIN_CASES,
    FollowUpClosedError,
    FollowUpResultError,
    FollowUpTakenError,
    Officer,
    RatedOfficerError,
    RatingFilter,
    Right,
    Score,
    Tally,
    start_of_day,
)
from handlers.console import blueprint
from handlers.console.access import allow, current_officer
from handlers.console.framing import frame
from handlers.web import parts

#: How far back the list and the figures go, in days; "" = from the first.
PERIODS: Mapping[str, str] = {
    "7": "7 天内",
    "30": "30 天内",
    "90": "90 天内",
    "": "全部",
}

STATES: Mapping[str, str] = {"open": "未办结", "overdue": "已超期", "closed": "已办结"}

_OWN_WORK = "这条评价说的是您自己的工作，要由别的同事回访。"


@blueprint.get("/ratings")
@allow(Right.SERVE)
def show_ratings() -> ResponseReturnValue:
    """Show the ratings one may see, with the figures of each bureau; 200."""
    me, wanted = current_officer(), _read_filter()
    sees_figures = me.may(Right.LEAD) or me.may(Right.SUPERVISE)
    return render_template(
        "console/ratings.html",
        **_frame(me),
        ratings=parts().ratings.list(me, wanted),
        figures=_count(me, wanted) if sees_figures else [],
        sees_figures=sees_figures,
        wanted=wanted,
        period=_read_period(),
    )


@blueprint.get("/follow-ups")
@allow(Right.SERVE)
def show_follow_ups() -> ResponseReturnValue:
    """Show the follow-ups of a state that one may see; 200."""
    return _follow_up_page()


@blueprint.post("/follow-ups/<int:follow_up_id>/take")
@allow(Right.LEAD)
def take_follow_up(follow_up_id: int) -> ResponseReturnValue:
    """Become the one who looks after it; 302, 404, or 403 if it is about oneself."""
    try:
        parts().follow_ups.take(follow_up_id, officer_id=current_officer().id)
    except RatedOfficerError:
        return _refuse_own()
    except FollowUpTakenError as e:
        flash(f"{e.owner_name} 已经在回访。", "bad")
    except FollowUpClosedError:
        flash("已经办结了。", "bad")
    else:
        flash("已由您回访。请在期限内写明结果。", "good")
    return _to_list(follow_up_id)


@blueprint.post("/follow-ups/<int:follow_up_id>/close")
@allow(Right.LEAD)
def close_follow_up(follow_up_id: int) -> ResponseReturnValue:
    """Close it with what was found; 302, 422 with what is wrong, 403, or 404."""
    given = request.form.get("result", "")
    store = parts().follow_ups
    try:
        store.close(follow_up_id, officer_id=current_officer().id, result=given)
    except RatedOfficerError:
        return _refuse_own()
    except FollowUpResultError as e:
        page = _follow_up_page(fault=e.reason, fault_at=follow_up_id, given=given)
        return page, 422
    except FollowUpTakenError as e:
        who = f"{e.owner_name} 在回访。" if e.owner_name else "请先点“我来回访”。"
        flash(who, "bad")
    except FollowUpClosedError:
        flash("已经办结了。", "bad")
    else:
        flash("回访已办结。", "good")
    return _to_list(follow_up_id)


def share_of(tally: Tally) -> str:
    """Return 87.5%, or 样本不足 for too few cases."""
    return "样本不足" if tally.share is None else f"{tally.share * 100:.1f}%"


def _follow_up_page(*, fault: str = "", fault_at: int = 0, given: str = "") -> str:
    me, state = current_officer(), request.values.get("state", "open")
    if state not in STATES:
        state = "open"
    bureau_id = _read_bureau()
    return render_template(
        "console/follow_ups.html",
        **_frame(me),
        follow_ups=parts().follow_ups.list(me, cast("Any", state), bureau_id=bureau_id),
        state=state,
        states=STATES,
        bureau_id=bureau_id,
        fault=fault,
        fault_at=fault_at,
        given=given,
    )


def _frame(me: Officer) -> dict[str, Any]:
    sees_all = me.may(Right.SUPERVISE) or me.bureau_id is None
    return {
        **frame(),
        "now": parts().clock(),
        "cursor": parts().live.cursor(),
        "follow_up_counts": parts().follow_ups.count(me, bureau_id=_read_bureau()),
        "bureaus": parts().bureaus.list() if sees_all else [],
        "periods": PERIODS,
        "scores": tuple(Score),
        "min_cases": MIN_CASES,
        "share_of": share_of,
    }


def _count(me: Officer, wanted: RatingFilter) -> Any:
    """Count the bureaus that the officer answers for; the score filters nothing."""
    bureau_id = wanted.bureau_id
    if not me.may(Right.SUPERVISE) and me.bureau_id is not None:
        bureau_id = me.bureau_id
    return parts().ratings.count_satisfaction(
        bureau_id, since=wanted.since, until=wanted.until
    )


def _read_filter() -> RatingFilter:
    number = request.args.get("score", 0, type=int)
    score = Score(number) if number in set(Score) else None
    period = _read_period()
    since = None
    if period:
        first = _today() - timedelta(days=int(period) - 1)
        since = start_of_day(first)
    return RatingFilter(_read_bureau(), score, since=since)


def _read_period() -> str:
    period = request.args.get("period", "30")
    return period if period in PERIODS else "30"


def _read_bureau() -> int | None:
    """Return the bureau asked for; what one may not see is left out anyway."""
    return request.values.get("bureau", 0, type=int) or None


def _today() -> date:
    return parts().clock().astimezone(BEIJING).date()


def _refuse_own() -> ResponseReturnValue:
    title = "这条不能由您回访"
    page = render_template("console/plain.html", title=title, advice=_OWN_WORK)
    return page, 403


def _to_list(follow_up_id: int) -> ResponseReturnValue:
    state = request.form.get("state", "open")
    address = url_for(
        "console.show_follow_ups",
        state=state if state in STATES else "open",
        bureau=request.form.get("bureau") or None,
        _anchor=f"f{follow_up_id}",
    )
    return redirect(address)
