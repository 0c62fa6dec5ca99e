"""What happens to a ticket besides words: passed on, put off, given back, settled.

Each view is one call of the desk. The script gets the conversation as it is then, a
form without one is led back to it; what is refused says why and keeps what was given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import (
    Desk,
    ForeignTicketError,
    IllegalMoveError,
    NotHolderError,
    Right,
    Ticket,
    TicketFieldError,
    TicketKind,
    Urgency,
)
from handlers.console import blueprint
from handlers.console.access import allow, current_officer, is_from_script
from handlers.console.move_forms import (
    move_page,
    read_entries,
    read_reason,
    read_until,
)
from handlers.console.tickets import chat_context, read_place
from handlers.web import parts

_NOT_HOLDER = "这个会话现在在同事手上。请同事来办，或者请组长改派。"
_CHANGED = "会话的状态已经变了，请看现在的情况再办。"
_FOREIGN = "这个会话不归您的部门，请由会话所在部门的同事来办。"


@blueprint.post("/tickets/<int:ticket_id>/transfer")
@allow(Right.SERVE)
def offer_transfer(ticket_id: int) -> ResponseReturnValue:
    """Offer the ticket to another bureau; answers as ``_do``."""
    bureau_id = request.form.get("bureau_id", 0, type=int)
    word = request.form.get("word", "")
    return _do(
        ticket_id,
        lambda desk, me: desk.offer_transfer(
            ticket_id, bureau_id, officer_id=me, word=word
        ),
        lambda ticket: f"已转给{ticket.offered_to_name}，等对方接收。",
        form="transfer",
    )


@blueprint.post("/tickets/<int:ticket_id>/transfer/withdraw")
@allow(Right.SERVE)
def withdraw_transfer(ticket_id: int) -> ResponseReturnValue:
    """Take an offer back; answers as ``_do``."""
    return _do(
        ticket_id,
        lambda desk, me: desk.withdraw_transfer(ticket_id, officer_id=me),
        "已收回转办。",
    )


@blueprint.post("/tickets/<int:ticket_id>/transfer/accept")
@allow(Right.SERVE)
def accept_transfer(ticket_id: int) -> ResponseReturnValue:
    """Take over what was offered to one's bureau; answers as ``_do``."""
    return _do(
        ticket_id,
        lambda desk, me: desk.accept_transfer(ticket_id, officer_id=me),
        "已接收，现在由您接待。",
    )


@blueprint.post("/tickets/<int:ticket_id>/transfer/refuse")
@allow(Right.SERVE)
def refuse_transfer(ticket_id: int) -> ResponseReturnValue:
    """Send an offer back with a word; answers as ``_do``."""
    word = request.form.get("word", "")
    return _do(
        ticket_id,
        lambda desk, me: desk.refuse_transfer(ticket_id, officer_id=me, word=word),
        "已退回，会话还在原部门。",
        form="refuse",
    )


@blueprint.post("/tickets/<int:ticket_id>/snooze")
@allow(Right.SERVE)
def snooze(ticket_id: int) -> ResponseReturnValue:
    """Put the ticket off; answers as ``_do``."""
    return _do(
        ticket_id,
        lambda desk, me: desk.snooze(ticket_id, read_until(), officer_id=me),
        "已放到稍后处理，到时间会提醒您。",
        form="snooze",
    )


@blueprint.post("/tickets/<int:ticket_id>/wake")
@allow(Right.SERVE)
def wake(ticket_id: int) -> ResponseReturnValue:
    """Go on with what was put off; answers as ``_do``."""
    return _do(
        ticket_id,
        lambda desk, me: desk.wake(ticket_id, officer_id=me),
        "已取消稍后处理。",
    )


@blueprint.post("/tickets/<int:ticket_id>/release")
@allow(Right.SERVE)
def release(ticket_id: int) -> ResponseReturnValue:
    """Put the ticket back into the queue; answers as ``_do``."""
    return _do(
        ticket_id,
        lambda desk, me: desk.release(ticket_id, officer_id=me),
        "已放回队列，同事可以接入。",
    )


@blueprint.post("/tickets/<int:ticket_id>/assign")
@allow(Right.LEAD)
def assign(ticket_id: int) -> ResponseReturnValue:
    """Give the ticket to somebody of its bureau; answers as ``_do``."""
    to = request.form.get("officer_id", 0, type=int)
    return _do(
        ticket_id,
        lambda desk, me: desk.assign(ticket_id, to, officer_id=me),
        lambda ticket: f"已分给{ticket.officer_name}。",
        form="assign",
    )


@blueprint.post("/tickets/<int:ticket_id>/resolve")
@allow(Right.SERVE)
def resolve(ticket_id: int) -> ResponseReturnValue:
    """Note what was done, with the knowledge used; answers as ``_do``."""
    return _do(
        ticket_id,
        lambda desk, me: desk.resolve(
            ticket_id, officer_id=me, reason=read_reason(), entries=read_entries()
        ),
        "已办结。市民会收到告知和评价。",
        form="resolve",
    )


@blueprint.post("/tickets/<int:ticket_id>/reopen")
@allow(Right.SERVE)
def reopen(ticket_id: int) -> ResponseReturnValue:
    """Put a resolved ticket back into the queue; answers as ``_do``."""
    return _do(
        ticket_id,
        lambda desk, me: desk.reopen(ticket_id, officer_id=me),
        "已重新打开，会话回到队列，时限重新算。",
    )


@blueprint.post("/tickets/<int:ticket_id>/sort")
@allow(Right.SERVE)
def sort(ticket_id: int) -> ResponseReturnValue:
    """Say what the ticket is about, how urgent, and who may see it; as ``_do``."""

    def apply(desk: Desk, me: int) -> Ticket:
        try:
            kind = TicketKind(request.form.get("kind", ""))
            urgency = Urgency(request.form.get("urgency", ""))
        except ValueError:
            raise TicketFieldError("kind", "请选类别和紧急程度。") from None
        desk.set_kind(ticket_id, kind, officer_id=me)
        desk.set_urgency(ticket_id, urgency, officer_id=me)
        # Last: afterwards it may not be the officer's to see any more.
        is_confidential = request.form.get("confidential") == "1"
        return desk.set_confidential(ticket_id, is_confidential, officer_id=me)

    return _do(ticket_id, apply, "已保存分类。", form="sort")


def _do(
    ticket_id: int,
    act: Callable[[Desk, int], Ticket],
    said: str | Callable[[Ticket], str],
    *,
    form: str = "",
) -> ResponseReturnValue:
    """Act, and answer with what came of it.

    Args:
        ticket_id: Of the address; the guard has let the officer see it.
        act: Calls the desk.
        said: What is told when it worked; of the ticket as it is then.
        form: The form it came from, shown again when it is refused; empty = a button.

    Returns:
        200 with the conversation for the script, 302 without one. 403 if the ticket
        is another bureau's, 409 if it is a colleague's or has changed meanwhile, 422
        for a field.
    """
    try:
        ticket = act(parts().desk, current_officer().id)
    except NotHolderError:
        return _refuse(ticket_id, form, _NOT_HOLDER, 409)
    except IllegalMoveError:
        return _refuse(ticket_id, form, _CHANGED, 409)
    except ForeignTicketError:
        return _refuse(ticket_id, form, _FOREIGN, 403)
    except TicketFieldError as e:
        # Withdrawn or accepted by a colleague meanwhile: no fault of the form's.
        status = 409 if e.field == "transfer" else 422
        return _refuse(ticket_id, form, e.reason, status)
    return _show(ticket_id, said if isinstance(said, str) else said(ticket))


def _show(ticket_id: int, said: str) -> ResponseReturnValue:
    gate, place = parts().ticket_gate, read_place()
    if gate.find_ticket(ticket_id, current_officer()) is None:
        flash(f"{said}您现在看不到这个会话了。", "good")
        return _lead(url_for("console.show_queue", **place))
    if is_from_script():
        page = render_template("console/_chat.html", **chat_context(ticket_id))
        return page, 200, {"X-Said": quote(said)}
    flash(said, "good")
    return redirect(url_for("console.show_ticket", ticket_id=ticket_id, **place))


def _lead(address: str) -> ResponseReturnValue:
    if not is_from_script():
        return redirect(address)
    response = make_response("", 200)
    response.headers["HX-Redirect"] = address
    return response


def _refuse(ticket_id: int, form: str, reason: str, status: int) -> ResponseReturnValue:
    if is_from_script():
        return render_template("console/_refusal.html", reason=reason), status
    if form:
        given: Mapping[str, str] = request.form.to_dict()
        return move_page(ticket_id, form, fault=reason, given=given), status
    place = read_place()
    back = url_for("console.show_ticket", ticket_id=ticket_id, **place)
    page = render_template(
        "console/refused.html", title="没有办成", reason=reason, back=back
    )
    return page, status
