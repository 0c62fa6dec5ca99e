"""Writing knowledge: a new entry or a change of one, on one page, then handed in."""

from __future__ import annotations

from dataclasses import replace

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import Right
from handlers.console import blueprint
from handlers.console.access import allow
from handlers.console.entries import find_exam
from handlers.console.entry_check import EntryFormError, check
from handlers.console.knowing import (
    current_actor,
    get_today,
    knowledge_frame,
    list_reviewers,
    read_version,
)
from handlers.console.knowledge_form import (
    DAYS,
    EntryForm,
    form_of,
    new_form,
    read_change,
    read_form,
    rearrange,
    split_lines,
    to_change,
)
from handlers.web import parts
from knowledge import (
    Aspect,
    Change,
    ChangeAction,
    ChangeError,
    ChangeKind,
    ChangeState,
    EntryDraft,
    EntryKind,
)

#: Buttons that save; every other one moves sections about.
_SAVE, _SUBMIT = "save", "submit"

#: States in which the editor's page is open.
_WRITABLE = frozenset({ChangeState.DRAFT, ChangeState.RETURNED})


@blueprint.get("/knowledge/new")
@allow(Right.EDIT)
def show_new_change() -> ResponseReturnValue:
    """Show an empty form of a ``kind``; 200."""
    departments, _ = parts().catalogue.list_places(current_actor())
    own = departments[0] if len(departments) == 1 else ""
    return _page(new_form(_read_kind(), department=own))


@blueprint.post("/knowledge/new")
@allow(Right.EDIT)
def add_change() -> ResponseReturnValue:
    """Store a new draft; 302, 422 with what is wrong, 200 to move sections."""
    form = read_form(_read_kind(), request.form)
    if (order := _read_order()) is not None:
        return _page(rearrange(form, order))
    try:
        draft = check(form)
        given = to_change(draft, split_lines(form.exam))
        change = parts().changes.add(given, current_actor())
    except EntryFormError as e:
        return _page(form, faults=e.faults), 422
    except ChangeError as e:
        return _page(form, refusal=e.reason), 422
    return _go_on(change)


@blueprint.post("/knowledge/entries/<knowledge_id>/edit")
@allow(Right.EDIT)
def start_change(knowledge_id: str) -> ResponseReturnValue:
    """Begin to change an entry, or go on with what is begun; 302 or 404."""
    actor = current_actor()
    entry = parts().catalogue.get(knowledge_id, actor, get_today())
    if entry.line.open_change_id is not None:
        change_id = entry.line.open_change_id
        return redirect(url_for("console.show_change", change_id=change_id))
    given = to_change(
        entry.shown.draft,
        find_exam(knowledge_id),
        action=ChangeAction.EDIT,
        subject=knowledge_id,
        base_revision_id=entry.shown.id,
    )
    try:
        change = parts().changes.add(given, actor)
    except ChangeError as e:
        flash(e.reason, "bad")
        return redirect(url_for("console.show_entry_page", knowledge_id=knowledge_id))
    return redirect(url_for("console.edit_change", change_id=change.id))


@blueprint.get("/knowledge/changes/<int:change_id>/edit")
@allow(Right.EDIT)
def edit_change(change_id: int) -> ResponseReturnValue:
    """Show the form of a draft; 200, 404, or 302 when it cannot be written now."""
    change = parts().changes.get(change_id, current_actor())
    is_entry = change.form.kind is ChangeKind.ENTRY
    if (
        not is_entry
        or change.state not in _WRITABLE
        or change.form.action not in _EDITED
    ):
        return redirect(url_for("console.show_change", change_id=change_id))
    draft, exam = _read(change)
    return _page(form_of(draft, exam), change=change)


@blueprint.post("/knowledge/changes/<int:change_id>/edit")
@allow(Right.EDIT)
def save_change(change_id: int) -> ResponseReturnValue:
    """Write a draft anew; 302, 422 with what is wrong, 404, 200 to move sections."""
    actor = current_actor()
    change = parts().changes.get(change_id, actor)
    known, _ = _read(change)
    form = read_form(known.kind, request.form)
    if (order := _read_order()) is not None:
        return _page(rearrange(form, order), change=change)
    try:
        given = to_change(
            check(form, known),
            split_lines(form.exam),
            action=change.form.action,
            subject=change.form.subject,
            base_revision_id=change.form.base_revision_id,
            origin=change.form.origin,
        )
        written = parts().changes.write(change_id, given, actor, version=read_version())
    except EntryFormError as e:
        return _page(form, change=change, faults=e.faults), 422
    except ChangeError as e:
        return _page(form, change=change, refusal=e.reason), 422
    return _go_on(written)


@blueprint.post("/knowledge/changes/<int:change_id>/submit")
@allow(Right.EDIT)
def submit_change(change_id: int) -> ResponseReturnValue:
    """Hand a draft in; 302 or 404."""
    return _move(change_id, "submit", "已提交。下一步：等同事审核。")


@blueprint.post("/knowledge/changes/<int:change_id>/take-back")
@allow(Right.EDIT)
def take_back_change(change_id: int) -> ResponseReturnValue:
    """Go on writing what was handed in; 302 or 404."""
    return _move(change_id, "take_back", "已拿回，可以接着改。", "edit_change")


@blueprint.post("/knowledge/changes/<int:change_id>/cancel")
@allow(Right.EDIT)
def cancel_change(change_id: int) -> ResponseReturnValue:
    """Give a change up; 302 or 404."""
    return _move(change_id, "cancel", "已取消。公开的内容没有变。")


#: Actions whose content somebody writes.
_EDITED = frozenset({ChangeAction.ADD, ChangeAction.EDIT, ChangeAction.RESTORE})


def _move(
    change_id: int, move: str, said: str, then: str = "show_change"
) -> ResponseReturnValue:
    changes = parts().changes
    try:
        getattr(changes, move)(change_id, current_actor(), version=read_version())
    except LookupError:
        raise
    except ChangeError as e:
        flash(e.reason, "bad")
        return redirect(url_for("console.show_change", change_id=change_id))
    flash(said, "good")
    return redirect(url_for(f"console.{then}", change_id=change_id))


def _go_on(change: Change) -> ResponseReturnValue:
    """Lead on after saving: back to the form, or on to the reviewers."""
    if request.form.get("go") != _SUBMIT:
        flash("已保存。下一步：点“提交审核”。", "good")
        return redirect(
            url_for("console.edit_change", change_id=change.id, saved=change.version)
        )
    actor = current_actor()
    try:
        parts().changes.submit(change.id, actor, version=change.version)
    except ChangeError as e:
        flash(e.reason, "bad")
    else:
        flash("已提交。下一步：等同事审核。", "good")
    return redirect(
        url_for("console.show_change", change_id=change.id, saved=change.version)
    )


def _page(
    form: EntryForm,
    *,
    change: Change | None = None,
    faults: dict[str, str] | None = None,
    refusal: str = "",
) -> str:
    actor = current_actor()
    departments, regions = parts().catalogue.list_places(actor)
    own = form.fields.get("department", "")
    if not form.sections:
        form = replace(form, sections=new_form(form.kind).sections[:1])
    return render_template(
        "console/change_edit.html",
        **knowledge_frame("entries"),
        form=form,
        change=change,
        faults=faults or {},
        refusal=refusal,
        # What an import named stays chosen, so that the editor sees it is not theirs.
        departments=sorted({*departments, own} - {""}),
        regions=regions,
        aspects=tuple(Aspect),
        days=DAYS,
        kinds=tuple(EntryKind),
        reviewers=list_reviewers(change) if change else [],
        notes=parts().changes.list_notes(change.id, actor) if change else (),
    )


def _read(change: Change) -> tuple[EntryDraft, tuple[str, ...]]:
    try:
        return read_change(change.form.content)
    except ValueError:
        # A synonym or a wording: it has pages of its own.
        abort(404)


def _read_kind() -> EntryKind:
    kind = request.values.get("kind", EntryKind.GUIDE)
    return EntryKind(kind) if kind in set(EntryKind) else EntryKind.GUIDE


def _read_order() -> str | None:
    order = request.form.get("go", _SAVE)
    return None if order in {_SAVE, _SUBMIT} else order
