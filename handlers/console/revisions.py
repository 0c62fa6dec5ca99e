"""What an entry said before: compare any two, bring one back, withdraw the entry."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import Right
from handlers.console import blueprint
from handlers.console.access import allow
from handlers.console.comparing import compare
from handlers.console.entries import find_exam
from handlers.console.knowing import KNOWERS, current_actor, get_today, knowledge_frame
from handlers.console.knowledge_form import to_change
from handlers.web import parts
from knowledge import CataloguedEntry, ChangeAction, ChangeError, Revision


@blueprint.get("/knowledge/entries/<knowledge_id>/revisions")
@allow(*KNOWERS)
def show_revisions(knowledge_id: str) -> ResponseReturnValue:
    """List revisions, and compare ``old`` with ``new`` by number; 200 or 404."""
    entry = parts().catalogue.get(knowledge_id, current_actor(), get_today())
    new = _choose(entry, "new", 0)
    old = _choose(entry, "old", entry.revisions.index(new) + 1)
    comparison = compare(old.draft, new.draft) if old != new else None
    return render_template(
        "console/revisions.html",
        **knowledge_frame("entries"),
        entry=entry,
        old=old,
        new=new,
        comparison=comparison,
    )


@blueprint.post("/knowledge/entries/<knowledge_id>/restore/<int:revision_id>")
@allow(Right.EDIT)
def restore_revision(knowledge_id: str, revision_id: int) -> ResponseReturnValue:
    """Make a change that brings an old revision back; 302 or 404."""
    entry = parts().catalogue.get(knowledge_id, current_actor(), get_today())
    found = next((r for r in entry.revisions if r.id == revision_id), None)
    if found is None:
        flash("没有这一版。", "bad")
        return _to_entry(knowledge_id)
    return _propose(entry, found, ChangeAction.RESTORE)


@blueprint.post("/knowledge/entries/<knowledge_id>/withdraw")
@allow(Right.EDIT)
def withdraw_entry(knowledge_id: str) -> ResponseReturnValue:
    """Make a change that takes an entry out, to be reviewed; 302 or 404."""
    entry = parts().catalogue.get(knowledge_id, current_actor(), get_today())
    return _propose(entry, entry.shown, ChangeAction.WITHDRAW)


def _propose(
    entry: CataloguedEntry, revision: Revision, action: ChangeAction
) -> ResponseReturnValue:
    given = to_change(
        revision.draft,
        find_exam(entry.line.id),
        action=action,
        subject=entry.line.id,
        base_revision_id=entry.shown.id,
        origin=f"revision {revision.number}",
    )
    try:
        change = parts().changes.add(given, current_actor())
    except ChangeError as e:
        flash(e.reason, "bad")
        return _to_entry(entry.line.id)
    flash("已写成一条修改。下一步：点“提交审核”。", "good")
    return redirect(url_for("console.show_change", change_id=change.id))


def _choose(entry: CataloguedEntry, name: str, usual: int) -> Revision:
    wanted = request.args.get(name, type=int)
    found = next((r for r in entry.revisions if r.number == wanted), None)
    return found or entry.revisions[min(usual, len(entry.revisions) - 1)]


def _to_entry(knowledge_id: str) -> ResponseReturnValue:
    return redirect(url_for("console.show_entry_page", knowledge_id=knowledge_id))
