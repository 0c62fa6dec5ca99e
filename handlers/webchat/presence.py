"""What the page tells of its citizen, who writes or has read; never a text."""

from __future__ import annotations

from dataclasses import replace

from flask import abort, current_app, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from bot import Channel, Ticket
from handlers.web import parts
from handlers.webchat import blueprint, drawing
from handlers.webchat.limits import HintLimits
from handlers.webchat.visitor import get_visitor_id

#: Where the application keeps the limits.
_LIMITS = "wenzheng.hint_limits"

#: Ids are 64 bits on the database.
_MAX_ID = 2**63 - 1


@blueprint.record_once
def _prepare(state: BlueprintSetupState) -> None:
    app = state.app
    app.extensions[_LIMITS] = HintLimits(app.extensions["wenzheng"].redis)


@blueprint.post("/typing")
def tell_typing() -> ResponseReturnValue:
    """Let the officer see that the citizen writes, ``on=0`` that it is over; 204.

    Also where nobody serves this browser: the page need not know. 429 when it tells
    too often.
    """
    visitor = _count()
    ticket = parts().front_desk.find_open_ticket(Channel.WEB, visitor)
    if ticket is not None and ticket.is_held:
        is_typing = request.form.get("on", "1") != "0"
        parts().around.note_citizen(ticket.id, is_typing=is_typing)
    return "", 204


@blueprint.post("/read")
def tell_read() -> ResponseReturnValue:
    """Note the newest line that the page has shown, ``up_to``; 204 or 429."""
    visitor = _count()
    up_to = request.form.get("up_to", 0, type=int)
    if 0 < up_to <= _MAX_ID:
        parts().read_marks.note_shown(Channel.WEB, visitor, up_to)
    return "", 204


def see_typing(desk: drawing.DeskView, ticket: Ticket | None) -> drawing.DeskView:
    """Return the view with whether the officer is writing to this citizen."""
    if ticket is None or not ticket.is_held or ticket.kf_account:
        return desk
    return replace(desk, is_typing=parts().around.is_reply_coming(ticket.id))


def _count() -> str:
    """Return the visitor, who is within the limits."""
    visitor = get_visitor_id()
    limits: HintLimits = current_app.extensions[_LIMITS]
    if not limits.may_tell(visitor, request.remote_addr or ""):
        abort(429)
    return visitor
