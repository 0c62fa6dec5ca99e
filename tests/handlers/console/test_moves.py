"""Passing on, putting off, giving back, settling: the forms and what they refuse."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import pytest

from bot import Bureau, TicketKind, TicketState, Urgency

SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def office(world: Any, new_console: Any) -> Any:
    """Two bureaus; 李敏 and 王芳 in the first, 赵强 in the second, a lead in each."""
    store = world.parts.bureaus
    world.first = store.save(Bureau(0, "市医保局", is_default=True), changed_by=0)
    world.second = store.save(Bureau(0, "市公安局"), changed_by=0)
    store.set_default(world.first, changed_by=0)
    people = {
        "limin": ("李敏", "agent", world.first),
        "wangfang": ("王芳", "agent", world.first),
        "zhaoqiang": ("赵强", "agent", world.second),
        "zuzhang": ("钱组长", "team_lead", world.first),
    }
    world.people = {
        login: world.hire(login, name, role=role, bureau_id=bureau)
        for login, (name, role, bureau) in people.items()
    }
    world.consoles = {}
    world.clock.go_on(days=1)

    def browser(login: str) -> Any:
        if login not in world.consoles:
            world.consoles[login] = new_console()
            world.consoles[login].log_in(login)
        return world.consoles[login]

    world.browser = browser
    return world


@pytest.fixture
def held(office: Any) -> Any:
    """A ticket of the first bureau that 李敏 holds."""
    office.ask("断缴了还能补吗")
    office.parts.desk.claim(1, officer_id=office.people["limin"].id)
    return office


def send(world: Any, login: str, action: str, **form: str) -> Any:
    """Send a form of ticket 1 as a browser without scripts does."""
    return world.browser(login).send(
        f"/console/tickets/1/{action}", page="/console/", **form
    )


def send_by_script(world: Any, login: str, action: str, **form: str) -> Any:
    """Send it as the page's script does."""
    console = world.browser(login)
    token = console.token(console.open("/console/").text)
    data = {"csrf_token": token} | form
    return console.client.post(
        f"/console/tickets/1/{action}", data=data, headers=SCRIPT
    )


def test_a_transfer_is_offered_and_taken_back(held: Any) -> None:
    """The banner says to whom; until it is accepted nothing changes hands."""
    page = held.browser("limin").open("/console/tickets/1/move?do=transfer").text
    assert "市公安局" in page
    assert '<option value="">' in page
    form = {"bureau_id": str(held.second), "word": "户口的事"}
    page = send(held, "limin", "transfer", **form).text
    assert "已转给市公安局，等对方接收" in page
    assert "“户口的事”" in page
    assert held.parts.desk.get_ticket(1).officer_name.startswith("市医保局 李敏")
    page = send(held, "limin", "transfer/withdraw").text
    assert "已收回转办。" in page
    assert 'id="offer-banner"' not in page
    assert held.parts.desk.get_ticket(1).offered_to_id is None


def test_the_other_bureau_accepts(held: Any) -> None:
    """It stands in their tab with the word, and is theirs afterwards."""
    send(held, "limin", "transfer", bureau_id=str(held.second), word="户口的事")
    other = held.browser("zhaoqiang")
    queue = other.open("/console/?tab=offered").text
    assert "断缴了还能补吗" in queue
    assert re.search(r"转来的 <b>1</b>", queue)
    page = other.open("/console/tickets/1?tab=offered").text
    assert "转给您的部门，等着接收" in page
    assert "“户口的事”" in page
    page = send(held, "zhaoqiang", "transfer/accept").text
    assert "已接收，现在由您接待。" in page
    ticket = held.parts.desk.get_ticket(1)
    assert (ticket.bureau_id, ticket.officer_id) == (
        held.second,
        held.people["zhaoqiang"].id,
    )
    assert held.browser("limin").open("/console/tickets/1").status_code == 404


def test_the_other_bureau_sends_it_back_with_a_word(held: Any) -> None:
    """Without one the form says so and keeps what was given."""
    send(held, "limin", "transfer", bureau_id=str(held.second), word="户口的事")
    refused = send(held, "zhaoqiang", "transfer/refuse", word=" ")
    assert refused.status_code == 422
    assert "请写明原因。" in refused.text
    assert 'id="move-word"' in refused.text
    page = send(held, "zhaoqiang", "transfer/refuse", word="归医保")
    assert "已退回，会话还在原部门。" in page.text
    page = held.browser("limin").open("/console/tickets/1").text
    assert "转办被退回" in page
    assert "“归医保”" in page


def test_an_offer_that_is_gone_meanwhile_is_said(held: Any) -> None:
    """Accepting what was withdrawn is a 409 or, being foreign again, a 404."""
    send(held, "limin", "transfer", bureau_id=str(held.second), word="户口的事")
    held.browser("zhaoqiang").open("/console/tickets/1")
    send(held, "limin", "transfer/withdraw")
    assert send(held, "zhaoqiang", "transfer/accept").status_code == 404
    lead = held.people["zuzhang"]
    answer = send_by_script(held, "zuzhang", "transfer/accept")
    assert answer.status_code == 409
    assert "没有等着接收的转办" in answer.text
    assert lead.id != held.parts.desk.get_ticket(1).officer_id


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"bureau_id": "", "word": "理由"}, "没有这个部门。"),
        ({"bureau_id": "1", "word": ""}, "请写明原因。"),
        ({"bureau_id": "1", "word": "长" * 201}, "最多 200 字"),
        ({"bureau_id": "first", "word": "理由"}, "会话已经在这个部门。"),
    ],
)
def test_an_unusable_transfer_keeps_what_was_written(
    held: Any, form: dict[str, str], words: str
) -> None:
    """As a page, and as a fragment for the dialog."""
    first = {"first": str(held.first), "1": str(held.second)}
    given = form | {"bureau_id": first.get(form["bureau_id"], form["bureau_id"])}
    answer = send(held, "limin", "transfer", **given)
    assert answer.status_code == 422
    assert words in answer.text
    assert form["word"] in answer.text
    fragment = send_by_script(held, "limin", "transfer", **given)
    assert fragment.status_code == 422
    assert words in fragment.text
    assert "<html" not in fragment.text


@pytest.mark.parametrize(
    ("action", "form"),
    [
        ("transfer", {"bureau_id": "2", "word": "理由"}),
        ("snooze", {"until": "hour"}),
        ("release", {}),
        ("resolve", {"ready": "已答复市民"}),
    ],
)
def test_a_colleagues_ticket_is_left_alone(
    held: Any, action: str, form: dict[str, str]
) -> None:
    """409 with the reason; nothing changes."""
    before = held.parts.desk.get_ticket(1)
    answer = send(held, "wangfang", action, **form)
    assert answer.status_code == 409
    assert "在同事手上" in answer.text
    assert held.parts.desk.get_ticket(1) == before


@pytest.mark.parametrize(
    "action",
    [
        "transfer",
        "transfer/withdraw",
        "transfer/accept",
        "transfer/refuse",
        "snooze",
        "wake",
        "release",
        "resolve",
        "reopen",
        "sort",
    ],
)
def test_a_foreign_ticket_is_not_there(held: Any, action: str) -> None:
    """For the form as for the page."""
    form = {"bureau_id": "1", "word": "理由", "until": "hour", "ready": "已答复市民"}
    assert send(held, "zhaoqiang", action, **form).status_code == 404
    move = held.browser("zhaoqiang").open("/console/tickets/1/move?do=sort")
    assert move.status_code == 404


def test_snoozed_tickets_say_until_when_and_wake(held: Any) -> None:
    """An hour, the next opening, or a chosen time of Beijing's."""
    page = held.browser("limin").open("/console/tickets/1/move?do=snooze").text
    assert "1 小时后（10:10）" in page
    assert "下次上班（明天 08:30）" in page
    page = send(held, "limin", "snooze", until="hour").text
    assert "稍后处理，到 10:10。" in page
    page = send(held, "limin", "wake").text
    assert 'id="snooze-banner"' not in page
    assert "明天 08:30" in send(held, "limin", "snooze", until="opening").text
    send(held, "limin", "wake")
    page = send(held, "limin", "snooze", until="chosen", at="2026-11-25T14:00").text
    assert "11月25日 14:00" in page


@pytest.mark.parametrize("at", ["", "x", "2026-11-20T14:00", "2027-11-20T14:00"])
def test_an_impossible_pause_is_refused(held: Any, at: str) -> None:
    """None, past, or too far; what was typed stays."""
    answer = send(held, "limin", "snooze", until="chosen", at=at)
    assert answer.status_code == 422
    assert held.parts.desk.get_ticket(1).snoozed_until is None
    assert 'value="chosen" checked' in answer.text


def test_a_released_ticket_waits_again(held: Any) -> None:
    """For whoever of the bureau takes it."""
    assert "已放回队列" in send(held, "limin", "release").text
    assert held.parts.desk.get_ticket(1).state is TicketState.WAITING
    assert "我在接待" in send(held, "wangfang", "claim").text


def test_settling_notes_the_reason_and_the_knowledge(held: Any) -> None:
    """Ready words and one's own; the entries that the search found are offered."""
    page = held.browser("limin").open("/console/tickets/1/move?do=resolve").text
    assert "灵活就业人员断缴后如何补缴医保" in page
    assert send(held, "limin", "resolve").status_code == 422
    entry = {"entry": "e1", "title-e1": "灵活就业人员断缴后如何补缴医保"}
    page = send(
        held, "limin", "resolve", ready="已答复市民", reason="已补缴", **entry
    ).text
    assert "已办结。" in page
    assert "已答复市民。已补缴" in page
    assert "用到：灵活就业人员断缴后如何补缴医保" in page
    assert [e.entry_id for e in held.parts.desk.list_entries(1)] == ["e1"]


def test_ready_words_are_ours(held: Any) -> None:
    """A form changed by hand does not write the record."""
    answer = send(held, "limin", "resolve", ready="市民很满意")
    assert answer.status_code == 422


def test_a_settled_ticket_is_opened_again_once(held: Any) -> None:
    """It waits with new clocks; the second try says that things have changed."""
    send(held, "limin", "resolve", ready="已答复市民")
    page = held.browser("limin").open("/console/?tab=resolved").text
    assert "断缴了还能补吗" in page
    assert "已重新打开" in send(held, "limin", "reopen").text
    assert held.parts.desk.get_ticket(1).state is TicketState.WAITING
    again = send(held, "limin", "reopen")
    assert again.status_code == 409
    assert "状态已经变了" in again.text


def test_sorting_changes_kind_urgency_and_who_sees_it(held: Any) -> None:
    """The head shows it; a confidential ticket is closed to colleagues."""
    form = {"kind": "complaint", "urgency": "critical", "confidential": "1"}
    page = send(held, "limin", "sort", **form).text
    assert "已保存分类。" in page
    for words in ("投诉", "特急", "保密"):
        assert f"{words}</span>" in page
    ticket = held.parts.desk.get_ticket(1)
    assert (ticket.kind, ticket.urgency) == (TicketKind.COMPLAINT, Urgency.CRITICAL)
    assert held.browser("wangfang").open("/console/tickets/1").status_code == 404
    assert send(held, "limin", "sort", kind="x").status_code == 422


def test_who_hides_a_ticket_from_themselves_is_led_away(office: Any) -> None:
    """It waits, so nobody holds it: the page cannot be shown again."""
    office.ask("断缴了还能补吗")
    form = {"kind": "report", "urgency": "normal", "confidential": "1"}
    answer = send(office, "limin", "sort", **form)
    assert answer.request.path == "/console/"
    assert "您现在看不到这个会话了" in answer.text


def test_a_lead_gives_a_ticket_to_a_colleague(held: Any) -> None:
    """Whoever is there comes first; an agent may not, a stranger cannot get it."""
    held.browser("wangfang").open("/console/")
    page = held.browser("zuzhang").open("/console/tickets/1/move?do=assign").text
    assert page.index("王芳 ") < page.index("钱组长（我）")
    assert "赵强" not in page
    wang, zhao = held.people["wangfang"].id, held.people["zhaoqiang"].id
    assert send(held, "wangfang", "assign", officer_id=str(wang)).status_code == 403
    stranger = send(held, "zuzhang", "assign", officer_id=str(zhao))
    assert stranger.status_code == 422
    page = send(held, "zuzhang", "assign", officer_id=str(wang)).text
    assert "已分给市医保局 王芳" in page
    assert held.parts.desk.get_ticket(1).is_held_by(wang)


def test_the_script_gets_the_conversation_and_what_was_done(held: Any) -> None:
    """A fragment with the words in a header, which cannot carry Chinese as it is."""
    answer = send_by_script(held, "limin", "release")
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert unquote(answer.headers["X-Said"]).startswith("已放回队列")


def test_forms_are_shown_only_where_they_lead_somewhere(held: Any) -> None:
    """Unknown names are a 404; a move that is not one's own is a 409 with words."""
    console = held.browser("wangfang")
    assert console.open("/console/tickets/1/move?do=x").status_code == 404
    answer = console.open("/console/tickets/1/move?do=transfer", **SCRIPT)
    assert answer.status_code == 409
    assert "现在办不了" in answer.text
    for name in ("transfer", "snooze", "resolve", "sort"):
        answer = held.browser("limin").open(
            f"/console/tickets/1/move?do={name}", **SCRIPT
        )
        assert answer.status_code == 200
        assert "<html" not in answer.text


def test_the_timeline_tells_what_happened(held: Any) -> None:
    """In plain words, with names and colleagues' words."""
    send(held, "limin", "transfer", bureau_id=str(held.second), word="户口的事")
    send(held, "zhaoqiang", "transfer/refuse", word="归医保")
    send(held, "limin", "snooze", until="hour")
    page = held.browser("limin").open("/console/tickets/1").text
    timeline = page[page.index('id="timeline"') :]
    for words in (
        "市民转人工",
        "接入",
        "转给市公安局，等对方接收",
        "市公安局退回了转办",
        "稍后处理，到 11月23日 10:10",
    ):
        assert words in timeline, words


def test_earlier_tickets_of_the_citizen_are_listed(held: Any) -> None:
    """With what came of them; those of others are not."""
    send(held, "limin", "resolve", ready="已答复市民")
    held.clock.go_on(days=4)
    held.parts.desk.tend()
    held.ask("现在补缴要多少钱")
    held.ask("别人的事", who="b")
    held.browser("limin").log_in("limin")
    page = held.browser("limin").open("/console/tickets/2").text
    past = page[page.index("以前的会话") :]
    assert "断缴了还能补吗" in past
    assert "结果：已答复市民" in past
    assert "别人的事" not in past


def test_own_chats_stand_in_a_strip_with_what_is_unread(held: Any) -> None:
    """In the order they came, on the page and as a part of it."""
    held.ask("第二件事", who="b")
    held.parts.desk.claim(2, officer_id=held.people["limin"].id)
    held.ask("还在吗", who="b")
    part = held.browser("limin").open("/console/strip?open=1").text
    assert part.index('id="own-1"') < part.index('id="own-2"')
    assert "1<span" in part[part.index('id="own-2"') :]
    assert "<html" not in part


def test_the_queue_is_searched(held: Any) -> None:
    """By number or words, within the tab; the search stays while chats are opened."""
    held.ask("落户要什么材料", who="b")
    console = held.browser("limin")
    page = console.open("/console/queue?tab=all&q=落户").text
    assert "落户要什么材料" in page
    assert "断缴了还能补吗" not in page
    assert "q=%E8%90%BD%E6%88%B7" in page
    assert "没有找到" in console.open("/console/?tab=all&q=没有这个词").text
    assert "断缴了还能补吗" in console.open("/console/?tab=all&q=1").text


def test_only_leads_see_who_is_unattended(held: Any) -> None:
    """A tab more; an agent who asks for it gets the first one."""
    part = held.browser("limin").open("/console/queue?tab=unattended").text
    assert "tab=unattended" not in part
    held.clock.go_on(minutes=11)
    page = held.browser("zuzhang").open("/console/?tab=unattended").text
    assert "断缴了还能补吗" in page
