"""Puts the steps of a portal's dump in order: their number comes after their text.

A step is: its name, 时限, 审批人, 办理结果, 审查标准, then the number alone. Officers'
names are left out. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..types import Block, BlockKind
from .labels import find_slot

_OPENER = "步骤"
_FIELD = re.compile(
    r"^(?:(?P<limit>(?:办理)?时限)|(?P<officer>(?:审批|审核|办理|经办|承办|审查)人)"
    r"|(?P<result>(?:办理|审查|审核)结果)|(?P<standard>(?:审查|审核|办理)标准))"
    r"\s*[：:]\s*(?P<text>.*)$"
)
_NAME = re.compile(r"^[\u4e00-\u9fff（）、]{2,14}$")

#: Fields of a step stand this near under its name.
_NEAR = 3


@dataclass(slots=True)
class _Step:
    name: str
    limit: str = ""
    result: list[str] = field(default_factory=list)

    def write(self, number: int) -> str:
        """Return the step as one line."""
        parts = []
        if self.limit:
            parts.append(f"时限{self.limit}")
        if result := "".join(self.result).rstrip("。；"):
            parts.append(result)
        return f"{number}. {self.name}" + (f"：{'；'.join(parts)}。" if parts else "")


def order_steps(blocks: Sequence[Block]) -> list[Block]:
    """Return the blocks with each step as one numbered line."""
    ordered: list[Block] = []
    place = 0
    number = 0
    while place < len(blocks):
        block = blocks[place]
        if block.text == _OPENER:
            place, number = place + 1, 0
        elif _is_step(blocks, place):
            step, place = _read_step(blocks, place)
            number += 1
            ordered.append(Block(BlockKind.TEXT, step.write(number)))
        else:
            ordered.append(block)
            place += 1
    return ordered


def _is_step(blocks: Sequence[Block], place: int) -> bool:
    """Whether a name stands here, and both limit and officer or standard below."""
    if not _NAME.match(blocks[place].text):
        return False
    below = [_FIELD.match(b.text) for b in blocks[place + 1 : place + 1 + _NEAR]]
    if not below or below[0] is None or not (below[0]["limit"] or below[0]["officer"]):
        return False
    return any(
        match is not None and (match["officer"] or match["result"] or match["standard"])
        for match in below
    )


def _read_step(blocks: Sequence[Block], place: int) -> tuple[_Step, int]:
    """Return the step and the place after it; its number or a label ends it."""
    step = _Step(blocks[place].text)
    part = ""
    for after in range(place + 1, len(blocks)):
        text = blocks[after].text
        if text.isdigit():
            return step, after + 1
        if match := _FIELD.match(text):
            part = "result" if match["result"] else ""
            part = "standard" if match["standard"] else part
            if match["limit"]:
                step.limit = match["text"]
            elif match["result"]:
                step.result = [match["text"]]
        elif not part or _ends(blocks, after):
            return step, after
        elif part == "result":
            step.result.append(text)
    return step, len(blocks)


def _ends(blocks: Sequence[Block], place: int) -> bool:
    block = blocks[place]
    is_other = block.kind is BlockKind.TABLE or find_slot(block.text) is not None
    return is_other or _is_step(blocks, place)
