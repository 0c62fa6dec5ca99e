"""Finds rules that no longer hold, or not yet, by their dates and by their words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from knowledge import EntryKind, Section

from ..dates import DATE, find_date
from ..structure.validity import find_validity
from .known import Setting, Subject
from .types import (
    CheckKind,
    CheckResult,
    Mending,
    MendingKind,
    Place,
    Severity,
    make_place,
)

#: Days before the end that the office wants to know.
WARNING_DAYS = 30

_OWN_TERM = re.compile(
    r"(?:本(?:指南|答复|解答|政策|标准|条|事项)|以上(?:政策|标准|内容|规定))[^。；\n]{0,12}"
    rf"(?:有效|执行|适用)[^。；\n]{{0,4}}至\s*(?P<day>{DATE})"
)

_TERM_OF_YEARS = re.compile(r"(?:有效期|试行期?)[^。；\n]{0,6}年")

#: Only lines with one of these words are read for a term.
_SPEAKS = re.compile(r"施行|实施|执行|有效|生效|试行")


def check_terms(subject: Subject, setting: Setting) -> Iterator[CheckResult]:
    """Yield what the entry's first and last day mean today."""
    draft, today = subject.draft, setting.today
    begins, ends = draft.effective_on, draft.expires_on
    if begins and ends and begins > ends:
        yield _field(
            subject,
            CheckKind.TERM_MISMATCH,
            Severity.BLOCK,
            f"施行日 {begins} 晚于失效日 {ends}。",
        )
    elif draft.expires_on and draft.expires_on < today:
        yield _field(
            subject,
            CheckKind.EXPIRED,
            Severity.WARN,
            f"{draft.expires_on} 已经到期，不会再用来回答。",
        )
    elif draft.effective_on and draft.effective_on > today:
        yield _field(
            subject,
            CheckKind.NOT_YET,
            Severity.NOTE,
            f"{draft.effective_on} 才开始施行，在那之前不会用来回答。",
        )
    elif draft.expires_on and draft.expires_on <= today + timedelta(WARNING_DAYS):
        left = (draft.expires_on - today).days
        yield _field(
            subject,
            CheckKind.EXPIRING,
            Severity.WARN,
            f"{draft.expires_on} 到期，还有 {left} 天。请准备新的内容，或延长日期。",
        )
    if draft.issued_on and draft.issued_on > today:
        yield _field(
            subject,
            CheckKind.TERM_MISMATCH,
            Severity.WARN,
            f"发文日期 {draft.issued_on} 还没有到，请核对。",
        )
    yield from _check_words(subject, today)


def _check_words(subject: Subject, today: date) -> Iterator[CheckResult]:
    """Compare the days of the entry with those its text gives."""
    draft = subject.draft
    for place, section in enumerate(draft.sections):
        if not _SPEAKS.search(section.text):
            continue
        for match in _OWN_TERM.finditer(section.text):
            end = find_date(match["day"])
            if end and end != draft.expires_on:
                yield _mismatch(subject, place, match.span(), "expires_on", end, today)
        is_annex = section.heading.startswith("附件")
        if draft.kind is EntryKind.POLICY and not is_annex:
            yield from _check_clause(subject, place, section, today)


def _check_clause(
    subject: Subject, place: int, section: Section, today: date
) -> Iterator[CheckResult]:
    """Compare the days with the clause 本办法自…起施行，有效期至…."""
    said = find_validity(section.text.splitlines(), subject.draft.issued_on)
    for field, day in (
        ("effective_on", said.effective_on),
        ("expires_on", said.expires_on),
    ):
        held = getattr(subject.draft, field)
        if day is None or held == day or _ends_early(field, held, day):
            continue
        # "自公布之日起" of an amended law counts from its first day.
        if span := _find_span(section.text, day):
            yield _mismatch(subject, place, span, field, day, today)


def _ends_early(field: str, held: date | None, said: date) -> bool:
    """Whether a later rule ended this one before the day its text names."""
    return field == "expires_on" and held is not None and held < said


def _find_span(text: str, day: date) -> tuple[int, int] | None:
    for match in re.finditer(DATE, text):
        if find_date(match[0]) == day:
            return match.span()
    term = _TERM_OF_YEARS.search(text)
    return term.span() if term else None


def _mismatch(
    subject: Subject,
    place: int,
    span: tuple[int, int],
    field: str,
    day: date,
    today: date,
) -> CheckResult:
    name = "失效日" if field == "expires_on" else "施行日"
    held = getattr(subject.draft, field)
    reason = f"正文说{name}是 {day}，条目写的是 {held or '没有填'}。"
    if field == "expires_on" and day < today:
        reason += "按正文已经失效。"
    return CheckResult(
        kind=CheckKind.TERM_MISMATCH,
        severity=Severity.WARN,
        entry=subject.ref,
        place=make_place(subject.draft, place, *span),
        reason=reason,
        mending=Mending(
            MendingKind.SET_FIELD,
            {"field": field, "value": day.isoformat()},
            f"{name}设为 {day}",
        ),
    )


def _field(
    subject: Subject, kind: CheckKind, severity: Severity, reason: str
) -> CheckResult:
    return CheckResult(kind, severity, subject.ref, Place(heading="有效期"), reason)
