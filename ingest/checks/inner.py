"""Finds contradictions inside one entry, for staff to settle."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from knowledge import Aspect, EntryKind

from .conflicts import list_figures
from .figures import Figure, FigureKind, Role
from .known import Setting, Subject
from .types import CheckKind, CheckResult, Severity, make_place

#: Words of a clause without its figure that make it a statement of its own.
_MIN_CLAUSE = 8

_HAN = re.compile(r"[\u4e00-\u9fff]")

#: Clauses like these stand for many things: 其他情形每增加一项…
_LISTING = re.compile(r"^(?:[（(]|[一二三四五六七八九十]、|其他|另|每增加)|第#")

_STEP = re.compile(
    r"^\s*\d+[.、．]\s*(?:初审|受理|审查|审核|决定|复核|核查|评审|办结|制证)"
)


def check_inner(subject: Subject, _setting: Setting) -> Iterator[CheckResult]:
    """Yield figures of one entry that cannot all be right."""
    figures = list_figures(subject.draft)
    if subject.draft.kind is EntryKind.GUIDE:
        yield from _check_limits(subject, figures)
        yield from _check_steps(subject, figures)
    yield from _check_statements(subject, figures)


def _check_limits(subject: Subject, figures: Sequence[Figure]) -> Iterator[CheckResult]:
    """A guide promises one time, and not more than the law allows."""
    limits = [f for f in figures if _is_limit(subject, f)]
    promised = [f for f in limits if f.role is Role.PROMISED and _is_labelled(f)]
    statutory = [f for f in limits if f.role is Role.STATUTORY]
    for group, name in ((promised, "承诺时限"), (statutory, "法定时限")):
        for later in group[1:]:
            if later.kind is group[0].kind and later.value != group[0].value:
                yield _make(
                    subject,
                    later,
                    group[0],
                    f"{name}有两个：“{group[0].text}”和“{later.text}”。",
                )
                break
    if promised and statutory and promised[0].kind is statutory[0].kind:
        if float(promised[0].value) > float(statutory[0].value):
            yield _make(
                subject,
                promised[0],
                statutory[0],
                f"承诺“{promised[0].text}”，比法定的“{statutory[0].text}”还长。",
            )


def _is_limit(subject: Subject, figure: Figure) -> bool:
    aspect = subject.draft.sections[figure.section].aspect
    counts = (FigureKind.WORKDAYS, FigureKind.DAYS)
    return aspect is Aspect.TIME_LIMIT and figure.kind in counts


def _is_labelled(figure: Figure) -> bool:
    return "承诺" in figure.lead[-14:]


def _check_steps(subject: Subject, figures: Sequence[Figure]) -> Iterator[CheckResult]:
    """The steps of a process take no longer than the whole."""
    whole = [
        f
        for f in figures
        if _is_limit(subject, f)
        and f.kind is FigureKind.WORKDAYS
        and f.role is not Role.STATUTORY
    ]
    if len(whole) != 1:
        return
    steps = []
    for place, section in enumerate(subject.draft.sections):
        if section.aspect is not Aspect.PROCESS:
            continue
        for figure in figures:
            if figure.section != place or figure.kind is not FigureKind.WORKDAYS:
                continue
            start = section.text.rfind("\n", 0, figure.start) + 1
            line = section.text[start : figure.end]
            if _STEP.match(line) and "公示" not in line:
                steps.append(figure)
    total = sum(float(step.value) for step in steps)
    if len(steps) > 1 and total > float(whole[0].value):
        yield _make(
            subject,
            whole[0],
            steps[0],
            f"承诺“{whole[0].text}”，各步骤加起来是 {total:g} 个工作日。",
        )


def _check_statements(
    subject: Subject, figures: Sequence[Figure]
) -> Iterator[CheckResult]:
    """The same statement with two figures: 每月补贴100元 here, 每月补贴150元 there."""
    said: defaultdict[tuple[FigureKind, str, str, str], list[Figure]] = defaultdict(
        list
    )
    for figure in figures:
        clause = figure.clause.strip()
        if figure.kind is FigureKind.PHONE or clause.count("#") != 1:
            continue
        if len(_HAN.findall(clause)) < _MIN_CLAUSE or _LISTING.search(clause):
            continue
        said[figure.kind, clause, _lead(figure), figure.year].append(figure)
    for group in said.values():
        for later in group[1:]:
            if later.value != group[0].value:
                yield _make(
                    subject,
                    later,
                    group[0],
                    f"同一句话两个数：前面是“{group[0].text}”，这里是“{later.text}”。",
                )
                break


def _lead(figure: Figure) -> str:
    """What the sentence says before the clause: another case, another figure."""
    lead = re.sub(r"[\d\s]", "", figure.lead)
    clause = re.sub(r"[\d\s#]", "", figure.clause)
    before = lead[: max(0, len(lead) - len(clause))]
    return re.sub(r"^[（(]?[一二三四五六七八九十]+[)）、.]", "", before)[-20:]


def _make(subject: Subject, figure: Figure, other: Figure, reason: str) -> CheckResult:
    return CheckResult(
        kind=CheckKind.CONFLICT,
        severity=Severity.WARN,
        entry=subject.ref,
        place=make_place(subject.draft, figure.section, figure.start, figure.end),
        reason=f"{reason}请核对以哪一个为准。",
        other=subject.ref,
        other_place=make_place(subject.draft, other.section, other.start, other.end),
    )
