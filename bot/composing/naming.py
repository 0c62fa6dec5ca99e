"""What is left of a question when the item and the asking are taken out. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from knowledge import find_region, normalise, without_aspects

#: How people ask, without what they ask about.
_ASKING = re.compile(
    r"怎么样|怎么|如何|怎样|咋|请问一?下?|想问一?下?|问一?下|我想|我要|我们|想要|需要|能不能|可不可以"
    r"|可以|办理|申请|申领|领取|办|领|弄|去|到|那么|那|这个|那个|它|还|又|也|都|就|是|有|的|了|呢|吗|么|嘛"
    r"|吧|啊|呀|要|得|在|我|您|你|他|她|家|给|把|一下|什么|哪些|哪|多少|谢谢|您好|你好|能|会|用|啥|下|个|一"
)

_PUNCTUATION = re.compile(r"[\W_]+")


def remainder(question: str, regions: Iterable[str] = ()) -> str:
    """Return what a question is about, without asking words, elements and regions."""
    text = normalise(question)
    while (region := find_region(text, regions)) is not None:
        # The short name is what people type: 西山 for 西山区.
        shorter = text.replace(region, "")
        if shorter == text:
            shorter = text.replace(region[:-1], "")
        if shorter == text:
            break
        text = shorter
    return _PUNCTUATION.sub("", _ASKING.sub("", without_aspects(text)))


def names_only(question: str, names: Iterable[str], regions: Iterable[str]) -> bool:
    """Tell whether a question holds nothing but the name of an item.

    Args:
        question: As typed.
        names: Title and everyday names of the item.
        regions: Regions known; they say where and not what.
    """
    rest = remainder(question, regions)
    named = set("".join(names))
    return len([char for char in rest if char not in named]) <= 1
