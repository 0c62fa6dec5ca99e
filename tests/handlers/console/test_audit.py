"""The page 审计: everything that is written down, in words, and found again."""

from __future__ import annotations

import ast
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot import BEIJING, audit
from handlers.console.audit import PAGE_SIZE
from handlers.console.wording_audit import (
    ACTIONS,
    describe_action,
    describe_detail,
    describe_subject,
)

BOT = Path(__file__).parents[3] / "bot"

#: How an action looks; names of columns and files look like it.
ACTION = re.compile(r"[a-z][a-z_]+\.[a-z_]+")
NO_ACTION = re.compile(r".*\.(id|yaml|txt|json|csv|xlsx|docx|bureau_id)")

#: Methods of ``Act`` whose words are written down below ``ticket.``.
ACTS = {"store", "note"}


def written_actions() -> set[str]:
    """Return every action that the code of ``bot`` can write down."""
    found = set()
    for path in sorted(BOT.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                is_action = ACTION.fullmatch(node.value) and "audit" in source
                if is_action and not NO_ACTION.fullmatch(node.value):
                    found.add(node.value)
            is_act = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if is_act and node.func.attr in ACTS:
                found |= {f"ticket.{word}" for word in _words(node.args)}
    # A prefix is completed by the word behind it.
    return {action for action in found if not action.endswith("_")}


def _words(args: list[ast.expr]) -> set[str]:
    return {
        arg.value
        for arg in args
        if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
    }


def test_every_action_has_words() -> None:
    """An auditor reads no code. A new action: add a line to wording_audit.ACTIONS."""
    actions = written_actions()
    assert {"officer.off", "ticket.resolved", "totp.on", "ticket.file"} <= actions
    assert actions - set(ACTIONS) == set()


def test_details_are_told_in_the_words_of_the_pages() -> None:
    """Roles by their names, a missing bureau as the whole office."""
    assert describe_subject("role agent, bureau None") == "角色 坐席，全单位"
    assert describe_subject("officer 3") == "账号 3"
    detail = "role team_lead, bureau 2; was role agent, bureau None"
    assert describe_detail(detail) == "角色 组长，部门 2；原来是 角色 坐席，全单位"
    assert describe_detail("closed: 全市停工") == "改为休息：全市停工"
    assert describe_detail("33 off, 6 worked") == "放假 33 天，调休上班 6 天"
    assert describe_detail("role nobody") == "角色 nobody"
    assert describe_action("no.words") == "no.words"


@pytest.fixture
def auditor(world: Any, console: Any) -> Any:
    """The browser of an auditor, and a trail of two days by two people."""
    world.hire("shenji", "周审", role="auditor")
    second = world.hire("wangwei", "王伟", role="agent")
    with Session(world.parts.engine) as session, session.begin():
        for at in range(PAGE_SIZE + 5):
            audit(
                session,
                "ticket.note" if at % 2 else "ticket.officer",
                f"ticket {at}",
                officer_id=second.id,
                at=world.clock() - timedelta(days=at % 2),
            )
    console.log_in("shenji")
    return console


def test_the_trail_is_found_by_person_action_and_day(world: Any, auditor: Any) -> None:
    """And by several of them at once; a day is Beijing's."""
    page = auditor.open("/console/audit").text
    assert page.count("audit-item") == PAGE_SIZE
    assert "更早的" in page
    notes = auditor.open("/console/audit?action=ticket.note").text
    assert notes.count("audit-item") == (PAGE_SIZE + 5) // 2
    assert "写内部备注" in notes
    mine = auditor.open("/console/audit?officer=1").text
    assert "周审" in mine
    assert "ticket 3" not in mine
    day = world.clock().astimezone(BEIJING).date()
    today = auditor.open(f"/console/audit?officer=2&action=ticket.officer&on={day}")
    assert today.text.count("audit-item") == (PAGE_SIZE + 6) // 2
    none = auditor.open("/console/audit?on=2001-01-01").text
    assert "没有符合的记录" in none


def test_an_old_page_has_no_entry_of_the_first(auditor: Any) -> None:
    """The link goes on where the page ended, with the same filter."""
    first = auditor.open("/console/audit?officer=2").text
    link = re.search(r'href="([^"]*before=[^"]*)"', first)
    assert link
    second = auditor.open(link[1].replace("&amp;", "&")).text
    numbers = [set(re.findall(r"第 (\d+) 条", page)) for page in (first, second)]
    assert numbers[0]
    assert numbers[1]
    assert not numbers[0] & numbers[1]


def test_nothing_on_the_page_changes_the_trail(auditor: Any) -> None:
    """There is no form but the filter, which only asks, and the look at the chain."""
    page = auditor.open("/console/audit").text
    forms = re.findall(r'<form[^>]*method="post"[^>]*action="([^"]*)"', page)
    # Looking whether it was altered adds a line and changes none.
    assert forms == ["/console/logout", "/console/audit/verify"]
    answer = auditor.send("/console/audit", page="/console/audit", officer="1")
    assert answer.status_code == 405


def test_an_auditor_looks_whether_the_trail_was_altered(
    world: Any, auditor: Any
) -> None:
    """By one button; who looked and what came out stands there from then on."""
    assert "还没有核验过" in auditor.open("/console/audit").text
    page = verify(auditor)
    assert "条记录都对得上" in page
    assert "上次核验" in page
    assert "没有发现改动" in page
    head = re.search(r"<code>([^<]+)</code>", page)
    assert head
    assert "条记录都对得上" in verify(auditor, head[1])
    with world.parts.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE audit SET officer_id = 1 WHERE id = 7")
    page = verify(auditor, head[1])
    assert "审计记录对不上" in page
    assert "第 7 条被改过" in page


def test_a_slip_of_the_pen_is_told(auditor: Any) -> None:
    """What was typed stays, and the page says what a seal looks like."""
    answer = auditor.send("/console/audit/verify", page="/console/audit", expect="x<1>")
    assert answer.status_code == 400
    assert "封条应当像" in answer.text
    assert "x&lt;1&gt;" in answer.text


def verify(auditor: Any, expect: str = "") -> str:
    """Press the button; returns the page."""
    answer = auditor.send("/console/audit/verify", page="/console/audit", expect=expect)
    assert answer.status_code == 200
    page: str = answer.text
    return page
