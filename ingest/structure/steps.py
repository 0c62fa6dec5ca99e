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
_LIMIT = re.compile(r"^(?:办理)?时限\s*[：:]\s*(?P<text>.*)$")
_OFFICER = re.compile(r"^(?:审批人|审核人|办理人|经办人|承办人|审查人)\s*[：:]")
_RESULT = re.compile(r"^(?:办理|审查|审核)结果\s*[：:]\s*(?P<text>.*)$")
_STANDARD = re.compile(r"^(?:审查|审核|办理)标准\s*[：:]")
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
    below = [block.text for block in blocks[place + 1 : place + 1 + _NEAR]]
    if not below or not (_LIMIT.match(below[0]) or _OFFICER.match(below[0])):
        return False
    return any(
        _OFFICER.match(text) or _RESULT.match(text) or _STANDARD.match(text)
        for text in below
    )


def _read_step(blocks: Sequence[Block], place: int) -> tuple[_Step, int]:
    """Return the step and the place after it; its number or a name ends it."""
    step = _Step(blocks[place].text)
    place += 1
    is_result = is_standard = False
    while place < len(blocks):
        text = blocks[place].text
        if text.isdigit():
            return step, place + 1
        if match := _LIMIT.match(text):
            step.limit, is_result = match["text"], False
        elif match := _RESULT.match(text):
            step.result, is_result = [match["text"]], True
        elif _OFFICER.match(text):
            is_result = False
        elif _STANDARD.match(text):
            is_standard, is_result = True, False
        elif (
            _is_step(blocks, place)
            or blocks[place].kind is BlockKind.TABLE
            or find_slot(text) is not None
        ):
            break
        elif is_result:
            step.result.append(text)
        elif not is_standard:
            break
        place += 1
    return step, place
