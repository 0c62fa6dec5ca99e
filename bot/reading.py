"""How far a citizen has read, and how to reach one who has just written."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine, func, select, update

from .database import Transactions
from .events import Clock, Publish, publish_nothing
from .queries import find_conversation, find_open_ticket
from .seal import Seal
from .tables import CitizenRow, ConversationRow, MessageRow, TicketRow
from .types import Channel, Sender

#: WeChat shows 正在输入 only so soon after the citizen's own message.
#: Source: the platform's documentation of custom/typing.
JUST_WROTE = timedelta(seconds=30)


class ReadMarks:
    """What a citizen's page has shown; a method is one or two short transactions."""

    def __init__(
        self,
        engine: Engine,
        seal: Seal,
        clock: Clock,
        publish: Publish = publish_nothing,
    ) -> None:
        self._tx = Transactions(engine)
        self._seal = seal
        self._clock = clock
        self._publish = publish

    def note_shown(self, channel: Channel, sender_id: str, up_to: int) -> bool:
        """Note the newest line that the citizen's page has shown.

        What lies behind the newest line of the conversation is read as that line;
        a number below what is noted changes nothing.

        Args:
            channel: Where the page is.
            sender_id: Of the citizen; a stranger's report is dropped.
            up_to: Id of the line.

        Returns:
            Whether it was news; then open pages of officers are told.
        """
        fingerprint = self._seal.fingerprint(channel, sender_id)
        with self._tx.read() as session:
            found = find_conversation(session, fingerprint)
            if found is None or found[1].read_up_to >= up_to:
                return False
            conversation_id = found[1].id
            shown = session.scalar(
                select(func.max(MessageRow.id)).where(
                    MessageRow.conversation_id == conversation_id,
                    MessageRow.id <= up_to,
                    MessageRow.sender != Sender.NOTE,
                )
            )
            ticket = find_open_ticket(session, conversation_id)
            if shown is None or shown <= found[1].read_up_to:
                return False
        with self._tx.write() as session:
            session.execute(
                update(ConversationRow)
                .where(ConversationRow.id == conversation_id)
                # Two pages of one citizen may tell at once, in any order.
                .where(ConversationRow.read_up_to < shown)
                .values(read_up_to=shown)
            )
        if ticket is not None:
            self._publish("around", {"ticket_id": ticket.id})
        return True

    def find_read_up_to(self, conversation_id: int) -> int:
        """Return the id of the newest line shown; 0 where no page has told."""
        statement = select(ConversationRow.read_up_to).where(
            ConversationRow.id == conversation_id
        )
        with self._tx.read() as session:
            return session.scalar(statement) or 0

    def find_who_just_wrote(self, ticket_id: int) -> str | None:
        """Return the OpenID of a ticket's citizen who wrote within 30 s; else None."""
        newest = (
            select(func.max(MessageRow.created_at))
            .where(MessageRow.conversation_id == TicketRow.conversation_id)
            .where(MessageRow.sender == Sender.CITIZEN)
            .scalar_subquery()
        )
        statement = (
            select(CitizenRow.sender_sealed)
            .join(ConversationRow, ConversationRow.citizen_id == CitizenRow.id)
            .join(TicketRow, TicketRow.conversation_id == ConversationRow.id)
            .where(TicketRow.id == ticket_id, CitizenRow.channel == Channel.WECHAT)
            .where(newest >= self._clock() - JUST_WROTE)
        )
        with self._tx.read() as session:
            sealed = session.scalar(statement)
        return self._seal.unseal(sealed) if sealed else None
