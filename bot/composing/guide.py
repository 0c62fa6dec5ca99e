"""A service guide as an answer: the elements asked for, or a short card. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from knowledge import Aspect, Passage, region_level

from ..replies import get_wording
from ..types import Block, BlockKind
from .citation import find_phone
from .naming import names_only
from .text import as_list, as_steps, clip, key_sentence, lines_of, unnumbered

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
_CARD_LINES = 4
_CARD_CHARS = 60

#: Where more than the element itself is wanted: a place without its hours sends
#: people to a closed door.
_WITH: Mapping[Aspect, tuple[Aspect, ...]] = {
    Aspect.PLACE: (Aspect.PLACE, Aspect.HOURS, Aspect.PHONE),
    Aspect.HOURS: (Aspect.HOURS, Aspect.PHONE),
}

#: 多少钱 about a benefit asks for the sum paid out, never for a fee.
_BENEFIT = re.compile(
    r"津贴|补贴|补助|救助|报销|待遇|养老金|失业金|抚恤|奖励|优待金|保险金|提取|贷款"
)
_PAYING = re.compile(
    r"要多少钱|交多少|收多少|收费|费用|工本费|手续费|要钱|收钱|免费|交钱|花钱|要不要钱"
)
_RECEIVING = re.compile(r"领|补多少|发多少|每月|每年|一个月|一年|能拿|能报|标准")
_SUM = re.compile(r"\d+(?:\.\d+)?\s*(?:万?元|%|％|倍)")

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
) -> tuple[Block, ...]:
    """Answer from a guide.

    Args:
        entry: Its passages in order.
        question: As typed.
        aspects: Elements asked for, in order; empty when the question names none.
        best: The passage that the search found first in this entry.
        regions: Regions known.
    """
    texts = _texts_by_aspect(entry)
    if Aspect.FEE in aspects and _asks_sum(question, entry[0].title):
        # 多少钱 alone may mean both: what is paid out first, what it costs after.
        is_sum = _RECEIVING.search(question) is not None
        rest = [a for a in aspects if a is not Aspect.FEE or not is_sum]
        return (*_sums(entry, texts), *_elements(entry, rest, texts))
    if aspects:
        return tuple(_elements(entry, aspects, texts))
    names = (entry[0].title, *entry[0].aliases)
    if best.aspect in _TELLING and not names_only(question, names, regions):
        return tuple(_passage(best, question))
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
    entry: Sequence[Passage], aspects: Sequence[Aspect], texts: Mapping[Aspect, str]
) -> Iterator[Block]:
    asked = tuple(aspects)[:MAX_ASPECTS]
    if not asked:
        return
    title = _named(entry)
    if len(asked) == 1 and _is_short(text := texts.get(asked[0], "")):
        conclusion = f"{title}，{asked[0].label}：{unnumbered(text)}"
        yield Block(BlockKind.LEAD, (conclusion,))
        yield from _companions(asked[0], texts, skip=asked)
        return
    labels = "、".join(aspect.label for aspect in asked if aspect in texts)
    if labels:
        yield Block(BlockKind.LEAD, (f"{title}的{labels}：",))
    for aspect in asked:
        if aspect not in texts:
            yield _not_stated(aspect.label, find_phone(entry))
            continue
        if len(asked) > 1:
            yield Block(BlockKind.HEADING, (aspect.label,))
        yield _body(aspect, texts[aspect])
        yield from _companions(aspect, texts, skip=asked)


def _companions(
    aspect: Aspect, texts: Mapping[Aspect, str], *, skip: Sequence[Aspect]
) -> Iterator[Block]:
    shown = texts.get(aspect, "")
    for other in _WITH.get(aspect, ())[1:]:
        text = texts.get(other)
        # Windows often bring their own hours and phone.
        if text is None or other in skip or text.strip() in shown:
            continue
        yield Block(BlockKind.HEADING, (other.label,))
        yield _body(other, text)


def _body(aspect: Aspect, text: str) -> Block:
    if aspect is Aspect.MATERIALS:
        return as_list(text)
    if aspect is Aspect.PLACE and len(lines_of(text)) > 1:
        return as_list(text)
    return as_steps(text)


def _not_stated(what: str, phone: str) -> Block:
    name = "not_stated" if phone else "not_stated_item"
    text = get_wording(name, aspect=what, phone=phone)
    return Block(BlockKind.NOTICE, (text,))


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


def _asks_sum(question: str, title: str) -> bool:
    return bool(_BENEFIT.search(title + question)) and not _PAYING.search(question)


def _sums(entry: Sequence[Passage], texts: Mapping[Aspect, str]) -> Iterator[Block]:
    for aspect in (Aspect.RESULT, Aspect.CONDITIONS, Aspect.NOTES, Aspect.PROCESS):
        lines = lines_of(texts.get(aspect, ""))
        found = [unnumbered(line) for line in lines if _SUM.search(line)]
        if found:
            yield Block(BlockKind.LEAD, (found[0],))
            if found[1:]:
                yield Block(BlockKind.LIST, tuple(found[1:]))
            return
    yield _not_stated("发放标准", find_phone(entry))


def _named(entry: Sequence[Passage]) -> str:
    """The item, with its district where it is one's own rule."""
    first = entry[0]
    if region_level(first.region) < _DISTRICT or first.region in first.title:
        return first.title
    return f"{first.title}（{first.region}）"
