"""Reviews of served chats (质检): the queue, the sheets, appeals.

Every public method is one transaction; who may see what is decided here.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from .accounts import Officer
from .auditing import audit
from .officer_rows import find_officer
from .privacy import mask_personal_data
from .queries import lock_conversation
from .records import officer_title
from .review import (
    MIN_APPEAL_CHARS,
    SAMPLE_SIZE,
    AlreadyReviewedError,
    Appeal,
    AppealClosedError,
    OwnChatError,
    Review,
    ReviewNotFoundError,
    ReviewReason,
    Sheet,
    check_words,
    draw,
    find_counting,
)
from .review_queue import ReviewQueue, may_review
from .review_rows import (
    ended_between,
    is_served,
    join_word,
    list_reviews_of,
    select_reviews,
    to_review,
)
from .rights import Right
from .tables import OfficerRow, ReviewRow, ReviewSampleRow, TicketRow
from .working_time import start_of_day

_TWO = "这个会话已经有两份意见，不再复核。"
_MINE = "您已经评过这个会话。"
_FIRST = "这个会话已经有人评过。要复核的，请督办来评。"


@dataclass(frozen=True, slots=True)
class Draw:
    """A random sample of a month; the same seed draws the same again."""

    month: str
    seed: str
    #: Chats of the month, and those of them that are in the sample.
    served: int
    drawn: int


class ReviewStore(ReviewQueue):
    """What was thought of served chats; what may be read is in ``ReviewQueue``."""

    def save(self, ticket_id: int, sheet: Sheet, *, officer_id: int) -> Review:
        """Keep a review; the second one of a chat is the second opinion.

        Raises:
            ReviewNotFoundError: If the chat is not the officer's to review.
            OwnChatError: If it is their own.
            AlreadyReviewedError: If they have reviewed it, or it has two reviews,
                or a team lead would give the second opinion.
        """
        with self._tx.write() as session:
            officer = self._lock(session, ticket_id, officer_id)
            known = list_reviews_of(session, ticket_id)
            _check_turn(known, officer)
            row = ReviewRow(
                ticket_id=ticket_id,
                reviewer_id=officer.id,
                scores={str(name): points for name, points in sheet.scores.items()},
                is_knowledge_missing=sheet.is_knowledge_missing,
                comment=mask_personal_data(sheet.comment),
                is_second_opinion=bool(known),
                created_at=self._clock(),
            )
            session.add(row)
            session.flush()
            action = "review.second" if known else "review.add"
            self._note(session, action, ticket_id, officer.id)
            return _get(session, row.id)

    def pick(self, ticket_id: int, *, officer_id: int) -> bool:
        """Put a chat into the queue by hand; False if it was in a sample already.

        Raises:
            ReviewNotFoundError: If the chat is not the officer's to review.
            OwnChatError: If it is their own.
        """
        with self._tx.write() as session:
            officer = self._lock(session, ticket_id, officer_id)
            known = select(ReviewSampleRow.id).where(
                ReviewSampleRow.ticket_id == ticket_id
            )
            if session.scalar(known) is not None:
                return False
            session.add(self._sample(ticket_id, ReviewReason.PICKED, "", officer.id))
            self._note(session, "review.pick", ticket_id, officer.id)
            return True

    def draw_month(
        self,
        year: int,
        month: int,
        *,
        officer: Officer,
        count: int = SAMPLE_SIZE,
        seed: str = "",
    ) -> Draw:
        """Draw a random sample of the chats that ended in a month.

        Whoever draws must supervise: a sample is of the whole office. Chats that
        somebody picked by hand become part of it when the lot falls on them.

        Args:
            year: Of Beijing.
            month: From 1.
            officer: Who draws.
            count: Chats wanted; fewer where there are fewer.
            seed: Of an earlier draw, to repeat it; empty makes one.
        """
        since, until = _month(year, month)
        seed = seed[:32] or secrets.token_hex(4)
        name = f"{year}-{month:02d}"
        with self._tx.write() as session:
            served = session.scalars(
                select(TicketRow.id).where(is_served(), ended_between(since, until))
            ).all()
            drawn = draw(served, count, f"{name}/{seed}")
            rows = session.scalars(
                select(ReviewSampleRow).where(ReviewSampleRow.ticket_id.in_(drawn))
            )
            known = {row.ticket_id: row for row in rows}
            for id_ in drawn:
                if id_ in known:
                    known[id_].reason, known[id_].seed = ReviewReason.SAMPLED, seed
                else:
                    sample = self._sample(id_, ReviewReason.SAMPLED, seed, officer.id)
                    session.add(sample)
            detail = f"seed {seed}, {len(drawn)} of {len(served)}"
            audit(
                session,
                "review.draw",
                f"month {name}",
                officer_id=officer.id,
                at=self._clock(),
                detail=detail,
            )
        return Draw(name, seed, len(served), len(drawn))

    def appeal(self, ticket_id: int, text: str, *, officer_id: int) -> Review:
        """Object to the review of one's own chat that counts.

        Raises:
            ReviewNotFoundError: If there is none, or the chat is somebody else's.
            AppealClosedError: If it was appealed before, or it is too late.
            ReviewFieldError: If the text is too short or too long.
        """
        words = check_words("text", text, at_least=MIN_APPEAL_CHARS)
        with self._tx.write() as session:
            review = _find_open(session, ticket_id)
            if review.agent_id != officer_id:
                raise ReviewNotFoundError(ticket_id)
            if review.appeal is not Appeal.NONE:
                raise AppealClosedError("这份质检已经申诉过。")
            if not review.may_be_appealed(self._clock()):
                raise AppealClosedError("申诉要在质检后 7 天内提出，现在过期了。")
            row = session.get_one(ReviewRow, review.id)
            row.appeal, row.appeal_text = Appeal.RAISED, mask_personal_data(words)
            self._note(session, "review.appeal", ticket_id, officer_id)
            return _get(session, review.id)

    def decide(
        self, ticket_id: int, *, is_upheld: bool, word: str, officer_id: int
    ) -> Review:
        """Decide an appeal; whoever wrote the review cannot, nor its agent.

        Raises:
            ReviewNotFoundError: If the chat is not the officer's to review.
            OwnChatError: If it is their own chat, or their own review.
            AppealClosedError: If there is no open appeal.
            ReviewFieldError: If the word is missing or too long.
        """
        with self._tx.write() as session:
            officer = self._lock(session, ticket_id, officer_id)
            review = _find_open(session, ticket_id)
            if review.appeal is not Appeal.RAISED:
                raise AppealClosedError("没有待处理的申诉。")
            if officer.id in {
                r.reviewer_id for r in list_reviews_of(session, ticket_id)
            }:
                raise OwnChatError(f"review {review.id} is the officer's own")
            words = check_words("word", word, at_least=2)
            row = session.get_one(ReviewRow, review.id)
            row.appeal = Appeal.UPHELD if is_upheld else Appeal.REFUSED
            by = officer_title(session.get_one(OfficerRow, officer.id))
            words = mask_personal_data(words)
            row.appeal_text = join_word(row.appeal_text, words, by)
            # The agent shall read what came of it.
            row.seen_at = None
            self._note(session, f"review.{row.appeal}", ticket_id, officer.id)
            return _get(session, review.id)

    def _lock(self, session: Session, ticket_id: int, officer_id: int) -> Officer:
        """Return the officer once the chat is known to be theirs to review.

        The conversation is locked: of two who review at once, one is the second.
        """
        officer = find_officer(session, officer_id)
        ticket = session.get(TicketRow, ticket_id)
        if officer is None or ticket is None:
            raise ReviewNotFoundError(ticket_id)
        if ticket.officer_id == officer.id:
            raise OwnChatError(f"ticket {ticket_id} is the officer's own")
        lock_conversation(session, ticket.conversation_id)
        if not may_review(session, ticket_id, officer):
            raise ReviewNotFoundError(ticket_id)
        return officer

    def _sample(
        self, ticket_id: int, reason: ReviewReason, seed: str, by: int
    ) -> ReviewSampleRow:
        at = self._clock()
        return ReviewSampleRow(
            ticket_id=ticket_id, reason=reason, seed=seed, drawn_at=at, drawn_by=by
        )

    def _note(self, session: Session, action: str, ticket_id: int, by: int) -> None:
        audit(session, action, f"ticket {ticket_id}", officer_id=by, at=self._clock())


def _check_turn(known: list[Review], officer: Officer) -> None:
    if any(review.reviewer_id == officer.id for review in known):
        raise AlreadyReviewedError(_MINE)
    if len(known) > 1:
        raise AlreadyReviewedError(_TWO)
    if known and not officer.may(Right.SUPERVISE):
        raise AlreadyReviewedError(_FIRST)


def _find_open(session: Session, ticket_id: int) -> Review:
    """Return the review that counts; one that was upheld counts no more."""
    found = find_counting(list_reviews_of(session, ticket_id))
    if found is None:
        raise ReviewNotFoundError(ticket_id)
    return found


def _get(session: Session, review_id: int) -> Review:
    session.flush()
    row = session.execute(select_reviews().where(ReviewRow.id == review_id)).one()
    return to_review(*row)


def _month(year: int, month: int) -> tuple[datetime, datetime]:
    first = date(year, month, 1)
    after = _next_month(first)
    return start_of_day(first), start_of_day(after)


def _next_month(first: date) -> date:
    """Return the first day of the next month."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
