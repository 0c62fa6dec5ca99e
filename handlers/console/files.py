"""Files of a ticket's conversation: what a citizen sent, and what an officer sends."""

from __future__ import annotations

import secrets

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import FileRefusedError, NotHolderError, Right
from handlers.console import blueprint
from handlers.console.access import allow, current_officer, is_from_script
from handlers.console.tickets import chat_context, read_tab
from handlers.web import parts
from handlers.webchat.files import hand_out

_NOT_HOLDER = "这个会话现在不在您手上，请先接入，或请接入的同事来发。"


@blueprint.post("/tickets/<int:ticket_id>/files")
@allow(Right.SERVE)
def send_file(ticket_id: int) -> ResponseReturnValue:
    """Send a picture or a PDF to the citizen, field ``file``.

    200 with the conversation for the script, 302 without one; 409 if the ticket is
    not the officer's, 413 and 422 if the file is not taken, 404.
    """
    given = request.files.get("file")
    if given is None or not given.filename:
        return _refuse("还没有选文件。", 422)
    try:
        parts().attachments.add_of_officer(
            ticket_id,
            officer_id=current_officer().id,
            name=given.filename,
            data=given.read(),
            key=request.form.get("client_key", "")[:64] or secrets.token_hex(16),
        )
    except NotHolderError:
        return _refuse(_NOT_HOLDER, 409)
    except FileRefusedError as e:
        return _refuse(e.reason, 422)
    if is_from_script():
        return render_template("console/_chat.html", **chat_context(ticket_id))
    address = url_for("console.show_ticket", ticket_id=ticket_id, tab=read_tab())
    return redirect(address)


@blueprint.get("/tickets/<int:ticket_id>/files/<int:message_id>")
@allow(Right.SERVE)
def show_file(ticket_id: int, message_id: int) -> ResponseReturnValue:
    """Show a picture, ``size=small`` for the page, or hand over a PDF.

    200; 404 if there is none, or the citizen has erased it. Looking is noted.
    """
    is_small = request.args.get("size") == "small"
    file = parts().attachments.get_of_ticket(
        ticket_id, message_id, officer_id=current_officer().id, is_noted=not is_small
    )
    if file is None:
        abort(404)
    return hand_out(file, is_small=is_small)


def _refuse(reason: str, status: int) -> ResponseReturnValue:
    if is_from_script():
        return render_template("console/_refusal.html", reason=reason), status
    title = "没有发出去"
    return render_template("console/plain.html", title=title, advice=reason), status
