"""Values of 好差评: what a citizen thought of an answer or a hand-over. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import TypeAlias

from .errors import BotError
from .replies import get_wording
from .types import Channel, Ticket

#: A rating may be changed for so long.
CHANGE_WITHIN = timedelta(days=1)

#: On its page a citizen may rate what is no older than this.
RATE_WITHIN = timedelta(days=7)

#: In the chat a mere word counts as a rating for so long after a hand-over.
HEAR_WITHIN = timedelta(days=1)

#: The message after a low rating is its reason if it comes so soon.
REASON_WITHIN = timedelta(minutes=10)

MAX_COMMENT_CHARS = 500

#: Working days in which somebody calls whoever was not satisfied.
#: Source: 国办发〔2019〕51号; cities close within 5 (德州) to 15 (四川) working days.
FOLLOW_UP_DAYS = 5

#: Where that year's holidays are not known: an ordinary week.
FOLLOW_UP_FALLBACK = timedelta(days=7)


class Score(IntEnum):
    """The five levels; higher is better.

    Source: 国办发〔2019〕51号: five levels, the two lowest are 差评.
    """

    VERY_GOOD = 5
    GOOD = 4
    FAIR = 3
    BAD = 2
    VERY_BAD = 1

    @property
    def label(self) -> str:
        """What citizens and officers read, Chinese."""
        return _LABELS[self]

    @property
    def is_low(self) -> bool:
        """Whether it is a 差评, which somebody follows up."""
        return self <= Score.BAD


_LABELS = {
    Score.VERY_GOOD: "非常满意",
    Score.GOOD: "满意",
    Score.FAIR: "基本满意",
    Score.BAD: "不满意",
    Score.VERY_BAD: "非常不满意",
}

_BY_LABEL = {label: score for score, label in _LABELS.items()}

#: The words alone; after 评价 also with a number, which alone answers a menu.
_WORD = re.compile(r"(?P<word>非常不?满意|基本满意|不?满意)")
_CALLED = re.compile(
    r"(?:我的?)?评价(?:是|为)?(?:(?P<word>非常不?满意|基本满意|不?满意)|(?P<number>[1-5])分?)"
)
_NUMBER = re.compile(r"(?P<number>[1-5])分?")


@dataclass(frozen=True, slots=True)
class Said:
    """A rating as it was typed."""

    score: Score

    #: Whether 评价 stood before it: it can mean nothing else.
    is_called: bool = False

    #: Whether it was a mere number, which may as well answer something else.
    is_number: bool = False


def read_rating(text: str) -> Said | None:
    """Read a message that is a rating and nothing else.

    Args:
        text: Without punctuation and blanks.

    Returns:
        None for everything else; a question that holds such a word is a question.
    """
    if match := _CALLED.fullmatch(text):
        return Said(_score_of(match), is_called=True)
    if match := _WORD.fullmatch(text):
        return Said(_score_of(match))
    if match := _NUMBER.fullmatch(text):
        return Said(_score_of(match), is_number=True)
    return None


def _score_of(match: re.Match[str]) -> Score:
    groups = match.groupdict()
    if word := groups.get("word"):
        return _BY_LABEL[word]
    return Score(int(groups["number"]))


@dataclass(frozen=True, slots=True)
class RatingTarget:
    """What is rated: a hand-over or an answer of the bot's, never both."""

    ticket_id: int | None = None
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a citizen thought of something, as a step understood it."""

    target: RatingTarget
    score: Score

    #: Masked; empty = leave what was said before.
    comment: str = ""


@dataclass(frozen=True, slots=True)
class RatingOffer:
    """What a citizen may rate, or has rated."""

    target: RatingTarget

    #: None = nothing yet.
    score: Score | None = None

    #: What was said about it, masked.
    comment: str = ""

    #: Whether it may still be given or changed.
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class OpenRating:
    """What a word in the chat would rate now."""

    offer: RatingOffer

    #: The line that it stands at.
    line_id: int


#: Line id to what may be rated there; 0 = what a word rates now. None = nothing.
FindRating: TypeAlias = Callable[[int], OpenRating | None]


def nothing_to_rate(_line_id: int) -> OpenRating | None:
    """Be the search where nobody is served: the command line."""
    return None


@dataclass(frozen=True, slots=True)
class Rating:
    """A stored rating, as officers see it."""

    id: int
    target: RatingTarget
    score: Score

    #: Masked; empty if nothing was said, and once it was erased.
    comment: str
    created_at: datetime
    changed_at: datetime
    channel: Channel

    #: Four digits by which officers call the citizen.
    citizen_number: str

    #: What it was about, masked and short; empty once it was erased.
    about: str
    bureau_id: int | None = None
    bureau_name: str = ""

    #: Who is rated; None = the bot, or nobody in particular.
    officer_id: int | None = None
    officer_name: str = ""


class RatingError(BotError):
    """Base of the errors about ratings."""


class NotRatableError(RatingError):
    """It is not the citizen's, not over yet, or too long ago."""

    def __init__(self) -> None:
        super().__init__("this cannot be rated, or not any more")


def ask_for_rating(ticket: Ticket) -> tuple[str, ...]:
    """Return the lines that are said at the end of a hand-over.

    None on the web, where the page offers the five words itself.
    """
    if ticket.channel is not Channel.WECHAT:
        return ()
    return (get_wording("rate_ask"), *RATING_LINES)


#: The choices as they are written; the number is the score, so that both mean one
#: thing whichever is sent back.
RATING_LINES = tuple(f"{int(score)}. {score.label}" for score in Score)
