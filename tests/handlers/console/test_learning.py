"""质检, votes, 答错的, 草稿, 没答上的 without JavaScript: who sees and does what."""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import EntryRelation, Role, check_bureau
from bot.tables import AuditRow, MessageRow, TicketRow
from ingest import read_path
from tests.fakes import CITY, FakeKnowledgeBase

GIVEN = {"right": "5", "complete": "4", "polite": "5", "on_time": "3"}
TEAM = {"lead": Role.TEAM_LEAD, "agent": Role.AGENT, "mate": Role.AGENT}


@pytest.fixture
def office(world: Any) -> dict[str, Any]:
    """Two bureaus and who works in the first."""
    boss = world.hire()
    for name in ("甲局", "乙局"):
        world.parts.bureaus.save(check_bureau({"name": name}), changed_by=boss.id)
    by_name = {bureau.name: bureau.id for bureau in world.parts.bureaus.list()}
    first, second = by_name["甲局"], by_name["乙局"]
    world.parts.knowledge_base = FakeKnowledgeBase(CITY)
    hired = {
        login: world.hire(login, f"名{login}", role=role, bureau_id=first)
        for login, role in TEAM.items()
    }
    whole = {
        "super": Role.SUPERVISOR,
        "second": Role.SUPERVISOR,
        "editor": Role.EDITOR,
        "reviewer": Role.REVIEWER,
    }
    for login, role in whole.items():
        hired[login] = world.hire(login, f"名{login}", role=role)
    hired["other"] = world.hire("other", "外", role=Role.TEAM_LEAD, bureau_id=second)
    return hired | {"first": first, "second_bureau": second}


@pytest.fixture
def serve(world: Any, office: dict[str, Any]) -> Any:
    """Let a citizen be served to the end in the first bureau; returns the ticket."""

    def serve(
        question: str = "断缴了还能补吗", reply: str = "可以补缴，带身份证。"
    ) -> int:
        world.ask(question, who=f"citizen-{question}")
        ticket_id: int = world.tickets()[0].id
        with Session(world.parts.engine) as session, session.begin():
            session.get_one(TicketRow, ticket_id).bureau_id = office["first"]
        desk, agent = world.parts.desk, office["agent"].id
        desk.claim(ticket_id, officer_id=agent)
        desk.reply(ticket_id, officer_id=agent, text=reply, client_key=f"k{ticket_id}")
        desk.resolve(ticket_id, officer_id=agent, reason="已答复")
        return ticket_id

    return serve


@pytest.fixture
def log_in(new_console: Any, office: dict[str, Any]) -> Any:
    """Open the browser of somebody of the office."""

    def log_in(login: str) -> Any:
        console = new_console()
        console.log_in(login)
        return console

    return log_in


def post(console: Any, url: str, page: str = "/console/drafts", **form: str) -> Any:
    """Send a form of the console."""
    return console.send(url, page=page, **form)


def test_a_review_from_the_queue_to_the_appeal(log_in: Any, serve: Any) -> None:
    """Reviewed, read by the agent, appealed, decided by somebody else."""
    id_ = serve()
    lead, agent, boss = log_in("lead"), log_in("agent"), log_in("super")
    assert f"/console/reviews/{id_}?tab=escalated" in lead.open("/console/reviews").text
    page = lead.open(f"/console/reviews/{id_}").text
    assert "可以补缴" in page
    assert "把握 31%" in page
    low = GIVEN | {"right": "1"}
    answer = post(lead, f"/console/reviews/{id_}", **low)
    assert answer.status_code == 422
    assert "请写明原因" in answer.text
    assert 'value="4" required checked' in answer.text
    post(lead, f"/console/reviews/{id_}", comment="补缴期限说错了", **low)
    assert (
        f"/console/reviews/{id_}?tab=escalated"
        not in lead.open("/console/reviews").text
    )

    page = agent.open("/console/reviews").text
    assert "1 条没看" in page
    assert "1 条没看" not in agent.open("/console/reviews").text
    page = agent.open(f"/console/reviews/{id_}").text
    assert "补缴期限说错了" in page
    assert "13 / 20" in page
    assert 'id="sheet"' not in page
    answer = post(agent, f"/console/reviews/{id_}/appeal", text="不")
    assert answer.status_code == 422
    post(agent, f"/console/reviews/{id_}/appeal", text="文件里写的就是三个月")

    decide = f"/console/reviews/{id_}/decision"
    assert post(lead, decide, decision="upheld", word="同意").status_code == 403
    assert "申诉要由没有评过的同事处理" in lead.open(f"/console/reviews/{id_}").text
    post(boss, decide, decision="upheld", word="文件确实如此")
    page = agent.open(f"/console/reviews/{id_}").text
    assert "文件确实如此" in page
    assert "不计入数据" in page


@pytest.mark.parametrize(
    ("login", "status"),
    [("agent", 404), ("mate", 404), ("other", 404), ("editor", 403), ("lead", 200)],
)
def test_only_reviewers_open_the_sheet(
    log_in: Any, serve: Any, login: str, status: int
) -> None:
    """Own chat without a review, colleagues, other bureaus, other roles."""
    id_ = serve()
    console = log_in(login)
    assert console.open(f"/console/reviews/{id_}").status_code == status
    sent = post(console, f"/console/reviews/{id_}", page="/console/login", **GIVEN)
    assert (sent.status_code == 200) is (login == "lead")


def test_nobody_reviews_their_own_chat(
    log_in: Any, serve: Any, world: Any, office: Any
) -> None:
    """Not even a supervisor who served it."""
    id_ = serve()
    with Session(world.parts.engine) as session, session.begin():
        session.get_one(TicketRow, id_).officer_id = office["super"].id
    console = log_in("super")
    assert post(console, f"/console/reviews/{id_}", **GIVEN).status_code == 403
    assert post(console, f"/console/reviews/{id_}/pick").status_code == 403


def test_a_second_opinion_is_a_supervisors(
    log_in: Any, serve: Any, world: Any, office: Any
) -> None:
    """It replaces the first in figures; a lead cannot give it."""
    id_ = serve()
    first, lead, boss = log_in("second"), log_in("lead"), log_in("super")
    post(first, f"/console/reviews/{id_}", **GIVEN)
    page = post(lead, f"/console/reviews/{id_}", **GIVEN).text
    assert "请督办来评" in page
    post(boss, f"/console/reviews/{id_}", **(GIVEN | {"on_time": "5"}))
    reviews = world.parts.learning.reviews
    counting = reviews.list_counting(
        office["lead"],
        since=world.clock().replace(year=2020),
        until=world.clock().replace(year=2030),
    )
    assert [review.sheet.total for review in counting] == [19]


def test_a_draw_is_written_down_and_repeatable(
    log_in: Any, serve: Any, world: Any
) -> None:
    """The seed stands in the audit trail and on each row."""
    for number in range(4):
        serve(f"第{number}件事怎么办")
    boss, lead = log_in("super"), log_in("lead")
    draw = {"month": "2026-11", "count": "2", "seed": "abc"}
    assert post(lead, "/console/reviews/draw", **draw).status_code == 403
    page = post(boss, "/console/reviews/draw", **draw).text
    assert "办结 4 个会话，抽中 2 个" in page
    assert "种子 abc" in page
    assert "抽中 2 个" in post(boss, "/console/reviews/draw", **draw).text
    assert page.count(">去评<") == 2
    assert "请选月份" in post(boss, "/console/reviews/draw", month="x").text
    with Session(world.parts.engine) as session:
        found = select(AuditRow.detail).where(AuditRow.action == "review.draw")
        assert session.scalars(found).first() == "seed abc, 2 of 4"


def _bot_line(world: Any) -> int:
    with Session(world.parts.engine) as session, session.begin():
        line = session.scalars(
            select(MessageRow).where(
                MessageRow.sender == "bot", MessageRow.answer.is_not(None)
            )
        ).first()
        assert line is not None
        assert line.answer is not None
        entry = FakeKnowledgeBase(CITY).passages[0]
        hits = [
            {**hit, "entry_id": entry.entry_id, "title": entry.title}
            for hit in line.answer["evidence"]["hits"]
        ]
        line.answer = line.answer | {
            "evidence": line.answer["evidence"] | {"hits": hits}
        }
        return line.id


def test_a_wrong_answer_leads_to_its_entry(log_in: Any, serve: Any, world: Any) -> None:
    """Voted wrong in the chat, listed for the editor, one click to the entry."""
    id_ = serve()
    line, entry = _bot_line(world), FakeKnowledgeBase(CITY).passages[0]
    mate, editor = log_in("mate"), log_in("editor")
    page = mate.open(f"/console/tickets/{id_}").text
    assert "答对了" in page
    url = f"/console/tickets/{id_}/messages/{line}/vote"
    post(mate, url, is_right="0", note="期限写错，电话 13812345678")
    page = mate.open(f"/console/tickets/{id_}").text
    assert "期限写错，电话 138****5678" in page

    page = editor.open("/console/wrong").text
    assert entry.title in page
    assert "坐席点了答错 1" in page
    assert f"/console/tickets/{id_}" not in page
    shown = editor.open(f"/console/entries/{entry.entry_id}").text
    assert entry.text.splitlines()[0] in shown
    assert entry.source_file in shown
    assert "期限写错" in shown
    new = editor.open(f"/console/drafts/new?entry={entry.entry_id}").text
    assert f"更正：{entry.title}" in new
    assert editor.open("/console/entries/nothing").status_code == 404

    post(mate, url, is_right="1")
    assert "还没有" not in editor.open("/console/wrong").text
    assert "没有答错的记录" in editor.open("/console/wrong").text


def test_votes_take_the_ticket_and_a_line_of_the_bots(
    log_in: Any, serve: Any, world: Any
) -> None:
    """Foreign and absent are 404; a citizen's line cannot be voted on."""
    id_ = serve()
    line, other, mate = _bot_line(world), log_in("other"), log_in("mate")
    url = f"/console/tickets/{id_}/messages"
    assert post(other, f"{url}/{line}/vote", is_right="0").status_code == 404
    assert post(mate, f"{url}/{line + 99}/vote", is_right="0").status_code == 404
    said = next(
        m.id for m in world.parts.desk.list_messages(id_) if m.sender == "citizen"
    )
    assert post(mate, f"{url}/{said}/vote", is_right="0").status_code == 404


def test_from_a_chat_to_a_sheet_that_ingest_reads(
    log_in: Any, serve: Any, tmp_path: Any, world: Any, office: Any
) -> None:
    """Prefilled, edited, exported, read by the real reader: the same words."""
    id_ = serve(reply="=HYPERLINK(1)")
    world.parts.desk.link_entry(
        id_, "e1", EntryRelation.USED, title="补缴办法", officer_id=office["agent"].id
    )
    agent, editor, mate = log_in("agent"), log_in("editor"), log_in("mate")
    page = agent.open(f"/console/tickets/{id_}/draft").text
    assert "断缴了还能补吗" in page
    assert "=HYPERLINK(1)" in page
    assert "补缴办法" in page
    form = {"question": "=断缴了还能补吗", "answer": "=1+1\n带身份证。", "basis": ""}
    assert (
        post(agent, f"/console/tickets/{id_}/draft", question="问").status_code == 422
    )
    post(agent, f"/console/tickets/{id_}/draft", **form)
    assert mate.open("/console/drafts/1").status_code == 404
    assert "断缴了还能补吗" not in mate.open("/console/drafts").text
    assert "没写依据" in editor.open("/console/drafts").text
    post(editor, "/console/drafts/1", **(form | {"basis": "@依据"}))

    sent = post(editor, "/console/drafts/export", draft="1")
    assert sent.status_code == 200
    path = tmp_path / "草稿.xlsx"
    path.write_bytes(sent.data)
    cells = [c for row in openpyxl.load_workbook(path).active for c in row]
    assert {c.data_type for c in cells} == {"s"}
    assert all(c.quotePrefix for c in cells)
    (report,) = read_path(path)
    (draft,) = report.drafts
    assert draft.title == form["question"]
    assert draft.sections[0].text == f"{form['answer']}\n依据：@依据"
    assert draft.department == "甲局"
    assert post(agent, "/console/drafts/export", draft="1").status_code == 403

    assert post(editor, "/console/drafts/1/settle", state="refused").status_code == 422
    post(editor, "/console/drafts/1/settle", state="refused", word="已有条目")
    assert "已有条目" in agent.open("/console/drafts?state=refused").text
    assert "已经处理过了" in post(agent, "/console/drafts/1", **form).text


def test_gaps_and_exam_questions(
    log_in: Any, serve: Any, world: Any, office: Any
) -> None:
    """Alike questions together, for whoever may see them; labels go out as files."""
    ids = [
        serve("灵活就业医保断缴能补吗"),
        serve("灵活就业医保断缴还能补"),
        serve("公园几点关门"),
    ]
    world.parts.desk.link_entry(
        ids[0], "e7", EntryRelation.USED, title="补缴", officer_id=office["agent"].id
    )
    lead, other, editor, agent = map(log_in, ("lead", "other", "editor", "agent"))
    page = lead.open("/console/gaps").text
    assert "共 3 句，合成 2 类" in page
    assert f"/console/tickets/{ids[0]}" in page
    assert "合成 0 类" in other.open("/console/gaps").text
    page = editor.open("/console/gaps").text
    assert "合成 2 类" in page
    assert "看会话" not in page
    assert agent.open("/console/gaps").status_code == 403
    sent = post(lead, "/console/gaps/exam", form="jsonl")
    assert [json.loads(line) for line in sent.text.splitlines()] == [
        {"question": "灵活就业医保断缴能补吗", "expected": "e7", "source": "ticket"}
    ]
    book = openpyxl.load_workbook(
        BytesIO(post(editor, "/console/gaps/exam", form="xlsx").data)
    )
    assert [c.value for c in book.active[1]] == ["question", "expected", "source"]
    assert post(agent, "/console/gaps/exam", form="xlsx").status_code == 403


def test_what_people_write_stays_text(log_in: Any, serve: Any, world: Any) -> None:
    """A citizen's markup reaches no page of these as markup."""
    bad = "<img src=x onerror=alert(1)>怎么办"
    id_ = serve(bad)
    _bot_line(world)
    lead, editor = log_in("lead"), log_in("editor")
    post(lead, f"/console/reviews/{id_}", comment=bad, **GIVEN)
    post(editor, "/console/drafts/new", question=bad, answer=bad)
    pages = [(lead, f"/console/reviews/{id_}"), (lead, "/console/reviews?tab=done")]
    pages += [
        (editor, "/console/drafts"),
        (editor, "/console/drafts/1"),
        (editor, "/console/gaps"),
    ]
    for console, path in pages:
        page = console.open(path).text
        assert "onerror" in page, path
        assert not re.search(r"<img src=x", page), path
