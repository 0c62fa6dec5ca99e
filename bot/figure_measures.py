"""The measures themselves: a table, in the order of the page. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from .figure import CaseKind, Dimension, Measure

_BUREAU, _TOPIC, _OFFICER, _URGENCY = Dimension
_OF_TICKETS = frozenset({_BUREAU, _TOPIC, _OFFICER, _URGENCY})
_OF_RATINGS = frozenset({_BUREAU, _TOPIC, _OFFICER})
_OF_TOPICS = frozenset({_TOPIC})

#: Source: service-norms §1.2; targets are its defaults.
_ALL = (
    Measure(
        "answer_5s",
        "5 秒内应答率",
        "5 秒内有应答的消息",
        "收到的消息",
        "从收到到写好应答，不满 5 秒。不分部门。",
        CaseKind.INBOX,
        frozenset(),
        target=1.0,
    ),
    Measure(
        "bot_solved",
        "机器人直接解答率",
        "没有转人工、24 小时内没有再问同一事项的咨询",
        "全部咨询",
        "同一市民同一天的提问算一次咨询，至少要有一次直接解答。"
        "首问到末次应答后 24 小时内转了人工，不算。"
        "同一知识条目隔 30 分钟以上、24 小时以内又问，不算。"
        "24 小时没过完的，以后还会变。",
        CaseKind.CONVERSATION,
        _OF_TOPICS,
    ),
    Measure(
        "unanswered",
        "未答问题",
        "没有查到依据的应答",
        "对提问的全部应答",
        "只算对提问的应答，问候、命令不算。",
        CaseKind.MESSAGE,
        _OF_TOPICS,
        is_ceiling=True,
    ),
    Measure(
        "human_3min",
        "人工 3 分钟响应率",
        "3 分钟内有人工回复的转接",
        "在岗时间内的转接",
        "按在岗时间计，重开算一次新的转接。不满 3 分钟、还没回复的暂不计。",
        CaseKind.TICKET,
        _OF_TICKETS,
        target=0.95,
    ),
    Measure(
        "abandoned",
        "放弃率",
        "人工回复前市民自己取消的转接",
        "全部转接",
        "含下班时间的留言。重开算一次新的转接。",
        CaseKind.TICKET,
        _OF_TICKETS,
        target=0.05,
        is_ceiling=True,
    ),
    Measure(
        "dispatched",
        "按时转出率",
        "在转出时限内落到承办人的工单",
        "已转出或已到期的工单",
        "最后一次落到承办人的时间。按最近一次受理计，市民取消的不计。",
        CaseKind.TICKET,
        _OF_TICKETS,
        target=1.0,
    ),
    Measure(
        "replied",
        "按时答复率",
        "在首次答复时限内有人工回复的工单",
        "已回复或已到期的工单",
        "按最近一次受理计，市民取消的不计。",
        CaseKind.TICKET,
        _OF_TICKETS,
        target=1.0,
    ),
    Measure(
        "settled",
        "按时办结率",
        "在办结时限内办结的工单",
        "已办结或已到期的工单",
        "按最近一次受理计，市民取消的不计。",
        CaseKind.TICKET,
        _OF_TICKETS,
        target=1.0,
    ),
    Measure(
        "responded",
        "响应率",
        "有人工回复的工单",
        "已回复或过了首次答复时限的工单",
        "晚了的回复也算响应。按最近一次受理计，市民取消的不计。",
        CaseKind.TICKET,
        _OF_TICKETS,
        target=1.0,
    ),
    Measure(
        "resolved",
        "解决率",
        "办结后没有再打开的办结",
        "全部办结",
        "按办结的时间计，一个工单可以办结多次。",
        CaseKind.TICKET,
        _OF_TICKETS,
        target=0.9,
    ),
    Measure(
        "satisfied",
        "满意率",
        "非常满意、满意、基本满意的评价",
        "全部评价",
        "含对人工服务和智能应答的评价，按首次评价的时间计。",
        CaseKind.RATING,
        _OF_RATINGS,
        target=0.9,
    ),
    Measure(
        "rectified",
        "差评整改率",
        "已办结的差评回访",
        "已办结或已到期的差评回访",
        "差评是不满意和非常不满意。按差评的时间计，坐席是被评的人。",
        CaseKind.FOLLOW_UP,
        _OF_RATINGS,
        target=1.0,
    ),
    Measure(
        "called_back",
        "实名差评回访率",
        "由工作人员回访办结的实名差评",
        "已办结或已到期的实名差评回访",
        "实名是能找到本人的：微信用户，没有删除记录。",
        CaseKind.FOLLOW_UP,
        _OF_RATINGS,
        target=1.0,
    ),
    Measure(
        "bot_wrong",
        "服务差错率（智能应答）",
        "最近一次被判为答错的应答",
        "被判过对错的应答",
        "工作人员在会话里逐条判的，按最近一次判的时间计。",
        CaseKind.MESSAGE,
        _OF_TOPICS,
        target=0.02,
        is_ceiling=True,
    ),
    Measure(
        "person_wrong",
        "服务差错率（人工）",
        "质检“准确”得分 2 分及以下的工单",
        "质检过的工单",
        "有复评以复评为准。申诉成立的不计。按质检的时间计。",
        CaseKind.TICKET,
        _OF_TICKETS,
        target=0.02,
        is_ceiling=True,
    ),
)

MEASURES: Mapping[str, Measure] = {measure.key: measure for measure in _ALL}
