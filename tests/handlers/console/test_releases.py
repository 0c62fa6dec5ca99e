"""知识版本 and 知识日历, and a draft that becomes a change; the real publisher."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot import Role, check_bureau, check_draft
from knowledge import ChangeFilter
from tests.handlers.console.knowledge import DRAFTS


@pytest.fixture
def office(world: Any, new_console: Any) -> Any:
    """Two releases; returns a way to log in."""
    boss = world.hire()
    parts = world.parts
    form = {"name": "市医保局", "departments": "市医疗保障局"}
    parts.bureaus.save(check_bureau(form), changed_by=boss.id)
    bureau = next(b.id for b in parts.bureaus.list() if b.name == "市医保局")
    world.hire("editor", "编小民", role=Role.EDITOR, bureau_id=bureau)
    world.hire("reviewer", "审小民", role=Role.REVIEWER)
    world.hire("local", "审医保", role=Role.REVIEWER, bureau_id=bureau)
    parts.publisher.publish_drafts(DRAFTS[:2], reason="第一批")
    world.clock.go_on(minutes=5)
    parts.publisher.publish_drafts(DRAFTS, reason="第二批")

    def log_in(login: str) -> Any:
        console = new_console()
        console.log_in(login)
        return console

    return log_in


def test_a_reviewer_goes_back_with_a_reason(world: Any, office: Any) -> None:
    """The page says what is undone; who is bound to a bureau only looks."""
    reviewer, local = office("reviewer"), office("local")
    newest, first = world.parts.releases.list()
    page = reviewer.open("/console/releases").text
    assert "第二批" in page
    assert f"/console/releases/{first.id}/return" in page
    assert "return" not in local.open("/console/releases").text
    back = f"/console/releases/{first.id}/return"
    assert "第二批" in reviewer.open(back).text
    sent = reviewer.send(back, page=back, reason="")
    assert sent.status_code == 422
    assert world.parts.releases.list()[0].is_current
    assert reviewer.send(back, page=back, reason="电话写错了").status_code == 200
    assert [r.is_current for r in world.parts.releases.list()] == [False, True]
    assert reviewer.open("/console/releases/none/return").status_code == 404
    refused = local.send(
        f"/console/releases/{newest.id}/return", page="/console/exam", reason="试"
    )
    assert refused.status_code in {403, 422}
    assert [r.is_current for r in world.parts.releases.list()] == [False, True]


def test_the_calendar_shows_what_begins_and_ends(world: Any, office: Any) -> None:
    """By month, of one's own departments."""
    end = DRAFTS[1].expires_on
    address = f"/console/knowledge-calendar?month={end:%Y-%m}"
    page = office("reviewer").open(address).text
    assert DRAFTS[1].title in page
    assert DRAFTS[1].title not in office("local").open(address).text
    later = end.replace(day=1) + timedelta(days=62)
    empty = f"/console/knowledge-calendar?month={later:%Y-%m}"
    assert "没有生效、到期" in office("reviewer").open(empty).text
    for bad in ("13", "2026-13", "1026-01", "x"):
        found = office("local").open(f"/console/knowledge-calendar?month={bad}")
        assert found.status_code == 404


def test_a_draft_becomes_a_change(world: Any, office: Any) -> None:
    """Prefilled with question, answer and exam question; of the editor's department."""
    form = check_draft(
        {"question": "断缴几个月能补", "answer": "3 个月以内。", "basis": "补缴指南"}
    )
    agent = world.hire("agent", "李敏", role=Role.AGENT)
    draft = world.parts.learning.drafts.add(form, officer_id=agent.id)
    editor = office("editor")
    page = f"/console/drafts/{draft.id}"
    editor.send(f"{page}/settle", page=page, state="taken", word="")
    me = next(o for o in world.parts.officers.list_officers() if o.login == "editor")
    (change,) = world.parts.changes.list(ChangeFilter(), world.parts.make_actor(me))
    assert change.form.title == "断缴几个月能补"
    assert change.form.content["exam"] == ["断缴几个月能补"]
    assert "医" in change.form.department
    assert replace(change.form, content={}).origin == f"draft {draft.id}"
