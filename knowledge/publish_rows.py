"""Rows of what is published: written inside the publisher's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from .change import Change, ChangeState, StaleChangeError
from .changes import Journal
from .editions import Edition
from .entry_rows import Signed, point_to, withdraw, write_edition
from .exam_paper import set_questions_of_entry
from .exam_question import ExamReport, questions_of
from .life_tables import ChangeRow, ExamRunRow
from .publish_plan import Plan
from .tables import EntryRow, RevisionRow


def publish_changes(
    session: Session,
    journal: Journal,
    changes: Sequence[Change],
    at: datetime,
    release_id: str = "",
    plan: Plan | None = None,
) -> None:
    """Write changes into the record and mark them published.

    Args:
        session: The caller's.
        journal: Writes the audit rows.
        changes: As they were when building began.
        at: Now, aware UTC.
        release_id: That they are in; empty for kinds that make none.
        plan: That the release was built from; None for kinds that make none.

    Raises:
        StaleChangeError: If somebody moved one of them in between.
    """
    for change in changes:
        row = session.get_one(ChangeRow, change.id, with_for_update=True)
        if (row.state, row.version) != (ChangeState.APPROVED, change.version):
            raise StaleChangeError
        if plan is not None:
            row.subject = owner = plan.applied[change.id]
            entry = session.get(EntryRow, owner)
            # What it takes the place of, for whoever calls it back.
            row.base_revision_id = entry.published_revision_id if entry else None
            _write(session, change, owner, plan.editions.get(owner), at)
        row.state, row.published_at = ChangeState.PUBLISHED, at
        row.version, row.changed_at, row.stopped = row.version + 1, at, ""
        journal(
            session,
            "knowledge.publish",
            f"change {change.id}",
            officer_id=change.decided_by,
            at=at,
            detail=f"{change.form.action.label} {change.form.title} {release_id}",
        )


def stop_changes(
    session: Session, journal: Journal, stopped: Mapping[int, str], at: datetime
) -> None:
    """Mark changes as stopped, with why; those that were moved meanwhile stay."""
    for change_id, reason in stopped.items():
        row = session.get_one(ChangeRow, change_id, with_for_update=True)
        if row.state != ChangeState.APPROVED:
            continue
        row.state, row.stopped = ChangeState.STOPPED, reason
        row.version, row.changed_at = row.version + 1, at
        journal(
            session,
            "knowledge.stop",
            f"change {change_id}",
            officer_id=None,
            at=at,
            detail=reason[:300],
        )


def note_exam(
    session: Session,
    release_id: str,
    change_ids: Sequence[int],
    report: ExamReport,
    at: datetime,
    *,
    is_stopped: bool,
) -> None:
    """Keep what an exam said; one that asked nothing leaves no trace."""
    if not report.asked:
        return
    session.add(
        ExamRunRow(
            release_id=release_id,
            change_ids=list(change_ids),
            asked=report.asked,
            passed=report.passed,
            failures=[asdict(failure) for failure in report.failures],
            is_stopped=is_stopped,
            at=at,
        )
    )


def _write(
    session: Session,
    change: Change,
    owner: str,
    edition: Edition | None,
    at: datetime,
) -> None:
    if edition is None:
        withdraw(session.get_one(EntryRow, owner), at)
    elif edition.draft is not None:
        signed = Signed(
            change.id, change.submitted_by or change.created_by, change.decided_by
        )
        write_edition(session, edition.draft, owner, at, signed)
        if "exam" in change.form.content:
            set_questions_of_entry(
                session,
                owner,
                questions_of(change.form.content),
                region=edition.region,
                department=edition.department,
                officer_id=signed.written_by,
                at=at,
            )
    else:
        newest = select(RevisionRow).where(RevisionRow.id == edition.revision_id)
        point_to(
            session, session.get_one(EntryRow, owner), session.scalars(newest).one(), at
        )
