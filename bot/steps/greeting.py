"""Small talk, when a message is nothing else."""

from __future__ import annotations

import re

from ..context import Context
from ..turn import Turn
from ..types import Answer, AnswerStatus, Block
from .phrasing import bare, lead, say, status_text, word

_TAIL = r"[啊呀哦噢呢吧哈了嘛么]*"
_HELLO = re.compile(
    rf"(?:(?:您好|你好|你们好|大家好|哈[喽罗]|嗨|喂|hello|hi|早上好|上午好|中午好|下午好|晚上好|早安|晚安"
    rf"|早|有人吗|在吗|在不在|在么|请问|打扰一?下){_TAIL})+"
)
_THANKS = re.compile(
    rf"(?:(?:好的?|行|嗯+|ok|知道|明白|清楚|懂|收到|可以|谢谢你?您?|多谢|感谢|非常感谢|谢了|辛苦"
    rf"|麻烦您?你?|谢)(?:您|你|了)?{_TAIL})+"
)
_BYE = re.compile(
    rf"(?:(?:再见|拜拜|bye|回头见|88|没有?(?:别的|其他)?(?:事|问题)){_TAIL})+"
)
_WHO = re.compile(
    rf"(?:你好|您好|请问)?(?:你|您)(?:到底)?(?:是谁|是什么|叫什么(?:名字)?|是机器人吗?|是真人吗?|是人吗|是人工吗?"
    rf"|能(?:做|干|帮我做)?(?:什么|啥)|会(?:什么|啥)|有什么用){_TAIL}"
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
