"""考题 and 要照看的: what reviewers and editors see, change and take home."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from bot import AnswerSettings, Assistant, Role, check_bureau
from knowledge import ExamQuestion, KnowledgeStore, entry_id
from tests.fakes import CITY, FakeKnowledgeBase


@pytest.fixture
def office(world: Any) -> dict[str, Any]:
    """A city on record; a bureau of civil affairs with an editor, and reviewers."""
    boss = world.hire()
    parts = world.parts
    form = {"name": "市民政局", "departments": "市民政局", "topics": "高龄津贴"}
    parts.bureaus.save(check_bureau(form), changed_by=boss.id)
    bureau = next(b.id for b in parts.bureaus.list() if b.name == "市民政局")
    world.hire("editor", "编小民", role=Role.EDITOR, bureau_id=bureau)
    world.hire("reviewer", "审小民", role=Role.REVIEWER)
    world.hire("civil", "审民政", role=Role.REVIEWER, bureau_id=bureau)
    parts.knowledge_base = FakeKnowledgeBase(CITY)
    parts.assistant = Assistant(parts.knowledge_base, AnswerSettings(), world.clock)
    drafts = [
        replace(CITY[0], expires_on=world.clock().date() + timedelta(days=9)),
        *CITY[1:],
    ]
    KnowledgeStore(parts.engine).save(drafts, at=world.clock() - timedelta(days=400))
    return {"bureau": bureau}


@pytest.fixture
def log_in(new_console: Any, office: dict[str, Any]) -> Any:
    """Open the browser of somebody of the office."""

    def log_in(login: str) -> Any:
        console = new_console()
        console.log_in(login)
        return console

    return log_in


def test_a_question_is_made_changed_and_no_longer_asked(log_in: Any) -> None:
    """By a reviewer; who edits reads, and may hold the exam."""
    reviewer = log_in("reviewer")
    page = "/console/exam"
    found = reviewer.open(f"{page}/new?question={CITY[0].title}要什么材料").text
    assert f'value="{entry_id(CITY[0])}"' in found
    form = {
        "question": "津贴多少钱",
        "kind": "answer",
        "entry_id": entry_id(CITY[0]),
        "region": "",
        "expected": "元",
    }
    sent = reviewer.send(page, page=f"{page}/new", **form)
    assert "考题已保存" in sent.text
    assert "答案里要有“元”" in reviewer.open(page).text
    unchosen = reviewer.send(page, page=f"{page}/new", **(form | {"entry_id": ""}))
    assert (unchosen.status_code, "请选一条" in unchosen.text) == (422, True)
    reviewer.send(f"{page}/1", page=f"{page}/1", **(form | {"kind": "refuse"}))
    assert "不作答" in reviewer.open(page).text
    reviewer.send(f"{page}/1/active", page=f"{page}/1", is_active="0")
    editor = log_in("editor")
    assert editor.open(f"{page}/1").status_code == 403
    assert "出一道题" not in editor.open(page).text


def test_a_question_of_another_bureau_is_not_there(log_in: Any, world: Any) -> None:
    """Neither to read nor to change, as one that does not exist."""
    foreign = next(d for d in CITY if "民政" not in d.department)
    actor = world.parts.make_actor(world.hire("boss2", "王主任"))
    question = ExamQuestion("别人的题", entry_id(foreign))
    number = world.parts.exam_paper.save(question, actor)
    civil = log_in("civil")
    assert "别人的题" not in civil.open("/console/exam").text
    for address in (f"/console/exam/{number}", "/console/exam/999"):
        assert civil.open(address).status_code == 404


def test_an_exam_is_held_and_its_result_shown(log_in: Any, world: Any) -> None:
    """In the background; with what was wanted and what was said."""
    actor = world.parts.make_actor(world.hire("boss2", "王主任"))
    world.parts.exam_paper.save(ExamQuestion("火星能领证吗"), actor)
    world.parts.exam_paper.save(
        ExamQuestion("火星能领低保吗", entry_id(CITY[0])), actor
    )
    editor = log_in("editor")
    editor.send("/console/exam/sit", page="/console/exam")
    until = time.monotonic() + 30
    while not world.parts.exam_paper.list_runs() and time.monotonic() < until:
        time.sleep(0.05)
    shown = editor.open("/console/exam").text
    assert "1 / 2 题答对" in shown
    assert f"由“{CITY[0].title}”答复" in shown


def test_the_week_of_a_bureau(log_in: Any, world: Any, office: Any) -> None:
    """Its own entries and gaps; as a page and as a file."""
    world.ask("高龄津贴能不能网上领到火星", who="one")
    editor, reviewer = log_in("editor"), log_in("reviewer")
    page = editor.open("/console/upkeep").text
    assert "30 天内到期 <span" in page
    assert CITY[0].title in page
    foreign = next(d for d in CITY if "民政" not in d.department)
    assert foreign.title not in page
    assert foreign.title in reviewer.open("/console/upkeep").text
    one = reviewer.open(f"/console/upkeep?bureau={office['bureau']}").text
    assert foreign.title not in one
    assert reviewer.open("/console/upkeep?bureau=999").status_code == 404
    sent = reviewer.send(
        "/console/upkeep/export",
        page="/console/upkeep",
        bureau=str(office["bureau"]),
    )
    book = openpyxl.load_workbook(BytesIO(sent.data))
    assert book.sheetnames[0] == "没答上的"
    cells = [c.value for sheet in book for row in sheet for c in row]
    assert CITY[0].title in cells
    assert foreign.title not in cells
