"""Which chats wait for a review, and which reviews somebody may read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Engine, func, or_, select, update
from sqlalchemy.orm import Session

from .accounts import Officer
from .database import Transactions
from .events import Clock
from .queries import select_tickets
from .records import to_ticket
from .review import Appeal, Review, ReviewReason
from .review_rows import (
    ENDED_AT,
    counts_alone,
    is_for,
    is_reviewable_by,
    is_reviewed,
    is_served,
    list_reviews_of,
    select_reviews,
    to_review,
)
from .tables import ReviewRow, TicketRow
from .types import Ticket

#: Chats or reviews on one page.
MAX_REVIEWS = 100

#: What brings a chat into the queue by itself unless told otherwise.
ESCALATED_AFTER = frozenset({"failure", "complaint", "urgent"})


class ReviewQueue:
    """The queue of reviews, and reading them; a method is one transaction."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        *,
        escalated_after: Collection[str] = ESCALATED_AFTER,
    ) -> None:
        self._tx = Transactions(engine)
        self._clock = clock
        self._escalated_after = frozenset(escalated_after)

    def list_queue(
        self, officer: Officer, reason: ReviewReason, *, limit: int = MAX_REVIEWS
    ) -> list[Ticket]:
        """List the chats that wait for a review of this officer's, newest first."""
        statement = (
            select_tickets()
            .where(is_served(), is_reviewable_by(officer), ~is_reviewed())
            .where(is_for(reason, self._escalated_after))
            .order_by(ENDED_AT.desc(), TicketRow.id.desc())
            .limit(limit)
        )
        with self._tx.read() as session:
            return [to_ticket(*row) for row in session.execute(statement)]

    def count_queue(self, officer: Officer) -> Mapping[ReviewReason, int]:
        """Count those chats by reason; one may stand under several."""
        counts = {}
        with self._tx.read() as session:
            for reason in ReviewReason:
                statement = select(func.count(TicketRow.id)).where(
                    is_served(),
                    is_reviewable_by(officer),
                    ~is_reviewed(),
                    is_for(reason, self._escalated_after),
                )
                counts[reason] = session.scalar(statement) or 0
        return counts

    def list_done(self, officer: Officer, *, limit: int = MAX_REVIEWS) -> list[Review]:
        """List the reviews that an officer may see as a reviewer, newest first.

        Open appeals come first: somebody waits for them.
        """
        statement = select_reviews().where(is_reviewable_by(officer))
        is_raised = ReviewRow.appeal == Appeal.RAISED
        statement = statement.order_by(is_raised.desc(), ReviewRow.id.desc())
        with self._tx.read() as session:
            rows = session.execute(statement.limit(limit))
            return [to_review(*row) for row in rows]

    def list_mine(self, officer: Officer, *, limit: int = MAX_REVIEWS) -> list[Review]:
        """List what was thought of an officer's own chats, newest first."""
        statement = select_reviews().where(TicketRow.officer_id == officer.id)
        statement = statement.order_by(ReviewRow.id.desc()).limit(limit)
        with self._tx.read() as session:
            return [to_review(*row) for row in session.execute(statement)]

    def mark_seen(self, officer: Officer) -> int:
        """Note that an officer has read what stands there; returns how many."""
        own = select(TicketRow.id).where(TicketRow.officer_id == officer.id)
        statement = (
            update(ReviewRow)
            .where(ReviewRow.seen_at.is_(None), ReviewRow.ticket_id.in_(own))
            .values(seen_at=self._clock())
            .returning(ReviewRow.id)
            .execution_options(synchronize_session=False)
        )
        with self._tx.write() as session:
            return len(session.execute(statement).all())

    def list_of(self, ticket_id: int, officer: Officer) -> list[Review]:
        """List the reviews of a chat for a reviewer or the agent; else none."""
        with self._tx.read() as session:
            reviews = list_reviews_of(session, ticket_id)
            ticket = session.get(TicketRow, ticket_id)
            is_own = ticket is not None and ticket.officer_id == officer.id
            return reviews if is_own or may_review(session, ticket_id, officer) else []

    def may_review(self, ticket_id: int, officer: Officer) -> bool:
        """Tell whether a chat is over, served, and the officer's to review."""
        with self._tx.read() as session:
            return may_review(session, ticket_id, officer)

    def list_counting(
        self, officer: Officer, *, since: datetime, until: datetime
    ) -> list[Review]:
        """List the reviews of a time that count in figures, for whoever leads."""
        is_own = TicketRow.officer_id == officer.id
        statement = select_reviews().where(
            or_(is_reviewable_by(officer), is_own),
            counts_alone(),
            ReviewRow.created_at >= since,
            ReviewRow.created_at < until,
        )
        with self._tx.read() as session:
            return [to_review(*row) for row in session.execute(statement)]


def may_review(session: Session, ticket_id: int, officer: Officer) -> bool:
    """Tell whether a chat is over, served, and the officer's to review."""
    statement = select(TicketRow.id).where(
        TicketRow.id == ticket_id, is_served(), is_reviewable_by(officer)
    )
    return session.scalar(statement) is not None
