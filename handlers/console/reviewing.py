"""One change: what differs, what machines say, who decides and when it goes out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bot import BEIJING, Right
from handlers.console import blueprint
from handlers.console.access import allow
from handlers.console.comparing import compare
from handlers.console.entries import find_exam
from handlers.console.knowing import (
    KNOWERS,
    current_actor,
    knowledge_frame,
    list_reviewers,
    read_version,
)
from handlers.console.knowledge_form import read_change
from handlers.knowledge_checks import check_entry_draft
from handlers.web import parts
from knowledge import (
    MOVES,
    REVIEWING,
    UNDO_WITHIN,
    WORD_KINDS,
    Actor,
    Change,
    ChangeError,
    ChangeState,
    Move,
)

#: What a person looks at before letting it out; nothing is stored of it.
CHECKLIST = (
    "依据文件看过，文号一致",
    "有效期、办理时限、电话已核对",
    "话说得明白，没有只写“按规定”",
)


class _HourError(ValueError):
    """The hour cannot be used."""


@blueprint.get("/knowledge/changes/<int:change_id>")
@allow(*KNOWERS)
def show_change(change_id: int) -> ResponseReturnValue:
    """Show what a change changes, and what can be done with it; 200, 302 or 404.

    Changes of words and wordings have a page of their own.
    """
    if parts().changes.get(change_id, current_actor()).form.kind in WORD_KINDS:
        return redirect(url_for("console.show_word_change", id=change_id))
    return _page(change_id)


@blueprint.post("/knowledge/changes/<int:change_id>/approve")
@allow(Right.REVIEW_KNOWLEDGE)
def approve_change(change_id: int) -> ResponseReturnValue:
    """Let a change go out, at once or at an hour; 302, 422 or 404."""
    try:
        publish_at = _read_hour()
    except _HourError as e:
        return _page(change_id, fault=("at", str(e))), 422

    def act(actor: Actor, version: int, word: str) -> None:
        parts().changes.approve(
            change_id, actor, version=version, publish_at=publish_at, word=word
        )

    said = "已通过，到点自动发布。" if publish_at else "已通过，马上发布。"
    return _decide(change_id, act, said)


@blueprint.post("/knowledge/changes/<int:change_id>/overrule")
@allow(Right.REVIEW_KNOWLEDGE)
def overrule_change(change_id: int) -> ResponseReturnValue:
    """Let a change go out although the exam stopped it; 302, 422 or 404."""

    def act(actor: Actor, version: int, word: str) -> None:
        parts().changes.overrule(change_id, actor, version=version, word=word)

    return _decide(change_id, act, "已放行，马上发布。理由已记下。")


@blueprint.post("/knowledge/changes/<int:change_id>/return")
@allow(Right.REVIEW_KNOWLEDGE)
def return_change(change_id: int) -> ResponseReturnValue:
    """Give a change back to who wrote it, with a reason; 302, 422 or 404."""

    def act(actor: Actor, version: int, word: str) -> None:
        parts().changes.send_back(change_id, actor, version=version, word=word)

    return _decide(change_id, act, "已退回，编辑会看到您的意见。")


@blueprint.post("/knowledge/changes/<int:change_id>/comment")
@allow(*KNOWERS)
def comment_change(change_id: int) -> ResponseReturnValue:
    """Say something about a change; 302, 422 or 404."""
    try:
        parts().changes.comment(
            change_id, current_actor(), request.form.get("text", "")
        )
    except LookupError:
        raise
    except ChangeError as e:
        return _page(change_id, fault=("text", e.reason)), 422
    where = url_for("console.show_change", change_id=change_id, _anchor="notes")
    return redirect(where)


def _decide(
    change_id: int, act: Callable[[Actor, int, str], None], said: str
) -> ResponseReturnValue:
    try:
        act(current_actor(), read_version(), request.form.get("word", ""))
    except LookupError:
        raise
    except ChangeError as e:
        return _page(change_id, fault=("word", e.reason)), 422
    flash(said, "good")
    return redirect(url_for("console.show_change", change_id=change_id))


def _page(change_id: int, *, fault: tuple[str, str] = ("", "")) -> str:
    actor = current_actor()
    change = parts().changes.get(change_id, actor)
    catalogue, subject = parts().catalogue, change.form.subject
    base = catalogue.find_draft(change.form.base_revision_id, actor)
    try:
        draft, exam = read_change(change.form.content)
    except ValueError:
        draft, exam = None, ()
    remarks = check_entry_draft(parts(), draft, exam) if draft else []
    known = find_exam(subject) if subject else ()
    return render_template(
        "console/change.html",
        **knowledge_frame("entries"),
        **_find_powers(change, actor),
        **_find_undo(change, actor),
        change=change,
        draft=draft,
        base=base,
        comparison=compare(base, draft, exam=(known, exam)) if draft else None,
        remarks=remarks,
        checklist=CHECKLIST,
        notes=parts().changes.list_notes(change_id, actor),
        reviewers=list_reviewers(change),
        fault=fault,
        given=request.form,
    )


def _find_powers(change: Change, actor: Actor) -> dict[str, Any]:
    """Say which buttons the page has; the store refuses the rest anyway."""
    may = {move for state, move in MOVES if state is change.state}
    is_own = actor.officer_id in change.writers
    decides = actor.may_review and not is_own
    reviewing = may & REVIEWING if decides else set()
    return {
        "is_own": is_own,
        "may_approve": Move.APPROVE in reviewing,
        "may_overrule": Move.OVERRULE in reviewing,
        "may_return": Move.RETURN in may and actor.may_review,
        "may_write": Move.WRITE in may and actor.may_write,
        "may_submit": Move.SUBMIT in may and actor.may_write,
        "may_take_back": Move.TAKE_BACK in may and actor.may_write,
        "may_cancel": Move.CANCEL in may and actor.may_write,
    }


def _find_undo(change: Change, actor: Actor) -> dict[str, Any]:
    until = change.published_at + UNDO_WITHIN if change.published_at else None
    return {
        "may_undo": change.state is ChangeState.PUBLISHED
        and actor.may_review
        and until is not None
        and parts().clock() < until,
        "undo_until": until,
        "undo_minutes": int(UNDO_WITHIN.total_seconds() // 60),
    }


def _read_hour() -> datetime | None:
    """Return when it may go out; None = at once."""
    if request.form.get("when") != "at":
        return None
    try:
        local = datetime.fromisoformat(request.form.get("at", ""))
    except ValueError:
        raise _HourError("请填写几月几日几点发布。") from None
    at = local.replace(tzinfo=BEIJING).astimezone(UTC)
    if at <= parts().clock():
        raise _HourError("这个时间已经过去了，请重新选。")
    return at
