"""Knowledge beside the conversation: found, suggested, quoted, linked."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.table_base import Base
from tests.handlers.console.knowledge import NASTY

ASKED = "灵活就业医保断缴了还能补吗"
FIND = "/console/tickets/1/knowledge"
SUGGEST = "/console/tickets/1/suggestions"
SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def held(world: Any, desk: Any) -> Any:
    """A browser whose officer holds ticket 1."""
    world.ask(ASKED)
    world.parts.desk.claim(1, officer_id=1)
    return desk


def count_rows(world: Any) -> int:
    """Count all that is stored."""
    with Session(world.parts.engine) as session:
        return sum(
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        )


def test_a_search_brings_entries_with_source_and_validity(held: Any) -> None:
    """The clause to look at, what to quote, and until when it counts."""
    page = held.open(f"{FIND}?q=断缴医保怎么补缴", **SCRIPT).text
    first = page[: page.index("</article>")]
    for words in (
        "灵活就业人员断缴后补缴医保",
        "云泽市医疗保障局 · 云泽市",
        "长期有效 · 2026年9月10日核对",
        "预览",
        "引用",
    ):
        assert words in first
    assert "依据：《灵活就业人员断缴后补缴医保》" in first


def test_what_ends_within_30_days_is_marked(world: Any, held: Any) -> None:
    """And what has ended is not found at all."""
    url = f"{FIND}?q=社会保险补贴标准"
    page = held.open(url, **SCRIPT).text
    assert "有效至 2026-12-10" in page
    assert page.count("将到期") == 1
    assert (
        "依据：《云泽市灵活就业人员社会保险补贴办法》（云人社〔2024〕31号） 第五条"
        in page
    )
    world.clock.go_on(days=-20)
    held.log_in()
    assert "将到期" not in held.open(url, **SCRIPT).text
    world.clock.now = world.clock.now.replace(month=12, day=12)
    held.log_in()
    assert "补贴办法" not in held.open(url, **SCRIPT).text


def test_searching_writes_nothing(world: Any, held: Any) -> None:
    """Neither about the citizen nor about the officer."""
    before = count_rows(world)
    held.open(f"{FIND}?q=断缴", **SCRIPT)
    held.open(FIND, **SCRIPT)
    held.open(SUGGEST, **SCRIPT)
    assert count_rows(world) == before


def test_without_the_script_it_is_a_page(held: Any) -> None:
    """With the way back to the conversation."""
    page = held.open(f"{FIND}?q=犬只登记").text
    assert "返回" in page or "/console/tickets/1" in page
    assert "犬只登记" in page
    assert "<html" in page


def test_nothing_found_says_so(held: Any) -> None:
    """With the words that were searched for."""
    held.open("/console/tickets/1")
    page = held.open(f"{FIND}?q=%00", **SCRIPT).text
    assert "</article>" in page or "没有找到" in page


def test_texts_are_text_and_never_markup(held: Any) -> None:
    """What a document holds runs nowhere."""
    page = held.open(f"{FIND}?q=犬只登记要什么材料", **SCRIPT).text
    assert "犬只免疫证明" in page
    assert NASTY not in page
    assert "&lt;img" in page


def test_suggestions_follow_the_newest_question(world: Any, held: Any) -> None:
    """A line that only goes on is read with what was said before it."""
    page = held.open(SUGGEST, **SCRIPT).text
    assert "医保断缴 3 个月以内可以补缴" in page
    assert page.count("放入回复框") <= 3
    world.ask("嗯，好的。")
    assert "补缴" in held.open(SUGGEST, **SCRIPT).text
    world.ask("那犬只登记要带什么材料？")
    page = held.open(SUGGEST, **SCRIPT).text
    assert "犬只免疫证明" in page[: page.index("放入回复框")]


def test_below_what_would_be_offered_nothing_is_suggested(
    world: Any, desk: Any
) -> None:
    """A hurried officer might send it."""
    world.ask("量子纠缠的数学推导")
    assert "放入回复框" not in desk.open(SUGGEST, **SCRIPT).text


def test_only_the_holder_quotes(world: Any, desk: Any) -> None:
    """Others may look."""
    world.ask(ASKED)
    page = desk.open(f"{FIND}?q=断缴", **SCRIPT).text
    assert "预览" in page
    assert "引用" not in page


def find_entry(world: Any, title: str) -> str:
    """Return the id of an entry."""
    from knowledge import Scope

    finding = world.parts.knowledge_base.find(title, Scope(date(2026, 11, 22)))
    passages = (hit.passage for hit in finding.hits)
    return next(str(p.entry_id) for p in passages if p.title == title)


@pytest.mark.parametrize(
    ("text", "kind", "is_linked"),
    [
        ("可以补缴。\n依据：《灵活就业人员断缴后补缴医保》", "reply", True),
        ("可以补缴。", "reply", False),
        ("依据：《灵活就业人员断缴后补缴医保》", "note", False),
    ],
    ids=["quoted", "deleted-again", "note"],
)
def test_an_entry_is_linked_when_it_was_really_sent(
    world: Any, held: Any, text: str, kind: str, is_linked: bool
) -> None:
    """What was put into the box and taken out again helped nobody."""
    entry = find_entry(world, "灵活就业人员断缴后补缴医保")
    held.send(
        "/console/tickets/1/messages",
        page="/console/tickets/1",
        text=text,
        kind=kind,
        cited=entry,
    )
    linked = world.parts.desk.list_entries(1)
    assert [(e.entry_id, e.relation) for e in linked] == (
        [(entry, "used")] if is_linked else []
    )


def test_a_reply_goes_out_whatever_is_cited(world: Any, held: Any) -> None:
    """An unknown entry is nobody's fault who answers a citizen."""
    answer = held.send(
        "/console/tickets/1/messages",
        page="/console/tickets/1",
        text="好的。",
        kind="reply",
        cited="no-such-entry",
    )
    assert answer.status_code == 200
    assert world.parts.desk.list_entries(1) == []


def test_without_a_release_the_page_says_so(world: Any, held: Any) -> None:
    """And the conversation goes on."""
    from knowledge import NoReleaseError

    class Nothing:
        regions = ()

        def find(self, *_args: object, **_more: object) -> object:
            raise NoReleaseError

    world.parts.knowledge_base = Nothing()
    assert "现在查不了知识库" in held.open(f"{FIND}?q=断缴", **SCRIPT).text
    assert held.open(SUGGEST, **SCRIPT).status_code == 200
