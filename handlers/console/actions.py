"""What an officer does with a ticket; each view is one call of the desk."""

from __future__ import annotations

import secrets

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import (
    AlreadyClaimedError,
    IllegalMoveError,
    MessageNotFoundError,
    NotHolderError,
    Right,
)
from handlers.console import blueprint
from handlers.console.access import (
    SIGNED_IN,
    allow,
    current_officer,
    is_from_script,
)
from handlers.console.finding import note_cited
from handlers.console.tickets import chat_context, is_held_by, read_tab
from handlers.console.wording import MAX_REPLY_CHARS
from handlers.web import parts

_NOT_HOLDER = "这个会话现在不在您手上，请先接入，或请接入的同事回复。"


@blueprint.post("/tickets/next")
@allow(Right.SERVE)
def claim_next() -> ResponseReturnValue:
    """Take who is most urgent, then due first; 302 to the conversation or the queue."""
    ticket = parts().desk.claim_next(officer_id=current_officer().id)
    if ticket is None:
        flash("现在没有人在等。", "good")
        return redirect(url_for("console.show_queue"))
    return redirect(url_for("console.show_ticket", ticket_id=ticket.id, tab="mine"))


@blueprint.post("/tickets/<int:ticket_id>/claim")
@allow(Right.SERVE)
def claim(ticket_id: int) -> ResponseReturnValue:
    """Take a waiting ticket; 302, also when a colleague was faster, or 404."""
    tab = "mine"
    try:
        parts().desk.claim(ticket_id, officer_id=current_officer().id)
    except AlreadyClaimedError as e:
        flash(f"{e.officer_name} 已经接入这个会话。", "bad")
        tab = read_tab()
    except IllegalMoveError:
        flash("这个会话已经结束。", "bad")
        tab = read_tab()
    return redirect(url_for("console.show_ticket", ticket_id=ticket_id, tab=tab))


@blueprint.post("/tickets/<int:ticket_id>/messages")
@allow(Right.SERVE)
def say(ticket_id: int) -> ResponseReturnValue:
    """Send a reply or leave a note.

    200 with the conversation for the script, 302 without one; 422 for an empty or
    too long text, 409 if the ticket is not the officer's, 404 if it is nobody's.
    """
    text = request.form.get("text", "").replace("\r\n", "\n").strip()
    if not text:
        return _refuse("还没有写内容。", 422)
    if len(text) > MAX_REPLY_CHARS:
        return _refuse(f"最多 {MAX_REPLY_CHARS} 字，现在是 {len(text)} 字。", 422)
    desk = parts().desk
    send = desk.note if request.form.get("kind") == "note" else desk.reply
    key = request.form.get("client_key", "")[:64] or secrets.token_hex(16)
    try:
        send(ticket_id, officer_id=current_officer().id, text=text, client_key=key)
    except NotHolderError:
        return _refuse(f"{_NOT_HOLDER}您写的内容还在。", 409)
    note_cited(ticket_id, text)
    return _show_chat(ticket_id)


@blueprint.post("/tickets/<int:ticket_id>/read")
@allow(Right.SERVE)
def mark_read(ticket_id: int) -> ResponseReturnValue:
    """Set the unread count of one's own ticket to zero; 204 or 404.

    A colleague who only looks leaves the count as it is.
    """
    ticket = parts().desk.get_ticket(ticket_id)
    if is_held_by(ticket, current_officer().id):
        parts().desk.mark_read(ticket_id)
    return "", 204


@blueprint.post("/tickets/<int:ticket_id>/messages/<int:message_id>/retry")
@allow(Right.SERVE)
def retry(ticket_id: int, message_id: int) -> ResponseReturnValue:
    """Queue a message again that did not reach WeChat.

    200 with the conversation for the script, 302 without one; 404, or 409 if the
    ticket is not the officer's.
    """
    desk = parts().desk
    if not is_held_by(desk.get_ticket(ticket_id), current_officer().id):
        return _refuse(_NOT_HOLDER, 409)
    if message_id not in {m.id for m in desk.list_messages(ticket_id)}:
        abort(404)
    try:
        parts().outbox.requeue(message_id)
    except MessageNotFoundError:
        abort(404)
    return _show_chat(ticket_id)


@blueprint.post("/awake")
@allow(SIGNED_IN)
def stay_awake() -> ResponseReturnValue:
    """Note that somebody is at the keyboard; 204. The guard did the noting."""
    return "", 204


def _show_chat(ticket_id: int) -> ResponseReturnValue:
    if is_from_script():
        return render_template("console/_chat.html", **chat_context(ticket_id))
    tab = read_tab()
    return redirect(url_for("console.show_ticket", ticket_id=ticket_id, tab=tab))


def _refuse(reason: str, status: int) -> ResponseReturnValue:
    if is_from_script():
        return render_template("console/_refusal.html", reason=reason), status
    title = "没有发出去"
    return render_template("console/plain.html", title=title, advice=reason), status
