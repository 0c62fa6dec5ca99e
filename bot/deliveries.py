"""Lines that wait for a channel: their values, and which of them may go next.

A conversation's lines go out in the order of their ids, one at a time. Nothing
overtakes a line that is on its way or waits for its next try. A parked line waits for
the citizen, perhaps for days, so it holds up only lines of its own or a lower
priority: an officer's words do not wait behind an answer of the bot's for which no
quota was left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, or_, select
from sqlalchemy.orm import aliased

from .records import answer_from_json
from .seal import Seal
from .tables import (
    CitizenRow,
    ConversationRow,
    InboxRow,
    MessageRow,
    OfficerRow,
    OutboxRow,
    TicketRow,
)
from .types import Answer, Channel, DeliveryState, MessageKind, Priority, Sender

#: Higher ones step past parked lower ones.
_RANKS = {Priority.BOT: 0, Priority.PERSON: 1, Priority.SAFETY: 2}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One line to send. Holds personal data: never logged."""

    outbox_id: int
    message_id: int
    conversation_id: int
    channel: Channel

    #: OpenID.
    sender_id: str
    text: str

    #: Tries so far, this one included; at least 1.
    attempts: int

    #: The bot's answer, for channels that draw it their own way; None for officers'
    #: and system lines.
    answer: Answer | None

    priority: Priority = Priority.BOT

    #: Whose words they are.
    said_by: Sender = Sender.BOT

    #: 工号 of the officer who says it; empty for the bot and the system.
    staff_number: str = ""

    #: Parts of a long line that the citizen has already.
    parts_sent: int = 0

    #: What the citizen had asked, masked; empty if it was no text or was erased.
    question: str = ""

    #: A bot's answer for whose citizen an officer has come in since: not to be sent.
    is_taken_over: bool = False


@dataclass(frozen=True, slots=True)
class PassiveLine:
    """A line that waits, for an account that may not push: it rides on a reply."""

    outbox_id: int
    message_id: int
    text: str
    priority: Priority

    #: As in ``Delivery``, like all that follows.
    answer: Answer | None
    said_by: Sender = Sender.BOT
    staff_number: str = ""
    parts_sent: int = 0
    question: str = ""


def select_deliveries() -> Select[
    OutboxRow, MessageRow, CitizenRow, InboxRow, OfficerRow, bool
]:
    """Select deliveries with all that :func:`to_delivery` needs."""
    return (
        select(
            OutboxRow,
            MessageRow,
            CitizenRow,
            InboxRow,
            OfficerRow,
            is_taken_over(OutboxRow),
        )
        .join(MessageRow, OutboxRow.message_id == MessageRow.id)
        .join(ConversationRow, OutboxRow.conversation_id == ConversationRow.id)
        .join(CitizenRow, ConversationRow.citizen_id == CitizenRow.id)
        .outerjoin(InboxRow, MessageRow.inbox_id == InboxRow.id)
        .outerjoin(OfficerRow, MessageRow.officer_id == OfficerRow.id)
        .order_by(OutboxRow.id)
        .execution_options(populate_existing=True)
    )


def is_head() -> ColumnElement[bool]:
    """Whether nothing before a line holds it up."""
    earlier = aliased(OutboxRow)
    is_parked = and_(
        earlier.state == DeliveryState.PARKED, _rank(earlier) >= _rank(OutboxRow)
    )
    # What is about to be dropped must not make an officer wait for its next try.
    is_queued = and_(earlier.state == DeliveryState.QUEUED, ~is_taken_over(earlier))
    return ~(
        exists()
        .where(earlier.conversation_id == OutboxRow.conversation_id)
        .where(earlier.id < OutboxRow.id, or_(is_queued, is_parked))
        .correlate(OutboxRow)
    )


def is_taken_over(outbox: Any) -> ColumnElement[bool]:
    """Whether a person has come in since the bot's answer was composed.

    An officer of the console or of WeChat's own agent system, who may also have
    finished already. Only the bot's own words are affected.

    Args:
        outbox: ``OutboxRow`` or an alias of it.
    """
    line, ticket = aliased(MessageRow), aliased(TicketRow)
    since = (
        exists()
        .where(line.id == outbox.message_id)
        .where(ticket.conversation_id == outbox.conversation_id)
        .where(or_(ticket.officer_id.is_not(None), ticket.kf_account != ""))
        .where(ticket.changed_at >= line.created_at)
        .correlate(outbox)
    )
    return and_(outbox.priority == Priority.BOT, since)


def to_delivery(
    outbox: OutboxRow,
    message: MessageRow,
    citizen: CitizenRow,
    inbox: InboxRow | None,
    officer: OfficerRow | None,
    is_taken_over: bool,
    *,
    seal: Seal,
) -> Delivery:
    """Return a row of :func:`select_deliveries` as a value.

    Raises:
        UnsealError: If the secret key was changed.
    """
    assert citizen.sender_sealed is not None
    answer = answer_from_json(message.answer) if message.answer else None
    return Delivery(
        outbox_id=outbox.id,
        message_id=message.id,
        conversation_id=outbox.conversation_id,
        channel=Channel(outbox.channel),
        sender_id=seal.unseal(citizen.sender_sealed),
        text=message.text,
        attempts=outbox.attempts,
        answer=answer,
        priority=Priority(outbox.priority),
        said_by=Sender(message.sender),
        staff_number=officer.staff_number if officer else "",
        parts_sent=outbox.parts_sent,
        question=_question(inbox, answer),
        is_taken_over=bool(is_taken_over),
    )


def to_passive_line(
    outbox: OutboxRow,
    message: MessageRow,
    inbox: InboxRow | None,
    officer: OfficerRow | None,
) -> PassiveLine:
    """Return a line that waits for the citizen's next message."""
    answer = answer_from_json(message.answer) if message.answer else None
    return PassiveLine(
        outbox_id=outbox.id,
        message_id=message.id,
        text=message.text,
        priority=Priority(outbox.priority),
        answer=answer,
        said_by=Sender(message.sender),
        staff_number=officer.staff_number if officer else "",
        parts_sent=outbox.parts_sent,
        question=_question(inbox, answer),
    )


def _question(inbox: InboxRow | None, answer: Answer | None) -> str:
    """What the citizen typed; for a menu key or a place, what it was taken for."""
    if inbox is None or answer is None:
        return ""
    if inbox.kind == MessageKind.TEXT:
        return inbox.text
    return answer.evidence.question


def _rank(outbox: Any) -> ColumnElement[int]:
    return case(
        {str(priority): rank for priority, rank in _RANKS.items()},
        value=outbox.priority,
    )
