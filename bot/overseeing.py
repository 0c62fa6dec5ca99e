"""What supervisors and team leads do: look on, and give many tickets to somebody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine, exists, select

from .auditing import audit
from .database import Transactions
from .desk import Desk
from .errors import (
    ForeignTicketError,
    IllegalMoveError,
    NotHolderError,
    TicketFieldError,
    TicketNotFoundError,
)
from .events import Clock
from .tables import AuditRow
from .types import Ticket

#: Tickets given away at once; more is a mistake rather than a wish.
MAX_MOVED = 200

#: Looking again within this time is the same look.
_SAME_LOOK = timedelta(hours=1)

_WATCHED = "ticket.watched"


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one ticket of many."""

    ticket_id: int
    #: As it stands now; None if it could not be moved.
    ticket: Ticket | None = None
    #: Why not, Chinese; empty if it was moved.
    reason: str = ""


class Overseer:
    """Leads a desk; each ticket moved is a transaction of its own."""

    def __init__(self, engine: Engine, clock: Clock, desk: Desk) -> None:
        """Oversee what a desk does."""
        self._tx = Transactions(engine)
        self._clock = clock
        self._desk = desk

    def note_look(self, ticket: Ticket, *, officer_id: int) -> bool:
        """Note that somebody reads along in a ticket that is not theirs.

        Returns:
            Whether this is a new look; one that goes on is noted once an hour.
        """
        if not ticket.is_held or ticket.is_held_by(officer_id):
            return False
        at, subject = self._clock(), f"ticket {ticket.id}"
        noted = select(AuditRow.id).where(
            AuditRow.officer_id == officer_id,
            AuditRow.action == _WATCHED,
            AuditRow.subject == subject,
            AuditRow.at > at - _SAME_LOOK,
        )
        with self._tx.read() as session:
            if session.scalar(select(exists(noted))):
                return False
        with self._tx.write() as session:
            audit(session, _WATCHED, subject, officer_id=officer_id, at=at)
        return True

    def move(
        self, ticket_ids: Iterable[int], to_officer_id: int | None, *, officer_id: int
    ) -> list[Moved]:
        """Give tickets to an officer, or back to the queue; says what became of each.

        One that cannot be moved does not hold up the others.

        Args:
            ticket_ids: At most ``MAX_MOVED``; each is moved once.
            to_officer_id: Who holds them afterwards; None = whoever claims them.
            officer_id: Who does it; the view checks that they lead.

        Raises:
            ValueError: If there are too many.
        """
        wanted = list(dict.fromkeys(ticket_ids))
        if len(wanted) > MAX_MOVED:
            raise ValueError(f"{len(wanted)} tickets at once")
        return [self._move_one(id_, to_officer_id, officer_id) for id_ in wanted]

    def _move_one(
        self, ticket_id: int, to_officer_id: int | None, officer_id: int
    ) -> Moved:
        try:
            if to_officer_id is None:
                ticket = self._desk.release(ticket_id, officer_id=officer_id)
            else:
                ticket = self._desk.assign(
                    ticket_id, to_officer_id, officer_id=officer_id
                )
        except TicketFieldError as e:
            return Moved(ticket_id, reason=e.reason)
        except ForeignTicketError:
            return Moved(ticket_id, reason="不归这个部门，请先转办。")
        except TicketNotFoundError:
            return Moved(ticket_id, reason="没有这个会话。")
        except (IllegalMoveError, NotHolderError):
            return Moved(ticket_id, reason="状态已经变了，或者在微信客服那里。")
        return Moved(ticket_id, ticket)
