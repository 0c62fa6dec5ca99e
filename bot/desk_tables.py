"""Tables of the desk: bureaus, what happened to tickets, ratings, reviews."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from .table_base import Base, Id


class BureauRow(Base):
    """A bureau whose people answer; tickets and officers belong to one."""

    __tablename__ = "bureaus"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    #: Names of departments in the knowledge, regions and words that lead here.
    departments: Mapped[list[Any]] = mapped_column(JSON, default=list)
    regions: Mapped[list[Any]] = mapped_column(JSON, default=list)
    topics: Mapped[list[Any]] = mapped_column(JSON, default=list)
    #: Takes what no other bureau does; there is exactly one.
    is_default: Mapped[bool] = mapped_column(Boolean, default=False)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)


class TicketEventRow(Base):
    """One thing that happened to a ticket; never text of a citizen's."""

    __tablename__ = "ticket_events"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    at: Mapped[datetime]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    #: "opened", "claimed", "first_reply", "transfer_offered", "transfer_accepted",
    #: "transfer_refused", "snoozed", "resolved", "reopened", "closed", "urgency" …
    action: Mapped[str] = mapped_column(String(32))
    #: Ids, states and a colleague's reason.
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)

    __table_args__ = (Index("ix_ticket_events_ticket", "ticket_id", "id"),)


class WarningRow(Base):
    """A warning about a ticket's clock: each goes out once."""

    __tablename__ = "ticket_warnings"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    #: "first_reply", "dispatch" or "answer".
    clock: Mapped[str] = mapped_column(String(16))
    #: "soon", "overdue" or "escalated".
    level: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    #: When it was delivered outside the console; None = not (yet).
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(300), default="")

    __table_args__ = (UniqueConstraint("ticket_id", "clock", "level"),)


class CalendarDayRow(Base):
    """A day on which staff set work or rest against the yearly plan."""

    __tablename__ = "calendar_days"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    is_working: Mapped[bool] = mapped_column(Boolean)
    note: Mapped[str] = mapped_column(String(80), default="")
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))


class CannedReplyRow(Base):
    """A prepared reply for officers; ``bureau_id`` None = for all."""

    __tablename__ = "canned_replies"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    bureau_id: Mapped[int | None] = mapped_column(ForeignKey("bureaus.id"))
    shortcut: Mapped[str] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(80))
    #: May hold {市民}, {工号} … see bot/canned.py.
    text: Mapped[str] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))

    __table_args__ = (UniqueConstraint("bureau_id", "shortcut"),)


class TicketEntryRow(Base):
    """Knowledge that an officer used in a ticket, or found at fault."""

    __tablename__ = "ticket_entries"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    entry_id: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    #: "used", "wrong" or "missing".
    relation: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))


class RatingRow(Base):
    """好差评: one for each served conversation, changeable for a day."""

    __tablename__ = "ratings"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id"), index=True
    )
    #: What was rated: a hand-over, or the bot's answer.
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), unique=True)
    message_id: Mapped[int | None] = mapped_column(
        ForeignKey("messages.id"), unique=True
    )
    bureau_id: Mapped[int | None] = mapped_column(ForeignKey("bureaus.id"))
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    #: 5 非常满意 to 1 非常不满意.
    score: Mapped[int] = mapped_column(Integer)
    #: Masked.
    comment: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class FollowUpRow(Base):
    """What a low rating opens; the rated officer cannot close it."""

    __tablename__ = "follow_ups"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    rating_id: Mapped[int] = mapped_column(ForeignKey("ratings.id"), unique=True)
    bureau_id: Mapped[int | None] = mapped_column(ForeignKey("bureaus.id"))
    #: "open" or "closed".
    state: Mapped[str] = mapped_column(String(16), default="open", index=True)
    #: Who calls the citizen; None = nobody has taken it.
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    due_at: Mapped[datetime]
    #: What was found and done.
    result: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    created_at: Mapped[datetime]


class ReviewRow(Base):
    """One person's judgement of a served chat."""

    __tablename__ = "reviews"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    #: Criterion to points: right, complete, polite, on_time, 0–5 each.
    scores: Mapped[dict[str, Any]] = mapped_column(default=dict)
    is_knowledge_missing: Mapped[bool] = mapped_column(Boolean, default=False)
    comment: Mapped[str] = mapped_column(Text, default="")
    #: A second opinion replaces the first in figures.
    is_second_opinion: Mapped[bool] = mapped_column(Boolean, default=False)
    #: The agent's objection and what became of it: "", "raised", "upheld", "refused".
    appeal: Mapped[str] = mapped_column(String(16), default="")
    appeal_text: Mapped[str] = mapped_column(Text, default="")
    seen_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("ticket_id", "reviewer_id"),)


class VoteRow(Base):
    """An officer's word on an answer of the bot's: right or wrong."""

    __tablename__ = "votes"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    officer_id: Mapped[int] = mapped_column(ForeignKey("officers.id"))
    is_right: Mapped[bool] = mapped_column(Boolean)
    note: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("message_id", "officer_id"),)


class AttachmentRow(Base):
    """A file in a conversation; its bytes are encrypted."""

    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    content_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int] = mapped_column(Integer)
    #: Fernet-encrypted; None once it was erased.
    data_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class ReviewSampleRow(Base):
    """A served chat that was chosen to be reviewed, and why."""

    __tablename__ = "review_samples"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), unique=True)
    #: "escalated", "negative", "sampled" or "picked".
    reason: Mapped[str] = mapped_column(String(16))
    #: Seed of the draw, so that it can be repeated; empty where nothing was drawn.
    seed: Mapped[str] = mapped_column(String(40), default="")
    drawn_at: Mapped[datetime]
    drawn_by: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))


class DraftRow(Base):
    """A question and answer that an officer proposes for the knowledge."""

    __tablename__ = "drafts"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    bureau_id: Mapped[int | None] = mapped_column(ForeignKey("bureaus.id"))
    #: Both masked.
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    #: Document, clause or entry that it rests on; may be empty in a draft.
    basis: Mapped[str] = mapped_column(String(300), default="")
    #: "open", "taken" into the knowledge, or "refused".
    state: Mapped[str] = mapped_column(String(16), default="open", index=True)
    #: Why it was refused, or where it went.
    word: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))


class PeopleTopicRow(Base):
    """A topic that only people answer."""

    __tablename__ = "people_topics"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    #: Words, one of which in a question is enough.
    words: Mapped[list[Any]] = mapped_column(JSON, default=list)
    #: Where it goes; None = by the usual routing.
    bureau_id: Mapped[int | None] = mapped_column(ForeignKey("bureaus.id"))
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
