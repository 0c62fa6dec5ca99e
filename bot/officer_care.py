"""What keeps accounts in order: unlocking them, and closing those nobody uses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Engine,
    String,
    cast,
    exists,
    func,
    literal,
    select,
)

from .accounts import OfficerNotFoundError
from .auditing import audit
from .database import Transactions
from .officer_rows import count_administrators, raise_epoch
from .rights import Role
from .tables import AuditRow, OfficerRow

#: An account that nobody logged in to for so long is closed. Source: GB/T 22239-2019
#: 8.1.4.2 c) takes away accounts that are surplus or out of date; 90 days is the usual
#: reading of assessors.
UNUSED_FOR = timedelta(days=90)


class OfficerCare:
    """Looks after accounts from outside the console; a method is one transaction."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._tx = Transactions(engine)
        self._clock = clock

    def find_id(self, login: str) -> int:
        """Return whose login it is.

        Raises:
            OfficerNotFoundError: If it is nobody's.
        """
        statement = select(OfficerRow.id).where(OfficerRow.login == login.casefold())
        with self._tx.read() as session:
            found = session.scalar(statement)
        if found is None:
            raise OfficerNotFoundError(0)
        return found

    def is_locked(self, officer_id: int) -> bool:
        """Tell whether too many wrong passwords have closed an account for now."""
        with self._tx.read() as session:
            until = session.get_one(OfficerRow, officer_id).locked_until
        return until is not None and until > self._clock()

    def unlock(self, officer_id: int, *, changed_by: int | None) -> None:
        """Let an account try again at once; None = from the server's command line.

        Raises:
            OfficerNotFoundError: If there is none.
        """
        with self._tx.write() as session:
            row = session.get(OfficerRow, officer_id)
            if row is None:
                raise OfficerNotFoundError(officer_id)
            row.failed_logins, row.locked_until = 0, None
            now, subject = self._clock(), f"officer {officer_id}"
            audit(session, "login.unlocked", subject, officer_id=changed_by, at=now)

    def retire_unused(self) -> list[int]:
        """Close accounts that nobody used for ``UNUSED_FOR``; returns their ids.

        One that was switched on again counts from then. The last administrator stays.
        """
        now = self._clock()
        with self._tx.write() as session:
            unused = session.scalars(
                select(OfficerRow)
                .where(OfficerRow.is_active, *_is_unused(now - UNUSED_FOR))
                .order_by(OfficerRow.id)
            ).all()
            retired = []
            for row in unused:
                is_chief = row.role == Role.ADMINISTRATOR
                if is_chief and count_administrators(session) <= 1:
                    continue
                raise_epoch(session, row.id, is_active=False)
                session.flush()
                audit(
                    session,
                    "officer.unused",
                    f"officer {row.id}",
                    officer_id=None,
                    at=now,
                )
                retired.append(row.id)
        return retired


def _is_unused(since: datetime) -> tuple[ColumnElement[bool], ...]:
    last = func.coalesce(OfficerRow.last_login_at, OfficerRow.created_at)
    subject = literal("officer ") + cast(OfficerRow.id, String)
    was_switched_on = exists().where(
        AuditRow.action == "officer.on",
        AuditRow.subject == subject,
        AuditRow.at >= since,
    )
    return (last < since, ~was_switched_on)
