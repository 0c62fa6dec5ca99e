"""A working day at the desk in real browsers: two officers, both widths."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from bot import Bureau, Channel, Presence
from tests.bot.test_files import PDF
from tests.handlers.console.test_browser import Tab, chromium, new_tab

pytestmark = [pytest.mark.browser, pytest.mark.valkey]

__all__ = ["chromium", "new_tab"]

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
WIDTHS = pytest.mark.parametrize("options", [{}, PHONE], ids=["1280", "390"])


@pytest.fixture
def office(world: Any) -> Any:
    """Two bureaus with an agent each, and who leads the first; a working morning."""
    store = world.parts.bureaus
    world.first = store.save(Bureau(0, "市医保局"), changed_by=0)
    world.second = store.save(Bureau(0, "市公安局"), changed_by=0)
    store.set_default(world.first, changed_by=0)
    world.clock.go_on(days=1)
    world.li = world.hire(role="agent", bureau_id=world.first)
    world.zhao = world.hire(
        "zhaoqiang",
        "赵强",
        role="agent",
        bureau_id=world.second,
        department="市公安局",
    )
    return world


def open_move(tab: Tab, name: str) -> None:
    """Open a form as a person does: the button, or the menu of more."""
    page = tab.page
    link = page.locator(f"[data-move-link={name}]:visible")
    if link.count() == 0:
        page.click(".more summary")
    page.click(f"[data-move-link={name}]:visible")
    page.wait_for_selector("#move-dialog[open] #move-form")


def check_width(tab: Tab) -> None:
    """Fail if the page scrolls sideways, or a target is too small for a finger."""
    page = tab.page
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width > 720:
        return
    small = page.evaluate(
        """() => [...document.querySelectorAll('button, a.btn, summary, select,' +
          ' textarea, .tabs a, .strip-link, .choices label, .rail a, .icon-button')]
          .filter((e) => e.checkVisibility() && !e.closest('.message, .card-item'))
          .map((e) => [e.className || e.tagName, e.getBoundingClientRect()])
          .filter(([, box]) => box.width > 0 && box.height < 43.5)
          .map(([name, box]) => name + ' ' + box.height)"""
    )
    assert small == []


@WIDTHS
def test_a_case_goes_through_two_bureaus(
    office: Any, new_tab: Callable[..., Tab], options: dict[str, Any]
) -> None:
    """Claim, reply, transfer, accept by a second officer, resolve, reopen."""
    mine, theirs = new_tab(**options), new_tab(**options)
    mine.log_in()
    theirs.log_in("zhaoqiang")
    office.ask("孩子落户要回来办吗")

    page = mine.page
    page.click(".row-link:has-text('孩子落户')")
    page.click("#claim-bar button")
    page.fill("#reply-text", "您好，我问一下公安的同事。")
    page.click("#composer button:has-text('发送')")
    page.wait_for_selector(".message.officer:has-text('问一下公安')")
    check_width(mine)
    open_move(mine, "transfer")
    check_width(mine)
    page.select_option("#move-bureau", label="市公安局")
    page.fill("#move-word", "落户归公安")
    page.click("#move-form button:has-text('转办')")
    page.wait_for_selector("#offer-banner:has-text('已转给市公安局，等对方接收')")
    assert not page.is_visible("#move-dialog")
    check_width(mine)

    # The second officer hears of it without touching anything.
    other = theirs.page
    other.wait_for_selector(".toast-line:has-text('有会话转给您的部门')")
    other.click(".queue-tabs a:has-text('转来的')")
    other.click(".row-link:has-text('孩子落户')")
    other.wait_for_selector("#offer-banner:has-text('落户归公安')")
    check_width(theirs)
    other.click("#offer-banner button:has-text('接收')")
    other.wait_for_selector("#composer")
    other.wait_for_selector(".message.system:has-text('市公安局')")

    # And the first one sees that it has gone: the open page tells.
    page.wait_for_selector("#gone:visible")
    office.ask("要带什么材料")
    other.wait_for_selector(".message.citizen:has-text('要带什么材料')")
    other.fill("#reply-text", "带户口本和出生证明。")
    other.click("#composer button:has-text('发送')")
    other.wait_for_selector(".message.officer:has-text('带户口本')")

    open_move(theirs, "resolve")
    check_width(theirs)
    other.click("#move-form button:has-text('办结')")
    other.wait_for_selector("#move-refusal:has-text('请选一项')")
    other.fill("#move-reason", "已告知材料")
    other.click("#move-form label:has-text('已答复市民')")
    other.click("#move-form label:has-text('医保断缴对住院报销的影响')")
    other.click("#move-form button:has-text('办结')")
    other.wait_for_selector("#closed-bar:has-text('已答复市民。已告知材料')")
    entries = office.parts.desk.list_entries(1)
    assert [entry.title for entry in entries] == ["医保断缴对住院报销的影响"]
    check_width(theirs)
    other.click("#closed-bar button:has-text('重新打开')")
    other.wait_for_selector("#claim-bar")
    other.wait_for_selector(".toast-line:has-text('已重新打开')")
    mine.check()
    theirs.check()


@WIDTHS
def test_an_offer_withdrawn_meanwhile_is_said(
    office: Any, new_tab: Callable[..., Tab], options: dict[str, Any]
) -> None:
    """The button that comes too late leads nowhere, with words."""
    desk = office.parts.desk
    office.ask("孩子落户要回来办吗")
    desk.claim(1, officer_id=office.li.id)
    desk.offer_transfer(1, office.second, officer_id=office.li.id, word="归公安")
    tab = new_tab(**options)
    tab.log_in("zhaoqiang")
    tab.open("/console/tickets/1?tab=offered")
    tab.wait_live()
    page = tab.page
    page.evaluate("document.getElementById('chat').removeAttribute('hx-get')")
    desk.withdraw_transfer(1, officer_id=office.li.id)
    page.click("#offer-banner button:has-text('接收')")
    page.wait_for_selector("#said:has-text('没有这个会话')")
    tab.check()


def test_own_chats_are_one_key_away_with_their_drafts(
    office: Any, new_tab: Callable[..., Tab]
) -> None:
    """Alt and a figure switches, what was being written stays, unread is live."""
    for n in (1, 2):
        office.ask(f"第 {n} 件", who=f"c{n}")
        office.parts.desk.claim(n, officer_id=office.li.id)
    tab = new_tab()
    tab.log_in()
    tab.open("/console/tickets/1?tab=mine")
    tab.wait_live()
    page = tab.page
    page.fill("#reply-text", "给第一位的，写到一半")
    office.ask("还在吗", who="c2")
    page.wait_for_selector("#own-2 .unread:has-text('1')")
    page.press("#reply-text", "Alt+2")
    page.wait_for_url("**/tickets/2**")
    page.wait_for_selector("#own-2 [aria-current]")
    assert page.input_value("#reply-text") == ""
    page.wait_for_selector("#own-2 .unread", state="detached")
    page.keyboard.press("Alt+1")
    page.wait_for_url("**/tickets/1**")
    assert page.input_value("#reply-text") == "给第一位的，写到一半"
    page.reload()
    tab.wait_live()
    assert page.input_value("#reply-text") == "给第一位的，写到一半"
    tab.check()


def test_keys_open_the_moves(office: Any, new_tab: Callable[..., Tab]) -> None:
    """Alt+T, Alt+S, Alt+E from within the box too; / searches; Esc closes."""
    office.ask("孩子落户要回来办吗")
    office.parts.desk.claim(1, officer_id=office.li.id)
    tab = new_tab()
    tab.log_in()
    tab.open("/console/tickets/1?tab=mine")
    tab.wait_live()
    page = tab.page
    for key, title in (("t", "转给别的部门"), ("s", "稍后处理"), ("e", "办结")):
        page.focus("#reply-text")
        page.keyboard.press(f"Alt+{key}")
        page.wait_for_selector(f"#move-dialog[open] h2:has-text('{title}')")
        page.keyboard.press("Escape")
        page.wait_for_selector("#move-dialog[open]", state="detached")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "queue-q"
    page.keyboard.type("落户")
    page.keyboard.press("Enter")
    page.wait_for_selector(".found")
    tab.check()


def test_what_was_quoted_is_ticked_when_settling(
    office: Any, new_tab: Callable[..., Tab]
) -> None:
    """Also what the page's own search did not find, as a colleague's tool may add."""
    office.ask("断缴了还能补吗")
    office.parts.desk.claim(1, officer_id=office.li.id)
    tab = new_tab()
    tab.log_in()
    tab.open("/console/tickets/1?tab=mine")
    tab.wait_live()
    page = tab.page
    page.click("#side article button:has-text('引用') >> nth=0")
    page.evaluate(
        """() => {
          const b = document.createElement('button');
          const article = document.createElement('article');
          const title = document.createElement('h3');
          title.textContent = '别处<b>找到</b>的';
          const about = {insert: '两年', quote: '两年', entry: 'e9'};
          Object.assign(b.dataset, about, {title: title.textContent});
          b.id = 'elsewhere';
          b.textContent = '引用';
          article.append(title, b);
          document.getElementById('side').prepend(article);
        }"""
    )
    page.click("#elsewhere")
    used = page.evaluate("JSON.parse(sessionStorage['console:used:1'])")
    assert len(used) == 2
    open_move(tab, "resolve")
    for entry_id in used:
        assert page.is_checked(f"[name=entry][value='{entry_id}']")
    expect(page.locator("[name=entry]:checked")).to_have_count(2)
    page.click("#move-form label:has-text('已答复市民')")
    page.click("#move-form button:has-text('办结')")
    page.wait_for_selector("#closed-bar")
    linked = {e.entry_id: e.title for e in office.parts.desk.list_entries(1)}
    assert linked == used
    assert linked["e9"] == "别处<b>找到</b>的"
    tab.check()


def test_a_reply_can_be_taken_back_for_a_while(
    office: Any, new_tab: Callable[..., Tab]
) -> None:
    """Off unless wished; taken back it stands in the box; leaving sends it, once."""
    office.ask("断缴了还能补吗")
    office.parts.desk.claim(1, officer_id=office.li.id)
    tab = new_tab()
    tab.log_in()
    tab.page.evaluate("localStorage.setItem('console:undo', 'on')")
    tab.open("/console/tickets/1?tab=mine")
    tab.wait_live()
    page = tab.page

    def said() -> list[str]:
        lines = office.parts.desk.list_messages(1)
        return [line.text for line in lines if line.sender == "officer"]

    page.fill("#reply-text", "说错了")
    page.press("#reply-text", "Control+Enter")
    page.wait_for_selector("#undo-bar:has-text('秒后发出：“说错了”')")
    assert page.input_value("#reply-text") == ""
    page.click("#undo-bar button")
    assert page.input_value("#reply-text") == "说错了"
    assert said() == []
    page.fill("#reply-text", "可以补。")
    page.press("#reply-text", "Control+Enter")
    page.wait_for_selector(".message.officer:has-text('可以补')")
    assert said() == ["可以补。"]
    page.fill("#reply-text", "请带身份证。")
    page.press("#reply-text", "Control+Enter")
    page.wait_for_selector("#undo-bar:visible")
    tab.open("/console/tickets/1?tab=mine")
    page.wait_for_selector(".message.officer:has-text('请带身份证')")
    tab.wait_live()
    assert said() == ["可以补。", "请带身份证。"]
    tab.check()


@WIDTHS
def test_a_file_is_sent_or_refused_with_words(
    office: Any, new_tab: Callable[..., Tab], options: dict[str, Any]
) -> None:
    """On the web; what is no picture and no PDF is not taken."""
    office.ask("表格在哪下载")
    office.parts.desk.claim(1, officer_id=office.li.id)
    tab = new_tab(**options)
    tab.log_in()
    tab.open("/console/tickets/1?tab=mine")
    tab.wait_live()
    page = tab.page
    page.fill("#reply-text", "写到一半")
    bad = {"name": "a.exe", "mimeType": "image/png", "buffer": b"MZ not a picture"}
    page.set_input_files("#file-input", bad)
    page.wait_for_selector("#refusal:has-text('只能发图片')")
    good = {"name": "申请表.pdf", "mimeType": "application/pdf", "buffer": PDF}
    page.set_input_files("#file-input", good)
    page.wait_for_selector(".message.officer:has-text('申请表.pdf')")
    page.wait_for_selector(".toast-line:has-text('文件已发送')")
    assert page.input_value("#reply-text") == "写到一半"
    assert page.inner_text("#refusal") == ""
    check_width(tab)
    tab.check()


def test_wechat_citizens_get_words_only(
    office: Any, new_tab: Callable[..., Tab]
) -> None:
    """And the page says why."""
    office.ask("转人工", channel=Channel.WECHAT)
    office.parts.desk.claim(1, officer_id=office.li.id)
    tab = new_tab()
    tab.log_in()
    tab.open("/console/tickets/1?tab=mine")
    tab.wait_live()
    expect(tab.page.locator("#file-input")).to_have_count(0)
    tab.page.click(".attach-why summary")
    assert tab.page.is_visible("text=市民在微信上，这里只能发文字")
    tab.check()


@WIDTHS
def test_leaving_with_chats_asks_what_to_do(
    office: Any, new_tab: Callable[..., Tab], options: dict[str, Any]
) -> None:
    """In the header menu, with what each state brings."""
    office.ask("断缴了还能补吗")
    office.parts.desk.claim(1, officer_id=office.li.id)
    tab = new_tab(**options)
    tab.log_in()
    page = tab.page
    page.click(".menu summary")
    check_width(tab)
    page.click(".presence-choice:has-text('离开')")
    page.wait_for_selector("h1:has-text('您手上还有 1 个会话')")
    check_width(tab)
    page.click("button:has-text('放回队列，然后离开')")
    page.wait_for_selector(".presence-now:has-text('离开')")
    assert office.parts.desk.get_ticket(1).state == "waiting"
    tab.check()


def test_a_chat_given_by_the_lead_is_announced(
    office: Any, new_tab: Callable[..., Tab]
) -> None:
    """In the strip and in words; who had it sees that it is gone."""
    lead = office.hire("zuzhang", "钱组长", role="team_lead", bureau_id=office.first)
    wang = office.hire("wangfang", "王芳", role="agent", bureau_id=office.first)
    office.ask("断缴了还能补吗")
    office.parts.desk.claim(1, officer_id=office.li.id)
    before, after = new_tab(), new_tab()
    before.log_in()
    before.open("/console/tickets/1?tab=mine")
    before.wait_live()
    before.page.fill("#reply-text", "写到一半")
    after.log_in("wangfang")
    office.parts.desk.assign(1, wang.id, officer_id=lead.id)
    after.page.wait_for_selector(".toast-line:has-text('分给您了')")
    after.page.wait_for_selector("#own-1")
    before.page.wait_for_selector(".toast-line:has-text('会话已经到同事手上')")
    assert before.page.input_value("#reply-text") == "写到一半"
    assert re.search("接待中", before.page.inner_text("#chat-head"))
    before.check()
    after.check()


def test_clocks_and_pauses_speak_up(office: Any, new_tab: Callable[..., Tab]) -> None:
    """A pause that is over, and a clock that runs out, in chats that are not open."""
    desk = office.parts.desk
    for n in (1, 2):
        office.ask(f"第 {n} 件", who=f"c{n}")
        desk.claim(n, officer_id=office.li.id)
        office.number(n, f"700{n}")
    desk.snooze(2, office.clock() + timedelta(minutes=20), officer_id=office.li.id)
    tab = new_tab()
    tab.log_in()
    tab.open("/console/tickets/1?tab=mine")
    tab.wait_live()
    page = tab.page
    page.wait_for_selector("#own-2[data-snoozed]")
    office.clock.go_on(minutes=20)  # less than what logs an idle officer out
    desk.tend()
    page.wait_for_selector(".toast-line:has-text('市民 7002 的会话到时间了')")
    warnings = office.parts.warnings
    warnings.mark(warnings.find_due(office.clock()))
    page.wait_for_selector(".toast-line:has-text('市民 7002 的会话超过时限了')")
    page.wait_for_selector("#own-2 .late")
    tab.check()


def test_who_is_busy_is_not_called(office: Any, new_tab: Callable[..., Tab]) -> None:
    """The row appears all the same."""
    office.parts.presence.set(office.li.id, Presence.BUSY)
    tab = new_tab()
    tab.log_in()
    office.ask("断缴了还能补吗")
    tab.page.wait_for_selector(".row-link:has-text('断缴了还能补吗')")
    expect(tab.page.locator(".toast-line:has-text('有市民在等人工')")).to_have_count(0)
    tab.check()
