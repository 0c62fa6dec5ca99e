"""What differs between two states of an entry, by characters. Pure.

The differences are found by diff-match-patch (Apache-2.0); here they are put beside
each other as people read them: sections first, then the facts about the entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from diff_match_patch import diff_match_patch

from handlers.console.knowledge_form import DAYS
from knowledge import EntryDraft, Section

#: One pair of texts may take this long; then what is left counts as changed.
_TIMEOUT_S = 0.3

_KINDS = {-1: "del", 0: "same", 1: "ins"}


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters of a text: "same", "del" or "ins"."""

    text: str
    kind: str = "same"


@dataclass(frozen=True, slots=True)
class CompareRow:
    """One part of the entry before and after."""

    name: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]

    @property
    def is_changed(self) -> bool:
        """Whether anything differs."""
        return any(piece.kind != "same" for piece in (*self.before, *self.after))


@dataclass(frozen=True, slots=True)
class Comparison:
    """All parts of an entry before and after."""

    sections: tuple[CompareRow, ...]
    facts: tuple[CompareRow, ...]

    @property
    def rows(self) -> tuple[CompareRow, ...]:
        """All parts in the order of the page."""
        return (*self.sections, *self.facts)

    @property
    def changed(self) -> int:
        """How many parts differ."""
        return sum(row.is_changed for row in self.rows)


def compare(
    before: EntryDraft | None,
    after: EntryDraft,
    *,
    exam: tuple[Sequence[str], Sequence[str]] = ((), ()),
) -> Comparison:
    """Compare two states of an entry; ``before`` None = there was none.

    Args:
        before: What is in force, or the older one.
        after: What is proposed, or the newer one.
        exam: Questions that it must answer, before and after.
    """
    old_facts = _facts(before, exam[0]) if before else {}
    facts = (
        _row(name, old_facts.get(name, ""), text)
        for name, text in _facts(after, exam[1]).items()
        if text or old_facts.get(name)
    )
    old = before.sections if before else ()
    return Comparison(tuple(_pair_sections(old, after.sections)), tuple(facts))


def mark(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return both texts in pieces: what went, and what came."""
    if before == after:
        same = (Piece(after),) if after else ()
        return same, same
    engine = diff_match_patch()
    engine.Diff_Timeout = _TIMEOUT_S
    found = engine.diff_main(before, after)
    # So that a sentence written anew is not crumbs of the old one.
    engine.diff_cleanupSemantic(found)
    pieces = [Piece(text, _KINDS[kind]) for kind, text in found]
    return (
        tuple(piece for piece in pieces if piece.kind != "ins"),
        tuple(piece for piece in pieces if piece.kind != "del"),
    )


def _pair_sections(
    before: Sequence[Section], after: Sequence[Section]
) -> Iterator[CompareRow]:
    old_names, new_names = ([s.heading for s in side] for side in (before, after))
    matcher = SequenceMatcher(None, old_names, new_names, autojunk=False)
    number = 0
    for _tag, a, b, c, d in matcher.get_opcodes():
        for at in range(max(b - a, d - c)):
            old = before[a + at] if a + at < b else None
            new = after[c + at] if c + at < d else None
            number += 1
            name = new.heading if new else old.heading if old else ""
            label = name if len(name) <= 20 else f"{name[:19]}…"
            yield _row(label or str(number), _text(old, new), _text(new, old))


def _text(section: Section | None, other: Section | None) -> str:
    """Return the text, with its heading and element where they differ."""
    if section is None:
        return ""
    lines = []
    if other is not None and section.heading != other.heading:
        lines.append(f"【{section.heading}】")
    if other is not None and section.aspect != other.aspect:
        lines.append(f"〔{section.aspect.label if section.aspect else '不分要素'}〕")
    return "\n".join([*lines, section.text])


def _facts(draft: EntryDraft, exam: Sequence[str]) -> Mapping[str, str]:
    days: dict[str, Any] = {name: getattr(draft, name) for name in DAYS}
    return (
        {
            "标题": draft.title,
            "负责部门": draft.department,
            "地区": draft.region,
            "适用对象": draft.audience,
            "常用叫法": "\n".join(draft.aliases),
            "文号": draft.doc_number,
        }
        | {label: str(days[name] or "") for name, label in DAYS.items()}
        | {
            "代替的文件": "\n".join(draft.supersedes),
            "来源文件": draft.source.file,
            "来源网址": draft.source.url,
            "必须答对的问题": "\n".join(exam),
        }
    )


def _row(name: str, before: str, after: str) -> CompareRow:
    return CompareRow(name, *mark(before, after))
