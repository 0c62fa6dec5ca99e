"""Tables of the audit trail: its rows, and the head that ends its chain."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from .table_base import Base, Id

#: The only head there is.
HEAD_ID = 1


class AuditRow(Base):
    """Who did what in the console, when and why; written by ``auditing.audit``."""

    __tablename__ = "audit"

    #: Given by the chain, without gaps: nothing can go missing unseen.
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    officer_id: Mapped[int | None] = mapped_column(Integer)
    action: Mapped[str] = mapped_column(String(64))
    #: "ticket 7"; never message text.
    subject: Mapped[str] = mapped_column(String(120))
    detail: Mapped[str] = mapped_column(String(300), default="")
    #: Keyed digest of this row and the one before, hex; empty = nobody chained it.
    chain: Mapped[str] = mapped_column(String(64), default="")


class AuditHeadRow(Base):
    """Where the chain ends; a single row, locked by whoever adds to the trail."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last_id: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[int] = mapped_column(BigInteger)
    chain: Mapped[str] = mapped_column(String(64))
    #: Rows up to here were chained after the fact; 0 = none.
    sealed_up_to: Mapped[int] = mapped_column(BigInteger)
    #: When the chain was begun, as text.
    sealed_at: Mapped[str] = mapped_column(String(32))
    #: Keyed digest of all that.
    seal: Mapped[str] = mapped_column(String(64))
