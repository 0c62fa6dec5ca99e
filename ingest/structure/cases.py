"""Parts a page that holds many cases of one item, each a row of a table gone flat.

The page names its columns once: 提取类型, 所需材料, 重要提示. Then comes case after
case: its name, and for each column a list that begins again at 1. Under all of them
stands 备注, which holds for every case. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from knowledge import Aspect

from ..types import Block, BlockKind
from .guide_lines import Guide
from .labels import Slot, find_slot

_FIRST = re.compile(r"^[1１]\s*[.、．](?!\d)")
_NUMBERED = re.compile(r"^(?:\d{1,2}\s*[.、．](?!\d)|[（(]?[①-⑳]|[（(]\d{1,2}[)）])")
_TAIL = re.compile(r"^(?:备注|说明|附注|其他事项|温馨提示|注意事项)\s*[：:]?$")
_PAGE_TAIL = re.compile(r"(?:办理|业务|申请)?(?:流程|指南|须知|一览表|一览)$")

#: 自受理之日起3个工作日内…, 即时办理: what a list of remarks says of time.
_LIMIT = re.compile(
    r"(?:(?:受理|收到|接件|申请)[^，。；]{0,8}(?:起|后)[，,]?\s*\d+\s*个?(?:工作日|日|天)"
    r"|(?:审批|办理|办结)[^，。；]{0,6}时限[为是：]\s*\d+)|^(?:即时|当场|立即|现场)(?:办理|办结)"
)
_PLACE = re.compile(r"(?:地点|地址)\s*[：:]|位于")
_PHONE = re.compile(r"(?:电话|热线)\s*[：:]?\s*[\d（(]")
_HOURS = re.compile(
    r"(?:星期|周)[一二三四五六日至].{0,12}(?:不办理|办理|上班|休息|业务)|(?:上|下)午\s*\d"
)

#: Names of cases and of columns are not longer.
_MAX_NAME = 60
_MIN_CASES = 2


@dataclass(slots=True)
class _Case:
    name: str
    #: One list of lines a column, in order.
    columns: list[list[str]] = field(default_factory=list)


def find_cases(blocks: Sequence[Block]) -> list[Guide]:
    """Return one guide a case; none when the page is no such table."""
    if any(block.kind is BlockKind.TABLE for block in blocks):
        return []
    lines = [block.text for block in blocks if block.text != "返回"]
    start = next((n for n, line in enumerate(lines) if _FIRST.match(line)), 0)
    topic, slots = _read_columns(lines[: max(start - 1, 0)])
    if Aspect.MATERIALS not in slots:
        return []
    end = next(
        (n for n, line in enumerate(lines) if n > start and _TAIL.match(line)),
        len(lines),
    )
    cases = _part(lines[start - 1 : end])
    if len(cases) < _MIN_CASES:
        return []
    shared = _sort_tail(lines[end + 1 :])
    return [_make_guide(case, slots, topic, shared) for case in cases]


def _read_columns(lines: Sequence[str]) -> tuple[str, list[Slot]]:
    """Return the page's topic, and what each column after the first holds."""
    labels = [n for n, line in enumerate(lines) if find_slot(line) is not None]
    # A form has labels and values in turn; columns are named one after another.
    if not labels or labels != list(range(labels[0], len(lines))):
        return "", []
    # The column of names stands before the first that we know.
    topic = lines[0] if labels[0] > 0 else ""
    slots = [slot for line in lines[labels[0] :] if (slot := find_slot(line))]
    return _PAGE_TAIL.sub("", topic), slots


def _part(lines: Sequence[str]) -> list[_Case]:
    cases: list[_Case] = []
    for place, line in enumerate(lines):
        following = lines[place + 1] if place + 1 < len(lines) else ""
        if _is_name(line, following):
            cases.append(_Case(line))
        elif cases:
            _add(cases[-1].columns, line)
    return cases


def _is_name(line: str, following: str) -> bool:
    is_text = _NUMBERED.match(line) or line.endswith(("。", "；", "，", "：", ";"))
    return not is_text and len(line) <= _MAX_NAME and bool(_FIRST.match(following))


def _add(columns: list[list[str]], line: str) -> None:
    """Add a line to its column: a list that begins again opens the next one.

    So does a sentence without number after a list: 即时办理。
    """
    is_first = bool(_FIRST.match(line))
    last = columns[-1] if columns else []
    is_after_list = (
        bool(last)
        and _NUMBERED.match(last[0]) is not None
        and not _NUMBERED.match(line)
        and last[-1].endswith(("。", "；"))
    )
    if not columns or is_first or is_after_list:
        columns.append([line])
    else:
        last.append(line)


def _sort_tail(lines: Sequence[str]) -> dict[Slot, list[str]]:
    """Sort what holds for every case by what it tells."""
    shared: dict[Slot, list[str]] = {}
    for line in lines:
        bare = _NUMBERED.sub("", line).strip()
        slots = [
            aspect
            for aspect, pattern in (
                (Aspect.PLACE, _PLACE),
                (Aspect.PHONE, _PHONE),
                (Aspect.HOURS, _HOURS),
            )
            if pattern.search(bare)
        ]
        kind: Slot = slots[0] if slots else Aspect.NOTES
        # ①②… are lines of the list above them, whatever they tell.
        if line[:1] in "①②③④⑤⑥⑦⑧⑨⑩" and shared.get(Aspect.NOTES):
            kind, bare = Aspect.NOTES, line
        shared.setdefault(kind, []).append(_name_value(bare))
    return shared


def _name_value(line: str) -> str:
    label, colon, value = line.partition("：")
    text = value if colon and label.endswith(("地点", "地址")) else line
    return text.strip("；; ")


def _make_guide(
    case: _Case, slots: Sequence[Slot], topic: str, shared: dict[Slot, list[str]]
) -> Guide:
    guide = Guide(title=_name_case(case.name, topic))
    for number, lines in enumerate(case.columns):
        slot = slots[min(number, len(slots) - 1)]
        for line in lines:
            is_limit = slot is not Aspect.MATERIALS and _LIMIT.search(
                _NUMBERED.sub("", line)
            )
            if is_limit:
                guide.add(Aspect.TIME_LIMIT, _NUMBERED.sub("", line).strip())
            guide.add(slot, line)
    for slot, lines in shared.items():
        guide.add(slot, "\n".join(lines))
    return guide


def _name_case(name: str, topic: str) -> str:
    """Put the page's topic to a name that does not speak of it."""
    pairs = [first + second for first, second in pairwise(topic)]
    told = sum(pair in name for pair in pairs)
    return name if told * 2 > len(pairs) or not topic else f"{topic}（{name}）"
