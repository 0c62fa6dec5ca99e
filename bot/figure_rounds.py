"""Hand-overs as the figures see them: a round is one opening or reopening.

Each event of a ticket gets the number of the round it falls into, and each round is
one row, both in the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import Subquery, and_, case, func, or_, select
from sqlalchemy.orm import Session

from .figure import FIRST_REPLY_S, Case
from .tables import TicketEventRow, TicketRow
from .types import TicketState

#: Events with which a round begins.
STARTS = ("opened", "reopened")

_NOT_DUE_YET = timedelta(seconds=FIRST_REPLY_S)


class Round(NamedTuple):
    """What became of one hand-over."""

    ticket_id: int
    start_at: datetime
    #: Working seconds until the first reply; None = nobody replied.
    waited_s: int | None
    replied_at: datetime | None
    #: When it came to lie with somebody for the last time; None = with nobody.
    dispatched_at: datetime | None
    resolved_at: datetime | None
    is_called_off: bool
    bureau_id: int | None
    topic: str
    officer_id: int | None
    urgency: str
    reason: str
    due_first_reply_at: datetime | None
    due_dispatch_at: datetime | None
    due_answer_at: datetime | None
    #: No later round of the ticket; its due times are those of the newest.
    is_newest: bool


def list_rounds(session: Session, since: datetime, until: datetime) -> list[Round]:
    """List the rounds that begin in a time, by ticket and order.

    Those of WeChat's own agents are left out: the desk has no clocks for them.
    """
    grouped = _group(_mark(_number(since, until)))
    rows = session.execute(
        select(
            grouped,
            TicketRow.bureau_id,
            TicketRow.department,
            TicketRow.officer_id,
            TicketRow.urgency,
            TicketRow.reason,
            TicketRow.due_first_reply_at,
            TicketRow.due_dispatch_at,
            TicketRow.due_answer_at,
        )
        .join(TicketRow, TicketRow.id == grouped.c.ticket_id)
        .where(TicketRow.kf_account == "", grouped.c.start_at.is_not(None))
        .order_by(grouped.c.ticket_id, grouped.c.round)
    ).all()
    found = []
    for row, after in pairwise([*rows, None]):
        assert row is not None
        if since <= row.start_at < until:
            is_newest = after is None or after.ticket_id != row.ticket_id
            found.append(_to_round(row, is_newest=is_newest))
    return found


def _number(since: datetime, until: datetime) -> Subquery:
    """Give the events of the tickets of a time the number of their round."""
    event = TicketEventRow
    in_time = (
        select(event.ticket_id)
        .where(event.action.in_(STARTS))
        .where(event.at >= since, event.at < until)
    )
    is_loose = or_(
        event.detail["state"].as_string() == TicketState.WAITING,
        event.detail["offered_to"].as_integer().is_not(None),
    )
    return (
        select(
            event.id,
            event.ticket_id,
            event.at,
            event.action,
            event.officer_id,
            case((is_loose, event.id), else_=0).label("loose_id"),
            case(
                (
                    event.action == "first_reply",
                    event.detail["waited_s"].as_integer(),
                )
            ).label("waited_s"),
            func.sum(case((event.action.in_(STARTS), 1), else_=0))
            .over(partition_by=event.ticket_id, order_by=event.id)
            .label("round"),
        )
        .where(event.ticket_id.in_(in_time))
        .subquery()
    )


def _mark(numbered: Subquery) -> Subquery:
    """Add after which event a ticket lay with somebody until its round was over."""
    columns = numbered.c
    last_loose = func.max(columns.loose_id).over(
        partition_by=(columns.ticket_id, columns.round)
    )
    return select(numbered, last_loose.label("last_loose")).subquery()


def _group(marked: Subquery) -> Subquery:
    """Make one row of each round."""
    event = marked.c

    def first_at(condition: Any) -> Any:
        return func.min(case((condition, event.at)))

    def number_of(condition: Any) -> Any:
        return func.sum(case((condition, 1), else_=0))

    by_citizen = and_(event.action == "closed", event.officer_id.is_(None))
    is_called_off = and_(
        number_of(event.action == "first_reply") == 0,
        number_of(event.action == "resolved") == 0,
        number_of(by_citizen) > 0,
    )
    return (
        select(
            event.ticket_id,
            event.round,
            first_at(event.action.in_(STARTS)).label("start_at"),
            func.max(event.waited_s).label("waited_s"),
            first_at(event.action == "first_reply").label("replied_at"),
            first_at(event.id > event.last_loose).label("dispatched_at"),
            first_at(event.action == "resolved").label("resolved_at"),
            case((is_called_off, 1), else_=0).label("is_called_off"),
        )
        .group_by(event.ticket_id, event.round)
        .subquery()
    )


def _to_round(row: Any, *, is_newest: bool) -> Round:
    return Round(
        row.ticket_id,
        row.start_at,
        row.waited_s,
        row.replied_at,
        row.dispatched_at,
        row.resolved_at,
        bool(row.is_called_off),
        row.bureau_id,
        row.department,
        row.officer_id,
        row.urgency,
        row.reason,
        row.due_first_reply_at,
        row.due_dispatch_at,
        row.due_answer_at,
        is_newest,
    )


def find_round_cases(
    rounds: list[Round], now: datetime, is_on_duty: Callable[[datetime], bool]
) -> dict[str, list[Case]]:
    """Find the cases of all measures that count rounds.

    Args:
        rounds: Those of the time.
        now: What is not due yet by then is no case.
        is_on_duty: Tells whether somebody was on duty at a moment.
    """
    found: dict[str, list[Case]] = {}
    for each in rounds:
        for key, is_met in _judge(each, now, is_on_duty):
            found.setdefault(key, []).append(_to_case(each, is_met=is_met))
    return found


def _judge(
    each: Round, now: datetime, is_on_duty: Callable[[datetime], bool]
) -> Iterator[tuple[str, bool]]:
    """Yield the measures that a round is a case of, and whether it is met."""
    yield "abandoned", each.is_called_off
    is_replied = each.waited_s is not None
    is_due = is_replied or now - each.start_at >= _NOT_DUE_YET
    if is_due and is_on_duty(each.start_at):
        is_quick = each.waited_s is not None and each.waited_s <= FIRST_REPLY_S
        yield "human_3min", is_quick
    if not each.is_newest or each.is_called_off:
        return
    clocks = (
        ("dispatched", each.due_dispatch_at, each.dispatched_at),
        ("replied", each.due_first_reply_at, each.replied_at),
        ("settled", each.due_answer_at, each.resolved_at),
    )
    for key, due, done in clocks:
        if due is not None and (done is not None or due < now):
            yield key, done is not None and done <= due
    due = each.due_first_reply_at
    if due is not None and (is_replied or due < now):
        yield "responded", is_replied


def _to_case(each: Round, *, is_met: bool) -> Case:
    return Case(
        each.start_at,
        each.ticket_id,
        each.ticket_id,
        each.bureau_id,
        each.topic,
        each.officer_id,
        each.urgency,
        is_met,
    )
