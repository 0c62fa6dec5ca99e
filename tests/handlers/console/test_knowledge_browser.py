"""The pages of the knowledge in a real browser: a walk, keys, both sizes of screen."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from bot import AnswerSettings, Assistant
from knowledge import KnowledgeStore, entry_id
from tests.handlers.console.knowledge import DRAFTS

pytestmark = [pytest.mark.browser, pytest.mark.valkey]

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
PASSWORD = "tiger-lamp-river-9"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}

#: Set to a folder to look at the pages.
SHOTS = os.environ.get("SHOTS", "")

WATCH_CSP = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (e) =>
  window.violations.push(e.violatedDirective + ' ' + e.blockedURI));
"""

#: Fields without a name, buttons without words, more than one h1, ids used twice.
FIND_FAULTS = """() => {
  const main = document.querySelector('main');
  const seen = (e) => e.offsetParent !== null;
  const named = (e) => e.labels?.length || e.ariaLabel;
  const fields = [...main.querySelectorAll('input, select, textarea')]
    .filter((e) => e.type !== 'hidden');
  const buttons = [...main.querySelectorAll('button, a')].filter(seen);
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  return [
    ...fields.filter((e) => !named(e)).map((e) => 'no label: ' + e.name),
    ...buttons.filter((e) => !e.textContent.trim() && !e.ariaLabel)
      .map((e) => 'no words: ' + e.outerHTML),
    ...(main.querySelectorAll('h1').length === 1 ? [] : ['not one h1']),
    ...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => 'id twice: ' + id),
    ...[document.documentElement, main].filter((e) => e.scrollWidth > e.clientWidth)
      .map((e) => 'sticks out: ' + e.tagName),
  ];
}"""


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
def open_as(chromium: Any, address: str, world: Any) -> Iterator[Callable[..., Any]]:
    """Log in as an editor or a reviewer; fails on script errors."""
    KnowledgeStore(world.parts.engine).save(
        [*DRAFTS, replace(DRAFTS[0], title="居住证办理", aliases=("暂住证",))],
        at=world.clock(),
    )
    world.hire("wanghai", "王海", role="editor")
    world.hire("limin", "李敏", role="reviewer")

    def make_assistant(knowledge: Any) -> Assistant:
        return Assistant(knowledge, AnswerSettings(), world.clock)

    world.parts.make_assistant = make_assistant
    world.parts.assistant = make_assistant(world.parts.knowledge_base)
    contexts, errors = [], []

    def open_as(login: str, **options: Any) -> Any:
        context = chromium.new_context(**({"viewport": DESK} | options))
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.add_init_script(WATCH_CSP)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{address}/console/login")
        page.fill("#login", login)
        page.fill("#password", PASSWORD)
        page.click("button:has-text('登录')")
        page.wait_for_selector(".page-title")
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert errors == []


def look(page: Any, name: str) -> None:
    """Check what every page owes, and keep a picture if somebody wants to look."""
    # On a busy machine the click is over before the next page is there.
    page.wait_for_load_state()
    page.wait_for_selector("main")
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=False)
    assert page.evaluate(FIND_FAULTS) == [], name
    assert page.evaluate("window.violations") == [], name


def test_a_first_timer_writes_asks_and_hands_in(open_as: Callable[..., Any]) -> None:
    """Then another one compares, approves; the page tells each next step."""
    editor = open_as("wanghai")
    assert "今天要做什么" in editor.inner_text("h1")
    look(editor, "home-1280")
    editor.click("text=新写一条")
    look(editor, "new-1280")
    editor.fill("#title", "老年人优待证办理")
    editor.select_option("#department", "云泽市医疗保障局")
    editor.fill("#section-1", "身份证原件和一寸照片。")
    editor.fill("#exam", "老年人优待证要带什么材料")
    # The third section goes up with the keyboard and keeps the focus.
    editor.focus("[data-section]:nth-of-type(3) [data-move=up]")
    editor.keyboard.press("Enter")
    assert editor.input_value("#heading-1") == "办理流程"
    assert editor.input_value("#section-2") == "身份证原件和一寸照片。"
    editor.click("[data-move=add]")
    expect(editor.locator("[data-section]")).to_have_count(9)
    editor.fill("#ask", "老年人优待证要带什么材料")
    editor.press("#ask", "Enter")
    editor.wait_for_selector(".tried")
    assert "一寸照片" not in editor.inner_text(".tried >> nth=0")
    assert "一寸照片" in editor.inner_text(".tried >> nth=1")
    look(editor, "tried-1280")
    editor.click("button:has-text('提交审核'):visible")
    editor.wait_for_selector("text=下一步：等同事审核。")
    assert "李敏" in editor.inner_text(".next-step")
    assert not editor.is_visible("text=通过并发布")
    look(editor, "handed-in-1280")
    reviewer = open_as("limin")
    reviewer.click("text=待我审核 1")
    look(reviewer, "waiting-1280")
    reviewer.click(".know-line")
    look(reviewer, "review-new-1280")
    reviewer.click("button:has-text('通过并发布')")
    reviewer.wait_for_selector("text=正在发布")
    look(reviewer, "approved-1280")


def test_what_was_not_saved_is_there_again(open_as: Callable[..., Any]) -> None:
    """Also after the page was closed; and it goes when nobody wants it."""
    page = open_as("wanghai")
    url = page.url.split("/console")[0] + "/console/knowledge/new?kind=faq"
    page.goto(url)
    page.fill("#title", "写到一半的问题")
    page.wait_for_selector("#keep-state:has-text('还没保存')")
    page.goto(url.replace("new?kind=faq", "entries"))
    page.goto(url)
    assert page.input_value("#title") == "写到一半的问题"
    look(page, "faq-1280")
    page.click("text=不要了")
    page.wait_for_function("document.getElementById('title').value === ''")


@pytest.mark.parametrize("viewport", [DESK, PHONE])
def test_a_changed_entry_is_compared_by_characters(
    open_as: Callable[..., Any], world: Any, viewport: Any
) -> None:
    """Marks stand in the text; the list, the entry, its history fit the screen."""
    size = viewport["width"]
    editor = open_as("wanghai", viewport=viewport)
    base = editor.url.split("/console")[0]
    editor.goto(f"{base}/console/knowledge/entries")
    look(editor, f"list-{size}")
    editor.fill("[name=q]", "银行卡 断缴")
    editor.wait_for_selector("text=找到 2 条")
    editor.goto(f"{base}/console/knowledge/entries/{entry_id(DRAFTS[0])}")
    look(editor, f"entry-{size}")
    editor.click("main button:has-text('修改') >> nth=0")
    editor.fill("#section-0", "医保断缴 6 个月以内（含）可以补缴，也可以网上办。")
    editor.fill("#expires_on", "2027-12-31")
    look(editor, f"edit-{size}")
    editor.click("button:has-text('提交审核'):visible")
    reviewer = open_as("limin", viewport=viewport)
    reviewer.goto(f"{base}/console/knowledge/changes/1")
    assert reviewer.inner_text("del >> nth=1") == "3"
    assert "6" in reviewer.inner_text(".compare ins >> nth=0")
    look(reviewer, f"compare-{size}")
    reviewer.click("button:has-text('退回修改')")
    reviewer.wait_for_selector("#word-error")
    reviewer.goto(f"{base}/console/knowledge/entries/{entry_id(DRAFTS[1])}/revisions")
    look(reviewer, f"revisions-{size}")
    reviewer.goto(f"{base}/console/knowledge/switches")
    look(reviewer, f"switches-{size}")
    reviewer.goto(f"{base}/console/knowledge")
    look(reviewer, f"home-reviewer-{size}")
