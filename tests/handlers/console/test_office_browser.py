"""人员, 部门, 日历, 专人事项, 审计 and the rail in a real browser, wide and narrow."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from bot import Role, check_bureau, check_people_topic
from handlers.console.framing import RAIL

pytestmark = [pytest.mark.browser, pytest.mark.valkey]

CHROMIUM = Path("/usr/bin/chromium")
PASSWORD = "tiger-lamp-river-9"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}

#: Pages are drawn into this folder, for people to look at; unset = nowhere.
SHOTS = os.environ.get("WENZHENG_TEST_SHOTS", "")

#: Collects what the page was not allowed to do, from its first moment.
WATCH_CSP = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (e) =>
  window.violations.push(e.violatedDirective + ' ' + e.blockedURI));
"""

PAGES = {
    "officers": "/console/officers",
    "officer": "/console/officers/2",
    "bureaus": "/console/bureaus",
    "bureau": "/console/bureaus/1",
    "second-factor": "/console/second-factor",
    "topics": "/console/people-topics?try=我家的拆迁补偿怎么还没到",
    "topic": "/console/people-topics/1",
    "calendar": "/console/calendar?year=2026",
    "calendar-day": "/console/calendar?year=2026&day=2026-11-25",
    "calendar-2027": "/console/calendar?year=2027",
}


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
def open_page(chromium: Any, address: str, world: Any) -> Iterator[Callable[..., Any]]:
    """Open an address as an officer; fails on script errors and what CSP refused."""
    world.hire()
    _furnish(world)
    contexts, errors, pages = [], [], []

    def open_page(path: str, *, login: str = "limin", **options: Any) -> Any:
        context = chromium.new_context(**({"viewport": DESK} | options))
        contexts.append(context)
        page = context.new_page()
        pages.append(page)
        page.add_init_script(WATCH_CSP)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.set_default_timeout(20_000)
        page.goto(f"{address}/console/login")
        page.fill("#login", login)
        page.fill("#password", PASSWORD)
        page.click("button:has-text('登录')")
        page.goto(address + path)
        return page

    yield open_page
    found = [page.evaluate("window.violations") for page in pages]
    for context in contexts:
        context.close()
    assert errors == []
    assert not any(found)


@pytest.fixture
def full_rail(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page of the rail, also those that are not there: they lead to 人员."""
    known = world.app.view_functions
    entries = [
        e if e.endpoint in known else replace(e, endpoint="console.show_officers")
        for e in RAIL
    ]
    monkeypatch.setattr("handlers.console.framing.RAIL", entries)


def _furnish(world: Any) -> None:
    """Three bureaus, and a few people."""
    lists = {
        "市医保局": {"departments": "市医疗保障局", "topics": "医保\n报销\n断缴"},
        "云河区综合窗口": {"regions": "云河区"},
        "综合服务": {},
    }
    ids = [
        world.parts.bureaus.save(check_bureau({"name": name} | words), changed_by=1)
        for name, words in lists.items()
    ]
    world.parts.bureaus.set_default(ids[-1], changed_by=1)
    world.hire("wangwei", "王伟", role=Role.AGENT, bureau_id=ids[0])
    world.hire("zhaohong", "赵红", role=Role.TEAM_LEAD, bureau_id=ids[0])
    world.hire("chenjing", "陈静", role=Role.SUPERVISOR)
    world.hire("zhoushen", "周审", role=Role.AUDITOR)
    world.parts.officers.set_active(2, is_active=False, changed_by=1)
    for name, words in (("拆迁补偿", "拆迁,征收补偿"), ("信访复查", "信访,复查复核")):
        topic = check_people_topic(name, words, ids[1] if "拆" in name else None)
        world.parts.people_topics.save(topic, changed_by=1)
    days = world.parts.office_days
    days.set_day(date(2026, 11, 25), is_working=False, note="全市停工", changed_by=1)
    days.set_day(date(2026, 11, 28), is_working=True, note="补班", changed_by=1)
    world.parts.live_calendar.forget()


def shoot(page: Any, name: str) -> None:
    """Draw the page into the folder, if one is set."""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def is_narrow_enough(page: Any) -> bool:
    """Tell whether nothing must be moved sideways to be read."""
    width = "document.documentElement.scrollWidth <= window.innerWidth"
    inside = "document.querySelector('main').scrollWidth <= window.innerWidth"
    return bool(page.evaluate(f"{width} && {inside}"))


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["wide", "narrow"])
def test_the_audit_fits_both_screens(
    open_page: Callable[..., Any], size: dict[str, int]
) -> None:
    """And its filter finds what happened on a day."""
    page = open_page("/console/audit", login="zhoushen", viewport=size)
    shoot(page, f"audit-{size['width']}")
    assert is_narrow_enough(page)
    page.select_option("#action", label="停用账号")
    page.click("button:has-text('查看')")
    expect(page.locator(".audit-item")).to_have_count(1)
    assert "停用账号" in page.inner_text(".audit-item")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_fits_both_screens(open_page: Callable[..., Any], name: str) -> None:
    """On a phone everything that is pressed is large enough for a finger."""
    for width, size in ((1280, DESK), (390, PHONE)):
        page = open_page(PAGES[name], viewport=size, has_touch=width == 390)
        shoot(page, f"{name}-{width}")
        assert is_narrow_enough(page), width
        buttons = page.locator("main .btn:visible")
        heights = [
            buttons.nth(at).bounding_box()["height"] for at in range(buttons.count())
        ]
        assert all(height >= (44 if width == 390 else 28) for height in heights)


def test_a_phone_shows_four_pages_and_the_others_behind_more(
    open_page: Callable[..., Any], full_rail: None
) -> None:
    """The administrator of a small office has nearly all of them."""
    page = open_page("/console/bureaus", viewport=PHONE, has_touch=True)
    known = page.locator(".rail > a")
    assert known.count() > 5
    shown = page.locator(".rail > a:visible")
    expect(shown).to_have_count(4)
    assert "is-here" in page.get_attribute(".rail-more summary", "class")
    page.click(".rail-more summary")
    shoot(page, "more-390")
    sheet = page.locator(".rail-sheet a:visible")
    expect(sheet).to_have_count(known.count() - 4)
    labels = shown.all_inner_texts() + sheet.all_inner_texts()
    assert len(set(labels)) == known.count()
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    page.click(".rail-more summary")
    page.click(".page-title")
    expect(page.locator(".rail-sheet a:visible")).to_have_count(0)
    page.click(".rail-more summary")
    page.click(".rail-sheet a:has-text('人员')")
    page.wait_for_url("**/console/officers")


def test_no_page_of_the_rail_is_out_of_reach_on_a_low_screen(
    open_page: Callable[..., Any], full_rail: None
) -> None:
    """It scrolls; nothing is cut off."""
    shoot(open_page("/console/officers"), "rail-1280")
    page = open_page("/console/officers", viewport={"width": 1280, "height": 420})
    assert not page.is_visible(".rail-more")
    last = page.locator(".rail > a").last
    last.scroll_into_view_if_needed()
    box = last.bounding_box()
    assert box["y"] + box["height"] <= 420
    last.click()


def test_every_entry_of_the_rail_has_its_picture(world: Any) -> None:
    """A name that is not in the sprite would be an empty square."""
    sprite = next(Path("handlers/static/vendor").glob("icons.*.svg"))
    drawn = sprite.read_text(encoding="utf-8")
    assert [e.icon for e in RAIL if f'id="{e.icon}"' not in drawn] == []


def test_an_account_is_made_by_link_and_works(
    open_page: Callable[..., Any], chromium: Any
) -> None:
    """From the choice of role and bureau to the first page of the new colleague."""
    page = open_page("/console/officers")
    page.select_option("#role", "agent")
    page.select_option("#bureau_id", label="市医保局")
    page.click("button:has-text('生成')")
    link = page.input_value("#setup-link")
    shoot(page, "link-1280")
    other = chromium.new_context(viewport=PHONE).new_page()
    other.goto(link)
    other.fill("#login", "liuyang")
    other.fill("#name", "刘洋")
    other.fill("#staff_number", "0301")
    other.fill("#password", PASSWORD)
    other.fill("#password_again", PASSWORD)
    shoot(other, "setup-390")
    other.click("main button")
    other.wait_for_selector(".rail")
    page.reload()
    page.goto(page.url.partition("/links")[0])
    assert "刘洋" in page.inner_text("main")
    other.context.close()
