"""Tables of the bot package. Rows never leave the stores; values of types do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from .audit_tables import AuditHeadRow as AuditHeadRow
from .audit_tables import AuditRow as AuditRow
from .calendar_tables import HolidayPlanRow as HolidayPlanRow
from .channel_tables import AlarmRow as AlarmRow
from .channel_tables import HallRow as HallRow
from .channel_tables import NoticeRow as NoticeRow
from .channel_tables import QuickReplyRow as QuickReplyRow
from .channel_tables import SendWindowRow as SendWindowRow
from .channel_tables import SubscriptionRow as SubscriptionRow
from .desk_tables import AttachmentRow as AttachmentRow
from .desk_tables import BureauRow as BureauRow
from .desk_tables import CalendarDayRow as CalendarDayRow
from .desk_tables import CannedReplyRow as CannedReplyRow
from .desk_tables import DraftRow as DraftRow
from .desk_tables import FollowUpRow as FollowUpRow
from .desk_tables import PeopleTopicRow as PeopleTopicRow
from .desk_tables import RatingRow as RatingRow
from .desk_tables import ReviewRow as ReviewRow
from .desk_tables import ReviewSampleRow as ReviewSampleRow
from .desk_tables import TicketEntryRow as TicketEntryRow
from .desk_tables import TicketEventRow as TicketEventRow
from .desk_tables import VoteRow as VoteRow
from .desk_tables import WarningRow as WarningRow
from .table_base import Base as Base
from .table_base import Id


class CitizenRow(Base):
    """A person on one channel; the id at the channel is encrypted."""

    __tablename__ = "citizens"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    #: HMAC-SHA-256 of channel and sender id, hex: what we look up and log by.
    sender_hash: Mapped[str] = mapped_column(String(64))
    #: The sender id, Fernet-encrypted; None once the citizen's data was deleted.
    sender_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    number: Mapped[str] = mapped_column(String(8))
    is_following: Mapped[bool] = mapped_column(Boolean, default=True)
    welcomed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("sender_hash"),)


class ConversationRow(Base):
    """All turns of a citizen; ``focus`` is what the last answer was about."""

    __tablename__ = "conversations"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizens.id"), unique=True)
    #: {"entry_id", "title", "region", "question", "options": [...], "failures": n,
    #: "at": iso time}; forgotten after a pause.
    focus: Mapped[dict[str, Any]] = mapped_column(default=dict)
    #: Number of the last line that the citizen's page has shown; 0 where none tells.
    read_up_to: Mapped[int] = mapped_column(Id, default=0)
    updated_at: Mapped[datetime]


class InboxRow(Base):
    """A message written down before it is acknowledged, once per key."""

    __tablename__ = "inbox"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    channel: Mapped[str] = mapped_column(String(16))
    #: Unique per channel: a resend finds the first row.
    message_key: Mapped[str] = mapped_column(String(160))
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id"), index=True
    )
    kind: Mapped[str] = mapped_column(String(16))
    #: Masked.
    text: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime]
    #: Who composes now; another may take over when it has run out.
    lease_until: Mapped[datetime | None]
    answered_at: Mapped[datetime | None] = mapped_column(index=True)
    #: The channel's reply, byte for byte what a resend gets; None until answered.
    reply_body: Mapped[str | None] = mapped_column(Text)
    #: The reply left with the HTTP response; if False the worker pushes it.
    is_passive: Mapped[bool] = mapped_column(Boolean, default=True)
    #: What allows us to push to the citizen now: a member of Trigger.
    trigger: Mapped[str] = mapped_column(String(16), default="message")
    #: Requests that carried this message: 1, and one more for each resend.
    requests: Mapped[int] = mapped_column(Integer, default=1)
    #: When the last connection was let go before there was an answer; the answer
    #: is pushed, or kept for a link or the citizen's next message.
    promised_at: Mapped[datetime | None]
    #: What a media message or a place carries until it is answered; erased then.
    detail: Mapped[dict[str, Any] | None] = mapped_column(JSON)

    __table_args__ = (UniqueConstraint("channel", "message_key"),)


class MessageRow(Base):
    """One line of a conversation: citizen, bot, officer, system or note."""

    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    inbox_id: Mapped[int | None] = mapped_column(ForeignKey("inbox.id"), index=True)
    sender: Mapped[str] = mapped_column(String(16))
    #: Masked.
    text: Mapped[str] = mapped_column(Text)
    status: Mapped[str | None] = mapped_column(String(40))
    #: Blocks, options, citations, evidence as JSON; None for citizens' lines.
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    confidence: Mapped[float | None] = mapped_column(Float)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    #: What the citizen wrote before it was masked, encrypted; None where nothing was
    #: masked. Opened for a stated reason only, and erased with the text.
    original_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: A picture, voice or video: {"kind", "media_id", "format"}; erased with the text.
    media: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    #: Made by the sender's page, so that a form sent twice is one line.
    client_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_messages_conversation", "conversation_id", "id"),)


class TicketRow(Base):
    """A hand-over; the one open ticket of a conversation silences the bot."""

    __tablename__ = "tickets"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id"), index=True
    )
    state: Mapped[str] = mapped_column(String(16), index=True)
    reason: Mapped[str] = mapped_column(String(200))
    preview: Mapped[str] = mapped_column(String(200))
    department: Mapped[str] = mapped_column(String(80), default="")
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    unread: Mapped[int] = mapped_column(Integer, default=0)
    #: Who serves in WeChat's own agent system (desk.mode wechat); else empty.
    kf_account: Mapped[str] = mapped_column(String(64), default="")
    #: A member of TicketKind.
    kind: Mapped[str] = mapped_column(String(16), default="consult")
    #: A member of Urgency.
    urgency: Mapped[str] = mapped_column(String(16), default="normal")
    #: Whose it is: always set once routed.
    bureau_id: Mapped[int | None] = mapped_column(ForeignKey("bureaus.id"))
    #: The bureau it was offered to; the first one stays responsible until then.
    offered_to_id: Mapped[int | None] = mapped_column(ForeignKey("bureaus.id"))
    #: 留言: the citizen does not wait in the chat.
    is_message: Mapped[bool] = mapped_column(Boolean, default=False)
    #: Identity and text only for whoever handles it.
    is_confidential: Mapped[bool] = mapped_column(Boolean, default=False)
    due_first_reply_at: Mapped[datetime | None]
    due_dispatch_at: Mapped[datetime | None]
    due_answer_at: Mapped[datetime | None]
    first_reply_at: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    #: What was done, for the record; Chinese.
    resolution: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    # At most one open hand-over of a conversation, whatever races.
    __table_args__ = (
        Index(
            "uq_tickets_open",
            "conversation_id",
            unique=True,
            sqlite_where=text("state NOT IN ('closed', 'resolved')"),
            postgresql_where=text("state NOT IN ('closed', 'resolved')"),
        ),
    )


class OutboxRow(Base):
    """A message to push to a channel, kept until it is sent or given up."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), unique=True)
    #: Messages of one conversation go out in the order of their ids.
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    channel: Mapped[str] = mapped_column(String(16))
    #: A member of Priority: what may use the last message of a window.
    priority: Mapped[str] = mapped_column(String(16), default="bot")
    #: A member of DeliveryState.
    state: Mapped[str] = mapped_column(String(16), default="queued")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    #: Parts of a long message that WeChat has; a retry goes on behind them.
    parts_sent: Mapped[int] = mapped_column(Integer, default=0)
    next_try_at: Mapped[datetime]
    #: What to tell the officer; no secrets, no OpenID.
    error: Mapped[str] = mapped_column(String(300), default="")
    sent_at: Mapped[datetime | None]
    #: The message whose reply brings it along, and how far; counts once that reply
    #: was fetched (accounts that may not push).
    carried_by_id: Mapped[int | None] = mapped_column(ForeignKey("inbox.id"))
    carried_parts: Mapped[int] = mapped_column(Integer, default=0)
    is_carried_whole: Mapped[bool] = mapped_column(Boolean, default=False)
    #: When the citizen was told by subscription notice that something waits.
    noticed_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_outbox_due", "state", "next_try_at"),
        Index("ix_outbox_conversation", "conversation_id", "state", "id"),
    )


class OfficerRow(Base):
    """A person who may log in to the console."""

    __tablename__ = "officers"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    #: 工号 as citizens read it.
    staff_number: Mapped[str] = mapped_column(String(16))
    department: Mapped[str] = mapped_column(String(80))
    #: A member of Role.
    role: Mapped[str] = mapped_column(String(24))
    #: argon2id.
    password_hash: Mapped[str] = mapped_column(String(200))
    #: Raised when the password or role changes: older sessions end.
    session_epoch: Mapped[int] = mapped_column(Integer, default=1)
    failed_logins: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None]
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    #: None = the whole office.
    bureau_id: Mapped[int | None] = mapped_column(ForeignKey("bureaus.id"))
    #: Secret of the second factor, encrypted; None = not set up.
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: Number of the last 30 s step used: a code counts once.
    totp_step: Mapped[int] = mapped_column(BigInteger, default=0)
    #: "online", "busy" or "away", as chosen; and when a page was last open.
    presence: Mapped[str] = mapped_column(String(16), default="online")
    seen_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    last_login_at: Mapped[datetime | None]


class SetupTokenRow(Base):
    """A one-time link to make an account; only its SHA-256 is kept."""

    __tablename__ = "setup_tokens"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(24))
    bureau_id: Mapped[int | None] = mapped_column(ForeignKey("bureaus.id"))
    #: Whose password it sets anew; None = it makes a new account.
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
