"""Live events and the moment: what the bot gets from outside, by name. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeAlias

from .types import Ticket

#: Now, as an aware UTC datetime.
Clock: TypeAlias = Callable[[], datetime]

#: Tells open pages that something changed: a name and ids, never text. It is called
#: after the commit and must never raise.
Publish: TypeAlias = Callable[[str, Mapping[str, object]], None]

#: A live event: its name and ids.
Event: TypeAlias = tuple[str, dict[str, object]]


def publish_nothing(_name: str, _data: Mapping[str, object]) -> None:
    """Be the publisher where nobody listens: the command line."""


def message_event(
    ticket_id: int | None, conversation_id: int, message_id: int
) -> Event:
    """Return the live event of a new line; ``ticket_id`` None = no hand-over."""
    return "message", {
        "ticket_id": ticket_id,
        "conversation_id": conversation_id,
        "message_id": message_id,
    }


def ticket_event(ticket: Ticket) -> Event:
    """Return the live event of a ticket that changed."""
    return "ticket", {"ticket_id": ticket.id, "state": str(ticket.state)}


def whisper_event(ticket: Ticket) -> Event:
    """Return the live event of a word that only the holder of a ticket should hear."""
    return "whisper", {"ticket_id": ticket.id, "holder_id": ticket.officer_id}


def rating_event() -> Event:
    """Return the live event of a rating or a follow-up that is new or has changed."""
    return "rating", {}
