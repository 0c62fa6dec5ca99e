"""看板 and 督办清单: what leads see of the day, and tickets given away by the dozen."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot import AuditFilter, Bureau, Channel


@pytest.fixture
def office(world: Any, new_console: Any) -> Any:
    """Two bureaus: an agent and a lead in the first, an agent in the second."""
    store = world.parts.bureaus
    world.first = store.save(Bureau(0, "市医保局"), changed_by=0)
    world.second = store.save(Bureau(0, "市公安局"), changed_by=0)
    store.set_default(world.first, changed_by=0)
    people = {
        "limin": ("李敏", "agent", world.first),
        "wangfang": ("王芳", "agent", world.first),
        "zhaoqiang": ("赵强", "agent", world.second),
        "zuzhang": ("钱组长", "team_lead", world.first),
        "duban": ("孙督办", "supervisor", None),
    }
    world.people = {
        login: world.hire(login, name, role=role, bureau_id=bureau)
        for login, (name, role, bureau) in people.items()
    }
    world.consoles = {}
    world.clock.go_on(days=1)  # a Monday

    def browser(login: str) -> Any:
        if login not in world.consoles:
            world.consoles[login] = new_console()
            world.consoles[login].log_in(login)
        return world.consoles[login]

    world.browser = browser
    return world


def read_tile(page: str, label: str) -> str:
    """Return the figure of a tile."""
    found = re.search(
        rf'tile-label">{label}</span>\s*<b class="tile-value">(\d+)', page
    )
    assert found, label
    return found[1]


def reassign(office: Any, login: str, **form: Any) -> Any:
    """Send the form of the list as a browser does."""
    console = office.browser(login)
    token = console.token(console.open("/console/board").text)
    data = {"csrf_token": token, "list": "bureau"} | form
    return console.client.post("/console/oversight/reassign", data=data)


def test_the_board_counts_what_goes_on(office: Any) -> None:
    """Each figure is that of the list behind it."""
    for number in range(3):
        office.ask("断缴了还能补吗", who=f"citizen-{number}")
    office.parts.desk.claim(1, officer_id=office.people["limin"].id)
    office.parts.desk.offer_transfer(
        1, office.second, officer_id=office.people["limin"].id, word="请看"
    )
    office.browser("limin").open("/console/")
    page = office.browser("duban").open("/console/board").text
    assert read_tile(page, "待接入") == "2"
    assert read_tile(page, "接待中") == "1"
    assert read_tile(page, "转办中") == "1"
    assert read_tile(page, "超时") == "0"
    office.clock.go_on(minutes=4)
    page = office.browser("duban").open("/console/board").text
    assert read_tile(page, "超时") == "3"
    assert "最久已等 4 分钟" in page
    listed = office.browser("duban").open("/console/oversight?list=overdue").text
    assert listed.count('name="ticket"') == 3


def test_whoever_is_gone_leaves_their_chats_unattended(office: Any) -> None:
    """Ten minutes without a sign; the same tickets stand on the list."""
    office.ask("断缴了还能补吗")
    office.browser("limin").open("/console/")
    office.parts.desk.claim(1, officer_id=office.people["limin"].id)
    page = office.browser("duban").open("/console/board").text
    assert read_tile(page, "无人照看") == "0"
    office.clock.go_on(minutes=11)
    page = office.browser("duban").open("/console/board").text
    assert read_tile(page, "无人照看") == "1"
    listed = office.browser("duban").open("/console/oversight?list=unattended").text
    assert listed.count('name="ticket"') == 1


def test_a_lead_watches_the_own_bureau_only(office: Any) -> None:
    """Neither figures nor people of another bureau."""
    office.ask("断缴了还能补吗")
    lead = office.people["zuzhang"].id
    office.parts.desk.offer_transfer(1, office.second, officer_id=lead, word="请接")
    office.parts.desk.accept_transfer(1, officer_id=office.people["zhaoqiang"].id)
    page = office.browser("zuzhang").open("/console/board").text
    assert read_tile(page, "接待中") == "0"
    assert "市公安局" not in page
    assert "赵强" not in page
    assert "赵强" in office.browser("duban").open("/console/board").text


@pytest.mark.parametrize("url", ["board", "oversight"])
def test_agents_have_neither_page(office: Any, url: str) -> None:
    """They have their queue."""
    assert office.browser("limin").open(f"/console/{url}").status_code == 403


def test_many_are_given_to_somebody_at_once(office: Any) -> None:
    """What cannot be moved is named, the rest is moved."""
    for number in range(3):
        office.ask("断缴了还能补吗", who=f"citizen-{number}")
    office.parts.desk.claim(1, officer_id=office.people["limin"].id)
    office.parts.desk.resolve(
        3, officer_id=office.people["limin"].id, reason="已经答复"
    )
    answer = reassign(
        office,
        "zuzhang",
        ticket=["1", "2", "3", "999"],
        to=str(office.people["wangfang"].id),
    )
    assert answer.status_code == 200
    assert "成功 2 个，没有改派 2 个" in answer.text
    assert "会话 #3：状态已经变了" in answer.text
    assert "会话 #999：没有这个会话" in answer.text
    holders = {t.id: t.officer_id for t in office.tickets() if t.is_open}
    assert set(holders) == {1, 2}
    assert set(holders.values()) == {office.people["wangfang"].id}


def test_tickets_go_back_to_the_queue(office: Any) -> None:
    """Whoever claims them next has them."""
    office.ask("断缴了还能补吗")
    office.parts.desk.claim(1, officer_id=office.people["limin"].id)
    answer = reassign(office, "duban", ticket=["1"], to="queue")
    assert "会话 #1：已放回队列" in answer.text
    assert office.parts.desk.get_ticket(1).state == "waiting"


def test_a_foreign_ticket_is_as_good_as_absent(office: Any) -> None:
    """A lead moves nothing of another bureau, and learns nothing of it."""
    office.ask("断缴了还能补吗")
    lead = office.people["zuzhang"].id
    office.parts.desk.offer_transfer(1, office.second, officer_id=lead, word="请接")
    office.parts.desk.accept_transfer(1, officer_id=office.people["zhaoqiang"].id)
    answer = reassign(
        office, "zuzhang", ticket=["1"], to=str(office.people["limin"].id)
    )
    assert "会话 #1：没有这个会话" in answer.text
    holder = office.parts.desk.get_ticket(1).officer_id
    assert holder == office.people["zhaoqiang"].id


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"to": "queue"}, "请先勾选"),
        ({"ticket": ["1"], "to": ""}, "请选择改派给谁"),
        ({"ticket": [str(n) for n in range(201)], "to": "queue"}, "最多改派 200 个"),
    ],
)
def test_what_is_missing_is_said(office: Any, form: Any, told: str) -> None:
    """Nothing is moved then."""
    office.ask("断缴了还能补吗")
    answer = reassign(office, "duban", **form)
    assert answer.status_code == 422
    assert told in answer.text
    assert office.parts.desk.get_ticket(1).state == "waiting"


def test_reading_along_changes_nothing_and_is_noted_once(office: Any) -> None:
    """The agent's unread count stays; the audit trail knows who looked."""
    office.ask("断缴了还能补吗")
    office.parts.desk.claim(1, officer_id=office.people["limin"].id)
    office.ask("还在吗")
    before = office.parts.desk.get_ticket(1)
    for _ in range(3):
        assert office.browser("duban").open("/console/tickets/1").status_code == 200
    office.browser("limin").open("/console/tickets/1")
    assert office.parts.desk.get_ticket(1) == before
    watched = [
        (entry.officer_name, entry.subject)
        for entry in office.parts.audit_trail.list(AuditFilter())
        if entry.action == "ticket.watched"
    ]
    assert watched == [("孙督办（duban）", "ticket 1")]
    office.clock.go_on(hours=2)
    office.consoles.clear()
    office.browser("duban").open("/console/tickets/1/chat")  # the fragment alone
    actions = [entry.action for entry in office.parts.audit_trail.list(AuditFilter())]
    assert actions.count("ticket.watched") == 2


def whisper(office: Any, login: str, text: str) -> Any:
    """Leave a note in ticket 1."""
    return office.browser(login).send(
        "/console/tickets/1/messages", page="/console/", kind="note", text=text
    )


@pytest.mark.parametrize("channel", list(Channel))
def test_a_leads_note_is_a_word_to_the_holder_and_to_nobody_else(
    office: Any, channel: Channel
) -> None:
    """Marked for staff; nothing of it reaches the citizen, on either channel."""
    office.ask("断缴了还能补吗", channel=channel)
    office.parts.desk.claim(1, officer_id=office.people["limin"].id)
    sent = office.parts.desk.count_queued()
    whisper(office, "duban", "先核对断缴的月份")
    page = office.browser("limin").open("/console/tickets/1").text
    assert "督办提醒" in page
    assert "先核对断缴的月份" in page
    assert office.parts.desk.count_queued() == sent
    shown = office.parts.front_desk.list_messages(channel, "citizen-1")
    assert "先核对断缴的月份" not in str(shown)


def test_other_notes_are_plain_notes(office: Any) -> None:
    """A colleague's, the holder's own, and a lead's where nobody is served."""
    office.ask("断缴了还能补吗")
    whisper(office, "duban", "谁来接一下")
    office.parts.desk.claim(1, officer_id=office.people["limin"].id)
    whisper(office, "limin", "已经问过医保中心")
    whisper(office, "wangfang", "这位市民上周也来过")
    page = office.browser("limin").open("/console/tickets/1").text
    assert page.count("督办提醒") == 0
    assert page.count("内部备注，市民看不到") >= 3
