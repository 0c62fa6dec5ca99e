"""Where bureaus are kept; a method is one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import Engine, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from .auditing import audit
from .bureau import Bureau, BureauNotFoundError, BureauTakenError, DefaultBureauError
from .database import Transactions
from .events import Clock
from .tables import BureauRow, OfficerRow, TicketRow
from .types import TicketState

# A method called list hides the type of that name inside its class.
_Bureaus: TypeAlias = list[Bureau]

_OVER = (TicketState.RESOLVED, TicketState.CLOSED)


@dataclass(frozen=True, slots=True)
class BureauUse:
    """What depends on a bureau."""

    #: Accounts that are on.
    officers: int = 0
    #: Tickets neither resolved nor closed.
    open_tickets: int = 0


class BureauStore:
    """The bureaus of the office; changes are audited."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._tx = Transactions(engine)
        self._clock = clock

    def list(self) -> _Bureaus:
        """Return all: the default one first, then those that are on, by name."""
        order = (
            BureauRow.is_default.desc(),
            BureauRow.is_active.desc(),
            BureauRow.name,
        )
        with self._tx.read() as session:
            rows = session.scalars(select(BureauRow).order_by(*order))
            return [to_bureau(row) for row in rows]

    def get(self, bureau_id: int) -> Bureau:
        """Return one, also if it is off.

        Raises:
            BureauNotFoundError: If there is none.
        """
        with self._tx.read() as session:
            return to_bureau(_get_row(session, bureau_id))

    def count_uses(self) -> Mapping[int, BureauUse]:
        """Count what depends on each bureau, by its id; without those of no use."""
        officers = (
            select(OfficerRow.bureau_id, func.count())
            .where(OfficerRow.bureau_id.is_not(None), OfficerRow.is_active)
            .group_by(OfficerRow.bureau_id)
        )
        tickets = (
            select(TicketRow.bureau_id, func.count())
            .where(TicketRow.bureau_id.is_not(None), TicketRow.state.not_in(_OVER))
            .group_by(TicketRow.bureau_id)
        )
        with self._tx.read() as session:
            people = dict(session.execute(officers).all())
            chats = dict(session.execute(tickets).all())
        return {
            id_: BureauUse(people.get(id_, 0), chats.get(id_, 0))
            for id_ in people.keys() | chats.keys()
            if id_ is not None
        }

    def save(self, bureau: Bureau, *, changed_by: int) -> int:
        """Store a new one, or change the one whose id it carries; returns the id.

        Args:
            bureau: As ``check_bureau`` returned it; what it says of being default or
                off is ignored.
            changed_by: Officer.

        Raises:
            BureauNotFoundError: If it carries an id that is gone.
            BureauTakenError: If another one has this name.
        """
        action = "bureau.changed" if bureau.id else "bureau.added"
        try:
            with self._tx.write() as session:
                row = _get_row(session, bureau.id) if bureau.id else BureauRow()
                row.name = bureau.name
                row.departments = list(bureau.departments)
                row.regions = list(bureau.regions)
                row.topics = list(bureau.topics)
                session.add(row)
                session.flush()
                self._note(session, action, row.id, changed_by)
                return row.id
        except IntegrityError as e:
            raise BureauTakenError from e

    def merge(self, bureaus: Sequence[Bureau]) -> int:
        """Store those whose name is new and change the others; all of them or none.

        Args:
            bureaus: As ``check_bureau`` returned them, each name once.

        Returns:
            How many are new.
        """
        added = 0
        with self._tx.write() as session:
            rows = session.scalars(select(BureauRow)).all()
            known = {row.name: row for row in rows}
            for bureau in bureaus:
                is_new = bureau.name not in known
                row = known.get(bureau.name) or BureauRow(name=bureau.name)
                added += is_new
                row.departments = list(bureau.departments)
                row.regions = list(bureau.regions)
                row.topics = list(bureau.topics)
                session.add(row)
                session.flush()
                action = "bureau.added" if is_new else "bureau.changed"
                self._note(session, action, row.id, None)
        return added

    def set_active(self, bureau_id: int, *, is_active: bool, changed_by: int) -> None:
        """Switch one on or off; one that is off gets no new tickets.

        Raises:
            BureauNotFoundError: If there is none.
            DefaultBureauError: If it is the default one and would go off.
        """
        action = "bureau.on" if is_active else "bureau.off"
        with self._tx.write() as session:
            row = _get_row(session, bureau_id)
            if row.is_default and not is_active:
                raise DefaultBureauError
            row.is_active = is_active
            self._note(session, action, bureau_id, changed_by)

    def set_default(self, bureau_id: int, *, changed_by: int) -> None:
        """Let this one take what no other does, in the place of the one before.

        Raises:
            BureauNotFoundError: If there is none.
            DefaultBureauError: If it is off.
        """
        with self._tx.write() as session:
            row = _get_row(session, bureau_id)
            if not row.is_active:
                raise DefaultBureauError
            session.execute(
                update(BureauRow).values(is_default=BureauRow.id == bureau_id)
            )
            self._note(session, "bureau.default", bureau_id, changed_by)

    def ensure_default(self, name: str) -> None:
        """Make the default bureau under this name, unless there is one."""
        with self._tx.write() as session:
            default = select(BureauRow.id).where(BureauRow.is_default).limit(1)
            if session.scalar(default) is not None:
                return
            row = session.scalar(select(BureauRow).where(BureauRow.name == name))
            if row is None:
                row = BureauRow(name=name, departments=[], regions=[], topics=[])
                session.add(row)
            row.is_default = row.is_active = True
            session.flush()
            self._note(session, "bureau.default", row.id, None)

    def _note(
        self, session: Session, action: str, bureau_id: int, officer_id: int | None
    ) -> None:
        audit(
            session,
            action,
            f"bureau {bureau_id}",
            officer_id=officer_id,
            at=self._clock(),
        )


def to_bureau(row: BureauRow) -> Bureau:
    """Return a stored bureau."""
    return Bureau(
        id=row.id,
        name=row.name,
        departments=tuple(row.departments),
        regions=tuple(row.regions),
        topics=tuple(row.topics),
        is_default=row.is_default,
        is_active=row.is_active,
    )


def _get_row(session: Session, bureau_id: int) -> BureauRow:
    row = session.get(BureauRow, bureau_id)
    if row is None:
        raise BureauNotFoundError(bureau_id)
    return row
