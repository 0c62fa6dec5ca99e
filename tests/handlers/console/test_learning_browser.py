"""The pages of learning in a real browser, at a desk and on a telephone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import Role, check_bureau
from bot.tables import MessageRow, TicketRow
from tests.fakes import CITY, FakeKnowledgeBase

pytestmark = [pytest.mark.browser, pytest.mark.valkey]

CHROMIUM = Path("/usr/bin/chromium")
PASSWORD = "tiger-lamp-river-9"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}

#: Where pictures go, for somebody who wants to look at the pages.
SHOTS = os.environ.get("WENZHENG_TEST_SHOTS", "")

WATCH_CSP = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (e) =>
  window.violations.push(e.violatedDirective + ' ' + e.blockedURI));
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for the module."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture
def office(world: Any) -> Any:
    """Two served chats of a bureau; returns it with a voted line and its entry."""
    boss = world.hire()
    world.parts.bureaus.save(check_bureau({"name": "市医保局"}), changed_by=boss.id)
    bureau = next(b.id for b in world.parts.bureaus.list() if b.name == "市医保局")
    knowledge = FakeKnowledgeBase(CITY)
    world.parts.knowledge_base = knowledge
    agent = world.hire("agent", "李敏", role=Role.AGENT, bureau_id=bureau)
    world.hire("super", "周督", role=Role.SUPERVISOR)
    for number, question in enumerate(
        ("灵活就业医保断缴两个月还能补吗", "老人过世后医保卡里的钱怎么取")
    ):
        world.ask(question, who=f"citizen-{number}")
        id_ = world.tickets()[0].id
        with Session(world.parts.engine) as session, session.begin():
            session.get_one(TicketRow, id_).bureau_id = bureau
        desk = world.parts.desk
        desk.claim(id_, officer_id=agent.id)
        reply = "您好，断缴 3 个月以内可以补，带身份证到医保中心一楼。"
        desk.reply(id_, officer_id=agent.id, text=reply, client_key=f"k{id_}")
        desk.resolve(id_, officer_id=agent.id, reason="已答复")
    entry = knowledge.passages[0]
    with Session(world.parts.engine) as session, session.begin():
        lines = session.scalars(
            select(MessageRow).where(
                MessageRow.sender == "bot", MessageRow.answer.is_not(None)
            )
        ).all()
        for line in lines:
            evidence = dict((line.answer or {})["evidence"])
            found = {"entry_id": entry.entry_id, "title": entry.title}
            evidence["hits"] = [{**hit, **found} for hit in evidence["hits"]]
            line.answer = (line.answer or {}) | {"evidence": evidence}
        ids = [line.id for line in lines]
    votes = world.parts.learning.votes
    votes.vote(ids[0], officer_id=agent.id, is_right=False, note="期限已经改为六个月")
    return {"entry": entry.entry_id, "agent": agent.id}


@pytest.fixture
def open_page(chromium: Any, address: str, office: Any) -> Iterator[Callable[..., Any]]:
    """Open a page as somebody; fails on script errors and on forbidden things."""
    contexts, errors = [], []

    def open_page(path: str, login: str = "super", **viewport: int) -> Any:
        context = chromium.new_context(viewport=viewport or DESK)
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(WATCH_CSP)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.set_default_timeout(20_000)
        page.goto(f"{address}/console/login")
        page.fill("#login", login)
        page.fill("#password", PASSWORD)
        page.click("button:has-text('登录')")
        page.wait_for_selector("nav.rail")
        page.goto(address + path)
        return page

    yield open_page
    assert errors == []
    for context in contexts:
        for page in context.pages:
            assert page.evaluate("window.violations") == []
        context.close()


def shoot(page: Any, name: str) -> None:
    """Keep a picture if somebody wants to look."""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def test_a_sheet_by_keyboard_and_the_next_chat(open_page: Any, world: Any) -> None:
    """Four keys, a word, on to the next one."""
    page = open_page("/console/reviews/1?tab=escalated")
    for key in "5453":
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.id") == "comment"
    page.keyboard.type("50 分的口气，可以更全")
    assert page.input_value("#comment") == "50 分的口气，可以更全"
    shoot(page, "sheet-1280")
    page.click("text=保存，下一个")
    page.wait_for_url("**/console/reviews/2?tab=escalated")
    (review,) = world.parts.learning.reviews.list_mine(
        world.parts.officers.get_officer(world.tickets()[0].officer_id)
    )
    assert [review.sheet.scores[name] for name in review.sheet.scores] == [5, 4, 5, 3]


def test_votes_without_leaving_the_chat(
    open_page: Any, world: Any, office: Any
) -> None:
    """One click, swapped in place; changed by another."""
    page = open_page("/console/tickets/2?tab=all", login="agent")
    page.click("text=答错了")
    page.wait_for_selector(".vote-button.is-wrong")
    page.fill(".vote-note input[name=note]", "应当去一楼")
    page.click(".vote-note button")
    page.wait_for_function(
        "document.querySelector('.vote-note input[name=note]').value"
    )
    shoot(page, "vote-1280")
    page.click("text=答对了")
    page.wait_for_selector(".vote-button.is-right")
    expect(page.locator(".vote-note")).to_have_count(0)
    assert page.evaluate("document.querySelectorAll('.vote').length") == 1


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_fits(open_page: Any, office: Any, width: int, world: Any) -> None:
    """Nothing sticks out sideways; one look at each page."""
    learning = world.parts.learning
    from bot import check_draft, check_sheet

    sheet = check_sheet(
        {"right": 2, "complete": 3, "polite": 5, "on_time": 4, "comment": "期限说错了"}
    )
    boss = next(o for o in world.parts.officers.list_officers() if o.login == "super")
    learning.reviews.save(1, sheet, officer_id=boss.id)
    form = {"question": "医保断缴能补吗", "answer": "可以。\n带身份证。", "basis": ""}
    learning.drafts.add(check_draft(form), officer_id=office["agent"], ticket_id=1)
    size = DESK if width == DESK["width"] else PHONE
    pages = {
        "queue": ("/console/reviews", "super"),
        "sampled": ("/console/reviews?tab=sampled", "super"),
        "review": ("/console/reviews/2", "super"),
        "mine": ("/console/reviews", "agent"),
        "given": ("/console/reviews/1", "agent"),
        "wrong": ("/console/wrong", "limin"),
        "entry": (f"/console/entries/{office['entry']}", "limin"),
        "gaps": ("/console/gaps", "limin"),
        "drafts": ("/console/drafts", "limin"),
        "draft": ("/console/drafts/1", "limin"),
    }
    for name, (path, login) in pages.items():
        page = open_page(path, login=login, **size)
        shoot(page, f"{name}-{width}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
