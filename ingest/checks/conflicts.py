"""Finds figures that contradict each other between entries on the same item."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from knowledge import EntryDraft, EntryKind, region_level

from .alignment import find_best
from .figures import Figure, FigureKind, Role, find_figures
from .known import KnownEntries, Subject
from .relations import Relations
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


def list_figures(draft: EntryDraft) -> list[Figure]:
    """Return all figures of an entry in order."""
    year = _YEAR.search(draft.title)
    return [
        # What is said in a notice for one year is said of that year.
        replace(figure, year=year[1]) if year and not figure.year else figure
        for place, section in enumerate(draft.sections)
        for figure in find_figures(section, place)
    ]


def compare_entries(
    subject: Subject,
    others: Iterable[Subject],
    *,
    regions: frozenset[str],
    least: float = _LEAST,
) -> Iterator[CheckResult]:
    """Yield one result for each figure of an entry that others contradict.

    Args:
        subject: The entry under check.
        others: Entries on the same item and region.
        regions: Names of regions: what is said of another one is left alone.
        least: How like the words around must be.
    """
    best: dict[int, tuple[_Clash, Subject]] = {}
    own = [
        (number, figure)
        for number, figure in enumerate(list_figures(subject.draft))
        if not _names_other(figure, subject.draft.region, regions)
    ]
    for other in others:
        if not own or not _may_contradict(subject.draft, other.draft):
            continue
        by_role = _may_go_by_role(subject.draft, other.draft)
        their = [
            figure
            for figure in list_figures(other.draft)
            if not _names_other(figure, other.draft.region, regions)
        ]
        for number, figure in own:
            clash = _find_clash(figure, their, least=least, by_role=by_role)
            if clash and (number not in best or clash.score > best[number][0].score):
                best[number] = (clash, other)
    for clash, other in best.values():
        yield _make(subject, other, clash)


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
    return any(
        name != region and (name in lead or _short(name) in lead) for name in regions
    )


def _short(region: str) -> str:
    short = re.sub(r"(?:新区|[省市区县])$", "", region)
    return short if len(short) >= 2 else region


def _make(subject: Subject, other: Subject, clash: _Clash) -> CheckResult:
    own, their = clash.own, clash.their
    where = other.draft.title
    reason = (
        f"{own.kind.label}不一致：这里写“{own.text}”，《{where}》写“{their.text}”。"
        "请核对以哪一个为准。"
    )
    return CheckResult(
        kind=CheckKind.CONFLICT,
        severity=Severity.WARN,
        entry=subject.ref,
        place=make_place(subject.draft, own.section, own.start, own.end),
        reason=reason,
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
        ),
    )


def check_drafts(
    subjects: Sequence[Subject], known: KnownEntries, *, today: date
) -> Iterator[CheckResult]:
    """Yield contradictions of drafts with each other and with what is published.

    Args:
        subjects: The drafts.
        known: What is published; what a draft replaces is left out.
        today: What has expired by then contradicts nothing.
    """
    regions = known.regions | {s.draft.region for s in subjects if s.draft.region}
    own = Relations([subject.draft for subject in subjects])
    ids = {subject.ref.id for subject in subjects}
    published = known.relations
    for subject in subjects:
        backing = [subjects[p] for p in own.find_backing(subject.draft)]
        places = [
            *published.find_backing(subject.draft),
            *published.find_resting(subject.draft),
        ]
        backing += [
            each
            for each in (known.subjects[p] for p in dict.fromkeys(places))
            if each.ref.id not in ids and not _is_over(each.draft, today)
        ]
        yield from compare_entries(subject, backing, regions=regions)
        if subject.draft.kind is EntryKind.FAQ:
            siblings = [
                known.subjects[p]
                for p in published.find_siblings(subject.draft)
                if known.subjects[p].ref.id not in ids
            ]
            yield from compare_entries(
                subject, siblings, regions=regions, least=_LEAST_SIBLINGS
            )
    yield from _compare_siblings(own, subjects, regions)


def check_known(known: KnownEntries, *, today: date) -> Iterator[CheckResult]:
    """Yield the contradictions within what is published and in force."""
    relations, subjects = known.relations, known.subjects
    for subject in subjects:
        if _is_over(subject.draft, today):
            continue
        backing = [
            subjects[place]
            for place in relations.find_backing(subject.draft)
            if not _is_over(subjects[place].draft, today)
        ]
        yield from compare_entries(subject, backing, regions=known.regions)
    yield from _compare_siblings(relations, subjects, known.regions)


def _compare_siblings(
    relations: Relations, subjects: Sequence[Subject], regions: frozenset[str]
) -> Iterator[CheckResult]:
    for first, second in relations.iter_siblings():
        yield from compare_entries(
            subjects[second],
            [subjects[first]],
            regions=regions,
            least=_LEAST_SIBLINGS,
        )


def _is_over(draft: EntryDraft, today: date) -> bool:
    return draft.expires_on is not None and draft.expires_on < today
