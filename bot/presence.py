"""Whether officers are at their desks: what they say, and when they last moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Engine, func, or_, select, update

from .auditing import audit
from .database import Transactions
from .events import Clock
from .listing import HELD, UNSEEN_FOR
from .officer_rows import select_officers, to_officer
from .rights import Right
from .tables import OfficerRow, TicketRow


class Presence(StrEnum):
    """What an officer says about being there."""

    ONLINE = "online"
    BUSY = "busy"
    AWAY = "away"

    @property
    def label(self) -> str:
        """What officers read, Chinese."""
        return _LABELS[self]

    @property
    def effect(self) -> str:
        """What it brings about, one Chinese sentence."""
        return _EFFECTS[self]


_LABELS = {Presence.ONLINE: "在线", Presence.BUSY: "忙碌", Presence.AWAY: "离开"}

_EFFECTS = {
    Presence.ONLINE: "新会话会提醒您，组长会把会话分给您。",
    Presence.BUSY: "新会话不提醒您，手上的会话照常。",
    Presence.AWAY: "不提醒您，手上的会话会列为“无人照看”，组长可以改派。",
}


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who could take a ticket of a bureau."""

    id: int
    name: str
    staff_number: str
    presence: Presence
    #: Whether the pages were touched lately, and the officer did not say away.
    is_here: bool
    #: Tickets that are held now.
    held: int


class PresenceStore:
    """Keeps presence; every public method is one transaction."""

    def __init__(
        self, engine: Engine, clock: Clock, *, is_small_office: bool = True
    ) -> None:
        """Keep presence in a database; arguments as for ``OfficerStore``."""
        self._tx = Transactions(engine)
        self._clock = clock
        self._is_small_office = is_small_office

    def get(self, officer_id: int) -> Presence:
        """Return what an officer said last; whoever never did is online."""
        said = select(OfficerRow.presence).where(OfficerRow.id == officer_id)
        with self._tx.read() as session:
            return Presence(session.scalar(said) or Presence.ONLINE)

    def set(self, officer_id: int, presence: Presence) -> None:
        """Note what an officer says; saying it again is no news for the audit."""
        with self._tx.write() as session:
            row = session.get(OfficerRow, officer_id)
            if row is None or row.presence == presence:
                return
            row.presence = presence
            at, subject = self._clock(), f"officer {officer_id}"
            audit(
                session, f"presence.{presence}", subject, officer_id=officer_id, at=at
            )

    def stamp(self, officer_id: int) -> None:
        """Note that an officer has just touched a page."""
        with self._tx.write() as session:
            session.execute(
                update(OfficerRow)
                .where(OfficerRow.id == officer_id)
                .values(seen_at=self._clock())
            )

    def list_colleagues(self, bureau_id: int | None) -> list[Colleague]:
        """List who may serve the tickets of a bureau; who is there and free first.

        Args:
            bureau_id: Of the ticket; None = only officers of the whole office.
        """
        statement = (
            select_officers()
            .where(OfficerRow.is_active)
            .where(
                or_(OfficerRow.bureau_id.is_(None), OfficerRow.bureau_id == bureau_id)
            )
        )
        counted = (
            select(TicketRow.officer_id, func.count())
            .where(TicketRow.state.in_(HELD))
            .group_by(TicketRow.officer_id)
        )
        with self._tx.read() as session:
            held = {row[0]: row[1] for row in session.execute(counted)}
            rows = session.execute(statement).all()
            is_small = self._is_small_office
            found = [
                self._to_colleague(row, held.get(row.id, 0))
                for row, bureau in rows
                if to_officer(row, bureau, is_small_office=is_small).may(Right.SERVE)
            ]
        ranks = list(Presence)
        return sorted(
            found, key=lambda c: (not c.is_here, ranks.index(c.presence), c.held, c.id)
        )

    def _to_colleague(self, row: OfficerRow, held: int) -> Colleague:
        presence = Presence(row.presence)
        return Colleague(
            row.id,
            row.name,
            row.staff_number,
            presence,
            presence is not Presence.AWAY and self._is_fresh(row.seen_at),
            held,
        )

    def _is_fresh(self, seen_at: datetime | None) -> bool:
        return seen_at is not None and seen_at > self._clock() - UNSEEN_FOR
