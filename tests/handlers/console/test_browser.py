"""The console in a real browser: live events, the reply box, keys, the small screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from bot import Channel, Trigger

pytestmark = [pytest.mark.browser, pytest.mark.valkey]

CHROMIUM = Path("/usr/bin/chromium")
PASSWORD = "tiger-lamp-river-9"

#: Collects what the page was not allowed to do, from its first moment.
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


class Tab:
    """A page that remembers what went wrong in it."""

    def __init__(self, page: Any, address: str) -> None:
        self.page = page
        self.address = address
        self.errors: list[str] = []
        page.add_init_script(WATCH_CSP)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.set_default_timeout(20_000)

    def open(self, path: str) -> None:
        """Open an address of the application."""
        self.page.goto(self.address + path)

    def log_in(self, login: str = "limin") -> None:
        """Fill in the login form as a person does."""
        self.open("/console/login")
        self.page.fill("#login", login)
        self.page.fill("#password", PASSWORD)
        self.page.click("button:has-text('登录')")
        self.wait_live()

    def wait_live(self) -> None:
        """Wait until the live connection stands."""
        self.page.wait_for_selector("#live-state[data-state=up]")

    def check(self) -> None:
        """Fail on script errors and on violations of the security policy."""
        assert self.errors == []
        assert self.page.evaluate("window.violations") == []


@pytest.fixture
def new_tab(chromium: Any, address: str) -> Iterator[Callable[..., Tab]]:
    """Browsers with cookies of their own."""
    contexts = []

    def make(**options: Any) -> Tab:
        size = {"width": 1280, "height": 800}
        context = chromium.new_context(**({"viewport": size} | options))
        contexts.append(context)
        return Tab(context.new_page(), address)

    yield make
    for context in contexts:
        context.close()


def test_from_the_one_time_link_to_the_first_reply(
    world: Any, new_tab: Callable[..., Tab]
) -> None:
    """Set-up, sign-in, a citizen appears by itself, is claimed and answered."""
    tab = new_tab()
    page = tab.page
    tab.open(f"/console/setup/{world.parts.officers.make_setup_token()}")
    fields = {"login": "limin", "name": "李敏", "staff_number": "0217"}
    fields |= {"department": "市医保局", "password": PASSWORD}
    for name, value in fields.items():
        page.fill(f"#{name}", value)
    page.fill("#password_again", PASSWORD)
    page.click("text=设置并登录")
    tab.wait_live()
    assert page.is_visible("text=现在没有人在等")
    page.evaluate("window.sameAsBefore = true")

    world.ask("灵活就业的医保断缴两个月，还能补吗？")
    page.wait_for_selector(".row-link:has-text('灵活就业的医保')")
    page.wait_for_selector(".toast-line:has-text('有市民在等人工')")
    assert page.evaluate("window.sameAsBefore") is True
    assert page.title().startswith("(1) ")

    page.click(".row-link")
    page.click("#claim-bar button")
    page.wait_for_selector("#composer")
    page.click("text=放入回复框")
    assert "灵活就业人员断缴后" in page.input_value("#reply-text")
    page.fill("#reply-text", "您好，请问最后一次缴费是哪个月？")
    assert page.inner_text(".counter") == "16/600"
    page.press("#reply-text", "Control+Enter")
    page.wait_for_selector(".message.officer:has-text('最后一次缴费')")
    assert page.input_value("#reply-text") == ""

    world.ask("9 月。")
    page.wait_for_selector(".message.citizen:has-text('9 月。')")
    said = [m.text for m in world.parts.desk.list_messages(1)]
    assert said.count("您好，请问最后一次缴费是哪个月？") == 1
    tab.check()


def test_a_draft_and_an_open_detail_survive_live_updates(
    world: Any, new_tab: Callable[..., Tab]
) -> None:
    """What is being written, read or focused stays while lines come in."""
    officer = world.hire()
    world.ask("灵活就业的医保断缴两个月，还能补吗？")
    world.parts.desk.claim(1, officer_id=officer.id)
    tab = new_tab()
    tab.log_in()
    tab.open("/console/tickets/1?tab=mine")
    tab.wait_live()
    page = tab.page
    page.click(".evidence summary")
    page.check("[name=kind][value=note]")
    page.type("#reply-text", "写到一半")
    world.ask("还在吗？")
    page.wait_for_selector(".message.citizen:has-text('还在吗？')")
    assert page.input_value("#reply-text") == "写到一半"
    assert page.is_checked("[name=kind][value=note]")
    assert page.evaluate("document.activeElement.id") == "reply-text"
    assert page.inner_text(".counter") == "4/600"
    assert page.is_visible(".evidence dd:has-text('还能补吗')")
    page.reload()
    tab.wait_live()
    assert page.input_value("#reply-text") == "写到一半"
    page.click("#composer button:has-text('记下备注')")
    page.wait_for_selector(".message.note:has-text('写到一半')")
    tab.check()


def test_a_colleague_who_comes_second_sees_who_was_first(
    world: Any, new_tab: Callable[..., Tab]
) -> None:
    """The claim bar goes away by itself, and a claim sent anyway is refused."""
    world.hire()
    second = world.hire("wangfang", "王芳", staff_number="0300", role="agent")
    world.ask("落户要回来办吗")
    tab = new_tab()
    tab.log_in()
    tab.open("/console/tickets/1")
    tab.wait_live()
    # The event is held back, as on a slow line: the button still stands there.
    tab.page.evaluate("document.getElementById('chat').removeAttribute('hx-get')")
    world.parts.desk.claim(1, officer_id=second.id)
    tab.page.click("#claim-bar button")
    tab.page.wait_for_selector(".toast-line:has-text('王芳')")
    assert tab.page.is_visible(".chat-head:has-text('接待中：市医保局 王芳')")
    assert not tab.page.is_visible("text=回复市民")
    tab.check()


def test_a_failed_reply_keeps_what_was_written(
    world: Any, new_tab: Callable[..., Tab]
) -> None:
    """The words stay in the box, with the reason above it."""
    officer = world.hire()
    world.ask("落户要回来办吗")
    world.parts.desk.claim(1, officer_id=officer.id)
    tab = new_tab()
    tab.log_in()
    tab.open("/console/tickets/1?tab=mine")
    tab.wait_live()
    page = tab.page
    page.fill("#reply-text", "要带户口本。")
    page.route("**/messages?*", lambda route: route.abort())
    page.press("#reply-text", "Control+Enter")
    page.wait_for_selector("#refusal:has-text('没有发出去')")
    assert page.input_value("#reply-text") == "要带户口本。"
    page.unroute("**/messages?*")
    page.press("#reply-text", "Control+Enter")
    page.wait_for_selector(".message.officer:has-text('要带户口本')")
    assert page.inner_text("#refusal") == ""
    tab.check()


def test_keys_lead_through_the_queue(world: Any, new_tab: Callable[..., Tab]) -> None:
    """J and K choose, Enter opens, R and N write, ? explains, Alt+E ends."""
    officer = world.hire()
    for n in range(3):
        world.ask(f"问题 {n}", who=f"citizen-{n}")
        world.parts.desk.claim(n + 1, officer_id=officer.id)
    tab = new_tab()
    tab.log_in()
    page = tab.page
    tab.open("/console/?tab=mine")
    tab.wait_live()
    for key in "jjk":
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/tickets/1**")
    page.wait_for_selector("#composer")
    page.keyboard.press("n")
    assert page.is_checked("[name=kind][value=note]")
    page.keyboard.type("jr?")
    assert page.input_value("#reply-text") == "jr?"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.is_visible("#shortcuts")
    page.keyboard.press("Escape")
    assert not page.is_visible("#shortcuts")
    page.click(".menu summary")
    page.uncheck("[data-setting=shortcuts]")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert not page.is_visible("#shortcuts")
    page.keyboard.press("Alt+e")
    page.click("#move-form label:has-text('已答复市民')")
    page.click("#move-form button:has-text('办结')")
    page.wait_for_selector(".toast-line:has-text('已办结')")
    assert world.parts.desk.get_ticket(1).state == "resolved"
    tab.check()


def test_rows_do_not_move_under_the_pointer(
    world: Any, new_tab: Callable[..., Tab]
) -> None:
    """While the mouse is over the queue a button tells of news instead."""
    world.hire()
    world.ask("第一位")
    tab = new_tab()
    tab.log_in()
    page = tab.page
    page.hover(".row-link")
    world.ask("第二位", who="b")
    page.wait_for_selector("#news:visible")
    expect(page.locator(".row-link")).to_have_count(1)
    page.click("#news")
    page.wait_for_selector(".row-link:has-text('第二位')")
    tab.check()


def test_text_of_a_citizen_stays_text(world: Any, new_tab: Callable[..., Tab]) -> None:
    """Neither a script nor htmx's own attributes in a question do anything."""
    world.hire()
    world.ask(
        '<img src=x onerror=alert(1)><b hx-get="/console/officers" hx-trigger=load>'
    )
    tab = new_tab()
    requests: list[str] = []
    tab.page.on("request", lambda request: requests.append(request.url))
    tab.log_in()
    tab.open("/console/tickets/1")
    tab.wait_live()
    expect(tab.page.locator("#messages img, #messages b[hx-get]")).to_have_count(0)
    assert not any(url.endswith("/console/officers") for url in requests)
    tab.check()


def test_it_fits_a_phone(world: Any, new_tab: Callable[..., Tab]) -> None:
    """One pane at a time, nothing to scroll sideways, in both themes."""
    officer = world.hire()
    world.ask("长" * 40 + "https://www.yunze.example/" + "a" * 120)
    world.parts.desk.claim(1, officer_id=officer.id)
    tab = new_tab(viewport={"width": 390, "height": 844}, has_touch=True)
    tab.log_in()
    page = tab.page
    for path in ("/console/?tab=mine", "/console/tickets/1", "/console/officers"):
        tab.open(path)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, path
    tab.open("/console/tickets/1")
    assert not page.is_visible(".queue-pane")
    page.click("[data-show-side]")
    assert page.is_visible("#side h2:has-text('推荐知识')")
    page.click("#side button:has-text('引用') >> nth=0")
    assert not page.is_visible("#side")
    assert "依据：" in page.input_value("#reply-text")
    page.click("[data-theme-toggle]")
    page.reload()
    assert page.get_attribute("html", "data-bs-theme") == "dark"
    page.click(".back")
    assert page.is_visible(".queue-pane")
    tab.check()


def test_ten_tabs_share_one_connection(world: Any, new_tab: Callable[..., Tab]) -> None:
    """A browser opens six connections to a host: the seventh tab would not load."""
    world.hire()
    tab = new_tab()
    tab.log_in()
    others = [Tab(tab.page.context.new_page(), tab.address) for _ in range(9)]
    for other in others:
        other.open("/console/")
        other.wait_live()
    world.ask("第一位")
    for other in (tab, *others):
        other.page.wait_for_selector(".row-link:has-text('第一位')")


def test_without_a_place_for_a_stream_the_page_asks_itself(
    world: Any, new_tab: Callable[..., Tab]
) -> None:
    """Too many listeners, or no Redis: slower, not blind."""
    world.hire()
    tab = new_tab()
    tab.page.context.route("**/live?*", lambda route: route.fulfill(status=503))
    tab.open("/console/login")
    tab.page.add_init_script("delete window.SharedWorker")
    tab.page.fill("#login", "limin")
    tab.page.fill("#password", PASSWORD)
    tab.page.click("button:has-text('登录')")
    tab.page.wait_for_selector("#live-state[data-state=down]")
    world.ask("第一位")
    tab.page.wait_for_selector(".row-link:has-text('第一位')")


def test_an_alarm_comes_and_goes_by_itself(
    world: Any, new_tab: Callable[..., Tab]
) -> None:
    """On the open page, without a reload, and nothing moves out of sight."""
    world.hire()
    tab = new_tab(viewport={"width": 390, "height": 844}, has_touch=True)
    tab.log_in()
    page = tab.page
    assert page.evaluate("document.getElementById('alarms').offsetHeight") == 0
    world.parts.alarms.raise_alarm("wechat:40125", "AppSecret 不对，请在公众平台核对")
    page.wait_for_selector("#alarms p:has-text('AppSecret 不对')")
    assert page.is_visible(".rail a")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    world.parts.alarms.clear("wechat:")
    page.wait_for_selector("#alarms p", state="detached")
    tab.check()


def test_the_last_minute_is_counted_down(
    world: Any, new_tab: Callable[..., Tab]
) -> None:
    """By the page; at its end the server says what counts then."""
    officer = world.hire()
    world.ask("转人工", channel=Channel.WECHAT)
    world.parts.desk.claim(1, officer_id=officer.id)
    world.clock.go_on(hours=49)
    world.open_window(Trigger.SCAN)
    world.clock.go_on(seconds=57)
    tab = new_tab()
    tab.log_in()
    tab.open("/console/tickets/1?tab=mine")
    page = tab.page
    assert page.inner_text("#allowance") == "还可发 3 条，剩 3 秒"
    page.wait_for_selector("#allowance:has-text('剩 1 秒')")
    world.clock.go_on(seconds=4)
    page.wait_for_selector("#allowance:has-text('微信不让主动发了')")
    tab.check()
