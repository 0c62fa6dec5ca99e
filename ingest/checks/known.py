"""What is published, prepared once so that a draft is checked against it quickly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeAlias

from knowledge import EntryDraft

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
    def documents(self) -> Documents:
        """Finds a document by title or 文号."""
        return Documents(self.subjects)


class Documents:
    """Policies by title and 文号, for references to them."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self._by_name: dict[str, list[Subject]] = {}
        self._repealed: set[str] = set()
        for subject in subjects:
            draft = subject.draft
            names = {draft.title, draft.doc_number} if draft.doc_number else set()
            for name in filter(None, names):
                self._by_name.setdefault(name, []).append(subject)
            self._repealed.update(draft.supersedes)

    def find(self, name: str) -> Sequence[Subject]:
        """Return the documents of this title or 文号."""
        return self._by_name.get(name, ())

    def is_repealed(self, name: str) -> bool:
        """Whether another document puts the named one out of force."""
        return name in self._repealed

    def numbers(self) -> Iterator[str]:
        """Yield all titles and 文号."""
        yield from self._by_name


@dataclass(frozen=True, slots=True)
class Setting:
    """What a check of one entry may look at beside the entry."""

    today: date
    known: KnownEntries

    #: The drafts checked together.
    subjects: tuple[Subject, ...]
    documents: tuple[Documents, ...]
    regions: frozenset[str]


EntryCheck: TypeAlias = Callable[[Subject, Setting], Iterable[CheckResult]]
"""A check that looks at one entry at a time."""
