"""Finds figures that contradict each other between entries on the same item."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from knowledge import EntryDraft, EntryKind, region_level

from .alignment import find_best, is_of_one_year
from .backing import is_backed
from .figures import Figure, FigureKind, Role, find_figures
from .known import Subject
from .types import (
    CheckKind,
    CheckResult,
    Mending,
    MendingKind,
    Severity,
    make_place,
)

#: How like the words around two figures must be, from 0 to 1.
_LEAST = 0.45

#: When the value stands in the other entry too, though of something else.
_LEAST_ELSEWHERE = 0.62
_LEAD = 0.5

#: Two questions are compared only where they say nearly the same.
_LEAST_SIBLINGS = 0.85

#: An answer that tells of the old figure beside the new one.
_PAST = re.compile(
    r"旧|原来|原标准|以前|此前|停止|废止|上半年|去年"
    r"|由[^#，。]{0,6}#(?:上?调|提高|增加|改|降)"
)

#: With so few values of a kind in a guide, another one contradicts them.
_FEW = 3

#: Digits in which a slip of the keyboard differs from the right phone number.
_PHONE_SLIP = 2


_YEAR = re.compile(r"(20\d{2})年")

#: A district's text that quotes the rule of the whole city.
_WIDER = re.compile(r"(?:全市|全省|全国|市级|省级|国家)[^，。；\n]{0,6}$")


@dataclass(frozen=True, slots=True)
class _Clash:
    own: Figure
    their: Figure
    score: float

    #: Whether it is plain which figure it contradicts.
    is_clear: bool = True


@lru_cache(maxsize=20_000)
def list_figures(draft: EntryDraft) -> tuple[Figure, ...]:
    """Return all figures of an entry in order."""
    year = _YEAR.search(draft.title)
    return tuple(
        # What is said in a notice for one year is said of that year.
        replace(figure, year=year[1]) if year and not figure.year else figure
        for place, section in enumerate(draft.sections)
        for figure in find_figures(section, place)
    )


@lru_cache(maxsize=20_000)
def list_own_figures(draft: EntryDraft, regions: frozenset[str]) -> tuple[Figure, ...]:
    """Return the figures that an entry gives for its own region, in order."""
    return tuple(
        figure
        for figure in list_figures(draft)
        if not _names_other(figure, draft.region, regions)
    )


def compare_entries(
    subject: Subject,
    others: Sequence[Subject],
    *,
    regions: frozenset[str],
    least: float = _LEAST,
    lacking: frozenset[FigureKind] = frozenset(),
    phones: Mapping[str, int] | None = None,
) -> Iterator[CheckResult]:
    """Yield one result for each figure of an entry that others contradict.

    Args:
        subject: The entry under check.
        others: Entries on the same item and region, the most telling first.
        regions: Names of regions: what is said of another one is left alone.
        least: How like the words around must be.
        lacking: Kinds of which a figure that none of the others has is one, too: an
            answer repeats what its guide says and adds no figures of its own.
        phones: Phone number to how many entries have it: one that no other has is
            lacking, too.
    """
    own = [
        figure
        for figure in list_own_figures(subject.draft, regions)
        if not _PAST.search(figure.lead + figure.clause)
    ]
    fitting = [
        (other, list_own_figures(other.draft, regions))
        for other in others
        if own and _may_contradict(subject.draft, other.draft)
    ]
    for figure in own:
        best: tuple[_Clash, Subject] | None = None
        for other, their in fitting:
            by_role = _may_go_by_role(subject.draft, other.draft)
            clash = _find_clash(figure, their, least=least, by_role=by_role)
            if clash and (best is None or clash.score > best[0].score):
                best = (clash, other)
        if best is None and figure.kind in lacking:
            is_lone = phones is not None and phones.get(figure.value, 0) <= 1
            if figure.kind is not FigureKind.PHONE or is_lone:
                best = _find_lacking(figure, fitting, subject.draft.kind)
        if best is not None:
            yield _make(subject, best[1], best[0])


def _find_lacking(
    figure: Figure,
    others: Sequence[tuple[Subject, Sequence[Figure]]],
    kind: EntryKind,
) -> tuple[_Clash, Subject] | None:
    """Find what stands in place of a figure that none of the others has."""
    # The law's own limit stands in a guide and not in the policy of the city.
    if kind is EntryKind.GUIDE and figure.role is Role.STATUTORY:
        return None
    if not others or is_backed(figure, [f for _, each in others for f in each]):
        return None
    by_role = kind is EntryKind.FAQ
    for other, their in others:
        score, found = find_best(figure, their, same=False, by_role=by_role)
        alike = [
            each
            for each in their
            if each.kind is figure.kind and is_of_one_year(figure, each)
        ]
        if found is None and alike:
            found = alike[0]
        if found is not None:
            values = {each.value for each in alike}
            is_few = len(values) <= _FEW and kind is EntryKind.FAQ
            is_clear = score >= _LEAST or is_few
            return _Clash(figure, found, score, is_clear=is_clear), other
    return None


def _find_clash(
    figure: Figure, others: Sequence[Figure], *, least: float, by_role: bool
) -> _Clash | None:
    if figure.kind is FigureKind.PHONE:
        return _find_phone_clash(figure, others)
    score, other = find_best(figure, others, same=False, by_role=by_role)
    if other is None or score < least:
        return None
    is_there = any(
        each.kind is figure.kind and each.value == figure.value for each in others
    )
    if is_there:
        same, _ = find_best(figure, others, same=True, by_role=by_role)
        if score < _LEAST_ELSEWHERE or score - same < _LEAD:
            return None
    return _Clash(figure, other, score)


def _find_phone_clash(figure: Figure, others: Sequence[Figure]) -> _Clash | None:
    """Find a number that differs in a digit or two, or under the same label."""
    phones = [other for other in others if other.kind is FigureKind.PHONE]
    if any(other.value.endswith(figure.value[-7:]) for other in phones):
        return None
    for other in phones:
        if _is_slip(figure.value, other.value):
            return _Clash(figure, other, 1.0)
    labelled = [other for other in phones if other.role and other.role is figure.role]
    if len(labelled) == 1:
        return _Clash(figure, labelled[0], 0.6)
    return None


def _is_slip(first: str, second: str) -> bool:
    if len(first) != len(second) or len(first) < 7:
        return False
    differing = sum(a != b for a, b in zip(first, second, strict=True))
    # The last digits tell one office's lines apart: 3210110 and 3210111.
    return 0 < differing <= _PHONE_SLIP and first[:-3] != second[:-3]


def _may_go_by_role(first: EntryDraft, second: EntryDraft) -> bool:
    if EntryKind.POLICY in (first.kind, second.kind):
        return False
    return all(
        sum(
            each.role is Role.PROMISED and each.kind is FigureKind.WORKDAYS
            for each in list_figures(draft)
        )
        == 1
        for draft in (first, second)
    )


def _may_contradict(first: EntryDraft, second: EntryDraft) -> bool:
    """Whether both hold on a common day and neither replaces the other."""
    start = max(first.effective_on or date.min, second.effective_on or date.min)
    end = min(first.expires_on or date.max, second.expires_on or date.max)
    names = ({first.title, first.doc_number}, {second.title, second.doc_number})
    is_replaced = set(first.supersedes) & names[1] or set(second.supersedes) & names[0]
    return start <= end and not is_replaced


def _names_other(figure: Figure, region: str, regions: frozenset[str]) -> bool:
    """Whether the sentence speaks of another region than its entry."""
    lead = figure.lead
    if region and region_level(region) > 1 and _WIDER.search(lead):
        return True
    if region and (region in lead or _short(region) in lead):
        return False
    return _any_region(regions).search(lead) is not None


@lru_cache(maxsize=8)
def _any_region(regions: frozenset[str]) -> re.Pattern[str]:
    names = sorted({_short(name) for name in regions}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, names)) or r"(?!)")


@lru_cache(maxsize=1_000)
def _short(region: str) -> str:
    short = re.sub(r"(?:新区|[省市区县])$", "", region)
    return short if len(short) >= 2 else region


def _make(subject: Subject, other: Subject, clash: _Clash) -> CheckResult:
    own, their = clash.own, clash.their
    where = other.draft.title
    reason = (
        f"{own.kind.label}不一致：这里写“{own.text}”，《{where}》写“{their.text}”。"
        if clash.is_clear
        else f"这里写{own.kind.label}“{own.text}”，《{where}》里没有这个数。"
    )
    return CheckResult(
        kind=CheckKind.CONFLICT,
        severity=Severity.WARN if clash.is_clear else Severity.NOTE,
        entry=subject.ref,
        place=make_place(subject.draft, own.section, own.start, own.end),
        reason=f"{reason}请核对以哪一个为准。",
        other=other.ref,
        other_place=make_place(other.draft, their.section, their.start, their.end),
        mending=Mending(
            MendingKind.REPLACE,
            {
                "section": own.section,
                "start": own.start,
                "text": own.text,
                "value": their.text,
            },
            f"改成“{their.text}”",
        )
        if clash.is_clear
        else None,
    )
