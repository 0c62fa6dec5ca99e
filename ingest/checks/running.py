"""Runs all checks: over drafts before review, over what is published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from knowledge import EntryDraft

from . import comparing, duplicates
from .answers import check_answers
from .customs import find_usual
from .duplicates import check_sections
from .inner import check_inner
from .known import Documents, EntryCheck, KnownEntries, Setting, Subject
from .origins import check_origins, list_near
from .pages import check_pages
from .personal import check_personal
from .references import check_references
from .tables import check_tables
from .terms import check_terms
from .types import SEVERITY_ORDER, CheckKind, CheckResult, Severity, make_ref
from .words import check_words

#: Checks that look at one entry; the order is that of results of one gravity.
ENTRY_CHECKS: tuple[EntryCheck, ...] = (
    check_personal,
    check_pages,
    check_inner,
    check_terms,
    check_origins,
    check_references,
    check_tables,
    check_answers,
    check_words,
    check_sections,
)

#: So many drafts of one unknown region are a new bureau's, and no slip.
_NEW_REGION = 3

_RANK = {severity: rank for rank, severity in enumerate(SEVERITY_ORDER)}


def run_checks(
    drafts: Sequence[EntryDraft], known: KnownEntries, *, today: date
) -> list[CheckResult]:
    """Check drafts, each alone, with each other and against what is published.

    Args:
        drafts: What was read, or what an editor is about to send for review.
        known: What is published; keep it between calls, making it is the slow part.
        today: Beijing date.

    Returns:
        What was found, the gravest first, then in the order of the drafts.
    """
    subjects = tuple(
        Subject(make_ref(draft, index=index), draft)
        for index, draft in enumerate(drafts)
    )
    regions = known.regions
    if regions:
        counted = Counter(draft.region for draft in drafts)
        regions |= {
            name
            for name, number in counted.items()
            if number >= _NEW_REGION and not list_near(name, known.regions)
        }
    setting = Setting(
        today=today,
        known=known,
        subjects=subjects,
        documents=(Documents(subjects), known.documents),
        regions=regions,
        usual=known.usual | find_usual(drafts),
    )
    results = _check_each(subjects, setting)
    results += duplicates.check_drafts(subjects, known, today=today)
    results += comparing.check_drafts(subjects, known, today=today)
    return _sort(results)


def sweep(known: KnownEntries, today: date) -> list[CheckResult]:
    """Check all that is published: what expires, contradicts, repeats itself.

    What has expired is no longer answered and is reported as such alone.

    Returns:
        As ``run_checks``; the entries' ``index`` is None.
    """
    setting = Setting(
        today=today,
        known=known,
        subjects=(),
        documents=(known.documents,),
        regions=known.regions,
        usual=known.usual,
    )
    results = [
        result
        for result in _check_each(known.subjects, setting)
        if not _is_over(result, known, today)
    ]
    results += duplicates.check_known(known, today=today)
    results += comparing.check_known(known, today=today)
    return _sort(results)


def _check_each(subjects: Iterable[Subject], setting: Setting) -> list[CheckResult]:
    return [
        result
        for subject in subjects
        for check in ENTRY_CHECKS
        for result in check(subject, setting)
    ]


def _is_over(result: CheckResult, known: KnownEntries, today: date) -> bool:
    if result.kind in (CheckKind.EXPIRED, CheckKind.PERSONAL_DATA):
        return False
    expires = known.by_id[result.entry.id].draft.expires_on
    return expires is not None and expires < today


def _sort(results: Iterable[CheckResult]) -> list[CheckResult]:
    """Order by gravity; the same thing found in the same place counts once."""
    unique = {
        (r.kind, r.entry.index, r.entry.id, r.place, r.reason): r for r in results
    }
    return sorted(
        unique.values(), key=lambda r: (_RANK[r.severity], r.entry.index or 0)
    )


def count_by_severity(results: Iterable[CheckResult]) -> dict[Severity, int]:
    """Return how many results there are of each gravity, the gravest first."""
    counted = dict.fromkeys(SEVERITY_ORDER, 0)
    for result in results:
        counted[result.severity] += 1
    return counted
