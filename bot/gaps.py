"""What people could not get answered, alike questions together."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine, select

from knowledge import normalise, question_terms

from .accounts import Officer
from .database import Transactions
from .events import Clock
from .learning_scope import find_chat, is_learnable_by
from .tables import InboxRow, MessageRow
from .types import AnswerStatus

#: Two questions are about the same when they share this part of all their terms.
#: "医保断缴能补吗" and "断缴的医保怎么补" share 3 of 6.
ALIKE_AT = 0.5

#: Questions looked at, newest first: clustering them takes about a second.
MAX_QUESTIONS = 10_000

#: Examples shown of one gap.
MAX_EXAMPLES = 5

#: The trend compares so many days with as many before them.
TREND_DAYS = 7

_OPEN_ENDED = (
    AnswerStatus.UNANSWERABLE_NO_MATCH,
    AnswerStatus.CLARIFY_AMBIGUOUS,
    AnswerStatus.HANDOFF_REPEATED,
    AnswerStatus.HANDOFF_REQUESTED,
    AnswerStatus.ERROR_UNEXPECTED,
)

#: Whoever only asks for a person has asked nothing yet.
_ASKS_FOR_PERSON, _CALL_CHARS = "人工", 10


@dataclass(frozen=True, slots=True)
class Asked:
    """One question that nobody could answer at once; masked."""

    text: str
    status: AnswerStatus
    at: datetime
    #: A chat that the reader may open; None = none.
    ticket_id: int | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions about the same thing, the most frequent wording in front."""

    question: str
    count: int
    first_at: datetime
    last_at: datetime
    #: In the newest week, and in the one before.
    recent: int
    before: int
    by_status: Counter[AnswerStatus] = field(default_factory=Counter)
    #: Newest first, each wording once.
    examples: tuple[Asked, ...] = ()

    @property
    def trend(self) -> int:
        """How many more in the newest week than in the one before."""
        return self.recent - self.before


class GapStore:
    """Reads questions without an answer; a method is one transaction."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._tx = Transactions(engine)
        self._clock = clock

    def list(self, officer: Officer, *, days: int = 30, limit: int = 100) -> list[Gap]:
        """List the gaps of the last days that somebody may see, largest first."""
        now = self._clock()
        statement = (
            select(
                InboxRow.text,
                MessageRow.status,
                MessageRow.created_at,
                find_chat(officer, MessageRow.conversation_id),
            )
            .join(InboxRow, MessageRow.inbox_id == InboxRow.id)
            .where(MessageRow.status.in_(_OPEN_ENDED), InboxRow.text != "")
            .where(MessageRow.created_at >= now - timedelta(days=days))
            .where(is_learnable_by(officer, MessageRow.conversation_id))
            .order_by(MessageRow.id.desc())
            .limit(MAX_QUESTIONS)
        )
        with self._tx.read() as session:
            asked = [
                Asked(text, AnswerStatus(status), at, ticket_id)
                for text, status, at, ticket_id in session.execute(statement)
                if _asks_something(text, status)
            ]
        return cluster(asked, now=now)[:limit]


def _asks_something(text: str, status: str) -> bool:
    is_call = _ASKS_FOR_PERSON in text and len(normalise(text)) <= _CALL_CHARS
    return not (is_call and status != AnswerStatus.UNANSWERABLE_NO_MATCH)


def cluster(asked: Iterable[Asked], *, now: datetime) -> list[Gap]:
    """Put alike questions together; the same questions give the same gaps.

    Wordings with the same terms are one. Then, the most frequent first, each joins
    the gap whose first wording shares ``ALIKE_AT`` of the terms with it, or opens
    one. Only gaps that share one of its rarest terms can: the others are not looked
    at, which loses none (prefix filter of set similarity joins).
    """
    wordings: dict[frozenset[str], list[Asked]] = defaultdict(list)
    for each in asked:
        terms = frozenset(question_terms(each.text))
        wordings[terms or frozenset({normalise(each.text)})].append(each)
    frequency = Counter(term for terms in wordings for term in terms)
    order = sorted(wordings, key=lambda t: (-len(wordings[t]), sorted(t)))
    heads: list[frozenset[str]] = []
    members: list[list[Asked]] = []
    index: dict[str, list[int]] = defaultdict(list)
    for terms in order:
        rare = _rarest(terms, frequency)
        near = {number for term in rare for number in index[term]}
        best = max(near, key=lambda n: (_likeness(terms, heads[n]), -n), default=None)
        if best is not None and _likeness(terms, heads[best]) >= ALIKE_AT:
            members[best].extend(wordings[terms])
            continue
        for term in rare:
            index[term].append(len(heads))
        heads.append(terms)
        members.append(list(wordings[terms]))
    gaps = [_to_gap(group, now) for group in members]
    return sorted(gaps, key=lambda g: (-g.count, -g.last_at.timestamp(), g.question))


def _rarest(terms: frozenset[str], frequency: Counter[str]) -> list[str]:
    """Return so many terms that two alike questions share one of them."""
    ranked = sorted(terms, key=lambda term: (frequency[term], term))
    return ranked[: len(ranked) - math.ceil(ALIKE_AT * len(ranked)) + 1]


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)


def _to_gap(group: Sequence[Asked], now: datetime) -> Gap:
    newest = sorted(group, key=lambda a: (a.at, a.text), reverse=True)
    span = timedelta(days=TREND_DAYS)
    texts = Counter(each.text for each in newest)
    # Of equally frequent wordings the shortest says it best.
    question = min(texts, key=lambda text: (-texts[text], len(text), text))
    by_text = {each.text: each for each in reversed(newest)}
    examples = sorted(by_text.values(), key=lambda a: (a.at, a.text), reverse=True)
    return Gap(
        question=question,
        count=len(newest),
        first_at=newest[-1].at,
        last_at=newest[0].at,
        recent=sum(now - each.at <= span for each in newest),
        before=sum(span < now - each.at <= 2 * span for each in newest),
        by_status=Counter(each.status for each in newest),
        examples=tuple(examples[:MAX_EXAMPLES]),
    )
