"""The chain that shows whether the audit trail was altered. Pure.

Each row carries a keyed digest of its own fields and of the row before it; the head
carries one of the whole. Whoever has the database and not the office's secret can
alter, remove, add or move rows, and cannot make the digests fit again.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256

#: What the first row follows.
GENESIS = ""

#: Stands for the row before where the head was found altered: what is written then
#: is kept, and can never be taken for a whole chain.
TORN = "torn"

#: Digits of a chain value that people note down: 80 bits.
NOTED_DIGITS = 20

#: Fewer prove nothing.
MIN_NOTED_DIGITS = 16


@dataclass(frozen=True, slots=True)
class AuditKey:
    """What the digests are keyed with; empty = anybody can make them anew."""

    secret: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Link:
    """One row of the trail, each field as text that stands for one value only."""

    id: int
    at: str
    officer_id: str | None
    action: str
    subject: str
    detail: str
    chain: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the trail, and how much of it was chained after the fact."""

    last_id: int = 0
    count: int = 0
    chain: str = GENESIS
    #: Rows up to this id were written before they were chained; 0 = none.
    sealed_up_to: int = 0
    #: When those were chained; the day on which the chain began.
    sealed_at: str = ""

    @property
    def noted(self) -> str:
        """What people note down outside of the machine: ``150-3fa9…``."""
        return f"{self.last_id}-{self.chain[:NOTED_DIGITS]}"


class BreakKind(StrEnum):
    """What is wrong at a place of the trail."""

    ALTERED = "altered"
    MISSING = "missing"
    ADDED = "added"
    TORN = "torn"
    ENDED_EARLY = "ended_early"
    HEAD_ALTERED = "head_altered"
    HEAD_MISSING = "head_missing"
    NOT_AS_NOTED = "not_as_noted"


@dataclass(frozen=True, slots=True)
class AuditBreak:
    """A place where the trail does not fit."""

    kind: BreakKind
    #: The row; for what is missing the first missing one.
    row_id: int
    #: How many rows it concerns.
    count: int = 1


def describe_moment(at: datetime) -> str:
    """Return a moment as it is chained: UTC, to the microsecond."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"


def chain_link(key: AuditKey, previous: str, link: Link) -> str:
    """Return the chain value of a row: 64 hex digits."""
    fields = [
        previous,
        link.id,
        link.at,
        link.officer_id,
        link.action,
        link.subject,
        link.detail,
    ]
    return _digest(key, "row", fields)


def seal_head(key: AuditKey, head: Head) -> str:
    """Return what shows that nobody else wrote the head: 64 hex digits."""
    fields = [head.last_id, head.count, head.chain, head.sealed_up_to, head.sealed_at]
    return _digest(key, "head", fields)


def is_sealed(key: AuditKey, head: Head, seal: str) -> bool:
    """Tell whether the head is as we wrote it."""
    return hmac.compare_digest(seal_head(key, head).encode(), seal.encode())


def find_breaks(
    key: AuditKey, links: Iterable[Link], head: Head
) -> Iterator[AuditBreak]:
    """Yield what does not fit, from the first row to the head.

    Args:
        key: The office's.
        links: All rows by id.
        head: Its own seal is looked at by the caller.
    """
    good, stored, last, count, is_whole = GENESIS, GENESIS, 0, 0, True
    for link in links:
        found = _find_gap(head, last, link.id)
        # After a row that does not fit, the next may follow it, if it was altered,
        # or the one before it, if it was added.
        if link.chain in {chain_link(key, one, link) for one in (good, stored)}:
            good = link.chain
        else:
            found = found or AuditBreak(_name_misfit(key, link), link.id)
        if found:
            is_whole = False
            yield found
        last, stored, count = link.id, link.chain, count + 1
    if last < head.last_id:
        yield AuditBreak(BreakKind.ENDED_EARLY, last + 1, head.last_id - last)
    elif is_whole and (last, count, good) != (head.last_id, head.count, head.chain):
        yield AuditBreak(BreakKind.HEAD_ALTERED, head.last_id)


def _find_gap(head: Head, last: int, next_id: int) -> AuditBreak | None:
    # Ids of rows older than the chain may have gaps: of what was rolled back.
    first = max(last, head.sealed_up_to) + 1
    if next_id <= first:
        return None
    return AuditBreak(BreakKind.MISSING, first, next_id - first)


def _name_misfit(key: AuditKey, link: Link) -> BreakKind:
    if not link.chain:
        return BreakKind.ADDED
    if link.chain == chain_link(key, TORN, link):
        return BreakKind.TORN
    return BreakKind.ALTERED


def _digest(key: AuditKey, purpose: str, fields: list[object]) -> str:
    # JSON, because it says where a field ends: ("ab", "c") is not ("a", "bc").
    message = json.dumps([purpose, *fields], separators=(",", ":"), default=repr)
    return hmac.new(key.secret, message.encode(), sha256).hexdigest()
