"""A citizen on WeChat whose outbox a test fills as it likes."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot import (
    Answer,
    AnswerStatus,
    Block,
    BlockKind,
    Channel,
    MessageKind,
    Priority,
    Sender,
    Trigger,
    open_window,
)
from bot.queries import queue_delivery, send_parked
from bot.records import answer_to_json
from bot.tables import InboxRow, MessageRow, OutboxRow
from tests.fakes import FrozenClock


class Chat:
    """One citizen who has written, with whatever a test puts into the outbox."""

    def __init__(self, engine: Engine, clock: FrozenClock, citizen: Any) -> None:
        self.engine, self.clock, self.citizen = engine, clock, citizen
        citizen.say("你好")
        with Session(engine) as session:
            newest = select(InboxRow.conversation_id).order_by(InboxRow.id.desc())
            self.id: int = session.scalars(newest.limit(1)).one()

    def queue(
        self,
        text: str,
        priority: Priority = Priority.BOT,
        *,
        question: str | None = None,
        answer: Answer | None = None,
    ) -> int:
        """Put a line into the outbox; gives its outbox id.

        Args:
            text: What it says.
            priority: BOT = an answer of the bot's; else an officer's words.
            question: What the citizen had asked; None = nothing in particular.
            answer: The bot's; None = one that says the text.
        """
        with Session(self.engine) as session, session.begin():
            line = MessageRow(
                conversation_id=self.id,
                inbox_id=self._ask(session, question),
                sender=Sender.BOT if priority is Priority.BOT else Sender.OFFICER,
                text=text,
                created_at=self.clock(),
            )
            if priority is Priority.BOT:
                block = Block(BlockKind.LEAD, (text,))
                plain = Answer(AnswerStatus.ANSWERED, (block,))
                line.answer = answer_to_json(answer or plain)
            session.add(line)
            session.flush()
            queue_delivery(session, Channel.WECHAT, line, priority, at=self.clock())
            session.flush()
            return session.scalars(
                select(OutboxRow.id).where(OutboxRow.message_id == line.id)
            ).one()

    def run(self, work: Any, *args: Any, **more: Any) -> Any:
        """Call a function over a session for this conversation."""
        with Session(self.engine) as session, session.begin():
            return work(session, self.id, *args, at=self.clock(), **more)

    def write(self) -> None:
        """Let the citizen write, and nothing be answered."""
        self.run(lambda s, i, at: open_window(s, i, Trigger.MESSAGE, at=at))
        self.run(send_parked)

    def states(self) -> list[str]:
        """Return the states of the outbox, oldest first."""
        with Session(self.engine) as session:
            return [
                str(state)
                for state in session.scalars(
                    select(OutboxRow.state)
                    .where(OutboxRow.conversation_id == self.id)
                    .order_by(OutboxRow.id)
                )
            ]

    def row(self, outbox_id: int) -> OutboxRow:
        """Return a row of the outbox as it is stored."""
        with Session(self.engine) as session:
            return session.get_one(OutboxRow, outbox_id)

    def _ask(self, session: Session, question: str | None) -> int | None:
        if question is None:
            return None
        row = InboxRow(
            channel=Channel.WECHAT,
            message_key=uuid4().hex,
            conversation_id=self.id,
            kind=MessageKind.TEXT,
            text=question,
            received_at=self.clock(),
            lease_until=None,
            answered_at=self.clock(),
            # Its connection was let go: no resend of WeChat's will fetch the answer.
            promised_at=self.clock(),
        )
        session.add(row)
        session.flush()
        return row.id
