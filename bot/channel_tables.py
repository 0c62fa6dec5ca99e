"""Tables about what a channel allows and what staff prepare for it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    Boolean,
    Float,
    ForeignKey,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from .table_base import Base, Id


class SendWindowRow(Base):
    """What WeChat lets us push to a citizen after one kind of trigger."""

    __tablename__ = "send_windows"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    #: A member of Trigger other than none.
    trigger: Mapped[str] = mapped_column(String(16))
    opened_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    granted: Mapped[int] = mapped_column(Integer)
    used: Mapped[int] = mapped_column(Integer, default=0)

    __table_args__ = (UniqueConstraint("conversation_id", "trigger"),)


class SubscriptionRow(Base):
    """A citizen's consent to one notice template."""

    __tablename__ = "subscriptions"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    template_id: Mapped[str] = mapped_column(String(64))
    #: Notices left to send; a long-term consent has no count and stays.
    remaining: Mapped[int] = mapped_column(Integer, default=0)
    #: Digest of the event counted last: a resend counts once.
    event_key: Mapped[str] = mapped_column(String(160), default="")
    changed_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("conversation_id", "template_id"),)


class NoticeRow(Base):
    """A subscription notice that was sent, and what WeChat said became of it."""

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id"), index=True
    )
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    template_id: Mapped[str] = mapped_column(String(64))
    #: WeChat's number of the notice.
    wechat_id: Mapped[str] = mapped_column(String(32), index=True)
    #: "sent", then "arrived" or "failed".
    state: Mapped[str] = mapped_column(String(16), default="sent")
    error: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]


class AlarmRow(Base):
    """Something a person must mend: shown in the console until it is over."""

    __tablename__ = "alarms"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    #: What is wrong, as programs call it: wechat:40125.
    key: Mapped[str] = mapped_column(String(64), unique=True)
    #: What happened and what helps, Chinese.
    message: Mapped[str] = mapped_column(String(300))
    is_open: Mapped[bool] = mapped_column(Boolean, default=True)
    count: Mapped[int] = mapped_column(Integer, default=1)
    opened_at: Mapped[datetime]
    last_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class QuickReplyRow(Base):
    """What staff want said to a keyword, a menu button or a scanned code."""

    __tablename__ = "quick_replies"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    #: "keyword", "menu" or "scene".
    source: Mapped[str] = mapped_column(String(16))
    #: Normalised keyword, menu key or scene.
    key: Mapped[str] = mapped_column(String(128))
    #: What is said; empty if ``question`` is asked in the citizen's place.
    text: Mapped[str] = mapped_column(Text, default="")
    question: Mapped[str] = mapped_column(String(200), default="")
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("officers.id"))

    __table_args__ = (UniqueConstraint("source", "key"),)


class HallRow(Base):
    """A service hall that citizens are sent to."""

    __tablename__ = "halls"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    region: Mapped[str] = mapped_column(String(40), default="")
    address: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str] = mapped_column(String(80), default="")
    hours: Mapped[str] = mapped_column(String(200), default="")
    #: Degrees, GCJ-02 as WeChat and Chinese maps have them.
    latitude: Mapped[float] = mapped_column(Float)
    longitude: Mapped[float] = mapped_column(Float)
