"""Somebody new to it takes their first chat, by the words on the screen alone.

What they do is found as a person finds it: by the words of buttons, fields and rows.
``DESK_NEWCOMER=1`` lets them also take a newcomer's time: 3 s to read before each act,
0.7 s for each character written; the two minutes are then counted by the clock.
"""

from __future__ import annotations

import os
import re
import time
from typing import Any

import pytest

from tests.e2e.test_desk_story import DESK, PHONE, Stage, chromium, office, stage

__all__ = ["chromium", "office", "stage"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.model,
    pytest.mark.valkey,
    pytest.mark.xdist_group("serve"),
]

#: Seconds before each act, and for each Chinese character (three keys and a choice).
READ_S, WRITE_S = 3.0, 0.7

LIMIT_S = 120

GREETING = "您好，补卡到社保卡银行网点办，带身份证。"


class Newcomer:
    """Reads, then acts; counts both."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.acts = 0
        self.characters = 0
        self._is_slow = bool(os.environ.get("DESK_NEWCOMER"))

    @property
    def needed_s(self) -> float:
        """What reading and writing take a newcomer, without the machine."""
        return self.acts * READ_S + self.characters * WRITE_S

    def click(self, what: Any) -> None:
        """Find something by its words, and press it."""
        what.wait_for()
        self._read()
        what.click()

    def write(self, field: Any, text: str) -> None:
        """Find a field by its name, and write."""
        field.wait_for()
        self._read()
        self.characters += len(text)
        if self._is_slow:
            time.sleep(len(text) * WRITE_S)
        field.fill(text)

    def _read(self) -> None:
        self.acts += 1
        if self._is_slow:
            time.sleep(READ_S)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["1280", "390"])
def test_first_chat_in_two_minutes(
    stage: Stage, size: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    """From the login page to the end of the first chat, with nobody's help."""
    width = size["width"]
    citizen = stage.enter(PHONE, "/chat")
    stage.say(citizen, "我要投诉，社保卡丢了没人管")
    citizen.wait_for_selector("#desk:has-text('您排在第一位')")

    begun = time.monotonic()
    page = stage.enter(size, "/console")
    person = Newcomer(page)
    person.write(page.get_by_label("登录名"), f"agent1{0 if width == 1280 else 1}")
    person.write(page.get_by_label("密码", exact=True), "tiger-lamp-river-9")
    person.click(page.get_by_role("button", name="登录"))
    stage.shoot(f"walk-{width}-1", page)
    person.click(page.get_by_role("link", name=re.compile("社保卡丢了没人管")))
    stage.shoot(f"walk-{width}-2", page)
    person.click(page.get_by_role("button", name="接入", exact=True))
    person.write(page.get_by_role("textbox", name="内容"), GREETING)
    stage.shoot(f"walk-{width}-3", page)
    person.click(page.get_by_role("button", name="发送"))
    citizen.wait_for_selector(f".is-officer:has-text('{GREETING[:8]}')")
    stage.say(citizen, "知道了，谢谢")
    page.get_by_text("知道了，谢谢").first.wait_for()
    person.click(page.get_by_role("link", name="办结", exact=True))
    person.click(page.get_by_label("已答复市民"))
    stage.shoot(f"walk-{width}-4", page)
    person.click(page.get_by_role("dialog").get_by_role("button", name="办结"))
    citizen.wait_for_selector(".line:has-text('这次人工服务已结束')")
    took = time.monotonic() - begun

    with capsys.disabled():
        print(  # noqa: T201 - what it is run for
            f"\nfirst chat at {width} px: {person.acts} acts, {person.characters} "
            f"characters; {took:.1f} s by the clock, {person.needed_s:.1f} s of it "
            f"for reading and writing{'' if person._is_slow else ' not taken'}"
        )
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    in_all = took if person._is_slow else took + person.needed_s
    assert in_all < LIMIT_S
    assert stage.errors == []
