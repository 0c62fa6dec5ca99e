"""Who writes and who looks: told by open pages, shown on both sides, never stored."""

from __future__ import annotations

import threading

from flask import current_app, jsonify, request
from flask.typing import ResponseReturnValue

from bot import BotError, Channel, Officer, Right, Role, Ticket
from handlers.around import Writing
from handlers.console import blueprint
from handlers.console.access import allow, current_officer
from handlers.web import parts
from handlers.wechat import WeChatError

#: What a page tells of its officer besides what is written.
LEFT, STOPPED = "left", "stopped"


@blueprint.post("/tickets/<int:ticket_id>/here")
@allow(Right.SERVE)
def be_here(ticket_id: int) -> ResponseReturnValue:
    """Note what the officer does in a ticket, and tell who else does what.

    ``doing`` is empty (looks), "reply", "note", "stopped" (writing) or "left".
    200 with JSON, or 404.
    """
    ticket, me = parts().desk.get_ticket(ticket_id), current_officer()
    around, doing = parts().around, request.form.get("doing", "")
    if doing == LEFT:
        around.note_left(ticket_id, me.id, me.name)
        return jsonify({})
    if not _reads_along(ticket, me):
        around.note_open(ticket_id, me.id, me.name)
    if doing == STOPPED:
        around.note_writing(ticket_id, me.id, None)
    elif doing in set(Writing):
        _note_writing(ticket, Writing(doing))
    return jsonify(_describe(ticket))


def note_sent(ticket_id: int) -> None:
    """Note that what was written is sent: nobody waits for it any more."""
    parts().around.note_writing(ticket_id, current_officer().id, None)


def _reads_along(ticket: Ticket, me: Officer) -> bool:
    """Tell whether somebody looks on who is not announced; the audit trail knows.

    By role, not by right: administrators of a small office serve side by side and
    must see each other. A lead does so too while nobody has the ticket.
    """
    if ticket.is_held_by(me.id):
        return False
    is_lead = me.role is Role.TEAM_LEAD and ticket.is_held
    return me.role is Role.SUPERVISOR or is_lead


def _describe(ticket: Ticket) -> dict[str, object]:
    found = parts().around.look(ticket.id, but=current_officer().id)
    is_web = ticket.channel is Channel.WEB
    marks = parts().read_marks
    return {
        "citizen": found.is_citizen_typing,
        "colleagues": [
            {"name": each.name, "writing": each.writing or ""}
            for each in found.colleagues
        ],
        # On WeChat nobody tells us: nothing is promised.
        "read": marks.find_read_up_to(ticket.conversation_id) if is_web else 0,
    }


def _note_writing(ticket: Ticket, writing: Writing) -> None:
    me = current_officer()
    if writing is Writing.REPLY and not ticket.is_held_by(me.id):
        return
    parts().around.note_writing(ticket.id, me.id, writing)
    is_wechat = ticket.channel is Channel.WECHAT
    if writing is Writing.REPLY and is_wechat and not ticket.kf_account:
        _show_on_wechat(ticket.id)


def _show_on_wechat(ticket_id: int) -> None:
    """Have WeChat show 正在输入, aside: neither its answer nor its absence matters."""
    client, marks, log = parts().wechat_client, parts().read_marks, current_app.logger
    if client is None or not parts().settings.wechat.is_verified:
        return
    if not parts().around.may_show_on_wechat(ticket_id):
        return

    def show() -> None:
        try:
            openid = marks.find_who_just_wrote(ticket_id)
            if openid is not None:
                client.type_on(openid)
        except (BotError, OSError, WeChatError) as e:
            log.info("typing not shown on WeChat: %s", type(e).__name__)

    threading.Thread(target=show, name="typing", daemon=True).start()
