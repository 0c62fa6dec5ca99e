"""好差评 in the browser: five words at an answer or at the end of a hand-over."""

from __future__ import annotations

import re

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import Channel, NotRatableError, RatingOffer, RatingTarget, Score
from handlers.error_pages import is_script_request
from handlers.web import parts
from handlers.webchat import blueprint
from handlers.webchat.refusing import refuse
from handlers.webchat.visitor import get_visitor_id

#: What a form rates: t7 the hand-over 7, m12 the answer in line 12.
_TARGET = re.compile(r"(?P<kind>[tm])(?P<id>[0-9]{1,18})")


@blueprint.post("/ratings")
def rate() -> ResponseReturnValue:
    """Take one of the five words, or the reason of a low one.

    303 to the page, at the line that is rated; 200 with JSON for the page's script.
    400 for what is no form of ours, 410 if it cannot be rated any more.
    """
    target, score = _read_target(), _read_score()
    comment = request.form.get("comment", "").replace("\r\n", "\n")
    ratings, visitor = parts().ratings, get_visitor_id()
    try:
        offer = ratings.rate(Channel.WEB, visitor, target, score, comment=comment)
    except NotRatableError:
        advice = "评价过一天就不能再改了，太久以前的也不能评。"
        return refuse("没有记下", advice, 410)
    line = request.form.get("line", 0, type=int)
    if is_script_request():
        html = render_template(
            "webchat/_rating.html", offer=offer, line_id=line, is_new=True
        )
        score = offer.score or score
        return {"html": html, "word": score.label, "is_low": score.is_low}
    return redirect(url_for("webchat.show", rated=line, _anchor=f"m{line}"), 303)


def name_target(target: RatingTarget) -> str:
    """Return what a form sends to say what it rates."""
    if target.ticket_id is not None:
        return f"t{target.ticket_id}"
    return f"m{target.message_id}"


def list_offers() -> dict[int, RatingOffer]:
    """Return what this browser may rate, by the line that it stands at."""
    return parts().ratings.list_offers(Channel.WEB, get_visitor_id())


def _read_target() -> RatingTarget:
    match = _TARGET.fullmatch(request.form.get("target", ""))
    if match is None:
        abort(400)
    number = int(match["id"])
    is_ticket = match["kind"] == "t"
    return RatingTarget(ticket_id=number) if is_ticket else RatingTarget(None, number)


def _read_score() -> Score:
    try:
        return Score(int(request.form.get("score", "")))
    except ValueError:
        abort(400)
