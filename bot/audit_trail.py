"""The audit trail as an auditor reads it, and whether it is as it was written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Engine, select

from .audit_check import AuditVerdict, check_trail, seal_trail
from .auditing import audit
from .database import Transactions
from .events import Clock
from .tables import AuditRow, OfficerRow
from .working_time import start_of_day

#: Actions on the trail itself.
VERIFIED, SEALED = "audit.verified", "audit.sealed"

_ONE_STATE = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"

#: Rows named in a note; one is enough to look.
_NAMED_ROWS = 5


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what, when; never text of a citizen's."""

    id: int
    at: datetime
    #: None = the service itself, or somebody who was not logged in.
    officer_id: int | None
    #: Name and login; empty for None.
    officer_name: str
    action: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted; the defaults want all."""

    officer_id: int | None = None
    #: Whole, such as ``officer.off``.
    action: str = ""
    #: Beijing day.
    on: date | None = None


class AuditTrail:
    """Reads what was written down, and looks whether it was altered.

    A method is one transaction; but ``verify`` reads in one and notes in another.
    """

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._tx = Transactions(engine)
        self._clock = clock

    def check(self, *, expect: str = "") -> AuditVerdict:
        """Look through the whole trail, and leave no note of it.

        Args:
            expect: A head noted earlier; it must still be part of the trail.

        Raises:
            NotedHeadError: If ``expect`` cannot be a head.
            StoreUnavailableError: If the database cannot be used.
        """
        with self._tx.read() as session:
            connection = session.connection()
            if connection.dialect.name == "postgresql":
                # Rows and head as of one moment, while others go on writing.
                connection.exec_driver_sql(_ONE_STATE)
            return check_trail(connection, expect=expect)

    def verify(
        self, *, officer_id: int | None = None, expect: str = ""
    ) -> AuditVerdict:
        """Do the same and write down in the trail itself what came out.

        Args:
            officer_id: Who asked for it; None = the service.
            expect: As in ``check``.

        Raises:
            NotedHeadError: If ``expect`` cannot be a head.
            StoreUnavailableError: If the database cannot be used.
        """
        verdict = self.check(expect=expect)
        found = "whole" if verdict.is_whole else f"broken at {_name_rows(verdict)}"
        with self._tx.write() as session:
            audit(
                session,
                VERIFIED,
                f"audit {verdict.count}",
                officer_id=officer_id,
                at=self._clock(),
                detail=f"{found}; head {verdict.head}",
            )
        return verdict

    def seal_anew(self, because: str) -> AuditVerdict:
        """Chain everything anew as it stands, and write down why and what was found.

        Returns:
            What looking through it showed before.

        Raises:
            StoreUnavailableError: If the database cannot be used.
        """
        with self._tx.write() as session:
            verdict = check_trail(session.connection())
            found = "whole" if verdict.is_whole else f"broken at {_name_rows(verdict)}"
            seal_trail(session.connection(), at=self._clock())
            audit(
                session,
                SEALED,
                f"audit {verdict.count}",
                officer_id=None,
                at=self._clock(),
                detail=f"was {found}; head {verdict.head}; {because}",
            )
        return verdict

    def find_last_check(self) -> AuditEntry | None:
        """Return the entry of the last verification; None if there was none."""
        wanted = AuditFilter(action=VERIFIED)
        return next(iter(self.list(wanted, limit=1)), None)

    def list(
        self, wanted: AuditFilter, *, before: int | None = None, limit: int = 50
    ) -> list[AuditEntry]:
        """Return entries, newest first.

        Args:
            wanted: The filter.
            before: Only entries with a smaller id: the next page.
            limit: How many at most.
        """
        statement = select(AuditRow, OfficerRow).outerjoin(
            OfficerRow, AuditRow.officer_id == OfficerRow.id
        )
        if wanted.officer_id is not None:
            statement = statement.where(AuditRow.officer_id == wanted.officer_id)
        if wanted.action:
            statement = statement.where(AuditRow.action == wanted.action)
        if wanted.on is not None:
            start = start_of_day(wanted.on)
            end = start + timedelta(days=1)
            statement = statement.where(AuditRow.at >= start, AuditRow.at < end)
        if before is not None:
            statement = statement.where(AuditRow.id < before)
        statement = statement.order_by(AuditRow.id.desc()).limit(limit)
        with self._tx.read() as session:
            return [_to_entry(*row) for row in session.execute(statement)]

    def list_actions(self) -> tuple[str, ...]:
        """Return what was ever written down, by name."""
        statement = select(AuditRow.action).distinct().order_by(AuditRow.action)
        with self._tx.read() as session:
            return tuple(session.scalars(statement))


def _name_rows(verdict: AuditVerdict) -> str:
    """Return the ids of the first rows that do not fit: ``37, 41``."""
    return ", ".join(str(one.row_id) for one in verdict.breaks[:_NAMED_ROWS])


def _to_entry(row: AuditRow, officer: OfficerRow | None) -> AuditEntry:
    name = f"{officer.name}（{officer.login}）" if officer else ""
    return AuditEntry(
        id=row.id,
        at=row.at,
        officer_id=row.officer_id,
        officer_name=name,
        action=row.action,
        subject=row.subject,
        detail=row.detail,
    )
