"""Which region's entry answers, when several regions have their own. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge import Hit, Passage, region_level

#: Hits looked through for the same item elsewhere: a guide alone has 14 passages.
RELATED_HITS = 40

#: ``region_level`` of a district or county: narrower than the office's city.
_DISTRICT = 2


def is_wide(region: str) -> bool:
    """Tell whether a region is the city, something larger, or not said."""
    return region_level(region) < _DISTRICT


def list_siblings(hits: Sequence[Hit], like: Passage) -> dict[str, Passage]:
    """List the same item by region: the best passage of each, best first."""
    siblings: dict[str, Passage] = {}
    for hit in hits:
        passage = hit.passage
        if passage.kind is like.kind and passage.title == like.title:
            siblings.setdefault(passage.region, passage)
    return siblings


def pick_for_region(siblings: dict[str, Passage], region: str) -> Passage | None:
    """Pick the region's own entry, else the city-wide one; never another district's."""
    if region in siblings:
        return siblings[region]
    return pick_wide(siblings)


def pick_wide(siblings: dict[str, Passage]) -> Passage | None:
    """Pick the city's entry or one without a region; None if only districts have."""
    wide = [region for region in siblings if is_wide(region)]
    # The narrowest of them: the city's rule before the province's.
    return siblings[max(wide, key=region_level)] if wide else None


def list_districts(siblings: dict[str, Passage]) -> list[str]:
    """List the districts that have an entry of their own, sorted."""
    return sorted(region for region in siblings if not is_wide(region))
