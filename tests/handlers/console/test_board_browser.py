"""The board in a real browser: live figures, reading along, a word to the holder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import AuditFilter, Bureau, Channel

pytestmark = [pytest.mark.browser, pytest.mark.valkey]

CHROMIUM = Path("/usr/bin/chromium")
PASSWORD = "tiger-lamp-river-9"
PHONE = "13812345678"

#: Pictures for people to look at; only where somebody asks for them.
SHOTS = os.environ.get("BOARD_SHOTS", "")

PHONE_SIZE = {"width": 390, "height": 844}

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
def log_in(chromium: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Pages of officers, each with cookies of its own."""
    contexts, errors = [], []

    def make(login: str, size: dict[str, int] | None = None) -> Any:
        size = size or {"width": 1280, "height": 900}
        context = chromium.new_context(viewport=size, base_url=address)
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(WATCH_CSP)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.set_default_timeout(20_000)
        page.goto("/console/login")
        page.fill("#login", login)
        page.fill("#password", PASSWORD)
        page.click("button:has-text('登录')")
        page.wait_for_selector("#live-state[data-state=up]")
        return page

    yield make
    for context in contexts:
        for page in context.pages:
            errors += page.evaluate("window.violations")
        context.close()
    assert errors == []


@pytest.fixture
def office(world: Any) -> Any:
    """Two bureaus with an agent each, a lead of the first, a supervisor; a Monday."""
    world.change("web", max_streams=20)
    store = world.parts.bureaus
    first = store.save(Bureau(0, "市医保局"), changed_by=0)
    second = store.save(Bureau(0, "市公安局"), changed_by=0)
    store.set_default(first, changed_by=0)
    people = {
        "limin": ("李敏", "agent", first),
        "wangfang": ("王芳", "agent", first),
        "zhaoqiang": ("赵强", "agent", second),
        "zuzhang": ("钱组长", "team_lead", first),
        "duban": ("孙督办", "supervisor", None),
    }
    world.people = {
        login: world.hire(login, name, role=role, bureau_id=bureau)
        for login, (name, role, bureau) in people.items()
    }
    world.clock.go_on(days=1)
    return world


def shoot(page: Any, name: str) -> None:
    """Take a picture of the whole page."""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def fits(page: Any) -> bool:
    """Tell whether nothing makes the page scroll sideways."""
    return bool(
        page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    )


def tile(page: Any, label: str) -> str:
    """Return the selector of a tile's figure."""
    return f".tile:has(.tile-label:text-is('{label}')) .tile-value"


def actions(office: Any) -> list[str]:
    """List what the audit trail holds."""
    return [entry.action for entry in office.parts.audit_trail.list(AuditFilter())]


@pytest.mark.parametrize("size", [None, PHONE_SIZE], ids=["1280", "390"])
def test_the_board_follows_what_happens(
    office: Any, log_in: Callable[..., Any], size: dict[str, int] | None
) -> None:
    """A citizen who asks appears by himself; the figure leads to the list."""
    width = size["width"] if size else 1280
    page = log_in("duban", size)
    page.goto("/console/board")
    page.wait_for_selector("#live-state[data-state=up]")
    page.evaluate("window.sameAsBefore = true")
    assert page.inner_text(tile(page, "待接入")) == "0"
    office.ask("灵活就业的医保断缴两个月，还能补吗？")
    page.wait_for_selector(f"{tile(page, '待接入')}:text-is('1')")
    office.parts.desk.claim(1, officer_id=office.people["limin"].id)
    page.wait_for_selector(f"{tile(page, '接待中')}:text-is('1')")
    office.ask("退休以后去哪里报销？", who="citizen-2")
    office.clock.go_on(minutes=20)
    office.ask("异地住院怎么备案？", who="citizen-3")
    page.wait_for_selector(f"{tile(page, '待接入')}:text-is('2')")
    assert page.evaluate("window.sameAsBefore") is True
    assert fits(page)
    # Green is said of nobody whose page has been silent for long.
    hollow = page.eval_on_selector_all(
        ".load-list .dot.offline",
        "dots => dots.map((dot) => getComputedStyle(dot).backgroundColor)",
    )
    assert hollow
    assert set(hollow) == {"rgba(0, 0, 0, 0)"}
    shoot(page, f"board-{width}")
    page.click(tile(page, "待接入"))
    page.wait_for_selector("#t2")
    assert page.is_visible("#t3")
    assert fits(page)
    shoot(page, f"oversight-{width}")


@pytest.mark.parametrize("size", [None, PHONE_SIZE], ids=["1280", "390"])
def test_ticked_tickets_are_given_away(
    office: Any, log_in: Callable[..., Any], size: dict[str, int] | None
) -> None:
    """Ticks outlive a live update; each ticket's fate is told."""
    for number in (1, 2, 3):
        office.ask("断缴了还能补吗", who=f"citizen-{number}")
    page = log_in("zuzhang", size)
    page.goto("/console/oversight?list=bureau")
    page.wait_for_selector("#live-state[data-state=up]")
    page.check("#t1 [name=ticket]")
    page.check("#t2 [name=ticket]")
    office.ask("还有一个问题", who="citizen-4")
    page.wait_for_selector("#t4")
    assert page.is_checked("#t1 [name=ticket]")
    assert not page.is_checked("#t3 [name=ticket]")
    # Over before the form is sent: this one must fail and say so.
    office.parts.desk.resolve(2, officer_id=office.people["limin"].id, reason="已答复")
    page.wait_for_timeout(1500)
    # Gone from the list by now: sent by a page that had not heard of it.
    page.evaluate(
        """() => { const box = document.createElement('input');
        box.type = 'hidden'; box.name = 'ticket'; box.value = '2';
        document.querySelector('#oversight').after(box); }"""
    )
    page.select_option("[name=to]", str(office.people["wangfang"].id))
    page.click(".reassign-bar button")
    page.wait_for_selector("text=成功 1 个，没有改派 1 个")
    assert office.parts.desk.get_ticket(1).officer_id == office.people["wangfang"].id
    assert office.parts.desk.get_ticket(3).officer_id is None
    assert fits(page)
    shoot(page, f"moved-{size['width'] if size else 1280}")


@pytest.mark.parametrize("size", [None, PHONE_SIZE], ids=["1280", "390"])
def test_read_along_then_a_word_then_taken_over(
    office: Any, log_in: Callable[..., Any], size: dict[str, int] | None
) -> None:
    """The agent chats on unaware, is told the word, and sees who took it."""
    width = size["width"] if size else 1280
    office.ask("断缴了还能补吗")
    office.parts.desk.claim(1, officer_id=office.people["limin"].id)
    agent = log_in("limin", size)
    agent.goto("/console/tickets/1?tab=mine")
    agent.wait_for_selector("#live-state[data-state=up]")
    lead = log_in("duban", size)
    lead.goto("/console/tickets/1")
    lead.wait_for_selector("#live-state[data-state=up]")
    assert "ticket.watched" in actions(office)
    agent.wait_for_timeout(1500)
    assert "孙督办" not in agent.inner_text("body")
    agent.fill("#reply-text", "您断缴了几个月？")
    agent.press("#reply-text", "Control+Enter")
    lead.wait_for_selector("#messages :text('您断缴了几个月')")
    shoot(lead, f"watch-{width}")
    lead.fill("#reply-text", "先核对断缴的月份")
    lead.press("#reply-text", "Control+Enter")
    agent.wait_for_selector("#messages :text('先核对断缴的月份')")
    agent.wait_for_selector(".toast-line")
    shoot(agent, f"whisper-{width}")
    shown = office.parts.front_desk.list_messages(Channel.WEB, "citizen-1")
    assert "先核对断缴的月份" not in str(shown)
    office.parts.desk.assign(
        1, office.people["duban"].id, officer_id=office.people["duban"].id
    )
    agent.wait_for_selector("#chat-head:has-text('孙督办')")
    shoot(agent, f"taken-{width}")
    assert fits(agent)
    assert fits(lead)


@pytest.mark.parametrize("size", [None, PHONE_SIZE], ids=["1280", "390"])
def test_a_masked_line_is_opened_once(
    office: Any, log_in: Callable[..., Any], size: dict[str, int] | None
) -> None:
    """Shown in its place for a reason, written down, and gone with the page."""
    office.ask("断缴了还能补吗")
    holder = office.people["limin"].id
    office.parts.desk.claim(1, officer_id=holder)
    office.ask(f"我的身份证 110101199003074477，电话 {PHONE}")
    page = log_in("limin", size)
    page.goto("/console/tickets/1?tab=mine")
    page.wait_for_selector("#live-state[data-state=up]")
    assert "110101199003074477" not in page.content()
    page.click(".reveal summary")
    page.fill(".reveal [name=words]", "核对参保身份")
    page.click(".reveal button")
    page.wait_for_selector(".revealed-text:has-text('110101199003074477')")
    assert "message.revealed" in actions(office)
    assert fits(page)
    shoot(page, f"reveal-{size['width'] if size else 1280}")
    page.reload()
    assert "110101199003074477" not in page.content()
