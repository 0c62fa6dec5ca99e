"""The conversation in a real browser: Debian's Chromium, driven by Playwright."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright missing")
expect = playwright.expect

#: Where Debian installs it; another place by the environment.
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))

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

#: Collects what the Content-Security-Policy stops, from the first moment on.
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


@pytest.fixture
def open_page(chromium, address):
    """Open /chat in a context of its own; returns the page."""
    contexts = []

    def open_page(width=390, **options):
        context = chromium.new_context(
            viewport={"width": width, "height": 844}, **options
        )
        contexts.append(context)
        if options.get("java_script_enabled", True):
            context.add_init_script(WATCH_POLICY)
        page = context.new_page()
        page.goto(f"{address}/chat")
        return page

    yield open_page
    for context in contexts:
        context.close()


def ask(page, text):
    """Write a question and press Enter."""
    page.fill("#text", text)
    page.press("#text", "Enter")


def choose_size(page, button, size):
    """Press the button for a size and wait for the page in that size."""
    page.click(f"text={button}")
    page.wait_for_selector(f"html.size-{size}")


def overflow(page):
    """Pixels by which the page or the conversation is wider than its frame."""
    return page.evaluate(
        """() => Math.max(
          document.documentElement.scrollWidth - window.innerWidth,
          document.getElementById('log').scrollWidth
            - document.getElementById('log').clientWidth)"""
    )


def test_answer_comes_without_a_reload_and_starts_at_the_question(open_page):
    """The question stays in view above the beginning of its answer."""
    page = open_page()
    page.evaluate("window.isSamePage = true")
    ask(page, "居住证怎么办")
    page.wait_for_selector("text=居住证在居住地派出所办")
    assert page.evaluate("window.isSamePage")
    assert page.input_value("#text") == ""
    expect(page.locator(".is-citizen")).to_have_count(1)
    expect(page.locator(".is-citizen")).to_be_visible()
    top = page.locator(".is-citizen").bounding_box()["y"]
    bar = page.locator(".top-bar").bounding_box()
    assert bar["y"] + bar["height"] <= top < 844 / 2


def test_policy_stops_nothing(open_page):
    """Start, answer, choices, hand-over, error page, licences: 0 violations."""
    page = open_page()
    home = page.url.removesuffix("/chat")
    for question in ("居住证怎么办", "个体户怎么注册", "月球怎么去"):
        ask(page, question)
        page.wait_for_selector(f".is-citizen[id] >> text={question}")
    page.wait_for_selector("[value='取消排队']")
    found = page.evaluate("window.violations")
    for path in ("/licences", "/missing", "/chat"):
        page.goto(home + path)
        found += page.evaluate("window.violations")
    assert found == []


@pytest.mark.parametrize("size", ["standard", "large", "huge"])
@pytest.mark.parametrize("width", [320, 390])
def test_nothing_is_wider_than_the_phone(open_page, width, size):
    """No sideways scroll, in any size, with the letters doubled as well."""
    page = open_page(width)
    if size != "standard":
        choose_size(page, "大字版", "large")
    if size == "huge":
        choose_size(page, "特大字", "huge")
    for question in ("居住证怎么办", "个体户怎么注册", "月球怎么去"):
        ask(page, question)
        page.wait_for_selector(f".is-citizen[id] >> text={question}")
    assert overflow(page) <= 0
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert overflow(page) <= 0
    expect(page.locator("#send")).to_be_visible()


@pytest.mark.parametrize(("size", "least"), [("standard", 44), ("large", 60)])
def test_targets_are_large_enough_for_a_thumb(open_page, size, least):
    """44 px, and 60 px in 大字版, for all that can be pressed."""
    page = open_page()
    if size == "large":
        choose_size(page, "大字版", "large")
    ask(page, "个体户怎么注册")
    page.wait_for_selector(".choices button")
    ask(page, "月球怎么去")
    page.wait_for_selector("[value='取消排队']")
    for target in page.locator("button:visible, textarea").all():
        box = target.bounding_box()
        assert box["height"] >= least, target.inner_text()
        assert box["width"] >= least, target.inner_text()


def test_body_text_has_the_sizes_of_the_norm(open_page):
    """17 px, 大字 over 18 px, 特大 30 px; and back again."""
    page = open_page()

    def size():
        return page.evaluate(
            "parseFloat(getComputedStyle(document.querySelector('.lead')).fontSize)"
        )

    assert size() == pytest.approx(17)
    choose_size(page, "大字版", "large")
    assert size() == pytest.approx(22.3, abs=0.1)
    choose_size(page, "特大字", "huge")
    assert size() >= 30
    choose_size(page, "标准版", "standard")
    assert size() == pytest.approx(17)


def test_officers_reply_appears_within_two_seconds(open_page, world):
    """Without a reload and without a touch."""
    page = open_page()
    ask(page, "月球怎么去")
    page.wait_for_selector("[value='取消排队']")
    world.reply("请到二楼 3 号窗口")
    started = time.monotonic()
    page.wait_for_selector("text=请到二楼 3 号窗口", timeout=2000)
    assert time.monotonic() - started < 2
    expect(page.locator(".is-officer")).to_have_count(1)
    expect(page.locator("text=市公安局 李敏 工号 0217").first).to_be_visible()


def test_everything_works_without_javascript(open_page):
    """Forms alone: ask, choose, hand over, larger letters."""
    page = open_page(java_script_enabled=False)
    page.fill("#text", "居住证怎么办")
    page.click("#send")
    expect(page.locator("text=居住证在居住地派出所办")).to_be_visible()
    assert page.url.rpartition("#")[2].startswith("m")
    page.click("text=个体户怎么注册")
    page.click("text=个体工商户设立登记")
    page.click(".to-officer")
    expect(page.locator("[value='取消排队']")).to_be_visible()
    page.click("text=大字版")
    expect(page.locator("html.size-large")).to_have_count(1)


def test_failed_question_stays_and_is_sent_again(open_page, world):
    """Offline: the text stays with 重新发送; nothing is stored twice."""
    page = open_page()
    page.route("**/chat", lambda route: route.abort())
    ask(page, "居住证怎么办")
    page.wait_for_selector("text=没有发出去")
    expect(page.locator(".is-citizen >> text=居住证怎么办")).to_be_visible()
    page.unroute("**/chat")
    page.click("text=重新发送")
    page.wait_for_selector("text=居住证在居住地派出所办")
    expect(page.locator(".is-citizen")).to_have_count(1)
    expect(page.locator("text=没有发出去")).to_have_count(0)


def test_unsent_question_and_draft_survive_a_reload(open_page):
    """Sent again by itself under its old key; the draft is back in the box."""
    page = open_page()
    page.route("**/chat", lambda route: route.abort())
    ask(page, "居住证怎么办")
    page.wait_for_selector("text=没有发出去")
    page.fill("#text", "还没写完")
    page.unroute("**/chat")
    page.reload()
    page.wait_for_selector("text=居住证在居住地派出所办")
    assert page.input_value("#text") == "还没写完"


def test_offline_banner(open_page):
    """Says that nothing is lost, and goes when the network is back."""
    page = open_page()
    page.context.set_offline(True)
    page.wait_for_selector("#offline:visible")
    page.context.set_offline(False)
    page.wait_for_selector("#offline", state="hidden")


def test_enter_sends_unless_words_are_being_composed(open_page):
    """A Chinese input method ends a word with Enter; Shift+Enter is a new line."""
    page = open_page()
    page.fill("#text", "居住证")
    page.evaluate(
        """document.getElementById('text').dispatchEvent(new KeyboardEvent(
          'keydown', {key: 'Enter', isComposing: true, cancelable: true}))"""
    )
    expect(page.locator(".is-citizen")).to_have_count(0)
    page.press("#text", "Shift+Enter")
    assert page.input_value("#text") == "居住证\n"
    page.press("#text", "Enter")
    page.wait_for_selector(".is-citizen[id]")


def test_two_questions_at_once_are_answered_in_order(open_page):
    """Neither is lost, neither is drawn twice."""
    page = open_page()
    ask(page, "居住证怎么办")
    ask(page, "个体户怎么注册")
    page.wait_for_selector(".choices button")
    first, second = page.locator(".is-citizen .bubble").all_inner_texts()
    assert "居住证怎么办" in first
    assert "个体户怎么注册" in second
    expect(page.locator(".choices")).to_have_count(1)


def test_counter_appears_near_the_end(open_page):
    """500 characters; the last 50 are counted."""
    page = open_page()
    page.fill("#text", "问" * 400)
    expect(page.locator("#counter")).to_be_hidden()
    page.fill("#text", "问" * 480)
    assert page.inner_text("#counter") == "还能写 20 字"


def test_stale_token_is_renewed_by_itself(open_page):
    """A page that was open too long sends its question all the same."""
    page = open_page()
    page.evaluate("document.querySelector('#ask [name=csrf_token]').value = 'stale'")
    ask(page, "居住证怎么办")
    page.wait_for_selector("text=居住证在居住地派出所办")
