"""What helps an officer answer, in a real browser: the menu, knowledge, who writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from bot import SAMPLE_CANNED_REPLIES
from tests.handlers.console.test_browser import Tab, chromium, new_tab

pytestmark = [pytest.mark.browser, pytest.mark.valkey]

__all__ = ["chromium", "new_tab"]

ASKED = "灵活就业医保断缴了还能补吗"

WIDE = {"viewport": {"width": 1280, "height": 800}}
NARROW = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


@pytest.fixture(params=[WIDE, NARROW], ids=["1280", "390"])
def size(request: pytest.FixtureRequest) -> dict[str, Any]:
    """A desk and a phone."""
    return dict(request.param)


@pytest.fixture
def shoot(request: pytest.FixtureRequest) -> Callable[[Tab, str], None]:
    """Keep pictures where somebody asked for them: WENZHENG_SHOTS."""
    import os

    folder = os.environ.get("WENZHENG_SHOTS")
    name = request.node.callspec.id if hasattr(request.node, "callspec") else "x"

    def take(tab: Tab, what: str) -> None:
        if folder:
            path = Path(folder) / f"{what}-{name}.png"
            tab.page.screenshot(path=str(path))

    return take


@pytest.fixture
def citizen(new_tab: Callable[..., Tab]) -> Tab:
    """Somebody who was handed over."""
    tab = new_tab(viewport={"width": 390, "height": 844})
    tab.open("/chat")
    write(tab, ASKED)
    tab.page.wait_for_selector("#desk button[value='取消排队']")
    return tab


@pytest.fixture
def office(world: Any) -> Any:
    """An office with its starter set."""
    boss = world.hire()
    world.parts.canned.add_all(SAMPLE_CANNED_REPLIES, officer=boss)
    return world


@pytest.fixture
def agent(
    office: Any, citizen: Tab, new_tab: Callable[..., Tab], size: dict[str, Any]
) -> Tab:
    """Who has the citizen's ticket open."""
    office.parts.desk.claim(1, officer_id=1)
    office.number(1, "8213")
    tab = new_tab(**size)
    tab.log_in()
    tab.open("/console/tickets/1?tab=mine")
    tab.wait_live()
    return tab


def write(tab: Tab, text: str) -> None:
    """Write and send on the citizen's page."""
    tab.page.fill("#text", text)
    tab.page.click("#send")
    tab.page.wait_for_selector(f".is-citizen:has-text('{text}')")


def test_a_canned_reply_by_keys(agent: Tab, shoot: Callable[[Tab, str], None]) -> None:
    """A slash opens the menu, letters narrow it, Enter puts it where the caret is."""
    page = agent.page
    page.click("#reply-text")
    page.keyboard.type("先问一句：/")
    page.wait_for_selector(".canned-row")
    expect(page.locator(".canned-row")).to_have_count(len(SAMPLE_CANNED_REPLIES))
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#reply-text", "aria-activedescendant") == "canned-1"
    shoot(agent, "canned-all")
    page.keyboard.type("wh")
    page.wait_for_selector(".canned-row:first-child:last-child")
    preview = page.inner_text("#canned-preview")
    assert preview.startswith("您好，我是市医保局李敏，工号 0217。")
    shoot(agent, "canned-one")
    page.keyboard.press("Enter")
    assert page.input_value("#reply-text") == "先问一句：" + preview
    assert not page.is_visible("#canned-box")
    page.keyboard.type("好吗")
    assert page.input_value("#reply-text").endswith("来核对。好吗")
    agent.check()


def test_the_menu_keeps_out_of_the_way(agent: Tab) -> None:
    """Within a word, after Esc, and while a Chinese word is being spelled."""
    page = agent.page
    box = "#reply-text"
    page.click(box)
    page.keyboard.type("户口本/身份证，24/7")
    page.wait_for_timeout(200)
    assert not page.is_visible("#canned-box")
    page.fill(box, "")
    page.keyboard.type("/wh")
    page.wait_for_selector(".canned-row")
    page.keyboard.press("Escape")
    assert not page.is_visible("#canned-box")
    assert page.evaluate("document.activeElement.id") == "reply-text"
    page.keyboard.type("a")
    page.wait_for_timeout(200)
    assert not page.is_visible("#canned-box")
    page.keyboard.press("Enter")
    assert page.input_value(box) == "/wha\n"
    page.keyboard.type("、zj")
    page.wait_for_selector(".canned-row")
    # The Enter that accepts a word of the input method chooses nothing.
    page.eval_on_selector(
        box,
        "box => box.dispatchEvent(new KeyboardEvent('keydown',"
        " {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))",
    )
    assert page.is_visible("#canned-box")
    page.keyboard.press("Tab")
    assert "替您转过去" in page.input_value(box)
    assert page.evaluate("document.activeElement.id") == "reply-text"
    page.fill(box, "")
    page.keyboard.type("/没有这一条")
    page.wait_for_selector("text=没有这样的常用语")
    page.keyboard.press("Enter")
    assert page.input_value(box) == "/没有这一条\n"
    agent.check()


def test_a_canned_reply_by_touch(agent: Tab, shoot: Callable[[Tab, str], None]) -> None:
    """The button does what the slash does."""
    page = agent.page
    page.click("#canned-open")
    page.wait_for_selector(".canned-row")
    page.click(".canned-row:has-text('请稍等')")
    assert page.input_value("#reply-text").startswith("我正在核对")
    page.click("#canned-open")
    page.wait_for_selector(".canned-row")
    page.click("#chat-head h2")
    assert not page.is_visible("#canned-box")
    agent.check()


def test_knowledge_is_found_and_quoted(
    office: Any, agent: Tab, size: dict[str, Any], shoot: Callable[[Tab, str], None]
) -> None:
    """The clause goes into the box with its source; sent, it is linked."""
    page = agent.page
    if size is not WIDE and size["viewport"]["width"] < 1180:
        page.click("[data-show-side]")
    page.wait_for_selector("#knowledge-hits .card-item:has-text('核对')")
    page.fill("#knowledge-q", "社会保险补贴标准")
    page.wait_for_selector("#knowledge-hits .tag:has-text('将到期')")
    page.click("#knowledge-hits .card-item:first-of-type summary")
    page.wait_for_timeout(100)
    shoot(agent, "knowledge")
    page.click("#knowledge-hits .card-item:first-of-type button:has-text('引用')")
    text = page.input_value("#reply-text")
    assert text.startswith("社会保险补贴标准为实际缴费的 50%")
    assert "依据：《云泽市灵活就业人员社会保险补贴办法》（云人社〔2024〕31号）" in text
    page.reload()
    agent.wait_live()
    assert page.input_value("#reply-text") == text
    page.press("#reply-text", "Control+Enter")
    page.wait_for_selector(".message.officer:has-text('实际缴费')")
    (entry,) = office.parts.desk.list_entries(1)
    assert entry.title == "云泽市灵活就业人员社会保险补贴办法"
    agent.check()


def test_suggestions_follow_what_the_citizen_writes(
    agent: Tab, citizen: Tab, shoot: Callable[[Tab, str], None]
) -> None:
    """Nothing is sent by itself, and what stands in the box stays."""
    page = agent.page
    page.wait_for_selector("#suggestions:has-text('可以补缴')")
    shoot(agent, "suggested")
    page.fill("#reply-text", "写到一半")
    write(citizen, "犬只登记要带什么材料")
    page.wait_for_selector("#suggestions:has-text('犬只免疫证明')")
    assert page.input_value("#reply-text") == "写到一半"
    page.click("#suggestions .suggestion:first-child button")
    text = page.input_value("#reply-text")
    assert text.startswith("写到一半\n犬只登记（东湖区）的申请材料：")
    agent.check()


def test_each_side_sees_the_other_write_and_read(
    agent: Tab, citizen: Tab, shoot: Callable[[Tab, str], None]
) -> None:
    """正在输入 on both sides, gone when it is sent; 已读 under what was shown."""
    page, phone = agent.page, citizen.page
    phone.wait_for_selector("#desk:has-text('正在为您服务')")
    phone.type("#text", "我是九月")
    page.wait_for_selector("#around-citizen:visible")
    shoot(agent, "citizen-types")
    page.click("#reply-text")
    page.keyboard.type("您好")
    phone.wait_for_selector("#desk:has-text('工作人员正在输入')")
    shoot(citizen, "officer-types")
    page.keyboard.press("Control+Enter")
    phone.wait_for_selector(".is-officer:has-text('您好')")
    phone.wait_for_selector("#desk:has-text('正在为您服务')")
    page.wait_for_selector(".message.officer .read-mark:has-text('已读')")
    phone.click("#send")
    page.wait_for_selector(".message.citizen:has-text('我是九月')")
    page.wait_for_selector("#around-citizen", state="hidden")
    expect(page.locator(".read-mark")).to_have_count(1)
    shoot(agent, "read")
    agent.check()
    citizen.check()


def test_a_colleague_in_the_same_ticket_is_announced(
    office: Any,
    agent: Tab,
    new_tab: Callable[..., Tab],
    shoot: Callable[[Tab, str], None],
) -> None:
    """Who looks, who writes, and that they have left."""
    office.hire("wangfang", "王芳", staff_number="0300", role="agent")
    other = new_tab(**WIDE)
    other.log_in("wangfang")
    other.open("/console/tickets/1?tab=all")
    line = "#around-colleagues"
    other.page.wait_for_selector(f"{line}:has-text('李敏也在看')")
    agent.page.wait_for_selector(f"{line}:has-text('王芳也在看')")
    other.page.type("#reply-text", "我来补充")
    agent.page.wait_for_selector(f"{line}.is-writing:has-text('王芳正在写备注')")
    shoot(agent, "colleague")
    other.page.goto(agent.address + "/console/canned")
    agent.page.wait_for_selector(line, state="hidden")
    agent.check()


def test_the_page_of_canned_replies(
    office: Any,
    new_tab: Callable[..., Tab],
    size: dict[str, Any],
    shoot: Callable[[Tab, str], None],
) -> None:
    """A variable is put in by a click, the preview follows, nothing runs sideways."""
    tab = new_tab(**size)
    page = tab.page
    tab.open("/console/login")
    page.fill("#login", "limin")
    page.fill("#password", "tiger-lamp-river-9")
    page.click("button:has-text('登录')")
    page.wait_for_url("**/console/**")
    tab.open("/console/canned")
    shoot(tab, "page")
    fits = "document.documentElement.scrollWidth <= innerWidth"
    assert page.evaluate(fits)
    page.click("text=新增")
    page.fill("#shortcut", "gh")
    page.fill("#title", "报工号")
    page.fill("#text", "工号 ")
    page.click(".variable:has-text('您的工号')")
    page.wait_for_selector("#preview:has-text('工号 0217')")
    shoot(tab, "form")
    assert page.evaluate(fits)
    page.click("button:has-text('保存')")
    page.wait_for_selector("#toasts:has-text('报工号')")
    tab.check()
