"""The page 人员: links for colleagues, and switching accounts off."""

from __future__ import annotations

import re
from typing import Any

FORM = {
    "login": "wangfang",
    "name": "王芳",
    "staff_number": "0300",
    "department": "市公安局",
    "password": "tiger-lamp-river-9",
    "password_again": "tiger-lamp-river-9",
}


def invite(desk: Any, role: str = "agent") -> str:
    """Make a link as the administrator does; returns its path."""
    page = desk.send("/console/officers/links", page="/console/officers", role=role)
    found = re.search(r'value="http://localhost(/console/setup/[^"]+)"', page.text)
    assert found
    return found[1]


def test_a_colleague_joins_by_link(desk: Any, new_console: Any) -> None:
    """With the role that was chosen, and without the page 人员."""
    link = invite(desk)
    colleague = new_console()
    assert "设置坐席账号" in colleague.open(link).text
    page = colleague.send(link, page=link, **FORM)
    assert "/console/officers" not in page.text
    listed = desk.open("/console/officers").text
    assert "王芳" in listed
    assert "0300" in listed


def test_the_link_is_shown_once(desk: Any) -> None:
    """It is stored nowhere, so the next page cannot show it."""
    invite(desk)
    assert "/console/setup/" not in desk.open("/console/officers").text


def test_an_unknown_role_is_refused(desk: Any) -> None:
    """The form offers two."""
    answer = desk.send("/console/officers/links", page="/console/", role="emperor")
    assert answer.status_code == 400


def test_switching_off_logs_out_at_once(
    world: Any, desk: Any, new_console: Any
) -> None:
    """And on again lets in again, by password."""
    other = world.hire("wangfang", "王芳", role="agent")
    colleague = new_console()
    colleague.log_in("wangfang")
    url = f"/console/officers/{other.id}/active"
    page = desk.send(url, page="/console/officers", is_active="0")
    assert "已停用，对方马上退出登录" in page.text
    assert "忘了密码" in colleague.open("/console/").text
    assert colleague.log_in("wangfang").status_code == 422
    desk.send(url, page="/console/officers", is_active="1")
    assert colleague.log_in("wangfang").status_code == 200


def test_nobody_switches_themselves_off(world: Any, desk: Any) -> None:
    """The office would be left without a key."""
    me = world.parts.officers.list_officers()[0]
    page = desk.send(
        f"/console/officers/{me.id}/active", page="/console/", is_active="0"
    )
    assert "不能停用自己" in page.text
    assert world.parts.officers.get_officer(me.id).is_active


def test_a_missing_officer_is_a_404(desk: Any) -> None:
    """Addresses can be typed."""
    answer = desk.send("/console/officers/99/active", page="/console/", is_active="0")
    assert answer.status_code == 404
