"""The figure a question asks for, and the sentences of an entry that hold one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import Enum, auto

from knowledge import Aspect, expand, normalise

from .naming import remainder
from .text import sentences_of


class Figure(Enum):
    """What kind of number is wanted."""

    #: Money, or a share of it.
    SUM = auto()
    #: How long the office takes, or one waits.
    SPAN = auto()
    #: When it happens: 几月报名, 几号发.
    DATE = auto()
    #: How long the citizen has: 几天内, 提前多久.
    DEADLINE = auto()
    #: How long one must have paid, lived, worked: 社保交几个月.
    PERIOD = auto()
    #: How long the result holds: 管几年.
    VALIDITY = auto()


_COUNTED = (
    r"天|日|年|岁|久|分|次|趟|个|人|张|枚|份|平|号|家|工作|长|时|间|材料|资料|度|本"
)
_NO_SUM = (
    r"(?<!时限)(?<!天数)(?<!时间)(?<!期限)(?<!电话)(?<!号码)(?<!年龄)(?<!岁数)(?<!面积)"
)
_ASKED: Mapping[Figure, re.Pattern[str]] = {
    Figure.SUM: re.compile(
        r"多少钱|几多钱|几钱|几块|啥价|价钱|几成|收入线|上限|额度|封顶|最高|给几"
        rf"|{_NO_SUM}(?:多少|几多)(?!{_COUNTED})|(?:补贴|津贴|发放|收入)标准|标准是"
    ),
    Figure.DEADLINE: re.compile(
        r"(?:几|多少|多长|多久)(?:天|日|个?月|年|时间|个工作日)?(?:之|以)?内|提前(?:多|几)|提早|最迟|最晚"
        r"|截止|拖多久|什么时候(?:之)?前|来得及|(?:几|多少)(?:天|日)(?:要|得|必须)"
    ),
    Figure.VALIDITY: re.compile(
        r"管多久|管几年|管用?多|能?用(?:多久|几年|多少年|多长)|有效(?:期|多少|几|多久)|多少年|几年到期"
    ),
    Figure.DATE: re.compile(
        r"哪[几两一]?个?(?:月|天|日|年)|什么时候(?!能?(?:拿|好|下来|办))|几月|几号(?!窗|楼|厅)|何时"
    ),
    Figure.PERIOD: re.compile(
        r"(?:交|缴|住|满|工作|参保|结婚|上班)(?:够|满|了)?[^，。,]{0,3}(?:多久|几年|几个月|多少年|多少个月|多长时间)"
    ),
    Figure.SPAN: re.compile(
        r"多久|[几多少]天|多长时间|几个?工作日|几日|等多长|要等|天数|时限|时长"
    ),
}

_SPAN = re.compile(
    r"(?:\d+|[一二两三六半])(?:\.\d+)?\s*个?(?:工作日|日|天|月|年|小时)|当场|即时|当天|长期"
)
_MONEY = re.compile(r"\d+(?:\.\d+)?\s*(?:万?元|%|％|倍)|不收费|免费")
_LIMITED = re.compile(
    r"(?:工作日|日|天|月|年|小时)(?:之|以)?(?:内|前)|前\d+(?:日|天|个?月)|截止|届满|不足\d|\d+月\d+日"
)
_LASTING = re.compile(
    r"有效[^。；]{0,12}\d|\d+\s*(?:个月|年|日)[^。；]{0,6}有效|(?:长期|终身)有效"
)

_HELD: Mapping[Figure, re.Pattern[str]] = {
    Figure.SUM: _MONEY,
    Figure.SPAN: _SPAN,
    Figure.DEADLINE: _LIMITED,
    Figure.PERIOD: _SPAN,
    Figure.DATE: re.compile(r"\d+月|\d+日|每年|每季度|每月"),
    Figure.VALIDITY: _SPAN,
}

#: Where such sentences stand; the legal basis is no answer.
_WHERE = (
    Aspect.CONDITIONS,
    Aspect.RESULT,
    Aspect.NOTES,
    Aspect.PROCESS,
    Aspect.SCOPE,
    Aspect.ONLINE,
    Aspect.VISITS,
)


def asked_figures(question: str) -> tuple[Figure, ...]:
    """Tell which kinds of figure a question asks for."""
    plain = normalise(question)
    found = []
    for figure, asks in _ASKED.items():
        if asks.search(plain):
            found.append(figure)
            if figure is not Figure.SUM:
                # 几天内 and 管多久 are no time that the office takes.
                plain = asks.sub("，", plain)
    return tuple(found)


def bears(text: str, figures: Iterable[Figure]) -> bool:
    """Tell whether a text holds a figure of each kind."""
    return all(_HELD[figure].search(text) for figure in figures)


def find_sentences(
    texts: Mapping[Aspect, str],
    question: str,
    figure: Figure,
    names: Iterable[str] = (),
    *,
    at_least: int = 0,
) -> list[str]:
    """Find the sentences of a guide that hold a figure, nearest to the question first.

    Args:
        texts: Elements of the guide.
        question: As typed.
        figure: Kind of figure demanded.
        names: Of the item; they stand everywhere and tell nothing.
        at_least: Pairs of characters that must be shared with the question.
    """
    pairs = content_pairs(question, names)
    found: list[tuple[int, int, int, str]] = []
    for place, aspect in enumerate(_WHERE):
        for sentence in sentences_of(texts.get(aspect, "")):
            if _HELD[figure].search(sentence):
                shared = sum(pair in sentence for pair in pairs)
                if figure is Figure.VALIDITY and _LASTING.search(sentence):
                    shared += 1
                found.append((-shared, place, len(found), sentence))
    return [row[-1] for row in sorted(found) if -row[0] >= at_least]


def content_pairs(question: str, names: Iterable[str] = ()) -> set[str]:
    """Return what a question says beside the item and the asking, in pairs."""
    plain = normalise(question)
    known = " ".join(names)
    # Everyday words and the office's words for them.
    pieces = [remainder(plain), *expand(plain).removeprefix(plain).split()]
    pairs = {p[i : i + 2] for p in pieces for i in range(len(p) - 1)}
    return {pair for pair in pairs if pair not in known}
