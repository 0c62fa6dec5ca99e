"""The page 数据 in a real browser: charts, tables, filter, paper, dark, small."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from bot import FigureStore, Role
from tests.figure_city import CALENDAR, NOW, make_city
from tests.handlers.console.test_browser import Tab, chromium, new_tab

pytestmark = [pytest.mark.browser, pytest.mark.valkey]

__all__ = ["chromium", "new_tab"]

MONTH = "/console/figures?span=month&day=2026-10-01"


@pytest.fixture
def busy(world: Any) -> Iterator[Any]:
    """An office with the conversations of a season."""
    make_city(900).write(world.parts.engine)
    world.clock.now = NOW
    world.parts.figures = FigureStore(world.parts.engine, world.clock, lambda: CALENDAR)
    world.hire("super", "督办员", role=Role.SUPERVISOR)
    return world


def log_in(tab: Tab) -> None:
    """Log in without waiting for a live connection, which this page has none of."""
    tab.open("/console/login")
    tab.page.fill("#login", "super")
    tab.page.fill("#password", "tiger-lamp-river-9")
    tab.page.click("button:has-text('登录')")
    tab.page.wait_for_selector(".rail")


def test_charts_are_drawn_from_their_tables(
    busy: Any, new_tab: Callable[..., Tab]
) -> None:
    """Four drawings with words of our own, each with its table one click away."""
    tab = new_tab()
    log_in(tab)
    tab.open(MONTH)
    page = tab.page
    page.wait_for_selector(".chart-canvas svg")
    expect(page.locator(".chart-canvas svg")).to_have_count(4)
    label = page.locator(".chart-canvas").first.get_attribute("aria-label")
    assert label == "2026 年 10 月每天的咨询和转人工次数。数字见表格。"
    first = page.locator(".chart").first
    expect(first.locator("table")).to_be_hidden()
    first.locator(".chart-switch").click()
    expect(first.locator("table")).to_be_visible()
    expect(first.locator(".chart-canvas")).to_be_hidden()
    first.locator(".chart-switch").click()
    box = first.locator(".chart-canvas").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_selector(".chart-canvas >> text=10-1")
    tab.check()


def test_the_filter_shows_the_days_that_count(
    busy: Any, new_tab: Callable[..., Tab]
) -> None:
    """One day for a week or a month; two for days of one's own."""
    tab = new_tab()
    log_in(tab)
    tab.open(MONTH)
    page = tab.page
    assert page.is_visible("[name=day]")
    assert not page.is_visible("[name=from]")
    page.select_option("[name=span]", "custom")
    assert not page.is_visible("[name=day]")
    page.fill("[name=from]", "2026-10-01")
    page.fill("[name=to]", "2026-10-31")
    page.click(".figures-filter button")
    page.wait_for_selector("text=2026 年 10 月 1 日至2026 年 10 月 31 日")
    page.click(".tile:has-text('放弃率') .tile-share a")
    page.wait_for_selector("h1:has-text('放弃率：全部')")
    assert page.locator("tbody tr").count() > 10
    tab.check()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits(
    busy: Any, new_tab: Callable[..., Tab], width: int, scheme: str, tmp_path: Any
) -> None:
    """No sideways scroll of the page, on neither theme."""
    tab = new_tab(viewport={"width": width, "height": 900})
    log_in(tab)
    tab.open(MONTH)
    page = tab.page
    if scheme == "dark":
        page.click("[data-theme-toggle]")
    page.wait_for_selector(".chart-canvas svg")
    main = "document.getElementById('main')"
    assert page.evaluate(f"{main}.scrollWidth - {main}.clientWidth") <= 0
    assert page.evaluate("document.body.scrollWidth - innerWidth") <= 0
    tab.check()


def test_the_summary_is_one_sheet_of_paper(
    busy: Any, new_tab: Callable[..., Tab]
) -> None:
    """All measures with their definitions on one A4 page."""
    tab = new_tab()
    log_in(tab)
    tab.open(MONTH)
    tab.page.wait_for_selector(".chart-canvas svg")
    paper = tab.page.pdf(prefer_css_page_size=True)
    import pypdfium2

    document = pypdfium2.PdfDocument(paper)
    try:
        sheets = len(document)
        sheet = document[0]
        words = sheet.get_textpage()
        text = words.get_text_range()
        size = tuple(round(side) for side in sheet.get_size())
        words.close()
        sheet.close()
    finally:
        document.close()
    assert (sheets, size) == (1, (595, 842))
    assert "人工 3 分钟响应率" in text
    assert "打印人：督办员" in text
    tab.check()


def test_a_recount_is_one_click(busy: Any, new_tab: Callable[..., Tab]) -> None:
    """Pressed on the page, all numbers are the same."""
    busy.clock.now = NOW + timedelta(minutes=1)
    tab = new_tab()
    log_in(tab)
    tab.open(MONTH)
    tab.page.click("text=重新核算")
    tab.page.wait_for_selector("h1:has-text('全部一致')")
    tab.check()
