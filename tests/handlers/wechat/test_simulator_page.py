"""The phone in a real browser: it shows what WeChat would, and nothing more."""

from __future__ import annotations

import os
import re
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest
from flask import Flask, request
from playwright.sync_api import expect

from tests.wechat_simulator import Account, FakeApi, Pusher, World, connect, serve
from tests.wechat_simulator.page import AGENT, CITIZENS, Page
from tests.wechat_simulator.push import UNAVAILABLE
from tests.wechat_simulator.views import make_blueprint

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
FIRST = next(iter(CITIZENS))

WATCH_POLICY = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (e) =>
  window.violations.push(e.violatedDirective + ' ' + e.blockedURI));
"""

needs_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="apt-get install chromium"),
]

MENU = [
    {
        "name": "办事",
        "sub_button": [
            {"type": "click", "name": "居住证", "key": "ask:residence"},
            {"type": "view", "name": "网上大厅", "url": "http://127.0.0.1:9/hall"},
        ],
    },
    {"type": "click", "name": "找人工", "key": "person"},
]


class Script:
    """An account that answers by script and remembers what it heard."""

    def __init__(self) -> None:
        self.heard: list[dict[str, str]] = []
        self.answers: dict[str, str] = {}
        self.app = Flask("script")
        self.app.post("/")(self._receive)

    def _receive(self):
        fields = {
            e.tag: e.text or "" for e in ElementTree.fromstring(request.get_data())
        }
        self.heard.append(fields)
        text = self.answers.get(fields.get("Content", ""), "")
        if text == "down":
            return "", 500
        if not text:
            return "success"
        return (
            f"<xml><ToUserName>{fields['FromUserName']}</ToUserName>"
            f"<FromUserName>{fields['ToUserName']}</FromUserName>"
            "<CreateTime>1790000000</CreateTime><MsgType>text</MsgType>"
            f"<Content><![CDATA[{text}]]></Content></xml>"
        )


@pytest.fixture
def script():
    """The account's answers."""
    return Script()


@pytest.fixture
def world():
    """Its followers."""
    return World(Account())


@pytest.fixture
def address(script, world):
    """Where the phone's page is."""
    api = FakeApi(world.account, world=world)
    with serve(script.app) as url:
        pusher = Pusher(url, world.account, mode="plain")
        connect(world, pusher)
        api.app.register_blueprint(make_blueprint(Page(api, pusher)))
        with serve(api.app) as own:
            api.url = own
            yield own
        pusher.close()


def test_only_its_own_page_reaches_it(address):
    """Neither a name that leads here nor another page's form."""
    with httpx.Client(base_url=address, trust_env=False) as client:
        assert client.get("/").status_code == 200
        assert client.get("/", headers={"Host": "evil.example"}).status_code == 403
        body = {"citizen": FIRST, "act": "say", "text": "您好"}
        assert client.post("/phone/act", json=body).status_code == 403
        own = {"X-Simulator": "1"}
        assert client.post("/phone/act", json=body, headers=own).status_code == 202
        wrong = {**body, "citizen": "oSomebody"}
        assert client.post("/phone/act", json=wrong, headers=own).status_code == 404
        wrong = {**body, "act": "fly"}
        assert client.post("/phone/act", json=wrong, headers=own).status_code == 400


@pytest.fixture(scope="module")
def chromium():
    """One browser for all tests of this file."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_phone(chromium, address):
    """Open the page; afterwards nothing may have gone wrong in it."""
    pages = []

    def open_phone(width=390, height=844):
        page = chromium.new_page(viewport={"width": width, "height": height})
        page.set_default_timeout(20_000)
        page.add_init_script(WATCH_POLICY)
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        page.wait_for_selector("#citizen option", state="attached")
        pages.append((page, errors))
        return page

    yield open_phone
    for page, errors in pages:
        assert errors == []
        assert page.evaluate("window.violations") == []
        page.close()


def say(page, text):
    page.fill("#text", text)
    page.press("#text", "Enter")


@pytest.mark.parametrize("width", [320, 390, 1280])
class TestPhone:
    """At each width of screen."""

    pytestmark = needs_browser

    def test_only_links_are_live(self, open_phone, script, width):
        """Tags, scripts and entities stay the letters they are."""
        script.answers["您好"] = (
            "<b>粗</b><img src=x onerror=alert(1)> &lt;i&gt; "
            '<a href="https://www.yunze.example/a?b=1">全文</a> '
            'https://www.yunze.example/c。 <a href="javascript:alert(1)">坏</a>'
        )
        page = open_phone(width)
        say(page, "您好")
        bubble = page.locator("[data-kind=passive] .bubble")
        shown = bubble.inner_text()
        assert "<b>粗</b><img src=x onerror=alert(1)> &lt;i&gt; 全文" in shown
        assert '<a href="javascript:alert(1)">坏</a>' in shown
        links = bubble.locator("a").evaluate_all("all => all.map(a => a.href)")
        assert links == [
            "https://www.yunze.example/a?b=1",
            "https://www.yunze.example/c",
        ]
        expect(bubble.locator("img, b")).to_have_count(0)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width

    def test_a_menu_link_speaks_for_the_citizen(self, open_phone, script, width):
        """Touched, its words are written and its id goes along."""
        script.answers["您好"] = (
            '<a href="weixin://bizmsgmenu?msgmenucontent=%E6%BB%A1%E6%84%8F'
            '&msgmenuid=7">满意请点</a>'
        )
        page = open_phone(width)
        say(page, "您好")
        page.click("text=满意请点")
        page.wait_for_selector("[data-kind=citizen]:has-text('满意')")
        _wait(page, lambda: len(script.heard) == 2)
        assert script.heard[-1]["bizmsgmenuid"] == "7"

    def test_failure_typing_and_label(self, open_phone, script, world, width):
        """The line of a failure, the sign in the title, the grey words of a model."""
        script.answers["您好"] = "down"
        page = open_phone(width)
        say(page, "您好")
        page.wait_for_selector(f".failure:has-text('{UNAVAILABLE}')")
        world.citizen(FIRST).typing_until = world.clock() + 9
        page.wait_for_selector("#title:has-text('对方正在输入')")
        world.show(FIRST, "service", "由模型写的", is_ai=True)
        page.wait_for_selector("#title:has-text('云泽政务服务')")
        assert page.inner_text("[data-kind=service] .ai") == "内容由第三方AI生成"
        expect(page.locator(".ai")).to_have_count(1)

    def test_menu_and_keyboard_change_places(self, open_phone, script, world, width):
        """The pushed menu appears by itself; its buttons push their keys."""
        page = open_phone(width)
        assert page.is_visible("#text")
        world.menu = {"button": MENU}
        page.click("#buttons >> text=办事")
        page.click(".popup >> text=居住证")
        page.wait_for_selector(".grey:has-text('点击菜单：居住证')")
        assert not page.is_visible(".popup")
        page.click("#buttons >> text=找人工")
        _wait(page, lambda: len(script.heard) == 2)
        keys = [f["EventKey"] for f in script.heard]
        assert keys == ["ask:residence", "person"]
        page.click("#to-keyboard")
        assert page.is_visible("#text")
        page.click("#to-menu")
        assert not page.is_visible("#text")


class TestPanel:
    """What hangs behind the +."""

    pytestmark = needs_browser

    def test_places_pictures_voices_codes(self, open_phone, script):
        """Each reaches the account in WeChat's form, and the screen in the phone's."""
        page = open_phone()
        for sheet in ("place", "picture", "scan"):
            page.click("#more")
            page.click(f"[data-sheet={sheet}]")
            page.click(f"#sheet-{sheet} .main")
        page.click("#more")
        page.click("[data-act=voice]")
        _wait(page, lambda: len(script.heard) == 4)
        forms = [f.get("Event") or f["MsgType"] for f in script.heard]
        assert sorted(forms) == ["SCAN", "image", "location", "voice"]
        page.wait_for_selector(".form-image img")
        assert page.evaluate("document.querySelector('.form-image img').complete")
        # Each is drawn when its answer is back.
        page.wait_for_selector(".form-location", state="attached")
        page.wait_for_selector(".form-voice", state="attached")
        expect(page.locator(".form-location, .form-voice")).to_have_count(2)

    def test_who_leaves_cannot_write(self, open_phone, script):
        """Until the next follow."""
        page = open_phone()
        page.click("#more")
        page.click("#following")
        page.wait_for_selector("#not-following")
        assert page.is_disabled("#text")
        page.click("#not-following button")
        page.wait_for_selector("#not-following", state="hidden")
        assert [f["Event"] for f in script.heard] == ["unsubscribe", "subscribe"]

    def test_citizens_have_phones_of_their_own(self, open_phone, world):
        """What one reads, the others do not."""
        second = list(CITIZENS)[1]
        world.show(FIRST, "service", "给甲的")
        world.show(second, "service", "给乙的")
        page = open_phone()
        page.wait_for_selector("text=给甲的")
        page.select_option("#citizen", label="市民乙")
        page.wait_for_selector("text=给乙的")
        expect(page.locator("text=给甲的")).to_have_count(0)


class TestWire:
    """The second column of a wide screen."""

    pytestmark = needs_browser

    def test_each_push_and_call_is_told(self, open_phone, script, world):
        """Tries, seconds and HTTP status of a push, and the window that is open."""
        script.answers["您好"] = "down"
        page = open_phone(1280, 900)
        assert page.inner_text("#window") == "现在不能主动发消息"
        say(page, "您好")
        page.wait_for_selector("#wire .bad")
        told = page.inner_text("#wire .bad")
        assert re.search(r"第 3 次 \d+\.\d 秒 HTTP 500", told)
        assert UNAVAILABLE.partition("，")[0] in told
        window = page.inner_text("#window")
        assert window.startswith("还可发 5 条，剩 47 小时 59 分")
        page.click("text=关上这位市民的发送时限")
        page.wait_for_selector("#window:has-text('现在不能主动发消息')")
        assert world.citizen(FIRST).windows == []

    def test_knobs_set_faults(self, open_phone, address):
        """And one button ends them all."""
        page = open_phone(1280, 900)
        page.fill("[data-fault=server_errors]", "2")
        page.press("[data-fault=server_errors]", "Enter")
        page.check("[data-switch=send_code]")
        state = f"{address}/phone/state"
        _wait(page, lambda: _faults(state)["send_code"] == 40001)
        assert _faults(state)["server_errors"] == 2
        page.click("text=全部恢复")
        _wait(page, lambda: not any(_faults(state).values()))

    def test_an_agent_takes_over(self, open_phone, script, world):
        """Then the account hears no words any more, until the agent ends it."""
        page = open_phone(1280, 900)
        page.click("text=客服接入")
        page.wait_for_selector("#agent:has-text('接待中')")
        say(page, "我的医保断了")
        page.wait_for_selector("#wire li:has-text('没有推送')")
        page.fill("#agent-text", "请稍等")
        page.press("#agent-text", "Enter")
        page.wait_for_selector("[data-kind=agent]:has-text('请稍等')")
        page.click("text=客服结束")
        page.wait_for_selector("#agent:has-text('没有会话')")
        _wait(page, lambda: len(script.heard) == 2)
        events = [f.get("Event") for f in script.heard]
        assert events == ["kf_create_session", "kf_close_session"]
        assert script.heard[0]["KfAccount"] == AGENT


def _faults(state):
    return httpx.get(state, trust_env=False).json()["faults"]


def _wait(page, condition):
    for _ in range(160):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not happen")
