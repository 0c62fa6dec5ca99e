"""The queue and one conversation: the page, and the parts of it that are refetched."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from flask import current_app, render_template, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from bot import Channel, ForeignTicketError, Message, Right, Ticket, TicketNotFoundError
from handlers.console import blueprint, wording
from handlers.console.access import allow, current_officer
from handlers.web import parts

TABS = {"waiting": "待接入", "mine": "我的", "all": "全部"}

#: What an empty tab says: what it means, and what happens next.
EMPTY = {
    "waiting": ("现在没有人在等", "有新咨询时，这里会自动出现。"),
    "mine": ("您手上没有会话", "接入一位市民后，会话会列在这里。"),
    "all": ("还没有人工会话", "市民转人工后，会话会列在这里。"),
}


@blueprint.get("/")
@allow(Right.SERVE)
def show_queue() -> ResponseReturnValue:
    """Show who waits; 200."""
    return render_template("console/tickets.html", **queue_context(), ticket=None)


@blueprint.get("/tickets/<int:ticket_id>")
@allow(Right.SERVE)
def show_ticket(ticket_id: int) -> ResponseReturnValue:
    """Show the queue and one conversation; 200 or 404."""
    chat = chat_context(ticket_id)
    return render_template("console/tickets.html", **(queue_context(ticket_id) | chat))


@blueprint.get("/queue")
@allow(Right.SERVE)
def show_queue_part() -> ResponseReturnValue:
    """Return the queue as a fragment; 200."""
    open_id = request.args.get("open", type=int)
    return render_template("console/_queue.html", **queue_context(open_id))


@blueprint.get("/tickets/<int:ticket_id>/chat")
@allow(Right.SERVE)
def show_chat_part(ticket_id: int) -> ResponseReturnValue:
    """Return the conversation as a fragment; 200 or 404."""
    return render_template("console/_chat.html", **chat_context(ticket_id))


@blueprint.get("/tickets/<int:ticket_id>/side")
@allow(Right.SERVE)
def show_side_part(ticket_id: int) -> ResponseReturnValue:
    """Return evidence and citizen as a fragment; 200 or 404."""
    return render_template("console/_side.html", **chat_context(ticket_id))


def read_tab() -> str:
    """Return the tab asked for; the queue of those who wait by default."""
    tab = request.values.get("tab", "waiting")
    return tab if tab in TABS else "waiting"


def queue_context(open_id: int | None = None) -> dict[str, Any]:
    """Return what the queue is drawn from."""
    desk, me, tab = parts().desk, current_officer(), read_tab()
    return {
        # Read before the rest: what happens in between is then told again.
        "cursor": parts().live.cursor(),
        "me": me,
        "tab": tab,
        "tabs": TABS,
        "empty": EMPTY[tab],
        "counts": desk.count(me.id),
        "tickets": desk.list_tickets(cast("Any", tab), officer_id=me.id),
        "open_id": open_id,
        "now": parts().clock(),
    }


def chat_context(ticket_id: int) -> dict[str, Any]:
    """Return what a conversation is drawn from.

    Raises:
        TicketNotFoundError: If there is no such ticket.
    """
    desk, me, now = parts().desk, current_officer(), parts().clock()
    ticket, messages = desk.get_ticket(ticket_id), desk.list_messages(ticket_id)
    return {
        "me": me,
        "tab": read_tab(),
        "ticket": ticket,
        "is_mine": is_held_by(ticket, me.id),
        "days": wording.group_by_day(messages, now),
        "evidence": wording.find_evidence(messages),
        "suggestion": wording.suggest_from(messages),
        "allowance": _find_allowance(ticket, now),
        "first_asked_at": _find_first(messages, ticket),
        "now": now,
    }


def is_held_by(ticket: Ticket, officer_id: int) -> bool:
    """Tell whether the officer may answer in this ticket."""
    return ticket.is_held_by(officer_id)


def _find_allowance(ticket: Ticket, now: datetime) -> wording.Allowance | None:
    """Return what may still be sent; None where nothing is pushed, or by us."""
    if ticket.channel is not Channel.WECHAT or not ticket.is_open or ticket.kf_account:
        return None
    return wording.describe_allowance(
        parts().desk.find_window(ticket.id),
        now,
        is_verified=parts().settings.wechat.is_verified,
    )


def _find_first(messages: list[Message], ticket: Ticket) -> datetime:
    return messages[0].created_at if messages else ticket.created_at


def _show_missing(error: TicketNotFoundError) -> ResponseReturnValue:
    current_app.logger.info("no ticket %d", error.ticket_id)
    title, advice = "没有这个会话", "可能已经按规定删除。请回到会话列表。"
    return render_template("console/plain.html", title=title, advice=advice), 404


def _show_foreign(error: ForeignTicketError) -> ResponseReturnValue:
    current_app.logger.info("%s", error)
    title, advice = (
        "这个会话不归您的部门",
        "请由会话所在部门的同事处理，或者请他们转办。",
    )
    return render_template("console/plain.html", title=title, advice=advice), 403


@blueprint.record_once
def _register(state: BlueprintSetupState) -> None:
    state.app.register_error_handler(TicketNotFoundError, _show_missing)
    state.app.register_error_handler(ForeignTicketError, _show_foreign)
    state.app.jinja_env.globals["say"] = wording
