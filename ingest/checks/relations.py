"""Finds, for an entry, the others that must not say otherwise."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

from knowledge import EntryDraft, EntryKind, entry_id

from .items import ItemIndex, list_names, list_questions

#: Marks the end of a question in the string of all questions.
_END = "\x00"


class Relations:
    """Entries that speak of the same item in the same region."""

    def __init__(self, drafts: Sequence[EntryDraft]) -> None:
        self.drafts = drafts
        self.items = ItemIndex(drafts)

    def find_backing(self, draft: EntryDraft) -> list[int]:
        """Return the entries more official than this one: guides, then policies."""
        found: dict[int, None] = {}
        if draft.kind is EntryKind.FAQ:
            guides = self.items.find_guides(draft)
            found |= dict.fromkeys(guides)
            for place in guides:
                found |= dict.fromkeys(self.items.find_documents(self.drafts[place]))
        if draft.kind is EntryKind.GUIDE:
            found |= dict.fromkeys(self.items.find_same_guide(draft))
        found |= dict.fromkeys(self.items.find_documents(draft))
        own = entry_id(draft)
        return [place for place in found if entry_id(self.drafts[place]) != own]

    def find_resting(self, draft: EntryDraft) -> list[int]:
        """Return the entries that repeat what this guide or policy says."""
        if draft.kind is EntryKind.FAQ:
            return []
        if draft.kind is EntryKind.POLICY:
            guides = self.items.find_citing(draft)
            asked = [faq for guide in guides for faq in self._asked[guide]]
            return list(dict.fromkeys([*guides, *asked]))
        known = [
            place
            for place in self.items.find_same_guide(draft)
            if entry_id(self.drafts[place]) == entry_id(draft)
        ]
        if known:
            return list(
                dict.fromkeys(faq for guide in known for faq in self._asked[guide])
            )
        return [
            place
            for place in self._find_questions(list_names(draft))
            if self.drafts[place].region == draft.region and place not in self._placed
        ]

    def iter_siblings(self) -> Iterable[tuple[int, int]]:
        """Yield pairs of questions about one guide."""
        for faqs in self._asked.values():
            for at, second in enumerate(faqs):
                for first in faqs[max(0, at - 20) : at]:
                    yield first, second

    def find_siblings(self, draft: EntryDraft) -> list[int]:
        """Return the other questions about the guide of this one."""
        guides = self.items.find_guides(draft)
        own = entry_id(draft)
        return [
            place
            for guide in guides
            for place in self._asked[guide]
            if entry_id(self.drafts[place]) != own
        ]

    @cached_property
    def _asked(self) -> defaultdict[int, list[int]]:
        """Guide to the questions about it."""
        asked: defaultdict[int, list[int]] = defaultdict(list)
        for place, draft in enumerate(self.drafts):
            if draft.kind is EntryKind.FAQ:
                for guide in self.items.find_guides(draft):
                    asked[guide].append(place)
        return asked

    @cached_property
    def _placed(self) -> frozenset[int]:
        """Questions whose guide is known."""
        return frozenset(faq for faqs in self._asked.values() for faq in faqs)

    @cached_property
    def _questions(self) -> tuple[str, list[int], list[int]]:
        """All questions in one string, where each entry's begin, and whose they are."""
        texts, starts, owners, length = [], [], [], 0
        for place, draft in enumerate(self.drafts):
            if draft.kind is EntryKind.FAQ:
                text = _END.join(list_questions(draft)) + _END
                texts.append(text)
                starts.append(length)
                owners.append(place)
                length += len(text)
        return "".join(texts), starts, owners

    def _find_questions(self, names: Iterable[str]) -> list[int]:
        text, starts, owners = self._questions
        found: dict[int, None] = {}
        for name in names:
            at = text.find(name)
            while at >= 0:
                found[owners[bisect_right(starts, at) - 1]] = None
                at = text.find(name, at + 1)
        return list(found)
