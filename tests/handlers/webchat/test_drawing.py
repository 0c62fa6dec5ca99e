"""How stored messages become lines; pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot import Channel, Citation, Message, Sender, Ticket, TicketState
from handlers.webchat import drawing

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def message(number, sender=Sender.CITIZEN, *, minute=0, **more):
    """A line of a conversation."""
    at = NOON + timedelta(minutes=minute)
    return Message(number, 1, sender, f"第 {number} 句", at, **more)


def ticket(state, name=""):
    """A hand-over of that conversation."""
    return Ticket(
        7, 1, state, Channel.WEB, "8213", "", "", "", NOON, NOON, officer_name=name
    )


def test_time_is_shown_at_first_and_after_a_pause():
    """As chat programs do, in Beijing time."""
    talk = [message(1), message(2, minute=9), message(3, minute=20)]
    times = [line.time for line in drawing.draw_lines(talk)]
    assert times == ["11月22日 12:00", "", "11月22日 12:20"]


def test_lines_after_an_id_know_what_stands_before_them():
    """A fetched line shows the time only if it would on the whole page."""
    talk = [message(1), message(2, minute=1)]
    assert [line.time for line in drawing.draw_lines(talk, after=1)] == [""]


def test_long_conversations_show_their_end():
    """The newest lines; the older ones stay stored."""
    talk = [message(n) for n in range(1, 302)]
    drawn = drawing.draw_lines(talk)
    assert len(drawn) == drawing.MAX_LINES
    assert drawn[-1].is_last


def test_no_messages():
    """Nothing in, nothing out."""
    assert drawing.draw_lines([]) == []
    assert drawing.view_desk([], None, ahead=0).state == "none"
    assert drawing.find_last_question([]) == 0


@pytest.mark.parametrize(
    ("held", "state", "key"),
    [
        (ticket(TicketState.WAITING), "waiting", "waiting-2"),
        (ticket(TicketState.CLAIMED, "李敏"), "claimed", "claimed-0"),
        (None, "composing", "composing-0"),
    ],
)
def test_desk_as_the_ticket_stands(held, state, key):
    """A question without an answer and without a ticket is being composed."""
    desk = drawing.view_desk([message(1)], held, ahead=2)
    assert (desk.state, desk.key, desk.is_open) == (state, key, True)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("0599-3210110", [("0599-3210110", "05993210110")]),
        ("电话 12345。", [("电话 ", ""), ("12345", "12345"), ("。", "")]),
        ("没有", [("没有", "")]),
        ("", []),
    ],
)
def test_phones_are_cut_out(text, pieces):
    """Nothing of the text is lost, and only digits are dialled."""
    assert drawing.split_phones(text) == pieces
    assert "".join(piece for piece, _ in pieces) == text


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://a.example/1", "https://a.example/1"),
        ("javascript:alert(1)", ""),
        ("//a.example", ""),
        ("data:text/html,x", ""),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_only_web_addresses_are_links(url, link):
    """An address of a document may be anything."""
    assert drawing.find_link(Citation("题", url=url)) == link


@pytest.mark.parametrize(
    ("lines", "numbered"),
    [
        (("1. 填表", "2. 交表"), True),
        (("（一）填表",), True),
        (("填表",), False),
        (("2026 年起",), False),
    ],
)
def test_own_numbers_are_seen(lines, numbered):
    """A year is not a number of a list."""
    assert drawing.has_numbers(lines) is numbered


@pytest.mark.parametrize(
    ("name", "initial"), [("市医保局 李敏 工号 0217", "李"), ("窗口", "人")]
)
def test_initial_of_an_officer(name, initial):
    """The first character of the name, not of the bureau."""
    assert drawing.find_initial(name) == initial
