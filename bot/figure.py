"""Values of the figures: what is measured, by what, and what came out. Pure.

A measure is data. How its cases are found stands in ``figure_rounds`` and
``figure_cases``; ``recount`` counts the same from the raw rows in another way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from .deadlines import LIMITS, Urgency
from .satisfaction import MIN_CASES

#: Answers after this long are late for WeChat.
ANSWER_WITHIN = timedelta(seconds=5)

#: Seconds on duty until a person's first word.
FIRST_REPLY_S = LIMITS[Urgency.NORMAL].first_reply.amount.total_seconds()

#: A topic that rests for longer and is asked again within a day was not settled.
TOPIC_RESTS = timedelta(minutes=30)
ASKED_AGAIN_WITHIN = timedelta(days=1)

#: Points for "right" in a review up to which the answer was wrong, of 5.
WRONG_UP_TO = 2


class Dimension(StrEnum):
    """By what a measure is broken down."""

    BUREAU = "bureau"
    TOPIC = "topic"
    OFFICER = "officer"
    URGENCY = "urgency"

    @property
    def label(self) -> str:
        """What people read, Chinese."""
        return _DIMENSION_LABELS[self]


_DIMENSION_LABELS = {
    Dimension.BUREAU: "部门",
    Dimension.TOPIC: "事项归口",
    Dimension.OFFICER: "坐席",
    Dimension.URGENCY: "紧急程度",
}


class CaseKind(StrEnum):
    """What a case of a measure is, and so where its number leads."""

    TICKET = "ticket"
    INBOX = "inbox"
    CONVERSATION = "conversation"
    MESSAGE = "message"
    RATING = "rating"
    FOLLOW_UP = "follow_up"

    @property
    def label(self) -> str:
        """What people read, Chinese."""
        return _KIND_LABELS[self]


_KIND_LABELS = {
    CaseKind.TICKET: "工单",
    CaseKind.INBOX: "来信",
    CaseKind.CONVERSATION: "咨询",
    CaseKind.MESSAGE: "应答",
    CaseKind.RATING: "评价",
    CaseKind.FOLLOW_UP: "回访",
}


class Case(NamedTuple):
    """One case of a measure."""

    at: datetime
    #: Number of what it is, see ``CaseKind``.
    ref: int
    #: The ticket that shows it; None = none.
    ticket_id: int | None
    bureau_id: int | None
    topic: str
    officer_id: int | None
    urgency: str
    #: Whether it belongs to the numerator.
    is_met: bool


@dataclass(frozen=True, slots=True)
class Count:
    """Numerator and denominator; never a rate without them."""

    met: int = 0
    cases: int = 0

    @property
    def share(self) -> float | None:
        """Numerator by denominator, 0 to 1; None = too few cases."""
        return self.met / self.cases if self.cases >= MIN_CASES else None

    @property
    def missed(self) -> int:
        """Cases outside the numerator."""
        return self.cases - self.met


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure: what it is called, what it counts, what it should be."""

    key: str
    name: str

    #: Numerator and denominator in words, and what else must be known.
    met: str
    cases: str
    note: str

    kind: CaseKind
    dimensions: frozenset[Dimension]

    #: None = shown, not aimed at.
    target: float | None = None

    #: Whether the target is a ceiling: an error, somebody who gave up.
    is_ceiling: bool = False

    @property
    def formula(self) -> str:
        """Numerator ÷ denominator, Chinese."""
        return f"{self.met} ÷ {self.cases}"

    def is_reached(self, count: Count) -> bool | None:
        """Tell whether the target is reached; None without one or without a share."""
        if self.target is None or count.share is None:
            return None
        if self.is_ceiling:
            return count.share <= self.target
        return count.share >= self.target


#: Dimension and value to what was counted; ("", "") = all together.
Counts = Mapping[tuple[str, str], Count]

#: The key of what was counted over all.
TOTAL = ("", "")


def count_cases(
    cases: Iterable[Case], measure: Measure
) -> dict[tuple[str, str], Count]:
    """Count cases over all and by each dimension of their measure."""
    met: dict[tuple[str, str], int] = {}
    of: dict[tuple[str, str], int] = {}
    # Alike ones together first: there are few kinds of cases and many cases.
    alike = Counter(case[_FIRST_GROUPED:] for case in cases)
    for alike_case, n in alike.items():
        bureau_id, topic, officer_id, urgency, is_met = alike_case
        values = (bureau_id or "", topic, officer_id or "", urgency)
        groups = [
            (str(by), str(value))
            for by, value in zip(Dimension, values, strict=True)
            if by in measure.dimensions
        ]
        for key in (TOTAL, *groups):
            of[key] = of.get(key, 0) + n
            met[key] = met.get(key, 0) + (n if is_met else 0)
    return {key: Count(met[key], n) for key, n in of.items()}


#: Where what a case is counted by begins in its tuple.
_FIRST_GROUPED = Case._fields.index("bureau_id")
