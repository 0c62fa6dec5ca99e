"""What a review of a served chat (质检) is, and what of it counts. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from .errors import BotError

#: Points of one criterion.
MAX_POINTS = 5

#: Points for "right" at and below which the answer counts as wrong.
WRONG_AT = 2

#: Characters of a reviewer's comment, an appeal, and the word on it.
MAX_REVIEW_CHARS = 500
MIN_APPEAL_CHARS = 5

#: How long an agent may object to a review.
APPEAL_WITHIN = timedelta(days=7)

#: Chats drawn of a month, at least.
#: Source: facts/service-norms.md §1.2, 服务差错率.
SAMPLE_SIZE = 200


class Criterion(StrEnum):
    """What a sheet asks about; each gets 0 to 5 points."""

    RIGHT = "right"
    COMPLETE = "complete"
    POLITE = "polite"
    ON_TIME = "on_time"

    @property
    def label(self) -> str:
        """What people read, Chinese."""
        return _LABELS[self][0]

    @property
    def help(self) -> str:
        """What to look at, Chinese."""
        return _LABELS[self][1]


_LABELS = {
    Criterion.RIGHT: ("答得对", "内容和依据都对。2 分以下算答错。"),
    Criterion.COMPLETE: ("答得全", "条件、材料、地点、时限没有漏。"),
    Criterion.POLITE: ("有礼", "用语得体，没有推诿。"),
    Criterion.ON_TIME: ("及时", "首次回复和办结都在期限内。"),
}


class ReviewReason(StrEnum):
    """Why a chat stands in the queue of reviews."""

    #: Handed over after the bot failed, a complaint, or an urgent matter.
    ESCALATED = "escalated"
    NEGATIVE = "negative"
    SAMPLED = "sampled"
    PICKED = "picked"

    @property
    def label(self) -> str:
        """What people read, Chinese."""
        return _REASONS[self]


_REASONS = {
    ReviewReason.ESCALATED: "升级会话",
    ReviewReason.NEGATIVE: "差评会话",
    ReviewReason.SAMPLED: "随机抽样",
    ReviewReason.PICKED: "人工挑选",
}


class Appeal(StrEnum):
    """What became of an agent's objection."""

    NONE = ""
    RAISED = "raised"
    #: The agent was right: the review counts nowhere.
    UPHELD = "upheld"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """What people read, Chinese."""
        return _APPEALS[self]


_APPEALS = {
    Appeal.NONE: "没有申诉",
    Appeal.RAISED: "申诉待处理",
    Appeal.UPHELD: "申诉成立，不计分",
    Appeal.REFUSED: "申诉未采纳",
}


class ReviewError(BotError):
    """Base of the errors about reviews."""


class ReviewNotFoundError(ReviewError, LookupError):
    """There is none with this id, or it is not the officer's to see."""


class OwnChatError(ReviewError):
    """Nobody reviews, or decides about, their own work."""


class AlreadyReviewedError(ReviewError):
    """The officer has reviewed it, or it has its two opinions; ``reason`` Chinese."""

    def __init__(self, reason: str, /) -> None:
        super().__init__(reason)
        self.reason = reason


class ReviewFieldError(ReviewError, ValueError):
    """A field cannot be used; ``reason`` is Chinese."""

    def __init__(self, field: str, reason: str, /) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class AppealClosedError(ReviewError):
    """There is nothing to appeal or decide any more; ``reason`` is Chinese."""

    def __init__(self, reason: str, /) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Sheet:
    """A judgement as it was filled in."""

    scores: Mapping[Criterion, int]
    is_knowledge_missing: bool = False
    comment: str = ""

    @property
    def total(self) -> int:
        """Points in all, of ``MAX_POINTS`` for each criterion."""
        return sum(self.scores.values())

    @property
    def is_wrong(self) -> bool:
        """Whether the answer counts as wrong."""
        return self.scores[Criterion.RIGHT] <= WRONG_AT


@dataclass(frozen=True, slots=True)
class Review:
    """One person's judgement of a served chat."""

    id: int
    ticket_id: int
    citizen_number: str
    #: First line of what was asked, masked.
    about: str
    sheet: Sheet
    reviewer_id: int
    reviewer_name: str
    created_at: datetime
    agent_id: int | None = None
    agent_name: str = ""
    bureau_id: int | None = None
    bureau_name: str = ""
    is_second_opinion: bool = False
    appeal: Appeal = Appeal.NONE
    appeal_text: str = ""
    #: What the agent was told about the appeal, and by whom.
    appeal_word: str = ""
    seen_at: datetime | None = None

    def may_be_appealed(self, now: datetime) -> bool:
        """Tell whether its agent may still object."""
        is_fresh = now - self.created_at <= APPEAL_WITHIN
        return self.appeal is Appeal.NONE and is_fresh


def check_sheet(form: Mapping[str, Any]) -> Sheet:
    """Return what a form says.

    Args:
        form: Criterion to a number, ``missing`` ("1" or nothing), ``comment``.

    Raises:
        ReviewFieldError: If a score is missing or out of range, a low one is not
            explained, or the comment is too long.
    """
    scores = {each: _read_points(each, form.get(each, "")) for each in Criterion}
    comment = _clean(form.get("comment", ""))
    if len(comment) > MAX_REVIEW_CHARS:
        fault = f"最多 {MAX_REVIEW_CHARS} 字，现在是 {len(comment)} 字。"
        raise ReviewFieldError("comment", fault)
    if not comment and min(scores.values()) <= WRONG_AT:
        raise ReviewFieldError("comment", "有 2 分以下的项，请写明原因。")
    return Sheet(scores, bool(form.get("missing")), comment)


def _read_points(criterion: Criterion, given: Any) -> int:
    if str(given) not in {str(points) for points in range(MAX_POINTS + 1)}:
        raise ReviewFieldError(criterion, f"请给“{criterion.label}”打分，0 到 5 分。")
    return int(given)


def check_words(field: str, given: str, *, at_least: int) -> str:
    """Return an appeal, or a word on one, as it is kept.

    Raises:
        ReviewFieldError: If it is too short or too long.
    """
    words = _clean(given)
    if len(words) < at_least:
        raise ReviewFieldError(field, f"请写明理由，至少 {at_least} 字。")
    if len(words) > MAX_REVIEW_CHARS:
        fault = f"最多 {MAX_REVIEW_CHARS} 字，现在是 {len(words)} 字。"
        raise ReviewFieldError(field, fault)
    return words


def find_counting(reviews: Iterable[Review]) -> Review | None:
    """Return the review of a chat that counts in figures.

    A second opinion replaces the first; one whose appeal was upheld counts for
    nothing, and the other one does not come back for it.
    """
    last = max(reviews, key=lambda r: (r.is_second_opinion, r.id), default=None)
    return None if last is None or last.appeal is Appeal.UPHELD else last


def draw(ticket_ids: Iterable[int], count: int, seed: str) -> list[int]:
    """Draw tickets at random so that anybody can draw them again.

    Ordered by SHA-256 of ``seed:id``, the first ``count`` are taken: the same seed
    and the same tickets give the same sample, on any machine, in any version.
    """
    ranked = sorted(set(ticket_ids), key=lambda id_: (_rank(seed, id_), id_))
    return ranked[: max(count, 0)]


def _rank(seed: str, ticket_id: int) -> str:
    return hashlib.sha256(f"{seed}:{ticket_id}".encode()).hexdigest()


def _clean(text: Any) -> str:
    return str(text).replace("\r\n", "\n").strip()
