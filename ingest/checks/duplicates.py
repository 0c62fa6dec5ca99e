"""Finds entries and passages that say the same as others."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from knowledge import EntryDraft, EntryKind

from .known import KnownEntries, Setting, Subject
from .likeness import Likeness, LikenessIndex, plain
from .types import (
    CheckKind,
    CheckResult,
    Mending,
    MendingKind,
    Place,
    Severity,
    make_place,
)

#: How much of two texts must agree, from 0 to 1: guides of one family (born in and
#: out of marriage) share nearly three quarters and are two all the same.
_NEAR = 0.7
_NEAR_LONG = 0.8

#: Words under which the same text is chance: 不收费, 全市通办.
_MIN_WORDS = 16

#: A passage pasted again is at least this long.
_MIN_PASSAGE = 40


def check_sections(subject: Subject, _setting: Setting) -> Iterator[CheckResult]:
    """Yield sections and paragraphs that stand twice in one entry."""
    draft = subject.draft
    seen: dict[str, int] = {}
    lines: set[tuple[int, str]] = set()
    for place, section in enumerate(draft.sections):
        words = plain(section.text)
        first = seen.setdefault(words, place)
        if first != place and len(words) >= _MIN_WORDS:
            yield _make_section(subject, place, first)
            continue
        start = 0
        for line in section.text.split("\n"):
            bare = plain(line) if len(line) >= _MIN_PASSAGE else ""
            if len(bare) >= _MIN_PASSAGE:
                if (place, bare) in lines:
                    yield _make_line(subject, place, start, line)
                lines.add((place, bare))
            start += len(line) + 1


def _make_section(subject: Subject, place: int, first: int) -> CheckResult:
    draft = subject.draft
    section = draft.sections[place]
    return CheckResult(
        kind=CheckKind.SAME_TEXT,
        severity=Severity.NOTE,
        entry=subject.ref,
        place=make_place(draft, place, 0, min(60, len(section.text))),
        reason=f"这一段和前面的“{draft.sections[first].heading}”完全相同。",
        mending=Mending(
            MendingKind.DROP_SECTION,
            {"section": place, "text": section.text},
            "删掉重复的这一段",
        ),
    )


def _make_line(subject: Subject, place: int, start: int, line: str) -> CheckResult:
    return CheckResult(
        kind=CheckKind.SAME_TEXT,
        severity=Severity.NOTE,
        entry=subject.ref,
        place=make_place(subject.draft, place, start, start + len(line)),
        reason="同一段话在这里粘贴了不止一次。",
        mending=Mending(
            MendingKind.REMOVE,
            {"section": place, "start": start - 1, "text": f"\n{line}"},
            "删掉重复的这一段",
        ),
    )


def check_drafts(
    subjects: Sequence[Subject], known: KnownEntries, *, today: date
) -> Iterator[CheckResult]:
    """Yield drafts that repeat each other or what is published."""
    own = LikenessIndex([subject.draft for subject in subjects])
    ids = {subject.ref.id for subject in subjects}
    yield from _check_same_entry(subjects)
    for found in own.iter_within(_NEAR):
        first, second = subjects[found.first], subjects[found.second]
        if first.ref.id != second.ref.id:
            yield from _judge(second, first, found, own.bodies[found.second], today)
    for found in own.iter_against(known.likeness, _NEAR):
        subject, other = subjects[found.first], known.subjects[found.second]
        if other.ref.id not in ids:
            yield from _judge(subject, other, found, own.bodies[found.first], today)


def check_known(known: KnownEntries, *, today: date) -> Iterator[CheckResult]:
    """Yield published entries that repeat each other."""
    for found in known.likeness.iter_within(_NEAR):
        first, second = known.subjects[found.first], known.subjects[found.second]
        body = known.likeness.bodies[found.second]
        yield from _judge(second, first, found, body, today)


def _check_same_entry(subjects: Sequence[Subject]) -> Iterator[CheckResult]:
    """Yield drafts that would overwrite one another: one title, kind and region."""
    by_id: defaultdict[str, list[Subject]] = defaultdict(list)
    for subject in subjects:
        by_id[subject.ref.id].append(subject)
    for group in by_id.values():
        first = group[0]
        for other in group[1:]:
            is_same = _bodies(first.draft) == _bodies(other.draft)
            yield CheckResult(
                kind=CheckKind.SAME_TEXT if is_same else CheckKind.NEAR_DUPLICATE,
                severity=Severity.NOTE if is_same else Severity.WARN,
                entry=other.ref,
                place=Place(heading="标题"),
                reason=f"和《{first.ref.title}》（{first.ref.file}）是同一个条目"
                + ("，内容也相同。" if is_same else "，内容不同。只会留下后读的一份。"),
                other=first.ref,
            )


def _bodies(draft: EntryDraft) -> list[str]:
    return [plain(section.text) for section in draft.sections]


def _judge(
    subject: Subject, other: Subject, found: Likeness, body: str, today: date
) -> Iterable[CheckResult]:
    """Return a result when two like texts should be one."""
    first, second = subject.draft, other.draft
    is_question = EntryKind.FAQ in (first.kind, second.kind)
    least = _NEAR if is_question else _NEAR_LONG
    is_short = len(body) < _MIN_WORDS or found.share < least
    if is_short or not _may_be_one(first, second, today):
        return ()
    is_same = found.share >= 1.0
    kind = CheckKind.SAME_TEXT if is_same else CheckKind.NEAR_DUPLICATE
    share = f"{found.share:.0%}"
    reason = (
        f"和《{second.title}》内容相同。"
        if is_same
        else f"和《{second.title}》有 {share} 相同。"
    )
    if first.kind is EntryKind.FAQ and second.kind is EntryKind.FAQ:
        reason += "请合并成一条，把另一个问法写成相似问。"
    else:
        reason += "请只留一份，或写明两份的区别。"
    return [
        CheckResult(
            kind=kind,
            severity=Severity.WARN,
            entry=subject.ref,
            place=Place(heading="全文", text=_first_words(first)),
            reason=reason,
            other=other.ref,
            other_place=Place(heading="全文", text=_first_words(second)),
        )
    ]


def _may_be_one(first: EntryDraft, second: EntryDraft, today: date) -> bool:
    """Whether both are for the same people at the same time.

    Districts keep the city's text under their own name, and a yearly notice repeats
    the last one: neither is a mistake.
    """
    if first.region and second.region and first.region != second.region:
        return False
    start = max(first.effective_on or date.min, second.effective_on or date.min)
    end = min(first.expires_on or date.max, second.expires_on or date.max)
    years = {_year(first.title), _year(second.title)}
    is_old = any(d.expires_on and d.expires_on < today for d in (first, second))
    return start <= end and not is_old and not (len(years) == 2 and "" not in years)


def _year(title: str) -> str:
    match = re.search(r"20\d{2}", title)
    return match[0] if match else ""


def _first_words(draft: EntryDraft) -> str:
    return draft.sections[0].text[:60] if draft.sections else ""
