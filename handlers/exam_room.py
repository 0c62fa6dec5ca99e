"""Where releases sit the office's exam: before they go out, and whenever asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bot import hold_exam, make_ask
from knowledge import (
    Change,
    ChangeAction,
    ExamQuestion,
    ExamReport,
    KnowledgeBase,
    KnowledgeError,
    questions_of,
)

if TYPE_CHECKING:
    from handlers.assembly import Parts


def sit_exam(parts: Parts) -> ExamReport:
    """Hold the exam on the release in use, and keep the result.

    Raises:
        NoReleaseError: If nothing was released yet.
    """
    report = hold_exam(
        parts.exam_paper.list(only_active=True),
        ask=make_ask(parts.assistant, parts.clock),
        ask_before=None,
    )
    parts.exam_paper.note_run(parts.knowledge_base.release_id, (), report)
    return report


def examine_release(
    parts: Parts, base: KnowledgeBase, changed: Mapping[str, Change | None]
) -> ExamReport:
    """Hold the exam on a release that is not out yet.

    Args:
        parts: With the release that answers now, if there is one.
        base: The new one, opened aside.
        changed: Entry to the change that brings it; None = an operator's file.
    """
    try:
        before = make_ask(parts.assistant, parts.clock)
    except KnowledgeError:
        before = None
    return hold_exam(
        _gather(parts.exam_paper.list(only_active=True), changed),
        ask=make_ask(parts.make_assistant(base, is_exam=True), parts.clock),
        ask_before=before,
        changed=changed,
    )


def _gather(
    stored: Sequence[ExamQuestion], changed: Mapping[str, Change | None]
) -> list[ExamQuestion]:
    """Put the questions that changes bring in place of those their entries had."""
    brought = {
        entry_id: change.form
        for entry_id, change in changed.items()
        if change is not None
    }
    gone = {
        entry_id
        for entry_id, form in brought.items()
        if form.action is ChangeAction.WITHDRAW
    }
    kept = [q for q in stored if q.entry_id not in brought or not q.entry_id]
    new = [
        ExamQuestion(
            question,
            entry_id,
            region=form.region,
            department=form.department,
            title=form.title,
        )
        for entry_id, form in brought.items()
        if entry_id not in gone
        for question in questions_of(form.content)
    ]
    return [*kept, *new]
