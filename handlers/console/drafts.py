"""知识草稿: proposed from chats and gaps, taken or refused, exported for ingest."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from bot import (
    BEIJING,
    Draft,
    DraftClosedError,
    DraftFieldError,
    DraftForm,
    DraftNotFoundError,
    DraftState,
    Right,
    check_draft,
    works_on_knowledge,
)
from handlers.console import blueprint
from handlers.console.access import allow, current_officer
from handlers.console.wrong import find_entry_text, learning_frame
from handlers.faq_workbook import make_faq_workbook
from handlers.web import parts
from knowledge import (
    Change,
    ChangeAction,
    ChangeForm,
    ChangeKind,
    EntryDraft,
    EntryKind,
    Section,
    Source,
    draft_to_json,
)

_WRITERS = (Right.SERVE, Right.EDIT, Right.REVIEW_KNOWLEDGE)
_DECIDERS = (Right.EDIT, Right.REVIEW_KNOWLEDGE)

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_SETTLED = "这条草稿已经处理过了。"

#: Characters of an entry's text that a correction begins with.
_QUOTED_CHARS = 2000


@blueprint.get("/drafts")
@allow(*_WRITERS)
def show_drafts() -> ResponseReturnValue:
    """List drafts of one state: one's own, or all for who writes knowledge; 200."""
    me, state = current_officer(), _read_state()
    drafts = parts().learning.drafts
    return render_template(
        "console/drafts.html",
        **learning_frame("drafts"),
        drafts=drafts.list(me, state),
        draft_counts=drafts.count(me),
        states=tuple(DraftState),
        state=state,
        decides=works_on_knowledge(me),
    )


@blueprint.get("/drafts/new")
@allow(*_WRITERS)
def show_new_draft() -> ResponseReturnValue:
    """Show an empty form, or one with a question or an entry in it; 200.

    A question that stands in the list of gaps brings what an officer answered to it.
    """
    title, text = find_entry_text(request.args.get("entry", "")[:64])
    question = request.args.get("question", "")[:200]
    if request.args.get("from") == "gap":
        text = parts().learning.gaps.find_answer(current_officer(), question)
    form = DraftForm(
        question or title,
        text[:_QUOTED_CHARS],
        f"更正：{title}" if title else "",
    )
    return _form_page(form)


@blueprint.post("/drafts/new")
@allow(*_WRITERS)
def add_draft() -> ResponseReturnValue:
    """Keep a new draft; 302 or 422."""
    return _add(None)


@blueprint.get("/tickets/<int:ticket_id>/draft")
@allow(Right.SERVE)
def show_ticket_draft(ticket_id: int) -> ResponseReturnValue:
    """Show a draft made of a chat, to be edited; 200 or 404."""
    return _form_page(parts().learning.drafts.prefill(ticket_id), ticket_id=ticket_id)


@blueprint.post("/tickets/<int:ticket_id>/draft")
@allow(Right.SERVE)
def add_ticket_draft(ticket_id: int) -> ResponseReturnValue:
    """Keep a draft made of a chat; 302, 422 or 404."""
    return _add(ticket_id)


@blueprint.get("/drafts/<int:draft_id>")
@allow(*_WRITERS)
def show_draft(draft_id: int) -> ResponseReturnValue:
    """Show a draft; 200 or 404."""
    draft = parts().learning.drafts.get(draft_id, current_officer())
    return _form_page(draft.form, draft=draft)


@blueprint.post("/drafts/<int:draft_id>")
@allow(*_WRITERS)
def change_draft(draft_id: int) -> ResponseReturnValue:
    """Write an open draft anew; 302, 422 or 404."""
    drafts, me = parts().learning.drafts, current_officer()
    draft = drafts.get(draft_id, me)
    try:
        drafts.change(draft_id, check_draft(request.form), officer_id=me.id)
    except DraftFieldError as e:
        return _form_page(_given(), draft=draft, fault=e), 422
    except DraftClosedError:
        flash(_SETTLED, "bad")
    else:
        flash("草稿已保存。", "good")
    return redirect(url_for("console.show_draft", draft_id=draft_id))


@blueprint.post("/drafts/<int:draft_id>/settle")
@allow(*_DECIDERS)
def settle_draft(draft_id: int) -> ResponseReturnValue:
    """Take a draft, or refuse it with a word; 302, 422 or 404."""
    drafts, me = parts().learning.drafts, current_officer()
    draft = drafts.get(draft_id, me)
    is_taken = request.form.get("state") == "taken"
    state = DraftState.TAKEN if is_taken else DraftState.REFUSED
    try:
        word = request.form.get("word", "")
        drafts.settle(draft_id, state, word, officer_id=me.id)
    except DraftFieldError as e:
        return _form_page(draft.form, draft=draft, fault=e), 422
    except DraftClosedError:
        flash(_SETTLED, "bad")
    else:
        if is_taken and me.may(Right.EDIT):
            change = _propose(draft)
            flash("已采纳，转成了一条知识修改。请核对后提交审核。", "good")
            return redirect(url_for("console.edit_change", change_id=change.id))
        flash(f"已标为“{state.label}”。", "good")
    return redirect(url_for("console.show_drafts"))


def _propose(draft: Draft) -> Change:
    """Make a question and answer of a draft, to be edited and reviewed."""
    officer = current_officer()
    actor = parts().make_actor(officer)
    # Of a bureau's editor its own, which nobody need choose; else to be filled in.
    department = min(actor.departments or (), key=len, default="")
    form, day = draft.form, parts().clock().astimezone(BEIJING).date()
    entry = EntryDraft(
        kind=EntryKind.FAQ,
        title=form.question,
        sections=(Section(form.question, form.answer),),
        source=Source(f"知识草稿 {draft.id}"),
        department=department,
        checked_on=day,
    )
    content = draft_to_json(entry) | {"exam": [form.question]}
    return parts().changes.add(
        ChangeForm(
            ChangeKind.ENTRY,
            ChangeAction.ADD,
            "",
            form.question,
            content,
            department=department,
            origin=f"draft {draft.id}",
        ),
        actor,
    )


@blueprint.post("/drafts/export")
@allow(*_DECIDERS)
def export_drafts() -> ResponseReturnValue:
    """Hand out chosen drafts as the sheet that ingest reads; 200, or 302 for none."""
    chosen = {int(each) for each in request.form.getlist("draft") if each.isdigit()}
    me = current_officer()
    drafts = parts().learning.drafts.export(chosen, officer_id=me.id) if chosen else []
    if not drafts:
        flash("还没有勾选草稿。", "bad")
        return redirect(url_for("console.show_drafts"))
    return send_file(
        BytesIO(make_faq_workbook(drafts)),
        mimetype=_XLSX,
        as_attachment=True,
        download_name="知识草稿.xlsx",
    )


def _add(ticket_id: int | None) -> ResponseReturnValue:
    me = current_officer()
    try:
        form = check_draft(request.form)
    except DraftFieldError as e:
        return _form_page(_given(), ticket_id=ticket_id, fault=e), 422
    draft = parts().learning.drafts.add(form, officer_id=me.id, ticket_id=ticket_id)
    flash("草稿已保存，编辑会看到。", "good")
    return redirect(url_for("console.show_draft", draft_id=draft.id))


def _form_page(
    form: DraftForm,
    *,
    ticket_id: int | None = None,
    draft: Draft | None = None,
    fault: DraftFieldError | None = None,
) -> str:
    me = current_officer()
    earlier = None
    if ticket_id is not None:
        earlier = parts().learning.drafts.find_of(ticket_id, me)
    chat = draft.ticket_id if draft else ticket_id
    sees_chat = chat and parts().ticket_gate.find_ticket(chat, me) is not None
    return render_template(
        "console/draft.html",
        **learning_frame("drafts"),
        form=form,
        draft=draft,
        ticket_id=ticket_id,
        chat_id=chat if sees_chat else None,
        earlier=earlier,
        fault=fault,
        decides=works_on_knowledge(me),
    )


def _given() -> DraftForm:
    form: Mapping[str, str] = request.form
    names = ("question", "answer", "basis")
    return DraftForm(*(form.get(name, "") for name in names))


def _read_state() -> DraftState:
    name = request.args.get("state", "open")
    return DraftState(name) if name in set(DraftState) else DraftState.OPEN


def _show_missing(_error: DraftNotFoundError) -> ResponseReturnValue:
    title, advice = "没有这条草稿", "可能已经删除，或者不是您写的。"
    return render_template("console/plain.html", title=title, advice=advice), 404


@blueprint.record_once
def _register(state: BlueprintSetupState) -> None:
    state.app.register_error_handler(DraftNotFoundError, _show_missing)
