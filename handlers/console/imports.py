"""导入文件: a batch is begun, files come in one by one, what became of them is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from bot import Right
from handlers.console import blueprint
from handlers.console.access import allow, current_officer, is_from_script
from handlers.console.framing import frame
from handlers.console.wrong import learning_frame
from handlers.import_report import KIND_LABELS
from handlers.uploads import MAX_UPLOAD_BYTES, UploadTooLargeError, tidy_path
from handlers.web import parts
from knowledge import (
    BATCH_FILES,
    UNREAD,
    Actor,
    FileState,
    ImportFile,
    ImportFullError,
    ImportHints,
    ImportNotFoundError,
    ImportRefusedError,
)

#: Formats as people know them; what a file is, its content says.
FORMATS = (
    "Word、WPS、Excel、PPT、PDF（含扫描件）、OFD、网页、文本，也可以是它们的压缩包"
)

_TOO_LARGE = f"文件超过 {MAX_UPLOAD_BYTES // 1048576} MB 上限，请拆分后再试"

#: Ways to narrow the list of a batch, in the order of the tabs.
FILTERS = {
    "all": "全部",
    "todo": "待核对",
    "doubtful": "有问题",
    "refused": "没读成",
    "saved": "已采纳",
}


def find_actor() -> Actor:
    """Return what the officer of this request may do to the knowledge."""
    return parts().make_actor(current_officer())


@blueprint.get("/import")
@allow(Right.EDIT)
def show_import() -> ResponseReturnValue:
    """Show where files are dropped, and the batches so far; 200."""
    return _start_page()


@blueprint.post("/import")
@allow(Right.EDIT)
def add_import() -> ResponseReturnValue:
    """Begin a batch, with all its files where no script sends them one by one.

    201 with the addresses for the script, 302 without one, 422 if nothing was chosen.
    """
    actor = find_actor()
    given = [file for file in request.files.getlist("files") if file.filename]
    if not (given or is_from_script()):
        return _start_page(fault="还没有选文件。"), 422
    hints = ImportHints(
        _read_department(actor),
        " ".join(request.form.get("region", "").split())[:80],
        " ".join(request.form.get("name", "").split())[:80],
    )
    try:
        batch = parts().imports.add(hints, actor)
    except ImportNotFoundError:
        return _start_page(fault="请选择您所在的部门。"), 422
    if is_from_script():
        addresses = {
            "page": url_for("console.show_import_batch", import_id=batch.id),
            "files": url_for("console.add_import_file", import_id=batch.id),
        }
        return addresses, 201
    _take_all(batch.id, given, actor)
    return redirect(url_for("console.show_import_batch", import_id=batch.id))


@blueprint.post("/import/<int:import_id>/files")
@allow(Right.EDIT)
def add_import_file(import_id: int) -> ResponseReturnValue:
    """Take one file, field ``file``, under its ``path`` below the folder.

    201 with what became of it for the script, 302 without one; 404; 409 when the batch
    is full, 413, 422 without a file.
    """
    actor = find_actor()
    given = [file for file in request.files.getlist("file") if file.filename]
    batch = url_for("console.show_import_batch", import_id=import_id)
    if not is_from_script():
        _take_all(import_id, given, actor)
        return redirect(batch)
    if not given:
        return {"reason": "没有收到文件。"}, 422
    try:
        file = _take(import_id, given[0], request.form.get("path", ""), actor)
    except ImportFullError as e:
        return {"reason": e.reason}, 409
    status = 413 if file.state is FileState.REFUSED else 201
    return {"id": file.id, "name": file.name, "reason": file.reason}, status


@blueprint.get("/import/<int:import_id>")
@allow(Right.EDIT)
def show_import_batch(import_id: int) -> ResponseReturnValue:
    """Show what became of the files of a batch; 200 or 404."""
    context = batch_context(import_id)
    return render_template("console/import_batch.html", **(frame() | context))


@blueprint.get("/import/<int:import_id>/now")
@allow(Right.EDIT)
def show_import_progress(import_id: int) -> ResponseReturnValue:
    """Return the same list as a fragment; 200 or 404."""
    return render_template("console/_import_files.html", **batch_context(import_id))


def batch_context(import_id: int) -> dict[str, Any]:
    """Return what the list of a batch is drawn from."""
    actor = find_actor()
    files = parts().imports.list_files(import_id, actor)
    chosen = request.args.get("show", "all")
    show = chosen if chosen in FILTERS else "all"
    unread = sum(file.state in UNREAD for file in files)
    return {
        "batch": parts().imports.get(import_id, actor),
        "files": [file for file in files if is_shown(file, show)],
        "totals": {name: sum(is_shown(f, name) for f in files) for name in FILTERS},
        "unread": unread,
        "done": len(files) - unread,
        "all_files": len(files),
        "counts_of": count_batch(files),
        "show": show,
        "filters": FILTERS,
        "kinds": KIND_LABELS,
        "regions": parts().published.list_regions(),
        "made": parts().imports.list_changes(find_made(files), actor),
    }


def find_made(files: Sequence[ImportFile]) -> set[int]:
    """Return the ids of the changes that were made of files."""
    return {one for file in files for one in file.summary.get("changes", ())}


def is_shown(file: ImportFile, show: str) -> bool:
    """Tell whether a tab of the list holds a file."""
    summary = file.summary
    if show == "todo":
        return file.state is FileState.READ
    if show == "doubtful":
        is_doubtful = summary.get("doubtful", 0) or summary.get("refused", 0)
        return file.state is FileState.READ and bool(is_doubtful)
    if show == "refused":
        return file.state is FileState.REFUSED or bool(summary.get("refused", 0))
    if show == "saved":
        return file.state is FileState.SAVED or bool(summary.get("changes"))
    return True


def count_batch(files: Sequence[ImportFile]) -> dict[str, int]:
    """Add up what the summaries of the files count."""
    names = ("entries", "open", "blocked", "doubtful", "no_region", "refused")
    read = [f.summary for f in files if f.state is FileState.READ]
    found = {name: sum(int(s.get(name, 0)) for s in read) for name in names}
    ready = [s for s in read if not s.get("doubtful", 0)]
    return found | {"ready": sum(int(s.get("open", 0)) for s in ready)}


def _start_page(fault: str = "") -> str:
    actor = find_actor()
    batches = parts().imports.list(actor)
    return render_template(
        "console/import.html",
        **learning_frame("import"),
        batches=batches,
        counts_by=parts().imports.count([batch.id for batch in batches]),
        departments=list_departments(actor),
        regions=parts().published.list_regions(),
        formats=FORMATS,
        max_mb=MAX_UPLOAD_BYTES // 1048576,
        max_files=BATCH_FILES,
        fault=fault,
        states=tuple(FileState),
    )


def list_departments(actor: Actor) -> list[str]:
    """List the departments that a person may choose, their own first."""
    if actor.departments is not None:
        bureau = current_officer().bureau_name
        return sorted(actor.departments, key=lambda name: (name != bureau, name))
    known = {bureau.name for bureau in parts().bureaus.list()}
    return sorted(known | set(parts().knowledge_store.list_departments()))


def _read_department(actor: Actor) -> str:
    chosen = " ".join(request.form.get("department", "").split())[:80]
    if chosen or actor.departments is None:
        return chosen
    return next(iter(list_departments(actor)), "")


def _take_all(import_id: int, given: Sequence[FileStorage], actor: Actor) -> None:
    try:
        for file in given:
            _take(import_id, file, "", actor)
    except ImportFullError as e:
        flash(e.reason, "bad")


def _take(import_id: int, given: FileStorage, path: str, actor: Actor) -> ImportFile:
    """Keep one file, or on record why it was not kept."""
    imports, name = parts().imports, tidy_path(path or given.filename or "")
    try:
        sha256, size = parts().uploads.keep(given.stream, max_bytes=MAX_UPLOAD_BYTES)
    except UploadTooLargeError:
        return imports.refuse_file(import_id, actor, name=name, reason=_TOO_LARGE)
    return imports.add_file(import_id, actor, name=name, sha256=sha256, size=size)


def _show_refused(error: ImportRefusedError) -> ResponseReturnValue:
    is_absent = isinstance(error, ImportNotFoundError)
    title = "没有这次导入" if is_absent else "没有改成"
    page = render_template("console/plain.html", title=title, advice=error.reason)
    return page, 404 if is_absent else 409


@blueprint.record_once
def _register(state: BlueprintSetupState) -> None:
    state.app.register_error_handler(ImportRefusedError, _show_refused)
