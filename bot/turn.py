"""One turn of a conversation, as the steps see it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from .rating import FindRating, Verdict, nothing_to_rate
from .types import Block, Channel, MessageKind, Option, Ticket


@dataclass(frozen=True, slots=True)
class Focus:
    """What the conversation is about, for the turn that follows."""

    #: Entry of the last answer; empty when there was none.
    entry_id: str = ""
    title: str = ""
    region: str = ""
    department: str = ""

    #: The question answered last, or the one that a clarification waits for; masked.
    question: str = ""

    #: Choices offered; a number picks one.
    options: tuple[Option, ...] = ()

    #: Turns in a row without an answer.
    failures: int = 0

    #: Whether 删除我的记录 waits for its confirmation.
    is_deleting: bool = False

    #: The line whose low rating was given just now; 0 = none. The next message may be
    #: its reason.
    rating_line: int = 0

    #: When it was set; None = never.
    at: datetime | None = None

    def fade(self, now: datetime, *, minutes: float) -> Focus:
        """Return this focus, or an empty one after a pause of ``minutes``."""
        if self.at is None or now - self.at > timedelta(minutes=minutes):
            return Focus()
        return self


class Effect(StrEnum):
    """What else happens in the transaction that stores the answer."""

    NONE = "none"
    #: The citizen called the hand-over off.
    CLOSE_TICKET = "close_ticket"
    #: The citizen says that what was resolved is not.
    REOPEN_TICKET = "reopen_ticket"
    #: The citizen leaves a message and does not wait in the chat (留言).
    LEAVE_MESSAGE = "leave_message"
    #: The citizen's texts and ids are erased.
    FORGET = "forget"


@dataclass(frozen=True, slots=True)
class Queue:
    """What a citizen who is handed over has before them."""

    #: Citizens who are served first.
    ahead: int = 0

    #: How long the first word usually takes, in working time; None = not known.
    expected: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How an open hand-over stands now, for the citizen in it."""

    #: Whether somebody is on duty now.
    is_on_duty: bool

    #: When somebody is next; None = on duty, or that day cannot be promised.
    opening: datetime | None = None

    #: Citizens who are served first.
    ahead: int = 0

    #: What is left of the usual wait, in working time; zero or less when it takes
    #: longer than usual, None when the usual is not known.
    left: timedelta | None = None

    #: Working time since the clock began.
    waited: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Situation:
    """How a citizen stands with the staff."""

    #: The open hand-over; None = the bot answers.
    ticket: Ticket | None = None

    #: Of the open one; None without one.
    standing: Standing | None = None

    #: Resolved, and may be opened again by saying so.
    resolved: Ticket | None = None


#: Finds how the open hand-over of a turn stands; None without one.
FindStanding: TypeAlias = Callable[[], Standing | None]


def stands_nowhere() -> None:
    """Be the standing where there is no hand-over: the command line."""


#: Department, region and text to the queue they lead to.
FindQueue: TypeAlias = Callable[[str, str, str], Queue]

#: A bureau to its queue.
FindQueueOf: TypeAlias = Callable[[int], Queue]


def nobody_waits(_department: str, _region: str, _text: str) -> Queue:
    """Be the queue where there is none: the command line."""
    return Queue()


def nobody_waits_there(_bureau_id: int) -> Queue:
    """Be the queue of a bureau where there is none."""
    return Queue()


@dataclass(slots=True)
class Turn:
    """A message on its way through the steps, which may leave notes on it."""

    #: What was typed; masked before it was stored.
    text: str

    #: When it came, aware UTC.
    at: datetime

    kind: MessageKind = MessageKind.TEXT
    channel: Channel = Channel.WEB
    focus: Focus = field(default_factory=Focus)

    #: What a place or media message carries; see ``Inbound.detail``.
    detail: Mapping[str, object] = field(default_factory=dict)

    #: Whether this citizen was welcomed before.
    is_welcomed: bool = False

    #: The open hand-over of this conversation; None = the bot answers.
    ticket: Ticket | None = None

    #: The hand-over resolved last, while the citizen may say that it is not solved.
    resolved: Ticket | None = None

    #: Finds who waits already, by department, region and text.
    find_queue: FindQueue = nobody_waits

    #: The same for a bureau that is known.
    find_queue_of: FindQueueOf = nobody_waits_there

    #: Who answers, where a step knows it; None = by the usual routing.
    bureau_id: int | None = None

    #: Finds how the open hand-over stands.
    find_standing: FindStanding = stands_nowhere

    #: Whether this citizen was told already that the message went to the staff.
    has_waiting_notice: bool = False

    #: The low rating that this message may be the reason of; see ``Focus``.
    rating_line: int = 0

    #: Finds what a word of the citizen's rates.
    find_rating: FindRating = nothing_to_rate

    #: The rating that this message is, set by a step; None = it is none.
    verdict: Verdict | None = None

    #: Region the citizen named now, set by the steps; None = none.
    region: str | None = None

    #: Said above the answer, whichever step gives it.
    openings: list[Block] = field(default_factory=list)

    #: Added below the answer, whichever step gives it.
    notices: list[Block] = field(default_factory=list)

    effect: Effect = Effect.NONE
    timings_ms: dict[str, float] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """The region asked about, or that of the last answer; empty if unknown."""
        return self.region or self.focus.region

    def refocus(self, **changes: object) -> None:
        """Change what the next turn will find; the time is set by the assistant."""
        self.focus = replace(self.focus, **changes)  # type: ignore[arg-type]
