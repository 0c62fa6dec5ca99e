"""Whether two entries are about the same matter, and which of them tells more. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge import Aspect, EntryKind, Hit, Passage, find_aspects

from ..composing import remainder

#: A hit this far behind the first is about something else. Scores compare within
#: one question only; read off the sample city, where the right guide stood at .64
#: of an FAQ and the wrong ones below .5.
NEAR = 0.6

#: Words that half of all titles share.
_GENERIC = frozenset(
    {
        "登记",
        "补贴",
        "津贴",
        "申请",
        "申领",
        "变更",
        "注销",
        "证明",
        "备案",
        "许可",
        "保险",
        "办理",
        "换领",
        "补领",
        "审批",
        "核准",
        "提取",
        "本市",
        "泽市",
        "老人",
        "人员",
        "单位",
        "材料",
        "条件",
        "标准",
        "政策",
        "服务",
        "公民",
        "居民",
        "个人",
    }
)


def shares_name(text: str, passage: Passage) -> bool:
    """Tell whether a text names the matter of a passage: 护照, 高龄津贴, 公租房."""
    asked = remainder(text)
    return any(_has_common_word(asked, name) for name in _names(passage))


def find_telling_guide(
    hits: Sequence[Hit], aspects: Sequence[Aspect], about: str
) -> Passage | None:
    """Find a guide that has an element asked for, about the same matter.

    Args:
        hits: Best first.
        aspects: Elements asked for.
        about: What names the matter: the question, or the entry before.

    Returns:
        The guide's passage; None if none is near enough to the first hit.
    """
    for hit in hits:
        if hit.score < NEAR * hits[0].score:
            return None
        passage = hit.passage
        if passage.aspect in aspects and shares_name(about, passage):
            return passage
    return None


def asks_all(passage: Passage, aspects: Sequence[Aspect]) -> bool:
    """Tell whether an FAQ is about all the elements asked for."""
    asked = {a for name in _names(passage) for a in find_aspects(name)}
    return set(aspects) <= asked


def prefer_guide(hits: Sequence[Hit], question: str) -> Passage:
    """Return the first hit, or the guide that answers what the first does not.

    An FAQ on the sum of an allowance is near to every question on the allowance;
    who asks for the materials gets them from the guide.
    """
    top = hits[0].passage
    aspects = find_aspects(question)
    if top.kind is not EntryKind.FAQ or not aspects or asks_all(top, aspects):
        return top
    # The guide nearest to the FAQ, not any that happens to have the element:
    # 身份证换领 before 临时身份证 where both tell a fee.
    nearest = _find_guide(hits, f"{question} {top.title}")
    if nearest is not None and any(
        hit.passage.entry_id == nearest.entry_id and hit.passage.aspect in aspects
        for hit in hits
    ):
        return nearest
    return find_telling_guide(hits, aspects, question) or top


def _find_guide(hits: Sequence[Hit], about: str) -> Passage | None:
    for hit in hits:
        if hit.score < NEAR * hits[0].score:
            return None
        is_guide = hit.passage.kind is EntryKind.GUIDE
        if is_guide and shares_name(about, hit.passage):
            return hit.passage
    return None


def _names(passage: Passage) -> tuple[str, ...]:
    return (passage.title, *passage.aliases)


def pairs_of(text: str) -> set[str]:
    """Return the pairs of neighbouring characters of a text."""
    return {text[i : i + 2] for i in range(len(text) - 1)}


def is_generic(pair: str) -> bool:
    """Tell whether a word stands in half of all titles."""
    return pair in _GENERIC


def _has_common_word(one: str, other: str) -> bool:
    return any(pair in other and pair not in _GENERIC for pair in pairs_of(one))
