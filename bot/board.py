"""The live board: who waits, who serves, what runs late; one read transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from .accounts import Officer
from .database import Transactions
from .events import Clock
from .listing import OPEN, UNSEEN_FOR, queue_order
from .queries import select_tickets
from .records import to_ticket
from .rights import Right, Role, rights_of
from .tables import BureauRow, OfficerRow, TicketRow
from .types import Ticket, TicketState
from .visibility import seen_by

#: Tickets looked at for one board; an office with more open ones needs other help.
_MAX_OPEN = 5_000


@dataclass(frozen=True, slots=True)
class AgentLoad:
    """Somebody who serves, and what they hold now."""

    officer_id: int
    name: str
    bureau_id: int | None
    #: "online", "busy", "away" as chosen; "offline" when no page has been open lately.
    presence: str
    held: int
    overdue: int


@dataclass(frozen=True, slots=True)
class BureauLoad:
    """What one bureau has to do now."""

    bureau_id: int | None
    name: str
    waiting: int = 0
    held: int = 0
    overdue: int = 0
    offered: int = 0
    unattended: int = 0
    #: Of the citizen who has waited longest to be claimed.
    longest_wait: timedelta | None = None
    agents: Sequence[AgentLoad] = field(default_factory=tuple)

    def count_agents(self, *presences: str) -> int:
        """Count the agents of these presences."""
        return sum(1 for agent in self.agents if agent.presence in presences)


@dataclass(frozen=True, slots=True)
class Board:
    """All bureaus that somebody may watch, and their sum."""

    at: datetime
    bureaus: Sequence[BureauLoad]
    #: Who has waited longest of all; None = nobody waits.
    longest: Ticket | None

    @property
    def waiting(self) -> int:
        """Tickets for somebody to claim."""
        return sum(bureau.waiting for bureau in self.bureaus)

    @property
    def held(self) -> int:
        """Tickets being served."""
        return sum(bureau.held for bureau in self.bureaus)

    @property
    def overdue(self) -> int:
        """Tickets of which a running clock is over."""
        return sum(bureau.overdue for bureau in self.bureaus)

    @property
    def offered(self) -> int:
        """Tickets offered to another bureau and not yet accepted."""
        return sum(bureau.offered for bureau in self.bureaus)

    @property
    def unattended(self) -> int:
        """Tickets whose holder is not there."""
        return sum(bureau.unattended for bureau in self.bureaus)

    @property
    def longest_wait(self) -> timedelta | None:
        """How long that one has waited."""
        waits = [b.longest_wait for b in self.bureaus if b.longest_wait is not None]
        return max(waits, default=None)

    @property
    def agents(self) -> list[AgentLoad]:
        """Everybody who serves, those with most first."""
        everybody = [agent for bureau in self.bureaus for agent in bureau.agents]
        return sorted(everybody, key=lambda agent: (-agent.held, agent.name))


class BoardStore:
    """Draws the board; changes nothing."""

    def __init__(
        self, engine: Engine, clock: Clock, *, is_small_office: bool = True
    ) -> None:
        """Wire it.

        Args:
            engine: The database, migrated.
            clock: Now, aware UTC.
            is_small_office: Whether administrators serve too.
        """
        self._tx = Transactions(engine)
        self._clock = clock
        self._is_small_office = is_small_office

    def draw(self, officer: Officer) -> Board:
        """Return the board of the bureaus that an officer may watch.

        Args:
            officer: Who looks: a supervisor sees all bureaus, a lead the own one.
        """
        now = self._clock()
        with self._tx.read() as session:
            tickets = _list_open(session, officer)
            bureaus = _list_bureaus(session, officer)
            rows = session.scalars(select(OfficerRow).where(OfficerRow.is_active)).all()
            agents = [row for row in rows if self._serves(row)]
            loads = [
                _measure(bureau_id, name, tickets, agents, now)
                for bureau_id, name in bureaus
            ]
        waiting = [ticket for ticket in tickets if _is_waiting(ticket, now)]
        longest = min(waiting, key=lambda ticket: ticket.created_at, default=None)
        return Board(at=now, bureaus=loads, longest=longest)

    def _serves(self, row: OfficerRow) -> bool:
        rights = rights_of(Role(row.role), is_small_office=self._is_small_office)
        return Right.SERVE in rights


def presence_of(row: OfficerRow, now: datetime) -> str:
    """Return whether somebody is there: what they chose, if a page is open at all."""
    if row.seen_at is None or now - row.seen_at > UNSEEN_FOR:
        return "offline"
    return row.presence


def _list_open(session: Session, officer: Officer) -> list[Ticket]:
    rows = session.execute(
        select_tickets()
        .where(TicketRow.state.in_(OPEN), seen_by(officer))
        .order_by(*queue_order())
        .limit(_MAX_OPEN)
    )
    return [to_ticket(*row) for row in rows]


def _list_bureaus(session: Session, officer: Officer) -> list[tuple[int | None, str]]:
    """List the bureaus to watch; the whole office's own people stand last."""
    statement = select(BureauRow.id, BureauRow.name).where(BureauRow.is_active)
    is_bound = officer.bureau_id is not None and not officer.may(Right.SUPERVISE)
    if is_bound:
        statement = statement.where(BureauRow.id == officer.bureau_id)
    found = session.execute(
        statement.order_by(BureauRow.is_default.desc(), BureauRow.name)
    )
    bureaus: list[tuple[int | None, str]] = [(id_, name) for id_, name in found]
    return bureaus if is_bound else [*bureaus, (None, "全单位")]


def _measure(
    bureau_id: int | None,
    name: str,
    tickets: Sequence[Ticket],
    agents: Sequence[OfficerRow],
    now: datetime,
) -> BureauLoad:
    own = [ticket for ticket in tickets if ticket.bureau_id == bureau_id]
    waiting = [ticket for ticket in own if _is_waiting(ticket, now)]
    there = {row.id for row in agents if presence_of(row, now) in {"online", "busy"}}
    held = [ticket for ticket in own if ticket.is_held]
    return BureauLoad(
        bureau_id=bureau_id,
        name=name,
        waiting=len(waiting),
        held=len(held),
        overdue=sum(1 for ticket in own if ticket.is_overdue(now)),
        offered=sum(1 for ticket in own if ticket.offered_to_id is not None),
        unattended=sum(
            1
            for ticket in held
            if ticket.officer_id is not None and ticket.officer_id not in there
        ),
        longest_wait=max((now - ticket.created_at for ticket in waiting), default=None),
        agents=tuple(
            _measure_agent(row, tickets, now)
            for row in agents
            if row.bureau_id == bureau_id
        ),
    )


def _measure_agent(
    row: OfficerRow, tickets: Sequence[Ticket], now: datetime
) -> AgentLoad:
    held = [ticket for ticket in tickets if ticket.is_held_by(row.id)]
    return AgentLoad(
        officer_id=row.id,
        name=row.name,
        bureau_id=row.bureau_id,
        presence=presence_of(row, now),
        held=len(held),
        overdue=sum(1 for ticket in held if ticket.is_overdue(now)),
    )


def _is_waiting(ticket: Ticket, now: datetime) -> bool:
    """Whether it is to be claimed now; as ``waiting.is_queued``."""
    is_asleep = ticket.snoozed_until is not None and ticket.snoozed_until > now
    return ticket.state is TicketState.WAITING and not is_asleep
