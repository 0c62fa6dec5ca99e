"""Personal data, danger and abuse: looked at before anything else."""

from __future__ import annotations

import re

from ..context import Context
from ..privacy import has_mask, mask_personal_data
from ..turn import Turn
from ..types import Answer, AnswerStatus, Block, BlockKind
from .handover import hand_over
from .phrasing import bare, lead, status_text, word

#: Danger to oneself or others. Rather once too often: the answer costs a citizen
#: three lines and an officer a look. Sayings such as 笑死 and 想死你了 stay out.
_CRISIS = re.compile(
    r"自杀|轻生|寻短见|自尽|自残|割腕|上吊|跳楼(?!机|价|甩)|跳河|跳江"
    r"|不想活|活不下去|不想再?活|活着没意思|活够了|想死(?!你|我|了你)|去死算了"
    r"|结束(?:自己的?)?生命|了结(?:自己|生命)"
    r"|(?:砍|捅|杀|弄)死(?:你|他|她|我|人)|杀了?(?:你|他|她|我|他们|你们)全?家?"
    r"|(?:打|要)死我|同归于尽|报复社会|炸(?:死|掉|了)(?:你|他|大厅|政府|办事)|投毒"
)

#: Insults; only a message that holds nothing else is answered as abuse.
_ABUSE = re.compile(
    r"傻[逼比屄bx]|煞笔|沙比|sb|操你?妈?|草泥马|艹|你妈(?:的|逼|b)?|他妈的?|tmd|妈的|nmsl"
    r"|脑残|智障|白痴|弱智|蠢货|废物(?!回收|处理)|垃圾(?!分类|处理|回收|清运|费|袋|桶|站)|王八蛋|混蛋|滚蛋|去死|狗东西|畜生|贱人|放屁|狗屁"
)

#: Words around an insult that ask for nothing.
_FILLER = re.compile(
    r"你们?|我|这个?|那个?|些|帮|群|机器人|系统|政府|东西|真是?|什么|就是?|都|是|的|了|啊|吧|呀|个|滚"
)

#: Characters that may be left of pure abuse.
_MAX_REST = 1


def guard(turn: Turn, context: Context) -> Answer | None:
    """Hide numbers, answer danger with the numbers to call, and abuse calmly."""
    masked = mask_personal_data(turn.text)
    if masked != turn.text or has_mask(masked):
        turn.text = masked
        turn.notices.append(Block(BlockKind.NOTICE, (word("masked", context),)))
    text = bare(turn.text)
    if _CRISIS.search(text):
        return hand_over(turn, context, AnswerStatus.HANDOFF_CRISIS)
    # Where a person is called, the person reads it: the bot does not interfere.
    if turn.ticket is None and _is_abuse(text):
        status = AnswerStatus.BLOCKED_ABUSE
        return Answer(status, (lead(status_text(status, context)),))
    return None


def _is_abuse(text: str) -> bool:
    rest, insults = _ABUSE.subn("", text)
    return insults > 0 and len(_FILLER.sub("", rest)) <= _MAX_REST
