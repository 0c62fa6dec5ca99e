"""Who waits before whom, and for how long people usually do. Reads only."""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from .clocks import is_on_duty, measure_wait
from .deadlines import Urgency
from .errors import UnknownYearError
from .routing import find_bureau_id
from .tables import TicketEventRow, TicketRow
from .ticket_rows import find_clock_start
from .turn import Queue, Standing
from .types import Ticket, TicketState
from .working_time import WorkingCalendar

#: First replies that the expected wait is taken from; fewer than the second say
#: nothing.
_SAMPLES, _MIN_SAMPLES = 20, 5


def rank_urgency() -> ColumnElement[int]:
    """Return the place of a ticket's urgency, 0 for the most urgent."""
    order = {str(urgency): rank for rank, urgency in enumerate(Urgency)}
    return case(order, value=TicketRow.urgency)


def is_queued(now: datetime) -> ColumnElement[bool]:
    """Whether a ticket waits to be claimed now: not one put off until later."""
    is_awake = or_(TicketRow.snoozed_until.is_(None), TicketRow.snoozed_until <= now)
    return and_(TicketRow.state == TicketState.WAITING, is_awake)


def find_queue(
    session: Session,
    department: str,
    region: str,
    text: str,
    *,
    calendar: WorkingCalendar,
    now: datetime,
) -> Queue:
    """Find what somebody would have before them who were handed over now."""
    bureau_id = find_bureau_id(session, department, region, text)
    if bureau_id is None:
        return Queue()
    return find_queue_of(session, bureau_id, calendar=calendar, now=now)


def find_queue_of(
    session: Session, bureau_id: int, *, calendar: WorkingCalendar, now: datetime
) -> Queue:
    """Find the same for a bureau that is known."""
    later = str(Urgency.COMPLEX)
    ahead = session.execute(
        select(func.count(TicketRow.id)).where(
            is_queued(now), TicketRow.bureau_id == bureau_id, TicketRow.urgency != later
        )
    ).scalar_one()
    return Queue(ahead, _expect(session, bureau_id, calendar))


def find_standing(
    session: Session, ticket: Ticket, *, calendar: WorkingCalendar, now: datetime
) -> Standing:
    """Find how an open hand-over stands: who is served first, and how long it takes."""
    is_staffed = is_on_duty(now, calendar)
    opening = None if is_staffed else _find_opening(now, calendar)
    if ticket.state is not TicketState.WAITING:
        return Standing(is_staffed, opening)
    waited = measure_wait(find_clock_start(session, ticket), now, calendar)
    usual = None
    # Who has left a message is told when somebody is there, and no minutes.
    if is_staffed and not ticket.is_message and ticket.bureau_id is not None:
        usual = _expect(session, ticket.bureau_id, calendar)
    left = usual - waited if usual is not None else None
    ahead = count_ahead(session, ticket, now=now)
    return Standing(is_staffed, opening, ahead, left, waited)


def _find_opening(now: datetime, calendar: WorkingCalendar) -> datetime | None:
    try:
        return calendar.next_opening(now)
    except UnknownYearError:
        return None


def count_ahead(session: Session, ticket: Ticket, *, now: datetime) -> int:
    """Count the tickets of the same bureau that are served before this one."""
    rank = list(Urgency).index(ticket.urgency)
    due = ticket.due_first_reply_at or ticket.created_at
    is_before = or_(
        rank_urgency() < rank,
        and_(rank_urgency() == rank, TicketRow.due_first_reply_at < due),
        and_(
            rank_urgency() == rank,
            TicketRow.due_first_reply_at == due,
            TicketRow.id < ticket.id,
        ),
    )
    statement = select(func.count(TicketRow.id)).where(
        is_queued(now), TicketRow.bureau_id == ticket.bureau_id, is_before
    )
    return session.execute(statement).scalar_one()


def _expect(
    session: Session, bureau_id: int, calendar: WorkingCalendar
) -> timedelta | None:
    """Return the median of the latest waits of people who waited in the chat."""
    reopened = exists().where(
        TicketEventRow.ticket_id == TicketRow.id, TicketEventRow.action == "reopened"
    )
    rows = session.execute(
        select(TicketRow.created_at, TicketRow.first_reply_at)
        .where(TicketRow.bureau_id == bureau_id, TicketRow.is_message.is_(False))
        .where(TicketRow.first_reply_at.is_not(None), ~reopened)
        .order_by(TicketRow.id.desc())
        .limit(_SAMPLES)
    )
    seconds = [
        measure_wait(start, end, calendar).total_seconds() for start, end in rows if end
    ]
    if len(seconds) < _MIN_SAMPLES:
        return None
    return timedelta(seconds=median(seconds))
