"""From 不满意 on the citizen's page to the follow-up closed by another person."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from bot import Role, check_bureau

pytestmark = [pytest.mark.browser, pytest.mark.valkey]

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
PASSWORD = "tiger-lamp-river-9"

#: Where to put pictures of the pages; nowhere unless told.
SHOTS = os.environ.get("WENZHENG_SHOTS", "")

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
def open_page(chromium: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Open a page of somebody: a citizen, or an officer who logs in."""
    contexts, pages, errors = [], [], []

    def open_page(path: str, width: int, login: str = "") -> Any:
        context = chromium.new_context(viewport={"width": width, "height": 844})
        context.add_init_script(WATCH_CSP)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        pages.append(page)
        if login:
            page.goto(f"{address}/console/login")
            page.fill("#login", login)
            page.fill("#password", PASSWORD)
            page.click("button:has-text('登录')")
            page.wait_for_url("**/console/**")
        page.goto(address + path)
        return page

    yield open_page
    assert errors == []
    for page in pages:
        assert page.evaluate("window.violations") == []
    for context in contexts:
        context.close()


@pytest.fixture
def office(world: Any) -> dict[str, Any]:
    """A bureau with an agent and two leads; one of them serves now and then."""
    boss = world.hire()
    store = world.parts.bureaus
    store.save(check_bureau({"name": "市医保局"}), changed_by=boss.id)
    bureau = next(each.id for each in store.list() if each.name == "市医保局")
    store.set_default(bureau, changed_by=boss.id)

    def hire(login: str, name: str, number: str, role: Role) -> Any:
        return world.hire(login, name, role=role, bureau_id=bureau, staff_number=number)

    return {
        "agent": hire("agent", "王强", "0301", Role.AGENT),
        "serving": hire("serving", "赵云", "0302", Role.TEAM_LEAD),
        "lead": hire("lead", "陈静", "0303", Role.TEAM_LEAD),
    }


def shoot(page: Any, name: str) -> None:
    """Keep a picture where somebody wants to look at it."""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png")


def is_too_wide(page: Any) -> bool:
    """Tell whether one must scroll sideways."""
    wide = "document.documentElement.scrollWidth - window.innerWidth"
    return bool(page.evaluate(wide) > 0)


@pytest.mark.parametrize("width", [390, 1280])
def test_from_dissatisfied_to_closed_by_another(
    open_page: Any, office: Any, world: Any, width: int
) -> None:
    """Who was rated is refused; a colleague takes it, writes, and closes it."""
    desk = world.parts.desk
    citizen = open_page("/chat", width)
    citizen.fill("#text", "医保断缴两个月，能补吗")
    citizen.press("#text", "Enter")
    citizen.wait_for_selector("#attach:not([hidden])")
    serving = office["serving"].id
    ticket = desk.claim_next(officer_id=serving)
    desk.reply(ticket.id, officer_id=serving, text="不知道", client_key="k")
    citizen.wait_for_selector("text=不知道")
    lead = open_page("/console/follow-ups", width, "lead")
    expect(lead.locator("text=没有未办结的回访")).to_be_visible()
    desk.close(ticket.id, officer_id=serving)
    citizen.click(".is-rating >> button[value='2']")
    citizen.fill(".is-rating textarea", "问了等于没问，还催我走")
    citizen.click(".is-rating >> text=提交")
    citizen.wait_for_selector("text=已经记下")
    # By itself, while the page is open.
    lead.wait_for_selector(".rated-item >> text=问了等于没问")
    expect(lead.locator("text=还没有人接")).to_be_visible()
    assert not is_too_wide(lead)
    shoot(lead, f"follow-up-open-{width}")

    own = open_page("/console/follow-ups", width, "serving")
    expect(own.locator("text=说的是您自己的工作，由别的同事回访")).to_be_visible()
    expect(own.locator("button:has-text('我来回访')")).to_have_count(0)
    shoot(own, f"follow-up-own-{width}")
    agent = open_page("/console/follow-ups", width, "agent")
    expect(agent.locator("button:has-text('我来回访')")).to_have_count(0)

    lead.click("button:has-text('我来回访')")
    lead.wait_for_selector("text=已由您回访")
    lead.click(".close-form button")
    lead.wait_for_selector(".field-error")
    shoot(lead, f"follow-up-empty-{width}")
    lead.fill("textarea[name=result]", "已电话核实。重新告知补缴办法，向市民道歉。")
    lead.click(".close-form button")
    lead.wait_for_selector("text=回访已办结")
    lead.click(".state-links >> text=已办结")
    lead.wait_for_selector("text=已电话核实")
    expect(lead.locator(".follow-state >> text=陈静")).to_be_visible()
    assert not is_too_wide(lead)
    shoot(lead, f"follow-up-closed-{width}")
    lead.goto(lead.url.split("/console/")[0] + "/console/ratings")
    lead.wait_for_selector(".rated-item >> text=不满意")
    expect(lead.locator("text=样本不足").first).to_be_visible()
    assert not is_too_wide(lead)
    shoot(lead, f"ratings-{width}")


def test_what_is_being_written_is_not_swept_away(
    open_page: Any, office: Any, world: Any
) -> None:
    """Another citizen rates meanwhile: a line says so, the words stay."""
    from bot import Channel, RatingTarget, Score

    desk, serving = world.parts.desk, office["serving"].id
    for who in ("one", "two"):
        world.ask("医保断缴两个月，能补吗", who=who)
        ticket = desk.claim_next(officer_id=serving)
        desk.reply(ticket.id, officer_id=serving, text="不知道", client_key=who)
        desk.close(ticket.id, officer_id=serving)
    first, second = sorted(ticket.id for ticket in world.tickets())
    rate = world.parts.ratings.rate
    rate(Channel.WEB, "one", RatingTarget(first), Score.BAD)
    lead = open_page("/console/follow-ups", 1280, "lead")
    lead.click("button:has-text('我来回访')")
    lead.wait_for_selector("#live-state[data-state=up]")
    lead.fill("textarea[name=result]", "写到一半")
    rate(Channel.WEB, "two", RatingTarget(second), Score.VERY_BAD)
    lead.wait_for_selector("#rated-news:visible")
    assert lead.input_value("textarea[name=result]") == "写到一半"
