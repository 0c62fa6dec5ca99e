"""How far a citizen has read: upwards only, told to open pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot import Channel, ReadMarks, Seal, Sender
from bot.tables import CitizenRow, ConversationRow, MessageRow, TicketRow

NOW = datetime(2026, 11, 22, 1, 10, tzinfo=UTC)


class Office:
    """One conversation with five lines, the last a note."""

    def __init__(self, engine: Any, channel: Channel, state: str = "claimed") -> None:
        self.engine = engine
        self.now = NOW
        self.told: list[tuple[str, Mapping[str, object]]] = []
        seal = Seal("a key of the tests, long enough to be one")
        self.marks = ReadMarks(
            engine, seal, lambda: self.now, lambda *event: self.told.append(event)
        )
        self.channel = channel
        with Session(engine) as session, session.begin():
            citizen = CitizenRow(
                channel=channel,
                sender_hash=seal.fingerprint(channel, "who"),
                sender_sealed=seal.seal("who"),
                number="8213",
                created_at=NOW,
            )
            session.add(citizen)
            session.flush()
            conversation = ConversationRow(
                citizen_id=citizen.id, focus={}, updated_at=NOW
            )
            session.add(conversation)
            session.flush()
            self.conversation_id = conversation.id
            ticket = TicketRow(
                conversation_id=conversation.id,
                state=state,
                reason="",
                preview="",
                created_at=NOW,
                changed_at=NOW,
            )
            session.add(ticket)
            session.flush()
            self.ticket_id = ticket.id
            senders = (
                Sender.CITIZEN,
                Sender.BOT,
                Sender.OFFICER,
                Sender.OFFICER,
                Sender.NOTE,
            )
            lines = [
                MessageRow(
                    conversation_id=conversation.id,
                    sender=sender,
                    text="好的。",
                    created_at=NOW,
                )
                for sender in senders
            ]
            session.add_all(lines)
            session.flush()
            self.lines = [line.id for line in lines]

    def show(self, up_to: int) -> bool:
        """Report from the citizen's page."""
        return self.marks.note_shown(self.channel, "who", up_to)

    @property
    def read(self) -> int:
        """What is noted."""
        return self.marks.find_read_up_to(self.conversation_id)


@pytest.fixture
def web(engine: Any) -> Office:
    """A conversation in a browser."""
    return Office(engine, Channel.WEB)


def test_reading_goes_upwards_and_is_told_once(web: Office) -> None:
    """What an older page tells changes nothing."""
    assert web.read == 0
    assert web.show(web.lines[2])
    assert web.read == web.lines[2]
    assert not web.show(web.lines[2])
    assert not web.show(web.lines[0])
    assert web.show(web.lines[3])
    assert web.told == [("around", {"ticket_id": web.ticket_id})] * 2


def test_nobody_reads_what_is_not_there(web: Office) -> None:
    """A number made up counts as the newest line, and a note as none."""
    assert web.show(2**40)
    assert web.read == web.lines[3]
    assert not web.marks.note_shown(Channel.WEB, "stranger", 1)
    assert not web.marks.note_shown(Channel.WECHAT, "who", web.lines[3])


def test_without_a_ticket_nobody_is_told(engine: Any) -> None:
    """It is noted all the same."""
    office = Office(engine, Channel.WEB, "closed")
    assert office.show(office.lines[2])
    assert office.told == []


def test_who_has_just_written_on_wechat(engine: Any) -> None:
    """WeChat shows nothing later than 30 s after the citizen's own message."""
    office = Office(engine, Channel.WECHAT)
    assert office.marks.find_who_just_wrote(office.ticket_id) == "who"
    assert office.marks.find_who_just_wrote(999) is None
    office.now += timedelta(seconds=31)
    assert office.marks.find_who_just_wrote(office.ticket_id) is None


def test_a_browser_has_no_openid(web: Office) -> None:
    """So it is never asked of WeChat."""
    assert web.marks.find_who_just_wrote(web.ticket_id) is None
