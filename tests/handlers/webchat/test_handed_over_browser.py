"""A citizen who was handed over, in a real browser, with the real bot behind it."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from bot import AnswerSettings, Assistant
from handlers.web import create_app
from tests.fakes import CITY, FakeKnowledgeBase

playwright = pytest.importorskip("playwright.sync_api", reason="playwright missing")
expect = playwright.expect

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))

#: Where to put pictures of the pages; nowhere unless told.
SHOTS = os.environ.get("WENZHENG_SHOTS", "")

#: How long the network is away; a person's lift is half a minute.
OFFLINE_S = float(os.environ.get("WENZHENG_OFFLINE_S", "6"))

#: Without the last four, Chromium looks for its makers' hosts at every start.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

WATCH_POLICY = """
window.violations = [];
document.addEventListener('securitypolicyviolation', function (e) {
  window.violations.push(e.violatedDirective + ' ' + e.blockedURI);
});
"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists(),
        reason=f"no Chromium at {CHROMIUM}: apt-get install chromium",
    ),
]


@pytest.fixture(scope="module")
def chromium():
    """One browser for all tests of this file."""
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


class Server:
    """The application on one port, which can go away and come back."""

    def __init__(self, world):
        self._world = world
        self._server = None
        self._thread = None
        self.port = 0

    def start(self):
        """Begin to answer, as a new process would: with nothing remembered."""
        app = create_app(self._world.parts)
        self._server = make_server("127.0.0.1", self.port, app, threaded=True)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self):
        """Answer nobody any more."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def office(world):
    """An office on a Monday morning with the real bot over a city in small."""
    world.clock.go_on(hours=14)
    bot = Assistant(
        FakeKnowledgeBase(CITY),
        AnswerSettings(answer_at=0.75, clarify_at=0.45),
        world.clock,
    )
    world.assistant.answer = bot.answer
    return world


@pytest.fixture
def server(office):
    """The office on a port."""
    server = Server(office)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def open_page(chromium, server):
    """Open /chat in a context of its own; fails on errors and violations."""
    contexts, pages, errors = [], [], []

    def open_page(width=390, **options):
        context = chromium.new_context(
            viewport={"width": width, "height": 844}, device_scale_factor=2, **options
        )
        contexts.append(context)
        context.add_init_script(WATCH_POLICY)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"http://127.0.0.1:{server.port}/chat")
        pages.append(page)
        return page

    yield open_page
    assert errors == []
    for page in pages:
        assert page.evaluate("window.violations") == []
    for context in contexts:
        context.close()


def ask(page, text):
    """Write a question and press Enter."""
    page.fill("#text", text)
    page.press("#text", "Enter")


def shoot(page, name):
    """Keep a picture where somebody wants to look at it."""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png")


def close(office):
    """End the newest hand-over as its officer."""
    ticket = office.parts.desk.list_tickets("all", officer_id=None)[0]
    office.parts.desk.close(ticket.id, officer_id=int(office.made[0]))


def said(page, selector=".line"):
    """Return what stands in the lines, in order."""
    return [text.strip() for text in page.locator(selector).all_inner_texts()]


@pytest.mark.parametrize("width", [390, 1280])
def test_from_the_queue_to_the_rating_and_back(open_page, office, width):
    """Place, who serves, the end, 还没解决: each by itself, without a reload."""
    for number in range(2):
        office.parts.front_desk.receive(
            _inbound(office, f"earlier-{number}", "转人工"), lambda answer: ""
        )
    page = open_page(width)
    page.evaluate("window.isSamePage = true")
    ask(page, "办居住证要带什么材料")
    page.wait_for_selector("text=居民身份证")
    page.click(".to-officer")
    page.wait_for_selector("#desk >> text=前面还有 2 位")
    shoot(page, f"waiting-{width}")
    office.reply("给前面的人")
    page.wait_for_selector("#desk >> text=前面还有 1 位")
    ask(page, "我是外地户口")
    page.wait_for_selector(".is-citizen >> text=我是外地户口")
    _end_all_held(office)
    office.reply("给第二个人")
    page.wait_for_selector("#desk >> text=您排在第一位")
    _end_all_held(office)
    office.reply("您好，请带租房合同")
    page.wait_for_selector(".is-system >> text=以下由工作人员回复")
    page.wait_for_selector(".is-officer >> text=请带租房合同")
    page.wait_for_selector("#desk >> text=李敏 工号 0217 正在为您服务")
    expect(page.locator("text=以下由工作人员回复")).to_have_count(1)
    shoot(page, f"served-{width}")
    close(office)
    page.wait_for_selector(".is-rating")
    page.wait_for_selector("text=还没解决，转回工作人员")
    shoot(page, f"resolved-{width}")
    page.click("text=还没解决，转回工作人员")
    page.wait_for_selector("text=已经转回给工作人员")
    page.wait_for_selector("#desk >> text=您排在第一位")
    shoot(page, f"reopened-{width}")
    assert page.evaluate("window.isSamePage")


def _inbound(office, who, text):
    from bot import Channel, Inbound, MessageKind

    now = office.clock()
    return Inbound(Channel.WEB, who, f"key-{who}", MessageKind.TEXT, text, now)


def _end_all_held(office):
    officer = int(office.made[0])
    for ticket in office.parts.desk.list_tickets("mine", officer_id=officer):
        office.parts.desk.close(ticket.id, officer_id=officer)


def test_who_does_not_want_to_wait_leaves_a_message_or_calls_it_off(open_page, office):
    """Two buttons; afterwards the bot answers again."""
    page = open_page()
    page.click(".to-officer")
    page.click("text=不等了，留言")
    page.wait_for_selector("#desk >> text=留言已经收到")
    expect(page.locator("text=不等了，留言")).to_have_count(0)
    ask(page, "我的居住证丢了，能不能寄到家里")
    page.wait_for_selector(".is-citizen >> text=寄到家里")
    shoot(page, "message-390")
    # The page shows what was written before the server has it.
    for _ in range(100):
        ticket = office.parts.desk.list_tickets("all", officer_id=None)[0]
        if ticket.unread == 3:
            break
        page.wait_for_timeout(50)
    assert (ticket.is_message, ticket.unread) == (True, 3)
    page.click("#desk >> text=取消人工")
    page.wait_for_selector("text=已取消人工")
    ask(page, "办居住证要带什么材料")
    page.wait_for_selector("text=居民身份证")


@pytest.mark.parametrize("size", ["standard", "large"])
def test_off_hours_it_says_when_somebody_answers(open_page, office, size):
    """And no place in a queue."""
    office.clock.go_on(hours=10)
    page = open_page()
    if size == "large":
        page.click("text=大字版")
    page.click(".to-officer")
    page.wait_for_selector("#desk >> text=11月24日（周二）8:30上班后回复您")
    expect(page.locator("#desk >> text=第一位")).to_have_count(0)
    shoot(page, f"off-hours-{size}")


def test_in_danger_the_numbers_stay_in_sight(open_page):
    """Below the last line, whatever else is written."""
    page = open_page()
    ask(page, "我不想活了")
    page.wait_for_selector("#desk >> text=12356")
    expect(page.locator("text=不等了，留言")).to_have_count(0)
    shoot(page, "crisis-390")


def test_transferred_it_is_told_once(open_page, office):
    """With the new bureau and who has it."""
    page = open_page()
    page.click(".to-officer")
    page.wait_for_selector("#desk >> [value='取消排队']")
    office.reply("这件事归税务局")
    desk, officer = office.parts.desk, int(office.made[0])
    ticket = desk.list_tickets("mine", officer_id=officer)[0]
    from bot import Bureau, BureauStore

    store = BureauStore(office.parts.engine, office.clock)
    tax = store.save(Bureau(0, "税务局"), changed_by=officer)
    desk.offer_transfer(ticket.id, tax, officer_id=officer, word="税的事")
    page.wait_for_timeout(1500)
    expect(page.locator("text=已转给")).to_have_count(0)
    desk.accept_transfer(ticket.id, officer_id=officer)
    page.wait_for_selector("text=您的问题已转给税务局")
    page.wait_for_timeout(1500)
    expect(page.locator("text=您的问题已转给税务局")).to_have_count(1)
    shoot(page, "transferred-390")


def test_offline_nothing_is_lost_and_nothing_comes_twice(open_page, office):
    """Lines of both sides, in order, once; the banner says so meanwhile."""
    page = open_page()
    page.click(".to-officer")
    page.wait_for_selector("#desk >> [value='取消排队']")
    office.reply("您好")
    page.wait_for_selector(".is-officer >> text=您好")
    page.context.set_offline(True)
    page.wait_for_selector("#offline:visible")
    for text in ("第一句", "第二句", "第三句"):
        ask(page, text)
    page.wait_for_selector("text=没有发出去")
    shoot(page, "offline-390")
    for text in ("请说", "我在听"):
        office.reply(text)
    page.wait_for_timeout(OFFLINE_S * 1000)
    expect(page.locator("#offline")).to_be_visible()
    page.context.set_offline(False)
    page.wait_for_selector(".is-citizen[id] >> text=第三句")
    page.wait_for_selector("text=我在听")
    expect(page.locator("#offline")).to_be_hidden()
    expect(page.locator(".failed")).to_have_count(0)
    own = [text for text in said(page, ".is-citizen") if text.endswith("句")]
    assert [text[-3:] for text in own] == ["第一句", "第二句", "第三句"]
    officers = "".join(said(page, ".is-officer"))
    assert (officers.count("请说"), officers.count("我在听")) == (1, 1)
    ticket = office.parts.desk.list_tickets("all", officer_id=None)[0]
    stored = [line.text for line in office.parts.desk.list_messages(ticket.id)]
    assert [stored.count(text) for text in ("第一句", "第二句", "第三句")] == [1] * 3


def test_a_restart_loses_nothing_and_doubles_nothing(open_page, office, server):
    """Without anything pressed: the page finds the new process by itself."""
    page = open_page()
    page.evaluate("window.isSamePage = true")
    page.click(".to-officer")
    page.wait_for_selector("#desk >> [value='取消排队']")
    office.reply("您好")
    page.wait_for_selector(".is-officer >> text=您好")
    server.stop()
    ask(page, "重启时写的")
    page.wait_for_selector("#offline:visible")
    office.reply("重启时答的")
    server.start()
    page.wait_for_selector(".is-citizen[id] >> text=重启时写的")
    page.wait_for_selector(".is-officer >> text=重启时答的")
    expect(page.locator("text=重启时写的")).to_have_count(1)
    expect(page.locator("text=重启时答的")).to_have_count(1)
    expect(page.locator("#offline")).to_be_hidden()
    assert page.evaluate("window.isSamePage")


def test_an_answer_lost_on_the_way_is_no_second_question(open_page, office):
    """The server has it, the page does not know: the same key brings the same line."""
    page = open_page()
    page.click(".to-officer")
    page.wait_for_selector("#desk >> [value='取消排队']")
    lost = []

    def lose(route):
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    page.route("**/chat", lose)
    ask(page, "我补充一句")
    page.wait_for_selector(".is-citizen[id] >> text=我补充一句")
    assert lost
    expect(page.locator("text=我补充一句")).to_have_count(1)
    ticket = office.parts.desk.list_tickets("all", officer_id=None)[0]
    stored = [line.text for line in office.parts.desk.list_messages(ticket.id)]
    assert stored.count("我补充一句") == 1


def test_the_minutes_change_under_the_fingers(open_page, office):
    """Who has the button focused keeps it."""
    page = open_page()
    page.click(".to-officer")
    page.focus("#desk >> [value='取消排队']")
    other = _inbound(office, "urgent", "家里停电了，转人工")
    office.parts.front_desk.receive(other, lambda answer: "")
    page.wait_for_selector("#desk >> text=前面还有 1 位")
    assert page.evaluate("document.activeElement.value") == "取消排队"
    page.keyboard.press("Enter")
    page.wait_for_selector("text=已取消人工")


def test_without_javascript_it_is_all_there(chromium, office, server):
    """By forms and a link to look again."""
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{server.port}/chat")
    page.click(".to-officer")
    expect(page.locator("#desk >> text=您排在第一位")).to_be_visible()
    office.reply("请带身份证")
    page.click("#desk noscript a")
    expect(page.locator(".is-officer >> text=请带身份证")).to_be_visible()
    close(office)
    page.click("#desk noscript a")
    page.click("text=还没解决，转回工作人员")
    expect(page.locator("text=已经转回给工作人员")).to_be_visible()
    page.click("[value='取消排队']")
    expect(page.locator("text=已取消人工")).to_be_visible()
    context.close()
