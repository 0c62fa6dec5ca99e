"""Finds entries that do not say whose they are, from where, and since when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from knowledge import EntryKind

from .known import Setting, Subject
from .types import CheckKind, CheckResult, Mending, MendingKind, Place, Severity


def check_origins(subject: Subject, setting: Setting) -> Iterator[CheckResult]:
    """Yield what the entry does not say of itself."""
    draft = subject.draft
    if not (draft.source.file or draft.source.url):
        yield _make(
            subject,
            CheckKind.NO_SOURCE,
            Severity.BLOCK,
            "来源",
            "没有来源文件，也没有网址。市民无法查原文。",
        )
    if not draft.department.strip():
        yield _make(
            subject,
            CheckKind.NO_DEPARTMENT,
            Severity.WARN,
            "部门",
            "没有写负责的部门。",
            _offer(subject, setting, "department"),
        )
    if not draft.region.strip():
        is_national = draft.kind is EntryKind.POLICY and _is_national(draft.department)
        if not is_national:
            yield _make(
                subject,
                CheckKind.NO_REGION,
                Severity.WARN,
                "地区",
                "没有写适用的地区。别的地方的人也会看到。",
                _offer(subject, setting, "region"),
            )
    elif setting.regions and draft.region not in setting.regions:
        near = list_near(draft.region, setting.regions)
        yield _make(
            subject,
            CheckKind.UNKNOWN_REGION,
            Severity.WARN,
            "地区",
            f"“{draft.region}”不在已知的地区里，请核对写法。",
            _set("region", near[0]) if len(near) == 1 else None,
        )
    yield from _check_dates(subject, setting)


def list_near(written: str, regions: Iterable[str]) -> list[str]:
    """Return the regions that a name may be a slip for; none for an empty one."""
    return [name for name in regions if written and _is_near(written, name)]


def _is_near(written: str, name: str) -> bool:
    """Whether a region is one cut short, or with one character wrong."""
    if len(written) == len(name) > 2:
        return sum(a != b for a, b in zip(written, name, strict=True)) == 1
    return written in name or name in written


def _check_dates(subject: Subject, setting: Setting) -> Iterator[CheckResult]:
    draft = subject.draft
    if draft.kind is EntryKind.POLICY:
        if draft.issued_on is None and draft.effective_on is None:
            yield _make(
                subject,
                CheckKind.NO_DATE,
                Severity.WARN,
                "日期",
                "没有发文日期，也没有施行日期。无法判断是否有效。",
            )
    elif draft.kind is EntryKind.GUIDE and draft.checked_on is None:
        yield _make(
            subject,
            CheckKind.NO_DATE,
            Severity.NOTE,
            "核对日期",
            "没有核对日期。市民不知道内容是哪天核对的。",
            Mending(
                MendingKind.SET_FIELD,
                {"field": "checked_on", "value": setting.today.isoformat()},
                "我已核对，记为今天",
            ),
        )


def _is_national(department: str) -> bool:
    return department.startswith(("中华人民共和国", "国务院", "全国", "国家"))


def _offer(subject: Subject, setting: Setting, field: str) -> Mending | None:
    draft = subject.draft
    whose = draft.department if field == "region" else draft.source.file
    value = setting.usual.get((field, whose))
    return _set(field, value) if value else None


def _set(field: str, value: str) -> Mending:
    parameters = {"field": field, "value": value}
    return Mending(MendingKind.SET_FIELD, parameters, f"设为“{value}”")


def _make(
    subject: Subject,
    kind: CheckKind,
    severity: Severity,
    field: str,
    reason: str,
    mending: Mending | None = None,
) -> CheckResult:
    place = Place(heading=field)
    return CheckResult(kind, severity, subject.ref, place, reason, mending=mending)
