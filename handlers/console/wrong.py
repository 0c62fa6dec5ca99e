"""答错的: what the bot answered wrongly, by the entry at fault, and that entry."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from bot import FaultKind, Right
from handlers.console import blueprint
from handlers.console.access import allow, current_officer
from handlers.console.framing import frame
from handlers.web import parts
from knowledge import EntryNotFoundError, KnowledgeError, Passage

#: Who learns from what went wrong.
LEARNERS = (Right.SUPERVISE, Right.LEAD, Right.EDIT, Right.REVIEW_KNOWLEDGE)

#: How far back, in days.
PERIODS = {"30": "30 天内", "90": "90 天内", "365": "一年内"}


@blueprint.get("/wrong")
@allow(*LEARNERS)
def show_wrong() -> ResponseReturnValue:
    """List the entries at fault, the most frequent first; 200."""
    period = read_period("90")
    return render_template(
        "console/wrong.html",
        **learning_frame("wrong"),
        faults=parts().learning.faults.list(current_officer(), days=int(period)),
        kinds=tuple(FaultKind),
        period=period,
    )


@blueprint.get("/entries/<entry_id>")
@allow(Right.SERVE, Right.EDIT, Right.REVIEW_KNOWLEDGE)
def show_entry(entry_id: str) -> ResponseReturnValue:
    """Show an entry as the knowledge in use holds it, read only; 200 or 404."""
    passages = _find_entry(entry_id)
    if not passages:
        abort(404)
    me = current_officer()
    cases = parts().learning.faults.list_of(entry_id, me)
    return render_template(
        "console/entry.html",
        **learning_frame("wrong"),
        entry=passages[0],
        passages=passages,
        cases=cases,
    )


def find_entry_text(entry_id: str) -> tuple[str, str]:
    """Return title and text of an entry, for a correction; empty if it is gone."""
    passages = _find_entry(entry_id)
    if not passages:
        return "", ""
    return passages[0].title, "\n".join(passage.text for passage in passages)


def _find_entry(entry_id: str) -> tuple[Passage, ...]:
    try:
        return tuple(parts().knowledge_base.get_entry(entry_id))
    except (EntryNotFoundError, KnowledgeError):
        return ()


def learning_frame(tab: str) -> dict[str, Any]:
    """Return what the pages of learning have in common."""
    return {
        **frame(),
        "now": parts().clock(),
        "learning_tab": tab,
        "learns": any(current_officer().may(right) for right in LEARNERS),
        "periods": PERIODS,
    }


def read_period(usual: str) -> str:
    """Return the days asked for."""
    period = request.args.get("period", usual)
    return period if period in PERIODS else usual
