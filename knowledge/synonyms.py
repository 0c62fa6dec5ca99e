"""What citizens say, and what the guides call it. Pure, but for reading its list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import TypeAlias

import yaml

from .office_words import Content, compile_said, find_office_texts

Pairs: TypeAlias = tuple[tuple[re.Pattern[str], str], ...]
"""What finds an everyday word, and the official words for it."""

#: As long as the key of an office's text may be.
_KEY_CHARS = 80

_GAP = re.compile(r"\.\{0,\d\}")
_GROUP = re.compile(r"\(\?:([^()]*)\)")
_MAYBE = re.compile(r"(.)\?")


@lru_cache(maxsize=1)
def list_shipped() -> Mapping[str, tuple[str, str]]:
    """Return key to (regular expression, official words) of what is shipped."""
    text = resources.files(__package__).joinpath("synonyms.yaml").read_text("utf-8")
    rows = yaml.safe_load(text)
    return {row["said"][:_KEY_CHARS]: (row["said"], row["means"]) for row in rows}


@lru_cache(maxsize=1)
def _shipped_pairs() -> Pairs:
    return tuple((re.compile(said), means) for said, means in list_shipped().values())


def merge_synonyms(office: Mapping[str, Content]) -> Pairs:
    """Return what is shipped, replaced and added to by what the office has set.

    Args:
        office: By key; without words a key takes what is shipped away.
    """
    pairs = [
        (re.compile(said), means)
        for key, (said, means) in list_shipped().items()
        if key not in office
    ]
    pairs += [
        (compile_said(row["said"]), " ".join(row["means"]))
        for row in office.values()
        if row.get("said")
    ]
    return tuple(pairs)


def spell_out(said: str) -> list[str]:
    """Return the words of a shipped expression as people would list them."""
    text = _GAP.sub("…", said)
    while found := _GROUP.search(text):
        text = _open_group(text, found)
    spelled = [
        one
        for word in text.split("|")
        for one in (_MAYBE.sub(r"\1", word), _MAYBE.sub("", word))
    ]
    return list(dict.fromkeys(spelled))


def expand(question: str) -> str:
    """Add the official words for what a question says in everyday ones.

    Args:
        question: Normalised.

    Returns:
        The question, followed by the official words it does not hold yet; the
        question itself when there are none.
    """
    texts = find_office_texts()
    added = [
        word
        for pattern, means in (_shipped_pairs() if texts is None else texts.synonyms)
        if pattern.search(question)
        for word in means.split()
        if word not in question
    ]
    return " ".join([question, *dict.fromkeys(added)])


def _open_group(text: str, found: re.Match[str]) -> str:
    """Spell a group out, within the alternative that it stands in."""
    start = text.rfind("|", 0, found.start()) + 1
    end = text.find("|", found.end())
    end = len(text) if end < 0 else end
    head, tail = text[start : found.start()], text[found.end() : end]
    spelled = "|".join(f"{head}{one}{tail}" for one in found[1].split("|"))
    return text[:start] + spelled + text[end:]
