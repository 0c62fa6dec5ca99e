"""Holds the office's exam: the same assistant that citizens ask, on a release aside."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from knowledge import ExamFailure, ExamQuestion, ExamReport, normalise

from .assistant import Assistant
from .rendering import render_plain
from .turn import Turn
from .types import Answer

Ask = Callable[[str], Answer]
"""Answers a question of a fresh conversation, and leaves no trace."""

#: Shown of an answer in a comparison.
_SHOWN_CHARS = 200


@dataclass(frozen=True, slots=True)
class _Outcome:
    is_right: bool
    #: What the citizen reads, and from where; Chinese.
    said: str


def make_ask(assistant: Assistant, clock: Callable[[], datetime]) -> Ask:
    """Return a way to ask an assistant one question at a time."""
    return lambda question: assistant.answer(Turn(question, clock()))


def hold_exam(
    questions: Sequence[ExamQuestion],
    *,
    ask: Ask,
    ask_before: Ask | None,
    changed: Collection[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> ExamReport:
    """Ask every question of a release that is not out yet.

    Args:
        questions: Those that are asked.
        ask: Of the release aside.
        ask_before: Of the one that answers now; None = there is none. Only asked
            where the new one fails.
        changed: Entries that the release brings or changes: what they fail stops the
            release, even if it failed before.
        progress: Called with (asked, all).

    Returns:
        The report; a question that failed before, too, and that nobody touched, is
        shown and stops nothing.
    """
    failures = []
    for done, question in enumerate(questions, start=1):
        after = _sit(question, ask)
        if not after.is_right:
            before = _sit(question, ask_before) if ask_before else None
            failures.append(_to_failure(question, before, after, changed))
        if progress is not None:
            progress(done, len(questions))
    return ExamReport(len(questions), len(questions) - len(failures), tuple(failures))


def _sit(question: ExamQuestion, ask: Ask) -> _Outcome:
    # Named in the question, as a citizen would: the assistant has no other way.
    is_named = question.region in question.question
    text = question.question if is_named else f"{question.region}{question.question}"
    answer = ask(text)
    told = render_plain(answer)
    is_answered = answer.status.group == "answered"
    if not question.entry_id:
        is_right = not is_answered
    else:
        cites = any(c.entry_id == question.entry_id for c in answer.citations)
        holds = normalise(question.expected) in normalise(told)
        is_right = is_answered and cites and holds
    return _Outcome(is_right, _describe(answer, told))


def _describe(answer: Answer, told: str) -> str:
    source = "、".join(dict.fromkeys(c.name for c in answer.citations if c.name))
    kinds = {"answered": "答复", "clarify": "追问", "handoff": "转人工"}
    kind = kinds.get(answer.status.group, "没有答复")
    head = f"{kind}（{source}）" if source else kind
    text = " ".join(told.split())
    return f"{head}：{text[:_SHOWN_CHARS]}{'…' if len(text) > _SHOWN_CHARS else ''}"


def _to_failure(
    question: ExamQuestion,
    before: _Outcome | None,
    after: _Outcome,
    changed: Collection[str],
) -> ExamFailure:
    if question.entry_id:
        wanted = f"由“{question.title}”答复" if question.title else "由本条答复"
        if question.expected:
            wanted += f"，并说到“{question.expected}”"
    else:
        wanted = "不作答，转人工"
    is_broken = before is None or before.is_right
    return ExamFailure(
        question=question.question,
        wanted=wanted,
        before=before.said if before else "还没有版本",
        after=after.said,
        is_stopping=is_broken or question.entry_id in changed,
        entry_id=question.entry_id,
        department=question.department,
    )
