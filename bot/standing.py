"""How a hand-over stands, as the citizen reads it, page or answer. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from .deadlines import Urgency
from .office_hours import tell_opening
from .replies import get_reply, get_wording
from .turn import Standing
from .types import AnswerStatus, Ticket, TicketState

#: From so many minutes on, no number is promised.
LONG_MINUTES = 60

_MINUTE = timedelta(minutes=1)


def tell_standing(
    ticket: Ticket,
    standing: Standing,
    now: datetime,
    *,
    hours: str,
    leave: str = "leave_web",
) -> tuple[str, ...]:
    """Return what is true now, and what the citizen can do; Chinese sentences.

    Args:
        ticket: The open hand-over.
        standing: Of this ticket.
        now: Aware.
        hours: The office's, as citizens read them.
        leave: The wording that says how the reply arrives.
    """
    if ticket.state is not TicketState.WAITING:
        return _tell_held(ticket, standing, now, hours)
    if ticket.urgency is Urgency.CRITICAL:
        first = get_reply(AnswerStatus.HANDOFF_CRISIS).text
        if standing.is_on_duty:
            return first, get_wording("stand_crisis")
        return first, _tell_opening(standing, now, hours)
    if not standing.is_on_duty:
        told = _tell_opening(standing, now, hours)
        return told, get_wording("stand_add")
    if ticket.is_message:
        return get_wording("stand_message"), get_wording("stand_add")
    return tell_place(standing), get_wording(leave) + get_wording("stand_add")


def tell_place(standing: Standing) -> str:
    """Return who is served first, and how long it still takes if that is known."""
    name = "queue" if standing.ahead else "queue_first"
    told = get_wording(name, waiting=standing.ahead)
    if standing.left is None:
        return told
    if standing.left <= timedelta():
        minutes = standing.waited // _MINUTE
        return told + get_wording("expect_over", minutes=minutes)
    minutes = max(1, ceil(standing.left / _MINUTE))
    name = "expect" if minutes < LONG_MINUTES else "expect_long"
    return told + get_wording(name, minutes=minutes)


def _tell_held(
    ticket: Ticket, standing: Standing, now: datetime, hours: str
) -> tuple[str, ...]:
    who = ticket.officer_name or get_wording("stand_somebody")
    told = get_wording("stand_held", officer=who)
    if ticket.state is TicketState.WAITING_CITIZEN:
        return told, get_wording("stand_answered")
    if not standing.is_on_duty:
        return told, _tell_opening(standing, now, hours)
    return (told,)


def _tell_opening(standing: Standing, now: datetime, hours: str) -> str:
    """Say when somebody is there again: the day only where it can be kept."""
    if standing.opening is None:
        return get_wording("stand_off_hours_undated", hours=hours)
    return get_wording("stand_off_hours", opening=tell_opening(standing.opening, now))
