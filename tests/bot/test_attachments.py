"""Files in conversations: who may send, who may look, what is left when erased."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import (
    AttachmentStore,
    Channel,
    FileKind,
    FileRefusedError,
    NobodyServesError,
    NotHolderError,
    Sender,
    TicketState,
)
from bot.attachments import MAX_FILES
from bot.tables import AttachmentRow, AuditRow, MessageRow
from tests.bot.test_files import PDF, picture


@pytest.fixture
def store(engine, seal, clock, published):
    """The store."""
    return AttachmentStore(engine, seal, clock, published)


@pytest.fixture
def li(make_officer):
    """An officer."""
    return make_officer("李敏")


@pytest.fixture
def ticket_of(desk):
    """Find a citizen's newest ticket."""

    def ticket_of(_citizen):
        return desk.list_tickets("all", officer_id=None)[0]

    return ticket_of


def send(store, citizen, data=PDF, *, name="材料.pdf", key="k"):
    """Send a file as a citizen."""
    return store.add(citizen.channel, citizen.sender, name=name, data=data, key=key)


def test_a_file_waits_for_whoever_serves(
    store, citizen, desk, li, ticket_of, published
):
    """A line in the ticket, unread, told to open pages; the officer opens it."""
    citizen.say("转人工")
    ticket = ticket_of(citizen)
    published.events.clear()
    line = send(store, citizen, picture(), name="照片.jpg")
    shown = citizen.lines()[-1]
    assert (shown.id, shown.sender, shown.text) == (
        line,
        Sender.CITIZEN,
        "［图片］照片.jpg",
    )
    assert desk.get_ticket(ticket.id).unread == ticket.unread + 1
    assert "message" in published.names()
    file = store.get_of_ticket(ticket.id, line, officer_id=li)
    assert (file.name, file.kind) == ("照片.jpg", FileKind.JPEG)
    assert store.get(citizen.channel, citizen.sender, line).data == file.data


def test_nobody_there_nothing_taken(store, citizen, make_citizen, desk, li, ticket_of):
    """Neither before a hand-over, nor after it, nor from a stranger."""
    with pytest.raises(NobodyServesError):
        send(store, citizen)
    citizen.say("转人工")
    desk.claim(ticket_of(citizen).id, officer_id=li)
    desk.close(ticket_of(citizen).id, officer_id=li)
    for who in (citizen, make_citizen()):
        with pytest.raises(NobodyServesError):
            send(store, who)


def test_bytes_lie_encrypted(store, citizen, engine):
    """Neither the file nor a part of it stands in the database."""
    citizen.say("转人工")
    send(store, citizen, PDF + b"SECRET" * 100)
    with Session(engine) as session:
        row = session.scalars(select(AttachmentRow)).one()
    assert b"SECRET" not in row.data_sealed
    assert b"PDF" not in row.data_sealed[:10]
    assert row.size == len(PDF) + 600


def test_sent_twice_it_is_one_file(store, citizen, make_citizen):
    """The same key of the same page; another citizen's key is another file."""
    other = make_citizen()
    for who in (citizen, other):
        who.say("转人工")
    assert send(store, citizen) == send(store, citizen)
    assert send(store, citizen) != send(store, other)


def test_a_file_wakes_the_officer(store, citizen, desk, li, ticket_of):
    """Like any other word of the citizen's."""
    citizen.say("转人工")
    ticket = ticket_of(citizen)
    desk.claim(ticket.id, officer_id=li)
    desk.reply(ticket.id, officer_id=li, text="请发照片。", client_key="r")
    assert desk.get_ticket(ticket.id).state is TicketState.WAITING_CITIZEN
    send(store, citizen)
    assert desk.get_ticket(ticket.id).state is TicketState.CLAIMED


def test_an_officer_sends_one_back(store, citizen, desk, li, ticket_of, make_officer):
    """The holder, on the web; it counts as the first word."""
    citizen.say("转人工")
    ticket = ticket_of(citizen)

    def answer(officer, key="k"):
        return store.add_of_officer(
            ticket.id, officer_id=officer, name="表.pdf", data=PDF, key=key
        )

    with pytest.raises(NotHolderError):
        answer(li)
    desk.claim(ticket.id, officer_id=li)
    with pytest.raises(NotHolderError):
        answer(make_officer("王芳"))
    line = answer(li)
    assert answer(li) == line
    shown = citizen.lines()[-1]
    assert (shown.sender, shown.text) == (Sender.OFFICER, "［文件］表.pdf")
    assert "李敏" in shown.officer_name
    assert store.get(citizen.channel, citizen.sender, line).data == PDF
    held = desk.get_ticket(ticket.id)
    assert held.first_reply_at is not None
    assert held.state is TicketState.WAITING_CITIZEN


def test_on_wechat_an_officer_is_told_that_it_cannot_be_sent(
    store, make_citizen, desk, li, ticket_of
):
    """Better than a line that never arrives."""
    citizen = make_citizen(Channel.WECHAT)
    citizen.say("转人工")
    ticket = ticket_of(citizen)
    desk.claim(ticket.id, officer_id=li)
    with pytest.raises(FileRefusedError):
        store.add_of_officer(ticket.id, officer_id=li, name="表.pdf", data=PDF, key="k")


def test_nobody_opens_what_is_not_theirs(store, make_citizen, desk, li):
    """Neither another citizen, nor by another ticket's address."""
    one, other = make_citizen(), make_citizen()
    for who in (one, other):
        who.say("转人工")
    line = send(store, one)
    theirs, own = desk.list_tickets("all", officer_id=None)
    assert store.get(other.channel, other.sender, line) is None
    assert store.get(Channel.WECHAT, one.sender, line) is None
    assert store.get_of_ticket(theirs.id, line, officer_id=li) is None
    assert store.get_of_ticket(own.id, line, officer_id=li) is not None
    assert store.get(one.channel, one.sender, line + 100) is None


def test_looking_is_noted_but_not_each_small_picture(
    store, citizen, ticket_of, li, engine
):
    """The audit trail says who opened which line; never what it is called."""
    citizen.say("转人工")
    line = send(store, citizen)
    ticket = ticket_of(citizen)
    store.get_of_ticket(ticket.id, line, officer_id=li, is_noted=False)
    store.get_of_ticket(ticket.id, line, officer_id=li)
    with Session(engine) as session:
        noted = session.scalars(select(AuditRow).where(AuditRow.action == "file.open"))
        assert [(r.officer_id, r.subject) for r in noted] == [(li, f"message {line}")]


def test_erased_with_the_record(store, citizen, ticket_of, li, engine):
    """Bytes, name and line; the officer finds nothing any more."""
    citizen.say("转人工")
    line = send(store, citizen)
    ticket = ticket_of(citizen)
    citizen.front_desk.forget(citizen.channel, citizen.sender)
    assert store.get_of_ticket(ticket.id, line, officer_id=li) is None
    with Session(engine) as session:
        row = session.scalars(select(AttachmentRow)).one()
        message = session.get_one(MessageRow, line)
        assert (row.data_sealed, row.name) == (None, "")
        assert (message.text, message.media) == ("", None)


def test_enough_is_enough(store, citizen):
    """Twenty files of one side in one hand-over."""
    citizen.say("转人工")
    for number in range(MAX_FILES):
        send(store, citizen, key=f"k{number}")
    with pytest.raises(FileRefusedError):
        send(store, citizen, key="one more")
