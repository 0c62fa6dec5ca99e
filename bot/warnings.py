"""Warnings about tickets' clocks: before, after, and long after they are due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Engine, select
from sqlalchemy.orm import Session

from .clocks import GetCalendar, find_moment, get_usual_calendar
from .database import Transactions
from .events import Clock, Event, Publish, publish_nothing
from .listing import OPEN
from .officer_rows import find_officer
from .queries import select_tickets
from .records import to_ticket
from .tables import TicketEventRow, TicketRow, WarningRow
from .ticket_rows import find_clock_start, lock_ticket, note_event
from .types import Ticket, TicketClock
from .upserting import insert_into
from .visibility import seen_by

#: Share of the time after which the holder is warned.
SOON_SHARE = 0.8

#: Share after which the supervisor is told.
ESCALATED_SHARE = 2.0

#: Times that a warning is tried outside the console, and how old it may be.
MAX_TRIES, FRESH_FOR = 3, timedelta(hours=1)

_MAX_ERROR_CHARS = 300

#: The event of a warning that could not be told.
_FAILED = "alert_failed"


class WarningLevel(StrEnum):
    """How bad it is, and so whose business."""

    #: For the holder, or the bureau while nobody holds it.
    SOON = "soon"
    #: For who leads the bureau.
    OVERDUE = "overdue"
    #: For the supervisor.
    ESCALATED = "escalated"


@dataclass(frozen=True, slots=True)
class TicketWarning:
    """A clock of a ticket that runs out or has run out."""

    ticket_id: int
    bureau_id: int | None
    bureau_name: str
    #: Who holds the ticket; empty for nobody.
    holder: str
    clock: TicketClock
    level: WarningLevel
    #: When the clock reached this level.
    at: datetime
    due_at: datetime | None
    #: Of the stored warning; 0 = not stored yet.
    id: int = 0
    #: When it was told outside the console; None = not (yet).
    sent_at: datetime | None = None
    error: str = ""


class WarningStore:
    """Finds, stores and hands out warnings; every public method is one transaction."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        publish: Publish = publish_nothing,
        get_calendar: GetCalendar = get_usual_calendar,
        *,
        escalated_share: float = ESCALATED_SHARE,
    ) -> None:
        """Wire the store.

        Args:
            engine: The database, migrated.
            clock: Now, aware UTC.
            publish: Tells open pages about new warnings.
            get_calendar: When officers are on duty.
            escalated_share: Of the time for something, after which the supervisor is
                told; more than 1.
        """
        self._tx = Transactions(engine)
        self._clock = clock
        self._publish = publish
        self._get_calendar = get_calendar
        self._shares = {
            WarningLevel.SOON: SOON_SHARE,
            WarningLevel.OVERDUE: 1.0,
            WarningLevel.ESCALATED: escalated_share,
        }

    def find_due(self, now: datetime) -> list[TicketWarning]:
        """Find the warnings that are due and were not given yet; stores nothing."""
        with self._tx.read() as session:
            rows = session.execute(
                select_tickets()
                .where(TicketRow.state.in_(OPEN), TicketRow.kf_account == "")
                .order_by(TicketRow.id)
            )
            tickets = [to_ticket(*row) for row in rows]
            given = _list_given(session)
            return [
                warning
                for ticket in tickets
                for warning in self._judge(session, ticket, now)
                if (warning.ticket_id, warning.clock, warning.level) not in given
            ]

    def mark(self, warnings: Iterable[TicketWarning]) -> int:
        """Store warnings and tell the console, each once whoever else does it.

        Returns:
            How many were new.
        """
        done = 0
        for warning in warnings:
            event = self._mark_one(warning)
            if event is not None:
                self._publish(*event)
                done += 1
        return done

    def list_unsent(self) -> list[TicketWarning]:
        """List fresh warnings that nobody was told outside the console, oldest first.

        One that failed comes again, three times in all.
        """
        since = self._clock() - FRESH_FOR
        with self._tx.read() as session:
            found = _list_warnings(
                session, WarningRow.sent_at.is_(None), WarningRow.at >= since
            )
            tries = _count_tries(session, found)
        return [w for w in found if tries[w.id] < MAX_TRIES]

    def note_sent(self, warning: TicketWarning) -> None:
        """Note that a warning was told outside the console."""
        with self._tx.write() as session:
            row = session.get(WarningRow, warning.id)
            if row is not None:
                row.sent_at, row.error = self._clock(), ""

    def note_failed(self, warning: TicketWarning, error: str) -> None:
        """Note that a warning could not be told; ``error`` holds no secret."""
        with self._tx.write() as session:
            row = session.get(WarningRow, warning.id)
            if row is None:
                return
            row.error = error[:_MAX_ERROR_CHARS]
            note_event(
                session,
                lock_ticket(session, row.ticket_id),
                _FAILED,
                officer_id=None,
                at=self._clock(),
                warning=row.id,
            )

    def list_open(self, *, officer_id: int | None) -> list[TicketWarning]:
        """List the warnings of open tickets that an officer may see, newest first.

        Args:
            officer_id: Who looks; None = the service itself, which sees all.
        """
        conditions: list[ColumnElement[bool]] = [TicketRow.state.in_(OPEN)]
        with self._tx.read() as session:
            if officer_id is not None:
                conditions.append(seen_by(find_officer(session, officer_id)))
            return _list_warnings(session, *conditions, newest_first=True)

    def _judge(
        self, session: Session, ticket: Ticket, now: datetime
    ) -> list[TicketWarning]:
        """Return all levels that a ticket's running clocks have reached."""
        start, calendar = find_clock_start(session, ticket), self._get_calendar()
        found = []
        for clock in ticket.running:
            for level, share in self._shares.items():
                at = find_moment(ticket, clock, start, share, calendar)
                if at is not None and at <= now:
                    found.append(_warn(ticket, clock, level, now))
        return found

    def _mark_one(self, warning: TicketWarning) -> Event | None:
        with self._tx.write() as session:
            ticket = lock_ticket(session, warning.ticket_id)
            if warning.clock not in ticket.running:
                return None  # answered meanwhile
            # Two workers may find the same one: the database lets one of them in.
            row_id = session.execute(
                insert_into(session, WarningRow)
                .values(
                    ticket_id=warning.ticket_id,
                    clock=warning.clock,
                    level=warning.level,
                    at=warning.at,
                    error="",
                )
                .on_conflict_do_nothing(index_elements=["ticket_id", "clock", "level"])
                .returning(WarningRow.id)
            ).scalar_one_or_none()
            if row_id is None:
                return None
            note_event(
                session,
                ticket,
                "warned",
                officer_id=None,
                at=self._clock(),
                clock=str(warning.clock),
                level=str(warning.level),
            )
        data: dict[str, object] = {
            "ticket_id": warning.ticket_id,
            "clock": str(warning.clock),
            "level": str(warning.level),
        }
        return "warning", data


def _warn(
    ticket: Ticket, clock: TicketClock, level: WarningLevel, at: datetime
) -> TicketWarning:
    return TicketWarning(
        ticket.id,
        ticket.bureau_id,
        ticket.bureau_name,
        ticket.officer_name,
        clock,
        level,
        at,
        ticket.due_of(clock),
    )


def _list_warnings(
    session: Session, *conditions: ColumnElement[bool], newest_first: bool = False
) -> list[TicketWarning]:
    order = WarningRow.id.desc() if newest_first else WarningRow.id.asc()
    rows = session.execute(
        select_tickets()
        .add_columns(WarningRow)
        .join(WarningRow, WarningRow.ticket_id == TicketRow.id)
        .where(*conditions)
        .order_by(order)
    )
    found = []
    for *of_ticket, row in rows:
        warning = _warn(
            to_ticket(*of_ticket),
            TicketClock(row.clock),
            WarningLevel(row.level),
            row.at,
        )
        found.append(replace(warning, id=row.id, sent_at=row.sent_at, error=row.error))
    return found


def _list_given(session: Session) -> set[tuple[int, str, str]]:
    """Return which warnings open tickets have had."""
    rows = session.execute(
        select(WarningRow.ticket_id, WarningRow.clock, WarningRow.level)
        .join(TicketRow, WarningRow.ticket_id == TicketRow.id)
        .where(TicketRow.state.in_(OPEN))
    )
    return {(ticket_id, clock, level) for ticket_id, clock, level in rows}


def _count_tries(session: Session, warnings: list[TicketWarning]) -> Counter[object]:
    """Count how often each warning could not be told, by its id."""
    details = session.scalars(
        select(TicketEventRow.detail)
        .where(TicketEventRow.ticket_id.in_({w.ticket_id for w in warnings}))
        .where(TicketEventRow.action == _FAILED)
    )
    return Counter(detail["warning"] for detail in details)
