"""Follow-ups of low ratings (差评回访): who takes them, and what was found.

Whoever was rated sees them and can neither take nor close them; nobody can delete one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

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
from .database import Transactions
from .events import Clock, Publish, publish_nothing, rating_event
from .officer_rows import find_officer
from .privacy import mask_personal_data
from .queries import audit
from .rating import Rating, RatingError
from .ratings import is_rating_of, select_ratings, to_rating
from .records import officer_title
from .rights import Right
from .tables import FollowUpRow, OfficerRow, RatingRow

#: Follow-ups on one page.
MAX_FOLLOW_UPS = 100

#: Characters of what was found and done; 已处理 says nothing.
MIN_RESULT_CHARS, MAX_RESULT_CHARS = 5, 1000

State: TypeAlias = Literal["open", "overdue", "closed"]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a low rating opened."""

    id: int

    #: As it stands now; the citizen may have raised it since.
    rating: Rating
    is_closed: bool
    due_at: datetime
    created_at: datetime

    #: Who looks after it; None = nobody yet.
    owner_id: int | None = None
    owner_name: str = ""

    #: What was found and done.
    result: str = ""
    closed_at: datetime | None = None
    closed_by_name: str = ""

    @property
    def was_raised(self) -> bool:
        """Whether the citizen was more satisfied later."""
        return not self.rating.score.is_low

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether it should be closed by now."""
        return not self.is_closed and self.due_at < now


@dataclass(frozen=True, slots=True)
class FollowUpCounts:
    """The figures on the tabs; an overdue one is open, too."""

    open: int = 0
    overdue: int = 0
    closed: int = 0

    #: Those closed no later than they were due; of ``due`` in all.
    closed_in_time: int = 0
    due: int = 0


class FollowUpError(RatingError):
    """Base of the errors about follow-ups."""


class FollowUpNotFoundError(FollowUpError, LookupError):
    """There is none with this id, or it is not the officer's to see."""

    def __init__(self, follow_up_id: int, /) -> None:
        super().__init__(f"no such follow-up: {follow_up_id}")
        self.follow_up_id = follow_up_id


class RatedOfficerError(FollowUpError):
    """Nobody follows up what was said of their own work."""

    def __init__(self, follow_up_id: int, /) -> None:
        super().__init__(f"follow-up {follow_up_id} is about the officer's own work")
        self.follow_up_id = follow_up_id


class FollowUpTakenError(FollowUpError):
    """A colleague has it; ``owner_name`` says who; empty = nobody took it yet."""

    def __init__(self, follow_up_id: int, owner_name: str, /) -> None:
        super().__init__(f"follow-up {follow_up_id} is not the officer's")
        self.follow_up_id = follow_up_id
        self.owner_name = owner_name


class FollowUpClosedError(FollowUpError):
    """It is closed."""

    def __init__(self, follow_up_id: int, /) -> None:
        super().__init__(f"follow-up {follow_up_id} is closed")
        self.follow_up_id = follow_up_id


class FollowUpResultError(FollowUpError, ValueError):
    """The result cannot be used; ``reason`` is Chinese."""

    def __init__(self, reason: str, /) -> None:
        super().__init__(reason)
        self.reason = reason


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
        result = _check_result(result)
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


def _check_result(text: str) -> str:
    """Return what was found as it is stored.

    Raises:
        FollowUpResultError: If it is too short to say anything, or too long.
    """
    plain = text.replace("\r\n", "\n").strip()
    if len(plain) < MIN_RESULT_CHARS:
        raise FollowUpResultError(
            f"请写明核实和处理的情况，至少 {MIN_RESULT_CHARS} 字。"
        )
    if len(plain) > MAX_RESULT_CHARS:
        fault = f"最多 {MAX_RESULT_CHARS} 字，现在是 {len(plain)} 字。"
        raise FollowUpResultError(fault)
    return mask_personal_data(plain, keep_contacts=True)


def _note(
    session: Session, action: str, follow_up_id: int, officer: Officer, at: datetime
) -> None:
    audit(session, action, f"follow-up {follow_up_id}", officer_id=officer.id, at=at)
