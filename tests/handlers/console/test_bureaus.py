"""The page 部门, and what an officer's role and bureau do at once."""

from __future__ import annotations

from typing import Any

import pytest

PAGE = "/console/bureaus"
FORM = {
    "name": "市医保局",
    "departments": "市医疗保障局",
    "regions": "",
    "topics": "医保",
}


def test_a_bureau_is_made_changed_and_switched_off(world: Any, desk: Any) -> None:
    """The default one stays on, and another may take its place."""
    assert "还没有部门" in desk.open(PAGE).text
    for name in ("市医保局", "综合服务"):
        assert (
            f"“{name}”已保存"
            in desk.send(PAGE, page=PAGE, **FORM | {"name": name}).text
        )
    assert "设为默认部门" in desk.open(f"{PAGE}/2").text
    desk.send(f"{PAGE}/2/default", page=PAGE)
    told = desk.send(f"{PAGE}/2/active", page=PAGE, is_active="0").text
    assert "默认部门不能停用" in told
    assert "已停用" in desk.send(f"{PAGE}/1/active", page=PAGE, is_active="0").text
    assert "请先启用" in desk.send(f"{PAGE}/1/default", page=PAGE).text
    states = {b.name: (b.is_active, b.is_default) for b in world.parts.bureaus.list()}
    assert states == {"综合服务": (True, True), "市医保局": (False, False)}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"name": " "}, "请填写名称"),
        ({"name": "长" * 81}, "名称最多 80 个字"),
        ({"topics": "税"}, "太短"),
        ({"departments": "长" * 41}, "太长"),
    ],
)
def test_a_form_that_cannot_be_used_says_why(
    world: Any, desk: Any, changes: dict[str, str], fault: str
) -> None:
    """Nothing is stored, and the fields keep what was written."""
    answer = desk.send(PAGE, page=PAGE, **FORM | changes)
    assert answer.status_code == 422
    assert fault in answer.text
    assert world.parts.bureaus.list() == []


def test_names_are_taken_once(desk: Any) -> None:
    """Two bureaus of one name would be one to everybody."""
    desk.send(PAGE, page=PAGE, **FORM)
    assert "已经有同名的部门" in desk.send(PAGE, page=PAGE, **FORM).text


def test_role_and_bureau_are_changed_by_another_administrator(
    world: Any, desk: Any, new_console: Any
) -> None:
    """The officer is out at once and sees the new bureau's chats afterwards."""
    desk.send(PAGE, page=PAGE, **FORM)
    world.hire("wangwei", role="agent")
    agent = new_console()
    agent.log_in("wangwei")
    page = "/console/officers/2"
    form = {"role": "team_lead", "bureau_id": "1"}
    assert "已保存" in desk.send(f"{page}/post", page=page, **form).text
    assert agent.client.get("/console/").status_code == 302
    officer = world.parts.officers.get_officer(2)
    assert (officer.role, officer.bureau_name) == ("team_lead", "市医保局")
    own = desk.send("/console/officers/1/post", page=page, role="agent", bureau_id="")
    assert "不能改自己的角色" in own.text
    wrong = desk.send(f"{page}/post", page=page, role="agent", bureau_id="99")
    assert wrong.status_code == 400


def test_a_bureau_that_is_off_takes_nobody_new(world: Any, desk: Any) -> None:
    """It is not offered, and a form that names it is refused."""
    for name in ("市医保局", "综合服务"):
        desk.send(PAGE, page=PAGE, **FORM | {"name": name})
    desk.send(f"{PAGE}/1/active", page=PAGE, is_active="0")
    assert '<option value="1"' not in desk.open("/console/officers").text
    answer = desk.send(
        "/console/officers/links", page=PAGE, role="agent", bureau_id="1"
    )
    assert answer.status_code == 400
