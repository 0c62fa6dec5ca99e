"""Rows of changes: found, filled, checked, inside their caller's transaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from .change import (
    Actor,
    Change,
    ChangeAction,
    ChangeError,
    ChangeForm,
    ChangeKind,
    ChangeNotFoundError,
    ChangeState,
)
from .life_tables import ChangeNoteRow, ChangeRow
from .tables import DepartmentRow, EntryRow


def to_change(row: ChangeRow) -> Change:
    """Return the value of a row."""
    form = ChangeForm(
        kind=ChangeKind(row.kind),
        action=ChangeAction(row.action),
        subject=row.subject,
        title=row.title,
        content=row.content,
        department=row.department,
        region=row.region,
        base_revision_id=row.base_revision_id,
        origin=row.origin,
    )
    return Change(
        id=row.id,
        form=form,
        state=ChangeState(row.state),
        version=row.version,
        writers=frozenset(row.writers),
        created_by=row.created_by,
        created_at=row.created_at,
        changed_at=row.changed_at,
        submitted_by=row.submitted_by,
        submitted_at=row.submitted_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        publish_at=row.publish_at,
        published_at=row.published_at,
        overruled=row.overruled or "",
        stopped=row.stopped or "",
    )


def fill(row: ChangeRow, form: ChangeForm, now: datetime) -> None:
    """Put a form's content into a row."""
    row.kind, row.action, row.subject = form.kind, form.action, form.subject
    row.title, row.department, row.region = (
        form.title[:300],
        form.department,
        form.region,
    )
    row.content, row.changed_at = dict(form.content), now


def check_writer(department: str, actor: Actor) -> None:
    """Raise ChangeError unless a person writes knowledge of a department."""
    if not actor.may_write:
        raise ChangeError("您没有这项权限。")
    if not actor.owns(department):
        raise ChangeError("这条知识归别的部门，请由他们修改。")


def check_subject(session: Session, form: ChangeForm, actor: Actor) -> None:
    """What belongs to another department cannot be moved over to one's own."""
    if form.kind is not ChangeKind.ENTRY:
        return
    found = session.execute(
        select(EntryRow.id, DepartmentRow.name)
        .outerjoin(DepartmentRow, DepartmentRow.id == EntryRow.department_id)
        .where(EntryRow.id == form.subject)
    ).one_or_none()
    if found is None:
        raise ChangeError("没有这条知识，可能已经删除。")
    check_writer(found[1] or "", actor)


def refuse_second(session: Session, form: ChangeForm) -> None:
    """Two open changes of one subject would overwrite each other unseen."""
    other = session.scalars(
        select(ChangeRow.id)
        .where(ChangeRow.kind == form.kind, ChangeRow.subject == form.subject)
        .where(ChangeRow.state.in_([s for s in ChangeState if s.is_open]))
        .limit(1)
    ).first()
    if other is not None:
        raise ChangeError("这条知识已有一条修改还没办完，请在那一条上继续。")


def get_row(
    session: Session, change_id: int, actor: Actor, *, lock: bool = False
) -> ChangeRow:
    """Find a change that a person may see, or raise ChangeNotFoundError."""
    statement = select(ChangeRow).where(ChangeRow.id == change_id, seen_by(actor))
    if lock:
        statement = statement.with_for_update()
    row = session.scalars(statement).one_or_none()
    if row is None:
        raise ChangeNotFoundError(change_id)
    return row


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """Whether a person may see a change, for the database."""
    if actor.departments is None:
        return true()
    departments: Collection[str] = actor.departments
    return ChangeRow.department.in_(departments)


def add_word(
    session: Session,
    row: ChangeRow,
    move: str,
    actor: Actor,
    text: str,
    at: datetime,
) -> None:
    """Add what somebody said about a change."""
    session.add(
        ChangeNoteRow(
            change_id=row.id, officer_id=actor.officer_id, move=move, text=text, at=at
        )
    )
