"""Who writes and who looks, as the views tell it."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from bot import Channel
from handlers.wechat import WeChatError

HERE = "/console/tickets/1/here"
PAGE = "/console/tickets/1"


def be_here(console: Any, doing: str = "") -> Any:
    """Tell what the officer does; returns what the page learns."""
    return console.send(HERE, page=PAGE, doing=doing).json


@pytest.fixture
def held(world: Any, desk: Any) -> Any:
    """A browser whose officer holds ticket 1."""
    world.ask("落户要回来办吗")
    world.parts.desk.claim(1, officer_id=1)
    return desk


@pytest.fixture
def colleague(world: Any, new_console: Any) -> Any:
    """A second browser of another officer."""
    world.hire("wangfang", "王芳", staff_number="0300", role="agent")
    console = new_console()
    console.log_in("wangfang")
    return console


def test_colleagues_see_each_other(held: Any, colleague: Any) -> None:
    """Who looks, who writes, who has left; nobody sees themselves."""
    assert be_here(held)["colleagues"] == []
    assert be_here(colleague)["colleagues"] == [{"name": "李敏", "writing": ""}]
    be_here(held, "note")
    assert be_here(colleague)["colleagues"] == [{"name": "李敏", "writing": "note"}]
    be_here(held, "reply")
    assert be_here(colleague)["colleagues"] == [{"name": "李敏", "writing": "reply"}]
    be_here(held, "left")
    assert be_here(colleague)["colleagues"] == []
    assert be_here(held)["colleagues"] == [{"name": "王芳", "writing": ""}]


def test_only_the_holders_reply_is_shown_to_the_citizen(
    world: Any, held: Any, colleague: Any
) -> None:
    """Whatever a page tells."""
    around = world.parts.around
    be_here(colleague, "reply")
    assert not around.is_reply_coming(1)
    be_here(held, "note")
    assert not around.is_reply_coming(1)
    be_here(held, "reply")
    assert around.is_reply_coming(1)


def test_what_is_sent_is_no_longer_being_written(world: Any, held: Any) -> None:
    """At once, not when it would have run out."""
    be_here(held, "reply")
    form = {"text": "您好。", "kind": "reply"}
    held.send("/console/tickets/1/messages", page=PAGE, **form)
    assert not world.parts.around.is_reply_coming(1)


def test_a_supervisor_may_watch_without_being_noticed(
    held: Any, world: Any, new_console: Any, colleague: Any
) -> None:
    """Nor a lead; an agent may not. What is written for the holder tells of nobody."""
    for login, role in (("boss", "supervisor"), ("lead", "team_lead")):
        world.hire(login, "周清", role=role)
        boss = new_console()
        boss.log_in(login)
        be_here(boss, "")
        be_here(boss, "note")
    be_here(colleague, "")
    assert be_here(held)["colleagues"] == [{"name": "王芳", "writing": ""}]


def test_the_officer_sees_what_was_read_on_the_web(world: Any, held: Any) -> None:
    """Of WeChat nobody knows it, so nothing is said."""
    line = world.parts.desk.reply(1, officer_id=1, text="您好。", client_key="k")
    assert be_here(held)["read"] == 0
    world.parts.read_marks.note_shown(Channel.WEB, "citizen-1", line.id)
    assert be_here(held)["read"] == line.id


class WeChat:
    """Notes whom it was asked to show something."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[str] = []
        self.error = error
        self.called = threading.Event()

    def type_on(self, openid: str) -> None:
        """Take the call."""
        self.asked.append(openid)
        self.called.set()
        if self.error is not None:
            raise self.error


@pytest.mark.parametrize("error", [None, WeChatError(45080, "drop", "不行")])
def test_on_wechat_its_own_hint_is_shown(
    world: Any, desk: Any, error: Exception | None
) -> None:
    """Once in 15 s, and a refusal never reaches the page."""
    world.parts.wechat_client = client = WeChat(error)
    world.change("wechat", is_verified=True)
    world.ask("落户要回来办吗", channel=Channel.WECHAT, who="openid-1")
    world.parts.desk.claim(1, officer_id=1)
    assert be_here(desk, "note")["read"] == 0
    for _ in range(3):
        assert be_here(desk, "reply")["colleagues"] == []
    assert client.called.wait(5)
    assert client.asked == ["openid-1"]


def test_long_after_the_citizens_message_wechat_is_left_alone(
    world: Any, desk: Any
) -> None:
    """It would show nothing."""
    world.parts.wechat_client = client = WeChat()
    world.change("wechat", is_verified=True)
    world.ask("落户要回来办吗", channel=Channel.WECHAT, who="openid-1")
    world.parts.desk.claim(1, officer_id=1)
    world.clock.go_on(seconds=40)
    be_here(desk, "reply")
    assert not client.called.wait(0.3)
