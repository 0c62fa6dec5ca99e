"""Knowledge is written, handed in, compared and approved; each step says the next."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from knowledge import ChangeFilter, ChangeState, draft_from_json, entry_id
from tests.handlers.console.knowledge import DRAFTS, NASTY

NEW = "/console/knowledge/new"
GUIDE = {
    "kind": "guide",
    "title": "老年人优待证办理",
    "department": "云泽市民政局",
    "region": "云泽市",
    "aliases": "老年证\n敬老卡",
    "section_heading": "申请材料",
    "section_text": "身份证原件和一寸照片。",
    "section_aspect": "materials",
    "section_locator": "",
    "exam": "老年证怎么办",
    "expires_on": "2027-12-31",
    "source_file": "优待办法.docx",
}


@pytest.fixture
def people(world: Any, new_console: Any) -> Any:
    """An editor and a reviewer of the whole office, logged in."""
    world.parts.knowledge_store.save(
        [*DRAFTS, replace(DRAFTS[0], title="居住证", department="云泽市民政局")],
        at=world.clock(),
    )
    found = {}
    for login, name, role in (
        ("wanghai", "王海", "editor"),
        ("limin", "李敏", "reviewer"),
    ):
        world.hire(login, name, role=role)
        found[role] = new_console()
        found[role].log_in(login)
    return found


def read(world: Any, change_id: int = 1) -> Any:
    """Return a change as nobody in particular sees it."""
    officers = world.parts.officers.list_officers()
    return world.parts.changes.get(change_id, world.parts.make_actor(officers[0]))


def test_a_first_timer_is_led_from_step_to_step(world: Any, people: Any) -> None:
    """Saved, handed in, looked at, approved: every page says what comes next."""
    editor, reviewer = people["editor"], people["reviewer"]
    page = editor.send(NEW, page=NEW, **GUIDE).text
    assert "已保存。下一步：点“提交审核”。" in page
    assert "会由" in page
    assert "李敏" in page
    page = editor.send(
        "/console/knowledge/changes/1/edit",
        page="/console/knowledge/changes/1/edit",
        **GUIDE,
        version="1",
        go="submit",
    ).text
    assert "下一步：等同事审核。" in page
    assert "能审的有" in page
    assert "通过并发布" not in page
    assert "待我审核 1" in reviewer.open("/console/knowledge").text
    page = reviewer.open("/console/knowledge/changes/1").text
    assert "通过并发布" in page
    assert "老年证怎么办" in page
    page = reviewer.send(
        "/console/knowledge/changes/1/approve",
        page="/console/knowledge",
        version=str(read(world).version),
        when="now",
    ).text
    assert "正在发布" in page
    change = read(world)
    assert change.state is ChangeState.APPROVED
    draft = draft_from_json(change.form.content)
    assert draft.aliases == ("老年证", "敬老卡")
    assert draft.sections[0].aspect == "materials"
    assert change.form.content["exam"] == ["老年证怎么办"]


def test_what_is_wrong_is_said_at_its_field(people: Any) -> None:
    """The words stay, the summary leads to each field."""
    given = GUIDE | {"title": "", "expires_on": "明年", "source_url": "ftp://x"}
    answer = people["editor"].send(NEW, page=NEW, **given)
    assert answer.status_code == 422
    for words in ("<title>有错误：", "有 3 处需要修改", "身份证原件和一寸照片。"):
        assert words in answer.text
    for name in ("title", "expires_on", "source_url"):
        assert f'id="{name}-error"' in answer.text


def test_sections_move_without_a_script(people: Any) -> None:
    """Buttons send the form; nothing is stored by that."""
    editor = people["editor"]
    page = editor.send(NEW, page=NEW, **GUIDE, go="add").text
    assert page.count("data-section") == 2
    assert "身份证原件和一寸照片。" in page
    assert "没有找到" in editor.open("/console/knowledge/entries?q=老年人优待").text
    page = editor.send(NEW, page=NEW, **GUIDE, go="drop-0").text
    assert "身份证原件" not in page


def test_a_change_of_what_is_out_shows_each_character(world: Any, people: Any) -> None:
    """Text and facts, each with what went and what came."""
    editor, owner = people["editor"], entry_id(DRAFTS[0])
    where = f"/console/knowledge/entries/{owner}"
    page = editor.send(f"{where}/edit", page=where).text
    assert "改好并通过审核前，市民看到的还是原来的。" in page
    assert "医保断缴 3 个月以内可以补缴。" in page
    given = GUIDE | {
        "title": DRAFTS[0].title,
        "department": "云泽市医疗保障局",
        "section_heading": "受理条件",
        "section_aspect": "conditions",
        "section_text": f"医保断缴 6 个月以内可以补缴。{NASTY}",
    }
    url = "/console/knowledge/changes/1/edit"
    page = editor.send(url, page=url, **given, version="1", go="submit").text
    assert "<del>3</del>" in page
    assert "<ins>6</ins>" in page
    assert "<ins>2027-12-31</ins>" in page
    assert NASTY not in page
    assert "已有一条修改" not in page
    # The entry page leads to the change that is under way.
    assert "有一条修改还没办完" in editor.open(where).text


def test_a_reason_leads_back_to_the_writer(world: Any, people: Any) -> None:
    """Without one nothing is returned."""
    editor, reviewer = people["editor"], people["reviewer"]
    editor.send(NEW, page=NEW, **GUIDE, go="submit")
    url = "/console/knowledge/changes/1"
    version = str(read(world).version)
    answer = reviewer.send(f"{url}/return", page=url, version=version)
    assert answer.status_code == 422
    assert "请写明原因" in answer.text
    reviewer.send(f"{url}/return", page=url, version=version, word="缺收费标准")
    assert read(world).state is ChangeState.RETURNED
    page = editor.open("/console/knowledge").text
    assert "退回给我的" in page
    assert "缺收费标准" in editor.open(f"{url}/edit").text


def test_an_hour_is_of_beijing_and_ahead(world: Any, people: Any) -> None:
    """What is past or no time is refused at its field."""
    people["editor"].send(NEW, page=NEW, **GUIDE, go="submit")
    url = "/console/knowledge/changes/1"
    version = str(read(world).version)

    def approve(at: str) -> Any:
        return people["reviewer"].send(
            f"{url}/approve", page=url, version=version, when="at", at=at
        )

    assert "请填写几月几日几点发布" in approve("").text
    assert approve("2026-11-22T09:00").status_code == 422
    page = approve("2026-11-23T08:30").text
    assert "2026年11月23日 08:30 自动发布" in page
    assert read(world).publish_at.isoformat() == "2026-11-23T00:30:00+00:00"


def test_the_list_is_searched_and_filtered(people: Any) -> None:
    """By words of the text, by standing, by department."""
    editor, url = people["editor"], "/console/knowledge/entries"
    for query, count in (
        ("", 4),
        ("q=银行卡 身份证", 2),
        ("q=云人社〔2024〕31号", 1),
        ("standing=expiring", 1),
        ("standing=expired", 0),
        ("kind=policy", 1),
        ("department=云泽市民政局", 1),
        ("region=东湖区", 1),
        ("page=99999999", 4),
    ):
        page = editor.open(f"{url}?{query}").text
        assert page.count('class="know-line"') == count, query


def test_another_bureaus_knowledge_is_not_there(world: Any, new_console: Any) -> None:
    """Neither in lists nor by its address; absent ones answer the same."""
    from bot import Bureau

    world.parts.knowledge_store.save(DRAFTS, at=world.clock())
    bureau = world.parts.bureaus.save(
        Bureau(0, "市公安局", departments=("公安局",)), changed_by=0
    )
    world.hire("chen", "陈警官", role="editor", bureau_id=bureau)
    mine = new_console()
    mine.log_in("chen")
    page = mine.open("/console/knowledge/entries").text
    assert "犬只登记" in page
    assert "补缴医保" not in page
    foreign = mine.open(f"/console/knowledge/entries/{entry_id(DRAFTS[0])}")
    absent = mine.open("/console/knowledge/entries/0000000000000000")
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert "没有这一条" in foreign.text
    given = GUIDE | {"department": "云泽市民政局"}
    assert "归别的部门" in mine.send(NEW, page=NEW, **given).text
    officers = world.parts.officers.list_officers()
    actor = world.parts.make_actor(officers[0])
    assert world.parts.changes.list(ChangeFilter(), actor) == []
