"""What may still be sent on WeChat, and what became of each line."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot import Channel, Trigger


@pytest.fixture
def held(world: Any, desk: Any) -> Any:
    """A WeChat conversation that the logged-in officer holds."""
    world.ask("落户", channel=Channel.WECHAT)
    officer = world.parts.officers.list_officers()[0]
    world.parts.desk.claim(1, officer_id=officer.id)
    return desk


def allowance(desk: Any) -> str:
    """Return what the page says of it; empty if nothing."""
    desk.log_in()  # hours may have gone by
    page = desk.open("/console/tickets/1/chat").text
    found = re.search(r'id="allowance".*?<span>(.*?)</span>', page, re.DOTALL)
    return found[1] if found else ""


def say(desk: Any, text: str = "要带户口本。") -> Any:
    """Send a reply."""
    return desk.send("/console/tickets/1/messages", page="/console/", text=text)


def test_the_window_is_told_in_messages_and_hours(world: Any, held: Any) -> None:
    """It shrinks with time and with what was sent, until WeChat takes nothing."""
    world.open_window(Trigger.MESSAGE)
    assert allowance(held) == "还可发 5 条，剩 48 小时"
    say(held)
    for delivery in world.parts.outbox.take_due(9):
        assert world.parts.outbox.charge(delivery)
        world.parts.outbox.mark_sent(delivery.outbox_id)
    world.clock.go_on(hours=6, minutes=1)
    assert allowance(held) == "还可发 4 条，剩 41 小时"
    world.clock.go_on(hours=41, minutes=30)
    assert allowance(held) == "还可发 4 条，剩 29 分钟"
    world.clock.go_on(hours=1)
    assert allowance(held) == "微信不让主动发了：您写的会在市民下次来信时送到"


def test_after_a_menu_click_the_page_counts_seconds(world: Any, held: Any) -> None:
    """It has a minute; the seconds go along for the page's own countdown."""
    world.clock.go_on(hours=1)
    world.open_window(Trigger.MENU)
    world.clock.go_on(seconds=20)
    assert allowance(held) == "还可发 3 条，剩 40 秒"
    assert 'data-seconds="40"' in held.open("/console/tickets/1/chat").text


def test_when_all_are_used_nothing_may_be_sent(world: Any, held: Any) -> None:
    """Though the window is open: WeChat counts three after a menu click."""
    world.clock.go_on(seconds=1)
    world.open_window(Trigger.MENU)
    for n in range(3):
        say(held, f"第 {n} 条")
        (delivery,) = world.parts.outbox.take_due(9)
        assert world.parts.outbox.charge(delivery)
        world.parts.outbox.mark_sent(delivery.outbox_id)
    assert allowance(held).startswith("微信不让主动发了")


def test_an_unverified_account_never_sends_by_itself(world: Any, held: Any) -> None:
    """Said before anybody writes, not after."""
    world.open_window(Trigger.MESSAGE)
    world.change("wechat", is_verified=False)
    words = "未认证的公众号不能主动发消息：您写的会在市民下次来信时送到"
    assert allowance(held) == words


def test_who_has_not_claimed_yet_sees_it_too(world: Any, desk: Any) -> None:
    """So that the one who runs out of time is taken first."""
    world.ask("落户", channel=Channel.WECHAT)
    world.open_window(Trigger.MESSAGE)
    assert allowance(desk) == "还可发 5 条，剩 48 小时"


def test_it_is_not_shown_where_nothing_is_pushed(world: Any, desk: Any) -> None:
    """On the web, to a colleague, and when it is over."""
    world.ask("落户")
    assert allowance(desk) == ""
    world.ask("落户", who="b", channel=Channel.WECHAT)
    other = world.hire("wangfang", "王芳", role="agent")
    world.parts.desk.claim(2, officer_id=other.id)
    assert "allowance" not in desk.open("/console/tickets/2/chat").text
    world.parts.desk.close(2, officer_id=other.id)
    assert "allowance" not in desk.open("/console/tickets/2/chat").text


def test_what_wechat_refused_can_be_sent_again(world: Any, held: Any) -> None:
    """The reason is shown; before and after, the state of the delivery."""
    assert "发送中" in say(held).text
    for delivery in world.parts.outbox.take_due(9):
        world.parts.outbox.mark_failed(delivery.outbox_id, "对方已取消关注", None)
        message_id = delivery.message_id
    page = held.open("/console/tickets/1").text
    assert "未送达（对方已取消关注）" in page
    url = f"/console/tickets/1/messages/{message_id}/retry"
    assert "发送中" in held.send(url, page="/console/").text
    assert len(world.parts.outbox.take_due(9)) == 1
    world.parts.outbox.mark_sent(delivery.outbox_id)
    assert "已送达" in held.open("/console/tickets/1").text


def test_a_line_that_is_tried_again_says_why(world: Any, held: Any) -> None:
    """And the page stops asking every three seconds: it may take an hour."""
    assert "data-pending" in say(held).text
    (delivery,) = world.parts.outbox.take_due(9)
    world.parts.outbox.mark_failed(delivery.outbox_id, "微信系统繁忙", 60.0)
    page = held.open("/console/tickets/1").text
    assert "发送中（微信系统繁忙）" in page
    assert "data-pending" not in page
    assert "/retry" not in page


def test_a_parked_reply_waits_for_the_citizen(world: Any, held: Any) -> None:
    """WeChat refuses until the citizen writes: there is nothing to press."""
    say(held)
    for delivery in world.parts.outbox.take_due(9):
        world.parts.outbox.mark_parked(delivery.outbox_id, "条数已用完")
    page = held.open("/console/tickets/1").text
    assert "等市民来信" in page
    assert "/retry" not in page


def test_a_dropped_line_says_why(world: Any, held: Any) -> None:
    """Not sent on purpose is not a failure: nobody is asked to try again."""
    say(held)
    for delivery in world.parts.outbox.take_due(9):
        world.parts.outbox.mark_dropped(delivery.outbox_id, "市民已删除记录")
    page = held.open("/console/tickets/1").text
    assert "没有发出（市民已删除记录）" in page
    assert "/retry" not in page


def test_wechats_own_agents_are_named_and_left_alone(world: Any, desk: Any) -> None:
    """No reply box to type over them; notes for colleagues stay possible."""
    world.ask("转人工", channel=Channel.WECHAT)
    world.parts.native_desk.session_opened("citizen-1", "test1@test")
    page = desk.open("/console/tickets/1?tab=all").text
    assert "微信客服接待中：test1@test" in page
    assert 'value="reply"' not in page
    assert "只能写内部备注" in page
    assert "结束会话" not in page.split('id="close-dialog"')[0]
    assert "allowance" not in page
    assert "微信客服接待中" in desk.open("/console/queue?tab=all").text
    refused = desk.send("/console/tickets/1/messages", page="/console/", text="您好")
    assert refused.status_code == 409
    claim = desk.send("/console/tickets/1/claim", page="/console/").text
    assert "微信客服 test1@test 已经接入这个会话" in claim
    noted = desk.send(
        "/console/tickets/1/messages", page="/console/", text="打过电话", kind="note"
    )
    assert "打过电话" in noted.text
