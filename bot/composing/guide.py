"""A service guide as an answer: the elements asked for, or a short card. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from knowledge import Aspect, Passage, find_region, region_level

from ..replies import get_wording
from ..types import Block, BlockKind
from .citation import find_phone
from .naming import names_only
from .telling import (
    HANDING_IN,
    drop,
    find_nearest,
    not_stated,
    tell_detail,
    tell_figures,
)
from .text import (
    as_list,
    as_steps,
    clip,
    key_sentence,
    lines_of,
    unnumbered,
)
from .windows import card_halls, has_hours, list_halls

#: More elements than these are a whole guide and not an answer.
MAX_ASPECTS = 3

#: ``region_level`` of a district or county.
_DISTRICT = 2

#: An element this short is the conclusion itself.
_SHORT_CHARS = 60

#: The card: what citizens ask for, in the order they need it.
_CARD: Mapping[Aspect, str] = {
    Aspect.CONDITIONS: "什么人能办",
    Aspect.MATERIALS: "要带什么",
    Aspect.TIME_LIMIT: "多久",
    Aspect.FEE: "多少钱",
    Aspect.PLACE: "去哪办",
    Aspect.ONLINE: "网上办",
}
_CARD_LINES = 3
_CARD_CHARS = 50

#: Where more than the element itself is wanted: a place without its hours sends
#: people to a closed door. The number to ask at stands in the source line.
_WITH: Mapping[Aspect, tuple[Aspect, ...]] = {
    Aspect.PLACE: (Aspect.PLACE, Aspect.HOURS),
}

#: Elements whose passage may itself be what was asked.
_TELLING = frozenset(
    {
        Aspect.NOTES,
        Aspect.CONDITIONS,
        Aspect.RESULT,
        Aspect.SCOPE,
        Aspect.VISITS,
        Aspect.ONLINE,
        Aspect.TIME_LIMIT,
        Aspect.FEE,
    }
)


def compose_guide(
    entry: Sequence[Passage],
    question: str,
    aspects: Sequence[Aspect],
    *,
    best: Passage,
    regions: Sequence[str] = (),
    region: str = "",
) -> tuple[Block, ...]:
    """Answer from a guide.

    Args:
        entry: Its passages in order.
        question: As typed.
        aspects: Elements asked for, in order; empty when the question names none.
        best: The passage that the search found first in this entry.
        regions: Regions known.
        region: The citizen's, when the question does not name one.
    """
    texts = _texts_by_aspect(entry)
    wanted = list(aspects)
    if Aspect.PLACE in wanted and HANDING_IN.search(question):
        # 在哪交材料 asks for the place.
        drop(wanted, Aspect.MATERIALS)
    figures = list(tell_figures(entry, question, wanted, texts))
    place = find_region(question, regions) or region
    district = place if region_level(place) == _DISTRICT else None
    blocks = (*figures, *_elements(entry, wanted, texts, district))
    if blocks:
        return (*tell_detail(entry, question, blocks), *blocks)
    names = (entry[0].title, *entry[0].aliases)
    if best.aspect in _TELLING and not names_only(question, names, regions):
        return tuple(_passage(find_nearest(entry, best, question), question))
    return tuple(_card(_named(entry), texts))


def _texts_by_aspect(entry: Sequence[Passage]) -> dict[Aspect, str]:
    """Join what was cut, in order."""
    texts: dict[Aspect, str] = {}
    for passage in entry:
        if passage.aspect is not None:
            held = texts.get(passage.aspect)
            texts[passage.aspect] = f"{held}\n{passage.text}" if held else passage.text
    return texts


def _elements(
    entry: Sequence[Passage],
    aspects: Sequence[Aspect],
    texts: Mapping[Aspect, str],
    region: str | None,
) -> Iterator[Block]:
    asked = tuple(aspects)[:MAX_ASPECTS]
    if not asked:
        return
    title = _named(entry)
    is_halls = asked[0] is Aspect.HOURS and region is not None
    if len(asked) == 1 and not is_halls and _is_short(text := texts.get(asked[0], "")):
        conclusion = f"{title}，{asked[0].label}：{unnumbered(text)}"
        yield Block(BlockKind.LEAD, (conclusion,))
        yield from _companions(asked[0], texts, skip=asked)
        return
    labels = "、".join(aspect.label for aspect in asked if aspect in texts)
    if labels:
        yield Block(BlockKind.LEAD, (f"{title}的{labels}：",))
    for aspect in asked:
        if aspect not in texts:
            yield not_stated(aspect.label, find_phone(entry))
            continue
        if len(asked) > 1:
            yield Block(BlockKind.HEADING, (aspect.label,))
        yield from _element(aspect, texts, region)
        yield from _companions(aspect, texts, skip=asked)


def _element(
    aspect: Aspect, texts: Mapping[Aspect, str], region: str | None
) -> Iterator[Block]:
    places = texts.get(Aspect.PLACE, "")
    # A district's hall keeps hours of its own.
    is_halls_hours = aspect is Aspect.HOURS and region and has_hours(places)
    if aspect is Aspect.PLACE or is_halls_hours:
        yield from list_halls(places, region)
    else:
        yield _body(aspect, texts[aspect])


def _companions(
    aspect: Aspect, texts: Mapping[Aspect, str], *, skip: Sequence[Aspect]
) -> Iterator[Block]:
    shown = texts.get(aspect, "")
    for other in _WITH.get(aspect, ())[1:]:
        text = texts.get(other)
        # Windows often bring their own hours.
        if text is None or other in skip or (aspect is not other and has_hours(shown)):
            continue
        yield Block(BlockKind.HEADING, (other.label,))
        yield _body(other, text)


def _body(aspect: Aspect, text: str) -> Block:
    if aspect is Aspect.MATERIALS:
        return as_list(text)
    return as_steps(text)


def _passage(best: Passage, question: str) -> Iterator[Block]:
    label = best.aspect.label if best.aspect else best.heading
    lead = key_sentence(best.text, question)
    if lead and lead != best.text.strip():
        yield Block(BlockKind.LEAD, (lead,))
        yield Block(BlockKind.HEADING, (f"{best.title}：{label}",))
        yield as_steps(best.text)
    else:
        yield Block(BlockKind.LEAD, (best.text.strip(),))


def _card(title: str, texts: Mapping[Aspect, str]) -> Iterator[Block]:
    yield Block(BlockKind.LEAD, (title,))
    for aspect, heading in _CARD.items():
        text = texts.get(aspect)
        if text is None:
            continue
        yield Block(BlockKind.HEADING, (heading,))
        lines = lines_of(text)
        if aspect is Aspect.PLACE:
            yield Block(BlockKind.LIST, tuple(card_halls(text)))
            continue
        block = _body(aspect, "\n".join(lines[:_CARD_LINES]))
        if aspect is Aspect.MATERIALS:
            block = Block(
                block.kind, tuple(_material_name(m) for m in as_list(text).lines)
            )
        yield Block(block.kind, tuple(clip(line, _CARD_CHARS) for line in block.lines))
    yield Block(BlockKind.NOTICE, (get_wording("card_more"),))


def _material_name(line: str) -> str:
    """Return a material without copies and notes; the full row is one question away."""
    return re.split(r"[：:（(|｜；;]", line, maxsplit=1)[0].strip() or line


def _is_short(text: str) -> bool:
    return 0 < len(text) <= _SHORT_CHARS and len(lines_of(text)) == 1


def _named(entry: Sequence[Passage]) -> str:
    """The item, with its district where it is one's own rule."""
    first = entry[0]
    if region_level(first.region) < _DISTRICT or first.region in first.title:
        return first.title
    return f"{first.title}（{first.region}）"
