"""The page behind a link to one answer: for accounts that may not push."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from bot import get_wording

from .carrying import shorten

if TYPE_CHECKING:
    from handlers.assembly import Parts

answers_blueprint = Blueprint("wechat_answers", __name__, url_prefix="/wechat/answers")

#: Seconds after which the page looks again while the answer is composed.
LOOK_AGAIN_S = 3


@answers_blueprint.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    """Show one question and its answer, to whoever has the link.

    200; 404 when the link is not ours or older than its days. The question is masked.
    An answer that no longer stands, or that a person has taken over, is not shown:
    a sentence says what to do instead.
    """
    parts = cast("Parts", current_app.extensions["wenzheng"])
    inbox_id = parts.answer_links.read(token)
    found = parts.front_desk.find_answer(inbox_id) if inbox_id is not None else None
    if inbox_id is None or found is None:
        return _render(notice=get_wording("link_gone")), 404
    if found.is_erased:
        return _render(notice=get_wording("link_erased"))
    question, message = shorten(found.question), found.message
    if found.is_taken_over:
        return _render(found.question, notice=get_wording("link_taken_over"))
    if message is None:
        notice = get_wording("link_composing", question=question)
        return _render(found.question, notice=notice, look_again_s=LOOK_AGAIN_S)
    release_id = message.evidence.release_id if message.evidence else ""
    if not parts.are_in_force(message.citations, release_id, question=found.question):
        notice = get_wording("answer_withdrawn", question=question)
        return _render(found.question, notice=notice)
    return _render(found.question, message=message)


@answers_blueprint.post("/<token>")
def note_read(token: str) -> ResponseReturnValue:
    """Note that a phone shows the answer, so that it is not sent once more; 204.

    Told by the page's script and not by its being fetched: WeChat looks at addresses
    itself before anybody touches them. 404 when the link is not ours or too old.
    """
    parts = cast("Parts", current_app.extensions["wenzheng"])
    inbox_id = parts.answer_links.read(token)
    if inbox_id is None:
        return "", 404
    parts.front_desk.note_read(inbox_id)
    return "", 204


def _render(question: str = "", **values: object) -> str:
    return render_template("wechat/answer.html", question=question, **values)
