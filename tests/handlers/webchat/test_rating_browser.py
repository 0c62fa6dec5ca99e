"""Rating and files in a real browser, with the script."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.bot.test_files import PDF, picture

playwright = pytest.importorskip("playwright.sync_api", reason="playwright missing")
expect = playwright.expect

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))

#: Where to put pictures of the pages; nowhere unless told.
SHOTS = os.environ.get("WENZHENG_SHOTS", "")

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
    """Open /chat in a context of its own; fails on errors and violations."""
    contexts, pages, errors = [], [], []

    def open_page(width=390, **options):
        context = chromium.new_context(
            viewport={"width": width, "height": 844}, **options
        )
        contexts.append(context)
        context.add_init_script(WATCH_POLICY)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{address}/chat")
        pages.append(page)
        return page

    yield open_page
    assert errors == []
    for page in pages:
        assert page.evaluate("window.violations") == []
    for context in contexts:
        context.close()


@pytest.fixture
def close(world):
    """End the newest hand-over as its officer."""

    def close():
        ticket = world.parts.desk.list_tickets("all", officer_id=None)[0]
        world.parts.desk.close(ticket.id, officer_id=int(world.made[0]))

    return close


def shoot(page, name):
    """Keep a picture where somebody wants to look at it."""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png")


def ask(page, text):
    """Write a question and press Enter."""
    page.fill("#text", text)
    page.press("#text", "Enter")


def be_served(page, world, close):
    """Be handed over, answered and let go; ends with the five words in sight."""
    ask(page, "月球怎么去")
    page.wait_for_selector("[value='取消排队']")
    world.reply("请到二楼 3 号窗口")
    page.wait_for_selector("text=请到二楼 3 号窗口")
    close()
    page.wait_for_selector(".is-rating")


def test_the_words_come_by_themselves_and_one_tap_rates(open_page, world, close):
    """Within a second of the end; typing goes on all the while."""
    page = open_page()
    page.evaluate("window.isSamePage = true")
    be_served(page, world, close)
    page.fill("#text", "还有一个问题")
    page.click(".is-rating >> text=不满意 >> nth=0")
    page.wait_for_selector("text=您的评价：不满意")
    assert page.input_value("#text") == "还有一个问题"
    page.fill(".rating-reason textarea", "等了一个小时")
    page.click(".is-rating >> text=提交")
    page.wait_for_selector("text=已经记下")
    page.click(".is-rating >> button[value='5']")
    page.wait_for_selector("text=您的评价：非常满意")
    expect(page.locator(".rating-reason")).to_have_count(0)
    assert page.evaluate("window.isSamePage")
    expect(page.locator(".is-rating")).to_have_count(1)


def test_an_answer_is_rated_in_its_fold(open_page):
    """The word stands where 评价 stood."""
    page = open_page()
    ask(page, "居住证怎么办")
    page.wait_for_selector(".rating-fold")
    expect(page.locator(".rating-words")).to_be_hidden()
    page.click(".rating-fold summary")
    page.click(".rating-fold >> button[value='4']")
    page.wait_for_selector("text=您的评价：满意")
    page.click("text=收起评价")
    expect(page.locator(".rating-word")).to_have_text("满意")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("size", ["standard", "large"])
def test_one_tap_rates_an_answer_and_the_day_after_it_stands(
    open_page, world, width, size
):
    """The two plain words beside the answer; only the low one asks why."""
    page = open_page(width)
    if size == "large":
        page.click("text=大字版")
    ask(page, "居住证怎么办")
    page.wait_for_selector(".rating-quick")
    shoot(page, f"answer-{size}-{width}")
    page.click(".rating-quick >> button[value='4']")
    page.wait_for_selector(".rating-word >> text=满意")
    expect(page.locator(".rating-quick")).to_have_count(0)
    expect(page.locator(".rating-words")).to_be_hidden()
    expect(page.locator(".rating-reason")).to_have_count(0)
    ask(page, "居住证在哪里办")
    page.click(".rating-quick >> button[value='2']")
    page.wait_for_selector(".rating-reason textarea:visible")
    page.fill(".rating-reason textarea", "没说清楚")
    page.click("text=提交")
    page.wait_for_selector("text=已经记下")
    shoot(page, f"answer-low-{size}-{width}")
    assert (
        page.evaluate("document.documentElement.scrollTop + document.body.scrollTop")
        == 0
    )
    page.click(".rating-fold[open] >> button[value='5']")
    page.wait_for_selector("text=您的评价：非常满意")
    world.clock.go_on(days=1, minutes=1)
    page.click(".rating-fold[open] >> button[value='1']")
    page.wait_for_selector("text=评价过一天就不能再改了")


def test_rated_by_the_keyboard_alone(open_page, world, close):
    """Tab to the words, Enter or Space chooses; the reason is in reach."""
    page = open_page()
    be_served(page, world, close)
    page.focus(".is-rating >> button[value='5']")
    for _ in range(4):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.value") == "1"
    page.keyboard.press("Space")
    page.wait_for_selector("text=您的评价：非常不满意")
    # Where one was, one stays.
    assert page.evaluate("document.activeElement.value") == "1"
    page.keyboard.press("Tab")
    page.keyboard.type("等太久")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=已经记下")
    shoot(page, "rated-390")


def test_a_rating_that_fails_says_so_and_can_be_pressed_again(open_page, world, close):
    """Nothing is lost, nothing is locked."""
    page = open_page()
    be_served(page, world, close)
    page.route("**/chat/ratings", lambda route: route.abort())
    page.click(".is-rating >> button[value='3']")
    page.wait_for_selector("text=没有记下")
    page.unroute("**/chat/ratings")
    page.click(".is-rating >> button[value='3']")
    page.wait_for_selector("text=您的评价：基本满意")
    expect(page.locator("text=没有记下")).to_have_count(0)


def test_served_anew_the_old_words_go(open_page, world, close):
    """One question at a time."""
    page = open_page()
    be_served(page, world, close)
    ticket = world.parts.desk.list_tickets("all", officer_id=None)[0]
    world.parts.desk.reopen(ticket.id, officer_id=int(world.made[0]))
    ask(page, "还在吗")
    page.wait_for_selector("[value='取消排队']")
    world.reply("在的")
    page.wait_for_selector("text=在的")
    close()
    # A function to wait for would be compiled in the page, which its policy forbids.
    page.wait_for_selector(".lines > .is-rating:last-child")
    expect(page.locator(".is-rating")).to_have_count(1)


@pytest.mark.parametrize("size", ["standard", "large", "huge"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_wider_than_the_screen(open_page, world, close, width, size):
    """Words, reason, picture and document, in any size; targets for a thumb."""
    page = open_page(width)
    for button in {"standard": (), "large": ("大字版",), "huge": ("大字版", "特大字")}[
        size
    ]:
        page.click(f"text={button}")
    ask(page, "居住证怎么办")
    page.wait_for_selector(".rating-fold")
    page.click(".rating-fold summary")
    ask(page, "月球怎么去")
    page.wait_for_selector("#attach:not([hidden])")
    photo = {"mimeType": "image/jpeg", "buffer": picture(size=(1600, 900))}
    page.set_input_files("#file", {"name": "照片.jpg", **photo})
    page.wait_for_selector(".picture img")
    paper = {"mimeType": "application/pdf", "buffer": PDF}
    page.set_input_files("#file", {"name": "很长的名字" * 9 + ".pdf", **paper})
    page.wait_for_selector(".document")
    world.reply("好的")
    close()
    page.wait_for_selector(".is-rating")
    page.click(".is-rating >> button[value='1']")
    page.wait_for_selector(".rating-reason")
    wider = page.evaluate(
        """() => Math.max(
          document.documentElement.scrollWidth - window.innerWidth,
          document.getElementById('log').scrollWidth
            - document.getElementById('log').clientWidth)"""
    )
    assert wider <= 0
    least = 44 if size == "standard" else 60
    for target in page.locator(".rating button:visible, .document, summary").all():
        box = target.bounding_box()
        assert box["height"] >= least, target.inner_text()
        assert box["width"] >= least, target.inner_text()


def test_a_picture_is_sent_and_seen_without_a_reload(open_page, world):
    """As a bubble of one's own; the box for files goes with the hand-over."""
    page = open_page()
    expect(page.locator("#attach")).to_be_hidden()
    page.evaluate("window.isSamePage = true")
    ask(page, "月球怎么去")
    page.wait_for_selector("#attach:not([hidden])")
    data = {"name": "照片.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    page.set_input_files("#file", data)
    page.wait_for_selector(".is-citizen .picture img")
    assert page.evaluate(
        "document.querySelector('.picture img').decode().then(() => true)"
    )
    assert page.evaluate("window.isSamePage")
    page.click("[value='取消排队']")
    page.wait_for_selector("#attach", state="hidden")


def test_a_file_that_fails_stays_with_a_button(open_page):
    """Refused in plain words; what failed on the way is sent again."""
    page = open_page()
    ask(page, "月球怎么去")
    page.wait_for_selector("#attach:not([hidden])")
    exe = {"name": "x.pdf", "mimeType": "application/pdf", "buffer": b"MZ"}
    page.set_input_files("#file", exe)
    page.wait_for_selector("text=只能发图片")
    page.route("**/chat/files", lambda route: route.abort())
    good = {"name": "材料.pdf", "mimeType": "application/pdf", "buffer": PDF}
    page.set_input_files("#file", good)
    page.wait_for_selector("text=没有发出去。您写的内容还在。")
    page.unroute("**/chat/files")
    page.locator("text=重新发送").last.click()
    page.wait_for_selector(".document")
    expect(page.locator(".document")).to_have_count(1)


def test_a_file_that_is_too_large_is_told_at_once(open_page):
    """Without sending five megabytes first."""
    page = open_page()
    ask(page, "月球怎么去")
    page.wait_for_selector("#attach:not([hidden])")
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    large = {
        "name": "大.pdf",
        "mimeType": "application/pdf",
        "buffer": b"0" * 5_300_000,
    }
    page.set_input_files("#file", large)
    page.wait_for_selector("text=文件太大，最多 5 MB")
    assert not [url for url in sent if url.endswith("/files")]


def test_without_javascript_files_and_words_go_by_forms(
    chromium, address, world, close
):
    """Plain buttons of plain forms."""
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(f"{address}/chat")
    page.fill("#text", "月球怎么去")
    page.click("#send")
    data = {"name": "照片.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    page.set_input_files("#plain-file", data)
    page.click(".plain-file >> text=发送")
    expect(page.locator(".is-citizen .picture img")).to_be_visible()
    world.reply("收到")
    close()
    page.goto(f"{address}/chat")
    page.click(".is-rating >> button[value='2']")
    page.fill(".rating-reason textarea", "太慢")
    page.click("text=提交")
    expect(page.locator("text=您的评价：不满意")).to_be_visible()
    context.close()
