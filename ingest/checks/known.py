"""What is published, prepared once so that a draft is checked against it quickly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeAlias

from knowledge import EntryDraft

from .customs import count_phones, find_usual
from .likeness import LikenessIndex
from .relations import Relations
from .types import CheckResult, EntryRef, KnownEntry, make_ref


@dataclass(frozen=True, slots=True)
class Subject:
    """An entry under check, and how results name it."""

    ref: EntryRef
    draft: EntryDraft


class KnownEntries:
    """Published entries with the indexes that the checks look into.

    Making one takes seconds for thousands of entries; keep it while the release
    stays the same.
    """

    def __init__(
        self,
        entries: Iterable[KnownEntry] = (),
        *,
        regions: Iterable[str] = (),
        titles: Iterable[str] = (),
    ) -> None:
        """Take entries as they are published.

        Args:
            entries: Published ones, each id once.
            regions: Names of regions that the office knows, beside those in use.
            titles: Titles and 文号 of repealed or withdrawn documents that are no
                longer published.
        """
        self.entries = tuple(entries)
        self.given_regions = frozenset(regions)
        self.gone = frozenset(titles)

    @cached_property
    def subjects(self) -> tuple[Subject, ...]:
        """The entries as the checks take them."""
        return tuple(
            Subject(make_ref(entry.draft, id=entry.id), entry.draft)
            for entry in self.entries
        )

    @cached_property
    def drafts(self) -> tuple[EntryDraft, ...]:
        """The drafts they were published from, in order."""
        return tuple(entry.draft for entry in self.entries)

    @cached_property
    def regions(self) -> frozenset[str]:
        """Regions that the office knows: those given, or those in use."""
        if self.given_regions:
            return self.given_regions
        return frozenset(d.region for d in self.drafts if d.region)

    @cached_property
    def likeness(self) -> LikenessIndex:
        """Finds what reads nearly the same."""
        return LikenessIndex(self.drafts)

    @cached_property
    def relations(self) -> Relations:
        """Finds what speaks of the same item."""
        return Relations(self.drafts)

    @cached_property
    def usual(self) -> dict[tuple[str, str], str]:
        """What nearly all entries of a bureau, or of a file, have in a field."""
        return find_usual(self.drafts)

    @cached_property
    def phones(self) -> Counter[str]:
        """Each phone number and how many entries have it."""
        return count_phones(self.drafts)

    @cached_property
    def by_id(self) -> dict[str, Subject]:
        """Entries by the id they are published under."""
        return {subject.ref.id: subject for subject in self.subjects}

    @cached_property
    def documents(self) -> Documents:
        """Finds a document by title or 文号."""
        return Documents(self.subjects)


class Documents:
    """Policies by title and 文号, for references to them."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self._by_name: dict[str, list[Subject]] = {}
        self._repealed: set[str] = set()
        self._replacing: dict[str, list[Subject]] = {}
        for subject in subjects:
            draft = subject.draft
            names = {draft.title, draft.doc_number} if draft.doc_number else set()
            for name in filter(None, names):
                self._by_name.setdefault(name, []).append(subject)
            self._repealed.update(draft.supersedes)
            for name in draft.supersedes:
                self._replacing.setdefault(name, []).append(subject)

    def find(self, name: str) -> Sequence[Subject]:
        """Return the documents of this title or 文号."""
        return self._by_name.get(name, ())

    def is_repealed(self, name: str) -> bool:
        """Whether another document puts the named one out of force."""
        return name in self._repealed

    def find_replacing(self, names: Iterable[str]) -> list[Subject]:
        """Return the documents that put one of the named ones out of force."""
        return [
            subject
            for name in names
            if name
            for subject in self._replacing.get(name, ())
        ]

    @cached_property
    def prefixes(self) -> frozenset[str]:
        """What our own 文号 begin with: 云民 of 云民〔2026〕12号."""
        return frozenset(
            name.partition("〔")[0] for name in self._by_name if "〔" in name
        )


@dataclass(frozen=True, slots=True)
class Setting:
    """What a check of one entry may look at beside the entry."""

    today: date
    known: KnownEntries

    #: The drafts checked together.
    subjects: tuple[Subject, ...]
    documents: tuple[Documents, ...]
    regions: frozenset[str]

    #: (field, whose) to the value that nearly all of the same entries have.
    usual: Mapping[tuple[str, str], str]


EntryCheck: TypeAlias = Callable[[Subject, Setting], Iterable[CheckResult]]
"""A check that looks at one entry at a time."""
