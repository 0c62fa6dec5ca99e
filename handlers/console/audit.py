"""The page 审计: who did what, to read and nothing else."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from flask import render_template, request
from flask.typing import ResponseReturnValue

from bot import AuditFilter, AuditVerdict, NotedHeadError, Right
from handlers.console import blueprint
from handlers.console.access import allow, current_officer
from handlers.console.framing import frame
from handlers.console.wording_audit import (
    ACTIONS,
    describe_action,
    describe_detail,
    describe_subject,
)
from handlers.web import parts
from handlers.wording_breaks import describe_break, describe_verdict

#: Shown where something else was typed.
_WRONG_HEAD = "封条应当像 150-3fa9…，连前面的数字一起抄。"

#: Entries on a page.
PAGE_SIZE = 50


@blueprint.get("/audit")
@allow(Right.AUDIT)
def show_audit() -> ResponseReturnValue:
    """List entries, newest first, those of a person, an action, a day; 200."""
    return _show(None)


@blueprint.post("/audit/verify")
@allow(Right.AUDIT)
def verify_audit() -> ResponseReturnValue:
    """Look through the whole trail; 200, or 400 for what is no noted head."""
    expect = request.form.get("expect", "").strip()[:80]
    officer = current_officer()
    try:
        verdict = parts().audit_trail.verify(officer_id=officer.id, expect=expect)
    except NotedHeadError:
        return _show(None, wrong=_WRONG_HEAD, expect=expect), 400
    return _show(verdict)


def _show(verdict: AuditVerdict | None, *, wrong: str = "", expect: str = "") -> str:
    trail, before = parts().audit_trail, request.args.get("before", type=int)
    wanted = AuditFilter(
        officer_id=request.args.get("officer", type=int),
        action=request.args.get("action", "")[:64],
        on=request.args.get("on", type=date.fromisoformat),
    )
    entries = trail.list(wanted, before=before, limit=PAGE_SIZE + 1)
    return render_template(
        "console/audit.html",
        **frame(),
        entries=entries[:PAGE_SIZE],
        # One more was asked for, to know whether there is another page.
        older=entries[PAGE_SIZE - 1].id if len(entries) > PAGE_SIZE else None,
        is_first=before is None,
        wanted=wanted,
        officers=parts().officers.list_officers(),
        # Those that ever happened, so that no choice finds nothing; and the one asked.
        actions=_sort({*trail.list_actions(), wanted.action} - {""}),
        verdict=verdict,
        wrong=wrong,
        expect=expect,
        last_check=trail.find_last_check(),
        describe_action=describe_action,
        describe_break=describe_break,
        describe_detail=describe_detail,
        describe_subject=describe_subject,
        describe_verdict=describe_verdict,
    )


def _sort(actions: Collection[str]) -> list[str]:
    """Return actions in the order of their words; those of one kind stand together."""
    order = {action: at for at, action in enumerate(ACTIONS)}
    return sorted(actions, key=lambda action: (order.get(action, len(order)), action))
