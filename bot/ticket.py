"""Values of a hand-over: where it stands, what it is about, by when it is due. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from .deadlines import Urgency

if TYPE_CHECKING:
    from .types import Channel


class TicketState(StrEnum):
    """Where a hand-over stands; what may follow what is in ``handoff``."""

    #: For somebody to claim it.
    WAITING = "waiting"
    #: An officer has it and owes the citizen a word.
    CLAIMED = "claimed"
    #: The officer has written; the citizen's next line makes it claimed again.
    WAITING_CITIZEN = "waiting_citizen"
    #: Done. The bot answers again; the citizen may still say that it is not solved.
    RESOLVED = "resolved"
    CLOSED = "closed"

    @property
    def is_open(self) -> bool:
        """Whether a person has, or should have, the conversation: no bot speaks."""
        return self in _OPEN

    @property
    def is_held(self) -> bool:
        """Whether somebody serves it now."""
        return self in _HELD

    @property
    def label(self) -> str:
        """What officers read, Chinese."""
        return _STATE_LABELS[self]


_HELD = frozenset({TicketState.CLAIMED, TicketState.WAITING_CITIZEN})
_OPEN = _HELD | {TicketState.WAITING}
_STATE_LABELS = {
    TicketState.WAITING: "待接入",
    TicketState.CLAIMED: "处理中",
    TicketState.WAITING_CITIZEN: "等市民回复",
    TicketState.RESOLVED: "已办结",
    TicketState.CLOSED: "已关闭",
}


class TicketKind(StrEnum):
    """What a citizen wants, as 12345 counts it."""

    CONSULT = "consult"
    HELP = "help"
    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    REPORT = "report"

    @property
    def label(self) -> str:
        """What officers read, Chinese."""
        return _KIND_LABELS[self]


_KIND_LABELS = {
    TicketKind.CONSULT: "咨询",
    TicketKind.HELP: "求助",
    TicketKind.COMPLAINT: "投诉",
    TicketKind.SUGGESTION: "建议",
    TicketKind.REPORT: "举报",
}


class TicketClock(StrEnum):
    """What a hand-over can be late with."""

    #: The first word of a person.
    FIRST_REPLY = "first_reply"
    #: Lying with the office that settles it.
    DISPATCH = "dispatch"
    #: The matter itself.
    ANSWER = "answer"


class EntryRelation(StrEnum):
    """What an entry of the knowledge has to do with a ticket."""

    USED = "used"
    WRONG = "wrong"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Ticket:
    """One hand-over of a conversation to a person."""

    id: int
    conversation_id: int
    state: TicketState
    channel: Channel
    #: Four digits by which officers call the citizen: 市民 8213.
    citizen_number: str
    reason: str
    #: First line of what was asked, masked, at most 60 characters.
    preview: str
    department: str
    created_at: datetime
    changed_at: datetime
    #: Officer's id and display name; None while waiting.
    officer_id: int | None = None
    officer_name: str = ""
    #: Citizen lines since the officer last looked.
    unread: int = 0
    #: Who serves in WeChat's own agent system; empty in the console.
    kf_account: str = ""
    closed_at: datetime | None = None
    kind: TicketKind = TicketKind.CONSULT
    urgency: Urgency = Urgency.NORMAL
    #: Whose it is; None only for tickets older than bureaus, until the next look.
    bureau_id: int | None = None
    bureau_name: str = ""
    #: The bureau it was offered to; the first one stays responsible until then.
    offered_to_id: int | None = None
    offered_to_name: str = ""
    #: 留言: the citizen does not wait in the chat.
    is_message: bool = False
    is_confidential: bool = False
    due_first_reply_at: datetime | None = None
    due_dispatch_at: datetime | None = None
    due_answer_at: datetime | None = None
    #: Of the newest round: reopening begins another.
    first_reply_at: datetime | None = None
    snoozed_until: datetime | None = None
    resolved_at: datetime | None = None
    #: What was done, for the record; Chinese.
    resolution: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it is neither resolved nor closed."""
        return self.state.is_open

    @property
    def is_held(self) -> bool:
        """Whether somebody serves it now."""
        return self.state.is_held

    def is_held_by(self, officer_id: int) -> bool:
        """Tell whether this officer may answer in it."""
        return self.is_held and self.officer_id == officer_id

    def due_of(self, clock: TicketClock) -> datetime | None:
        """Return when a clock is due, whether it still runs or not."""
        return {
            TicketClock.FIRST_REPLY: self.due_first_reply_at,
            TicketClock.DISPATCH: self.due_dispatch_at,
            TicketClock.ANSWER: self.due_answer_at,
        }[clock]

    @property
    def running(self) -> Mapping[TicketClock, datetime]:
        """The clocks that still run, with when each is due."""
        if not self.is_open or self.kf_account:
            return {}
        is_unplaced = (
            self.state is TicketState.WAITING or self.offered_to_id is not None
        )
        runs = {
            TicketClock.FIRST_REPLY: self.first_reply_at is None,
            TicketClock.DISPATCH: is_unplaced,
            TicketClock.ANSWER: True,
        }
        return {
            clock: at
            for clock in TicketClock
            if runs[clock] and (at := self.due_of(clock)) is not None
        }

    @property
    def due_at(self) -> datetime | None:
        """When the next of the running clocks is due; None if none runs."""
        return min(self.running.values(), default=None)

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether a running clock is over."""
        return self.due_at is not None and self.due_at < now


@dataclass(frozen=True, slots=True)
class TicketEvent:
    """One thing that happened to a ticket; holds nothing that a citizen wrote."""

    id: int
    at: datetime
    #: None = the citizen or the service itself.
    officer_id: int | None
    officer_name: str
    action: str
    #: Always ``state``, ``holder``, ``bureau`` and ``offered_to`` as they were then.
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TicketEntry:
    """Knowledge that an officer used in a ticket, or found at fault."""

    id: int
    entry_id: str
    title: str
    relation: EntryRelation
    at: datetime
    officer_name: str
