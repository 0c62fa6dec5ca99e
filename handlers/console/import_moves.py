"""What is done with a whole batch: taken over, handed in, given a region, told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from bot import Right
from handlers.console import blueprint
from handlers.console.access import allow
from handlers.console.imports import find_actor, find_made
from handlers.exporting import make_response
from handlers.import_report import FileEntry, Report, report_from_json
from handlers.import_saving import Saved, save_entries
from handlers.importing import check_report
from handlers.web import parts
from ingest import FileReport, RefusedRow, make_refused_workbook
from knowledge import (
    Actor,
    ChangeError,
    ChangeState,
    FileState,
    ImportFile,
    MadeChange,
    StaleFileError,
)


@blueprint.post("/import/<int:import_id>/adopt")
@allow(Right.EDIT)
def adopt_import(import_id: int) -> ResponseReturnValue:
    """Make changes of all entries that nothing was found in; 302 or 404."""
    actor = find_actor()
    total = Saved(Report())
    for file in parts().imports.list_files(import_id, actor):
        summary = file.summary
        if file.state is not FileState.READ or summary.get("doubtful"):
            continue
        whole = parts().imports.get_file(file.id, actor)
        report = report_from_json(whole.report)
        everything = range(len(report.entries))
        saved = adopt(whole, report, list(everything), actor)
        total = _add(total, saved)
    flash(describe(total), "bad" if total.failed else "good")
    return _to_batch(import_id)


@blueprint.post("/import/<int:import_id>/submit")
@allow(Right.EDIT)
def submit_import(import_id: int) -> ResponseReturnValue:
    """Hand all changes made of a batch to the reviewers; 302 or 404."""
    actor = find_actor()
    files = parts().imports.list_files(import_id, actor)
    done, reasons = 0, []
    for change in find_drafts(files, actor):
        try:
            parts().changes.submit(change.id, actor, version=change.version)
            done += 1
        except ChangeError as e:
            reasons.append(f"{change.title}：{e.reason}")
    if done:
        parts().imports.note("import.submit", import_id, actor, f"{done}")
    words = f"已提交 {done} 条，等另一位同事审核。" if done else "没有可以提交的。"
    flash("　".join([words, *reasons[:3]]), "bad" if reasons else "good")
    return _to_batch(import_id)


@blueprint.post("/import/<int:import_id>/fill")
@allow(Right.EDIT)
def fill_import(import_id: int) -> ResponseReturnValue:
    """Give all open entries without one a region; 302 or 404."""
    actor = find_actor()
    region = " ".join(request.form.get("region", "").split())[:80]
    filled = 0
    for file in parts().imports.list_files(import_id, actor):
        if not (region and file.state is FileState.READ):
            continue
        if not file.summary.get("no_region"):
            continue
        whole = parts().imports.get_file(file.id, actor)
        report = report_from_json(whole.report)
        entries = tuple(_with_region(entry, region) for entry in report.entries)
        filled += sum(a is not b for a, b in zip(entries, report.entries, strict=True))
        fresh = check_report(
            replace(report, entries=entries), parts().draft_checker.check
        )
        _write(whole, fresh, actor)
    words = f"已给 {filled} 条补上“{region}”。" if filled else "请写地区。"
    flash(words, "good" if filled else "bad")
    return _to_batch(import_id)


@blueprint.get("/import/<int:import_id>/refused.xlsx")
@allow(Right.EDIT)
def export_refused(import_id: int) -> ResponseReturnValue:
    """Return the rows that stayed out, to be corrected and sent again.

    200, 302 if there are none, 404.
    """
    actor = find_actor()
    reports = []
    for brief in parts().imports.list_files(import_id, actor):
        if brief.state is not FileState.REFUSED and not brief.summary.get("refused"):
            continue
        file = parts().imports.get_file(brief.id, actor)
        reports.append(_list_refused(file))
    if not any(report.refused_rows for report in reports):
        flash("没有拒收的行。", "good")
        return _to_batch(import_id)
    return make_response(make_refused_workbook(reports), "没有收的行", "xlsx")


def _list_refused(file: ImportFile) -> FileReport:
    """Return what stayed out of a file; a whole file that did is a row."""
    rows = [
        RefusedRow(row.place, row.reason, row.cells, row.header)
        for row in report_from_json(file.report).refused
    ]
    if file.reason and not rows:
        rows = [RefusedRow(f"整个文件：{file.name}", file.reason)]
    return FileReport(file.name, "refused", refused_rows=tuple(rows))


def adopt(
    file: ImportFile, report: Report, chosen: Sequence[int], actor: Actor
) -> Saved:
    """Make changes of chosen entries of a file, and keep what became of them."""
    batch = parts().imports.get(file.import_id, actor)
    # Whoever comes second stops here, before a change is made twice.
    file = parts().imports.write(file, file.report, actor, state=file.state)
    saved = save_entries(
        report,
        chosen,
        actor=actor,
        changes=parts().changes,
        published=parts().published,
        department=batch.hints.department,
    )
    _write(file, saved.report, actor)
    return saved


def describe(saved: Saved) -> str:
    """Say in one sentence what became of entries that were taken over."""
    said = [
        f"{words} {count} 条"
        for count, words in (
            (saved.added, "新增"),
            (saved.edited, "修改已有的"),
            (saved.same, "和现在一样、跳过"),
            (saved.failed, "没有采纳成"),
        )
        if count
    ]
    return f"已采纳：{'，'.join(said)}。" if said else "没有可以采纳的。"


def find_drafts(files: Sequence[ImportFile], actor: Actor) -> list[MadeChange]:
    """Return the changes made of files that nobody has handed in yet."""
    return [
        change
        for change in parts().imports.list_changes(find_made(files), actor)
        if change.state in (ChangeState.DRAFT, ChangeState.RETURNED)
    ]


def write_report(file: ImportFile, report: Report, actor: Actor) -> ImportFile:
    """Keep a report; a file that nothing is left to decide in is finished with."""
    is_over = not report.has_open
    changes = [entry.change_id for entry in report.entries if entry.change_id]
    action = "import.adopt" if is_over and changes else ""
    return parts().imports.write(
        file,
        report.to_json(),
        actor,
        state=FileState.SAVED if is_over else FileState.READ,
        action=action,
    )


def _write(file: ImportFile, report: Report, actor: Actor) -> None:
    try:
        write_report(file, report, actor)
    except StaleFileError as e:
        flash(f"{file.name}：{e.reason}", "bad")


def _with_region(entry: FileEntry, region: str) -> FileEntry:
    if not entry.is_open or entry.draft.region:
        return entry
    return replace(entry, draft=replace(entry.draft, region=region))


def _add(one: Saved, other: Saved) -> Saved:
    return Saved(
        one.report,
        one.added + other.added,
        one.edited + other.edited,
        one.same + other.same,
        one.failed + other.failed,
    )


def _to_batch(import_id: int) -> ResponseReturnValue:
    return redirect(url_for("console.show_import_batch", import_id=import_id))
