"""词语和话术 in a real browser: proposed, compared, let out; wide and on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from knowledge import expand, use_office_texts

pytestmark = [pytest.mark.browser, pytest.mark.valkey]

CHROMIUM = Path("/usr/bin/chromium")
PASSWORD = "tiger-lamp-river-9"

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


@pytest.fixture
def log_in(chromium: Any, address: str, world: Any) -> Iterator[Callable[..., Any]]:
    """Open pages of people; nothing of them may be refused or overflow."""
    contexts = []

    def log_in(login: str, role: str, width: int) -> Any:
        world.hire(login, login, role=role)
        context = chromium.new_context(viewport={"width": width, "height": 844})
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(WATCH_CSP)
        page.set_default_timeout(20_000)
        page.goto(f"{address}/console/login")
        page.fill("#login", login)
        page.fill("#password", PASSWORD)
        page.click("main button")
        page.wait_for_url("**/console/**")
        return page

    yield log_in
    for context in contexts:
        context.close()


def look(page: Any, shots: Path, name: str, width: int) -> None:
    """Take a picture; nothing sticks out, nothing was refused."""
    page.screenshot(path=str(shots / f"{name}-{width}.png"), full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.violations") == []


@pytest.mark.parametrize("width", [1280, 390])
def test_a_synonym_goes_from_the_editor_to_the_citizens(
    log_in: Any, address: str, world: Any, tmp_path: Path, width: int
) -> None:
    """And the other three tabs are readable at this width."""
    use_office_texts(world.parts.office_texts.look)
    editor, reviewer = (
        log_in("fang", "editor", width),
        log_in("shen", "reviewer", width),
    )
    editor.goto(f"{address}/console/words")
    look(editor, tmp_path, "synonyms", width)
    editor.click("a:has-text('新增')")
    editor.fill("#said", "惠民卡")
    editor.click("button:has-text('提交审核')")
    assert "请填写指南里的词" in editor.text_content("[role=alert]")
    assert editor.input_value("#said") == "惠民卡"
    editor.fill("#means", "云岭惠民卡申领")
    look(editor, tmp_path, "form", width)
    editor.click("button:has-text('提交审核')")
    editor.wait_for_url("**/words/change?id=*")
    reviewer.goto(editor.url)
    reviewer.fill("#try", "惠民卡怎么办")
    reviewer.click("button:has-text('比一比')")
    reviewer.wait_for_selector("text=惠民卡怎么办 云岭惠民卡申领")
    look(reviewer, tmp_path, "change", width)
    reviewer.click("button:has-text('通过')")
    reviewer.wait_for_selector("text=已发布")
    assert expand("惠民卡怎么办").endswith("云岭惠民卡申领")
    look(reviewer, tmp_path, "published", width)
    for kind, key in (("hot_word", ""), ("wording", "queue"), ("menu", "menu")):
        editor.goto(f"{address}/console/words?kind={kind}")
        look(editor, tmp_path, kind, width)
        editor.goto(f"{address}/console/words/edit?kind={kind}&key={key}")
        look(editor, tmp_path, f"{kind}-form", width)
