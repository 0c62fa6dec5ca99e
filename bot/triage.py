"""What a citizen wants and how much it can wait, by plain words. Pure.

A first guess that officers correct: rather too urgent than not enough.
"""

from __future__ import annotations

import re

from .deadlines import Urgency
from .types import AnswerStatus, TicketKind

#: Life and safety beside the words of despair, which make a crisis of the answer.
_DANGER = re.compile(
    r"着火|起火|火灾|爆炸|(?:煤|燃|天然|液化)气.{0,4}(?:泄漏|泄露|漏|味)|触电|坍塌|塌方|被困|溺水"
    r"|昏迷|晕倒|食物中毒|一氧化碳|持刀|行凶|家暴|打人|失踪|走失|走丢"
)

#: Water, power, gas, heating.
_OUTAGE = re.compile(
    r"(?:停|断|没有?)(?:了)?(?:水|电|气|暖|供暖|暖气|天然气|煤气|燃气)(?!费|表|卡|路|梯|脑|话|动|子|压力|质|平)"
    r"|(?:水管|暖气管?|下水道|污水管?).{0,4}(?:爆|裂|漏|堵)|(?:暖气|供暖).{0,4}(?:不热|冰凉|没有?热)"
)

#: Then the words above are what a rule is asked about: 火灾赔偿怎么算.
_RULE = re.compile(
    r"报销|补助|补贴|赔偿|理赔|标准|条例|规定|证明|许可|申请|备案|办法|通知|计划|公告|怎么认定|算不算"
)

_HOW_TO = re.compile(
    r"(?:怎么|如何|怎样|哪里|哪儿|去哪|能不能|可以).{0,4}(?:投诉|举报|反映|求助|提建议)"
    r"|(?:投诉|举报|监督|求助)的?(?:电话|热线|渠道|方式|入口|网址|平台|流程|奖励|奖金|中心)"
)

_KINDS = (
    (TicketKind.REPORT, re.compile(r"举报|检举|揭发")),
    (
        TicketKind.COMPLAINT,
        re.compile(
            r"投诉|控告|不满|态度.{0,3}(?:差|恶劣|不好)|不作为|乱收费|多收|踢皮球|推诿|推来推去|刁难"
            r"|吃拿卡要|凭(?:什么|啥)|讨(?:个)?(?:说法|公道)|要(?:个)?说法|不负责任|没人管|扰民"
        ),
    ),
    (
        TicketKind.SUGGESTION,
        re.compile(r"建议|提(?:个|点|一?些)?意见|希望(?:政府|你们|能|可以|贵|有关)"),
    ),
    (
        TicketKind.HELP,
        re.compile(r"求助|救命|救救|帮帮我|帮帮忙|走投无路|急需帮助|没饭吃|没地方住"),
    ),
)


def find_urgency(status: AnswerStatus, text: str) -> Urgency:
    """Guess how much a matter can wait.

    Args:
        status: Of the answer that called an officer.
        text: What the citizen asked.
    """
    if status is AnswerStatus.HANDOFF_CRISIS:
        return Urgency.CRITICAL
    if _RULE.search(text):
        return Urgency.NORMAL
    if _DANGER.search(text):
        return Urgency.CRITICAL
    return Urgency.URGENT if _OUTAGE.search(text) else Urgency.NORMAL


def find_kind(status: AnswerStatus, text: str, reason: str) -> TicketKind:
    """Guess what a citizen wants.

    Args:
        status: Of the answer that called an officer.
        text: What the citizen asked.
        reason: What officers read in the queue; Chinese.
    """
    if status is AnswerStatus.HANDOFF_CRISIS:
        return TicketKind.HELP
    told = reason if _HOW_TO.search(text) else f"{text}\n{reason}"
    for kind, pattern in _KINDS:
        if pattern.search(told):
            return kind
    is_calm = find_urgency(status, text) is Urgency.NORMAL
    return TicketKind.CONSULT if is_calm else TicketKind.HELP


def is_more_urgent(one: Urgency, other: Urgency) -> bool:
    """Tell whether the first waits less than the other."""
    order = list(Urgency)
    return order.index(one) < order.index(other)
