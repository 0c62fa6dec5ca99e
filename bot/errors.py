"""Errors of the bot package; catch BotError at its border."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .ticket import TicketState


class BotError(Exception):
    """Base of them all."""


class StoreUnavailableError(BotError):
    """The database cannot commit now; a channel must not acknowledge the message."""

    def __init__(self) -> None:
        super().__init__("the database cannot be written or read now")


class TicketNotFoundError(BotError, LookupError):
    """No ticket has this id."""

    def __init__(self, ticket_id: int, /) -> None:
        super().__init__(f"no such ticket: {ticket_id}")
        self.ticket_id = ticket_id


class MessageNotFoundError(BotError, LookupError):
    """No message waits for delivery under this id."""

    def __init__(self, message_id: int, /) -> None:
        super().__init__(f"no such message in the outbox: {message_id}")
        self.message_id = message_id


class AlreadyClaimedError(BotError):
    """Another officer was faster; ``officer_name`` says who."""

    def __init__(self, ticket_id: int, officer_name: str, /) -> None:
        super().__init__(f"ticket {ticket_id} is held by {officer_name}")
        self.ticket_id = ticket_id
        self.officer_name = officer_name


class NotHolderError(BotError):
    """Only the officer who holds a ticket may answer in it."""

    def __init__(self, ticket_id: int, officer_id: int, /) -> None:
        super().__init__(f"officer {officer_id} does not hold ticket {ticket_id}")
        self.ticket_id = ticket_id
        self.officer_id = officer_id


class ForeignTicketError(BotError):
    """The ticket belongs to a bureau that the officer does not work for."""

    def __init__(self, ticket_id: int, officer_id: int, /) -> None:
        super().__init__(f"ticket {ticket_id} is not of officer {officer_id}'s bureau")
        self.ticket_id = ticket_id
        self.officer_id = officer_id


class TicketFieldError(BotError, ValueError):
    """What an officer wrote or chose cannot be used; ``reason`` is Chinese."""

    def __init__(self, field: str, reason: str, /) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class IllegalMoveError(BotError):
    """A ticket cannot go from one state to the other."""

    def __init__(self, ticket_id: int, was: TicketState, to: TicketState, /) -> None:
        super().__init__(f"ticket {ticket_id} cannot go from {was} to {to}")
        self.ticket_id = ticket_id
        self.was = was
        self.to = to


class UnsealError(BotError):
    """The sealed text was written under another secret key."""

    def __init__(self) -> None:
        super().__init__("sealed under another key; WENZHENG_SECRET_KEY was changed")


class UnsettledTurnError(BotError):
    """No step answered: a hole in the order of the steps."""

    def __init__(self) -> None:
        super().__init__("no step answered this turn")


class HoursError(BotError, ValueError):
    """Office hours that cannot be read or counted in."""

    def __init__(self, why: str, /) -> None:
        super().__init__(f"office hours cannot be read: {why}")

        #: What is wrong and what to write, Chinese.
        self.why = why


class UnknownYearError(BotError, LookupError):
    """Nobody has told which days of this year are holidays."""

    def __init__(self, year: int, /) -> None:
        super().__init__(
            f"the holidays of {year} are not known: put the State Council's notice "
            "into the file that office.holidays names, or update chinesecalendar"
        )
        self.year = year


class HolidayNoticeError(BotError, ValueError):
    """A notice about holidays that cannot be read, or contradicts itself."""

    def __init__(self, why: str, /) -> None:
        super().__init__(f"the holiday notice cannot be read: {why}")

        #: The line and what is wrong with it, Chinese.
        self.why = why
