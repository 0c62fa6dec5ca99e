"""Chooses which entries are compared for contradictions: drafts, or all known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from knowledge import EntryDraft, EntryKind

from .conflicts import compare_entries
from .customs import count_phones
from .figures import FigureKind
from .known import KnownEntries, Subject
from .relations import Relations
from .types import CheckResult, Mending, MendingKind

#: Two questions are compared only where they say nearly the same.
_LEAST_SIBLINGS = 0.85

#: A guide says all that an answer does; of its own it has days, dates and phones, but
#: its sums and conditions are those of the policy that it names.
_OF_A_POLICY = frozenset(
    {
        FigureKind.MONEY,
        FigureKind.PERCENT,
        FigureKind.AGE,
        FigureKind.MONTHS,
        FigureKind.WORKDAYS,
    }
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
    phones = known.phones + count_phones(subject.draft for subject in subjects)
    own = Relations([subject.draft for subject in subjects])
    ids = {subject.ref.id for subject in subjects}

    def take(places: Iterable[int]) -> list[Subject]:
        """Return published entries that stay, and are in force."""
        found = (known.subjects[place] for place in dict.fromkeys(places))
        return [
            each
            for each in found
            if each.ref.id not in ids and not _is_over(each.draft, today)
        ]

    for subject in subjects:
        drafts = [subjects[p] for p in own.find_backing(subject.draft)]
        published = take(known.relations.find_backing(subject.draft))
        yield from _compare(subject, [*drafts, *published], regions, phones)
        for asked in take(known.relations.find_resting(subject.draft)):
            # The published one is compared as usual, and told of the draft's side.
            for result in _compare(asked, [subject], regions):
                yield _turn(result, subject)
        if subject.draft.kind is EntryKind.FAQ:
            yield from compare_entries(
                subject,
                take(known.relations.find_siblings(subject.draft)),
                regions=regions,
                least=_LEAST_SIBLINGS,
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
        yield from _compare(subject, backing, known.regions, known.phones)
    yield from _compare_siblings(relations, subjects, known.regions)


def _compare(
    subject: Subject,
    others: Sequence[Subject],
    regions: frozenset[str],
    phones: Mapping[str, int] | None = None,
) -> Iterable[CheckResult]:
    kinds = {other.draft.kind for other in others}
    lacking: frozenset[FigureKind] = frozenset()
    if subject.draft.kind is EntryKind.FAQ and EntryKind.GUIDE in kinds:
        lacking = frozenset(FigureKind)
    if subject.draft.kind is EntryKind.GUIDE and kinds == {EntryKind.POLICY}:
        lacking = _OF_A_POLICY
    return compare_entries(
        subject, others, regions=regions, lacking=lacking, phones=phones
    )


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


def _turn(result: CheckResult, subject: Subject) -> CheckResult:
    """Return a published entry's result as one of the draft it was compared with."""
    theirs, own = result.place, result.other_place
    mending = None
    if own is not None and own.section is not None and result.mending is not None:
        mending = Mending(
            MendingKind.REPLACE,
            {
                "section": own.section,
                "start": own.start,
                "text": own.text,
                "value": theirs.text,
            },
            f"改成“{theirs.text}”",
        )
    reason = (
        f"和已发布的《{result.entry.title}》不一致：那里写“{theirs.text}”"
        + (
            f"，这里写“{own.text}”。"
            if own and result.mending
            else "，这里没有这个数。"
        )
        + "请核对以哪一个为准。"
    )
    return replace(
        result,
        entry=subject.ref,
        place=own or theirs,
        other=result.entry,
        other_place=theirs,
        reason=reason,
        mending=mending,
    )


def _is_over(draft: EntryDraft, today: date) -> bool:
    return draft.expires_on is not None and draft.expires_on < today
