"""Conversations: the turn to answer, its answer with all that follows, forgetting."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Engine, exists, select
from sqlalchemy.orm import Session

from .clocks import GetCalendar
from .database import Transactions
from .deliveries import PassiveLine
from .events import Clock, Event
from .forgetting import forget_and_reopen, forget_citizen
from .inbox import StoredReply, read_reply
from .loading import load_turn
from .passive import note_carried, take_for_passive
from .queries import (
    find_conversation,
    find_latest_tickets,
    find_open_ticket,
    list_messages,
    lock_conversation,
    select_lines,
)
from .records import focus_to_json, to_message
from .seal import Seal
from .settling import store_answer
from .tables import ConversationRow, InboxRow, MessageRow
from .turn import Effect, Focus, Situation, Turn
from .types import (
    Answer,
    Channel,
    Evidence,
    Message,
    Sender,
    Ticket,
    TicketState,
)
from .waiting import find_standing

#: Lines a citizen's page or an officer's pane shows at first.
MAX_LINES = 500


@dataclass(frozen=True, slots=True)
class Carried:
    """A reply that brings along what waited for the citizen."""

    body: str

    #: Outbox row to the parts of it that the citizen has then.
    parts: Mapping[int, int]

    #: Outbox rows that are in it to their end.
    finished: frozenset[int]


#: Makes one reply of an answer and the lines that waited, oldest first.
Carry: TypeAlias = Callable[[Answer, Sequence[PassiveLine]], Carried]


@dataclass(frozen=True, slots=True)
class Delivering:
    """How an answer may reach the citizen."""

    #: Somebody waits on a connection for it.
    is_passive: bool

    #: That somebody may have hung up: kept for later too, until it is fetched.
    is_uncertain: bool = False

    #: Takes along what cannot be pushed; None = nothing waits that way.
    carry: Carry | None = None


@dataclass(frozen=True, slots=True)
class LinkedAnswer:
    """A question and what became of it, for the link that is bound to it."""

    #: Masked; empty once it was erased.
    question: str

    #: The bot's line; None while it is being composed, and once it was erased.
    message: Message | None

    #: Whether a person has the chat now: the bot's answer counts no more.
    is_taken_over: bool

    is_erased: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """A turn whose answer is committed, by us or by whoever was faster."""

    reply: StoredReply
    events: tuple[Event, ...] = ()


class ConversationStore:
    """Turns and their history; every public method is one transaction."""

    def __init__(
        self, engine: Engine, seal: Seal, clock: Clock, get_calendar: GetCalendar
    ) -> None:
        self._tx = Transactions(engine)
        self._seal = seal
        self._clock = clock
        self._get_calendar = get_calendar

    def load_turn(self, inbox_id: int) -> Turn:
        """Load a written-down message with the state of its conversation.

        The queue and what may be rated are looked up only when a step asks for them.

        Raises:
            StoreUnavailableError: If the database cannot be read.
        """
        return load_turn(
            self._tx, inbox_id, clock=self._clock, get_calendar=self._get_calendar
        )

    def settle(
        self,
        inbox_id: int,
        turn: Turn,
        answer: Answer,
        *,
        body: str,
        delivery: Delivering,
        at: datetime,
    ) -> Settled | None:
        """Store an answer and all that follows from it, or nothing at all.

        Args:
            inbox_id: The message answered.
            turn: As the steps left it.
            answer: What they answered.
            body: The channel's reply, stored byte for byte unless it goes out
                another way.
            delivery: How it may reach the citizen.
            at: Now, aware UTC.

        Returns:
            What is stored: this reply, or an earlier one if the message had been
            answered meanwhile. None if an officer or another message has opened,
            taken or closed a hand-over since the turn was loaded: compose again.

        Raises:
            StoreUnavailableError: If the database cannot commit.
        """
        with self._tx.write() as session:
            inbox = session.get_one(InboxRow, inbox_id, with_for_update=True)
            conversation = lock_conversation(session, inbox.conversation_id)
            if (stored := read_reply(session, inbox, self._seal)) is not None:
                return Settled(stored)
            tickets = find_latest_tickets(session, conversation.id)
            if [*map(_state, tickets)] != [_state(turn.ticket), _state(turn.resolved)]:
                return None
            turn.ticket, turn.resolved = tickets
            is_passive = delivery.is_passive and inbox.promised_at is None
            is_late = not is_passive and turn.channel is Channel.WECHAT
            body = "" if is_late else _carry(session, inbox, answer, body, delivery, at)
            events: list[Event] = []
            is_forgotten = turn.effect is Effect.FORGET
            if is_forgotten:
                conversation, events = forget_and_reopen(
                    session, conversation, inbox, at=at
                )
            events += store_answer(
                session,
                inbox,
                turn,
                answer,
                calendar=self._get_calendar(),
                is_pushed=not is_passive or delivery.is_uncertain,
                at=at,
            )
            if is_forgotten or not _was_overtaken(session, inbox):
                kept = Focus() if is_forgotten else turn.focus
                conversation.focus = focus_to_json(kept)
            sealed = self._seal.seal(body).decode() if body else ""
            _note_answered(conversation, inbox, sealed, is_passive=is_passive, at=at)
            return Settled(StoredReply(body, answer.status), tuple(events))

    def list_messages(
        self, channel: Channel, sender_id: str, *, after: int
    ) -> list[Message]:
        """List what the citizen may see, oldest first: no notes, no scores.

        Of the evidence stay the question and the release, by which a page finds
        out whether an answer still stands.
        """
        with self._tx.read() as session:
            found = find_conversation(
                session, self._seal.fingerprint(channel, sender_id)
            )
            if found is None:
                return []
            lines = list_messages(session, found[1].id, after=after, limit=MAX_LINES)
        return [
            replace(line, evidence=_trace(line), delivery="", delivery_error="")
            for line in lines
            if line.sender is not Sender.NOTE
        ]

    def find_answer(self, inbox_id: int) -> LinkedAnswer | None:
        """Find what a message was answered; None if there is no such message."""
        with self._tx.read() as session:
            inbox = session.get(InboxRow, inbox_id)
            if inbox is None:
                return None
            rows = session.execute(
                select_lines().where(
                    MessageRow.inbox_id == inbox_id,
                    MessageRow.sender != Sender.CITIZEN,
                )
            ).all()
            lines = [to_message(*row) for row in rows]
            ticket = find_open_ticket(session, inbox.conversation_id)
            return LinkedAnswer(
                inbox.text,
                lines[-1] if lines and lines[-1].text else None,
                is_taken_over=ticket is not None and ticket.is_held,
                is_erased=inbox.answered_at is not None and not inbox.text,
            )

    def find_open_ticket(self, channel: Channel, sender_id: str) -> Ticket | None:
        """Find the citizen's hand-over that is not closed."""
        with self._tx.read() as session:
            found = find_conversation(
                session, self._seal.fingerprint(channel, sender_id)
            )
            return find_open_ticket(session, found[1].id) if found else None

    def look(self, channel: Channel, sender_id: str) -> Situation:
        """Find how a citizen stands with the staff; nothing for a stranger."""
        now, calendar = self._clock(), self._get_calendar()
        with self._tx.read() as session:
            found = find_conversation(
                session, self._seal.fingerprint(channel, sender_id)
            )
            if found is None:
                return Situation()
            ticket, resolved = find_latest_tickets(session, found[1].id)
            if ticket is None:
                return Situation(resolved=resolved)
            standing = find_standing(session, ticket, calendar=calendar, now=now)
        return Situation(ticket, standing)

    def forget(
        self, channel: Channel, sender_id: str, *, at: datetime
    ) -> tuple[Event, ...]:
        """Erase a citizen's texts, ids and focus; nothing happens for a stranger."""
        with self._tx.write() as session:
            found = find_conversation(
                session, self._seal.fingerprint(channel, sender_id)
            )
            if found is None:
                return ()
            conversation = lock_conversation(session, found[1].id)
            return tuple(forget_citizen(session, conversation, at=at))


def _note_answered(
    conversation: ConversationRow,
    inbox: InboxRow,
    sealed: str,
    *,
    is_passive: bool,
    at: datetime,
) -> None:
    conversation.updated_at = inbox.answered_at = at
    inbox.reply_body = sealed
    inbox.is_passive = is_passive
    inbox.detail = None  # a place is kept no longer than it takes to answer


def _carry(
    session: Session,
    inbox: InboxRow,
    answer: Answer,
    body: str,
    delivery: Delivering,
    at: datetime,
) -> str:
    """Return the body with the lines that waited; without any it stays as it is."""
    if delivery.carry is None:
        return body
    lines = take_for_passive(session, inbox.conversation_id, at=at)
    if not lines:
        return body
    carried = delivery.carry(answer, lines)
    note_carried(session, inbox.id, carried.parts, carried.finished)
    return carried.body


def _was_overtaken(session: Session, inbox: InboxRow) -> bool:
    """Whether a later message was answered first: what it is about counts then."""
    later = exists().where(
        InboxRow.conversation_id == inbox.conversation_id,
        InboxRow.id > inbox.id,
        InboxRow.answered_at.is_not(None),
    )
    return bool(session.execute(select(later)).scalar_one())


def _state(ticket: Ticket | None) -> tuple[int, TicketState] | None:
    return (ticket.id, ticket.state) if ticket else None


def _trace(line: Message) -> Evidence | None:
    known = line.evidence
    return known and Evidence(question=known.question, release_id=known.release_id)
