"""First guesses at what a citizen wants, and how much it can wait."""

from __future__ import annotations

from itertools import product

import pytest

from bot import AnswerStatus, TicketKind, Urgency
from bot.triage import find_kind, find_urgency, is_more_urgent

ASKED = AnswerStatus.HANDOFF_REQUESTED


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("我要转人工", Urgency.NORMAL),
        ("居住证怎么办", Urgency.NORMAL),
        ("小区着火了", Urgency.CRITICAL),
        ("楼道里有煤气味", Urgency.CRITICAL),
        ("老人走失了", Urgency.CRITICAL),
        ("家里停水三天了没人管", Urgency.URGENT),
        ("没有暖气，孩子受不了", Urgency.URGENT),
        ("水管爆了", Urgency.URGENT),
        ("下水道堵了", Urgency.URGENT),
        ("没有电费单怎么办", Urgency.NORMAL),
        ("火灾赔偿标准是什么", Urgency.NORMAL),
        ("停水通知在哪看", Urgency.NORMAL),
        ("没有水表怎么报装", Urgency.NORMAL),
    ],
)
def test_how_much_it_can_wait(text, urgency):
    """Danger first, then what a home cannot do without."""
    assert find_urgency(ASKED, text) is urgency


def test_a_crisis_is_most_urgent_whatever_the_words():
    """The step that heard it knows more than a list of words."""
    status = AnswerStatus.HANDOFF_CRISIS
    assert find_urgency(status, "赔偿标准") is Urgency.CRITICAL
    assert find_kind(status, "我不想活了", "危急") is TicketKind.HELP


@pytest.mark.parametrize(
    ("text", "reason", "kind"),
    [
        ("居住证怎么办", "知识库里没有查到", TicketKind.CONSULT),
        ("我要举报有人卖假药", "市民要举报", TicketKind.REPORT),
        ("窗口态度太差了", "投诉或对处理不满", TicketKind.COMPLAINT),
        ("凭什么不给我办", "市民要求人工", TicketKind.COMPLAINT),
        ("建议在广场加几把椅子", "知识库里没有查到", TicketKind.SUGGESTION),
        ("救救我们，没饭吃", "市民要求人工", TicketKind.HELP),
        ("家里停水了", "市民要求人工", TicketKind.HELP),
        ("投诉电话是多少", "知识库里没有查到", TicketKind.CONSULT),
        ("举报有奖励吗，怎么举报", "知识库里没有查到", TicketKind.CONSULT),
    ],
)
def test_what_a_citizen_wants(text, reason, kind):
    """How to do it oneself is a question, and no complaint."""
    assert find_kind(ASKED, text, reason) is kind


def test_order_of_urgency():
    """As the clocks run: what waits less comes first."""
    order = [Urgency.CRITICAL, Urgency.URGENT, Urgency.NORMAL, Urgency.COMPLEX]
    assert list(Urgency) == order
    for one, other in product(order, order):
        assert is_more_urgent(one, other) == (order.index(one) < order.index(other))


def test_every_kind_has_a_label():
    """咨询 求助 投诉 建议 举报."""
    assert [k.label for k in TicketKind] == ["咨询", "求助", "投诉", "建议", "举报"]
