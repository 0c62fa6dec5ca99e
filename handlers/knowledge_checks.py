"""What a machine can say about a change before somebody approves it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers.import_report import Remark as Found
from knowledge import EntryDraft

if TYPE_CHECKING:
    from handlers.knowledge_parts import KnowledgeParts

_LEVELS = {"block": "bad", "warn": "warn", "note": "note"}


@dataclass(frozen=True, slots=True)
class Remark:
    """One result: "bad", "warn", "note" or "good", with words for people, Chinese."""

    level: str
    text: str
    #: What was looked for, and where; empty = all of the entry.
    name: str = ""
    place: str = ""
    #: Title of the other entry, when it concerns two.
    other: str = ""


def check_entry_draft(
    parts: KnowledgeParts, draft: EntryDraft, exam: Sequence[str]
) -> list[Remark]:
    """Say what stands out in a draft, the gravest first."""
    [found] = parts.draft_checker.check([draft])
    remarks = [_to_remark(each) for each in found]
    return [*remarks, *_find_missing(exam), *_praise(found)]


def _to_remark(found: Found) -> Remark:
    return Remark(
        _LEVELS.get(found.severity, "note"),
        found.reason,
        found.label,
        found.place,
        found.other,
    )


def _find_missing(exam: Sequence[str]) -> Iterator[Remark]:
    if not exam:
        yield Remark("warn", "没有写必须答对的问题，发布前不会考它。")


def _praise(found: Sequence[Found]) -> Iterator[Remark]:
    """Say also what was looked for in vain: an empty box says nothing."""
    labels = {each.label for each in found}
    if "个人信息" not in labels:
        yield Remark("good", "没有发现个人信息。")
    if "说法矛盾" not in labels:
        yield Remark("good", "没有发现和别的知识矛盾。")
    if not labels & {"已经失效", "即将到期", "有效期与正文不符"}:
        yield Remark("good", "有效期没有问题。")
