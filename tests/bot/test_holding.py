"""Who holds a ticket: bureaus, leads and offers, on real databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import (
    Channel,
    ForeignTicketError,
    IllegalMoveError,
    MessageKind,
    NotHolderError,
    Sender,
    TicketFieldError,
    TicketState,
    Urgency,
)


@pytest.fixture
def health(make_bureau):
    """The bureau that medical insurance leads to."""
    return make_bureau("医保局", departments=["医疗保障局"], topics=["医保"])


@pytest.fixture
def welfare(make_bureau):
    """The bureau that takes the rest."""
    return make_bureau("民政局", topics=["津贴"], is_default=True)


@pytest.fixture
def li(make_officer, health):
    """Of the one bureau."""
    return make_officer("李敏", bureau_id=health)


@pytest.fixture
def wang(make_officer, welfare):
    """Of the other."""
    return make_officer("王芳", bureau_id=welfare)


@pytest.fixture
def lead(make_officer, health):
    """Leads the one bureau."""
    return make_officer("赵刚", role="team_lead", bureau_id=health)


@pytest.fixture
def call(make_citizen, desk, health, welfare):
    """Make somebody ask for a person about something."""

    def call(text="我要投诉医保窗口态度差", channel=Channel.WEB):
        citizen = make_citizen(channel)
        citizen.say(text)
        return citizen, desk.list_tickets("all", officer_id=None)[0]

    return call


@pytest.fixture
def ticket(call):
    """A ticket of the one bureau."""
    return call()[1]


def actions(desk, ticket):
    """Return what happened to a ticket."""
    return [event.action for event in desk.list_events(ticket.id)]


def test_a_ticket_has_a_bureau_and_clocks_from_its_first_moment(call, health, welfare):
    """By the words of the request; what nobody knows goes to the default."""
    _, ticket = call()
    assert (ticket.bureau_id, ticket.bureau_name) == (health, "医保局")
    assert None not in [ticket.due_of(clock) for clock in ticket.running]
    assert len(ticket.running) == 3
    assert call("转人工")[1].bureau_id == welfare


def test_only_ones_own_bureaus_tickets_are_claimed(desk, ticket, li, wang):
    """Nor are others' handed out by the next button."""
    with pytest.raises(ForeignTicketError):
        desk.claim(ticket.id, officer_id=wang)
    assert desk.claim_next(officer_id=wang) is None
    assert desk.claim_next(officer_id=li).id == ticket.id


def test_the_most_urgent_is_next_then_who_is_due_first(call, desk, li, clock):
    """Not who came first."""
    usual = [call()[1], call()[1]]
    clock.move(minutes=1)
    urgent = call("医保大厅停电了，转人工")[1]
    crisis = call("医保不给报，我不想活了")[1]
    order = [desk.claim_next(officer_id=li).id for _ in range(4)]
    assert order == [crisis.id, urgent.id, *(t.id for t in usual)]
    assert (crisis.urgency, urgent.urgency) == (Urgency.CRITICAL, Urgency.URGENT)


def test_returned_tickets_wait_again(desk, ticket, li, lead, wang):
    """The holder returns it, or who leads; the clocks go on."""
    desk.claim(ticket.id, officer_id=li)
    with pytest.raises(ForeignTicketError):
        desk.release(ticket.id, officer_id=wang)
    waiting = desk.release(ticket.id, officer_id=li)
    assert (waiting.state, waiting.officer_id) == (TicketState.WAITING, None)
    assert waiting.due_first_reply_at == ticket.due_first_reply_at
    with pytest.raises(IllegalMoveError):
        desk.release(ticket.id, officer_id=li)
    desk.claim(ticket.id, officer_id=li)
    assert desk.release(ticket.id, officer_id=lead).state is TicketState.WAITING
    assert actions(desk, ticket)[-1] == "released"


def test_colleagues_take_nothing_from_each_other(
    desk, ticket, li, make_officer, health
):
    """Who does not lead."""
    colleague = make_officer("钱多", bureau_id=health)
    desk.claim(ticket.id, officer_id=li)
    for act in (
        lambda: desk.release(ticket.id, officer_id=colleague),
        lambda: desk.resolve(ticket.id, officer_id=colleague, reason="好了"),
        lambda: desk.offer_transfer(ticket.id, 2, officer_id=colleague, word="x"),
    ):
        with pytest.raises(NotHolderError):
            act()


def test_leads_assign_within_the_bureau(call, desk, ticket, li, lead, wang):
    """Also what somebody holds; given to oneself it is taken over."""
    citizen, other = call()
    with pytest.raises(ForeignTicketError):
        desk.assign(ticket.id, li, officer_id=li)
    with pytest.raises(TicketFieldError, match="officer"):
        desk.assign(ticket.id, wang, officer_id=lead)
    assert desk.assign(other.id, li, officer_id=lead).is_held_by(li)
    assert citizen.lines()[-1].text == "以下由工作人员回复：市医保局 李敏 工号 0217。"
    assert desk.assign(other.id, lead, officer_id=lead).is_held_by(lead)
    with pytest.raises(NotHolderError):
        desk.reply(other.id, officer_id=li, text="您好", client_key="a")


def test_supervisors_assign_everywhere(desk, ticket, li, make_officer):
    """To somebody of the ticket's bureau."""
    supervisor = make_officer("孙红", role="supervisor")
    assert desk.assign(ticket.id, li, officer_id=supervisor).is_held_by(li)


def test_first_bureau_stays_responsible_until_the_other_accepts(
    call, desk, li, wang, health, welfare, outbox
):
    """Offered, refused, offered again, accepted; the citizen is told once."""
    citizen, ticket = call(channel=Channel.WECHAT)
    desk.claim(ticket.id, officer_id=li)
    offered = desk.offer_transfer(
        ticket.id, welfare, officer_id=li, word="这是津贴的事"
    )
    assert (offered.bureau_id, offered.offered_to_id) == (health, welfare)
    assert offered.offered_to_name == "民政局"
    assert offered.is_held_by(li)
    desk.reply(ticket.id, officer_id=li, text="正在转办", client_key="a")
    refused = desk.refuse_transfer(ticket.id, officer_id=wang, word="不归我们")
    assert (refused.bureau_id, refused.offered_to_id) == (health, None)
    with pytest.raises(TicketFieldError):
        desk.accept_transfer(ticket.id, officer_id=wang)
    desk.offer_transfer(ticket.id, welfare, officer_id=li, word="请再看看")
    assert [t.id for t in desk.list_tickets("offered", officer_id=wang)] == [ticket.id]
    taken = desk.accept_transfer(ticket.id, officer_id=wang)
    assert (taken.bureau_id, taken.offered_to_id) == (welfare, None)
    assert taken.is_held_by(wang)
    assert taken.due_answer_at == ticket.due_answer_at
    told = [line for line in citizen.lines() if "转给民政局" in line.text]
    assert [line.sender for line in told] == [Sender.SYSTEM]
    assert told[0].delivery == ""
    assert [a for a in actions(desk, ticket) if "transfer" in a] == [
        "transfer_offered",
        "transfer_refused",
        "transfer_offered",
        "transfer_accepted",
    ]
    with pytest.raises(NotHolderError):
        desk.reply(ticket.id, officer_id=li, text="还有", client_key="b")


def test_offers_have_a_word_and_a_bureau(desk, ticket, li, health, welfare):
    """And go to another bureau."""
    desk.claim(ticket.id, officer_id=li)
    for bureau, word in (
        (welfare, " "),
        (welfare, "长" * 201),
        (health, "x"),
        (9, "x"),
    ):
        with pytest.raises(TicketFieldError):
            desk.offer_transfer(ticket.id, bureau, officer_id=li, word=word)
    desk.offer_transfer(ticket.id, welfare, officer_id=li, word="请接")
    with pytest.raises(ForeignTicketError):
        desk.accept_transfer(ticket.id, officer_id=li)
    assert desk.withdraw_transfer(ticket.id, officer_id=li).offered_to_id is None
    assert desk.withdraw_transfer(ticket.id, officer_id=li).offered_to_id is None
    assert actions(desk, ticket).count("transfer_withdrawn") == 1


def test_identity_numbers_in_words_are_masked(desk, ticket, li, welfare):
    """A colleague's word is kept for long."""
    desk.claim(ticket.id, officer_id=li)
    word = "证号 11010519491231002X 的市民"
    desk.offer_transfer(ticket.id, welfare, officer_id=li, word=word)
    (event,) = (
        e for e in desk.list_events(ticket.id) if e.action == "transfer_offered"
    )
    assert "11010519491231002X" not in event.detail["word"]
    assert event.officer_name == "市医保局 李敏 工号 0217"


def test_confidential_tickets_are_for_their_holder_and_who_leads(
    desk, ticket, li, lead, make_officer, health
):
    """Not for the bureau's other agents, by the next button neither."""
    colleague = make_officer("钱多", bureau_id=health)
    desk.set_confidential(ticket.id, True, officer_id=lead)
    assert desk.list_tickets("waiting", officer_id=colleague) == []
    assert desk.claim_next(officer_id=colleague) is None
    with pytest.raises(ForeignTicketError):
        desk.claim(ticket.id, officer_id=colleague)
    desk.assign(ticket.id, li, officer_id=lead)
    assert [t.id for t in desk.list_tickets("mine", officer_id=li)] == [ticket.id]
    assert [t.id for t in desk.list_tickets("all", officer_id=lead)] == [ticket.id]


def test_who_serves_nobody_takes_nothing(desk, ticket, make_officer, health):
    """An editor's account, and one that does not exist."""
    editor = make_officer("周文", role="editor", bureau_id=health)
    for nobody in (editor, 999):
        assert desk.claim_next(officer_id=nobody) is None
        assert desk.list_tickets("all", officer_id=nobody) == []
        with pytest.raises(ForeignTicketError):
            desk.claim(ticket.id, officer_id=nobody)


def test_unattended_tickets_are_found_and_nothing_is_released(
    call, desk, li, lead, engine, clock
):
    """Holder away, unseen for long, or account off; whoever was never seen is there."""
    from sqlalchemy.orm import Session

    from bot.tables import OfficerRow

    ticket = desk.claim(call()[1].id, officer_id=li)

    def change(**values):
        with Session(engine) as session, session.begin():
            row = session.get_one(OfficerRow, li)
            for name, value in values.items():
                setattr(row, name, value)
        found = desk.list_tickets("unattended", officer_id=lead)
        return [t.id for t in found]

    assert change() == []
    assert change(presence="away") == [ticket.id]
    assert change(presence="online", seen_at=clock()) == []
    clock.move(minutes=11)
    assert change() == [ticket.id]
    assert change(seen_at=clock()) == []
    assert change(is_active=False) == [ticket.id]
    assert desk.get_ticket(ticket.id).is_held_by(li)


def test_search_finds_numbers_and_words(call, desk, li, wang):
    """Within what one may see; a percent sign is a character."""
    _, ticket = call("我要投诉医保窗口，扣了100%")
    call()
    find = lambda text, officer=li: [  # noqa: E731
        t.id for t in desk.list_tickets("all", officer_id=officer, search=text)
    ]
    assert find(f"#{ticket.id}") == [ticket.id]
    assert ticket.id in find(ticket.citizen_number)
    assert find("100%") == [ticket.id]
    assert find("1%0") == []
    assert find("100%", wang) == []
    in_bureau = desk.list_tickets("all", officer_id=None, bureau_id=ticket.bureau_id)
    assert len(in_bureau) == 2


def test_overdue_tickets_have_their_tab(call, desk, li, clock):
    """From the first missed clock on; an answer in time ends that one."""
    _, ticket = call()
    overdue = lambda: [t.id for t in desk.list_tickets("overdue", officer_id=li)]  # noqa: E731
    clock.move(minutes=2)
    assert overdue() == []
    clock.move(minutes=2)
    assert overdue() == [ticket.id]
    assert desk.count(li).overdue == 1
    desk.claim(ticket.id, officer_id=li)
    desk.reply(ticket.id, officer_id=li, text="您好", client_key="a")
    assert overdue() == []
    clock.move(days=10)
    assert overdue() == [ticket.id]
    desk.close(ticket.id, officer_id=li)
    assert overdue() == []


def test_resolved_tickets_and_a_citizens_past(call, desk, li, wang):
    """Earlier tickets of the same citizen, as far as one may see them."""
    citizen, first = call()
    desk.resolve(first.id, officer_id=li, reason="已核实")
    assert [t.id for t in desk.list_tickets("resolved", officer_id=li)] == [first.id]
    citizen.say("津贴的事，转人工")
    (second,) = desk.list_tickets("waiting", officer_id=wang)
    assert desk.list_past(second.id, officer_id=wang) == []
    past = desk.list_past(second.id, officer_id=None)
    assert [(t.id, t.resolution) for t in past] == [(first.id, "已核实")]


def test_a_scanned_code_is_no_word_of_the_citizens(call, desk, li):
    """Only a line makes a ticket that waits for the citizen the officer's again."""
    citizen, ticket = call(channel=Channel.WECHAT)
    desk.claim(ticket.id, officer_id=li)
    desk.reply(ticket.id, officer_id=li, text="请问单号", client_key="a")
    citizen.say("hall-3", kind=MessageKind.SCAN)
    assert desk.get_ticket(ticket.id).state is TicketState.WAITING_CITIZEN
    citizen.say("12345")
    assert desk.get_ticket(ticket.id).state is TicketState.CLAIMED


def test_first_reply_is_noted_once(call, desk, li, clock):
    """With the working time it took; later replies change nothing."""
    citizen, ticket = call()
    desk.claim(ticket.id, officer_id=li)
    clock.move(minutes=2)
    desk.reply(ticket.id, officer_id=li, text="您好", client_key="a")
    first_at = clock()
    clock.move(minutes=5)
    citizen.say("在")
    desk.reply(ticket.id, officer_id=li, text="请讲", client_key="b")
    now = desk.get_ticket(ticket.id)
    assert now.first_reply_at == first_at
    assert now.first_reply_at - now.created_at == timedelta(minutes=2)
    (event,) = (e for e in desk.list_events(ticket.id) if e.action == "first_reply")
    assert (event.detail["waited_s"], event.detail["is_message"]) == (120, False)
    assert actions(desk, ticket)[-2:] == ["citizen_wrote", "replied"]
