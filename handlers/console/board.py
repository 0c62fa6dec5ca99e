"""看板 and 督办清单: what goes on now, and the tickets to look after."""

from __future__ import annotations

from typing import Any, cast

from flask import render_template, request
from flask.typing import ResponseReturnValue

from bot import Bureau, Colleague, Moved, Officer, Right, Ticket
from handlers.console import blueprint
from handlers.console.access import allow, current_officer
from handlers.console.framing import frame
from handlers.web import parts

#: Tab of the list to its words; the tabs of ``Desk.list_tickets``.
LISTS = {
    "overdue": "超时",
    "unattended": "无人照看",
    "offered": "转办中",
    "waiting": "待接入",
    "bureau": "没办完的",
}

EMPTY = {
    "overdue": ("没有超时的会话", "时限过了的会话会列在这里。"),
    "unattended": (
        "没有无人照看的会话",
        "经办人离开或 10 分钟没有动静时，会列在这里。",
    ),
    "offered": ("没有转办中的会话", "转给别的部门、对方还没有接收的，会列在这里。"),
    "waiting": ("现在没有人在等", "有新咨询时，这里会自动出现。"),
    "bureau": ("没有没办完的会话", "市民转人工后，会话会列在这里。"),
}

#: What the choice "whoever claims it" sends.
_QUEUE = "queue"

#: Ticked at most, as ``Overseer.move`` takes them.
_MAX_TICKED = 200


@blueprint.get("/board")
@allow(Right.SUPERVISE, Right.LEAD)
def show_board() -> ResponseReturnValue:
    """Show what goes on now in the bureaus one watches; 200."""
    return render_template("console/board.html", **(frame() | board_context()))


@blueprint.get("/board/now")
@allow(Right.SUPERVISE, Right.LEAD)
def show_board_part() -> ResponseReturnValue:
    """Return the board as a fragment; 200."""
    return render_template("console/_board.html", **board_context())


@blueprint.get("/oversight")
@allow(Right.SUPERVISE, Right.LEAD)
def show_oversight() -> ResponseReturnValue:
    """Show the tickets of a list, to be looked into or given away; 200."""
    return _oversight_page()


@blueprint.get("/oversight/now")
@allow(Right.SUPERVISE, Right.LEAD)
def show_oversight_part() -> ResponseReturnValue:
    """Return the rows of a list as a fragment; 200."""
    return render_template("console/_oversight.html", **oversight_context())


@blueprint.post("/oversight/reassign")
@allow(Right.SUPERVISE, Right.LEAD)
def reassign() -> ResponseReturnValue:
    """Give the ticked tickets to somebody; 200 with what became of each, or 422."""
    ticked = request.form.getlist("ticket", type=int)
    to = request.form.get("to", "")
    if not ticked:
        return _oversight_page(fault="请先勾选要改派的会话。"), 422
    if len(ticked) > _MAX_TICKED:
        return _oversight_page(fault=f"一次最多改派 {_MAX_TICKED} 个。"), 422
    if to != _QUEUE and not to.isdecimal():
        return _oversight_page(fault="请选择改派给谁。"), 422
    to_id = None if to == _QUEUE else int(to)
    me, gate = current_officer(), parts().ticket_gate
    # What one may not see is as good as not there, here as everywhere.
    visible = [id_ for id_ in ticked if gate.find_ticket(id_, me) is not None]
    moved = parts().overseer.move(visible, to_id, officer_id=me.id)
    missing = [id_ for id_ in ticked if id_ not in visible]
    moved += [Moved(id_, reason="没有这个会话。") for id_ in missing]
    return _oversight_page(moved=moved)


def board_context() -> dict[str, Any]:
    """Return what the board is drawn from."""
    me = current_officer()
    counts = parts().follow_ups.count(me)
    return {
        # Read before the rest: what happens in between is then told again.
        "cursor": parts().live.cursor(),
        "me": me,
        "board": parts().board.draw(me),
        "follow_ups": counts,
        "warnings": parts().warnings.list_open(officer_id=me.id)[:8],
        "now": parts().clock(),
    }


def oversight_context() -> dict[str, Any]:
    """Return what a list of tickets is drawn from."""
    me, list_name, bureau_id = current_officer(), _read_list(), _read_bureau()
    tickets = parts().desk.list_tickets(
        cast("Any", list_name), officer_id=me.id, bureau_id=bureau_id
    )
    if list_name == "offered":
        tickets = _list_offered(me, bureau_id)
    return {
        "cursor": parts().live.cursor(),
        "me": me,
        "list_name": list_name,
        "lists": LISTS,
        "empty": EMPTY[list_name],
        "tickets": tickets,
        "bureau_id": bureau_id,
        "now": parts().clock(),
    }


def _list_offered(me: Officer, bureau_id: int | None) -> list[Ticket]:
    """List offers both ways: what one's own bureaus gave counts here too."""
    open_ = parts().desk.list_tickets("bureau", officer_id=me.id, bureau_id=bureau_id)
    return [ticket for ticket in open_ if ticket.offered_to_id is not None]


def _oversight_page(*, moved: list[Moved] | None = None, fault: str = "") -> str:
    me = current_officer()
    return render_template(
        "console/oversight.html",
        **(frame() | oversight_context()),
        bureaus=_list_bureaus(me),
        colleagues=_list_colleagues(me),
        moved=moved,
        fault=fault,
        queue=_QUEUE,
    )


def _list_bureaus(me: Officer) -> list[Bureau]:
    """List the bureaus to choose from; none for who has only one."""
    if not me.may(Right.SUPERVISE):
        return []
    return [bureau for bureau in parts().bureaus.list() if bureau.is_active]


def _list_colleagues(me: Officer) -> list[tuple[str, list[Colleague]]]:
    """List who may take something, by bureau; the whole office's people once."""
    presence = parts().presence
    if not me.may(Right.SUPERVISE):
        return [(me.bureau_name or "本部门", presence.list_colleagues(me.bureau_id))]
    whole = presence.list_colleagues(None)
    known = {colleague.id for colleague in whole}
    groups = [
        (
            bureau.name,
            [c for c in presence.list_colleagues(bureau.id) if c.id not in known],
        )
        for bureau in _list_bureaus(me)
    ]
    return [(name, people) for name, people in [*groups, ("全单位", whole)] if people]


def _read_list() -> str:
    name = request.values.get("list", "overdue")
    return name if name in LISTS else "overdue"


def _read_bureau() -> int | None:
    return request.values.get("bureau", type=int) or None
