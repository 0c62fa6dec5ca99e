"""The sentences of a guide that tell what no element of its own holds. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from knowledge import Aspect, Passage

from ..replies import get_wording
from ..types import Block, BlockKind
from .citation import find_phone
from .figures import Figure, asked_figures, content_pairs, find_sentences
from .text import sentences_of, unnumbered

#: 多少钱 about a benefit asks for the sum paid out, never for a fee.
_BENEFIT = re.compile(
    r"保障|供养|低保|津贴|补贴|补助|救助|报销|待遇|养老金|失业金|抚恤|奖励|优待金|保险金|提取|贷款"
)
_PAYING = re.compile(
    r"要多少钱|交多少|收多少|收费|费用|工本费|手续费|要钱|收钱|免费|交钱|花钱|要不要钱"
    r"|[^免医药]费(?:多少|标准|是|要|几)"
)
_RECEIVING = re.compile(r"领|补多少|发多少|每月|每年|一个月|一年|能拿|能报|标准")
_THRESHOLD = re.compile(r"收入|线|上限|标准|额度|封顶|最高|资产")

#: Sentences with sums shown at most.
_MAX_SUMS = 3

#: 多少 alone asks for a fee only beside such a word.
_PRICE = re.compile(r"钱|费|价|块|收(?!入|件|不收)")

_IN_WHICH = re.compile(r"在哪(?:[几两一]个?)?(?:月|天|日|年|段|时)")

#: A number that is neither money nor time, with its unit.
_COUNT = re.compile(r"(?:多少|几|多大)(分|岁|枚|平|人|张|次|趟)")

#: How people call the waiting that a time limit leaves out.
_WAITS = {"轮候": r"轮候|排(?!除)|等(?!于|级)"}

#: Handing in is no question for what to bring.
HANDING_IN = re.compile(r"(?:交|递|送|收)[^，,。]{0,2}(?:材料|资料|手续)")
_WITHOUT = re.compile(r"不含([^（）()]+?)(?:的?时间)?[）)]")

#: Elements with special cases, and how much of a question one must share.
_DETAILED = frozenset(
    {
        Aspect.CONDITIONS,
        Aspect.NOTES,
        Aspect.PROCESS,
        Aspect.RESULT,
        Aspect.SCOPE,
        Aspect.ONLINE,
        Aspect.MATERIALS,
        Aspect.FEE,
        Aspect.VISITS,
    }
)
_MIN_DETAIL = 2


def tell_figures(
    entry: Sequence[Passage],
    question: str,
    wanted: list[Aspect],
    texts: Mapping[Aspect, str],
) -> Iterator[Block]:
    """Quote the figures asked for that stand in no element of their own.

    What is answered here is taken out of ``wanted``; a fee is put in.
    """
    figures = asked_figures(question)
    names = (entry[0].title, *entry[0].aliases)
    if Figure.SUM in figures or Aspect.FEE in wanted:
        if _asks_sum(question, entry[0].title):
            yield from _sums(entry, texts, question)
            # 多少钱 alone may mean both: what is paid out, and what it costs.
            if _RECEIVING.search(question):
                drop(wanted, Aspect.FEE)
        elif Aspect.FEE not in wanted and _PRICE.search(question):
            wanted.append(Aspect.FEE)
    if Figure.SPAN in figures and Aspect.TIME_LIMIT not in wanted:
        wanted.append(Aspect.TIME_LIMIT)
    yield from _terms(question, wanted, texts, names)


def _terms(
    question: str,
    wanted: list[Aspect],
    texts: Mapping[Aspect, str],
    names: Sequence[str],
) -> Iterator[Block]:
    """Quote how long one has, must have, or may use; none is the office's time."""
    figures = asked_figures(question)
    for figure in (
        Figure.DATE,
        Figure.DEADLINE,
        Figure.PERIOD,
        Figure.VALIDITY,
    ):
        least = 1 if figure is Figure.PERIOD else 0
        if figure in figures and (
            told := find_sentences(texts, question, figure, names, at_least=least)
        ):
            yield Block(BlockKind.LEAD, (unnumbered(told[0]),))
            drop(wanted, Aspect.RESULT)
            if figure is Figure.DATE and _IN_WHICH.search(question):
                # 在哪两个月 asks for no place.
                drop(wanted, Aspect.PLACE)
            if Figure.SPAN not in figures:
                drop(wanted, Aspect.TIME_LIMIT)
    if told := _counted(question, texts, names):
        yield Block(BlockKind.LEAD, (unnumbered(told[0]),))
    if Aspect.TIME_LIMIT in wanted and (waits := _waiting(question, texts)):
        yield Block(BlockKind.LEAD, (unnumbered(waits),))
        drop(wanted, Aspect.TIME_LIMIT)


def _counted(
    question: str, texts: Mapping[Aspect, str], names: Sequence[str]
) -> list[str]:
    """Return the sentences that hold a number of the unit asked for: 多少分, 几岁."""
    match = _COUNT.search(question)
    if match is None:
        return []
    number = re.compile(rf"\d+\s*周?{match.group(1)}")
    pairs = content_pairs(question, names)
    told = [
        (sum(pair in sentence for pair in pairs), sentence)
        for aspect in texts
        if aspect in _DETAILED
        for sentence in sentences_of(texts[aspect])
        if number.search(sentence)
    ]
    told.sort(key=lambda row: -row[0])
    return [sentence for shared, sentence in told if shared]


def _waiting(question: str, texts: Mapping[Aspect, str]) -> str:
    """Return the sentence on a waiting that the time limit leaves out; may be empty."""
    match = _WITHOUT.search(texts.get(Aspect.TIME_LIMIT, ""))
    for phrase in re.split("[和、或]", match.group(1)) if match else ():
        # 简易注销公示 is asked for as 公示.
        word = phrase[-2:]
        if not re.search(_WAITS.get(word, re.escape(word)), question):
            continue
        for sentence in find_sentences(texts, word, Figure.SPAN, at_least=1):
            if re.search(rf"{re.escape(word)}[^，。；]{{0,12}}\d", sentence):
                return sentence
    return ""


def drop(wanted: list[Aspect], *aspects: Aspect) -> None:
    """Take elements out of those asked for."""
    wanted[:] = [aspect for aspect in wanted if aspect not in aspects]


def tell_detail(
    entry: Sequence[Passage], question: str, blocks: Sequence[Block]
) -> Iterator[Block]:
    """Quote the sentence on the special case a question names, if it is not shown."""
    names = (entry[0].title, *entry[0].aliases)
    pairs = content_pairs(question, names)
    shown = "\n".join(line for block in blocks for line in block.lines)
    best, most = "", _MIN_DETAIL - 1
    for passage in entry:
        if passage.aspect not in _DETAILED:
            continue
        for sentence in sentences_of(passage.text):
            if (shared := sum(pair in sentence for pair in pairs)) > most:
                best, most = unnumbered(sentence), shared
    in_shown = sum(pair in shown for pair in pairs)
    if best and best not in shown and most > in_shown:
        yield Block(BlockKind.LEAD, (best,))


def find_nearest(entry: Sequence[Passage], best: Passage, question: str) -> Passage:
    """Return the passage whose sentence is nearest to the question; ties to ``best``.

    Who tells a life story and gets 「新居住证」 for it has got the wrong element:
    without a word in common the conditions answer, if there are any.
    """
    pairs = content_pairs(question, (entry[0].title, *entry[0].aliases))

    def share(passage: Passage) -> int:
        return max(
            (sum(p in s for p in pairs) for s in sentences_of(passage.text)), default=0
        )

    told = [best, *(p for p in entry if p.aspect in _DETAILED)]
    nearest = max(told, key=share)
    if share(nearest):
        return nearest
    conditions = [p for p in entry if p.aspect is Aspect.CONDITIONS]
    is_bare = best.aspect in {Aspect.RESULT, Aspect.VISITS, Aspect.SCOPE}
    return conditions[0] if conditions and is_bare else best


def _asks_sum(question: str, title: str) -> bool:
    if _PAYING.search(question):
        return False
    return bool(_BENEFIT.search(title + question) or _THRESHOLD.search(question))


def _sums(
    entry: Sequence[Passage], texts: Mapping[Aspect, str], question: str
) -> Iterator[Block]:
    names = (entry[0].title, *entry[0].aliases)
    found = find_sentences(texts, question, Figure.SUM, names)
    if not found:
        yield not_stated("发放标准", find_phone(entry))
        return
    first, *more = (unnumbered(sentence) for sentence in found[:_MAX_SUMS])
    yield Block(BlockKind.LEAD, (first,))
    if more:
        yield Block(BlockKind.LIST, tuple(more))


def not_stated(what: str, phone: str) -> Block:
    """Say that the guide does not tell, and whom to ask."""
    name = "not_stated" if phone else "not_stated_item"
    text = get_wording(name, aspect=what, phone=phone)
    return Block(BlockKind.NOTICE, (text,))
