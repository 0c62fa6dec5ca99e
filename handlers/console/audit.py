"""The page 审计: who did what, to read and nothing else."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from flask import render_template, request
from flask.typing import ResponseReturnValue

from bot import AuditFilter, Right
from handlers.console import blueprint
from handlers.console.access import allow
from handlers.console.framing import frame
from handlers.console.wording_audit import (
    ACTIONS,
    describe_action,
    describe_detail,
    describe_subject,
)
from handlers.web import parts

#: Entries on a page.
PAGE_SIZE = 50


@blueprint.get("/audit")
@allow(Right.AUDIT)
def show_audit() -> ResponseReturnValue:
    """List entries, newest first, those of a person, an action, a day; 200."""
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
        describe_action=describe_action,
        describe_detail=describe_detail,
        describe_subject=describe_subject,
    )


def _sort(actions: Collection[str]) -> list[str]:
    """Return actions in the order of their words; those of one kind stand together."""
    order = {action: at for at, action in enumerate(ACTIONS)}
    return sorted(actions, key=lambda action: (order.get(action, len(order)), action))
