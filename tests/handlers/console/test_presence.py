"""在线, 忙碌, 离开: what is said, what the pages notice, what becomes of chats."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from bot import Presence, TicketState
from bot.tables import OfficerRow


def row(world: Any, officer_id: int = 1) -> OfficerRow:
    """Return what is stored of an officer."""
    with Session(world.parts.engine) as session:
        return session.get_one(OfficerRow, officer_id)


def test_the_menu_says_what_each_state_brings(desk: Any) -> None:
    """The present one is marked by more than colour."""
    page = desk.open("/console/").text
    for presence in Presence:
        assert presence.label in page
        assert presence.effect in page
    assert page.count('aria-pressed="true"') == 1


def test_busy_is_said_at_once(world: Any, desk: Any) -> None:
    """And leads back to where one was, inside the console only."""
    answer = desk.send(
        "/console/presence",
        page="/console/",
        follow=False,
        presence="busy",
        back="/console/?tab=all",
    )
    assert answer.location == "/console/?tab=all"
    assert row(world).presence == "busy"
    answer = desk.send(
        "/console/presence",
        page="/console/",
        follow=False,
        presence="online",
        back="https://example.com/console/",
    )
    assert answer.location == "/console/"
    answer = desk.send("/console/presence", page="/console/", presence="asleep")
    assert answer.status_code == 422


def hold_two(world: Any) -> None:
    """Let the officer hold two chats."""
    for n in (1, 2):
        world.ask(f"第 {n} 件", who=f"c{n}")
        world.parts.desk.claim(n, officer_id=1)


def test_leaving_with_chats_asks_first(world: Any, desk: Any) -> None:
    """Nothing changes before the answer."""
    hold_two(world)
    page = desk.send("/console/presence", page="/console/", presence="away").text
    assert "您手上还有 2 个会话" in page
    assert "第 1 件" in page
    assert row(world).presence == "online"


def test_chats_are_given_back(world: Any, desk: Any) -> None:
    """A colleague can take them at once."""
    hold_two(world)
    page = desk.send(
        "/console/presence", page="/console/", presence="away", chats="release"
    ).text
    assert "已把 2 个会话放回队列" in page
    assert {t.state for t in world.tickets()} == {TicketState.WAITING}
    assert row(world).presence == "away"


def test_chats_that_are_kept_are_unattended(world: Any, desk: Any) -> None:
    """As the effect says."""
    hold_two(world)
    desk.send("/console/presence", page="/console/", presence="away", chats="keep")
    found = world.parts.desk.list_tickets("unattended", officer_id=1)
    assert len(found) == 2


def test_who_logs_out_is_gone_and_who_logs_in_is_there(world: Any, desk: Any) -> None:
    """Without having to say so; busy stays busy."""
    desk.send("/console/logout", page="/console/")
    assert row(world).presence == "away"
    desk.log_in()
    assert row(world).presence == "online"
    world.parts.presence.set(1, Presence.BUSY)
    desk.open("/console/")
    assert row(world).presence == "busy"


def test_a_touch_of_the_page_is_noted_once_a_minute(world: Any, desk: Any) -> None:
    """What the page fetches by itself is nobody."""
    first = row(world).seen_at
    assert first == world.clock()
    world.clock.go_on(seconds=30)
    desk.open("/console/")
    assert row(world).seen_at == first
    world.clock.go_on(seconds=31)
    desk.open("/console/queue", **{"X-Background": "1"})
    assert row(world).seen_at == first
    desk.open("/console/")
    assert row(world).seen_at == world.clock()


def test_who_does_not_serve_has_no_presence(world: Any, console: Any) -> None:
    """An editor's menu is without it, and the form is refused."""
    world.hire("bianji", "周编辑", role="editor")
    console.log_in("bianji")
    page = console.open("/console/quick-replies").text
    assert 'name="presence"' not in page
    answer = console.send(
        "/console/presence", page="/console/quick-replies", presence="busy"
    )
    assert answer.status_code == 403
