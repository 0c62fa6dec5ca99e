"""质检: the queue, the sheet beside the chat, what an agent reads of it, appeals."""

from __future__ import annotations

import re
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from bot import (
    MAX_POINTS,
    SAMPLE_SIZE,
    AlreadyReviewedError,
    AppealClosedError,
    Criterion,
    OwnChatError,
    ReviewFieldError,
    ReviewNotFoundError,
    ReviewReason,
    Right,
    check_sheet,
    find_counting,
)
from handlers.console import blueprint, wording
from handlers.console.access import allow, current_officer
from handlers.console.framing import frame
from handlers.web import parts

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")

#: Chats that one draw may ask for.
_MAX_DRAW = 2000

_OWN = "这是您自己接待的会话，或者您自己写的质检，要由别人来评。"


@blueprint.get("/reviews")
@allow(Right.SERVE)
def show_reviews() -> ResponseReturnValue:
    """Show the queue to reviewers, 我的质检 to the others; 200."""
    me = current_officer()
    tab = request.args.get("tab", "")
    if not _is_reviewer() or tab == "mine":
        return _show_mine()
    reviews = parts().learning.reviews
    if tab == "done":
        found: dict[str, Any] = {"reviews": reviews.list_done(me), "tickets": []}
    else:
        reason = _read_reason(tab)
        tab = str(reason)
        found = {"reviews": [], "tickets": reviews.list_queue(me, reason)}
    return render_template("console/reviews.html", **_frame(), tab=tab, **found)


@blueprint.post("/reviews/draw")
@allow(Right.SUPERVISE)
def draw_reviews() -> ResponseReturnValue:
    """Draw a month's random sample; 302, also when the month cannot be read."""
    month = _MONTH.fullmatch(request.form.get("month", ""))
    count = request.form.get("count", SAMPLE_SIZE, type=int)
    if month is None or not 1 <= count <= _MAX_DRAW:
        flash(f"请选月份，条数在 1 到 {_MAX_DRAW} 之间。", "bad")
        return redirect(url_for("console.show_reviews", tab="sampled"))
    drawn = parts().learning.reviews.draw_month(
        int(month[1]),
        int(month[2]),
        officer=current_officer(),
        count=count,
        seed=request.form.get("seed", "").strip(),
    )
    flash(
        f"{drawn.month} 办结 {drawn.served} 个会话，抽中 {drawn.drawn} 个。"
        f"种子 {drawn.seed}，已记入审计。",
        "good",
    )
    return redirect(url_for("console.show_reviews", tab="sampled"))


@blueprint.get("/reviews/<int:ticket_id>")
@allow(Right.SERVE)
def show_review(ticket_id: int) -> ResponseReturnValue:
    """Show a chat with its sheet, or with the reviews it has; 200 or 404."""
    return _sheet_page(ticket_id)


@blueprint.post("/reviews/<int:ticket_id>")
@allow(Right.LEAD, Right.SUPERVISE)
def save_review(ticket_id: int) -> ResponseReturnValue:
    """Keep a sheet; 302 to the next chat, 422, 403 for one's own, 404."""
    reviews, me = parts().learning.reviews, current_officer()
    try:
        reviews.save(ticket_id, check_sheet(request.form), officer_id=me.id)
    except ReviewFieldError as e:
        return _sheet_page(ticket_id, fault=e), 422
    except OwnChatError:
        return _refuse_own()
    except AlreadyReviewedError as e:
        flash(e.reason, "bad")
        return redirect(url_for("console.show_review", ticket_id=ticket_id))
    reason = _read_reason(request.form.get("tab", ""))
    left = reviews.list_queue(me, reason, limit=1)
    if request.form.get("go") != "next" or not left:
        flash("质检已保存，坐席会看到。", "good")
        return redirect(url_for("console.show_reviews", tab=reason))
    flash("质检已保存。下一个：", "good")
    address = url_for("console.show_review", ticket_id=left[0].id, tab=reason)
    return redirect(address)


@blueprint.post("/reviews/<int:ticket_id>/pick")
@allow(Right.LEAD, Right.SUPERVISE)
def pick_review(ticket_id: int) -> ResponseReturnValue:
    """Put a chat into the queue by hand; 302, 403 for one's own, or 404."""
    try:
        is_new = parts().learning.reviews.pick(
            ticket_id, officer_id=current_officer().id
        )
    except OwnChatError:
        return _refuse_own()
    flash("已放进质检队列。" if is_new else "已经在质检队列里。", "good")
    return redirect(url_for("console.show_review", ticket_id=ticket_id, tab="picked"))


@blueprint.post("/reviews/<int:ticket_id>/appeal")
@allow(Right.SERVE)
def appeal_review(ticket_id: int) -> ResponseReturnValue:
    """Object to the review of one's own chat; 302, 422, or 404."""
    text, me = request.form.get("text", ""), current_officer()
    try:
        parts().learning.reviews.appeal(ticket_id, text, officer_id=me.id)
    except ReviewFieldError as e:
        return _sheet_page(ticket_id, fault=e), 422
    except AppealClosedError as e:
        flash(e.reason, "bad")
    else:
        flash("申诉已提交，由另一位同事处理。", "good")
    return redirect(url_for("console.show_review", ticket_id=ticket_id))


@blueprint.post("/reviews/<int:ticket_id>/decision")
@allow(Right.LEAD, Right.SUPERVISE)
def decide_review(ticket_id: int) -> ResponseReturnValue:
    """Decide an appeal; 302, 422, 403 for one's own review, or 404."""
    is_upheld = request.form.get("decision") == "upheld"
    word, me = request.form.get("word", ""), current_officer()
    decide = parts().learning.reviews.decide
    try:
        decide(ticket_id, is_upheld=is_upheld, word=word, officer_id=me.id)
    except ReviewFieldError as e:
        return _sheet_page(ticket_id, fault=e), 422
    except OwnChatError:
        return _refuse_own()
    except AppealClosedError as e:
        flash(e.reason, "bad")
    else:
        flash("申诉已处理，坐席会看到。", "good")
    return redirect(url_for("console.show_review", ticket_id=ticket_id))


def _show_mine() -> ResponseReturnValue:
    me, reviews = current_officer(), parts().learning.reviews
    found = reviews.list_mine(me)
    page = render_template(
        "console/reviews.html", **_frame(), tab="mine", reviews=found, tickets=[]
    )
    # Drawn first: what was new is still marked on this page.
    if any(review.seen_at is None for review in found):
        reviews.mark_seen(me)
    return page


def _sheet_page(ticket_id: int, *, fault: ReviewFieldError | None = None) -> str:
    learning, me, now = parts().learning, current_officer(), parts().clock()
    ticket = parts().desk.get_ticket(ticket_id)
    known = learning.reviews.list_of(ticket_id, me)
    is_own = ticket.officer_id == me.id
    may_review = learning.reviews.may_review(ticket_id, me)
    if not may_review and not (is_own and known):
        abort(404)
    messages = parts().desk.list_messages(ticket_id)
    given = request.form if fault else {}
    return render_template(
        "console/review.html",
        **_frame(),
        tab=request.values.get("tab", ""),
        ticket=ticket,
        days=wording.group_by_day(messages, now),
        votes=learning.votes.list_for(message.id for message in messages),
        known=known,
        counting=find_counting(known),
        is_own=is_own,
        is_mine=False,
        may_give=may_review and _may_give(known),
        may_decide=may_review and me.id not in {each.reviewer_id for each in known},
        fault=fault,
        given=given,
    )


def _may_give(known: list[Any]) -> bool:
    """Tell whether one more opinion is wanted, and from this officer."""
    me = current_officer()
    if any(review.reviewer_id == me.id for review in known):
        return False
    return not known or (len(known) == 1 and me.may(Right.SUPERVISE))


def _frame() -> dict[str, Any]:
    me, reviews = current_officer(), parts().learning.reviews
    mine = reviews.list_mine(me)
    return {
        **frame(),
        "now": parts().clock(),
        "is_reviewer": _is_reviewer(),
        "reasons": tuple(ReviewReason),
        "waiting": reviews.count_queue(me) if _is_reviewer() else {},
        "unseen": sum(review.seen_at is None for review in mine),
        "criteria": tuple(Criterion),
        "max_points": MAX_POINTS,
        "sample_size": SAMPLE_SIZE,
    }


def _is_reviewer() -> bool:
    me = current_officer()
    return me.may(Right.LEAD) or me.may(Right.SUPERVISE)


def _read_reason(name: str) -> ReviewReason:
    return ReviewReason(name) if name in set(ReviewReason) else ReviewReason.ESCALATED


def _refuse_own() -> ResponseReturnValue:
    title = "这一条不能由您来评"
    return render_template("console/plain.html", title=title, advice=_OWN), 403


def _show_missing(_error: ReviewNotFoundError) -> ResponseReturnValue:
    title, advice = "没有这个质检", "会话还没有办结，或者不归您来评。"
    return render_template("console/plain.html", title=title, advice=advice), 404


@blueprint.record_once
def _register(state: BlueprintSetupState) -> None:
    state.app.register_error_handler(ReviewNotFoundError, _show_missing)
