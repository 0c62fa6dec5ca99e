"""One question of the office's exam, and how a release did. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .change import ChangeError

#: Of a question, and of what must stand in its answer.
MAX_QUESTION_CHARS, MAX_EXPECTED_CHARS = 200, 300

#: Questions of one entry; more make publishing slow and prove nothing.
MAX_QUESTIONS_OF_ENTRY = 20

#: Questions of one exam: at 10 ms each, a minute.
MAX_QUESTIONS = 5000


@dataclass(frozen=True, slots=True)
class ExamQuestion:
    """One question, and what must come of it."""

    question: str
    #: Whose answer it must be; empty = must not be answered.
    entry_id: str = ""
    #: Where the citizen is; empty = unknown.
    region: str = ""
    #: What must stand in the answer; empty = the entry is enough.
    expected: str = ""
    department: str = ""
    is_active: bool = True
    #: 0 = not stored yet.
    id: int = 0
    #: Title of the entry; empty when it must be refused.
    title: str = ""


@dataclass(frozen=True, slots=True)
class ExamFailure:
    """A question that a release gets wrong."""

    question: str
    #: What must come of it, Chinese.
    wanted: str
    #: What citizens hear now, and what they would hear.
    before: str
    after: str
    #: Whether the release broke it, or its own new entry fails it: then it is stopped.
    is_stopping: bool
    entry_id: str = ""
    #: Whose question it is; empty = the whole office's.
    department: str = ""


@dataclass(frozen=True, slots=True)
class ExamReport:
    """How a release did."""

    asked: int
    passed: int
    failures: tuple[ExamFailure, ...] = ()

    @property
    def is_passed(self) -> bool:
        """Whether it may go out."""
        return not any(failure.is_stopping for failure in self.failures)

    @property
    def reason(self) -> str:
        """Why it may not, Chinese; empty when it may."""
        stopping = [f.question for f in self.failures if f.is_stopping]
        if not stopping:
            return ""
        shown = "；".join(f"“{question}”" for question in stopping[:3])
        more = f"等 {len(stopping)} 题" if len(stopping) > 3 else ""
        return f"考试没有通过：{shown}{more}。请看对比后再定。"


@dataclass(frozen=True, slots=True)
class ExamRun:
    """An exam as it is on record."""

    id: int
    release_id: str
    change_ids: tuple[int, ...]
    report: ExamReport
    is_stopped: bool
    at: datetime


class ExamQuestionError(ChangeError):
    """A question that cannot be asked."""


def check_questions(lines: str) -> tuple[str, ...]:
    """Return the questions of an entry as staff write them, one a line.

    Raises:
        ExamQuestionError: If one is too long, or there are too many.
    """
    found = dict.fromkeys(filter(None, (line.strip() for line in lines.splitlines())))
    for number, question in enumerate(found, start=1):
        if len(question) > MAX_QUESTION_CHARS:
            raise ExamQuestionError(
                f"第 {number} 个问题太长，最多 {MAX_QUESTION_CHARS} 字。"
            )
    if len(found) > MAX_QUESTIONS_OF_ENTRY:
        raise ExamQuestionError(f"一条知识最多 {MAX_QUESTIONS_OF_ENTRY} 个考题。")
    return tuple(found)


def questions_of(content: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the questions that a change's content carries under ``exam``."""
    found = content.get("exam", ())
    return tuple(str(each) for each in found) if isinstance(found, list | tuple) else ()
