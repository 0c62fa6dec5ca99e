"""The front desk: the road of one message, from the channel to its stored reply."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TypeAlias

from sqlalchemy import Engine

from .assistant import Assistant
from .clocks import GetCalendar, get_usual_calendar
from .composers import Composers
from .conversation import Carry, ConversationStore, Delivering, LinkedAnswer
from .errors import StoreUnavailableError
from .events import Clock, Event, Publish, publish_nothing
from .inbox import Inbox, mask_inbound
from .patience import PASSIVE_WINDOW, Visit
from .reply import Reply, apologise
from .seal import Seal
from .turn import Situation, Turn
from .types import (
    Answer,
    AnswerStatus,
    Channel,
    Inbound,
    Message,
    MessageKind,
    Ticket,
)

_log = logging.getLogger(__name__)

#: An answer as a channel sends it.
Render: TypeAlias = Callable[[Answer], str]

#: Composing takes milliseconds; whoever is silent for so long has died. Who is only
#: slow renews it (``composers``). Under WeChat's second resend (5 s) plus our
#: waiting time, so that the resend can take over.
LEASE_S = 6.0

#: How often a resend looks for the reply of the first: seldom, if it takes long.
_POLL_S, _POLL_MAX_S = 0.05, 0.3

#: Times a turn is composed anew because officers moved its ticket meanwhile.
_MAX_ROUNDS = 5


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
        is_pushing: bool = True,
        threads: int = 64,
        on_late: Callable[[str], object] | None = None,
        get_calendar: GetCalendar = get_usual_calendar,
        keeps_originals: bool = False,
    ) -> None:
        """Wire the desk.

        Args:
            engine: The database, migrated.
            assistant: Answers turns.
            seal: Encrypts ids and stored replies.
            clock: Now, aware UTC.
            publish: Tells open pages about new lines and tickets.
            wait_s: Seconds a connection of WeChat's waits for an answer; under 5.
            lease_s: Seconds after which a silent composer counts as dead.
            hotline: Number to call when answering failed.
            is_pushing: Whether WeChat lets the account push messages (微信认证).
                If not, resends wait on, and the last one is promised a link.
            threads: Answers composed at once in this process.
            on_late: Called with the OpenID when an answer will be pushed later.
            get_calendar: When officers are on duty: hand-overs are due by it.
            keeps_originals: Whether what is masked while a person serves is kept,
                encrypted, for that person.
        """
        self._keeps_originals = keeps_originals
        self._inbox = Inbox(engine, seal)
        self._conversations = ConversationStore(engine, seal, clock, get_calendar)
        self._assistant = assistant
        self._clock = clock
        self._publish = publish
        self._wait_s = wait_s
        self._lease = timedelta(seconds=lease_s)
        self._hotline = hotline
        self._is_pushing = is_pushing
        self._on_late = on_late
        self._composers = Composers(
            lambda inbox_ids: self._inbox.renew_leases(
                inbox_ids, until=self._clock() + self._lease
            ),
            threads=threads,
            every_s=max(lease_s / 3, 0.05),
        )

    def receive(
        self, inbound: Inbound, render: Render, carry: Carry | None = None
    ) -> Reply:
        """Write a message down, answer it, and store the reply.

        Composing goes on when the connection cannot wait for it any longer. Then
        the answer is pushed; on an account that may not push, WeChat's resends get
        it, and after the third it is kept for a link or the next message.

        Args:
            inbound: The message; its text may hold personal data, which is masked
                before it is written down.
            render: Makes the channel's reply of an answer; called once.
            carry: Makes one reply of an answer and of what waited for this citizen;
                None = lines are pushed and never wait that way.

        Returns:
            The reply. Its body is empty for silence, for a promise, and when
            another is still composing and the connection is over anyway.

        Raises:
            StoreUnavailableError: If the database cannot be used; the channel must
                not acknowledge the message, so that it is sent again.
        """
        if inbound.kind is MessageKind.OTHER:
            silence = Answer(AnswerStatus.SILENT_EVENT)
            return Reply(render(silence), silence.status, is_repeat=False)
        begun = time.monotonic()
        receipt = self._inbox.write_down(
            mask_inbound(inbound, keeps_original=self._keeps_originals),
            lease_until=self._clock() + self._lease,
        )
        self._publish_all(receipt.events)
        visit = Visit(inbound, receipt, begun)
        compose = partial(
            self._answer, receipt.inbox_id, inbound.channel, render, carry=carry
        )
        if receipt.is_repeat:
            reply = replace(self._join(visit, compose), is_repeat=True)
        else:
            reply = self._wait(visit, compose)
        is_kept = visit.is_wechat and not self._is_pushing
        if is_kept and reply.body and visit.is_in_time:
            # Aside: waiting for the database now could cost WeChat's patience. What is
            # given later may have missed it: kept, and perhaps said twice. Holding it
            # back for the resend would pile up connections on a machine that is late.
            self._composers.run_aside(partial(self._note_fetched, receipt.inbox_id))
        return reply

    def find_answer(self, inbox_id: int) -> LinkedAnswer | None:
        """Find what a message was answered, for its link; None = no such message."""
        return self._conversations.find_answer(inbox_id)

    def note_read(self, inbox_id: int) -> None:
        """Note that the citizen has seen the answer: it is not sent once more."""
        self._inbox.note_read(inbox_id, at=self._clock())

    def recover(self, *, render: Callable[[Channel], Render], limit: int = 20) -> int:
        """Answer messages whose composer died; returns how many.

        On WeChat the connection is gone, so the answer goes to the outbox and the
        stored reply is empty: a late resend must not say it a second time.

        Raises:
            StoreUnavailableError: If the database cannot be used.
        """
        begun = [
            self._composers.submit(
                inbox_id,
                partial(
                    self._answer, inbox_id, channel, render(channel), is_recovery=True
                ),
            )
            for inbox_id, channel in self._inbox.list_stale(
                now=self._clock(), limit=limit
            )
            if self._take_lease(inbox_id)
        ]
        for answered in begun:
            _log.info("recovered message %d", answered.result().inbox_id or 0)
        return len(begun)

    def close(self) -> None:
        """Finish what is being composed and take no more."""
        self._composers.close()

    def list_messages(
        self, channel: Channel, sender_id: str, *, after: int = 0
    ) -> list[Message]:
        """List what the citizen may see, oldest first: no notes, no evidence."""
        return self._conversations.list_messages(channel, sender_id, after=after)

    def find_open_ticket(self, channel: Channel, sender_id: str) -> Ticket | None:
        """Find the citizen's open hand-over; None = the bot answers."""
        return self._conversations.find_open_ticket(channel, sender_id)

    def look(self, channel: Channel, sender_id: str) -> Situation:
        """Find how a citizen stands with the staff."""
        return self._conversations.look(channel, sender_id)

    def forget(self, channel: Channel, sender_id: str) -> None:
        """Erase a citizen's texts, ids and focus, and close an open ticket.

        Raises:
            StoreUnavailableError: If the database cannot commit.
        """
        events = self._conversations.forget(channel, sender_id, at=self._clock())
        self._publish_all(events)

    def _note_fetched(self, inbox_id: int) -> None:
        self._inbox.note_fetched(inbox_id, at=self._clock())

    def _wait(self, visit: Visit, compose: Callable[[], Reply]) -> Reply:
        """Compose, and wait for it as long as the connection lives."""
        answered = self._composers.submit(visit.receipt.inbox_id, compose)
        try:
            return answered.result(self._seconds_left(visit))
        except TimeoutError:
            return self._let_go(visit)

    def _join(self, visit: Visit, compose: Callable[[], Reply]) -> Reply:
        """Wait for the reply that another thread or process is composing."""
        inbox_id, poll_s = visit.receipt.inbox_id, _POLL_S
        if visit.receipt.is_promised and self._is_pushing:
            return self._promised(visit)
        while True:
            if (stored := self._inbox.find_reply(inbox_id)) is not None:
                return Reply(stored.body, stored.status, True, inbox_id)
            if self._inbox.is_stale(inbox_id, now=self._clock()) and self._take_lease(
                inbox_id
            ):
                return self._wait(visit, compose)
            if not (left := self._seconds_left(visit)):
                return self._let_go(visit)
            time.sleep(min(poll_s, left))
            poll_s = min(poll_s * 1.5, _POLL_MAX_S)

    def _seconds_left(self, visit: Visit) -> float | None:
        return visit.seconds_left(
            wait_s=self._wait_s, is_pushing=self._is_pushing, now=self._clock()
        )

    def _let_go(self, visit: Visit) -> Reply:
        """End a connection without the answer; promise it if it is the last one."""
        inbox_id, is_repeat = visit.receipt.inbox_id, visit.receipt.is_repeat
        is_over = self._is_pushing or visit.is_last(self._clock())
        if not (visit.is_wechat and is_over):
            visit.hang_up()
            return Reply("", None, is_repeat, inbox_id)
        if not self._inbox.promise(inbox_id, at=self._clock()):
            stored = self._inbox.find_reply(inbox_id)
            assert stored is not None
            return Reply(stored.body, stored.status, is_repeat, inbox_id)
        if self._is_pushing and self._on_late is not None:
            self._composers.run_aside(partial(self._on_late, visit.inbound.sender_id))
        return self._promised(visit)

    def _promised(self, visit: Visit) -> Reply:
        inbox_id, is_repeat = visit.receipt.inbox_id, visit.receipt.is_repeat
        return Reply("", None, is_repeat, inbox_id, is_promised=True)

    def _take_lease(self, inbox_id: int) -> bool:
        now = self._clock()
        return self._inbox.take_lease(inbox_id, now=now, until=now + self._lease)

    def _answer(
        self,
        inbox_id: int,
        channel: Channel,
        render: Render,
        *,
        carry: Carry | None = None,
        is_recovery: bool = False,
    ) -> Reply:
        for _ in range(_MAX_ROUNDS):
            turn = self._conversations.load_turn(inbox_id)
            answer = self._compose(inbox_id, turn)
            age = self._clock() - turn.at if channel is Channel.WECHAT else timedelta()
            is_passive = not is_recovery and age <= PASSIVE_WINDOW
            has_body = is_passive or channel is not Channel.WECHAT
            delivery = Delivering(
                is_passive,
                # Kept until some connection has surely fetched it.
                is_uncertain=not self._is_pushing,
                carry=carry,
            )
            settled = self._conversations.settle(
                inbox_id,
                turn,
                answer,
                body=render(answer) if has_body else "",
                delivery=delivery,
                at=self._clock(),
            )
            if settled is not None:
                self._publish_all(settled.events)
                stored = settled.reply
                return Reply(stored.body, stored.status, False, inbox_id)
        raise StoreUnavailableError

    def _compose(self, inbox_id: int, turn: Turn) -> Answer:
        try:
            return self._assistant.answer(turn)
        # Stored as an answer, or the row would come back for ever and the citizen
        # would hear nothing.
        except Exception:
            _log.exception("message %d could not be answered", inbox_id)
            return apologise(self._hotline)

    def _publish_all(self, events: Iterable[Event]) -> None:
        for name, data in events:
            self._publish(name, data)
