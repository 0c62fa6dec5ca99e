"""Which tickets a tab of the queue shows, and in which order."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, String, and_, cast, or_

from .accounts import Officer
from .rights import Right
from .tables import CitizenRow, OfficerRow, TicketRow
from .types import TicketState
from .waiting import is_queued, rank_urgency

Tab: TypeAlias = Literal[
    "waiting", "mine", "bureau", "offered", "overdue", "unattended", "resolved", "all"
]

#: An officer whose pages have been silent for so long is not there.
UNSEEN_FOR = timedelta(minutes=10)

#: States as the database is asked for them.
OPEN = [state for state in TicketState if state.is_open]
HELD = [state for state in TicketState if state.is_held]


def in_tab(tab: Tab, officer: Officer | None, now: datetime) -> ColumnElement[bool]:
    """Return the condition on tickets of a tab.

    Args:
        tab: Which.
        officer: Whose tabs they are; None = the service's own, of all bureaus.
        now: Aware.
    """
    own_id = officer.id if officer else 0
    conditions: dict[Tab, ColumnElement[bool]] = {
        "waiting": and_(is_queued(now), _is_for(officer)),
        "mine": and_(TicketRow.state.in_(HELD), TicketRow.officer_id == own_id),
        "bureau": and_(TicketRow.state.in_(OPEN), _is_for(officer)),
        "offered": and_(TicketRow.state.in_(OPEN), _is_offered_to(officer)),
        "overdue": is_overdue(now),
        "unattended": _is_unattended(now),
        "resolved": TicketRow.state == TicketState.RESOLVED,
        "all": TicketRow.id.is_not(None),
    }
    return conditions[tab]


def order_of(tab: Tab) -> tuple[Any, ...]:
    """Return how a tab is sorted."""
    if tab == "waiting":
        return queue_order()
    if tab in {"resolved", "all"}:
        return (TicketRow.id.desc(),)
    return (rank_urgency(), TicketRow.due_answer_at, TicketRow.id)


def queue_order() -> tuple[Any, ...]:
    """Return who is served first: the most urgent, then who is due first."""
    return (rank_urgency(), TicketRow.due_first_reply_at, TicketRow.id)


def is_overdue(now: datetime) -> ColumnElement[bool]:
    """Whether a running clock of a ticket is over; as ``Ticket.is_overdue``."""
    is_unplaced = or_(
        TicketRow.state == TicketState.WAITING, TicketRow.offered_to_id.is_not(None)
    )
    return and_(
        TicketRow.state.in_(OPEN),
        TicketRow.kf_account == "",
        or_(
            and_(
                TicketRow.first_reply_at.is_(None), TicketRow.due_first_reply_at < now
            ),
            and_(is_unplaced, TicketRow.due_dispatch_at < now),
            TicketRow.due_answer_at < now,
        ),
    )


def matches(search: str) -> ColumnElement[bool]:
    """Whether a ticket has this number, this citizen, or these words."""
    sought = search.strip().lstrip("#")
    escaped = sought.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return or_(
        cast(TicketRow.id, String) == sought,
        CitizenRow.number == sought,
        TicketRow.preview.like(f"%{escaped}%", escape="\\"),
    )


def _is_for(officer: Officer | None) -> ColumnElement[bool]:
    """Whether a ticket is one for the officer's own bureau to serve."""
    if officer is None or officer.bureau_id is None:
        return TicketRow.id.is_not(None)
    return TicketRow.bureau_id == officer.bureau_id


def _is_offered_to(officer: Officer | None) -> ColumnElement[bool]:
    if officer is None or officer.bureau_id is None:
        return TicketRow.offered_to_id.is_not(None)
    return TicketRow.offered_to_id == officer.bureau_id


def _is_unattended(now: datetime) -> ColumnElement[bool]:
    """Whether the officer who holds a ticket is not there."""
    is_gone = or_(
        OfficerRow.is_active.is_(False),
        OfficerRow.presence == "away",
        OfficerRow.seen_at < now - UNSEEN_FOR,
    )
    return and_(TicketRow.state.in_(HELD), is_gone)


def may_serve(officer: Officer, bureau_id: int | None) -> bool:
    """Tell whether an officer may take what belongs to a bureau."""
    if not officer.may(Right.SERVE):
        return False
    return officer.bureau_id is None or officer.bureau_id == bureau_id
