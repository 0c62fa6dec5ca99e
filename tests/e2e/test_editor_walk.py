"""Somebody edits for the first time: a Word policy becomes an answer a citizen gets.

The real service, an editor and a reviewer with links to make their own accounts. Both
find what they press by the words on the page; the whole is measured, with the time that
reading and writing take a newcomer (``test_newcomer``), and must stay under 5 minutes.

``EDITOR_PICTURES=1`` also saves what they see to ``docs/pictures``.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from handlers.assembly import assemble
from handlers.config import load_settings
from tests.drills.desk_office import (
    PASSWORD,
    PATIENCE_S,
    BureauPlan,
    DeskOffice,
    _environ,
)
from tests.e2e.test_desk_story import PHONE, PICTURES, chromium
from tests.e2e.test_newcomer import Newcomer

__all__ = ["chromium"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.model,
    pytest.mark.valkey,
    pytest.mark.drill,
    pytest.mark.xdist_group("serve"),
]

CITY = Path(__file__).resolve().parents[2] / "samples" / "city"
BUREAU = "市卫健委"

#: Issue 5: "in under 5 minutes, told by the page alone".
LIMIT_S = 300

#: Other helpers' work may slow the machine; what is waited for is waited for so long.
PATIENCE_MS = 90_000

POLICY = "云泽市独生子女父母奖励办法"
NUMBER = "云卫健〔2025〕6号"
PUBLISHED = "已经发布，市民现在能查到"
QUESTION = "独生子女父母奖励费每人每月多少元？"
ANSWER = "每人每月发给奖励费10元"

TALL = {"width": 1280, "height": 860}


@pytest.fixture(scope="module")
def policy() -> Path:
    """The Word file that nobody has loaded yet."""
    found = sorted((CITY / BUREAU / "政策文件").glob(f"{POLICY}*.docx"))
    if not found:
        pytest.skip("the sample city is not built: make samples")
    return found[0]


@pytest.fixture(scope="module")
def office(
    tmp_path_factory: pytest.TempPathFactory, policy: Path
) -> Iterator[DeskOffice]:
    """The running service: a few guides in force, and nobody but the chief in it."""
    folder = tmp_path_factory.mktemp("editing")
    guides = folder / "资料"
    guides.mkdir()
    for path in sorted((policy.parents[1] / "办事指南").glob("*.docx"))[:4]:
        shutil.copy(path, guides)
    (folder / "config.yaml").write_text("office: {city: 云泽市}", encoding="utf-8")
    for words in (("keygen",), ("ingest", "资料")):
        subprocess.run(
            [sys.executable, "-m", "handlers", *words],
            cwd=folder,
            env=_environ(),
            check=True,
            capture_output=True,
            timeout=PATIENCE_S,
        )
    office = DeskOffice(folder, is_behind_proxy=False)
    office.settle_in((BureauPlan(BUREAU, "生育", 1),))
    with office.running():
        yield office


class Walk:
    """What the people see, in pictures."""

    def __init__(self, office: DeskOffice, browser: Any) -> None:
        self.office = office
        self.errors: list[str] = []
        self._browser = browser
        self._contexts: list[Any] = []

    def enter(self, size: dict[str, int], path: str) -> Any:
        """Open a browser of its own at an address."""
        is_phone = size is PHONE
        context = self._browser.new_context(
            viewport=size, has_touch=is_phone, is_mobile=is_phone, locale="zh-CN"
        )
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(self.office.url + path)
        return page

    def make_link(self, role: str) -> str:
        """Return the path of a link with which somebody makes their own account."""
        settings = load_settings(
            self.office.folder / "config.yaml",
            {**_environ(), "WENZHENG_DATABASE_URL": self.office._database()},
        )
        parts = assemble(settings)
        token = parts.officers.make_setup_token(
            role, bureau_id=self.office.bureaus[BUREAU]
        )
        parts.engine.dispose()
        return f"/console/setup/{token}"

    def shoot(self, name: str, page: Any) -> None:
        """Save a picture, if pictures are wanted."""
        if not os.environ.get("EDITOR_PICTURES"):
            return
        page.wait_for_timeout(400)
        image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        small = image.quantize(
            256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
        small.save(PICTURES / f"editor-{name}.png", optimize=True)

    def shrink(self, name: str, page: Any) -> None:
        """Read the same page as on a phone: nothing hangs over its side."""
        page.set_viewport_size(PHONE)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        self.shoot(name, page)
        page.set_viewport_size(TALL)

    def close(self) -> None:
        """Close all browsers."""
        for context in self._contexts:
            context.close()


@pytest.fixture
def walk(office: DeskOffice, chromium: Any) -> Iterator[Walk]:
    """Nobody has come yet; all browsers are closed at the end."""
    walk = Walk(office, chromium)
    yield walk
    walk.close()


def join(person: Newcomer, login: str, name: str, number: str) -> None:
    """Make one's own account, as the link asks."""
    page = person.page
    person.write(page.get_by_label("登录名"), login)
    person.write(page.get_by_label("姓名"), name)
    person.write(page.get_by_label("工号"), number)
    person.write(page.get_by_label("部门"), BUREAU)
    person.write(page.get_by_label("密码", exact=True), PASSWORD)
    person.write(page.get_by_label("再输一次密码"), PASSWORD)
    person.click(page.get_by_role("button", name="设置并登录"))


def test_word_policy_becomes_an_answer_in_five_minutes(
    walk: Walk, policy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Import, correct, adopt, hand in, review, publish; then a citizen is answered."""
    links = walk.make_link("editor"), walk.make_link("reviewer")
    marks: list[tuple[str, float]] = []
    begun = time.monotonic()

    def mark(name: str) -> None:
        marks.append((name, time.monotonic() - begun))

    editor = Newcomer(walk.enter(TALL, links[0]))
    page = editor.page
    join(editor, "zhoulan", "周兰", "0301")
    mark("the editor has an account")

    hand_in(walk, editor, policy, mark)
    reviewer = Newcomer(walk.enter(TALL, links[1]))
    join(reviewer, "hemin", "何敏", "0302")
    mark("the reviewer has an account")

    check_and_publish(walk, reviewer, mark)
    editor.click(page.get_by_role("link", name=POLICY, exact=True).last)
    page.get_by_text(PUBLISHED).wait_for()
    mark("the editor's page says so too")
    people = editor, reviewer, ask(walk, mark)
    took = time.monotonic() - begun

    acts = sum(person.acts for person in people)
    # Under DESK_NEWCOMER they have taken it already.
    is_slow = bool(os.environ.get("DESK_NEWCOMER"))
    needed = 0.0 if is_slow else sum(person.needed_s for person in people)
    with capsys.disabled():
        lines = [f"  {at:6.1f} s  {name}" for name, at in marks]
        print(  # noqa: T201 - what it is run for
            "\n".join(["\nfirst policy of a newcomer", *lines]),
            f"\n  {acts} acts; {took:.1f} s by the clock, {needed:.1f} s for reading "
            f"and writing not taken; {took + needed:.1f} s in all",
        )
    assert took + needed < LIMIT_S
    assert walk.errors == []


def hand_in(walk: Walk, editor: Newcomer, policy: Path, mark: Any) -> None:
    """Import the file, correct what was understood, adopt it, and hand it in."""
    page = editor.page
    editor.click(page.get_by_role("link", name="知识", exact=True))
    page.get_by_role("heading", name="今天要做什么").wait_for()
    walk.shoot("01-home", page)
    editor.click(page.get_by_role("link", name=re.compile("导入文件")).first)
    walk.shoot("02-import", page)
    with page.expect_file_chooser() as choosing:
        editor.click(page.get_by_text("选文件", exact=True))
    choosing.value.set_files(policy)
    look = page.get_by_role("link", name=re.compile("^核对"))
    look.wait_for()
    mark("the file is read")
    walk.shoot("03-read", page)
    editor.click(look)
    page.get_by_role("heading", name="读成了什么").wait_for()
    walk.shoot("04-understood", page)
    walk.shrink("04-understood-390", page)
    # The original stands beside it: what is on paper can be compared.
    original = page.get_by_role("region", name="原文")
    assert ANSWER in original.inner_text()
    editor.write(page.get_by_label("常用叫法"), "独生子女费")
    editor.click(page.get_by_role("button", name="采纳", exact=True))
    mark("the entry is adopted")
    page.get_by_text("下一步：点“提交审核”").wait_for()
    editor.click(page.get_by_role("button", name="提交审核"))
    page.get_by_text("下一步：等同事审核").wait_for()
    mark("it is handed in")
    walk.shoot("05-handed-in", page)
    page.get_by_role("link", name=POLICY, exact=True).last.click()
    page.get_by_text("能审的有").wait_for()
    # Nobody reviews what they wrote: there is no button to do it with.
    assert page.get_by_role("button", name="通过并发布").count() == 0
    page.go_back()


def check_and_publish(walk: Walk, reviewer: Newcomer, mark: Any) -> None:
    """Find what waits, compare, tick the list, and publish."""
    page = reviewer.page
    reviewer.click(page.get_by_role("link", name="知识", exact=True))
    reviewer.click(page.get_by_role("link", name=re.compile("待我审核")).first)
    reviewer.click(page.get_by_role("link", name=re.compile(POLICY)).first)
    page.get_by_role("group", name="发布前核对").wait_for()
    walk.shoot("06-review", page)
    walk.shrink("06-review-390", page)
    for box in (
        page.get_by_role("group", name="发布前核对").get_by_role("checkbox").all()
    ):
        reviewer.click(box)
    reviewer.click(page.get_by_role("button", name="通过并发布"))
    mark("it is approved")
    page.get_by_text(PUBLISHED).wait_for()
    mark("it is published")
    walk.shoot("07-published", page)


def ask(walk: Walk, mark: Any) -> Newcomer:
    """Ask as a citizen does; the answer is right and names the document."""
    citizen = Newcomer(walk.enter(PHONE, "/chat"))
    page = citizen.page
    citizen.write(page.locator("#text"), QUESTION)
    citizen.click(page.locator("#send"))
    page.get_by_text(NUMBER).first.wait_for()
    mark("a citizen is answered with the number of the document")
    walk.shoot("08-citizen", page)
    assert ANSWER in page.locator("body").inner_text()
    return citizen
