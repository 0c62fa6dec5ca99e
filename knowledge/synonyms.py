"""What citizens say, and what the guides call it. Pure, but for reading its list."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

import yaml


@lru_cache(maxsize=1)
def _pairs() -> tuple[tuple[re.Pattern[str], str], ...]:
    text = resources.files(__package__).joinpath("synonyms.yaml").read_text("utf-8")
    return tuple(
        (re.compile(row["said"]), row["means"]) for row in yaml.safe_load(text)
    )


def expand(question: str) -> str:
    """Add the official words for what a question says in everyday ones.

    Args:
        question: Normalised.

    Returns:
        The question, followed by the official words it does not hold yet; the
        question itself when there are none.
    """
    added = [
        word
        for pattern, means in _pairs()
        if pattern.search(question)
        for word in means.split()
        if word not in question
    ]
    return " ".join([question, *dict.fromkeys(added)])
