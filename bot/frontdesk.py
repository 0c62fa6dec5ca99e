"""The front desk: the road of one message, from the channel to its stored reply."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeAlias

from sqlalchemy import Engine

from .assistant import Assistant
from .conversation import ConversationStore, Settled
from .errors import StoreUnavailableError
from .events import Clock, Event, Publish, publish_nothing
from .inbox import Inbox
from .privacy import mask_personal_data
from .replies import get_reply
from .seal import Seal
from .turn import Turn
from .types import (
    Answer,
    AnswerStatus,
    Block,
    BlockKind,
    Channel,
    Inbound,
    Message,
    MessageKind,
    Ticket,
)

_log = logging.getLogger(__name__)

#: An answer as a channel sends it.
Render: TypeAlias = Callable[[Answer], str]

#: Characters kept of what a citizen typed.
MAX_TEXT_CHARS = 2_000

#: Composing takes milliseconds; whoever needs this long has died. Under WeChat's
#: second resend (5 s) plus our waiting time, so that the resend can take over.
LEASE_S = 6.0

#: WeChat sends three times in 15 s and then listens no more.
PASSIVE_WINDOW_S = 14.0

#: How often a resend looks for the reply of the first.
_POLL_S = 0.05

#: Times a turn is composed anew because officers moved its ticket meanwhile.
_MAX_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Reply:
    """What the channel sends back."""

    #: Byte for byte the same for every resend; empty = nothing (yet).
    body: str

    #: None while another is still composing, and for stored silence.
    status: AnswerStatus | None
    is_repeat: bool


class FrontDesk:
    """Takes messages in and sees that each is answered once.

    The message is on disk before anything else happens, and its answer, its ticket
    and its reply are stored in one transaction. So a crash between the two leaves
    an unanswered row that ``recover`` finds, and never half an answer.
    """

    def __init__(
        self,
        engine: Engine,
        assistant: Assistant,
        *,
        seal: Seal,
        clock: Clock,
        publish: Publish = publish_nothing,
        wait_s: float = 4.0,
        lease_s: float = LEASE_S,
        hotline: str = "12345",
    ) -> None:
        """Wire the desk.

        Args:
            engine: The database, migrated.
            assistant: Answers turns.
            seal: Encrypts ids and stored replies.
            clock: Now, aware UTC.
            publish: Tells open pages about new lines and tickets.
            wait_s: Seconds a resend waits for the first one's reply; under 5,
                WeChat's patience.
            lease_s: Seconds after which a silent composer counts as dead.
            hotline: Number to call when answering failed.
        """
        self._inbox = Inbox(engine, seal)
        self._conversations = ConversationStore(engine, seal)
        self._assistant = assistant
        self._clock = clock
        self._publish = publish
        self._wait_s = wait_s
        self._lease = timedelta(seconds=lease_s)
        self._hotline = hotline

    def receive(self, inbound: Inbound, render: Render) -> Reply:
        """Write a message down, answer it, and store the reply.

        Args:
            inbound: The message; its text may hold personal data, which is masked
                before it is written down.
            render: Makes the channel's reply of an answer; called once.

        Returns:
            The reply. Its body is empty for silence, and when another thread or
            process is still composing after ``wait_s`` seconds.

        Raises:
            StoreUnavailableError: If the database cannot be used; the channel must
                not acknowledge the message, so that it is sent again.
        """
        if inbound.kind is MessageKind.OTHER:
            silence = Answer(AnswerStatus.SILENT_EVENT)
            return Reply(render(silence), silence.status, is_repeat=False)
        text = mask_personal_data(inbound.text[:MAX_TEXT_CHARS])
        receipt = self._inbox.write_down(
            replace(inbound, text=text), lease_until=self._clock() + self._lease
        )
        self._publish_all(receipt.events)
        if receipt.is_repeat:
            return self._join(receipt.inbox_id, inbound.channel, render)
        return self._answer(receipt.inbox_id, inbound.channel, render)

    def recover(self, *, render: Callable[[Channel], Render], limit: int = 20) -> int:
        """Answer messages whose composer died; returns how many.

        On WeChat the connection is gone, so the answer goes to the outbox and the
        stored reply is empty: a late resend must not say it a second time.

        Raises:
            StoreUnavailableError: If the database cannot be used.
        """
        done = 0
        for inbox_id, channel in self._inbox.list_stale(now=self._clock(), limit=limit):
            if self._take_lease(inbox_id):
                self._answer(inbox_id, channel, render(channel), is_recovery=True)
                _log.info("recovered message %d", inbox_id)
                done += 1
        return done

    def list_messages(
        self, channel: Channel, sender_id: str, *, after: int = 0
    ) -> list[Message]:
        """List what the citizen may see, oldest first: no notes, no evidence."""
        return self._conversations.list_messages(channel, sender_id, after=after)

    def find_open_ticket(self, channel: Channel, sender_id: str) -> Ticket | None:
        """Find the citizen's open hand-over; None = the bot answers."""
        return self._conversations.find_open_ticket(channel, sender_id)

    def count_waiting_before(self, ticket_id: int) -> int:
        """Count the citizens who are served before this ticket."""
        return self._conversations.count_waiting_before(ticket_id)

    def forget(self, channel: Channel, sender_id: str) -> None:
        """Erase a citizen's texts, ids and focus, and close an open ticket.

        Raises:
            StoreUnavailableError: If the database cannot commit.
        """
        events = self._conversations.forget(channel, sender_id, at=self._clock())
        self._publish_all(events)

    def _join(self, inbox_id: int, channel: Channel, render: Render) -> Reply:
        """Wait for the reply that another thread or process is composing."""
        give_up_at = time.monotonic() + self._wait_s
        while True:
            if (stored := self._inbox.find_reply(inbox_id)) is not None:
                return Reply(stored.body, stored.status, is_repeat=True)
            if self._inbox.is_stale(inbox_id, now=self._clock()) and self._take_lease(
                inbox_id
            ):
                reply = self._answer(inbox_id, channel, render)
                return replace(reply, is_repeat=True)
            if time.monotonic() >= give_up_at:
                return Reply("", None, is_repeat=True)
            time.sleep(_POLL_S)

    def _take_lease(self, inbox_id: int) -> bool:
        now = self._clock()
        return self._inbox.take_lease(inbox_id, now=now, until=now + self._lease)

    def _answer(
        self,
        inbox_id: int,
        channel: Channel,
        render: Render,
        *,
        is_recovery: bool = False,
    ) -> Reply:
        for _ in range(_MAX_ROUNDS):
            turn = self._conversations.load_turn(inbox_id)
            answer = self._compose(inbox_id, turn)
            is_passive = not is_recovery and not self._is_late(turn)
            is_pushed = channel is Channel.WECHAT and not is_passive
            settled = self._conversations.settle(
                inbox_id,
                turn,
                answer,
                body="" if is_pushed else render(answer),
                is_passive=is_passive,
                at=self._clock(),
            )
            if settled is not None:
                return self._reply(settled)
        raise StoreUnavailableError

    def _compose(self, inbox_id: int, turn: Turn) -> Answer:
        try:
            return self._assistant.answer(turn)
        # Stored as an answer, or the row would come back for ever and the citizen
        # would hear nothing.
        except Exception:
            _log.exception("message %d could not be answered", inbox_id)
            return apologise(self._hotline)

    def _is_late(self, turn: Turn) -> bool:
        late = timedelta(seconds=PASSIVE_WINDOW_S)
        return turn.channel is Channel.WECHAT and self._clock() - turn.at > late

    def _reply(self, settled: Settled) -> Reply:
        self._publish_all(settled.events)
        return Reply(settled.reply.body, settled.reply.status, is_repeat=False)

    def _publish_all(self, events: Iterable[Event]) -> None:
        for name, data in events:
            self._publish(name, data)


def apologise(hotline: str) -> Answer:
    """Return the answer to a message that could not be answered: never silence."""
    status = AnswerStatus.ERROR_UNEXPECTED
    text = get_reply(status).text.format(hotline=hotline)
    return Answer(status, (Block(BlockKind.LEAD, (text,)),))
