"""Finds texts that are the same or nearly the same, among thousands in a second.

A text's shingles are hashed, 64 least hashes under different orders stand for it,
and texts that agree in a band of four are compared exactly.

Source:
    Broder, "On the resemblance and containment of documents", 1997; Leskovec,
    Rajaraman and Ullman, "Mining of Massive Datasets", chapter 3 (banding).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from knowledge import EntryDraft, EntryKind, normalise

_Hashes: TypeAlias = npt.NDArray[np.uint64]

#: Characters of a shingle: four Chinese characters are about two words.
_SHINGLE = 4

#: 16 bands of four: at a likeness of .8 one pair in 5,000 is missed, at .7 one
#: in 80, and below .3 few are compared in vain.
_BANDS, _ROWS = 16, 4

#: A bucket of a template's copies is compared with its first ones only.
_MAX_BUCKET = 12

_NO_WORD = re.compile(r"[\W_]+")

_rng = np.random.default_rng(20261123)
_FACTORS = _rng.integers(1, 2**63, size=_BANDS * _ROWS, dtype=np.uint64) | np.uint64(1)
_SHIFTS = _rng.integers(0, 2**63, size=_BANDS * _ROWS, dtype=np.uint64)
_BASE = np.uint64(1_099_511_628_211)


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two texts and how alike they are, from 0 to 1."""

    first: int
    second: int
    share: float


def plain(text: str) -> str:
    """Return the words alone, in one spelling."""
    return _NO_WORD.sub("", normalise(text)).lower()


def body_of(draft: EntryDraft) -> str:
    """Return what an entry says, in one spelling, without its title."""
    if draft.kind is EntryKind.FAQ:
        return plain("".join(section.text for section in draft.sections))
    return plain("".join(s.heading + s.text for s in draft.sections))


def shingle(text: str) -> _Hashes:
    """Return the hashes of a text's shingles, each once, sorted."""
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    if len(codes) <= _SHINGLE:
        return np.array([hash_of(codes)], dtype=np.uint64)
    length = len(codes) - _SHINGLE + 1
    hashed = np.zeros(length, dtype=np.uint64)
    for offset in range(_SHINGLE):
        hashed = (hashed * _BASE) ^ codes[offset : offset + length]
    return np.unique(hashed * _BASE)


def hash_of(codes: npt.NDArray[np.uint64]) -> int:
    """Return one hash of a whole short text."""
    total = 0
    for code in codes.tolist():
        total = ((total * int(_BASE)) ^ code) % 2**64
    return total


def share(first: _Hashes, second: _Hashes) -> float:
    """Return how much two sets of shingles have in common: their Jaccard index."""
    both = len(np.intersect1d(first, second, assume_unique=True))
    return both / max(1, len(first) + len(second) - both)


class LikenessIndex:
    """Texts of entries, found by likeness."""

    def __init__(self, drafts: Sequence[EntryDraft]) -> None:
        self.bodies = [body_of(draft) for draft in drafts]
        self.shingles = [shingle(body) for body in self.bodies]
        self._keys = [_band_keys(each) for each in self.shingles]
        self._buckets: defaultdict[tuple[int, bytes], list[int]] = defaultdict(list)
        for place, keys in enumerate(self._keys):
            for band, key in enumerate(keys):
                self._buckets[band, key].append(place)

    def iter_within(self, least: float) -> Iterator[Likeness]:
        """Yield pairs of this index, the earlier one first, each pair once."""
        seen: set[tuple[int, int]] = set()
        for bucket in self._buckets.values():
            for at, second in enumerate(bucket[1:], start=1):
                near = bucket[:at] if at <= _MAX_BUCKET else bucket[: _MAX_BUCKET // 2]
                seen.update((first, second) for first in near)
        yield from self._compare(self, sorted(seen), least)

    def iter_against(self, other: LikenessIndex, least: float) -> Iterator[Likeness]:
        """Yield pairs of a text of this index and one of another's."""
        seen: set[tuple[int, int]] = set()
        for place, keys in enumerate(self._keys):
            for band, key in enumerate(keys):
                near = other._buckets.get((band, key), ())[: 4 * _MAX_BUCKET]
                seen.update((place, found) for found in near)
        yield from self._compare(other, sorted(seen), least)

    def _compare(
        self, other: LikenessIndex, pairs: Sequence[tuple[int, int]], least: float
    ) -> Iterator[Likeness]:
        for first, second in pairs:
            a, b = self.shingles[first], other.shingles[second]
            # Sizes alone rule most pairs out.
            if min(len(a), len(b)) < least * max(len(a), len(b)):
                continue
            if (found := share(a, b)) >= least:
                yield Likeness(first, second, found)


def _band_keys(hashes: _Hashes) -> list[bytes]:
    orders = (hashes[None, :] * _FACTORS[:, None] + _SHIFTS[:, None]) >> np.uint64(11)
    least = orders.min(axis=1)
    return [
        least[band * _ROWS : (band + 1) * _ROWS].tobytes() for band in range(_BANDS)
    ]
