"""A bureau: its form, and which of several is responsible. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from .errors import BotError

#: Column width of the table.
MAX_NAME_CHARS = 80

#: Names, regions or words of one bureau; far more than any has.
MAX_WORDS = 60

_MAX_WORD_CHARS = 40

#: A single character stands in nearly every question.
_MIN_WORD_CHARS = 2

#: Staff write lists as they are used to.
_SEPARATORS = re.compile(r"[\n,，、;；]+")

#: Weights: a named department decides, a region breaks ties, a word hints.
_DEPARTMENT, _REGION, _TOPIC = 100, 10, 1

#: 医保局 says enough, 局 does not.
_MIN_SHORT_CHARS = 3
_END_CHARS = 3

#: Form field to how it is called.
BUREAU_LISTS: Mapping[str, str] = {
    "departments": "部门名称",
    "regions": "区县",
    "topics": "主题词",
}


@dataclass(frozen=True, slots=True)
class Bureau:
    """A bureau whose people answer; all texts Chinese."""

    #: 0 = not stored yet.
    id: int
    name: str
    #: Departments of the knowledge that it answers for, also by short names.
    departments: tuple[str, ...] = ()
    #: Regions it answers for; none = all.
    regions: tuple[str, ...] = ()
    #: Words in a question that lead here.
    topics: tuple[str, ...] = ()
    #: Takes what no other bureau does; there is exactly one.
    is_default: bool = False
    is_active: bool = True


class Routable(Protocol):
    """What a responsible bureau is chosen by: the value and its row have it."""

    @property
    def departments(self) -> Sequence[str]:
        """Names of departments it answers for."""

    @property
    def regions(self) -> Sequence[str]:
        """Regions it answers for; none = all."""

    @property
    def topics(self) -> Sequence[str]:
        """Words in a question that lead to it."""


RoutableT = TypeVar("RoutableT", bound=Routable)


class BureauError(BotError):
    """Base of the errors about bureaus."""


class BureauNotFoundError(BureauError, LookupError):
    """No bureau has this id."""

    def __init__(self, bureau_id: int, /) -> None:
        super().__init__(f"no such bureau: {bureau_id}")
        self.bureau_id = bureau_id


class BureauTakenError(BureauError):
    """Another bureau has this name."""


class DefaultBureauError(BureauError):
    """The default bureau cannot be switched off; a bureau that is off is none."""


class BureauFormError(BureauError, ValueError):
    """Fields that cannot be used; ``faults`` says which and why, Chinese."""

    def __init__(self, faults: Mapping[str, str], /) -> None:
        super().__init__("; ".join(faults))
        self.faults = dict(faults)


def check_bureau(fields: Mapping[str, str]) -> Bureau:
    """Return the bureau that a form describes; lists are split at commas and lines.

    Args:
        fields: ``name`` and those of ``BUREAU_LISTS``; one that is missing is empty.

    Raises:
        BureauFormError: If a field is missing or too long; names all of them.
    """
    name = " ".join(fields.get("name", "").split())
    faults = {}
    if not name:
        faults["name"] = "请填写名称。"
    elif len(name) > MAX_NAME_CHARS:
        faults["name"] = f"名称最多 {MAX_NAME_CHARS} 个字。"
    lists = {key: split_words(fields.get(key, "")) for key in BUREAU_LISTS}
    for key, words in lists.items():
        if (fault := _find_fault(words)) is not None:
            faults[key] = fault
    if faults:
        raise BureauFormError(faults)
    return Bureau(0, name, lists["departments"], lists["regions"], lists["topics"])


def split_words(text: str) -> tuple[str, ...]:
    """Return the words of a list as people write it, each once, in order."""
    words = (" ".join(word.split()) for word in _SEPARATORS.split(text))
    return tuple(dict.fromkeys(word for word in words if word))


def _find_fault(words: Sequence[str]) -> str | None:
    if len(words) > MAX_WORDS:
        return f"最多 {MAX_WORDS} 个。"
    for word in words:
        if len(word) > _MAX_WORD_CHARS:
            return f"“{word[:12]}…”太长，每个最多 {_MAX_WORD_CHARS} 个字。"
        if len(word) < _MIN_WORD_CHARS:
            return f"“{word}”太短，每个至少 {_MIN_WORD_CHARS} 个字。"
    return None


def route(
    bureaus: Sequence[RoutableT], department: str, region: str, text: str
) -> RoutableT | None:
    """Return the bureau that fits best; None if none does at all.

    Of equals the first is taken, so that the same matter always goes the same way.

    Args:
        bureaus: ``Bureau`` values or rows; only those that are on, in a fixed order.
        department: As the knowledge names it, 云泽市医疗保障局; may be empty.
        region: Where; may be empty.
        text: What the citizen asked and why it was handed over.
    """
    best, most = None, 0
    for bureau in bureaus:
        if (score := _score(bureau, department, region, text)) > most:
            best, most = bureau, score
    return best


def _score(bureau: Routable, department: str, region: str, text: str) -> int:
    if region and bureau.regions and not any(r in region for r in bureau.regions):
        return 0
    is_named = any(names(known, department) for known in bureau.departments)
    topics = sum(1 for topic in bureau.topics if topic in text)
    # A district's own desk takes what comes from there; elsewhere the region alone
    # makes nobody responsible.
    is_for_all = not bureau.departments and not bureau.topics
    if not (is_named or topics or is_for_all):
        return 0
    is_local = bool(region and bureau.regions)
    return _DEPARTMENT * is_named + _REGION * is_local + _TOPIC * topics


def names(known: str, department: str) -> bool:
    """Tell whether a name, short or whole, means this department.

    Offices shorten names by leaving out characters: 市医保局 for 云泽市医疗保障局.
    What is left stands in its old order, its last character near the end.
    """
    if not known or not department:
        return False
    if known in department:
        return True
    # 市卫健委 stands for 云泽市卫生健康委员会.
    if len(known) < _MIN_SHORT_CHARS or known[-1] not in department[-_END_CHARS:]:
        return False
    rest = iter(department)
    return all(char in rest for char in known)
