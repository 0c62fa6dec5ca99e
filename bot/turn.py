"""One turn of a conversation, as the steps see it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

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
    #: The citizen's texts and ids are erased.
    FORGET = "forget"


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

    #: Tickets that wait for an officer now, in the whole office.
    waiting: int = 0

    #: Whether this citizen was told already that the message went to the staff.
    has_waiting_notice: bool = False

    #: Region the citizen named now, set by the steps; None = none.
    region: str | None = None

    #: Said above the answer, whichever step gives it.
    openings: list[Block] = field(default_factory=list)

    #: Added below the answer, whichever step gives it.
    notices: list[Block] = field(default_factory=list)

    effect: Effect = Effect.NONE
    timings_ms: dict[str, float] = field(default_factory=dict)

    def refocus(self, **changes: object) -> None:
        """Change what the next turn will find; the time is set by the assistant."""
        self.focus = replace(self.focus, **changes)  # type: ignore[arg-type]
