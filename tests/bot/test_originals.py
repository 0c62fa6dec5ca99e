"""What was masked can be opened for a reason, and is gone when its time is up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import (
    MAX_A_DAY,
    MessageNotFoundError,
    OriginalStore,
    RevealQuotaError,
    RevealReasonError,
    RevealRefusedError,
    Role,
)
from bot.tables import AuditRow, InboxRow, MessageRow

PHONE = "13800138000"
LINE = f"我的电话是{PHONE}，麻烦回电"
WHY = "按市民留的电话回复"


@pytest.fixture
def served(make_front_desk, make_citizen, desk, make_officer):
    """A citizen whom an officer serves, in an office that keeps originals."""
    citizen = make_citizen(at=make_front_desk(keeps_originals=True))
    citizen.say("转人工")
    (ticket,) = desk.list_tickets("waiting", officer_id=None)
    officer_id = make_officer("李敏")
    desk.claim(ticket.id, officer_id=officer_id)
    citizen.say(LINE)
    citizen.ticket_id, citizen.officer_id = ticket.id, officer_id
    return citizen


@pytest.fixture
def originals(engine, seal, clock):
    return OriginalStore(engine, seal, clock)


def find_line(desk, ticket_id):
    """Return the newest line of the citizen's."""
    return [m for m in desk.list_messages(ticket_id) if m.sender == "citizen"][-1]


def test_the_holder_opens_a_line_and_it_is_written_down(
    served, originals, desk, engine
):
    """Who, which line and why; never the text."""
    line = find_line(desk, served.ticket_id)
    assert line.has_original
    assert PHONE not in line.text
    assert originals.reveal(line.id, officer_id=served.officer_id, reason=WHY) == LINE
    with Session(engine) as session:
        (row,) = session.scalars(
            select(AuditRow).where(AuditRow.action == "message.revealed")
        )
    assert row.officer_id == served.officer_id
    assert row.subject == f"ticket {served.ticket_id} message {line.id}"
    assert row.detail == WHY


def test_nothing_of_it_lies_open_on_the_disk(served, engine):
    """Neither in the line nor in the inbox; the sealed field is no text."""
    with Session(engine) as session:
        stored = [
            *session.scalars(select(MessageRow.text)),
            *session.scalars(select(InboxRow.text)),
            *map(str, session.scalars(select(InboxRow.detail))),
            *map(str, session.scalars(select(MessageRow.original_sealed))),
        ]
    assert not any(PHONE in text for text in stored)


@pytest.mark.parametrize("reason", ["", "   ", "看一下", "长" * 101])
def test_no_reason_no_line(served, originals, desk, reason):
    """And no row in the audit trail either."""
    line = find_line(desk, served.ticket_id)
    with pytest.raises(RevealReasonError):
        originals.reveal(line.id, officer_id=served.officer_id, reason=reason)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.AGENT, False),
        (Role.TEAM_LEAD, True),
        (Role.SUPERVISOR, True),
        (Role.EDITOR, False),
        (Role.AUDITOR, False),
    ],
)
def test_others_only_if_they_lead(served, originals, desk, make_officer, role, may):
    """A colleague at the next desk has no business with it."""
    line = find_line(desk, served.ticket_id)
    other = make_officer("王芳", role)
    if may:
        assert originals.reveal(line.id, officer_id=other, reason=WHY) == LINE
    else:
        with pytest.raises(RevealRefusedError):
            originals.reveal(line.id, officer_id=other, reason=WHY)


def test_a_day_has_its_number_and_the_next_a_new_one(served, originals, desk, clock):
    """Whoever copies citizens' data out does not get far."""
    line = find_line(desk, served.ticket_id)
    for _ in range(MAX_A_DAY):
        originals.reveal(line.id, officer_id=served.officer_id, reason=WHY)
    with pytest.raises(RevealQuotaError):
        originals.reveal(line.id, officer_id=served.officer_id, reason=WHY)
    clock.now += timedelta(days=1)
    assert originals.reveal(line.id, officer_id=served.officer_id, reason=WHY)


def test_thirty_days_after_the_end_it_is_gone(served, originals, desk, clock):
    """The masked line stays."""
    line = find_line(desk, served.ticket_id)
    desk.resolve(served.ticket_id, officer_id=served.officer_id, reason="已经答复")
    clock.now += timedelta(days=29)
    assert originals.erase_old() == 0
    clock.now += timedelta(days=2)
    assert originals.erase_old() == 1
    with pytest.raises(MessageNotFoundError):
        originals.reveal(line.id, officer_id=served.officer_id, reason=WHY)
    kept = find_line(desk, served.ticket_id)
    assert kept.text == line.text
    assert not kept.has_original


def test_whoever_asks_to_be_forgotten_is(served, originals, desk):
    """Also out of the sealed field."""
    line = find_line(desk, served.ticket_id)
    served.front_desk.forget(served.channel, served.sender)
    with pytest.raises((MessageNotFoundError, RevealRefusedError)):
        originals.reveal(line.id, officer_id=served.officer_id, reason=WHY)


def test_where_no_person_serves_nothing_is_kept(make_front_desk, make_citizen, engine):
    """The bot needs no telephone number."""
    make_citizen(at=make_front_desk(keeps_originals=True)).say(LINE)
    with Session(engine) as session:
        assert set(session.scalars(select(MessageRow.original_sealed))) == {None}


def test_an_office_may_keep_nothing(make_front_desk, make_citizen, desk, make_officer):
    """desk.keep_originals: false."""
    citizen = make_citizen(at=make_front_desk(keeps_originals=False))
    citizen.say("转人工")
    (ticket,) = desk.list_tickets("waiting", officer_id=None)
    desk.claim(ticket.id, officer_id=make_officer("李敏"))
    citizen.say(LINE)
    assert not find_line(desk, ticket.id).has_original
