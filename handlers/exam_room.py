"""Where releases sit the office's exam: before they go out, and whenever asked."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from bot import hold_exam, make_ask
from knowledge import ExamReport, KnowledgeBase, KnowledgeError

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
    parts: Parts, base: KnowledgeBase, changed: Collection[str]
) -> ExamReport:
    """Hold the exam on a release that is not out yet.

    Args:
        parts: With the release that answers now, if there is one.
        base: The new one, opened aside.
        changed: Entries that it brings or changes.
    """
    try:
        before = make_ask(parts.assistant, parts.clock)
    except KnowledgeError:
        before = None
    return hold_exam(
        parts.exam_paper.list(only_active=True),
        ask=make_ask(parts.make_assistant(base), parts.clock),
        ask_before=before,
        changed=changed,
    )
