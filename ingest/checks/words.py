"""Finds words that staff must look at before the public reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources

from knowledge import EntryKind

from .known import Setting, Subject
from .types import CheckKind, CheckResult, Severity, make_place


@lru_cache(maxsize=1)
def _load() -> tuple[tuple[Severity, re.Pattern[str], str, bool], ...]:
    """Return gravity, pattern, why, and whether policies may say it."""
    text = resources.files(__package__).joinpath("sensitive.txt").read_text("utf-8")
    rows = (row.split("\t") for row in text.splitlines() if row and row[0] != "#")
    return tuple(
        (Severity(severity), re.compile(pattern, re.MULTILINE), why, scope == ["ours"])
        for severity, pattern, why, *scope in rows
    )


@lru_cache(maxsize=1)
def _any() -> re.Pattern[str]:
    """All patterns in one: nearly every text has none of them."""
    joined = "|".join(f"(?:{pattern.pattern})" for _, pattern, _, _ in _load())
    return re.compile(joined, re.MULTILINE)


def check_words(subject: Subject, _setting: Setting) -> Iterator[CheckResult]:
    """Yield each kind of word once a section."""
    for place, section in enumerate(subject.draft.sections):
        if not _any().search(section.text):
            continue
        for severity, pattern, why, is_ours in _load():
            if is_ours and subject.draft.kind is EntryKind.POLICY:
                continue
            if match := pattern.search(section.text):
                yield CheckResult(
                    kind=CheckKind.SENSITIVE,
                    severity=severity,
                    entry=subject.ref,
                    place=make_place(subject.draft, place, *match.span()),
                    reason=f"“{match[0]}”：{why}。",
                )
