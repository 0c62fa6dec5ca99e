"""The audit trail as an auditor reads it; nothing here can change it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Engine, select

from .assistant import BEIJING
from .database import Transactions
from .tables import AuditRow, OfficerRow


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
    """Reads what was written down; a method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._tx = Transactions(engine)

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
            start = datetime.combine(wanted.on, time(), BEIJING)
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
