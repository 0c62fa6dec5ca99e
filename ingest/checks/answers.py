"""Finds texts that answer nothing, or that nobody reads to the end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge import Aspect, EntryKind

from .known import Setting, Subject
from .types import CheckKind, CheckResult, Severity, make_place

#: Words of an answer under which it can hardly answer.
_MIN_ANSWER = 4

#: An answer of three screens of a phone; a section that must be cut in five.
_MAX_ANSWER, _MAX_SECTION = 800, 3_500

_HAN = re.compile(r"[\u3400-\u9fffA-Za-z]")

#: Words that send people elsewhere and say nothing.
_VAGUE = re.compile(
    r"(?:请)?(?:具体)?(?:内容|事宜|情况|标准|办法|流程|要求|信息)?(?:请)?"
    r"(?:按照?|依照?|根据|依据|遵照|参照|详见|见|以)?(?:国家|省|市|本市|现行|最新|当地)*"
    r"(?:有关|相关|规定|实际情况|实际|具体情况|法律法规|文件|政策|要求|部门|官网|通知|公告|窗口)+"
    r"(?:的)?(?:规定|文件|要求|政策|部门|标准|精神|答复|解释)*"
    r"(?:执行|办理|为准|处理|确定|实施|落实|而定|进行|公布)?"
    r"|视(?:实际|具体)?情况(?:而定|确定)|(?:请)?咨询(?:有关|相关|当地)?(?:部门|单位|窗口)"
    r"|依法(?:依规)?(?:办理|执行|处理)|因地而异|因人而异|以.{0,8}为准|(?:具体)?另行(?:通知|规定)"
)

#: Placeholders that sheets are left with.
_EMPTY = re.compile(
    r"^(?:略|同上|见上|待定|待补充|暂无|暂缺|无|空|/|-+|—+|N/?A|是|否|不|\?+)[。.]?$",
    re.I,
)

#: Elements where a bare 无 or 否 says all.
_MAY_BE_BARE = {Aspect.FEE, Aspect.VISITS, Aspect.SCOPE, Aspect.ONLINE, Aspect.NOTES}


def check_answers(subject: Subject, _setting: Setting) -> Iterator[CheckResult]:
    """Yield what is too short, too long or empty of content."""
    draft = subject.draft
    for place, section in enumerate(draft.sections):
        text = section.text.strip()
        is_answer = draft.kind is EntryKind.FAQ
        if is_answer or draft.kind is EntryKind.GUIDE:
            found = _judge(text, section.aspect, is_answer=is_answer)
            if found:
                kind, reason = found
                yield _make(subject, place, kind, Severity.WARN, reason)
                continue
        most = _MAX_ANSWER if is_answer else _MAX_SECTION
        if len(text) > most:
            yield _make(
                subject,
                place,
                CheckKind.TOO_LONG,
                Severity.NOTE,
                f"共 {len(text)} 字，超过 {most} 字。市民很难读完，请精简或拆开。",
            )


def _judge(
    text: str, aspect: Aspect | None, *, is_answer: bool
) -> tuple[CheckKind, str] | None:
    letters = len(_HAN.findall(text))
    has_figure = any(map(str.isdigit, text))
    if _EMPTY.match(text) and aspect not in _MAY_BE_BARE:
        return CheckKind.TOO_SHORT, f"只写了“{text}”，没有说明。"
    if is_answer and letters < _MIN_ANSWER and not has_figure and text != "不收费。":
        return CheckKind.TOO_SHORT, f"答案只有 {letters} 个字，可能没有写完。"
    if not has_figure and letters <= 60 and aspect is not Aspect.BASIS:
        rest = _HAN.findall(_VAGUE.sub("", text))
        if letters and len(rest) <= max(2, letters // 6):
            return CheckKind.VAGUE, "只说按规定办，没有说清楚。请写明具体内容。"
    return None


def _make(
    subject: Subject, place: int, kind: CheckKind, severity: Severity, reason: str
) -> CheckResult:
    length = len(subject.draft.sections[place].text)
    found = make_place(subject.draft, place, 0, min(length, 60))
    return CheckResult(kind, severity, subject.ref, found, reason)
