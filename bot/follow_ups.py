"""Follow-ups of low ratings (差评回访): who takes them, and what was found.

Whoever was rated sees them and can neither take nor close them; nobody can delete one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Engine,
    Row,
    Select,
    and_,
    case,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from .accounts import Officer
from .auditing import audit
from .database import Transactions
from .events import Clock, Publish, publish_nothing, rating_event
from .follow_up import (
    FollowUp,
    FollowUpClosedError,
    FollowUpCounts,
    FollowUpNotFoundError,
    FollowUpTakenError,
    RatedOfficerError,
    State,
    check_result,
)
from .officer_rows import find_officer
from .ratings import is_rating_of, select_ratings, to_rating
from .records import officer_title
from .rights import Right
from .tables import FollowUpRow, OfficerRow, RatingRow

#: Follow-ups on one page.
MAX_FOLLOW_UPS = 100


class FollowUpStore:
    """Follow-ups; every public method is one transaction."""

    def __init__(
        self, engine: Engine, clock: Clock, publish: Publish = publish_nothing
    ) -> None:
        self._tx = Transactions(engine)
        self._clock = clock
        self._publish = publish

    def list(
        self,
        officer: Officer,
        state: State,
        *,
        bureau_id: int | None = None,
        limit: int = MAX_FOLLOW_UPS,
    ) -> list[FollowUp]:
        """List the follow-ups of a state that an officer may see.

        Open ones by when they are due, closed ones newest first.
        """
        now = self._clock()
        order = (
            FollowUpRow.closed_at.desc() if state == "closed" else FollowUpRow.due_at
        )
        statement = _select(officer).where(_is_in(state, now), *_of(bureau_id))
        with self._tx.read() as session:
            rows = session.execute(
                statement.order_by(order, FollowUpRow.id).limit(limit)
            )
            return [_to_follow_up(row) for row in rows]

    def count(
        self, officer: Officer, *, bureau_id: int | None = None
    ) -> FollowUpCounts:
        """Count the follow-ups that an officer may see."""
        now = self._clock()
        in_time = and_(
            FollowUpRow.state == "closed", FollowUpRow.closed_at <= FollowUpRow.due_at
        )
        is_due = or_(FollowUpRow.state == "closed", FollowUpRow.due_at < now)
        states: tuple[State, ...] = ("open", "overdue", "closed")
        wanted = [*(_is_in(state, now) for state in states), in_time, is_due]
        figures = [func.sum(case((each, 1), else_=0)) for each in wanted]
        statement = (
            select(*figures)
            .join(RatingRow, FollowUpRow.rating_id == RatingRow.id)
            .where(is_rating_of(officer), *_of(bureau_id))
        )
        with self._tx.read() as session:
            return FollowUpCounts(*(n or 0 for n in session.execute(statement).one()))

    def get(self, follow_up_id: int, officer: Officer) -> FollowUp:
        """Return a follow-up.

        Raises:
            FollowUpNotFoundError: If there is none, or it is not the officer's to see.
        """
        with self._tx.read() as session:
            return _get(session, follow_up_id, officer)

    def may_see(self, follow_up_id: int, officer: Officer) -> bool:
        """Tell whether there is such a follow-up and the officer may see it."""
        try:
            self.get(follow_up_id, officer)
        except FollowUpNotFoundError:
            return False
        return True

    def take(self, follow_up_id: int, *, officer_id: int) -> FollowUp:
        """Become the one who looks after it; a supervisor may take it from a colleague.

        Raises:
            FollowUpNotFoundError: If there is none, or it is not the officer's to see.
            RatedOfficerError: If it is about the officer's own work.
            FollowUpClosedError: If it is closed.
            FollowUpTakenError: If a colleague has it.
        """
        with self._act(follow_up_id, officer_id) as (session, follow_up, officer, row):
            is_others = follow_up.owner_id not in (None, officer.id)
            if is_others and not officer.may(Right.SUPERVISE):
                raise FollowUpTakenError(follow_up_id, follow_up.owner_name)
            row.owner_id = officer.id
            _note(session, "follow_up.take", follow_up_id, officer, self._clock())
            return _get(session, follow_up_id, officer)

    def close(self, follow_up_id: int, *, officer_id: int, result: str) -> FollowUp:
        """Close it with what was found and done.

        Args:
            follow_up_id: One that the officer has taken.
            officer_id: Who closes it.
            result: Chinese; identity and bank card numbers are masked.

        Raises:
            FollowUpNotFoundError: If there is none, or it is not the officer's to see.
            RatedOfficerError: If it is about the officer's own work.
            FollowUpClosedError: If it is closed already.
            FollowUpTakenError: If the officer has not taken it.
            FollowUpResultError: If the result is too short or too long.
        """
        result = check_result(result)
        with self._act(follow_up_id, officer_id) as (session, follow_up, officer, row):
            if follow_up.owner_id != officer.id:
                raise FollowUpTakenError(follow_up_id, follow_up.owner_name)
            at = self._clock()
            row.state, row.result = "closed", result
            row.closed_at, row.closed_by = at, officer.id
            _note(session, "follow_up.close", follow_up_id, officer, at)
            return _get(session, follow_up_id, officer)

    @contextmanager
    def _act(
        self, follow_up_id: int, officer_id: int
    ) -> Iterator[tuple[Session, FollowUp, Officer, FollowUpRow]]:
        """Lock a follow-up that is open and not about the officer's own work."""
        with self._tx.write() as session:
            officer = find_officer(session, officer_id)
            if officer is None or not officer.may(Right.LEAD):
                raise FollowUpNotFoundError(follow_up_id)
            session.execute(
                select(FollowUpRow.id)
                .where(FollowUpRow.id == follow_up_id)
                .with_for_update()
            )
            follow_up = _get(session, follow_up_id, officer)
            if follow_up.rating.officer_id == officer.id:
                raise RatedOfficerError(follow_up_id)
            if follow_up.is_closed:
                raise FollowUpClosedError(follow_up_id)
            yield (
                session,
                follow_up,
                officer,
                session.get_one(FollowUpRow, follow_up_id),
            )
        name, data = rating_event()
        self._publish(name, data)


_Owner, _Closer = aliased(OfficerRow), aliased(OfficerRow)


def _select(officer: Officer) -> Select[*tuple[Any, ...]]:
    """Select the follow-ups an officer may see, and all that their values need."""
    return (
        select_ratings()
        .join(FollowUpRow, FollowUpRow.rating_id == RatingRow.id)
        .outerjoin(_Owner, FollowUpRow.owner_id == _Owner.id)
        .outerjoin(_Closer, FollowUpRow.closed_by == _Closer.id)
        .add_columns(FollowUpRow, _Owner, _Closer)
        .where(is_rating_of(officer))
    )


def _get(session: Session, follow_up_id: int, officer: Officer) -> FollowUp:
    session.flush()
    statement = _select(officer).where(FollowUpRow.id == follow_up_id)
    row = session.execute(statement).one_or_none()
    if row is None:
        raise FollowUpNotFoundError(follow_up_id)
    return _to_follow_up(row)


def _to_follow_up(row: Row[*tuple[Any, ...]]) -> FollowUp:
    *rating, follow_up, owner, closer = row
    return FollowUp(
        id=follow_up.id,
        rating=to_rating(*rating),
        is_closed=follow_up.state == "closed",
        due_at=follow_up.due_at,
        created_at=follow_up.created_at,
        owner_id=follow_up.owner_id,
        owner_name=officer_title(owner),
        result=follow_up.result,
        closed_at=follow_up.closed_at,
        closed_by_name=officer_title(closer),
    )


def _is_in(state: State, now: datetime) -> ColumnElement[bool]:
    if state == "overdue":
        return and_(FollowUpRow.state == "open", FollowUpRow.due_at < now)
    return FollowUpRow.state == state


def _of(bureau_id: int | None) -> list[ColumnElement[bool]]:
    return [] if bureau_id is None else [FollowUpRow.bureau_id == bureau_id]


def _note(
    session: Session, action: str, follow_up_id: int, officer: Officer, at: datetime
) -> None:
    audit(session, action, f"follow-up {follow_up_id}", officer_id=officer.id, at=at)
