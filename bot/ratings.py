"""Ratings of citizens: given, changed, listed, counted; a method is one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, Select, false, select, true

from .accounts import Officer
from .clocks import GetCalendar, get_usual_calendar
from .database import Transactions
from .events import Clock, Publish, publish_nothing, rating_event
from .queries import find_conversation, lock_conversation
from .rating import (
    RATE_WITHIN,
    NotRatableError,
    Rating,
    RatingOffer,
    RatingTarget,
    Score,
    Verdict,
)
from .rating_rows import list_offers, store_verdict
from .records import officer_title
from .rights import Right
from .satisfaction import BureauSatisfaction, count_satisfaction
from .seal import Seal
from .tables import (
    BureauRow,
    CitizenRow,
    ConversationRow,
    InboxRow,
    MessageRow,
    OfficerRow,
    RatingRow,
    TicketRow,
)
from .types import Channel

#: Ratings on one page.
MAX_RATINGS = 100

_ABOUT_CHARS = 80


@dataclass(frozen=True, slots=True)
class RatingFilter:
    """Which ratings are wanted; the defaults want all."""

    bureau_id: int | None = None
    score: Score | None = None

    #: Given at or after, and before; aware; None = without a bound.
    since: datetime | None = None
    until: datetime | None = None


class RatingStore:
    """What citizens thought of answers and hand-overs."""

    def __init__(
        self,
        engine: Engine,
        seal: Seal,
        clock: Clock,
        publish: Publish = publish_nothing,
        get_calendar: GetCalendar = get_usual_calendar,
    ) -> None:
        self._tx = Transactions(engine)
        self._seal = seal
        self._clock = clock
        self._publish = publish
        self._get_calendar = get_calendar

    def list_offers(self, channel: Channel, sender_id: str) -> dict[int, RatingOffer]:
        """Find what a citizen may rate or has rated, by the line that it stands at."""
        with self._tx.read() as session:
            hash_ = self._seal.fingerprint(channel, sender_id)
            found = find_conversation(session, hash_)
            if found is None:
                return {}
            now = self._clock()
            return list_offers(session, found[1].id, now=now, within=RATE_WITHIN)

    def rate(
        self,
        channel: Channel,
        sender_id: str,
        target: RatingTarget,
        score: Score,
        *,
        comment: str = "",
    ) -> RatingOffer:
        """Take a rating, or change it within a day; a low one opens a follow-up.

        Args:
            channel: Of the citizen.
            sender_id: Whose hand-over or answer it is.
            target: What is rated.
            score: How it was.
            comment: The reason of a low one, may hold personal data, which is
                masked; empty leaves what was said before.

        Raises:
            NotRatableError: If it is not theirs, not over, or too long ago.
            StoreUnavailableError: If the database cannot commit.
        """
        with self._tx.write() as session:
            hash_ = self._seal.fingerprint(channel, sender_id)
            found = find_conversation(session, hash_)
            if found is None:
                raise NotRatableError
            conversation, now = lock_conversation(session, found[1].id), self._clock()
            offers = list_offers(session, conversation.id, now=now, within=RATE_WITHIN)
            is_offered = any(o.target == target and o.is_open for o in offers.values())
            if not is_offered:
                raise NotRatableError
            row = store_verdict(
                session,
                conversation.id,
                Verdict(target, score, comment),
                self._get_calendar(),
                at=now,
            )
            given = RatingOffer(target, Score(row.score), row.comment)
        name, data = rating_event()
        self._publish(name, data)
        return given

    def list(
        self, officer: Officer, wanted: RatingFilter, *, limit: int = MAX_RATINGS
    ) -> list[Rating]:
        """List the ratings that an officer may see, newest first.

        Who neither leads nor supervises sees those of their own work.
        """
        with self._tx.read() as session:
            statement = select_ratings().where(is_rating_of(officer), *_match(wanted))
            statement = statement.order_by(RatingRow.id.desc()).limit(limit)
            return [to_rating(*row) for row in session.execute(statement)]

    def count_satisfaction(
        self,
        bureau_id: int | None = None,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Sequence[BureauSatisfaction]:
        """Count ratings given from ``since`` on and before ``until``, by bureau.

        Args:
            bureau_id: Of this bureau only; None = of all.
            since: Aware; None = from the first.
            until: Aware; None = to the last.

        Returns:
            One for each bureau that was rated, by its name.
        """
        wanted = RatingFilter(bureau_id, since=since, until=until)
        with self._tx.read() as session:
            return count_satisfaction(session, _match(wanted))


def is_rating_of(officer: Officer) -> ColumnElement[bool]:
    """Whether an officer may see a rating.

    Supervisors see all, who leads a bureau its own, others what was said of their
    own work.
    """
    if officer.may(Right.SUPERVISE):
        return true()
    if officer.may(Right.LEAD):
        is_whole_office = officer.bureau_id is None
        return true() if is_whole_office else RatingRow.bureau_id == officer.bureau_id
    if officer.may(Right.SERVE):
        return RatingRow.officer_id == officer.id
    return false()


def select_ratings() -> Select[
    RatingRow, CitizenRow, BureauRow, OfficerRow, TicketRow, MessageRow, InboxRow
]:
    """Select ratings with all that :func:`to_rating` needs."""
    return (
        select(
            RatingRow,
            CitizenRow,
            BureauRow,
            OfficerRow,
            TicketRow,
            MessageRow,
            InboxRow,
        )
        .join(ConversationRow, RatingRow.conversation_id == ConversationRow.id)
        .join(CitizenRow, ConversationRow.citizen_id == CitizenRow.id)
        .outerjoin(BureauRow, RatingRow.bureau_id == BureauRow.id)
        .outerjoin(OfficerRow, RatingRow.officer_id == OfficerRow.id)
        .outerjoin(TicketRow, RatingRow.ticket_id == TicketRow.id)
        .outerjoin(MessageRow, RatingRow.message_id == MessageRow.id)
        .outerjoin(InboxRow, MessageRow.inbox_id == InboxRow.id)
        .execution_options(populate_existing=True)
    )


def to_rating(
    row: RatingRow,
    citizen: CitizenRow,
    bureau: BureauRow | None,
    officer: OfficerRow | None,
    ticket: TicketRow | None,
    message: MessageRow | None,
    inbox: InboxRow | None,
) -> Rating:
    """Return a row of :func:`select_ratings` as a value."""
    about = ticket.preview or ticket.reason if ticket else ""
    if message is not None:
        about = (inbox.text if inbox else "") or message.text
    return Rating(
        id=row.id,
        target=RatingTarget(row.ticket_id, row.message_id),
        score=Score(row.score),
        comment=row.comment,
        created_at=row.created_at,
        changed_at=row.changed_at,
        channel=Channel(citizen.channel),
        citizen_number=citizen.number,
        about=" ".join(about.split())[:_ABOUT_CHARS],
        bureau_id=row.bureau_id,
        bureau_name=bureau.name if bureau else "",
        officer_id=row.officer_id,
        officer_name=officer_title(officer),
    )


def _match(wanted: RatingFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.bureau_id is not None:
        conditions.append(RatingRow.bureau_id == wanted.bureau_id)
    if wanted.score is not None:
        conditions.append(RatingRow.score == int(wanted.score))
    if wanted.since is not None:
        conditions.append(RatingRow.created_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(RatingRow.created_at < wanted.until)
    return conditions
