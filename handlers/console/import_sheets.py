"""Entries as a sheet: taken along, edited elsewhere, sent back as an upload."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import Right
from handlers.console import blueprint
from handlers.console.access import allow
from handlers.console.framing import frame
from handlers.console.imports import find_actor
from handlers.entry_workbook import make_entry_workbook
from handlers.exporting import MAX_ROWS, make_response
from handlers.import_report import KIND_LABELS
from handlers.web import parts
from knowledge import EntryChoice, EntryKind


@blueprint.get("/import/sheet")
@allow(Right.EDIT)
def show_import_sheet() -> ResponseReturnValue:
    """Show which entries may be taken along; 200."""
    choice = _read_choice()
    actor = find_actor()
    found = parts().published.count(choice, actor)
    return render_template(
        "console/import_sheet.html",
        **frame(),
        choice=choice,
        found=found,
        export_url=_with_filter("console.export_entries"),
        max_rows=MAX_ROWS,
        kinds=KIND_LABELS,
        departments=parts().published.list_departments(actor),
        regions=parts().published.list_regions(),
    )


@blueprint.get("/import/sheet.xlsx")
@allow(Right.EDIT)
def export_entries() -> ResponseReturnValue:
    """Return entries as a workbook: those ticked, or all of a filter.

    200; 302 if there is none, or more than fit.
    """
    actor = find_actor()
    entries = parts().published.list(_read_choice(), actor, limit=MAX_ROWS + 1)
    if not 0 < len(entries) <= MAX_ROWS:
        words = "没有符合条件的条目。"
        if entries:
            words = f"一次最多导出 {MAX_ROWS:,} 条，请缩小范围。"
        flash(words, "bad")
        return redirect(_with_filter("console.show_import_sheet"))
    parts().imports.note_export(len(entries), actor)
    return make_response(make_entry_workbook(entries), "知识条目", "xlsx")


def _with_filter(endpoint: str) -> str:
    """Return the address of a page with the filter of this request."""
    query = request.query_string.decode("utf-8", "replace")
    return f"{url_for(endpoint)}?{query}"


def _read_choice() -> EntryChoice:
    args = request.args
    kinds = {EntryKind(name) for name in args.getlist("kind") if name in set(EntryKind)}
    ids = frozenset(each[:16] for each in args.getlist("id"))
    return EntryChoice(
        kinds=frozenset(kinds or EntryKind),
        department=args.get("department", "")[:80],
        region=args.get("region", "")[:80],
        words=args.get("q", "")[:80],
        ids=ids or None,
    )
