"""Rows of ratings; the caller opens the transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from .auditing import audit
from .errors import UnknownYearError
from .privacy import mask_personal_data
from .rating import (
    CHANGE_WITHIN,
    FOLLOW_UP_DAYS,
    FOLLOW_UP_FALLBACK,
    HEAR_WITHIN,
    MAX_COMMENT_CHARS,
    OpenRating,
    RatingOffer,
    RatingTarget,
    Score,
    Verdict,
)
from .records import answer_from_json
from .routing import get_bureau_id
from .tables import (
    FollowUpRow,
    MessageRow,
    RatingRow,
    TicketEventRow,
    TicketRow,
)
from .ticket_rows import get_ticket, store_ticket
from .types import AnswerStatus, Sender, TicketState
from .working_time import WorkingCalendar

#: What stands in the place of a result once the citizen's record was erased.
ERASED_RESULT = "市民已删除记录"

_OVER = [state for state in TicketState if not state.is_open]


def is_ratable() -> ColumnElement[bool]:
    """Whether a hand-over is over and was anybody's work: not one called off."""
    return and_(
        TicketRow.state.in_(_OVER),
        or_(
            TicketRow.resolved_at.is_not(None),
            TicketRow.officer_id.is_not(None),
            TicketRow.kf_account != "",
        ),
    )


def ended_at() -> ColumnElement[datetime]:
    """When a hand-over was over."""
    return func.coalesce(TicketRow.resolved_at, TicketRow.closed_at)


def is_answer() -> ColumnElement[bool]:
    """Whether a line is an answer that the bot stands for: no greeting, no menu."""
    return and_(
        MessageRow.sender == Sender.BOT, MessageRow.status == AnswerStatus.ANSWERED
    )


def is_changeable(given_at: datetime, served_at: datetime, now: datetime) -> bool:
    """Tell whether a rating may be changed; serving anew lets it be, too."""
    return now - max(given_at, served_at) <= CHANGE_WITHIN


def list_offers(
    session: Session, conversation_id: int, *, now: datetime, within: timedelta
) -> dict[int, RatingOffer]:
    """Find what a citizen may rate or has rated.

    Args:
        session: Of the caller's transaction.
        conversation_id: Whose.
        now: Aware UTC.
        within: How long ago it may have been to be rated for the first time.

    Returns:
        Id of the line that it stands at, to what may be done: an answer itself, or
        the last line of a hand-over.
    """
    last_lines = (
        select(MessageRow.ticket_id, func.max(MessageRow.id).label("line_id"))
        .where(MessageRow.conversation_id == conversation_id)
        .where(MessageRow.sender.not_in((Sender.NOTE, Sender.CITIZEN)))
        .group_by(MessageRow.ticket_id)
        .subquery()
    )
    tickets = session.execute(
        select(last_lines.c.line_id, TicketRow.id, ended_at(), RatingRow)
        .join(last_lines, last_lines.c.ticket_id == TicketRow.id)
        .outerjoin(RatingRow, RatingRow.ticket_id == TicketRow.id)
        .where(TicketRow.conversation_id == conversation_id, is_ratable())
    ).all()
    answers = session.execute(
        select(MessageRow.id, MessageRow.created_at, RatingRow)
        .outerjoin(RatingRow, RatingRow.message_id == MessageRow.id)
        .where(MessageRow.conversation_id == conversation_id, is_answer())
        .where(or_(MessageRow.created_at >= now - within, RatingRow.id.is_not(None)))
    ).all()
    found = [(line, RatingTarget(ticket_id=id_), at, r) for line, id_, at, r in tickets]
    found += [(id_, RatingTarget(message_id=id_), at, r) for id_, at, r in answers]
    offers = {
        line: _offer(target, at, row, now, within) for line, target, at, row in found
    }
    return {line: offer for line, offer in offers.items() if offer is not None}


def _offer(
    target: RatingTarget,
    served_at: datetime,
    row: RatingRow | None,
    now: datetime,
    within: timedelta,
) -> RatingOffer | None:
    if row is None:
        return RatingOffer(target) if now - served_at <= within else None
    is_open = is_changeable(row.created_at, served_at, now)
    return RatingOffer(target, Score(row.score), row.comment, is_open)


def find_open_rating(
    session: Session, conversation_id: int, line_id: int = 0, *, now: datetime
) -> OpenRating | None:
    """Find what a word of the citizen's rates now.

    Args:
        session: Of the caller's transaction.
        conversation_id: Whose.
        line_id: Only what stands at this line; 0 = a hand-over that is over and was
            not rated yet, else what came last.
        now: Aware UTC.
    """
    offers = list_offers(session, conversation_id, now=now, within=HEAR_WITHIN)
    open_ = {line: offer for line, offer in offers.items() if offer.is_open}
    if line_id:
        return OpenRating(open_[line_id], line_id) if line_id in open_ else None
    line = max(open_, key=lambda id_: (_is_unrated(open_[id_]), id_), default=None)
    return OpenRating(open_[line], line) if line is not None else None


def _is_unrated(offer: RatingOffer) -> bool:
    return offer.target.ticket_id is not None and offer.score is None


def store_verdict(
    session: Session,
    conversation_id: int,
    verdict: Verdict,
    calendar: WorkingCalendar,
    *,
    at: datetime,
) -> RatingRow:
    """Store a rating, or change it; a low one opens a follow-up.

    The caller holds the conversation's lock and has looked whether it may be rated.
    """
    target, score = verdict.target, verdict.score
    row = session.scalar(
        select(RatingRow).where(
            RatingRow.ticket_id == target.ticket_id
            if target.ticket_id is not None
            else RatingRow.message_id == target.message_id
        )
    )
    was = row.score if row is not None else None
    if row is None:
        row = RatingRow(
            conversation_id=conversation_id,
            ticket_id=target.ticket_id,
            message_id=target.message_id,
            created_at=at,
            **_find_rated(session, target),
        )
        session.add(row)
    row.score, row.changed_at = int(score), at
    if score.is_low and verdict.comment:
        row.comment = clean_comment(verdict.comment)
    session.flush()
    if was != score:
        _note(session, row, was, at=at)
    if score.is_low:
        is_worse = was is None or not Score(was).is_low
        _follow_up(session, row, calendar, is_worse=is_worse, at=at)
    return row


def clean_comment(text: str) -> str:
    """Return what a citizen said about a rating as it is stored."""
    return mask_personal_data(text.strip())[:MAX_COMMENT_CHARS]


def erase_ratings(session: Session, conversation_id: int, *, at: datetime) -> None:
    """Erase what a citizen said in ratings, and which answers they were about.

    The figures stay, and so whether a person or the bot was rated. An open follow-up
    ends: nobody is left to be called.
    """
    ids = select(RatingRow.id).where(RatingRow.conversation_id == conversation_id)
    session.execute(
        update(FollowUpRow)
        .where(FollowUpRow.rating_id.in_(ids), FollowUpRow.state == "open")
        .values(state="closed", closed_at=at)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(FollowUpRow)
        .where(FollowUpRow.rating_id.in_(ids))
        .values(result=ERASED_RESULT)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(RatingRow)
        .where(RatingRow.conversation_id == conversation_id)
        .values(comment="", message_id=None)
    )


def _find_rated(session: Session, target: RatingTarget) -> dict[str, int | None]:
    """Return whose work is rated: the bureau, and the officer if there is one."""
    if target.ticket_id is not None:
        ticket = get_ticket(session, target.ticket_id)
        officer_id = ticket.officer_id
        if officer_id is None:
            # Ended without being claimed: by whoever ended it.
            officer_id = session.scalar(
                select(TicketEventRow.officer_id)
                .where(TicketEventRow.ticket_id == ticket.id)
                .where(TicketEventRow.action == "resolved")
                .order_by(TicketEventRow.id.desc())
                .limit(1)
            )
        return {"bureau_id": ticket.bureau_id, "officer_id": officer_id}
    line = session.get_one(MessageRow, target.message_id)
    answer = answer_from_json(line.answer) if line.answer else None
    sources = answer.citations if answer else ()
    department = next((c.department for c in sources if c.department), "")
    region = next((c.region for c in sources if c.region), "")
    asked = answer.evidence.question if answer else ""
    bureau_id = get_bureau_id(session, department, region, asked)
    return {"bureau_id": bureau_id, "officer_id": None}


def _note(session: Session, row: RatingRow, was: int | None, *, at: datetime) -> None:
    """Write down that a rating was given or changed, for whoever looks later."""
    subject = f"rating {row.id}"
    if row.ticket_id is not None:
        subject = f"ticket {row.ticket_id}"
        ticket = get_ticket(session, row.ticket_id)
        more = {"score": row.score} | ({"was": was} if was is not None else {})
        store_ticket(session, ticket, "rated", officer_id=None, at=at, **more)
    audit(
        session,
        "rating.given" if was is None else "rating.changed",
        subject,
        officer_id=None,
        at=at,
        detail=str(row.score) if was is None else f"{was} → {row.score}",
    )


def _follow_up(
    session: Session,
    row: RatingRow,
    calendar: WorkingCalendar,
    *,
    is_worse: bool,
    at: datetime,
) -> None:
    """Open the follow-up of a low rating; one that was closed before it fell again."""
    due_at = _find_due(at, calendar)
    known = session.scalar(select(FollowUpRow).where(FollowUpRow.rating_id == row.id))
    if known is None:
        session.add(
            FollowUpRow(
                rating_id=row.id,
                bureau_id=row.bureau_id,
                state="open",
                due_at=due_at,
                created_at=at,
            )
        )
    elif known.state == "closed" and is_worse:
        known.state, known.due_at = "open", due_at
        known.closed_at = known.closed_by = None
    session.flush()


def _find_due(at: datetime, calendar: WorkingCalendar) -> datetime:
    try:
        return calendar.add_working_days(at, FOLLOW_UP_DAYS)
    except UnknownYearError:
        # That the year is missing is an alarm of its own.
        return at + FOLLOW_UP_FALLBACK
