"""Whether a message goes on about the matter before it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from knowledge import (
    Aspect,
    Passage,
    expand,
    find_aspects,
    find_region,
    normalise,
)

from ..composing import remainder
from .relating import is_generic, pairs_of

#: A longer message stands for itself.
MAX_CHARS = 40

#: Share of what a follow-up says that the hit must hold.
_BORNE = 0.34

#: A thing that has a name of its own: 渔船登记, 药品经营许可.
_MATTER = re.compile(
    r"([一-鿿]{2,8}?)(?:登记|许可证?|备案|补贴|津贴|补助|资格证?|执照|证|照|保险|养老金|年金|公积金|贷款|税|费)"
)

#: Where somebody belongs; a region needs such words around it.
_BELONGING = re.compile(
    r"户口|户籍|户|住址?|人士?|这边|那边|本地|注册|上班|工作|老家|附近|地方?|区里|县里|参保|打工|开店|老人|登记"
)

#: A person's circumstances: what an answer may depend on, and no matter of its own.
_CIRCUMSTANCE = re.compile(
    r"^(?:那|要是|如果|假如|但是?|可是?|不过|哦|对)*(?:我(?!想|要|还想|又想|问)|咱|俺|他|她|家里|孩子|娃|爸|妈|父母|爷|奶"
    r"|老[人公婆]|户[口籍]|本人|是|有(?!没|啥|什么|哪)|没有?|不是|已经|注册|住|在|今年|去年|还没|刚)"
    r"|满\d+|\d+(?:岁|个?月|年|个|人|口|套|平|次|天)|[一二两三四五六七八九十百]+(?:岁|个?月|年|个|人|口|套|次|天)"
    r"|单身|未婚|已婚|再婚|离异|丧偶|残疾|低保|退役|退休|学生|外地|外省|农村|城镇|本地|企业|个体|二手|过期|逾期|晚了|错过|忘了"
)


#: How people ask on, without what they ask about.
_FILLER = re.compile(
    r"有没有|能不能|行不行|一样|价钱|自动|可以|会不会|是不是|算|过|够|才|行|全|不|没|后|之|想|那|多|几|再|来|着|上|完"
)

#: What an FAQ's text holds when it tells an element.
_TELLS: Mapping[Aspect, str] = {
    Aspect.ONLINE: r"网|线上|小程序|app",
    Aspect.PLACE: r"窗口|中心|大厅|派出所|社区|街道",
    Aspect.FEE: r"\d元|收费|免费|费",
    Aspect.TIME_LIMIT: r"\d+个?(?:工作日|日|天|月|年)|当场",
    Aspect.MATERIALS: r"带|提交|材料",
}


def tells_only_region(text: str, regions: Iterable[str]) -> bool:
    """Tell whether a message only names a place and how one belongs there."""
    known = tuple(regions)
    if find_region(text, known) is None or find_aspects(text):
        return False
    return not _BELONGING.sub("", remainder(text, known))


def tells_again(text: str, faq: Passage, regions: Iterable[str]) -> bool:
    """Tell whether an FAQ that answered already tells a follow-up too.

    Its names do not count, they were asked for before; its text must speak of it.
    """
    aspects = find_aspects(text)
    held = all(re.search(_TELLS.get(a, "^$"), faq.text) for a in aspects)
    content = _FILLER.sub("", remainder(text, regions))
    if len(content) < 2:
        return bool(aspects) and held
    return held and is_borne(text, (replace(faq, title="", aliases=()),), regions)


def is_circumstance(text: str) -> bool:
    """Tell whether a message says something about the person, not about a matter."""
    return _CIRCUMSTANCE.search(normalise(text)) is not None


def is_borne(text: str, passages: Sequence[Passage], regions: Iterable[str]) -> bool:
    """Tell whether passages speak of what a follow-up says.

    Args:
        text: The follow-up alone.
        passages: Of the entry that would answer.
        regions: Known; a region is no content.

    Returns:
        False for a new matter, however near the old one stands; True when the
        message has no content of its own.
    """
    held = _held(passages)
    content = _FILLER.sub("", remainder(text, regions))
    if names_new_matter(text, passages, regions):
        return False
    pairs = [p for p in pairs_of(content) if not is_generic(p)]
    if not pairs:
        return len(content) < 2 or content in held
    if sum(pair in held for pair in pairs) / len(pairs) >= _BORNE:
        return True
    plain = normalise(text)
    official = expand(plain).removeprefix(plain).split()
    return any(word in held and not is_generic(word[:2]) for word in official)


def names_new_matter(
    text: str, passages: Sequence[Passage], regions: Iterable[str]
) -> bool:
    """Tell whether a message names a thing that the passages do not know."""
    held = _held(passages)
    for match in _MATTER.finditer(remainder(text, regions)):
        # What stands before 证 or 登记 is the name: 那个许可证 names nothing new.
        pairs = [p for p in pairs_of(match.group(1)) if not is_generic(p)]
        if pairs and sum(pair in held for pair in pairs) / len(pairs) < 0.5:
            return True
    return False


def _held(passages: Sequence[Passage]) -> str:
    names = "\n".join((passages[0].title, *passages[0].aliases)) if passages else ""
    return "\n".join((names, *(p.text for p in passages)))
