"""One imported file: what was read beside what was understood, to be put right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import Right
from handlers.checking_drafts import mend_draft
from handlers.console import blueprint
from handlers.console.access import allow
from handlers.console.framing import frame
from handlers.console.import_moves import adopt, describe, write_report
from handlers.console.imports import find_actor, list_departments
from handlers.draft_diff import FIELD_LABELS, list_differences
from handlers.import_forms import PAGE_SECTIONS, EntryForm, read_entry_form
from handlers.import_report import (
    KIND_LABELS,
    EntryState,
    FileEntry,
    Report,
    report_from_json,
)
from handlers.import_saving import find_known, is_same, key_of
from handlers.importing import check_report
from handlers.web import parts
from knowledge import (
    ASPECT_LABELS,
    Aspect,
    FileState,
    ImportFile,
    ImportRefusedError,
)

#: Blocks of the original that a page shows; the rest is told of.
_SHOWN_BLOCKS = 4000
_SHOWN_ROWS = 1000


@blueprint.get("/import-files/<int:import_file_id>")
@allow(Right.EDIT)
def show_import_file(import_file_id: int) -> ResponseReturnValue:
    """Show a file: the original, and one of its entries as a form; 200 or 404."""
    file = parts().imports.get_file(import_file_id, find_actor())
    report = report_from_json(file.report)
    return _file_page(file, report, _read_place(report))


@blueprint.post("/import-files/<int:import_file_id>")
@allow(Right.EDIT)
def change_import_file(import_file_id: int) -> ResponseReturnValue:
    """Keep what was typed, then do what the button says.

    302 to what comes next, 422 with what is wrong, 404, 409 if somebody was faster.
    """
    actor = find_actor()
    file = parts().imports.get_file(import_file_id, actor)
    report = report_from_json(file.report)
    place = _read_place(report)
    if place is None or not report.entries[place].is_open:
        abort(404)
    if request.form.get("version", type=int) != file.version:
        raise ImportRefusedError("这个文件刚被改动过。请回到上一页，刷新后再试。")
    form = read_entry_form(report.entries[place].draft, request.form)
    entry = replace(report.entries[place], draft=form.draft, problem="")
    if form.faults:
        return _file_page(file, report.with_entry(place, entry), place, form), 422
    do = request.form.get("do", "save")
    entry = _do(entry, do)
    if entry.draft.sections != report.entries[place].draft.sections:
        # What was found in the old text need not be true of the new one.
        entry = replace(entry, remarks=())
    report = check_report(report.with_entry(place, entry), parts().draft_checker.check)
    file = write_report(file, report, actor)
    if do == "adopt":
        saved = adopt(file, report, [place], actor)
        problem = saved.report.entries[place].problem
        flash(problem or describe(saved), "bad" if problem else "good")
        report = saved.report
    return _go_on(file, report, place, do)


@blueprint.post("/import-files/<int:import_file_id>/adopt")
@allow(Right.EDIT)
def adopt_import_file(import_file_id: int) -> ResponseReturnValue:
    """Make changes of all open entries that nothing forbids; 302 or 404."""
    actor = find_actor()
    file = parts().imports.get_file(import_file_id, actor)
    report = report_from_json(file.report)
    free = [at for at, entry in enumerate(report.entries) if not entry.is_blocked]
    saved = adopt(file, report, free, actor)
    flash(describe(saved), "bad" if saved.failed else "good")
    return redirect(url_for("console.show_import_batch", import_id=file.import_id))


@blueprint.post("/import-files/<int:import_file_id>/drop")
@allow(Right.EDIT)
def drop_import_file(import_file_id: int) -> ResponseReturnValue:
    """Leave a whole file out; 302, 404, or 409 if it is taken over already."""
    file = parts().imports.drop(import_file_id, find_actor())
    flash("这个文件不要了。", "good")
    return redirect(url_for("console.show_import_batch", import_id=file.import_id))


def _do(entry: FileEntry, do: str) -> FileEntry:
    """Return the entry after what a button asks, besides keeping what was typed."""
    if do == "leave":
        return replace(entry, state=EntryState.LEFT)
    if do.startswith("mend-") and do[5:].isdigit():
        at = int(do[5:])
        if at < len(entry.remarks):
            draft, reason = mend_draft(entry.draft, entry.remarks[at].mending)
            if reason:
                flash(reason, "bad")
            return replace(entry, draft=draft)
    return entry


def _go_on(
    file: ImportFile, report: Report, place: int, do: str
) -> ResponseReturnValue:
    """Lead to the same entry, or past a finished one to the next that is open."""
    if report.entries[place].is_open:
        if do == "save":
            flash("已保存修改。", "good")
        part = request.args.get("part", 0, type=int)
        return redirect(_address(file, place, part))
    after = [*range(place + 1, len(report.entries)), *range(place)]
    for at in after:
        if report.entries[at].is_open:
            return redirect(_address(file, at))
    return redirect(url_for("console.show_import_batch", import_id=file.import_id))


def _address(file: ImportFile, place: int, part: int = 0) -> str:
    page = "console.show_import_file"
    return url_for(page, import_file_id=file.id, entry=place, part=part or None)


def _read_place(report: Report) -> int | None:
    """Return which entry is meant: the one named, else the first open one."""
    asked = request.values.get("entry", type=int)
    if asked is not None and 0 <= asked < len(report.entries):
        return asked
    open_ones = [at for at, entry in enumerate(report.entries) if entry.is_open]
    return next(iter([*open_ones, *range(len(report.entries))]), None)


def _file_page(
    file: ImportFile,
    report: Report,
    place: int | None,
    form: EntryForm | None = None,
) -> str:
    batch = parts().imports.get(file.import_id, find_actor())
    return render_template(
        "console/import_file.html",
        **frame(),
        batch=batch,
        file=file,
        report=report,
        place=place,
        original=_cut(report),
        **({} if place is None else _entry_context(report.entries[place])),
        faults=form.faults if form else {},
        kinds=KIND_LABELS,
        aspects=ASPECT_LABELS,
        all_aspects=tuple(Aspect),
        labels=FIELD_LABELS,
        departments=list_departments(find_actor()),
        regions=parts().published.list_regions(),
        is_readable=file.state in (FileState.READ, FileState.SAVED),
    )


def _entry_context(entry: FileEntry) -> dict[str, Any]:
    base = find_known([entry], parts().published).get(key_of(entry))
    sections = list(enumerate(entry.draft.sections))
    pages = max(1, -(-len(sections) // PAGE_SECTIONS))
    part = min(max(request.args.get("part", 0, type=int), 0), pages - 1)
    first = part * PAGE_SECTIONS
    return {
        "entry": entry,
        "base": base,
        "is_unchanged": base is not None and is_same(entry.draft, base.draft),
        "differences": list_differences(base.draft, entry.draft) if base else (),
        "sections": sections[first : first + PAGE_SECTIONS],
        "part": part,
        "pages": pages,
        "remarks_of": _group(entry),
    }


def _group(entry: FileEntry) -> Mapping[Any, list[tuple[int, Any]]]:
    """Return remarks with their positions, by section or field; the rest under ""."""
    found: dict[Any, list[tuple[int, Any]]] = {}
    for at, remark in enumerate(entry.remarks):
        key = remark.field if remark.section is None else remark.section
        found.setdefault(key, []).append((at, remark))
    return found


def _cut(report: Report) -> list[Mapping[str, Any]]:
    """Return the blocks of the original that one page bears."""
    blocks: list[Mapping[str, Any]] = []
    rows = 0
    for block in report.original[:_SHOWN_BLOCKS]:
        held = block.get("rows", [])
        if held and rows + len(held) > _SHOWN_ROWS:
            block = {**block, "rows": held[: _SHOWN_ROWS - rows]}
        rows += len(held)
        blocks.append(block)
        if rows >= _SHOWN_ROWS:
            break
    return blocks
