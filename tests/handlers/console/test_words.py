"""The page 词语和话术: proposed by one, let out by another, undone by a new change."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from bot import Bureau, get_wording
from handlers.wechat import WeChatError
from knowledge import expand, use_office_texts


@pytest.fixture
def editor(world: Any, new_console: Callable[[], Any]) -> Any:
    """The browser of an editor of the whole office."""
    world.hire("bianji", "方编", role="editor")
    browser = new_console()
    browser.log_in("bianji")
    use_office_texts(world.parts.office_texts.look)
    return browser


@pytest.fixture
def reviewer(world: Any, editor: Any, new_console: Callable[[], Any]) -> Any:
    """The browser of a reviewer."""
    world.hire("shenhe", "沈核", role="reviewer")
    browser = new_console()
    browser.log_in("shenhe")
    return browser


def propose(editor: Any, kind: str, key: str = "", **form: str) -> str:
    """Fill in the form; returns the address of the change."""
    page = f"/console/words/edit?kind={kind}&key={key}"
    answer = editor.send("/console/words", page=page, kind=kind, key=key, **form)
    return address_of(answer)


def address_of(answer: Any) -> str:
    """Return the address of the change whose page was led to."""
    assert answer.status_code == 200, answer.text
    found = re.search(r'name="id" value="(\d+)"', answer.text)
    assert found, answer.text
    return f"/console/words/change?id={found[1]}"


def move(browser: Any, address: str, name: str, **more: str) -> Any:
    """Press a button of a change's page."""
    page = browser.open(address).text
    found = re.search(r'name="version" value="(\d+)"', page)
    version = found[1] if found else "0"
    return browser.send(
        "/console/words/change",
        page=address,
        id=address.rpartition("=")[2],
        version=version,
        move=name,
        **more,
    )


def test_a_synonym_is_proposed_reviewed_in_force_and_undone(
    editor: Any, reviewer: Any
) -> None:
    """Nothing changes before the second person; undoing is a change, too."""
    address = propose(editor, "synonym", said="惠民卡\n惠民一卡通", means="云岭惠民卡")
    assert "待审核" in editor.open("/console/words").text
    assert expand("惠民卡咋办") == "惠民卡咋办"
    page = reviewer.open(f"{address}&try=惠民卡咋办").text
    assert "群众说：惠民卡、惠民一卡通" in page
    assert "按这句找：惠民卡咋办 云岭惠民卡" in page
    assert move(reviewer, address, "approve").status_code == 200
    assert expand("惠民卡咋办") == "惠民卡咋办 云岭惠民卡"
    assert "本单位" in editor.open("/console/words").text
    undone = address_of(move(editor, address, "undo"))
    move(reviewer, undone, "approve")
    assert expand("惠民卡咋办") == "惠民卡咋办"


def test_undoing_brings_back_what_was_before(editor: Any, reviewer: Any) -> None:
    """Not what is shipped, where the office had something else before."""
    for text in ("再见一。", "再见二。"):
        address = propose(editor, "wording", "goodbye", text=text)
        assert move(reviewer, address, "approve").status_code == 200
    assert get_wording("goodbye") == "再见二。"
    undone = address_of(move(editor, address, "undo"))
    page = reviewer.open(undone).text
    assert "再见一。" in page
    move(reviewer, undone, "approve")
    assert get_wording("goodbye") == "再见一。"


def test_who_wrote_it_does_not_let_it_out(world: Any, desk: Any) -> None:
    """Not even whoever may do both."""
    address = propose(desk, "hot_word", word="惠民卡", weight="3")
    assert "要由另一位同事审核" in desk.open(address).text
    answer = move(desk, address, "approve")
    assert answer.status_code == 422
    assert "不能由您审核" in answer.text
    assert world.parts.office_texts.read().hot_words == {}


def test_a_placeholder_is_neither_lost_nor_made_up(editor: Any) -> None:
    """A sentence says which; what was typed stays."""
    page = "/console/words/edit?kind=wording&key=queue"
    for text, why in (
        ("请等一下。", "少了 {waiting}"),
        ("前面 {waiting} 位，{name}。", "不能用 {name}"),
        ("前面 {waiting 位。", "花括号"),
        ("", "请写上"),
    ):
        form = {"kind": "wording", "key": "queue", "text": text}
        answer = editor.send("/console/words", page=page, **form)
        assert answer.status_code == 422
        assert why in answer.text
        assert text in answer.text


def test_a_wording_is_shown_as_the_citizen_reads_it(editor: Any, reviewer: Any) -> None:
    """With its placeholders filled, before and after."""
    address = propose(editor, "wording", "queue", text="您前面有 {waiting} 位。")
    page = reviewer.open(address).text
    assert "您前面有 3 位。" in page
    assert "前面还有 3 位。" in page
    move(reviewer, address, "approve")
    assert get_wording("queue", waiting=7) == "您前面有 7 位。"


def test_a_menu_fits_wechat_or_is_refused(
    world: Any, editor: Any, reviewer: Any
) -> None:
    """Names too long, nothing to do, a name twice: each with the button's name."""
    good = {"b0_name": "办事", "b0_way": "items"}
    good |= {"b0_0_name": "居住证", "b0_0_way": "ask", "b0_0_value": "居住证怎么办"}
    page = "/console/words/edit?kind=menu&key=menu"
    for wrong, why in (
        ({"b0_name": "名称太长的按钮"}, "太长，最多 5 个汉字"),
        ({"b0_0_way": "url", "b0_0_value": "http://x.cn"}, "https://"),
        ({"b0_0_way": ""}, "请选点了以后做什么"),
        ({"b1_name": "办事", "b1_way": "ask", "b1_value": "甲"}, "名称重复"),
    ):
        form = {"kind": "menu", "key": "menu", **good, **wrong}
        answer = editor.send("/console/words", page=page, **form)
        assert answer.status_code == 422
        assert why in answer.text
    address = propose(editor, "menu", "menu", **good)
    assert "居住证：当作一个问题 居住证怎么办" in reviewer.open(address).text
    move(reviewer, address, "approve")
    menu = world.parts.office_texts.read().menu
    assert [b["name"] for b in menu["buttons"]] == ["办事"]


def test_what_is_returned_says_why(editor: Any, reviewer: Any) -> None:
    """And needs a reason."""
    address = propose(editor, "synonym", said="惠民卡", means="申领")
    assert move(reviewer, address, "return").status_code == 422
    assert move(reviewer, address, "return", word="词不对").status_code == 200
    assert "词不对" in editor.open(address).text
    assert move(editor, address, "cancel").status_code == 200


def test_a_word_in_two_lines_is_refused(editor: Any) -> None:
    """Shipped ones count."""
    page = "/console/words/edit?kind=synonym"
    form = {"kind": "synonym", "key": "", "said": "过户", "means": "转移"}
    answer = editor.send("/console/words", page=page, **form)
    assert answer.status_code == 422
    assert "已经在另一条里" in answer.text


def test_a_shipped_synonym_can_be_taken_away(editor: Any, reviewer: Any) -> None:
    """By the same two people."""
    address = propose(editor, "synonym", "过户", way="remove")
    assert "停用" in reviewer.open(address).text
    move(reviewer, address, "approve")
    assert expand("房子过户") == "房子过户"


def test_who_belongs_to_a_bureau_reads_and_changes_nothing(
    world: Any, new_console: Callable[[], Any], editor: Any
) -> None:
    """The words are everybody's; another's change and none are the same 404."""
    address = propose(editor, "synonym", said="惠民卡", means="申领")
    world.hire()
    bureau = world.parts.bureaus.save(Bureau(0, "市医保局"), changed_by=1)
    me = world.hire("keshi", "科室", role="editor")
    world.parts.officers.assign(me.id, "editor", bureau, changed_by=1)
    browser = new_console()
    browser.log_in("keshi")
    page = browser.open("/console/words").text
    assert "不限部门的编辑" in page
    assert "惠民卡" not in page
    assert browser.open(address).status_code == 404
    assert browser.open("/console/words/change?id=999").status_code == 404
    form = {"kind": "synonym", "key": "", "said": "甲乙", "means": "丙丁"}
    page = "/console/words/edit?kind=synonym"
    assert browser.send("/console/words", page=page, **form).status_code == 422


def test_what_was_typed_is_only_text(editor: Any, reviewer: Any) -> None:
    """On every page that shows it."""
    address = propose(editor, "synonym", said="<b>粗</b>体", means="<i>斜</i>")
    for page in ("/console/words", address):
        text = reviewer.open(page).text
        assert "&lt;b&gt;粗" in text
        assert "<b>粗" not in text


class MenuAccount:
    """WeChat's side of the menu."""

    def __init__(self) -> None:
        self.menu: Any = None
        self.is_down = False

    def get_menu(self) -> Any:
        """Return what is shown at the foot of the chat."""
        if self.is_down:
            raise WeChatError(40125, "alarm", "密钥不对")
        return self.menu

    def create_menu(self, menu: Any) -> None:
        """Show another one."""
        self.menu = menu


def test_the_menu_is_pushed_by_who_lets_things_out(
    world: Any, editor: Any, reviewer: Any
) -> None:
    """The one in force; a mistake of the account's is told, not hidden."""
    account = world.parts.wechat_client = MenuAccount()
    form = {"b0_name": "人工", "b0_way": "command", "b0_value": "转人工"}
    move(reviewer, propose(editor, "menu", "menu", **form), "approve")
    page = "/console/words?kind=menu"
    assert "推送到公众号" not in editor.open(page).text
    assert editor.send("/console/words/menu", page=page).status_code == 403
    assert "已推送，改了 1 处" in reviewer.send("/console/words/menu", page=page).text
    assert account.menu["button"][0]["name"] == "人工"
    assert "原来就一致" in reviewer.send("/console/words/menu", page=page).text
    account.is_down = True
    assert "没有推送成功" in reviewer.send("/console/words/menu", page=page).text


def test_the_list_of_all_changes_leads_here(editor: Any, reviewer: Any) -> None:
    """Whoever finds such a change among those of the knowledge sees it as it is."""
    address = propose(editor, "synonym", said="惠民卡", means="申领")
    other = f"/console/knowledge/changes/{address.rpartition('=')[2]}"
    assert "群众说：惠民卡" in reviewer.open(other).text
    move(reviewer, address, "return", word="词不对")
    page = editor.open(f"{other}/edit")
    assert "词不对" in page.text
