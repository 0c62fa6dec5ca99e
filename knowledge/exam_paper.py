"""Questions that every release must answer, or must refuse: the office's own exam."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session, sessionmaker

from .change import Actor
from .changes import Clock, Journal
from .exam_question import (
    MAX_EXPECTED_CHARS,
    MAX_QUESTION_CHARS,
    MAX_QUESTIONS,
    ExamFailure,
    ExamQuestion,
    ExamQuestionError,
    ExamReport,
    ExamRun,
)
from .life_tables import ExamQuestionRow, ExamRunRow
from .tables import DepartmentRow, EntryRow
from .text import normalise


class ExamPaper:
    """The questions on record, and how releases did; a method is one transaction."""

    def __init__(self, engine: Engine, clock: Clock, journal: Journal) -> None:
        self._session = sessionmaker(engine, expire_on_commit=False)
        self._clock = clock
        self._journal = journal

    def list(
        self, *, entry_id: str | None = None, only_active: bool = False
    ) -> Sequence[ExamQuestion]:
        """List questions: first the office's own, then entries', in a fixed order."""
        statement = (
            select(ExamQuestionRow, EntryRow.title)
            .outerjoin(EntryRow, EntryRow.id == ExamQuestionRow.entry_id)
            .order_by(ExamQuestionRow.entry_id, ExamQuestionRow.id)
            .limit(MAX_QUESTIONS)
        )
        if entry_id is not None:
            statement = statement.where(ExamQuestionRow.entry_id == entry_id)
        if only_active:
            statement = statement.where(ExamQuestionRow.is_active)
        with self._session() as session:
            return [
                _to_question(row, title) for row, title in session.execute(statement)
            ]

    def get(self, question_id: int) -> ExamQuestion:
        """Return one question.

        Raises:
            ExamQuestionError: If there is none.
        """
        with self._session() as session:
            row = _get(session, question_id)
            entry = session.get(EntryRow, row.entry_id) if row.entry_id else None
            return _to_question(row, entry.title if entry else None)

    def save(self, question: ExamQuestion, actor: Actor) -> int:
        """Store a question of the office's, or change the one whose id it carries.

        Returns:
            Its id.

        Raises:
            ExamQuestionError: If it says nothing, is there already, or its entry is
                not; or if it is not this person's to decide.
        """
        text = _check(question, actor)
        with self._session.begin() as session:
            department = question.department
            if question.entry_id:
                department = _department_of(session, question.entry_id)
            if not actor.owns(department):
                raise ExamQuestionError("这条知识归别的部门，请由他们出题。")
            _refuse_twin(session, question, text)
            row = (
                _get(session, question.id)
                if question.id
                else ExamQuestionRow(is_active=True)
            )
            if question.id and not actor.owns(row.department):
                raise ExamQuestionError("没有这道考题，可能已经删除。")
            row.entry_id, row.question, row.region = (
                question.entry_id,
                text,
                question.region,
            )
            row.expected, row.department = question.expected.strip(), department
            row.changed_by, row.changed_at = actor.officer_id, self._clock()
            session.add(row)
            session.flush()
            action = "exam.changed" if question.id else "exam.added"
            self._note(session, action, row, actor)
            return row.id

    def set_active(self, question_id: int, actor: Actor, *, is_active: bool) -> None:
        """Ask a question from now on, or no longer.

        Raises:
            ExamQuestionError: If there is none, or it is not this person's.
        """
        with self._session.begin() as session:
            row = _get(session, question_id)
            if not (actor.may_review and actor.owns(row.department)):
                raise ExamQuestionError("没有这道考题，可能已经删除。")
            row.is_active = is_active
            row.changed_by, row.changed_at = actor.officer_id, self._clock()
            self._note(session, "exam.on" if is_active else "exam.off", row, actor)

    def note_run(
        self, release_id: str, change_ids: Sequence[int], report: ExamReport
    ) -> int:
        """Keep how a release did; returns the id of the record."""
        with self._session.begin() as session:
            row = ExamRunRow(
                release_id=release_id,
                change_ids=list(change_ids),
                asked=report.asked,
                passed=report.passed,
                failures=[asdict(failure) for failure in report.failures],
                is_stopped=not report.is_passed,
                at=self._clock(),
            )
            session.add(row)
            session.flush()
            return row.id

    def list_runs(self, *, limit: int = 20) -> Sequence[ExamRun]:
        """List exams, newest first."""
        statement = select(ExamRunRow).order_by(ExamRunRow.id.desc()).limit(limit)
        with self._session() as session:
            return [_to_run(row) for row in session.scalars(statement)]

    def find_run_of(self, change_id: int) -> ExamRun | None:
        """Find the newest exam that a change was in."""
        runs = self.list_runs(limit=200)
        return next((run for run in runs if change_id in run.change_ids), None)

    def _note(
        self, session: Session, action: str, row: ExamQuestionRow, actor: Actor
    ) -> None:
        self._journal(
            session,
            action,
            f"exam question {row.id}",
            officer_id=actor.officer_id,
            at=self._clock(),
            detail=row.question[:300],
        )


def set_questions_of_entry(
    session: Session,
    entry_id: str,
    questions: Sequence[str],
    *,
    region: str,
    department: str,
    officer_id: int | None,
    at: datetime,
) -> None:
    """Replace the questions that an entry must answer, as it is published."""
    session.execute(delete(ExamQuestionRow).where(ExamQuestionRow.entry_id == entry_id))
    session.add_all(
        ExamQuestionRow(
            entry_id=entry_id,
            question=question,
            region=region,
            expected="",
            department=department,
            is_active=True,
            changed_by=officer_id,
            changed_at=at,
        )
        for question in questions
    )


def _check(question: ExamQuestion, actor: Actor) -> str:
    if not actor.may_review:
        raise ExamQuestionError("您没有这项权限。")
    text = " ".join(question.question.split())
    if not text or len(text) > MAX_QUESTION_CHARS:
        raise ExamQuestionError(f"请写一个问题，最多 {MAX_QUESTION_CHARS} 字。")
    if len(question.expected) > MAX_EXPECTED_CHARS:
        raise ExamQuestionError(f"“答案里要有”最多 {MAX_EXPECTED_CHARS} 字。")
    return text


def _refuse_twin(session: Session, question: ExamQuestion, text: str) -> None:
    """One question cannot be asked to be answered and refused."""
    others = session.execute(
        select(ExamQuestionRow.id, ExamQuestionRow.question, ExamQuestionRow.region)
    )
    key = normalise(text)
    for other_id, other, region in others:
        is_same = normalise(other) == key and region == question.region
        if is_same and other_id != question.id:
            raise ExamQuestionError("已经有同样的考题了。")


def _department_of(session: Session, entry_id: str) -> str:
    row = session.execute(
        select(EntryRow.id, DepartmentRow.name)
        .outerjoin(DepartmentRow, DepartmentRow.id == EntryRow.department_id)
        .where(EntryRow.id == entry_id)
    ).one_or_none()
    if row is None:
        raise ExamQuestionError("没有这条知识，可能已经删除。")
    return row[1] or ""


def _get(session: Session, question_id: int) -> ExamQuestionRow:
    row = session.get(ExamQuestionRow, question_id)
    if row is None:
        raise ExamQuestionError("没有这道考题，可能已经删除。")
    return row


def _to_question(row: ExamQuestionRow, title: str | None) -> ExamQuestion:
    return ExamQuestion(
        question=row.question,
        entry_id=row.entry_id,
        region=row.region,
        expected=row.expected,
        department=row.department,
        is_active=row.is_active,
        id=row.id,
        title=title or "",
    )


def _to_run(row: ExamRunRow) -> ExamRun:
    report = ExamReport(
        row.asked, row.passed, tuple(ExamFailure(**each) for each in row.failures)
    )
    return ExamRun(
        row.id, row.release_id, tuple(row.change_ids), report, row.is_stopped, row.at
    )
