"""Conversations: the turn to answer, its answer with all that follows, forgetting."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Engine, exists, select
from sqlalchemy.orm import Session

from .database import Transactions
from .events import Event
from .forgetting import forget_and_reopen, forget_citizen
from .inbox import StoredReply, read_reply
from .queries import (
    count_waiting,
    find_conversation,
    find_open_ticket,
    list_messages,
    lock_conversation,
)
from .records import focus_from_json, focus_to_json
from .seal import Seal
from .settling import store_answer
from .tables import ConversationRow, InboxRow, MessageRow
from .turn import Effect, Focus, Turn
from .types import (
    Answer,
    AnswerStatus,
    Channel,
    Message,
    MessageKind,
    Sender,
    Ticket,
    TicketState,
)

#: Lines a citizen's page or an officer's pane shows at first.
MAX_LINES = 500


@dataclass(frozen=True, slots=True)
class Settled:
    """A turn whose answer is committed, by us or by whoever was faster."""

    reply: StoredReply
    events: tuple[Event, ...] = ()


class ConversationStore:
    """Turns and their history; every public method is one transaction."""

    def __init__(self, engine: Engine, seal: Seal) -> None:
        self._tx = Transactions(engine)
        self._seal = seal

    def load_turn(self, inbox_id: int) -> Turn:
        """Load a written-down message with the state of its conversation.

        Raises:
            StoreUnavailableError: If the database cannot be read.
        """
        with self._tx.read() as session:
            inbox = session.get_one(InboxRow, inbox_id)
            conversation = session.get_one(ConversationRow, inbox.conversation_id)
            ticket = find_open_ticket(session, conversation.id)
            return Turn(
                text=inbox.text,
                at=inbox.received_at,
                kind=MessageKind(inbox.kind),
                channel=Channel(inbox.channel),
                focus=focus_from_json(conversation.focus),
                ticket=ticket,
                waiting=count_waiting(session),
                has_waiting_notice=ticket is not None and _was_told(session, ticket),
            )

    def settle(
        self,
        inbox_id: int,
        turn: Turn,
        answer: Answer,
        *,
        body: str,
        is_passive: bool,
        at: datetime,
    ) -> Settled | None:
        """Store an answer and all that follows from it, or nothing at all.

        Args:
            inbox_id: The message answered.
            turn: As the steps left it.
            answer: What they answered.
            body: The channel's reply, stored byte for byte.
            is_passive: False if the reply must be pushed.
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
            ticket = find_open_ticket(session, conversation.id)
            if _state(ticket) != _state(turn.ticket):
                return None
            events: list[Event] = []
            if turn.effect is Effect.FORGET:
                conversation, events = forget_and_reopen(
                    session, conversation, inbox, at=at
                )
            events += store_answer(
                session, inbox, turn, answer, is_passive=is_passive, at=at
            )
            focus = Focus() if turn.effect is Effect.FORGET else turn.focus
            conversation.focus = focus_to_json(focus)
            conversation.updated_at = at
            inbox.answered_at = at
            inbox.is_passive = is_passive
            inbox.reply_body = self._seal.seal(body).decode() if body else ""
            return Settled(StoredReply(body, answer.status), tuple(events))

    def list_messages(
        self, channel: Channel, sender_id: str, *, after: int
    ) -> list[Message]:
        """List what the citizen may see, oldest first: no notes, no evidence."""
        with self._tx.read() as session:
            found = find_conversation(
                session, self._seal.fingerprint(channel, sender_id)
            )
            if found is None:
                return []
            lines = list_messages(session, found[1].id, after=after, limit=MAX_LINES)
        return [
            replace(line, evidence=None, delivery="", delivery_error="")
            for line in lines
            if line.sender is not Sender.NOTE
        ]

    def find_open_ticket(self, channel: Channel, sender_id: str) -> Ticket | None:
        """Find the citizen's hand-over that is not closed."""
        with self._tx.read() as session:
            found = find_conversation(
                session, self._seal.fingerprint(channel, sender_id)
            )
            return find_open_ticket(session, found[1].id) if found else None

    def count_waiting_before(self, ticket_id: int) -> int:
        """Count the tickets that are served before this one."""
        with self._tx.read() as session:
            return count_waiting(session, before=ticket_id)

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


def _state(ticket: Ticket | None) -> tuple[int, TicketState] | None:
    return (ticket.id, ticket.state) if ticket else None


def _was_told(session: Session, ticket: Ticket) -> bool:
    told = exists().where(
        MessageRow.ticket_id == ticket.id,
        MessageRow.status == AnswerStatus.SILENT_OFFICER,
    )
    return bool(session.execute(select(told)).scalar_one())
