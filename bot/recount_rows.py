"""What the recount reads, and where it adds up; as raw as the tables are."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import tables

Row: TypeAlias = dict[str, Any]


class Tally:
    """Adds up what is one person's or bureau's, or everybody's."""

    def __init__(self, bureau_id: int | None, officer_id: int | None) -> None:
        self.bureau_id, self.officer_id = bureau_id, officer_id
        self.met: Counter[tuple[str, str, str]] = Counter()
        self.all: Counter[tuple[str, str, str]] = Counter()

    def is_wanted(self, bureau: int | None, officer: int | None) -> bool:
        """Tell whether it is for whom we count."""
        if self.bureau_id is not None and bureau != self.bureau_id:
            return False
        return self.officer_id is None or officer == self.officer_id

    def of_office(self, measure: str, *, met: bool, **by: str) -> None:
        """Add a case that is no bureau's and no person's."""
        if self.bureau_id is None and self.officer_id is None:
            self.add(measure, met=met, **by)

    def of_ticket(self, measure: str, ticket: Row, *, met: bool) -> None:
        """Add a case of a ticket."""
        bureau, officer = ticket["bureau_id"], ticket["officer_id"]
        if self.is_wanted(bureau, officer):
            self.add(
                measure,
                met=met,
                bureau=str(bureau or ""),
                topic=ticket["department"],
                officer=str(officer or ""),
                urgency=ticket["urgency"],
            )

    def add(self, measure: str, *, met: bool, **by: str) -> None:
        """Add a case to the total and to each of its groups."""
        for key in [(measure, "", ""), *((measure, d, v) for d, v in by.items())]:
            self.all[key] += 1
            self.met[key] += met


class Rows:
    """Raw rows of the tables that the definitions speak of."""

    def __init__(self, session: Session, since: datetime, until: datetime) -> None:
        def read(row: Any, *where: Any) -> list[Row]:
            table = row.__table__
            found = session.execute(
                select(table).where(*where).order_by(table.c.id)
            ).mappings()
            return [dict(each) for each in found]

        early, late = since - 2 * timedelta(days=1), until + 2 * timedelta(days=1)
        line, mail = tables.MessageRow, tables.InboxRow
        self.inbox = read(mail, mail.received_at >= early, mail.received_at <= late)
        self.lines = read(line, line.created_at >= early, line.created_at <= late)
        self.tickets = {t["id"]: t for t in read(tables.TicketRow)}
        self.events: dict[int, list[Row]] = defaultdict(list)
        for event in read(tables.TicketEventRow):
            self.events[event["ticket_id"]].append(event)
        self.ratings = {r["id"]: r for r in read(tables.RatingRow)}
        self.follow_ups = read(tables.FollowUpRow)
        self.votes = read(tables.VoteRow)
        self.judged = read(line, line.id.in_(select(tables.VoteRow.message_id)))
        self.reviews = read(tables.ReviewRow)
        self.conversations = {c["id"]: c for c in read(tables.ConversationRow)}
        self.citizens = {c["id"]: c for c in read(tables.CitizenRow)}
