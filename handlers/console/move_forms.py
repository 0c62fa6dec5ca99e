"""The forms of a ticket's moves: a page of their own, or a part for the dialog."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from bot import Right, Ticket, TicketFieldError, TicketKind, UnknownYearError
from handlers.console import blueprint, wording
from handlers.console.access import allow, current_officer, is_from_script
from handlers.console.tickets import find_my_powers, list_other_bureaus, read_place
from handlers.web import parts

#: Form to the button of the page that opens it, and its title.
_TITLES: Mapping[str, str] = {
    "transfer": "转给别的部门",
    "refuse": "退回转办",
    "snooze": "稍后处理",
    "resolve": "办结",
    "sort": "分类",
    "assign": "分给同事",
}

#: What usually happened, ready to choose.
REASONS = (
    "已答复市民",
    "已告知办理地点、材料和时限",
    "已告知由其他单位办理，给了联系方式",
    "市民自己撤回或者没有再回复",
    "和以前的会话重复",
)

#: The hour at which a day begins where the calendar does not say.
_MORNING = 9


@blueprint.get("/tickets/<int:ticket_id>/move")
@allow(Right.SERVE)
def show_move(ticket_id: int) -> ResponseReturnValue:
    """Show the form that ``do`` names; 200, 404 for an unknown one.

    409 if the officer cannot do this now: a colleague was faster.
    """
    name = request.args.get("do", "sort")
    if name not in _TITLES:
        abort(404)
    ticket = parts().desk.get_ticket(ticket_id)
    if not _may(name, ticket):
        reason = "这一步现在办不了，会话的状态或经办人已经变了。"
        if is_from_script():
            return render_template("console/_refusal.html", reason=reason), 409
        return move_page(ticket_id, name, fault=reason), 409
    if is_from_script():
        return render_template("console/_move.html", **_context(ticket, name, {}))
    return move_page(ticket_id, name)


def move_page(
    ticket_id: int,
    name: str,
    *,
    fault: str = "",
    given: Mapping[str, str] | None = None,
) -> str:
    """Return a form as a page of its own, filled in as it was given."""
    ticket = parts().desk.get_ticket(ticket_id)
    return render_template(
        "console/move.html", **_context(ticket, name, given or {}, fault)
    )


def read_until() -> datetime:
    """Return the moment that the form of 稍后处理 names.

    Raises:
        TicketFieldError: If it names none.
    """
    now, choice = parts().clock(), request.form.get("until", "")
    if choice == "hour":
        return now + timedelta(hours=1)
    if choice == "opening":
        return find_opening(now)
    try:
        chosen = datetime.fromisoformat(request.form.get("at", ""))
    except ValueError:
        raise TicketFieldError("until", "请选到什么时候。") from None
    # The page knows no time zones: what is typed is Beijing's.
    return chosen.replace(tzinfo=wording.BEIJING)


def find_opening(now: datetime) -> datetime:
    """Return when the office opens on its next day; 9:00 where nobody knows."""
    today = now.astimezone(wording.BEIJING).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    tomorrow = today + timedelta(days=1)
    try:
        return parts().get_calendar().next_opening(tomorrow)
    except UnknownYearError:
        return tomorrow + timedelta(hours=_MORNING)


def read_reason() -> str:
    """Return what was done, from the ready words and the officer's own.

    Raises:
        TicketFieldError: If there are neither.
    """
    ready = request.form.get("ready", "")
    own = request.form.get("reason", "").strip()
    said = "。".join(part for part in (ready if ready in REASONS else "", own) if part)
    if not said:
        raise TicketFieldError("reason", "请选一项，或者写明怎么办的。")
    return said


def read_entries() -> list[tuple[str, str]]:
    """Return id and title of the entries that were ticked as used."""
    ids = request.form.getlist("entry")
    return [(id_, request.form.get(f"title-{id_}", "") or id_) for id_ in ids]


def _may(name: str, ticket: Ticket) -> bool:
    powers = find_my_powers(ticket)
    return {
        "transfer": powers.may_transfer,
        "refuse": powers.may_accept,
        "snooze": powers.may_snooze,
        "resolve": powers.may_resolve,
        "sort": powers.may_sort,
        "assign": powers.may_assign,
    }[name]


def _context(
    ticket: Ticket, name: str, given: Mapping[str, str], fault: str = ""
) -> dict[str, Any]:
    context: dict[str, Any] = {
        "me": current_officer(),
        "ticket": ticket,
        "move": name,
        "move_title": _TITLES[name],
        "given": given,
        "fault": fault,
        "place": read_place(),
        "now": parts().clock(),
    }
    return context | _MORE.get(name, _no_more)(ticket)


def _no_more(_ticket: Ticket) -> dict[str, Any]:
    return {}


def _more_of_transfer(ticket: Ticket) -> dict[str, Any]:
    return {"bureaus": list_other_bureaus(ticket)}


def _more_of_snooze(_ticket: Ticket) -> dict[str, Any]:
    now = parts().clock()
    opening = find_opening(now)
    return {
        "hour_at": now + timedelta(hours=1),
        "opening_at": opening,
        # Something to start from: an empty field is a lot of typing.
        "picked_at": f"{opening.astimezone(wording.BEIJING):%Y-%m-%dT%H:%M}",
    }


def _more_of_resolve(ticket: Ticket) -> dict[str, Any]:
    desk = parts().desk
    linked = {entry.entry_id: entry.title for entry in desk.list_entries(ticket.id)}
    evidence = wording.find_evidence(desk.list_messages(ticket.id))
    hits = evidence.hits if evidence else ()
    found = {str(h["entry_id"]): str(h["title"]) for h in hits if h.get("entry_id")}
    return {"reasons": REASONS, "linked": linked, "entries": linked | found}


def _more_of_sort(_ticket: Ticket) -> dict[str, Any]:
    return {"kinds": list(TicketKind)}


def _more_of_assign(ticket: Ticket) -> dict[str, Any]:
    return {"colleagues": parts().presence.list_colleagues(ticket.bureau_id)}


_MORE = {
    "transfer": _more_of_transfer,
    "snooze": _more_of_snooze,
    "resolve": _more_of_resolve,
    "sort": _more_of_sort,
    "assign": _more_of_assign,
}
