"""The page 自动回复: written, tried out, found again, switched off, deleted."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import ReplySource
from bot.tables import AuditRow
from handlers.console.quick_replies import SOURCES

LIST = "/console/quick-replies"
NEW = "/console/quick-replies/new"

#: What must arrive as text and never as markup.
NASTY = '<script>alert(1)</script><a href="weixin://bizmsgmenu?x">点我</a>'


def write(desk: Any, **form: str) -> Any:
    """Fill in the form for a new one."""
    given = {"source": "keyword", "way": "text", "key": "社保", "text": "二楼办。"}
    return desk.send(LIST, page=NEW, **(given | form))


def read_audit(world: Any) -> list[tuple[str, str]]:
    """Return (action, detail) of what was noted on quick replies."""
    with Session(world.parts.engine) as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.id))
        return [(r.action, r.detail) for r in rows if "quick_reply" in r.action]


def test_what_is_written_is_said_at_once(world: Any, desk: Any) -> None:
    """And stands in the list with who wrote it and when."""
    page = write(desk).text
    assert "“社保”已保存" in page
    for words in ("二楼办。", "使用中", "李敏 2026年11月22日 09:10"):
        assert words in page
    assert world.parts.quick_replies.find_keyword("社保").text == "二楼办。"


def test_each_source_has_its_tab(desk: Any) -> None:
    """With how many there are."""
    write(desk)
    write(desk, source="menu", key="reply:办事大厅", text="湖滨路。")
    page = desk.open(f"{LIST}?source=menu").text
    assert "办事大厅" in page
    assert "二楼办" not in page
    assert page.count("<b>1</b>") == 2
    for words in SOURCES.values():
        assert words.tab in page
    assert SOURCES[ReplySource.SCENE].empty in desk.open(f"{LIST}?source=scene").text


def test_a_question_is_asked_in_the_citizens_place(world: Any, desk: Any) -> None:
    """Of the two ways only the chosen one is stored, whatever the other field holds."""
    page = write(desk, way="question", question="社保卡怎么办", text="没用的").text
    assert "社保卡怎么办" in page
    [reply] = world.parts.quick_replies.list()
    assert (reply.text, reply.question) == ("", "社保卡怎么办")


def test_an_editor_may_edit_too(world: Any, desk: Any, new_console: Any) -> None:
    """It is what the role is for."""
    write(desk)
    world.hire("wangfang", "王芳", role="editor")
    colleague = new_console()
    colleague.log_in("wangfang")
    world.clock.go_on(minutes=20)
    colleague.send(
        f"{LIST}/1", page=f"{LIST}/1", key="社保", text="三楼办。", way="text"
    )
    assert world.parts.quick_replies.find_keyword("社保").text == "三楼办。"
    assert "王芳 2026年11月22日 09:30" in desk.open(LIST).text
    assert read_audit(world) == [
        ("quick_reply.added", "keyword 社保"),
        ("quick_reply.changed", "keyword 社保"),
    ]


def test_switched_off_is_not_said_but_stays(world: Any, desk: Any) -> None:
    """Changing it does not switch it on by the way."""
    write(desk)
    assert "已停用" in desk.send(f"{LIST}/1/active", page=LIST, is_active="0").text
    desk.send(f"{LIST}/1", page=f"{LIST}/1", key="社保", text="三楼办。", way="text")
    assert world.parts.quick_replies.find_keyword("社保") is None
    desk.send(f"{LIST}/1/active", page=LIST, is_active="1")
    assert world.parts.quick_replies.find_keyword("社保").text == "三楼办。"


def test_deleting_is_asked_back_and_then_done(world: Any, desk: Any) -> None:
    """On the page of the one, under what it means."""
    write(desk)
    page = desk.open(f"{LIST}/1").text
    assert "删除后不能恢复" in page
    assert "删除" not in desk.open(LIST).text
    assert "“社保”已删除" in desk.send(f"{LIST}/1/delete", page=LIST).text
    assert world.parts.quick_replies.list() == []
    assert read_audit(world)[-1] == ("quick_reply.deleted", "keyword 社保")


def test_it_is_found_by_any_of_its_words(desk: Any) -> None:
    """Key, text or question, several words at once."""
    write(desk)
    write(desk, key="停车", text="地下一层停车 2 小时免费。")
    for words, count in (
        ("停车", 1),
        ("地下 免费", 1),
        ("楼", 1),
        ("没有", 0),
        ("", 2),
    ):
        page = desk.open(f"{LIST}?q={words}").text
        assert page.count('class="reply-item') == count, words
    assert "没有找到" in desk.open(f"{LIST}?q=没有").text


def test_what_is_wrong_is_said_beside_the_field(desk: Any) -> None:
    """What was typed stays, the title tells, the summary leads to the field."""
    answer = write(desk, key="", text="字" * 601)
    assert answer.status_code == 422
    page = answer.text
    assert "<title>有错误：" in page
    assert "有 2 处需要修改" in page
    assert 'id="key-error"' in page
    assert "最多 600 字，现在是 601 字" in page
    assert "字" * 601 in page


def test_a_missing_question_is_said_beside_the_question(desk: Any) -> None:
    """Not beside the text that nobody wanted to write."""
    page = write(desk, way="question", question=" ").text
    assert 'id="question-error"' in page
    assert "有 1 处需要修改" in page


def test_a_key_that_is_taken_is_said(desk: Any) -> None:
    """Also if only its spelling differs."""
    write(desk)
    answer = write(desk, key="社 保。")
    assert answer.status_code == 422
    assert "这个关键词已经有回复了" in answer.text


@pytest.mark.parametrize("word", ["转人工", "删除我的记录", "取消"])
def test_a_command_cannot_be_a_keyword(world: Any, desk: Any, word: str) -> None:
    """It would never be said, so staff learn it now."""
    answer = write(desk, key=word)
    assert answer.status_code == 422
    assert "是固定的指令" in answer.text
    assert "有 2 处需要修改" in write(desk, key=word, text="").text
    assert write(desk, source="menu", key=word).status_code == 200


def test_line_breaks_count_once(desk: Any) -> None:
    """Browsers send two characters for each."""
    assert write(desk, text="字\r\n" * 300).status_code == 200


def test_the_preview_is_what_wechat_shows(world: Any, desk: Any) -> None:
    """Cleaned and marked; drawn as a fragment for the script."""
    token = desk.token(desk.open(NEW).text)
    form = {"csrf_token": token, "source": "keyword", "way": "text", "text": NASTY}
    answer = desk.client.post(
        f"{LIST}/preview", data=form, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "<script" not in answer.text
    assert "＜script&gt;alert(1)＜/script&gt;" in answer.text
    assert "weixin：//" in answer.text
    assert "（智能应答）" in answer.text
    assert world.parts.quick_replies.list() == []


def test_the_preview_works_without_the_script(world: Any, desk: Any) -> None:
    """The whole page with what was typed, also of one that is stored."""
    write(desk)
    form = {"source": "keyword", "way": "text", "key": "社保", "id": "1"}
    page = desk.send(f"{LIST}/preview", page=f"{LIST}/1", text="三楼办。", **form).text
    assert page.count("三楼办。") == 2
    assert f'action="{LIST}/1"' in page
    assert world.parts.quick_replies.get(1).text == "二楼办。"


def test_the_preview_of_a_question_says_what_happens(desk: Any) -> None:
    """The answer comes from the knowledge of the day."""
    form = {"source": "scene", "way": "question", "question": "高龄津贴怎么领"}
    page = desk.send(f"{LIST}/preview", page=NEW, **form).text
    assert "按下面这句话查资料" in page


def test_words_of_staff_are_text_everywhere(desk: Any) -> None:
    """In the list, in the form, in the flash and in the preview."""
    page = write(desk, key=NASTY[:30], text=NASTY).text
    page += desk.open(f"{LIST}/1").text
    page += desk.open(f"{LIST}?q=<script>").text
    assert "<script>alert" not in page
    assert '<a href="weixin' not in page


def test_what_is_gone_is_404(desk: Any) -> None:
    """A colleague deleted it meanwhile."""
    assert desk.open(f"{LIST}/9").status_code == 404
    for path in ("9", "9/active", "9/delete"):
        form = {"key": "x", "text": "x", "way": "text"}
        assert desk.send(f"{LIST}/{path}", page=LIST, **form).status_code == 404


def test_an_unknown_source_is_a_bad_request(desk: Any) -> None:
    """Nothing links to one."""
    assert desk.open(f"{LIST}?source=weather").status_code == 400
    assert write(desk, source="weather").status_code == 400


def test_the_source_of_one_that_is_stored_stays(world: Any, desk: Any) -> None:
    """Whatever the form says."""
    write(desk)
    form = {"source": "scene", "way": "text", "key": "医保", "text": "一楼。"}
    desk.send(f"{LIST}/1", page=f"{LIST}/1", **form)
    assert world.parts.quick_replies.get(1).source is ReplySource.KEYWORD


@pytest.mark.parametrize("role", ["agent", "reviewer"])
def test_others_may_look_and_not_edit(
    world: Any, desk: Any, new_console: Any, role: str
) -> None:
    """Whoever answers citizens sees what the bot tells them."""
    write(desk)
    world.hire("wangfang", "王芳", role=role)
    colleague = new_console()
    colleague.log_in("wangfang")
    page = colleague.open(LIST).text
    assert "社保" in page
    assert f'href="{LIST}/1"' not in page
    assert "新增" not in page
    assert colleague.open(f"{LIST}/1").status_code == 403


def test_the_page_is_in_the_navigation(world: Any, desk: Any, new_console: Any) -> None:
    """Of everybody."""
    world.hire("wangfang", "王芳", role="agent")
    colleague = new_console()
    colleague.log_in("wangfang")
    assert f'href="{LIST}"' in colleague.open("/console/").text
