"""What citizens wrote before it was masked: opened for a reason, and not for long."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine, exists, func, select, update
from sqlalchemy.orm import Session

from .auditing import audit
from .database import Transactions
from .errors import BotError, MessageNotFoundError
from .events import Clock
from .officer_rows import find_officer
from .privacy import mask_personal_data
from .queries import find_ticket
from .rights import Right, may_see_ticket
from .seal import Seal
from .tables import AuditRow, MessageRow, OfficerRow, TicketRow
from .types import Ticket, TicketState
from .working_time import BEIJING, start_of_day

#: Kept so long after the hand-over was settled; then the masked line is all there is.
#: Source: PIPL art. 19, the shortest time that the purpose needs.
KEPT_FOR = timedelta(days=30)

#: Lines one officer may open a day. Source: service-norms §4.2.
MAX_A_DAY = 50

MIN_REASON_CHARS, MAX_REASON_CHARS = 4, 100

REVEALED = "message.revealed"


class RevealError(BotError):
    """Base of the errors of opening an original."""


class RevealReasonError(RevealError, ValueError):
    """The reason is missing, too short or too long."""


class RevealQuotaError(RevealError):
    """The officer has opened as many lines today as one may."""


class RevealRefusedError(RevealError, PermissionError):
    """Neither the holder of the ticket nor somebody who leads."""


class OriginalStore:
    """Opens and erases originals; every public method is one transaction."""

    def __init__(self, engine: Engine, seal: Seal, clock: Clock) -> None:
        """Keep originals in a database.

        Args:
            engine: The database, migrated.
            seal: Encrypted them.
            clock: Now, aware UTC.
        """
        self._tx = Transactions(engine)
        self._seal = seal
        self._clock = clock

    def reveal(self, message_id: int, *, officer_id: int, reason: str) -> str:
        """Return what a line said before it was masked, and write down who looked.

        Args:
            message_id: A line of a citizen's under a ticket.
            officer_id: Who looks: the ticket's holder, or somebody who leads.
            reason: Why, 4 to 100 characters; stands in the audit trail, masked.

        Raises:
            MessageNotFoundError: If there is no such line or no original of it.
            RevealRefusedError: If it is not theirs to open.
            RevealReasonError: If the reason is none.
            RevealQuotaError: If they opened ``MAX_A_DAY`` lines today.
            UnsealError: If it was sealed under another key.
        """
        told = " ".join(mask_personal_data(reason).split())
        with self._tx.write() as session:
            row = session.get(MessageRow, message_id)
            if row is None or row.original_sealed is None or row.ticket_id is None:
                raise MessageNotFoundError(message_id)
            ticket = find_ticket(session, row.ticket_id)
            if ticket is None or not may_reveal(session, ticket, officer_id):
                raise RevealRefusedError(message_id)
            if not MIN_REASON_CHARS <= len(told) <= MAX_REASON_CHARS:
                raise RevealReasonError(message_id)
            now = self._clock()
            # Two requests at once must not both be the fiftieth.
            session.execute(
                select(OfficerRow.id)
                .where(OfficerRow.id == officer_id)
                .with_for_update()
            )
            if _count_today(session, officer_id, now) >= MAX_A_DAY:
                raise RevealQuotaError(officer_id)
            subject = f"ticket {ticket.id} message {message_id}"
            audit(
                session, REVEALED, subject, officer_id=officer_id, at=now, detail=told
            )
            return self._seal.unseal(row.original_sealed)

    def erase_old(self) -> int:
        """Erase the originals whose hand-over was settled long enough ago.

        Returns:
            How many.
        """
        over = (TicketState.RESOLVED, TicketState.CLOSED)
        settled_at = func.coalesce(TicketRow.resolved_at, TicketRow.closed_at)
        is_old = exists().where(
            TicketRow.id == MessageRow.ticket_id,
            TicketRow.state.in_(over),
            settled_at < self._clock() - KEPT_FOR,
        )
        statement = (
            update(MessageRow)
            .where(MessageRow.original_sealed.is_not(None), is_old)
            .values(original_sealed=None)
        )
        with self._tx.write() as session:
            erased: int = session.execute(statement).rowcount  # type: ignore[attr-defined]
            return erased


def may_reveal(session: Session, ticket: Ticket, officer_id: int) -> bool:
    """Tell whether an officer may open the originals of a ticket."""
    officer = find_officer(session, officer_id)
    if officer is None or not may_see_ticket(officer, ticket):
        return False
    return ticket.officer_id == officer_id or officer.may(Right.LEAD)


def _count_today(session: Session, officer_id: int, now: datetime) -> int:
    today = now.astimezone(BEIJING).date()
    counted = select(func.count()).where(
        AuditRow.officer_id == officer_id,
        AuditRow.action == REVEALED,
        AuditRow.at >= start_of_day(today),
    )
    return session.scalar(counted) or 0
