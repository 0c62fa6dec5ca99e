"""Rows of reviews and of the queue; nothing here opens a transaction."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased

from .accounts import Officer
from .deadlines import Urgency
from .rating import Score
from .records import officer_title
from .review import Appeal, Criterion, Review, ReviewReason, Sheet
from .rights import Right
from .tables import (
    BureauRow,
    CitizenRow,
    ConversationRow,
    MessageRow,
    OfficerRow,
    RatingRow,
    ReviewRow,
    ReviewSampleRow,
    TicketRow,
)
from .types import AnswerStatus, TicketKind, TicketState

#: Between an appeal and the word on it, in one column; no keyboard has it.
_WORD = "\x1f"

_FAILED = (
    AnswerStatus.UNANSWERABLE_NO_MATCH,
    AnswerStatus.HANDOFF_REPEATED,
    AnswerStatus.ERROR_UNEXPECTED,
)

#: When a chat ended.
ENDED_AT = func.coalesce(TicketRow.resolved_at, TicketRow.closed_at)

_Reviewer = aliased(OfficerRow)


def is_served() -> ColumnElement[bool]:
    """Whether an officer of ours has served the chat to its end."""
    is_over = TicketRow.state.in_((TicketState.RESOLVED, TicketState.CLOSED))
    return and_(is_over, TicketRow.officer_id.is_not(None), ENDED_AT.is_not(None))


def is_reviewable_by(officer: Officer) -> ColumnElement[bool]:
    """Whether an officer reviews a chat: not their own, and of their bureau."""
    if officer.may(Right.SUPERVISE):
        is_local: ColumnElement[bool] = true()
    elif not officer.may(Right.LEAD):
        return false()
    elif officer.bureau_id is None:
        is_local = true()
    else:
        is_local = TicketRow.bureau_id == officer.bureau_id
    return and_(is_local, TicketRow.officer_id != officer.id)


def is_escalated(after: Collection[str]) -> ColumnElement[bool]:
    """Whether a chat went to a person for one of these: failure, complaint, urgent."""
    failed = exists().where(
        MessageRow.ticket_id == TicketRow.id, MessageRow.status.in_(_FAILED)
    )
    conditions = {
        "failure": failed,
        "complaint": TicketRow.kind.in_((TicketKind.COMPLAINT, TicketKind.REPORT)),
        "urgent": TicketRow.urgency.in_((Urgency.CRITICAL, Urgency.URGENT)),
    }
    wanted = [condition for name, condition in conditions.items() if name in after]
    return or_(false(), *wanted)


def is_for(reason: ReviewReason, after: Collection[str]) -> ColumnElement[bool]:
    """Whether a chat stands in the queue for a reason."""
    if reason is ReviewReason.ESCALATED:
        return is_escalated(after)
    if reason is ReviewReason.NEGATIVE:
        return exists().where(
            RatingRow.ticket_id == TicketRow.id, RatingRow.score <= int(Score.BAD)
        )
    return exists().where(
        ReviewSampleRow.ticket_id == TicketRow.id, ReviewSampleRow.reason == reason
    )


def is_reviewed() -> ColumnElement[bool]:
    """Whether anybody has reviewed a chat."""
    return exists().where(ReviewRow.ticket_id == TicketRow.id)


def select_reviews() -> Select[*tuple[Any, ...]]:
    """Select reviews with all that :func:`to_review` needs."""
    return (
        select(ReviewRow, TicketRow, CitizenRow, OfficerRow, BureauRow, _Reviewer)
        .join(TicketRow, ReviewRow.ticket_id == TicketRow.id)
        .join(ConversationRow, TicketRow.conversation_id == ConversationRow.id)
        .join(CitizenRow, ConversationRow.citizen_id == CitizenRow.id)
        .join(_Reviewer, ReviewRow.reviewer_id == _Reviewer.id)
        .outerjoin(OfficerRow, TicketRow.officer_id == OfficerRow.id)
        .outerjoin(BureauRow, TicketRow.bureau_id == BureauRow.id)
        .execution_options(populate_existing=True)
    )


def to_review(
    row: ReviewRow,
    ticket: TicketRow,
    citizen: CitizenRow,
    agent: OfficerRow | None,
    bureau: BureauRow | None,
    reviewer: OfficerRow,
) -> Review:
    """Return a row of :func:`select_reviews` as a value."""
    scores = {each: int(row.scores.get(each, 0)) for each in Criterion}
    text, _, word = row.appeal_text.partition(_WORD)
    return Review(
        id=row.id,
        ticket_id=row.ticket_id,
        citizen_number=citizen.number,
        about=ticket.preview or ticket.reason,
        sheet=Sheet(scores, row.is_knowledge_missing, row.comment),
        reviewer_id=row.reviewer_id,
        reviewer_name=officer_title(reviewer),
        created_at=row.created_at,
        agent_id=ticket.officer_id,
        agent_name=officer_title(agent),
        bureau_id=ticket.bureau_id,
        bureau_name=bureau.name if bureau else "",
        is_second_opinion=row.is_second_opinion,
        appeal=Appeal(row.appeal),
        appeal_text=text,
        appeal_word=word,
        seen_at=row.seen_at,
    )


def list_reviews_of(session: Session, ticket_id: int) -> list[Review]:
    """List the reviews of a chat, the first opinion first."""
    statement = select_reviews().where(ReviewRow.ticket_id == ticket_id)
    rows = session.execute(statement.order_by(ReviewRow.is_second_opinion))
    return [to_review(*row) for row in rows]


def join_word(appeal_text: str, word: str, by: str) -> str:
    """Return an appeal with the word on it, as the column keeps both."""
    return f"{appeal_text.partition(_WORD)[0]}{_WORD}{by}：{word}"


def counts_alone() -> ColumnElement[bool]:
    """Whether a review is its chat's last word, as ``find_counting`` has it."""
    other = aliased(ReviewRow)
    has_second = exists().where(
        other.ticket_id == ReviewRow.ticket_id, other.is_second_opinion
    )
    is_last = or_(ReviewRow.is_second_opinion, ~has_second)
    return and_(is_last, ReviewRow.appeal != Appeal.UPHELD)


def ended_between(since: datetime, until: datetime) -> ColumnElement[bool]:
    """Whether a chat ended at ``since`` or later, and before ``until``."""
    return and_(since <= ENDED_AT, until > ENDED_AT)
