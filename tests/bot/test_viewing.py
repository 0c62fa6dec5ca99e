"""What officers see beside the words: windows, what waits, and citizens' files."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import (
    Channel,
    MessageKind,
    SendWindow,
    TicketNotFoundError,
    Trigger,
    open_window,
)
from bot.tables import AuditRow, MessageRow


@pytest.fixture
def li(make_officer):
    """An officer."""
    return make_officer("李敏")


@pytest.fixture
def call(make_citizen, desk, li):
    """Make somebody call for a person, whom the officer takes."""

    def call(channel=Channel.WECHAT):
        citizen = make_citizen(channel)
        citizen.say("转人工")
        return citizen, desk.claim_next(officer_id=li)

    return call


def find_file(engine):
    """Return the id of the one line with a file."""
    with Session(engine) as session:
        (line,) = (row.id for row in session.scalars(select(MessageRow)) if row.media)
        return line


def test_a_window_is_what_wechat_still_takes(call, desk, engine, clock):
    """Of the citizen's latest act; None once it is over."""
    _, ticket = call()
    clock.move(hours=1)
    with Session(engine) as session, session.begin():
        open_window(session, ticket.conversation_id, Trigger.SCAN, at=clock())
    assert desk.find_window(ticket.id) == SendWindow(
        3, clock() + timedelta(minutes=1), Trigger.SCAN
    )
    clock.move(hours=48)
    assert desk.find_window(ticket.id) is None


def test_the_web_has_no_window(call, desk):
    """A browser fetches its lines itself."""
    _, ticket = call(Channel.WEB)
    assert desk.find_window(ticket.id) is None
    with pytest.raises(TicketNotFoundError):
        desk.find_window(99)


def test_only_what_is_to_be_sent_is_counted(call, desk, outbox, li):
    """Not what arrived, nor what waits for the citizen."""
    _, ticket = call()
    assert desk.count_queued() == 0
    for n in range(3):
        desk.reply(ticket.id, officer_id=li, text=f"{n}", client_key=f"{n}")
    assert desk.count_queued() == 3
    (first,) = outbox.take_due(9)
    outbox.mark_sent(first.outbox_id)
    (second,) = outbox.take_due(9)
    outbox.mark_parked(second.outbox_id, "条数已用完")
    assert desk.count_queued() == 1


def test_a_file_is_found_with_its_line_and_the_look_is_noted(
    call, desk, engine, li, front_desk, render
):
    """Also one sent before anybody was called; the note names the line alone."""
    citizen, _ = call()
    detail = {"media_id": "m-1", "url": "http://mmbiz.qpic.cn/x"}
    picture = replace(citizen.write(kind=MessageKind.IMAGE), detail=detail)
    front_desk.receive(picture, render)
    line = find_file(engine)
    assert desk.open_media(line, officer_id=li) == {"kind": "image", **detail}
    with Session(engine) as session:
        noted = session.scalars(
            select(AuditRow).where(AuditRow.action == "media.open")
        ).one()
    assert (noted.officer_id, noted.subject) == (li, f"message {line}")
    assert noted.detail == ""


def test_no_file_no_note(call, desk, engine, li):
    """A line of text, and a number that is nobody's."""
    _, ticket = call()
    (line, *_) = desk.list_messages(ticket.id)
    for message_id in (line.id, 999):
        assert desk.open_media(message_id, officer_id=li) is None
    with Session(engine) as session:
        actions = session.scalars(select(AuditRow.action)).all()
    assert "media.open" not in actions


def test_files_of_who_was_never_handed_over_stay_closed(
    make_citizen, desk, engine, li, front_desk, render
):
    """Officers see conversations with a ticket, and no others."""
    citizen = make_citizen(Channel.WECHAT)
    detail = {"media_id": "m-1"}
    picture = replace(citizen.write(kind=MessageKind.IMAGE), detail=detail)
    front_desk.receive(picture, render)
    line = find_file(engine)
    assert desk.open_media(line, officer_id=li) is None
    citizen.say("转人工")
    assert desk.open_media(line, officer_id=li) is not None


def test_who_erases_the_record_erases_the_files(
    call, desk, engine, li, front_desk, render
):
    """Their numbers would still lead to them for three days."""
    citizen, _ = call()
    picture = replace(citizen.write(kind=MessageKind.IMAGE), detail={"media_id": "m-1"})
    front_desk.receive(picture, render)
    line = find_file(engine)
    front_desk.forget(Channel.WECHAT, citizen.sender)
    assert desk.open_media(line, officer_id=li) is None
