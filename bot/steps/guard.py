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
    r"|不想再?活|活不下去|活(?:着|得)?(?:真是?|好|太|也|都|实在|一点)*没(?:有|啥|什么)?(?:意思|意义|劲|盼头)|活够了"
    r"|活(?:着|得)(?:太|好|真)?(?:累|痛苦).{0,6}(?:算了|走了|解脱)|想死(?!你|我|了你)|(?:去死|死了)算了|不如死了?"
    r"|(?:吃|喝)(?:安眠)?药(?:走(?!门诊|医保|统筹|报|个人|流程)|去?死|自|解脱|一了百了|了结)|喝农药|吃老鼠药|烧炭|一了百了|走绝路|写好?了?遗书"
    r"|(?:今晚|今天|准备|打算)就?(?:走了?算了|解脱)|不想(?:再)?(?:醒来|撑下去了)|拉.{0,4}(?:垫背|陪葬)"
    r"|结束(?:自己的?)?生命|了结(?:自己|生命)"
    r"|(?:砍|捅|杀|弄)死(?:你|他|她|我|人)|杀了?(?:你|他|她|我|他们|你们)全?家?"
    r"|(?:打|要)死我|同归于尽|报复社会|炸(?:死|掉|了)(?:你|他|大厅|政府|办事)|投毒"
)

#: Words of danger that may also be what a rule is asked about: 自杀算工伤吗.
_SUBJECT = re.compile(r"自杀|轻生|自尽|自残|割腕|上吊|跳楼|跳河|跳江|喝农药|投毒")
_RULE = re.compile(
    r"(?:工伤|医保|报销|保险|理赔|赔偿?|抚恤|丧葬|销户|户口|户籍|死亡证明|待遇|补助|低保|养老金|遗产)"
)
_ASKS = re.compile(
    r"吗|么|算不算|算|能不能|能否|是否|是不是|怎么|如何|要不要|多少|可以|哪"
)

#: Somebody who speaks of himself asks for help, whatever else he asks.
_OWN = re.compile(
    r"我(?:想|要|不想|只想|真想|准备|打算|也|都|就|如果|要是|今晚|今天|去|会|现在|自己|快|已经|这就)*"
    r"(?:自杀|轻生|自尽|自残|割腕|上吊|跳楼|跳河|跳江|喝农药|投毒|死|吃药)"
)

#: Insults; only a message that holds nothing else is answered as abuse.
_ABUSE = re.compile(
    r"傻[逼比屄bx叉]|煞笔|沙比|sb|操(?!作|办|场|心|持)你?妈?的?|[日草干]你妈?的?|草泥马|艹|你(?:妈|大爷)的?[逼b]?|他妈的?|tmd|妈的|nmsl|cnm|死全家"
    r"|脑残|智障|白痴|弱智|蠢货|废物(?!回收|处理)|垃圾(?!分类|处理|回收|清运|费|袋|桶|站)|王八蛋|混蛋|滚(?:蛋|开|远点)|去死|去你的|狗?杂种|狗(?:东西|官|日的?)|人渣|饭桶|吃屎|吃干饭|畜生|贱人|放屁|狗屁"
)

#: Words around an insult that ask for nothing.
_FILLER = re.compile(
    r"你们?|我|老子|这个?|那个?|些|一?帮|一?群|机器人?|系统|政府|东西|真是?|什么|就是?|全都?|都|是|的|了|啊|吧|呀"
    r"|个|滚|政务(?:服务)?|中心|大厅|部门|单位|客服|工作人员|办事员|人员|玩意儿?|一堆|去|给|和|跟|只会|太|很"
)

#: Characters that may be left of pure abuse.
_MAX_REST = 1


#: Offers of somebody's own, and how to reach him: one alone is an ordinary word.
_OFFER = re.compile(
    r"(?:办理?|制?做|代办|定做|高仿|专业).{0,6}假(?:证|.{0,4}(?:证|本|章|照))|假证|假文凭|代开发票|刻(?:假)?章|包过"
    r"|刷单|日结|日入|稳赚|秒批|无抵押|黑户|套现|代提|博彩|棋牌|代孕|约炮|(?:出售|收购|高价收).{0,6}(?:卡|证|号)"
)
_CONTACT = re.compile(
    r"(?:加|\+)(?:我|一下)?(?:微信|微|薇|威信|v|vx|qq|扣扣|群)|联系(?:电话|微信|方式|我)|(?:微信|vx|qq)(?:同号|号|[:：])"
    r"|私聊|扫码|点击|链接|包过|包下|专业|低价|诚信|\*{3}"
)
_ASKS_ABOUT_SPAM = re.compile(
    r"吗|么|怎么|如何|多少|举报|被骗|骗|哪|要不要|能不能|可以|真的假的"
)


def guard(turn: Turn, context: Context) -> Answer | None:
    """Hide numbers, answer danger with the numbers to call, and abuse calmly."""
    masked = mask_personal_data(turn.text)
    if masked != turn.text or has_mask(masked):
        turn.text = masked
        turn.notices.append(Block(BlockKind.NOTICE, (word("masked", context),)))
    text = bare(turn.text)
    if _CRISIS.search(text) and not _asks_rule(text):
        return hand_over(turn, context, AnswerStatus.HANDOFF_CRISIS)
    # Where a person is called, the person reads it: the bot does not interfere.
    if turn.ticket is None and _is_abuse(text):
        status = AnswerStatus.BLOCKED_ABUSE
        return Answer(status, (lead(status_text(status, context)),))
    if turn.ticket is None and _is_spam(text):
        return Answer(AnswerStatus.BLOCKED_ABUSE, (lead(word("spam", context)),))
    return None


def _asks_rule(text: str) -> bool:
    """Whether a word of danger is only what a rule is asked about."""
    rest = _SUBJECT.sub("", text)
    is_about_others = not _OWN.search(text) and not _CRISIS.search(rest)
    return bool(is_about_others and _RULE.search(rest) and _ASKS.search(rest))


def _is_spam(text: str) -> bool:
    if _ASKS_ABOUT_SPAM.search(text):
        return False
    return bool(_OFFER.search(text) and _CONTACT.search(text))


def _is_abuse(text: str) -> bool:
    rest, insults = _ABUSE.subn("", text)
    return insults > 0 and len(_FILLER.sub("", rest)) <= _MAX_REST
