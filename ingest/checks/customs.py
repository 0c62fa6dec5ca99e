"""Learns what entries of one bureau, or of one file, have in common. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from knowledge import EntryDraft

from .figures import FigureKind, find_figures

#: Most of a bureau's entries are of one region: then that one is offered.
_MOST = 0.8
_MIN_ENTRIES = 3


def find_usual(drafts: Iterable[EntryDraft]) -> dict[tuple[str, str], str]:
    """Return what nearly all entries of a bureau, or of a file, have in a field.

    Returns:
        ("region", bureau) and ("department", file) to the value.
    """
    counted: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for draft in drafts:
        if draft.department and draft.region:
            counted["region", draft.department][draft.region] += 1
        if draft.source.file and draft.department:
            counted["department", draft.source.file][draft.department] += 1
    usual = {}
    for key, values in counted.items():
        value, number = values.most_common(1)[0]
        total = values.total()
        if total >= _MIN_ENTRIES and number >= _MOST * total:
            usual[key] = value
    return usual


def count_phones(drafts: Iterable[EntryDraft]) -> Counter[str]:
    """Return each phone number and how many entries have it."""
    return Counter(
        number
        for draft in drafts
        for number in {
            figure.value
            for place, section in enumerate(draft.sections)
            for figure in find_figures(section, place)
            if figure.kind is FigureKind.PHONE
        }
    )
