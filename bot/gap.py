"""Questions without an answer, those of one meaning together. Pure."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from knowledge import EmbeddingMatrix, normalise, question_terms

from .types import AnswerStatus

Encode = Callable[[Sequence[str]], EmbeddingMatrix]
"""Turns questions into unit-length rows, shape (len(questions), dim)."""

#: Two questions are about the same when they share this part of all their terms.
#: "医保断缴能补吗" and "断缴的医保怎么补" share 3 of 6.
ALIKE_AT = 0.5

#: And when their vectors of multilingual-e5-small are this close. On 1,500 pairs of
#: questions on one topic, 40 % of them of one meaning (shared evaluation, paraphrase):
#: .96 finds 96 % at 63 % precision, shared terms alone 62 % at 68 %; of pairs drawn
#: at random .1 % are as close.
MEANS_SAME_AT = 0.96

#: Gaps compared by meaning, the largest: each needs a vector, about 8 ms.
MAX_ENCODED = 300

#: Examples shown of one gap.
MAX_EXAMPLES = 5

#: The trend compares so many days with as many before them.
TREND_DAYS = 7


@dataclass(frozen=True, slots=True)
class Asked:
    """One question that nobody could answer at once; masked."""

    text: str
    status: AnswerStatus
    at: datetime
    #: A chat that the reader may open; None = none.
    ticket_id: int | None = None
    #: Where it was asked; never shown.
    conversation_id: int | None = None


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


def cluster(
    asked: Iterable[Asked], *, now: datetime, encode: Encode | None = None
) -> list[Gap]:
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
    gaps = [_to_gap(group, now) for group in _merge_alike(members, encode)]
    return sorted(gaps, key=lambda g: (-g.count, -g.last_at.timestamp(), g.question))


def _merge_alike(groups: list[list[Asked]], encode: Encode | None) -> list[list[Asked]]:
    """Add each group to the largest one before it whose wording means the same."""
    if encode is None or len(groups) < 2:
        return groups
    order = sorted(groups, key=lambda group: (-len(group), _wording(group)))
    heads, rest = order[:MAX_ENCODED], order[MAX_ENCODED:]
    vectors = encode([_wording(group) for group in heads])
    close = vectors @ vectors.T >= MEANS_SAME_AT
    kept: list[int] = []
    merged: dict[int, list[Asked]] = {}
    for number, group in enumerate(heads):
        into = next((k for k in kept if close[number, k]), None)
        if into is None:
            kept.append(number)
            merged[number] = list(group)
        else:
            merged[into].extend(group)
    return [*merged.values(), *rest]


def _wording(group: Sequence[Asked]) -> str:
    """Return the most frequent wording; of equally frequent ones the shortest."""
    texts = Counter(each.text for each in group)
    return min(texts, key=lambda text: (-texts[text], len(text), text))


def _rarest(terms: frozenset[str], frequency: Counter[str]) -> list[str]:
    """Return so many terms that two alike questions share one of them."""
    ranked = sorted(terms, key=lambda term: (frequency[term], term))
    return ranked[: len(ranked) - math.ceil(ALIKE_AT * len(ranked)) + 1]


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)


def _to_gap(group: Sequence[Asked], now: datetime) -> Gap:
    newest = sorted(group, key=lambda a: (a.at, a.text), reverse=True)
    span = timedelta(days=TREND_DAYS)
    question = _wording(newest)
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
