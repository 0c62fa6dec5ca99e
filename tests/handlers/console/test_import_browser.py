"""导入文件 in a real browser: a folder of the sample city on its way to the review."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from knowledge import Actor, ChangeFilter

pytestmark = [pytest.mark.browser, pytest.mark.valkey]

CHROMIUM = Path("/usr/bin/chromium")
CITY = Path(__file__).parents[3] / "samples" / "city"
PASSWORD = "tiger-lamp-river-9"

#: Where pictures are put, when somebody wants to look.
SHOTS = os.environ.get("SHOTS", "")

HEAD = Actor(99, None, may_write=True)

WATCH_CSP = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (e) =>
  window.violations.push(e.violatedDirective + ' ' + e.blockedURI));
"""

GUIDE = """<html><body><h1>老年人高龄津贴申领</h1><table>
<tr><td>事项名称</td><td>老年人高龄津贴申领</td></tr>
<tr><td>实施主体</td><td>民政局</td></tr>
<tr><td>受理条件</td><td>年满八十周岁，户籍在本市。</td></tr>
<tr><td>申请材料</td><td>身份证原件；户口簿原件。联系人王小明 13812345678。</td></tr>
<tr><td>办理时限</td><td>5 个工作日</td></tr>
<tr><td>咨询电话</td><td>0990-1234567</td></tr>
</table></body></html>"""


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
def reading(world: Any) -> Iterator[threading.Event]:
    """The worker's part, which begins when the event is set."""
    begin, end = threading.Event(), threading.Event()

    def work() -> None:
        begin.wait(120)
        while not end.wait(0.05):
            world.parts.importer.read_waiting()

    thread = threading.Thread(target=work)
    thread.start()
    yield begin
    begin.set()
    end.set()
    thread.join()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twenty files of the sample city, one without a region, one that is no file."""
    if not CITY.is_dir():
        pytest.skip("samples/city is not built: make samples")
    found = sorted(file for file in CITY.rglob("*") if file.is_file())
    picked = found[:: max(1, len(found) // 18)][:18]
    target = tmp_path / "三季度材料"
    for number, file in enumerate(picked):
        place = target / ("政策" if number % 2 else "指南")
        place.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, place / file.name)
    (target / "高龄津贴.html").write_text(GUIDE, encoding="utf-8")
    (target / "坏文件.docx").write_bytes(b"PK\x03\x04 broken")
    (target / "~$草稿.docx").write_bytes(b"lock")
    return target


@pytest.fixture
def open_page(chromium: Any, address: str, world: Any) -> Iterator[Callable[..., Any]]:
    """An editor's browser, logged in."""
    world.hire("bianji", "编辑", role="editor")
    contexts = []

    def make(width: int = 1280, height: int = 800) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(WATCH_CSP)
        page.set_default_timeout(30_000)
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.goto(f"{address}/console/login")
        page.fill("#login", "bianji")
        page.fill("#password", PASSWORD)
        page.click("button:has-text('登录')")
        page.wait_for_selector(".rail")
        page.goto(f"{address}/console/import")
        return page

    yield make
    for context in contexts:
        context.close()


def shoot(page: Any, name: str) -> None:
    """Take a picture, where somebody wants one; and see that nothing was forbidden."""
    assert page.evaluate("window.violations") == []
    assert page.errors == []
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{SHOTS}/{name}-{width}.png")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_folder_becomes_changes_under_review(
    world: Any,
    open_page: Callable[..., Any],
    reading: threading.Event,
    folder: Path,
    width: int,
) -> None:
    """Dropped, watched, corrected, mended, taken over, handed in."""
    page = open_page(width, 844 if width < 720 else 800)
    shoot(page, "start")
    page.set_input_files("#folder", str(folder))
    page.wait_for_url("**/console/import/1")
    page.wait_for_selector("text=正在读")
    shoot(page, "waiting")
    # The editor's lock file stayed at home.
    expect(page.locator(".import-item")).to_have_count(20)
    reading.set()
    page.wait_for_selector("text=20 个文件都读完了", timeout=60_000)
    shoot(page, "read")
    assert page.locator(".import-item:has-text('坏文件') .tag.bad").count()

    page.click("a:has-text('老年人高龄津贴申领')")
    page.wait_for_selector("#entry-form")
    shoot(page, "file")
    assert page.locator(".remark:has-text('没有地区')").count()
    page.fill("#region", "云泽市")
    # Mending keeps what was typed a moment ago.
    page.click(".remark:has-text('个人信息') button >> nth=0")
    page.wait_for_selector("#entry-form")
    assert page.input_value("#region") == "云泽市"
    assert "13812345678" not in page.inner_text("#entry-form")
    page.click(".section-box >> nth=0 >> [data-find]")
    expect(page.locator("#original .is-found")).to_have_count(1)
    shoot(page, "mended")
    page.click("button:has-text('采纳')")
    page.wait_for_url("**/console/import/1")
    page.click("button:has-text('采纳全部没有问题的')")
    page.wait_for_selector(".toast-line:has-text('已采纳')")
    shoot(page, "adopted")
    made = world.parts.changes.list(ChangeFilter(), HEAD)
    assert any(change.form.region == "云泽市" for change in made)
    page.click("button:has-text('提交审核')")
    page.wait_for_selector(".toast-line:has-text('已提交')")
    shoot(page, "submitted")
    states = {c.state.value for c in world.parts.changes.list(ChangeFilter(), HEAD)}
    assert states == {"in_review"}


def test_what_does_not_arrive_can_be_sent_again(
    open_page: Callable[..., Any], folder: Path
) -> None:
    """A broken line costs one file a second try; dropping works as choosing does."""
    page = open_page()
    calls = []

    def cut(route: Any) -> None:
        calls.append(route.request.url)
        if len(calls) == 1:
            route.abort()
        else:
            route.continue_()

    page.route("**/console/import/*/files", cut)
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          for (const name of ['一.txt', '二.txt']) {
            data.items.add(new File(['云泽市居住证办理办法。第一条 为了方便。'], name));
          }
          document.getElementById('drop').dispatchEvent(
            new DragEvent('drop', { dataTransfer: data, bubbles: true }));
        }"""
    )
    page.wait_for_selector(".sending-list .is-failed")
    page.wait_for_selector(".sending-list .is-done")
    shoot(page, "failed")
    page.click("button:has-text('再试')")
    page.wait_for_url("**/console/import/1")
    expect(page.locator(".import-item")).to_have_count(2)


def test_without_a_script_files_come_in_too(
    chromium: Any, address: str, world: Any
) -> None:
    """The plain form takes several files at once."""
    world.hire("bianji", "编辑", role="editor")
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/console/login")
    page.fill("#login", "bianji")
    page.fill("#password", PASSWORD)
    page.click("button:has-text('登录')")
    page.goto(f"{address}/console/import")
    body = "云泽市居住证办理办法。".encode()
    page.set_input_files(
        "#files",
        [
            {"name": name, "mimeType": "text/plain", "buffer": body}
            for name in ("一.txt", "二.txt")
        ],
    )
    page.click("button:has-text('上传')")
    page.wait_for_url("**/console/import/1")
    expect(page.locator(".import-item")).to_have_count(2)
    context.close()
