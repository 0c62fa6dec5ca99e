"""The page 常用语 and the menu of the reply box."""

from __future__ import annotations

from typing import Any

import pytest

from bot import SAMPLE_CANNED_REPLIES, Bureau, check_canned

PAGE = "/console/canned"
NASTY = '<img src=x onerror=alert(1)> hx-get="/console"'


def write(desk: Any, **form: str) -> Any:
    """Fill in the form for a new one."""
    given = {"shortcut": "/WH", "title": "问好", "text": "您好，{姓名}。"}
    return desk.send(PAGE, page=f"{PAGE}/new", **(given | {"is_active": "1"} | form))


def test_what_is_written_stands_in_the_list_and_in_the_menu(
    world: Any, desk: Any
) -> None:
    """With its variables in the one and filled in in the other."""
    page = write(desk, text="您好，我是{部门}{姓名}，工号 {工号}。市民 {市民}").text
    assert "“问好”已保存，在回复框里输入 /wh 就能用" in page
    assert "{部门}{姓名}" in page
    world.ask("落户要回来办吗")
    world.number(1, "8213")
    (offered,) = desk.open("/console/tickets/1/canned").json
    assert offered == {
        "shortcut": "wh",
        "title": "问好",
        "text": "您好，我是市医保局李敏，工号 0217。市民 8213",
        "whose": "",
    }


def test_every_variable_is_filled_in(world: Any, desk: Any) -> None:
    """None is left over in what would be sent."""
    text = "{市民}|{工单}|{姓名}|{工号}|{部门}|{单位}|{电话}|{办公时间}|{日期}|{时间}"
    write(desk, text=text)
    world.ask("落户要回来办吗")
    world.number(1, "8213")
    (offered,) = desk.open("/console/tickets/1/canned").json
    assert offered["text"] == (
        "8213|1|李敏|0217|市医保局|云泽市政务服务中心|12345"
        "|工作日 8:30–17:30|2026年11月22日|09:10"
    )


def test_faults_are_named_and_nothing_is_lost(desk: Any) -> None:
    """The summary leads to each field; what was typed stays."""
    answer = write(desk, shortcut="a b", text="您好，{名字}")
    assert answer.status_code == 422
    for words in ("有 2 处需要修改", "不要空格", "没有{名字}这一项", "您好，{名字}"):
        assert words in answer.text
    assert answer.text.index('href="#shortcut"') < answer.text.index('href="#text"')


def test_one_is_changed_switched_off_and_deleted(world: Any, desk: Any) -> None:
    """And a shortcut that is taken is refused."""
    write(desk)
    write(desk, shortcut="bc", title="补充")
    one = f"{PAGE}/1"
    form = {"shortcut": "bc", "title": "问好", "text": "您好。"}
    answer = desk.send(one, page=one, **form)
    assert answer.status_code == 422
    assert "这个快捷词已经有常用语了" in answer.text
    assert "已停用" in desk.send(one, page=one, **(form | {"shortcut": "wh"})).text
    world.ask("落户要回来办吗")
    offered = desk.open("/console/tickets/1/canned").json
    assert [reply["shortcut"] for reply in offered] == ["bc"]
    assert "“问好”已删除" in desk.send(f"{one}/delete", page=one).text
    assert desk.open(one).status_code == 404


def test_the_samples_are_offered_while_there_is_nothing(desk: Any) -> None:
    """And no longer afterwards."""
    assert "载入示例常用语" in desk.open(PAGE).text
    page = desk.send(f"{PAGE}/samples", page=PAGE).text
    assert f"已载入 {len(SAMPLE_CANNED_REPLIES)} 条" in page
    assert "载入示例常用语</button>" not in page


def test_a_word_finds_them(desk: Any) -> None:
    """In shortcut, title and text."""
    write(desk, text="请带户口本。")
    write(desk, shortcut="bc", title="补充")
    page = desk.open(f"{PAGE}?q=户口").text
    assert "含“户口”的有 1 条" in page
    assert "补充" not in page
    assert "没有找到" in desk.open(f"{PAGE}?q=没有").text


@pytest.fixture
def bureaus(world: Any) -> tuple[int, int]:
    """Two bureaus."""
    store = world.parts.bureaus
    first, second = (
        store.save(Bureau(0, name), changed_by=0) for name in ("市医保局", "市公安局")
    )
    return first, second


def test_a_lead_writes_for_the_bureau_and_nobody_else(
    world: Any, new_console: Any, bureaus: tuple[int, int]
) -> None:
    """Another bureau's is not there, the whole office's may only be read."""
    health, police = bureaus
    boss = world.hire("boss", "周清", role="supervisor")
    store = world.parts.canned
    for shortcut, bureau in (("gy", None), ("ga", police)):
        reply = check_canned(
            shortcut=shortcut, title=shortcut, text="好。", bureau_id=bureau
        )
        store.save(reply, officer=boss)
    world.hire("lead", "王芳", role="team_lead", bureau_id=health)
    console = new_console()
    console.log_in("lead")
    page = console.open(f"{PAGE}/new").text
    assert "市医保局</option>" in page
    assert "市公安局</option>" not in page
    assert "全单位通用</option>" not in page
    given = {"shortcut": "wh", "title": "问好", "text": "您好。"}
    for owner, status in ((str(health), 302), (str(police), 403), ("", 403)):
        answer = console.send(
            PAGE, page=f"{PAGE}/new", follow=False, bureau_id=owner, **given
        )
        assert answer.status_code == status, owner
    assert [console.open(f"{PAGE}/{n}").status_code for n in (1, 2, 3, 999)] == [
        403,
        404,
        200,
        404,
    ]
    page = console.open(PAGE).text
    assert "/gy" in page
    assert "/ga" not in page


def test_an_agent_only_reads(
    world: Any, new_console: Any, bureaus: tuple[int, int]
) -> None:
    """No button leads to a form, and no form is taken."""
    world.hire("agent", "陈静", role="agent", bureau_id=bureaus[0])
    console = new_console()
    console.log_in("agent")
    page = console.open(PAGE).text
    assert "请组长新增" in page
    assert "新增</a>" not in page
    for url in (PAGE, f"{PAGE}/preview", f"{PAGE}/samples"):
        assert console.send(url, page=PAGE, shortcut="wh").status_code == 403


def test_what_is_written_is_text_and_never_markup(world: Any, desk: Any) -> None:
    """In the list, in the form, in the preview."""
    write(desk, title="<img src=x>", text=NASTY)
    pages = [desk.open(PAGE).text, desk.open(f"{PAGE}/1").text]
    pages.append(desk.send(f"{PAGE}/preview", page=PAGE, text=NASTY).text)
    for page in pages:
        assert "<img" not in page
        assert "&lt;img" in page
