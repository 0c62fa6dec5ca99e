"""Logging in, and the first page behind a one-time link."""

from __future__ import annotations

from typing import Any

import pytest

FORM = {
    "login": "limin",
    "name": "李敏",
    "staff_number": "0217",
    "department": "市医保局",
    "password": "tiger-lamp-river-9",
    "password_again": "tiger-lamp-river-9",
}


def test_the_link_makes_the_first_administrator(world: Any, console: Any) -> None:
    """The form signs in at once, and leads to the queue."""
    link = f"/console/setup/{world.parts.officers.make_setup_token()}"
    assert "设置管理员账号" in console.open(link).text
    page = console.send(link, page=link, **FORM)
    assert "现在没有人在等" in page.text
    assert "人员" in page.text


def test_a_used_link_says_what_to_do(world: Any, console: Any) -> None:
    """Both for looking and for sending; and so does one that never was."""
    link = f"/console/setup/{world.parts.officers.make_setup_token()}"
    console.send(link, page=link, **FORM)
    for used in (link, "/console/setup/never-was"):
        answer = console.open(used)
        assert answer.status_code == 410
        assert "这个链接不能用了" in answer.text
        again = console.send(used, page="/console/", **FORM | {"login": "second"})
        assert again.status_code == 410
    assert len(world.parts.officers.list_officers()) == 1


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("password_again", "tiger-lamp-river-8", "两次输入的密码不一样"),
        ("password", "password1234", "太常见"),
        ("login", "李敏", "登录名用 3 到 32 个"),
        ("department", "", "请填写部门"),
    ],
)
def test_a_mistake_is_named_at_its_field(
    world: Any, console: Any, field: str, value: str, reason: str
) -> None:
    """What was typed stays, the password does not, and the link still works."""
    link = f"/console/setup/{world.parts.officers.make_setup_token()}"
    form = FORM | {field: value}
    if field == "password":
        form["password_again"] = value
    answer = console.send(link, page=link, **form)
    assert answer.status_code == 422
    assert answer.text.count(reason) == 2
    assert "<title>有错误：" in answer.text
    assert "tiger-lamp-river" not in answer.text
    assert 'value="0217"' in answer.text
    assert console.send(link, page=link, **FORM).status_code == 200


def test_a_taken_login_is_said(world: Any, console: Any) -> None:
    """The link is not used up by it."""
    world.hire()
    link = f"/console/setup/{world.parts.officers.make_setup_token('agent')}"
    answer = console.send(link, page=link, **FORM)
    assert answer.status_code == 422
    assert "已经有人用了" in answer.text


def test_a_wrong_password_does_not_say_which_part_was_wrong(
    world: Any, console: Any
) -> None:
    """The same words for a login that exists and for one that does not."""
    world.hire()
    for login in ("limin", "nobody"):
        answer = console.log_in(login, "wrong password 1")
        assert answer.status_code == 422
        assert "登录名或密码不对" in answer.text


def test_the_fifth_wrong_password_says_until_when(world: Any, console: Any) -> None:
    """In Beijing time."""
    world.hire()
    for _ in range(4):
        console.log_in("limin", "wrong password 1")
    answer = console.log_in("limin", "wrong password 1")
    assert answer.status_code == 429
    assert "09:25 以后再试" in answer.text
    assert console.log_in().status_code == 429


def test_a_deep_link_comes_back_after_the_login(world: Any, console: Any) -> None:
    """The address asked for, with its query."""
    world.hire()
    world.ask("落户")
    gate = console.open("/console/tickets/1?tab=all")
    assert 'name="next" value="/console/tickets/1?tab=all"' in gate.text
    page = console.send(
        "/console/login",
        login="limin",
        password=FORM["password"],
        next="/console/tickets/1?tab=all",
    )
    assert page.request.path == "/console/tickets/1"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/console/",
        "//evil.example/console/",
        "/\\evil.example/console/",
        "javascript:alert(1)",
        "/chat",
        "",
    ],
)
def test_the_login_leads_nowhere_else(world: Any, console: Any, target: str) -> None:
    """A prepared link must not end on another site."""
    world.hire()
    answer = console.send(
        "/console/login",
        follow=False,
        login="limin",
        password=FORM["password"],
        next=target,
    )
    assert answer.headers["Location"] == "/console/"


def test_before_the_first_account_the_login_says_where_to_go(console: Any) -> None:
    """Nobody can log in yet."""
    assert "打开启动时显示的一次性链接" in console.open("/console/login").text


def test_who_is_logged_in_is_not_asked_again(desk: Any) -> None:
    """The login page leads on."""
    assert desk.open("/console/login").request.path == "/console/"
