"""The page 常用语, and the menu of the reply box: replies that officers keep ready."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import (
    MAX_CANNED_CHARS,
    SAMPLE_CANNED_REPLIES,
    VARIABLES,
    Bureau,
    CannedReply,
    CannedReplyForbiddenError,
    CannedReplyFormError,
    CannedReplyNotFoundError,
    CannedReplyTakenError,
    Officer,
    Right,
    Ticket,
    fill,
    may_edit_canned,
)
from bot import check_canned as check_canned_form
from handlers.console import blueprint, wording
from handlers.console.access import allow, current_officer, is_from_script
from handlers.console.framing import frame
from handlers.web import parts

#: As the form and the summary of its faults name them, in their order on the page.
_FIELDS = ("shortcut", "title", "text")

#: What the preview puts in for a citizen who is not there.
_SAMPLE_CITIZEN, _SAMPLE_TICKET = "8213", "1024"


@blueprint.before_request
def check_canned() -> None:
    """Let an address name only what its officer may read; absent or foreign is 404.

    Runs behind the check of rights, which has let the officer in.
    """
    named = request.view_args or {}
    if "canned_id" not in named:
        return
    if parts().canned.find(named["canned_id"], current_officer()) is None:
        abort(404)


@blueprint.get("/canned")
@allow(Right.SERVE)
def show_canned() -> ResponseReturnValue:
    """List what the officer may use, the whole office's first; 200."""
    words, me = request.args.get("q", "").strip()[:40], current_officer()
    known = parts().canned.list(me)
    found = [reply for reply in known if _holds(reply, words)]
    found.sort(key=lambda r: (r.bureau_id is not None, r.bureau_name, r.shortcut))
    groups = groupby(found, key=lambda r: r.bureau_name or "全单位通用")
    return render_template(
        "console/canned.html",
        **frame(),
        groups=[(name, list(replies)) for name, replies in groups],
        words=words,
        total=len(known),
        found=len(found),
        may_edit=may_edit_canned,
        may_add=bool(_list_owners(me)),
        may_load=not known and may_edit_canned(me, None),
    )


@blueprint.get("/tickets/<int:ticket_id>/canned")
@allow(Right.SERVE)
def list_canned(ticket_id: int) -> ResponseReturnValue:
    """Return the menu of a ticket as JSON, variables filled in; 200 or 404."""
    ticket = parts().desk.get_ticket(ticket_id)
    values = _find_values(current_officer(), ticket)
    usable = parts().canned.list_usable(ticket.bureau_id)
    return jsonify(
        [
            {
                "shortcut": reply.shortcut,
                "title": reply.title,
                "text": fill(reply.text, values),
                "whose": reply.bureau_name,
            }
            for reply in usable
        ]
    )


@blueprint.get("/canned/new")
@allow(Right.LEAD)
def show_new_canned() -> ResponseReturnValue:
    """Show an empty form; 200."""
    owners = _list_owners(current_officer())
    return _form_page(CannedReply("", "", "", _first(owners)), {})


@blueprint.get("/canned/<int:canned_id>")
@allow(Right.LEAD)
def show_canned_reply(canned_id: int) -> ResponseReturnValue:
    """Show the form of one; 200, 403 if it is not the officer's to change, or 404."""
    return _form_page(_get_own(canned_id), {})


@blueprint.post("/canned")
@allow(Right.LEAD)
def add_canned() -> ResponseReturnValue:
    """Store a new one; 302, 422 with what is wrong, or 403."""
    return _save(_read_form(), 0)


@blueprint.post("/canned/<int:canned_id>")
@allow(Right.LEAD)
def change_canned(canned_id: int) -> ResponseReturnValue:
    """Change one; 302, 422 with what is wrong, 403 or 404."""
    _get_own(canned_id)
    return _save(_read_form(), canned_id)


@blueprint.post("/canned/preview")
@allow(Right.LEAD)
def preview_canned() -> ResponseReturnValue:
    """Draw what the citizen would read: a fragment for the script, else the page."""
    given = _read_form()
    if is_from_script():
        return render_template("console/_canned_preview.html", **_preview(given))
    return _form_page(replace(given, id=request.form.get("id", 0, type=int)), {})


@blueprint.post("/canned/<int:canned_id>/delete")
@allow(Right.LEAD)
def delete_canned(canned_id: int) -> ResponseReturnValue:
    """Delete one; 302, 403 or 404. The page has asked whether that is meant."""
    reply = _get_own(canned_id)
    try:
        parts().canned.delete(canned_id, officer=current_officer())
    except CannedReplyNotFoundError:
        abort(404)
    flash(f"“{reply.title}”已删除。", "good")
    return redirect(url_for("console.show_canned"))


@blueprint.post("/canned/samples")
@allow(Right.SUPERVISE)
def load_canned_samples() -> ResponseReturnValue:
    """Add the replies to begin with, for the whole office; 302, or 403."""
    try:
        many = parts().canned.add_all(SAMPLE_CANNED_REPLIES, officer=current_officer())
    except CannedReplyForbiddenError:
        abort(403)
    flash(f"已载入 {many} 条示例常用语，请按本单位的情况修改。", "good")
    return redirect(url_for("console.show_canned"))


def _save(given: CannedReply, canned_id: int) -> ResponseReturnValue:
    try:
        reply = check_canned_form(
            shortcut=given.shortcut,
            title=given.title,
            text=given.text,
            bureau_id=given.bureau_id,
        )
        reply = replace(reply, id=canned_id, is_active=given.is_active)
        parts().canned.save(reply, officer=current_officer())
    except CannedReplyFormError as e:
        faults = {name: e.faults[name] for name in _FIELDS if name in e.faults}
    except CannedReplyTakenError:
        faults = {"shortcut": "这个快捷词已经有常用语了，请换一个。"}
    except CannedReplyForbiddenError:
        abort(403)
    except CannedReplyNotFoundError:
        abort(404)
    else:
        flash(
            f"“{reply.title}”已保存，在回复框里输入 /{reply.shortcut} 就能用。", "good"
        )
        return redirect(url_for("console.show_canned"))
    return _form_page(replace(given, id=canned_id), faults)


def _form_page(reply: CannedReply, faults: Mapping[str, str]) -> ResponseReturnValue:
    page = render_template(
        "console/canned_reply.html",
        **frame(),
        **_preview(reply),
        owners=_list_owners(current_officer()),
        variables=VARIABLES,
        max_chars=MAX_CANNED_CHARS,
        faults=faults,
    )
    return page, 422 if faults else 200


def _preview(reply: CannedReply) -> dict[str, object]:
    values = _find_values(current_officer(), None)
    return {"reply": reply, "preview": fill(reply.text, values)}


def _find_values(me: Officer, ticket: Ticket | None) -> dict[str, str]:
    """Return what variables stand for: who writes, to whom, where and when."""
    office, now = parts().settings.office, parts().clock()
    return {
        "市民": ticket.citizen_number if ticket else _SAMPLE_CITIZEN,
        "工单": str(ticket.id) if ticket else _SAMPLE_TICKET,
        "姓名": me.name,
        "工号": me.staff_number,
        "部门": me.bureau_name or me.department,
        "单位": office.name,
        "电话": office.hotline,
        "办公时间": office.hours,
        "日期": wording.to_day(now),
        "时间": wording.to_clock(now),
    }


def _read_form() -> CannedReply:
    form = request.form
    return CannedReply(
        shortcut=form.get("shortcut", ""),
        title=form.get("title", ""),
        text=form.get("text", ""),
        bureau_id=form.get("bureau_id", type=int) or None,
        is_active="is_active" in form,
    )


def _list_owners(me: Officer) -> list[tuple[int | None, str]]:
    """List for whom the officer may write, by id and name."""
    owners: list[tuple[int | None, str]] = []
    if may_edit_canned(me, None):
        owners.append((None, "全单位通用"))
    bureaus: list[Bureau] = parts().bureaus.list()
    owners += [(b.id, b.name) for b in bureaus if may_edit_canned(me, b.id)]
    return owners


def _first(owners: list[tuple[int | None, str]]) -> int | None:
    return owners[0][0] if owners else None


def _get_own(canned_id: int) -> CannedReply:
    me = current_officer()
    reply = parts().canned.find(canned_id, me)
    if reply is None:
        abort(404)
    if not may_edit_canned(me, reply.bureau_id):
        abort(403)
    return reply


def _holds(reply: CannedReply, words: str) -> bool:
    held = f"{reply.shortcut}\n{reply.title}\n{reply.text}".casefold()
    return all(word in held for word in words.casefold().split())
