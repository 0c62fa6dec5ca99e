"""Small talk, when a message is nothing else."""

from __future__ import annotations

import re

from ..context import Context
from ..turn import Turn
from ..types import Answer, AnswerStatus, Block
from .phrasing import bare, lead, say, status_text, word

_TAIL = r"[啊呀哦噢呢吧哈了嘛么咯哟啦喔嘞哇哒]*"
_KIND = r"(?:机器人?|真人|活人|人工(?:客服|智能)?|人|客服|ai)"
_HELLO = re.compile(
    rf"(?:(?:您好|你好|你们好|大家好|哈[喽罗]|嗨|喂|hello|hi|早上好|上午好|中午好|下午好|晚上好|早安|晚安"
    rf"|各位好|老师好|hey|早|有人吗|有人没|在吗|在不在|在么|在不|请问|打扰一?下){_TAIL})+"
)
_THANKS = re.compile(
    rf"(?:(?:好的?|行|嗯+|ok|知道|明白|清楚|懂|收到|可以|谢谢你?您?|多谢|感谢|非常感谢|谢了|辛苦"
    rf"|麻烦您?你?|太感谢|真好|真棒|不错|好用|厉害|给力|那就好|太好|帮(?:了)?我?个?大忙|帮到我"
    rf"|thanks?|thx|3q|谢)(?:你们|大家|您|你|了)?{_TAIL})+"
)
_BYE = re.compile(
    rf"(?:(?:好的?|行|谢谢您?你?|那|我)?(?:再见|拜拜?|bye(?:bye)?|回头见|回见|改天见|88|886"
    rf"|没有?(?:别的|其他)?(?:事|问题)|(?:下次|下回|改天|回头|有事|以后)再(?:问|聊|说|来|找你)"
    rf"|先(?:这样|走|下|忙)了?|就(?:这样|到这)|谢谢您?你?|多谢){_TAIL})+"
)
_WHO = re.compile(
    rf"(?:你好|您好|请问)?(?:你们?|您)(?:到底|究竟|是不是)*(?:是谁|是什么(?:东西|人)?|是啥"
    rf"|(?:叫|名字(?:叫|是)?)(?:什么|啥)(?:名字?)?|(?:怎么|咋)称呼"
    rf"|是?个?{_KIND}(?:吗|还是{_KIND})?"
    rf"|(?:都|还)?[能会可以]*(?:帮我|帮忙)?(?:做|干|答|回答|办)?(?:些|点|哪些)?(?:什么|啥子?|咩)(?:事情?|忙|用|功能)?"
    rf"|有(?:什么|啥|哪些)(?:用|功能|本事)){_TAIL}"
)


def greet(turn: Turn, context: Context) -> Answer | None:
    """Answer a greeting, thanks, goodbye or 你是谁; a question goes on."""
    text = bare(turn.text)
    if _HELLO.fullmatch(text):
        status = AnswerStatus.ANSWERED_GREETING
        return _greeting(
            lead(status_text(status, context)),
            say(word("welcome_human", context)),
        )
    if _WHO.fullmatch(text):
        return _greeting(
            lead(word("who", context)), say(word("welcome_human", context))
        )
    for pattern, name in ((_THANKS, "thanks"), (_BYE, "goodbye")):
        if pattern.fullmatch(text):
            return _greeting(lead(word(name, context)))
    return None


def _greeting(*blocks: Block) -> Answer:
    return Answer(AnswerStatus.ANSWERED_GREETING, blocks)
