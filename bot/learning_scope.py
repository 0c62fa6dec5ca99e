"""Whose conversations somebody may learn from, and the chat to open for more."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from .accounts import Officer
from .rights import Right
from .tables import TicketRow
from .visibility import seen_by


def is_learnable_by(
    officer: Officer, conversation_id: InstrumentedAttribute[int]
) -> ColumnElement[bool]:
    """Whether somebody may read single questions of a conversation.

    Supervisors may of all. Editors of the knowledge, who see no chats, read masked
    questions, but nothing of a confidential matter. Who leads a bureau reads what
    came to it.
    """
    if officer.may(Right.SUPERVISE):
        return true()
    secret, own = aliased(TicketRow), aliased(TicketRow)
    is_secret = exists().where(
        secret.conversation_id == conversation_id, secret.is_confidential
    )
    if officer.may(Right.EDIT) or officer.may(Right.REVIEW_KNOWLEDGE):
        return ~is_secret
    if not officer.may(Right.LEAD):
        return false()
    foreign = aliased(TicketRow)
    is_foreign = exists().where(
        foreign.conversation_id == conversation_id,
        foreign.is_confidential,
        ~seen_by(officer, foreign),
    )
    sees_one = exists().where(
        own.conversation_id == conversation_id, seen_by(officer, own)
    )
    return and_(sees_one, ~is_foreign)


def find_chat(officer: Officer, conversation_id: InstrumentedAttribute[int]) -> Any:
    """Select the newest chat of a conversation that somebody may open, if any."""
    ticket = aliased(TicketRow)
    return (
        select(func.max(ticket.id))
        .where(ticket.conversation_id == conversation_id, seen_by(officer, ticket))
        .correlate_except(ticket)
        .scalar_subquery()
    )
