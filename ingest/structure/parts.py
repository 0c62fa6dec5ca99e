"""Parts an aspect's lines where the text itself has headings, and drops pastings.

Questions of a guide become sections of their own, so that one is found by its words.
Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from knowledge import ASPECT_LABELS, Aspect

from .labels import HEADS

_QUESTION = re.compile(r"^(?:\d+\s*[.、．]\s*)?问\s*[：:]\s*(?P<text>.+)$")
_ANSWER = re.compile(r"^答\s*[：:]\s*(?P<text>.*)$")

#: 提取额度, 贷款额度与期限: a bare name above the 1. of a list.
_BARE_HEAD = re.compile(r"^[\u4e00-\u9fff（）()、和与及]{3,16}[：:]?$")
_FIRST = re.compile(r"^[（(]?[1一][)）.、．](?!\d)")

#: A text this long that stands in a guide again was pasted.
_PASTED = 40

#: A remark longer than this is a text of its own and drowns the list it is in.
_LONG_REMARK = 200

_REMARK = re.compile(
    r"^(?P<head>\d+\. [^（]*(?:（[^（）]{1,20}）[^（]*)*)（(?P<text>.*)）$", re.DOTALL
)


def drop_pasted(lines: Sequence[str]) -> list[str]:
    """Drop long lines that came before, word for word."""
    seen: set[str] = set()
    kept = []
    for line in lines:
        if len(line) >= _PASTED and line in seen:
            continue
        seen.add(line)
        kept.append(line)
    return kept


def share_notes(materials: Sequence[str]) -> tuple[list[str], list[str]]:
    """Take remarks that stand at several materials, or are very long, out of the list.

    Returns:
        The list, where each such remark is a reference, and the remarks, each once,
        with the numbers of the materials they belong to.
    """
    matches = [_REMARK.match(line) for line in materials]
    texts = [match["text"] if match else "" for match in matches]
    moved: dict[str, list[str]] = {}
    kept: list[str] = []
    for place, (line, match) in enumerate(zip(materials, matches, strict=True)):
        text = texts[place]
        pasted = _find_pasted(text, texts[:place] + texts[place + 1 :])
        if match is None or not pasted:
            kept.append(line)
            continue
        moved.setdefault(pasted, []).append(line.split(".", 1)[0])
        own = text.replace(pasted, "").strip("；")
        rest = f"{own}；" if own else ""
        notes = ASPECT_LABELS[Aspect.NOTES]
        kept.append(f"{match['head']}（{rest}填写要求见“{notes}”）")
    shared = [
        f"第{'、'.join(numbers)}项材料的填写要求：{text}"
        for text, numbers in moved.items()
    ]
    return kept, shared


def _find_pasted(text: str, others: Sequence[str]) -> str:
    """Return the part of a remark that another has too, or all of a very long one."""
    common = [
        short
        for other in others
        for short in (min(text, other, key=len),)
        if len(short) >= _PASTED and short in text and short in other
    ]
    return max(common, key=len, default=text if len(text) > _LONG_REMARK else "")


def part_aspect(
    aspect: Aspect, lines: Sequence[str]
) -> Iterator[tuple[str, list[str]]]:
    """Yield heading and lines; most aspects are one part under their own name."""
    own = ASPECT_LABELS[aspect]
    if aspect not in {Aspect.NOTES, Aspect.CONDITIONS}:
        yield own, list(lines)
        return
    heading, part = own, list[str]()
    for place, line in enumerate(lines):
        following = lines[place + 1] if place + 1 < len(lines) else ""
        question = _QUESTION.match(line)
        if question and _ANSWER.match(following):
            yield heading, part
            heading, part = question["text"].strip(), []
        elif (answer := _ANSWER.match(line)) and heading != own and not part:
            part.append(answer["text"])
        elif name := _read_head(aspect, line, following):
            yield heading, part
            heading, part = name, []
        else:
            part.append(line)
    yield heading, part


def _read_head(aspect: Aspect, line: str, following: str) -> str:
    name = line.rstrip("：:")
    if aspect is Aspect.NOTES and line != name and name in HEADS:
        return name
    is_head = _BARE_HEAD.match(line) and _FIRST.match(following) and name not in HEADS
    return name if is_head else ""
