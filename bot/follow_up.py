"""Values of follow-ups of low ratings: what they are, and what can be wrong. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from .privacy import mask_personal_data
from .rating import Rating, RatingError

#: Characters of what was found and done; 已处理 says nothing.
MIN_RESULT_CHARS, MAX_RESULT_CHARS = 5, 1000

State: TypeAlias = Literal["open", "overdue", "closed"]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a low rating opened."""

    id: int

    #: As it stands now; the citizen may have raised it since.
    rating: Rating
    is_closed: bool
    due_at: datetime
    created_at: datetime

    #: Who looks after it; None = nobody yet.
    owner_id: int | None = None
    owner_name: str = ""

    #: What was found and done.
    result: str = ""
    closed_at: datetime | None = None
    closed_by_name: str = ""

    @property
    def was_raised(self) -> bool:
        """Whether the citizen was more satisfied later."""
        return not self.rating.score.is_low

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether it should be closed by now."""
        return not self.is_closed and self.due_at < now


@dataclass(frozen=True, slots=True)
class FollowUpCounts:
    """The figures on the tabs; an overdue one is open, too."""

    open: int = 0
    overdue: int = 0
    closed: int = 0

    #: Those closed no later than they were due; of ``due`` in all.
    closed_in_time: int = 0
    due: int = 0


class FollowUpError(RatingError):
    """Base of the errors about follow-ups."""


class FollowUpNotFoundError(FollowUpError, LookupError):
    """There is none with this id, or it is not the officer's to see."""

    def __init__(self, follow_up_id: int, /) -> None:
        super().__init__(f"no such follow-up: {follow_up_id}")
        self.follow_up_id = follow_up_id


class RatedOfficerError(FollowUpError):
    """Nobody follows up what was said of their own work."""

    def __init__(self, follow_up_id: int, /) -> None:
        super().__init__(f"follow-up {follow_up_id} is about the officer's own work")
        self.follow_up_id = follow_up_id


class FollowUpTakenError(FollowUpError):
    """A colleague has it; ``owner_name`` says who; empty = nobody took it yet."""

    def __init__(self, follow_up_id: int, owner_name: str, /) -> None:
        super().__init__(f"follow-up {follow_up_id} is not the officer's")
        self.follow_up_id = follow_up_id
        self.owner_name = owner_name


class FollowUpClosedError(FollowUpError):
    """It is closed."""

    def __init__(self, follow_up_id: int, /) -> None:
        super().__init__(f"follow-up {follow_up_id} is closed")
        self.follow_up_id = follow_up_id


class FollowUpResultError(FollowUpError, ValueError):
    """The result cannot be used; ``reason`` is Chinese."""

    def __init__(self, reason: str, /) -> None:
        super().__init__(reason)
        self.reason = reason


def check_result(text: str) -> str:
    """Return what was found as it is stored.

    Raises:
        FollowUpResultError: If it is too short to say anything, or too long.
    """
    plain = text.replace("\r\n", "\n").strip()
    if len(plain) < MIN_RESULT_CHARS:
        raise FollowUpResultError(
            f"请写明核实和处理的情况，至少 {MIN_RESULT_CHARS} 字。"
        )
    if len(plain) > MAX_RESULT_CHARS:
        fault = f"最多 {MAX_RESULT_CHARS} 字，现在是 {len(plain)} 字。"
        raise FollowUpResultError(fault)
    return mask_personal_data(plain, keep_contacts=True)
