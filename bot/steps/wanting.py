"""Whether a citizen asks for a person, as people write it: mistyped and in dialect."""

from __future__ import annotations

import re

from knowledge import normalise

from .phrasing import bare

#: Who is asked for. 仁工, 人功 are what input methods make of it.
_PERSON = (
    r"(?:[人仁]工|人[功公攻]|真人|活人|客服|工作人员|[坐座]席|值班(?:人员|员|的人))"
)

_BEFORE = (
    r"(?:我们?|俺们?|额|侬|咱们?|你们?|想|要|请|帮|麻烦|给|能不能|能否|能|可不可以|可以|快|马上|赶紧"
    r"|那|就|还是|直接|必须|现在|唔该|求求?|好|再)*"
)
_TYPED_VERB = r"(?:转接?|专|传|找|揾|搵|接通?|联系|呼叫|叫|喊|让|跟|和|同|与|换|整|派)"
_LINK = r"(?:到|给我?|一?下|[一两]?个|你们?的?|咱们?的?|在线)*"
_AFTER = (
    r"(?:服务|客服|客户|[坐座]席|台|处理|来|给我|跟我|和我|说话?|讲话?|聊|谈|倾|接听?|回复?我?|答复我?|解决|帮我?"
    r"|谢谢|吧|啊|呢|嘛|呀|撒|哈|不|吗|么|好|行|可以|在不在|在|有没有|了)*"
)

#: The whole message, or a clause of it. 人 alone needs a verb before it and a word
#: after it at most: 找人代办 is something else.
_ALONE = re.compile(
    rf"{_BEFORE}(?:{_TYPED_VERB}?{_LINK}(?:在线)?{_PERSON}+{_AFTER}"
    rf"|有(?:没有)?{_PERSON}{_AFTER}"
    rf"|(?:转|找|揾|联系|叫|喊|换|派|来|跟|和|同){_LINK}人(?:来|说|讲|聊|处理|回复?我?|工|接|跟我|说话|谢谢|吧|啊|呢|嘛|撒|不|吗)*"
    r"|(?:转|找|接|传|专)入工|转接(?:一下|吧|谢谢)?)"
)

#: Only by its letters: 输入法 left in the wrong mode.
_LETTERS = re.compile(
    r"(?:woyao)?(?:zhuan|zhao|jie|zhuanjie)?(?:rengong|kefu|zhenren)|zrg"
)

#: Said among other words. 人工 alone is not enough: 人工流产, 人工湖.
_INSIDE = re.compile(
    r"转接?人工(?!智能)|人工客服|找真人|(?:别给我|别再?)机器人了?$|不要机器人|接人工|(?:要|想|请|帮我)找(?:个|一个|你们的?)?工作人员(?!证|名|编)|找工作人员$"
    r"|不想?(?:跟|和|与|同)(?:这个)?机器人|我要(?:转|找|接)?人工$"
)

#: A clause that asks for it: the last one, or the first if it says 转.
_CLAUSE = re.compile(
    rf"{_BEFORE}(?:{_TYPED_VERB}|来){_LINK}(?:{_PERSON}|人){_AFTER}|有(?:没有)?{_PERSON}{_AFTER}"
)
_FIRST = re.compile(rf"{_BEFORE}(?:转接?|接|换){_LINK}{_PERSON}{_AFTER}")

_CLAUSES = re.compile(r"[，。！？、；,.!?;\n]+")

#: In a longer text a clause is part of a story.
_MAX_CHARS = 60


def wants_person(text: str) -> bool:
    """Tell whether a message asks for a person."""
    plain = bare(text)
    if is_only_for_person(text) or _INSIDE.search(plain):
        return True
    if len(plain) > _MAX_CHARS:
        return False
    clauses = [b for each in _CLAUSES.split(normalise(text)) if (b := bare(each))]
    if len(clauses) < 2:
        return False
    return bool(_CLAUSE.fullmatch(clauses[-1]) or _FIRST.fullmatch(clauses[0]))


def is_only_for_person(text: str) -> bool:
    """Tell whether a message asks for a person and for nothing else."""
    plain = bare(text)
    return bool(_ALONE.fullmatch(plain) or _LETTERS.fullmatch(plain))
