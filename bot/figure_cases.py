"""Cases of the measures that count endings, ratings, follow-ups and verdicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from .figure import WRONG_UP_TO, Case
from .figure_lines import (
    DEPARTMENT,
    find_answer_cases,
    find_solved_cases,
    find_unanswered_cases,
)
from .rating import Score
from .tables import (
    CitizenRow,
    ConversationRow,
    FollowUpRow,
    MessageRow,
    RatingRow,
    ReviewRow,
    TicketEventRow,
    TicketRow,
    VoteRow,
)
from .types import Channel

#: Which cases a measure has from one moment to another, as of a third.
FindCases: TypeAlias = Callable[[Session, datetime, datetime, datetime], list[Case]]


def find_resolved_cases(
    session: Session, since: datetime, until: datetime, _now: datetime
) -> list[Case]:
    """Find what was resolved, and whether it stayed so."""
    event, later = TicketEventRow, aliased(TicketEventRow)
    came_back = exists().where(
        later.ticket_id == event.ticket_id,
        later.id > event.id,
        later.action == "reopened",
    )
    rows = session.execute(
        select(event.at, case((came_back, 0), else_=1), *_TICKET)
        .join(TicketRow, TicketRow.id == event.ticket_id)
        .where(event.action == "resolved", TicketRow.kf_account == "")
        .where(event.at >= since, event.at < until)
        .order_by(event.id)
    )
    return [
        _of_ticket(at, *ticket, is_met=bool(stayed)) for at, stayed, *ticket in rows
    ]


def find_satisfied_cases(
    session: Session, since: datetime, until: datetime, _now: datetime
) -> list[Case]:
    """Find the ratings, and whether they are good."""
    rows = session.execute(
        select(RatingRow, TicketRow.department)
        .outerjoin(TicketRow, TicketRow.id == RatingRow.ticket_id)
        .where(RatingRow.created_at >= since, RatingRow.created_at < until)
        .order_by(RatingRow.id)
    )
    return [
        Case(
            rating.created_at,
            rating.id,
            rating.ticket_id,
            rating.bureau_id,
            topic or "",
            rating.officer_id,
            "",
            not Score(rating.score).is_low,
        )
        for rating, topic in rows
    ]


def find_rectified_cases(
    session: Session, since: datetime, until: datetime, now: datetime
) -> list[Case]:
    """Find the follow-ups that are due or closed, and whether they are closed."""
    return _find_follow_ups(session, since, until, now, is_named=False)


def find_called_back_cases(
    session: Session, since: datetime, until: datetime, now: datetime
) -> list[Case]:
    """Find the same of citizens who can be found, and whether a person called."""
    return _find_follow_ups(session, since, until, now, is_named=True)


def _find_follow_ups(
    session: Session, since: datetime, until: datetime, now: datetime, *, is_named: bool
) -> list[Case]:
    is_over = FollowUpRow.state == "closed"
    statement = (
        select(FollowUpRow, RatingRow, TicketRow.department)
        .join(RatingRow, RatingRow.id == FollowUpRow.rating_id)
        .outerjoin(TicketRow, TicketRow.id == RatingRow.ticket_id)
        .where(FollowUpRow.created_at >= since, FollowUpRow.created_at < until)
        .where(or_(is_over, FollowUpRow.due_at < now))
        .order_by(FollowUpRow.id)
    )
    if is_named:
        statement = (
            statement.join(
                ConversationRow, ConversationRow.id == RatingRow.conversation_id
            )
            .join(CitizenRow, CitizenRow.id == ConversationRow.citizen_id)
            .where(
                CitizenRow.channel == Channel.WECHAT,
                CitizenRow.sender_sealed.is_not(None),
            )
        )
    found = []
    for row, rating, topic in session.execute(statement):
        is_met = row.state == "closed" and not (is_named and row.closed_by is None)
        found.append(
            Case(
                row.created_at,
                row.id,
                rating.ticket_id,
                row.bureau_id,
                topic or "",
                rating.officer_id,
                "",
                is_met,
            )
        )
    return found


def find_bot_wrong_cases(
    session: Session, since: datetime, until: datetime, _now: datetime
) -> list[Case]:
    """Find the answers that were judged, and whether the last word is "wrong"."""
    newest = select(func.max(VoteRow.id)).group_by(VoteRow.message_id)
    rows = session.execute(
        select(
            VoteRow.at,
            VoteRow.message_id,
            VoteRow.is_right,
            MessageRow.ticket_id,
            DEPARTMENT.label("department"),
        )
        .join(MessageRow, MessageRow.id == VoteRow.message_id)
        .where(VoteRow.id.in_(newest))
        .where(VoteRow.at >= since, VoteRow.at < until)
        .order_by(VoteRow.id)
    )
    return [
        Case(at, id_, ticket_id, None, topic or "", None, "", not is_right)
        for at, id_, is_right, ticket_id, topic in rows
    ]


def find_person_wrong_cases(
    session: Session, since: datetime, until: datetime, _now: datetime
) -> list[Case]:
    """Find the tickets that were reviewed, and whether the answer was wrong."""
    better = aliased(ReviewRow)
    is_replaced = exists().where(
        better.ticket_id == ReviewRow.ticket_id,
        or_(
            and_(better.is_second_opinion, ~ReviewRow.is_second_opinion),
            and_(
                better.is_second_opinion == ReviewRow.is_second_opinion,
                better.id < ReviewRow.id,
            ),
        ),
    )
    rows = session.execute(
        select(ReviewRow.created_at, ReviewRow.scores["right"].as_integer(), *_TICKET)
        .join(TicketRow, TicketRow.id == ReviewRow.ticket_id)
        .where(~is_replaced, ReviewRow.appeal != "upheld")
        .where(ReviewRow.scores["right"].as_integer().is_not(None))
        .where(ReviewRow.created_at >= since, ReviewRow.created_at < until)
        .order_by(ReviewRow.id)
    )
    return [
        _of_ticket(at, *ticket, is_met=points <= WRONG_UP_TO)
        for at, points, *ticket in rows
    ]


#: Columns that ``_of_ticket`` takes.
_TICKET = (
    TicketRow.id,
    TicketRow.bureau_id,
    TicketRow.department,
    TicketRow.officer_id,
    TicketRow.urgency,
)


def _of_ticket(at: datetime, ticket_id: int, *by: Any, is_met: bool) -> Case:
    bureau_id, topic, officer_id, urgency = by
    return Case(at, ticket_id, ticket_id, bureau_id, topic, officer_id, urgency, is_met)


#: Measures that count no rounds, and how their cases are found.
FINDERS: Mapping[str, FindCases] = {
    "answer_5s": find_answer_cases,
    "bot_solved": find_solved_cases,
    "unanswered": find_unanswered_cases,
    "resolved": find_resolved_cases,
    "satisfied": find_satisfied_cases,
    "rectified": find_rectified_cases,
    "called_back": find_called_back_cases,
    "bot_wrong": find_bot_wrong_cases,
    "person_wrong": find_person_wrong_cases,
}
