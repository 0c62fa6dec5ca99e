"""The queue and one conversation: the page, and the parts of it that are refetched."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from flask import current_app, render_template, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from bot import (
    Bureau,
    Channel,
    ForeignTicketError,
    Message,
    Right,
    Ticket,
    TicketNotFoundError,
)
from handlers.console import blueprint, wording
from handlers.console.access import allow, current_officer, is_from_script
from handlers.console.powers import Powers, find_powers
from handlers.web import parts

TABS = {
    "waiting": "待接入",
    "mine": "我的",
    "bureau": "本部门",
    "offered": "转来的",
    "overdue": "超时",
    "resolved": "已办结",
    "all": "全部",
}

#: Besides, for who leads: whose officers are not there.
LEADING_TABS = {"unattended": "无人照看"}

#: What an empty tab says: what it means, and what happens next.
EMPTY = {
    "waiting": ("现在没有人在等", "有新咨询时，这里会自动出现。"),
    "mine": ("您手上没有会话", "接入一位市民后，会话会列在这里。"),
    "bureau": ("本部门没有没办完的会话", "市民转人工后，会话会列在这里。"),
    "offered": ("没有转来的会话", "别的部门转给您部门时，会列在这里等您接收。"),
    "overdue": ("没有超时的会话", "时限过了的会话会列在这里。"),
    "unattended": (
        "没有无人照看的会话",
        "经办人离开或 10 分钟没有动静时，会列在这里。",
    ),
    "resolved": ("还没有办结的会话", "办结后几天内可以从这里重新打开。"),
    "all": ("还没有人工会话", "市民转人工后，会话会列在这里。"),
}

#: What an empty search says.
_NOT_FOUND = ("没有找到", "可以换个词，或者到“全部”里找。")

_MAX_SEARCH_CHARS = 40


@blueprint.get("/")
@allow(Right.SERVE)
def show_queue() -> ResponseReturnValue:
    """Show who waits; 200."""
    context = queue_context() | strip_context()
    return render_template("console/tickets.html", **context, ticket=None)


@blueprint.get("/tickets/<int:ticket_id>")
@allow(Right.SERVE)
def show_ticket(ticket_id: int) -> ResponseReturnValue:
    """Show the queue and one conversation; 200 or 404."""
    _note_look(ticket_id)
    context = queue_context(ticket_id) | strip_context(ticket_id)
    context |= chat_context(ticket_id) | side_context(ticket_id)
    return render_template("console/tickets.html", **context)


@blueprint.get("/queue")
@allow(Right.SERVE)
def show_queue_part() -> ResponseReturnValue:
    """Return the queue as a fragment; 200."""
    open_id = request.args.get("open", type=int)
    return render_template("console/_queue.html", **queue_context(open_id))


@blueprint.get("/strip")
@allow(Right.SERVE)
def show_strip_part() -> ResponseReturnValue:
    """Return the officer's own chats as a fragment; 200."""
    open_id = request.args.get("open", type=int)
    return render_template("console/_strip.html", **strip_context(open_id))


@blueprint.get("/tickets/<int:ticket_id>/chat")
@allow(Right.SERVE)
def show_chat_part(ticket_id: int) -> ResponseReturnValue:
    """Return the conversation as a fragment; 200 or 404."""
    _note_look(ticket_id)
    return render_template("console/_chat.html", **chat_context(ticket_id))


@blueprint.get("/tickets/<int:ticket_id>/side")
@allow(Right.SERVE)
def show_side_part(ticket_id: int) -> ResponseReturnValue:
    """Return evidence and citizen as a fragment; 200 or 404."""
    context = chat_context(ticket_id) | side_context(ticket_id)
    return render_template("console/_side.html", **context)


def list_tabs() -> dict[str, str]:
    """Return the tabs that the officer has."""
    return TABS | (LEADING_TABS if current_officer().may(Right.LEAD) else {})


def read_tab() -> str:
    """Return the tab asked for; the queue of those who wait by default."""
    tab = request.values.get("tab", "waiting")
    return tab if tab in list_tabs() else "waiting"


def read_search() -> str:
    """Return what is looked for; mostly nothing."""
    return request.values.get("q", "").strip()[:_MAX_SEARCH_CHARS]


def read_place() -> dict[str, Any]:
    """Return the tab and the search, as an address of the queue carries them."""
    search = read_search()
    return {"tab": read_tab()} | ({"q": search} if search else {})


def _note_look(ticket_id: int) -> None:
    """Whoever reads along in a colleague's chat leaves a trace, and nothing else."""
    me = current_officer()
    parts().overseer.note_look(parts().desk.get_ticket(ticket_id), officer_id=me.id)


def queue_context(open_id: int | None = None) -> dict[str, Any]:
    """Return what the queue is drawn from."""
    desk, me, tab, search = parts().desk, current_officer(), read_tab(), read_search()
    return {
        # Read before the rest: what happens in between is then told again.
        "cursor": parts().live.cursor(),
        "me": me,
        "tab": tab,
        "tabs": list_tabs(),
        "q": search,
        "place": read_place(),
        "empty": _NOT_FOUND if search else EMPTY[tab],
        "counts": desk.count(me.id),
        "tickets": desk.list_tickets(cast("Any", tab), officer_id=me.id, search=search),
        "open_id": open_id,
        "now": parts().clock(),
    }


def strip_context(open_id: int | None = None) -> dict[str, Any]:
    """Return what the strip of the officer's own chats is drawn from."""
    me = current_officer()
    # By number, not by urgency: what Alt+2 opens must not change under the finger.
    own = sorted(
        parts().desk.list_tickets("mine", officer_id=me.id), key=lambda t: t.id
    )
    return {"me": me, "own_chats": own, "open_id": open_id, "now": parts().clock()}


def chat_context(ticket_id: int) -> dict[str, Any]:
    """Return what a conversation is drawn from.

    Raises:
        TicketNotFoundError: If there is no such ticket.
    """
    desk, me, now = parts().desk, current_officer(), parts().clock()
    ticket, messages = desk.get_ticket(ticket_id), desk.list_messages(ticket_id)
    events = desk.list_events(ticket_id)
    return {
        "me": me,
        "tab": read_tab(),
        "place": read_place(),
        "ticket": ticket,
        "is_mine": is_held_by(ticket, me.id),
        "powers": find_my_powers(ticket),
        "transfer": wording.find_transfer(events),
        "may_reveal": ticket.officer_id == me.id or me.may(Right.LEAD),
        "whispers": wording.find_whispers(events),
        "days": wording.group_by_day(messages, now),
        "evidence": wording.find_evidence(messages),
        "suggestion": wording.suggest_from(messages),
        "allowance": _find_allowance(ticket, now),
        "first_asked_at": _find_first(messages, ticket),
        "now": now,
    }


def side_context(ticket_id: int) -> dict[str, Any]:
    """Return what stands beside a conversation, besides what it is drawn from.

    Raises:
        TicketNotFoundError: If there is no such ticket.
    """
    desk, me = parts().desk, current_officer()
    bureaus = {bureau.id: bureau.name for bureau in parts().bureaus.list()}
    officers = {each.id: each.name for each in parts().officers.list_officers()}
    events = desk.list_events(ticket_id)
    return {
        "happenings": wording.list_happenings(events, bureaus, officers),
        "entries": desk.list_entries(ticket_id),
        "past": desk.list_past(ticket_id, officer_id=me.id),
    }


def find_my_powers(ticket: Ticket) -> Powers:
    """Say what the officer of this page may do with a ticket."""
    has_others = bool(list_other_bureaus(ticket))
    return find_powers(ticket, current_officer(), has_others=has_others)


def list_other_bureaus(ticket: Ticket) -> list[Bureau]:
    """List the bureaus that a ticket can be passed to."""
    known = parts().bureaus.list()
    return [each for each in known if each.is_active and each.id != ticket.bureau_id]


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
    if is_from_script():
        # Also what was taken from under the officer: an offer, a bureau, the right.
        reason = "没有这个会话，可能已经转走、收回或者删除。请回到会话列表。"
        return render_template("console/_refusal.html", reason=reason), 404
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
