"""A topic that only people answer: its form, and what is about it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from knowledge import normalise

from .bureau import split_words
from .errors import BotError

#: Column width of the table.
MAX_NAME_CHARS = 80

#: Words of one topic, and their length.
MAX_WORDS, MAX_WORD_CHARS = 60, 40

#: A single character stands in nearly every question.
MIN_WORD_CHARS = 2

#: What officers read in the queue begins with it.
REASON_PREFIX = "专人事项："


@dataclass(frozen=True, slots=True)
class PeopleTopic:
    """A matter that the bot does not answer."""

    #: 0 = not stored yet.
    id: int
    name: str
    #: One of them in a question is enough.
    words: tuple[str, ...]
    #: Who answers; None = by the usual routing.
    bureau_id: int | None = None
    #: Empty = by the usual routing.
    bureau_name: str = ""
    is_active: bool = True

    @property
    def reason(self) -> str:
        """What officers read in the queue."""
        return REASON_PREFIX + self.name


class PeopleTopicNotFoundError(BotError, LookupError):
    """No topic has this id."""


class PeopleTopicTakenError(BotError):
    """Another topic has this name."""


class PeopleTopicFormError(BotError, ValueError):
    """Fields that cannot be used; ``faults`` says which and why, Chinese."""

    def __init__(self, faults: Mapping[str, str], /) -> None:
        super().__init__("; ".join(faults))
        self.faults = dict(faults)


def check_people_topic(name: str, words: str, bureau_id: int | None) -> PeopleTopic:
    """Return the topic that a form describes; words are split at commas and lines.

    Raises:
        PeopleTopicFormError: If a field is missing or too long; names all of them.
    """
    name = " ".join(name.split())
    faults = {}
    if not name:
        faults["name"] = "请填写名称。"
    elif len(name) > MAX_NAME_CHARS:
        faults["name"] = f"名称最多 {MAX_NAME_CHARS} 个字。"
    found = split_words(words)
    if (fault := _find_fault(found)) is not None:
        faults["words"] = fault
    if faults:
        raise PeopleTopicFormError(faults)
    return PeopleTopic(0, name, found, bureau_id)


def _find_fault(words: Sequence[str]) -> str | None:
    if not words:
        return "请至少写一个词。"
    if len(words) > MAX_WORDS:
        return f"最多 {MAX_WORDS} 个。"
    for word in words:
        if len(word) > MAX_WORD_CHARS:
            return f"“{word[:12]}…”太长，每个最多 {MAX_WORD_CHARS} 个字。"
        if len(_plain(word)) < MIN_WORD_CHARS:
            return f"“{word}”太短，每个至少 {MIN_WORD_CHARS} 个字，不算标点。"
    return None


def match_topic(topics: Sequence[PeopleTopic], text: str) -> PeopleTopic | None:
    """Return the topic that a text is about; the one with the longest word of several.

    Width, case, traditional characters, blanks and punctuation make no difference.

    Args:
        topics: Those that are on, in a fixed order; of equals the first is taken.
        text: What the citizen asked.
    """
    plain = _plain(text)
    best, most = None, 0
    for topic in topics:
        for word in map(_plain, topic.words):
            if len(word) > most and word in plain:
                best, most = topic, len(word)
    return best


def _plain(text: str) -> str:
    return "".join(char for char in normalise(text).lower() if char.isalnum())
