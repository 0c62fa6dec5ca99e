"""答对了 / 答错了 under what the bot said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import Message, Right, Vote
from handlers.console import blueprint
from handlers.console.access import allow, current_officer, is_from_script
from handlers.web import parts


@blueprint.post("/tickets/<int:ticket_id>/messages/<int:message_id>/vote")
@allow(Right.SERVE)
def vote(ticket_id: int, message_id: int) -> ResponseReturnValue:
    """Say whether an answer was right, field ``is_right``, with a ``note`` if not.

    200 with the fragment for the script, 302 without one; 404.
    """
    given = parts().learning.votes.vote(
        message_id,
        officer_id=current_officer().id,
        is_right=request.form.get("is_right") == "1",
        note=request.form.get("note", ""),
    )
    if is_from_script():
        return render_template(
            "console/_vote.html",
            ticket_id=ticket_id,
            message_id=message_id,
            found=parts().learning.votes.list_for([message_id])[message_id],
            given=given,
        )
    address = url_for("console.show_ticket", ticket_id=ticket_id)
    return redirect(f"{address}#m{message_id}")


def find_votes(days: Sequence[tuple[str, Sequence[Message]]]) -> Mapping[int, Any]:
    """Return the votes on all lines of a page, read once for the page."""
    if "votes" not in g:
        ids = [message.id for _, lines in days for message in lines]
        g.votes = parts().learning.votes.list_for(ids)
    found: Mapping[int, Any] = g.votes
    return found


def find_own(votes: Sequence[Vote]) -> Vote | None:
    """Return the vote of whoever looks."""
    me = current_officer()
    return next((vote for vote in votes if vote.officer_id == me.id), None)


@blueprint.context_processor
def _offer() -> dict[str, Any]:
    return {"find_votes": find_votes, "find_own_vote": find_own}
