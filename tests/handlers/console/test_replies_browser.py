"""自动回复 in a real browser: the live preview, and both sizes of screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import Hall, ReplySource, check_quick_reply

pytestmark = [pytest.mark.browser, pytest.mark.valkey]

CHROMIUM = Path("/usr/bin/chromium")
PASSWORD = "tiger-lamp-river-9"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}

#: Collects what the page was not allowed to do, from its first moment.
WATCH_CSP = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (e) =>
  window.violations.push(e.violatedDirective + ' ' + e.blockedURI));
"""

PAGES = (
    "/console/quick-replies",
    "/console/quick-replies?source=menu",
    "/console/quick-replies/new?source=menu",
    "/console/quick-replies/1",
    "/console/halls",
)


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
    """Open an address of the console as an officer; fails on script errors."""
    officer = world.hire()
    _furnish(world, officer.id)
    contexts, errors = [], []

    def open_page(path: str, **options: Any) -> Any:
        context = chromium.new_context(**({"viewport": DESK} | options))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.add_init_script(WATCH_CSP)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{address}/console/login?next={path.replace('?', '%3F')}")
        page.fill("#login", "limin")
        page.fill("#password", PASSWORD)
        page.click("button:has-text('登录')")
        page.wait_for_selector(".page-title")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def _furnish(world: Any, officer_id: int) -> None:
    long = "社保业务在二楼 B 区 12–20 号窗口办理。\n工作日 8:30–12:00，13:30–17:00。\n"
    long += "网上办：https://www.yunze.example/shebao/list?type=all&from=wechat"
    for source, key, fields in (
        (ReplySource.KEYWORD, "社保", {"text": long}),
        (ReplySource.KEYWORD, "停车", {"text": "地下一层，2 小时免费。"}),
        (ReplySource.KEYWORD, "老人补贴", {"question": "高龄津贴怎么领"}),
        (ReplySource.MENU, "a-very-long-key-of-an-old-menu-0001", {"text": "见网站。"}),
    ):
        reply = check_quick_reply(source, key=key, **fields)
        world.parts.quick_replies.save(reply, changed_by=officer_id)
    world.parts.quick_replies.set_active(2, is_active=False, changed_by=officer_id)
    name = "云泽市高新技术产业开发区政务服务中心（含不动产登记分中心）"
    hours = "周一至周五 8:30–12:00，13:30–17:00；周六 9:00–12:00"
    halls = [
        Hall("西山区政务服务中心", "青岩大道 203 号", 26.633, 118.1407, "西山区"),
        Hall(name, "创新一路 1 号", 26.67, 118.22, "高新区", "0599-3218400", hours),
    ]
    world.parts.halls.replace_all(halls)


def test_the_preview_follows_what_is_typed(open_page: Callable[..., Any]) -> None:
    """Without a button; markup stays text; the other way hides its field."""
    page = open_page("/console/quick-replies/new")
    assert page.is_visible("#preview :text('写了内容以后')")
    page.fill("#key", "社保")
    page.fill("#text", "二楼办。\n<b id=planted>三楼</b>")
    page.wait_for_selector(".preview-bubble:has-text('二楼办。')")
    assert "（智能应答）" in page.inner_text(".preview-bubble")
    assert page.query_selector("#planted") is None
    assert not page.is_visible("#question")

    page.click("label[for=as-question]")
    assert page.is_visible("#question")
    assert not page.is_visible("#text")
    page.fill("#question", "社保卡怎么办")
    page.wait_for_selector(".preview-bubble.is-question:has-text('社保卡怎么办')")
    assert page.evaluate("window.violations") == []


def test_it_works_without_javascript(open_page: Callable[..., Any]) -> None:
    """Preview by button, save, find, delete."""
    page = open_page("/console/quick-replies/new", java_script_enabled=False)
    page.fill("#key", "公积金")
    page.fill("#text", "三楼办。")
    page.click("button:has-text('预览')")
    assert "三楼办。" in page.inner_text(".preview-bubble")
    page.click("button:has-text('保存')")
    page.fill("#q", "三楼")
    page.click("button:has-text('查找')")
    page.click(".reply-item:has-text('公积金') >> text=修改")
    page.click("summary:has-text('删除')")
    page.click("button:has-text('确定删除')")
    assert "“公积金”已删除" in page.inner_text(".toast-line")


@pytest.mark.parametrize("viewport", [PHONE, DESK, {"width": 320, "height": 640}])
def test_nothing_sticks_out(open_page: Callable[..., Any], viewport: Any) -> None:
    """No sideways scroll of the page or its main part, no target too small to touch."""
    page = open_page("/console/quick-replies", viewport=viewport)
    for path in PAGES:
        page.goto(page.url.split("/console")[0] + path)
        overflow = page.evaluate(
            "[document.documentElement, document.querySelector('main')]"
            ".map((each) => each.scrollWidth - each.clientWidth)"
        )
        assert overflow == [0, 0], path
        if viewport["width"] < 720:
            heights = page.eval_on_selector_all(
                "main .btn, main .form-control, main .page-tabs a",
                "all => all.filter(e => e.offsetParent).map(e => e.offsetHeight)",
            )
            assert min(heights) >= 44, path
    assert page.evaluate("window.violations") == []
