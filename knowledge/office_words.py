"""The office's own synonyms, hot words, wordings and menu, as values.

What is asked of a process is the same for all its threads, so that the source is set
once, where the service is wired. Nothing here reads a database or a clock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .change import ChangeError, ChangeKind

Content: TypeAlias = Mapping[str, Any]
"""What a change says of its subject: fields by name."""

#: Kinds of changes that are no entries, in the order of the page's tabs.
WORD_KINDS = (
    ChangeKind.SYNONYM,
    ChangeKind.HOT_WORD,
    ChangeKind.WORDING,
    ChangeKind.MENU,
)

MAX_WORDS, MAX_WORD_LENGTH = 20, 20

#: How much a hot word counts, against the same word without.
MIN_WEIGHT, MAX_WEIGHT = 1, 5

#: Stands in a synonym for up to six characters of any kind.
GAP = "…"


@dataclass(frozen=True, slots=True)
class OfficeTexts:
    """What the office has set, by kind and key; what is not there is as shipped."""

    by_kind: Mapping[ChangeKind, Mapping[str, Content]] = field(default_factory=dict)
    #: Everyday words and the official ones, shipped ones included.
    synonyms: tuple[tuple[re.Pattern[str], str], ...] = ()
    hot_words: Mapping[str, int] = field(default_factory=dict)
    wordings: Mapping[str, str] = field(default_factory=dict)
    menu: Content | None = None

    def get(self, kind: ChangeKind, key: str) -> Content | None:
        """Return what the office has set; None if it keeps what is shipped."""
        return self.by_kind.get(kind, {}).get(key)


Source: TypeAlias = Callable[[], "OfficeTexts | None"]
"""Returns what is in force; None = what is shipped. Fast: asked for every sentence."""

_source: Source | None = None
_trial: ContextVar[OfficeTexts | None] = ContextVar("office_texts", default=None)


def use_office_texts(source: Source | None) -> None:
    """Set where this process finds what is in force; None = what is shipped."""
    global _source
    _source = source


def find_office_texts() -> OfficeTexts | None:
    """Return what is in force, or what this thread tries; None = what is shipped."""
    trial = _trial.get()
    if trial is not None:
        return trial
    return _source() if _source is not None else None


@contextmanager
def trying(texts: OfficeTexts) -> Iterator[None]:
    """Let this thread alone find other texts, as if they were in force."""
    token = _trial.set(texts)
    try:
        yield
    finally:
        _trial.reset(token)


def compile_said(words: list[str]) -> re.Pattern[str]:
    """Return what finds one of the words; no regular expression is read in them."""
    parts = (re.escape(word).replace(GAP, ".{0,6}") for word in words)
    return re.compile("|".join(parts))


def check_synonym(said: str, means: str) -> dict[str, list[str]]:
    """Read two lists of words, by line, comma or 、.

    Raises:
        ChangeError: With one sentence of what is wrong.
    """
    return {
        "said": _read_words(said, "群众的说法"),
        "means": _read_words(means, "指南里的词"),
    }


def check_hot_word(word: str, weight: int | None) -> dict[str, Any]:
    """Read a hot word.

    Raises:
        ChangeError: With one sentence of what is wrong.
    """
    found = _read_words(word, "热词")
    if len(found) != 1:
        raise ChangeError("一次只写一个热词。")
    if weight is None or not MIN_WEIGHT <= weight <= MAX_WEIGHT:
        raise ChangeError(f"分量要在 {MIN_WEIGHT} 到 {MAX_WEIGHT} 之间。")
    return {"word": found[0], "weight": weight}


def _read_words(text: str, name: str) -> list[str]:
    words = [word.strip() for word in re.split(r"[\n、，,;；]+", text)]
    found = list(dict.fromkeys(word for word in words if word))
    if not found:
        raise ChangeError(f"请填写{name}。")
    if len(found) > MAX_WORDS:
        raise ChangeError(f"{name}最多 {MAX_WORDS} 个，请分成几条。")
    for word in found:
        if len(word) > MAX_WORD_LENGTH:
            raise ChangeError(f"“{word[:8]}…”太长，每个词最多 {MAX_WORD_LENGTH} 字。")
        if len(word.replace(GAP, "")) < 2:
            raise ChangeError(f"“{word}”太短，每个词至少两个字，否则到处都会碰上。")
    return found
