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

_NAMED = re.compile(r"(?:承诺|法定)(?:办结)?(?:时限|期限)[为是：:]?\s*$")

#: Laws threaten the same words with other figures, article by article.
_PENALTY = re.compile(r"罚款|徒刑|拘役|罚金|处分|违法所得|滞纳金")

_STEP = re.compile(
    r"^\s*\d+[.、．]\s*(?:初审|受理|审查|审核|决定|复核|核查|评审|办结|制证)"
)

#: Days that run beside the promised time, or only in rare cases.
_BESIDE = re.compile(
    r"公示|公告|补正|逾期|延长|提前|届满|邮寄|制卡|有效|不计|起诉|复议|拨付|最长|最多|复杂|特殊"
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
    limits = [f for f in figures if _is_limit(subject, f) or _is_named_limit(f)]
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
    if not promised or not statutory or promised[0].kind is not statutory[0].kind:
        return
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


def _is_named_limit(figure: Figure) -> bool:
    """Whether another section names the time: 承诺办结时限为1个工作日."""
    counts = (FigureKind.WORKDAYS, FigureKind.DAYS)
    return figure.kind in counts and bool(_NAMED.search(figure.lead))


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
    promised = float(whole[0].value)
    steps = [
        figure
        for figure in figures
        if subject.draft.sections[figure.section].aspect is Aspect.PROCESS
        and figure.kind is FigureKind.WORKDAYS
        and not _BESIDE.search(_line_of(subject, figure))
    ]
    counted = [f for f in steps if _STEP.match(_line_of(subject, f))]
    total = sum(float(step.value) for step in counted)
    longest = max(steps, key=lambda step: float(step.value), default=None)
    if longest and float(longest.value) > promised:
        yield _make(
            subject,
            whole[0],
            longest,
            f"承诺“{whole[0].text}”，流程里有一步要“{longest.text}”。",
        )
    elif len(counted) > 1 and total > promised:
        yield _make(
            subject,
            whole[0],
            counted[0],
            f"承诺“{whole[0].text}”，各步骤加起来是 {total:g} 个工作日。",
        )


def _line_of(subject: Subject, figure: Figure) -> str:
    """Return the line of a figure up to it, and what directly follows."""
    text = subject.draft.sections[figure.section].text
    start = text.rfind("\n", 0, figure.start) + 1
    return text[start : figure.end + 12].split("\n")[0]


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
        if _PENALTY.search(clause) or _PENALTY.search(figure.lead):
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
