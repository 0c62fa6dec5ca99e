"""查看（留痕） at the page: a reason first, then once."""

from __future__ import annotations

from typing import Any

import pytest

PHONE = "13800138000"


@pytest.fixture
def line_id(world: Any) -> int:
    """A line with a masked number, in a chat that 李敏 holds."""
    officer = world.hire()
    world.ask("断缴了还能补吗")
    world.parts.desk.claim(1, officer_id=officer.id)
    world.ask(f"我的电话是{PHONE}")
    messages = world.parts.desk.list_messages(1)
    return int(next(m.id for m in messages if m.has_original))


def send(console: Any, line_id: int, **form: str) -> Any:
    """Send the form as the page's script does."""
    token = console.token(console.open("/console/").text)
    return console.client.post(
        f"/console/messages/{line_id}/reveal",
        data={"csrf_token": token} | form,
        headers={"HX-Request": "true"},
    )


def test_the_page_never_holds_what_was_masked(
    world: Any, new_console: Any, line_id: int
) -> None:
    """Only the form that asks for the reason."""
    console = new_console()
    console.log_in()
    page = console.open("/console/tickets/1").text
    assert PHONE not in page
    assert "查看遮住的内容（留痕）" in page


def test_with_a_reason_it_is_shown_and_stored_nowhere(
    world: Any, new_console: Any, line_id: int
) -> None:
    """No browser and no proxy keeps the answer."""
    console = new_console()
    console.log_in()
    answer = send(console, line_id, reason="按市民留的电话回复")
    assert answer.status_code == 200
    assert PHONE in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "按市民留的电话回复" not in answer.text


def test_without_one_it_is_refused(world: Any, new_console: Any, line_id: int) -> None:
    """In words that say what is wanted."""
    console = new_console()
    console.log_in()
    answer = send(console, line_id, words="看看")
    assert answer.status_code == 422
    assert "请写明理由" in answer.text
    assert PHONE not in answer.text


def test_a_line_without_an_original_is_not_there(
    world: Any, new_console: Any, line_id: int
) -> None:
    """As absent as any other."""
    console = new_console()
    console.log_in()
    first = world.parts.desk.list_messages(1)[0].id
    assert send(console, first, reason="按市民留的电话回复").status_code == 404
