"""The red banner: on every page, for everybody, until it is over."""

from __future__ import annotations

from typing import Any

import pytest

from bot import Channel

SECRET = "AppSecret 不对，请在公众平台核对"
PAGES = ("/console/", "/console/tickets/1", "/console/officers")


def test_nothing_is_shown_while_all_is_well(world: Any, desk: Any) -> None:
    """An empty place, and an empty fragment."""
    world.ask("落户")
    for path in PAGES:
        assert 'id="alarms"' in desk.open(path).text
        assert "开始" not in desk.open(path).text.partition('class="rail"')[0]
    assert desk.open("/console/alarms").text.strip() == ""


def test_an_alarm_stands_on_every_page(world: Any, desk: Any) -> None:
    """What happened, what helps, since when, how often."""
    world.ask("落户")
    world.parts.alarms.raise_alarm("wechat:40125", SECRET)
    world.clock.go_on(minutes=5)
    world.parts.alarms.raise_alarm("wechat:40125", SECRET)
    for path in PAGES:
        page = desk.open(path).text
        assert SECRET in page
        assert "今天 09:10 开始，共 2 次" in page
    fragment = desk.open("/console/alarms").text
    assert SECRET in fragment
    assert "<html" not in fragment


def test_officers_see_it_too(world: Any, new_console: Any) -> None:
    """Whoever writes must know that nothing arrives."""
    world.hire("wangfang", "王芳", role="agent")
    console = new_console()
    console.log_in("wangfang")
    world.parts.alarms.raise_alarm("wechat:40125", SECRET)
    assert SECRET in console.open("/console/").text


def test_it_says_how_many_messages_wait(world: Any, desk: Any) -> None:
    """Once, below several alarms too."""
    world.ask("落户", channel=Channel.WECHAT)
    officer = world.parts.officers.list_officers()[0]
    world.parts.desk.claim(1, officer_id=officer.id)
    for n in range(2):
        world.parts.desk.reply(1, officer_id=officer.id, text=f"{n}", client_key=f"{n}")
    world.parts.alarms.raise_alarm("wechat:40125", SECRET)
    world.parts.alarms.raise_alarm("wechat:45009", "今天的次数已用完")
    fragment = desk.open("/console/alarms").text
    assert fragment.count("有 2 条消息等着发，恢复后自动发出") == 1


def test_it_goes_by_itself(world: Any, desk: Any) -> None:
    """When sending works again; there is nothing to press."""
    world.parts.alarms.raise_alarm("wechat:40125", SECRET)
    banner = desk.open("/console/alarms").text
    assert "<button" not in banner
    assert "<form" not in banner
    world.parts.alarms.clear("wechat:")
    assert SECRET not in desk.open("/console/").text


def test_asking_for_it_keeps_nobody_logged_in(world: Any, desk: Any) -> None:
    """The script asks every minute, also when its officer went home."""
    for _ in range(3):
        world.clock.go_on(minutes=12)
        answer = desk.client.get("/console/alarms", headers={"X-Background": "1"})
    assert answer.status_code == 401


@pytest.mark.parametrize("path", ["/console/login", "/console/setup/x"])
def test_strangers_do_not_see_it(world: Any, console: Any, path: str) -> None:
    """It tells how the office is connected."""
    world.parts.alarms.raise_alarm("wechat:40125", SECRET)
    assert SECRET not in console.open(path).text
