"""What was answered wrongly, by the entry of the knowledge at fault."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from .accounts import Officer
from .database import Transactions
from .events import Clock
from .learning_scope import find_chat, is_learnable_by
from .rating import Score
from .records import officer_title
from .review_rows import counts_alone, select_reviews, to_review
from .tables import (
    InboxRow,
    MessageRow,
    OfficerRow,
    RatingRow,
    ReviewRow,
    TicketEntryRow,
    TicketRow,
    VoteRow,
)
from .types import EntryRelation

#: Nothing is older: conversations are not kept so long.
_ALL_DAYS = 3650

#: Cases shown of one entry.
MAX_CASES = 5


class FaultKind(StrEnum):
    """How it came out that an answer was wrong."""

    VOTE = "vote"
    REVIEW = "review"
    LINK = "link"
    RATING = "rating"

    @property
    def label(self) -> str:
        """What people read, Chinese."""
        return _LABELS[self]


_LABELS = {
    FaultKind.VOTE: "坐席点了答错",
    FaultKind.REVIEW: "质检判为答错",
    FaultKind.LINK: "坐席标为知识有误",
    FaultKind.RATING: "市民对智能应答差评",
}


@dataclass(frozen=True, slots=True)
class FaultCase:
    """One time that it was wrong."""

    kind: FaultKind
    #: Empty where no entry was used.
    entry_id: str
    title: str
    #: Masked.
    question: str
    note: str
    at: datetime
    by: str = ""
    #: A chat that the reader may open; None = none.
    ticket_id: int | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """An entry with the times that it was wrong."""

    entry_id: str
    title: str
    counts: Mapping[FaultKind, int]
    last_at: datetime
    #: Newest first.
    cases: tuple[FaultCase, ...]

    @property
    def total(self) -> int:
        """Times in all."""
        return sum(self.counts.values())


class FaultStore:
    """Reads what was wrong; a method is one transaction."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._tx = Transactions(engine)
        self._clock = clock

    def list(self, officer: Officer, *, days: int = 90) -> list[Fault]:
        """List the entries at fault of the last days, the most frequent first."""
        since = self._clock() - timedelta(days=days)
        with self._tx.read() as session:
            return group(
                [case for read in _SOURCES for case in read(session, officer, since)]
            )

    def list_of(self, entry_id: str, officer: Officer) -> Sequence[FaultCase]:
        """List all the times that an entry was wrong, newest first."""
        since = datetime.min.replace(tzinfo=self._clock().tzinfo)
        with self._tx.read() as session:
            cases = [
                case for read in _SOURCES for case in read(session, officer, since)
            ]
        return _newest(case for case in cases if case.entry_id == entry_id)


def group(cases: Iterable[FaultCase]) -> list[Fault]:
    """Put the cases of one entry together."""
    by_entry: dict[str, list[FaultCase]] = defaultdict(list)
    for case in cases:
        by_entry[case.entry_id].append(case)
    faults = []
    for entry_id, found in by_entry.items():
        newest = _newest(found)
        title = next((case.title for case in newest if case.title), "")
        counts = Counter(case.kind for case in newest)
        faults.append(
            Fault(entry_id, title, counts, newest[0].at, tuple(newest[:MAX_CASES]))
        )
    return sorted(faults, key=lambda f: (-f.total, -f.last_at.timestamp(), f.entry_id))


def _newest(cases: Iterable[FaultCase]) -> list[FaultCase]:
    return sorted(cases, key=lambda c: (c.at, c.question), reverse=True)


def find_entry(answer: Mapping[str, Any] | None) -> tuple[str, str]:
    """Return id and title of the entry that an answer rests on; empty for none."""
    if not answer:
        return "", ""
    places = [*answer.get("citations", ()), *answer["evidence"].get("hits", ())]
    for place in places:
        if place.get("entry_id"):
            return str(place["entry_id"]), str(place.get("title", ""))
    return "", ""


def _votes(session: Session, officer: Officer, since: datetime) -> Iterator[FaultCase]:
    chat = find_chat(officer, MessageRow.conversation_id)
    statement = (
        select(VoteRow, MessageRow, InboxRow.text, OfficerRow, chat)
        .join(MessageRow, VoteRow.message_id == MessageRow.id)
        .join(OfficerRow, VoteRow.officer_id == OfficerRow.id)
        .outerjoin(InboxRow, MessageRow.inbox_id == InboxRow.id)
        .where(VoteRow.is_right.is_(False), VoteRow.at >= since)
        .where(is_learnable_by(officer, MessageRow.conversation_id))
    )
    for vote, line, text, by, ticket_id in session.execute(statement):
        entry_id, title = find_entry(line.answer)
        yield FaultCase(
            FaultKind.VOTE,
            entry_id,
            title,
            text or "",
            vote.note,
            vote.at,
            officer_title(by),
            ticket_id,
        )


def _ratings(
    session: Session, officer: Officer, since: datetime
) -> Iterator[FaultCase]:
    chat = find_chat(officer, MessageRow.conversation_id)
    statement = (
        select(RatingRow, MessageRow, InboxRow.text, chat)
        .join(MessageRow, RatingRow.message_id == MessageRow.id)
        .outerjoin(InboxRow, MessageRow.inbox_id == InboxRow.id)
        .where(RatingRow.score <= int(Score.BAD), RatingRow.changed_at >= since)
        .where(is_learnable_by(officer, MessageRow.conversation_id))
    )
    for rating, line, text, ticket_id in session.execute(statement):
        entry_id, title = find_entry(line.answer)
        at, note = rating.changed_at, rating.comment
        yield FaultCase(
            FaultKind.RATING, entry_id, title, text or "", note, at, "", ticket_id
        )


def _links(session: Session, officer: Officer, since: datetime) -> Iterator[FaultCase]:
    chat = find_chat(officer, TicketRow.conversation_id)
    statement = (
        select(TicketEntryRow, TicketRow, OfficerRow, chat)
        .join(TicketRow, TicketEntryRow.ticket_id == TicketRow.id)
        .outerjoin(OfficerRow, TicketEntryRow.officer_id == OfficerRow.id)
        .where(TicketEntryRow.relation == EntryRelation.WRONG)
        .where(TicketEntryRow.at >= since)
        .where(is_learnable_by(officer, TicketRow.conversation_id))
    )
    for row, ticket, by, ticket_id in session.execute(statement):
        yield FaultCase(
            FaultKind.LINK,
            row.entry_id,
            row.title,
            ticket.preview,
            "",
            row.at,
            officer_title(by),
            ticket_id,
        )


def _reviews(
    session: Session, officer: Officer, since: datetime
) -> Iterator[FaultCase]:
    chat = find_chat(officer, TicketRow.conversation_id)
    statement = (
        select_reviews()
        .add_columns(chat)
        .where(counts_alone(), ReviewRow.created_at >= since)
        .where(is_learnable_by(officer, TicketRow.conversation_id))
    )
    found = [(to_review(*row), chat) for *row, chat in session.execute(statement)]
    wrong = [(review, chat) for review, chat in found if review.sheet.is_wrong]
    used = _find_used(session, [review.ticket_id for review, _ in wrong])
    for review, ticket_id in wrong:
        entry_id, title = used.get(review.ticket_id, ("", ""))
        yield FaultCase(
            FaultKind.REVIEW,
            entry_id,
            title,
            review.about,
            review.sheet.comment,
            review.created_at,
            review.reviewer_name,
            ticket_id,
        )


def _find_used(
    session: Session, ticket_ids: Iterable[int]
) -> dict[int, tuple[str, str]]:
    """Return the first entry that was used in each of these chats."""
    statement = (
        select(TicketEntryRow)
        .where(TicketEntryRow.ticket_id.in_(list(ticket_ids)))
        .where(TicketEntryRow.relation == EntryRelation.USED)
        .order_by(TicketEntryRow.id.desc())
    )
    rows = session.scalars(statement)
    return {row.ticket_id: (row.entry_id, row.title) for row in rows}


_SOURCES = (_votes, _reviews, _links, _ratings)
