"""The office's own vocabulary: the words its passages use, found by jieba.

jieba's whole dictionary takes 70 MB and most of a second to load. It is needed only
when a release is built; a question is cut with the words that stand in the release,
a few thousand, in milliseconds. A word that no passage uses cannot be found anyway.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .text import normalise


def write_vocabulary(file: Path, frequency: Mapping[str, int]) -> None:
    """Write the words of all texts with the number of texts each stands in.

    One line a word: the word, a space, the number; as jieba reads a dictionary.

    Raises:
        OSError: If the file cannot be written.
    """
    lines = [f"{word} {n}\n" for word, n in sorted(frequency.items())]
    file.write_text("".join(lines), encoding="utf-8")


class Vocabulary:
    """Cuts questions into words of a release; safe from many threads."""

    def __init__(self, file: Path) -> None:
        """Read what ``write_vocabulary`` wrote.

        Raises:
            OSError: If the file cannot be read.
            ValueError: If it is no dictionary.
        """
        import jieba

        jieba.setLogLevel(logging.WARNING)
        self._tokenizer: Any = jieba.Tokenizer()
        # Set directly: initialising would keep a copy in the shared temporary
        # folder, and read back whatever somebody else had put there.
        with file.open("rb") as lines:
            found, total = self._tokenizer.gen_pfdict(lines)
        self._tokenizer.FREQ, self._tokenizer.total = found, max(total, 1)
        self._tokenizer.initialized = True

    def cut(self, question: str) -> list[str]:
        """Return the known words of a question, in order, each once."""
        parts = self._tokenizer.cut(normalise(question).lower(), HMM=False)
        return list(dict.fromkeys(p for p in parts if self.frequency(p)))

    def frequency(self, word: str) -> int:
        """In how many texts a word stands; 0 for none and for single characters."""
        return int(self._tokenizer.FREQ.get(word) or 0) if len(word) > 1 else 0
