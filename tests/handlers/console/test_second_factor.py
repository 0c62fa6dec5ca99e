"""手机动态码: who must have one, that a code counts once, and a lost telephone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyotp
import pytest

PAGE = "/console/second-factor"


def demand(world: Any, totp: str) -> None:
    """Set whether the office asks for codes."""
    settings = world.parts.settings
    world.parts.settings = replace(settings, desk=replace(settings.desk, totp=totp))


def secret_of(console: Any) -> str:
    """Return the secret as the page shows it."""
    page = console.open(PAGE).text
    return "".join(page.split('class="secret">')[1].split("</code>")[0].split())


def turn_on(world: Any, console: Any) -> pyotp.TOTP:
    """Set the factor up as an officer does; returns the telephone."""
    telephone = pyotp.TOTP(secret_of(console))
    code = telephone.at(world.clock())
    assert "已启用" in console.send(PAGE, page=PAGE, code=code).text
    return telephone


def log_in(world: Any, console: Any, telephone: pyotp.TOTP) -> Any:
    """Give password and code."""
    console.log_in()
    return console.send("/console/login/code", code=telephone.at(world.clock()))


@pytest.mark.parametrize("role", ["administrator", "supervisor", "auditor"])
def test_the_powerful_set_one_up_before_anything_else(
    world: Any, console: Any, role: str
) -> None:
    """Where the office requires it; no page opens until then."""
    demand(world, "required")
    world.hire("boss")
    world.hire(role=role)
    assert "您的角色权限大" in console.log_in().text
    for url in ("/console/", "/console/officers", "/console/audit", "/live"):
        answer = console.client.get(url)
        assert answer.status_code == 302
        assert answer.location.endswith(PAGE)
    token = console.token(console.open(PAGE).text)
    refused = console.client.post("/console/tickets/next", data={"csrf_token": token})
    assert refused.status_code == 403
    turn_on(world, console)
    assert "退出登录" in console.open("/console/").text


def test_others_are_offered_one_and_none_where_the_office_wants_none(
    world: Any, new_console: Any
) -> None:
    """An agent goes on without; under "none" nobody is asked for a code."""
    demand(world, "required")
    world.hire(role="agent")
    agent = new_console()
    assert "退出登录" in agent.log_in().text
    telephone = turn_on(world, agent)
    world.clock.go_on(seconds=31)
    again = new_console()
    assert "输入手机动态码" in again.log_in().text
    assert again.client.get("/console/").status_code == 302
    assert "退出登录" in log_in(world, new_console(), telephone).text
    demand(world, "none")
    assert "退出登录" in new_console().log_in().text


def test_a_code_counts_once_and_not_for_long(world: Any, new_console: Any) -> None:
    """Whoever looks over a shoulder comes too late."""
    demand(world, "offered")
    world.hire()
    first = new_console()
    first.log_in()
    telephone = turn_on(world, first)
    world.clock.go_on(seconds=31)
    code = telephone.at(world.clock())
    assert "退出登录" in log_in(world, new_console(), telephone).text
    thief = new_console()
    thief.log_in()
    assert "已经用过" in thief.send("/console/login/code", code=code).text
    world.clock.go_on(minutes=6)
    late = thief.send("/console/login/code", code=telephone.at(world.clock()))
    assert "忘了密码" in late.text


def test_guessed_codes_lock_the_account_as_passwords_do(
    world: Any, new_console: Any
) -> None:
    """And each new login gives no new guesses."""
    demand(world, "offered")
    world.hire()
    owner = new_console()
    owner.log_in()
    telephone = turn_on(world, owner)
    world.clock.go_on(minutes=1)
    statuses = []
    for _ in range(6):
        guesser = new_console()
        guesser.log_in()
        statuses.append(
            guesser.send("/console/login/code", code="000000", follow=False).status_code
        )
    assert statuses[:4] == [422] * 4
    assert 429 in statuses
    assert "忘了密码" in log_in(world, new_console(), telephone).text


def test_a_lost_telephone_is_mended_by_an_administrators_link(
    world: Any, desk: Any, new_console: Any
) -> None:
    """The link takes the password and the code away; the trail says both."""
    demand(world, "required")
    turn_on(world, desk)
    officer = world.hire("chenjing", role="supervisor")
    lost = new_console()
    lost.log_in("chenjing")
    turn_on(world, lost)
    page = f"/console/officers/{officer.id}"
    shown = desk.send(f"{page}/reset", page=page).text
    link = shown.split('value="http://localhost')[1].split('"')[0]
    fresh = new_console()
    passwords = {"password": "harbour-sand-77", "password_again": "harbour-sand-77"}
    answer = fresh.send(link, page=link, **passwords)
    assert "您的角色权限大" in answer.text
    assert lost.client.get("/console/").status_code == 302
    assert fresh.client.get(link).status_code == 410
    turn_on(world, fresh)
    actions = world.parts.audit_trail.list_actions()
    assert {"reset_link.made", "password.set", "totp.on"} <= set(actions)


def test_many_wrong_logins_from_one_place_are_stopped(
    world: Any, console: Any, new_console: Any
) -> None:
    """One password tried on many accounts; another place is not stopped."""
    world.hire()
    statuses = [
        console.send(
            "/console/login", follow=False, login=f"user{at}", password="wrong-one-9"
        ).status_code
        for at in range(31)
    ]
    assert statuses == [422] * 30 + [429]
    assert "出错太多次" in console.log_in().text
    other = new_console()
    other.client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    assert "退出登录" in other.log_in().text
