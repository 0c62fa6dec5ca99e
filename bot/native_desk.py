"""Our record of who serves in WeChat's own agent system (desk.mode wechat).

WeChat keeps what is said there to itself and tells us of three events only. They may
come twice and in the wrong order: what counts is when WeChat says each happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from .auditing import audit
from .clocks import GetCalendar, get_usual_calendar
from .database import Transactions
from .events import Clock, Event, Publish, message_event, publish_nothing, ticket_event
from .handoff import move, pass_to_agent
from .opening import HandOver, open_ticket
from .queries import (
    add_line,
    find_conversation,
    find_open_ticket,
    find_ticket,
    lock_conversation,
)
from .records import agent_title
from .replies import get_wording
from .seal import Seal
from .tables import CitizenRow, ConversationRow, TicketRow
from .ticket_rows import store_ticket
from .types import AnswerStatus, Channel, Inbound, Sender, Ticket, TicketState
from .working_time import WorkingCalendar

#: A message written before the session began is sent again for 15 s, and clocks
#: differ a little: only what comes later proves that the session is over.
_STRAGGLES_FOR = timedelta(minutes=1)


@dataclass(slots=True)
class _Scene:
    """A citizen's conversation, locked until the commit."""

    session: Session
    conversation_id: int
    #: When it happened.
    at: datetime
    ticket: Ticket | None
    calendar: WorkingCalendar
    events: list[Event] = field(default_factory=list)


class NativeDesk:
    """Keeps tickets in step with WeChat's agents; safe to call again.

    Every method is one transaction with its audit row, publishes live events after
    the commit, does nothing for somebody we do not know, and raises
    StoreUnavailableError if the database cannot be used.
    """

    def __init__(
        self,
        engine: Engine,
        seal: Seal,
        clock: Clock,
        publish: Publish = publish_nothing,
        get_calendar: GetCalendar = get_usual_calendar,
    ) -> None:
        self._tx = Transactions(engine)
        self._seal = seal
        self._clock = clock
        self._publish = publish
        self._get_calendar = get_calendar

    def session_opened(
        self, sender_id: str, kf_account: str, *, at: datetime | None = None
    ) -> None:
        """Note that an agent took the citizen; the bot falls silent.

        Args:
            sender_id: The citizen's OpenID.
            kf_account: The agent, test1@test.
            at: When it happened; None = now.
        """
        with self._open(sender_id, at) as scene:
            if scene is not None:
                _serve(scene, kf_account or get_wording("agent_unnamed"))

    def session_switched(
        self, sender_id: str, to: str, *, at: datetime | None = None
    ) -> None:
        """Note that another agent took over; arguments as for session_opened."""
        with self._open(sender_id, at) as scene:
            if scene is not None:
                _serve(scene, to or get_wording("agent_unnamed"), is_switch=True)

    def session_closed(self, sender_id: str, *, at: datetime | None = None) -> None:
        """Note that the agent, or half an hour of silence, ended it.

        A ticket that waits is closed too: the citizen was served, and the event that
        told so is late or lost. An officer's ticket is left alone.
        """
        with self._open(sender_id, at) as scene:
            if scene is None or scene.ticket is None:
                return
            ticket = scene.ticket
            if ticket.kf_account:
                is_earlier = ticket.changed_at > scene.at
            else:
                is_earlier = ticket.created_at > scene.at or _was_closed_since(scene)
            if ticket.officer_id is None and not is_earlier:
                _close(scene, ticket)

    def note_message(self, inbound: Inbound) -> None:
        """Close the session if a message proves that it is over.

        WeChat pushes no message to us while one of its agents has the citizen. So
        an end that we were never told of does not leave the bot silent for ever.

        Args:
            inbound: As pushed, not yet answered.
        """
        # What is pressed in the menu may come all the same.
        if inbound.channel is not Channel.WECHAT or inbound.kind.is_event:
            return
        # One look in an index, so that it can be asked for every message.
        statement = (
            select(TicketRow.changed_at)
            .join(ConversationRow, TicketRow.conversation_id == ConversationRow.id)
            .join(CitizenRow, ConversationRow.citizen_id == CitizenRow.id)
            .where(CitizenRow.sender_hash == self._fingerprint(inbound.sender_id))
            .where(TicketRow.state == TicketState.CLAIMED, TicketRow.kf_account != "")
        )
        with self._tx.read() as session:
            begun_at = session.execute(statement).scalar_one_or_none()
        if begun_at and inbound.received_at - begun_at > _STRAGGLES_FOR:
            self.session_closed(inbound.sender_id, at=inbound.received_at)

    @contextmanager
    def _open(self, sender_id: str, at: datetime | None) -> Iterator[_Scene | None]:
        scene: _Scene | None = None
        with self._tx.write() as session:
            found = find_conversation(session, self._fingerprint(sender_id))
            if found is not None:
                lock_conversation(session, found[1].id)
                ticket = find_open_ticket(session, found[1].id)
                when = at or self._clock()
                calendar = self._get_calendar()
                scene = _Scene(session, found[1].id, when, ticket, calendar)
            yield scene
        # Only now: a page that hears of a change must find it committed.
        for name, data in scene.events if scene else ():
            self._publish(name, data)

    def _fingerprint(self, sender_id: str) -> str:
        return self._seal.fingerprint(Channel.WECHAT, sender_id)


def _serve(scene: _Scene, kf_account: str, *, is_switch: bool = False) -> None:
    if _is_known(scene, kf_account, is_switch=is_switch):
        return
    before = scene.ticket or _add_ticket(scene)
    row = scene.session.get_one(TicketRow, before.id)
    row.kf_account, row.unread = kf_account, 0
    name = "switched" if before.kf_account else "opened"
    served = pass_to_agent(before, kf_account, at=scene.at)
    _store(scene, served, f"agent_{name}")
    _tell(scene, before.id, name, kf_account)


def _is_known(scene: _Scene, kf_account: str, *, is_switch: bool) -> bool:
    """Whether we heard of this before, or of something later."""
    ticket = scene.ticket
    if ticket is None:
        return _was_closed_since(scene)
    if not ticket.kf_account:
        return False
    if ticket.kf_account == kf_account or ticket.changed_at > scene.at:
        return True
    # WeChat counts in seconds: of two changes in one the switch is the later.
    return ticket.changed_at == scene.at and not is_switch


def _was_closed_since(scene: _Scene) -> bool:
    """Whether a session of this citizen ended when or after this happened."""
    statement = select(func.max(TicketRow.closed_at)).where(
        TicketRow.conversation_id == scene.conversation_id,
        TicketRow.kf_account != "",
    )
    closed_at = scene.session.execute(statement).scalar_one_or_none()
    return closed_at is not None and closed_at >= scene.at


def _add_ticket(scene: _Scene) -> Ticket:
    """Make the ticket of a session that no question of ours began."""
    asked = HandOver(
        scene.conversation_id,
        "",
        get_wording("agent_reason"),
        AnswerStatus.HANDOFF_REQUESTED,
        unread=0,
    )
    return open_ticket(scene.session, asked, scene.calendar, at=scene.at)


def _store(scene: _Scene, ticket: Ticket, action: str) -> None:
    store_ticket(scene.session, ticket, action, officer_id=None, at=scene.at)


def _close(scene: _Scene, ticket: Ticket) -> None:
    kf_account = ticket.kf_account or get_wording("agent_unnamed")
    # Noted also where the session itself was missed: its start may still come.
    scene.session.get_one(TicketRow, ticket.id).kf_account = kf_account
    closed = move(ticket, TicketState.CLOSED, officer_id=None, at=scene.at)
    _store(scene, closed, "closed")
    _tell(scene, ticket.id, "closed", kf_account)


def _tell(scene: _Scene, ticket_id: int, name: str, kf_account: str) -> None:
    """Add the system line, the audit row and the live events of a change.

    The line is not pushed: WeChat's own system tells the citizen.
    """
    session = scene.session
    ticket = find_ticket(session, ticket_id)
    assert ticket is not None
    text = get_wording(f"agent_{name}", agent=agent_title(kf_account))
    line = add_line(session, ticket, Sender.SYSTEM, text, at=scene.at)
    subject = f"ticket {ticket_id}"
    audit(session, f"ticket.agent_{name}", subject, officer_id=None, at=scene.at)
    scene.events += [
        ticket_event(ticket),
        message_event(ticket_id, ticket.conversation_id, line.id),
    ]
