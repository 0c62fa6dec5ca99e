"""How stored messages become lines; pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot import (
    Channel,
    Citation,
    Message,
    Sender,
    Situation,
    Standing,
    Ticket,
    TicketState,
    Urgency,
)
from handlers.webchat import drawing

NOON = NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
HOURS = "工作日 8:30–17:30"


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
    assert drawing.view_desk([], Situation(), NOW, hours=HOURS).state == "none"
    assert drawing.find_last_question([]) == 0


def view(ticket=None, *, last=None, resolved=None, **standing):
    """Return the desk as it stands on duty."""
    standing = Standing(**({"is_on_duty": True} | standing)) if ticket else None
    situation = Situation(ticket, standing, resolved)
    return drawing.view_desk([last or message(1)], situation, NOW, hours=HOURS)


@pytest.mark.parametrize(
    ("held", "state", "told"),
    [
        (ticket(TicketState.WAITING), "waiting", "前面还有 2 位"),
        (ticket(TicketState.CLAIMED, "李敏"), "held", "李敏 正在为您服务"),
        (None, "composing", ""),
    ],
)
def test_desk_as_the_ticket_stands(held, state, told):
    """A question without an answer and without a ticket is being composed."""
    desk = view(held, ahead=2)
    assert (desk.state, desk.poll_ms) == (state, 700)
    assert told in "".join(desk.lines)


def test_the_key_follows_what_is_said():
    """Each minute that passes, each place in the queue."""
    waiting = ticket(TicketState.WAITING)
    minutes = timedelta(minutes=1)
    keys = {view(waiting, ahead=n, left=n * minutes).key for n in range(9)}
    assert len(keys) == 9
    assert view(waiting, ahead=1).key == view(waiting, ahead=1).key


def test_only_who_waits_in_the_chat_may_leave_a_message():
    """A message is one already; danger is never put off."""
    waiting = ticket(TicketState.WAITING)
    assert view(waiting).may_leave_message
    assert not view(replace(waiting, is_message=True)).may_leave_message
    assert not view(replace(waiting, urgency=Urgency.CRITICAL)).may_leave_message
    assert not view(ticket(TicketState.CLAIMED, "李敏")).may_leave_message


def test_what_is_just_resolved_can_be_brought_back_until_something_else_is_said():
    """The page asks for news then too, but seldom."""
    over = ticket(TicketState.RESOLVED, "李敏")
    notice = replace(message(2), sender=Sender.SYSTEM)
    desk = view(resolved=over, last=notice)
    assert (desk.state, desk.poll_ms) == ("resolved", 15_000)
    answer = replace(message(2), sender=Sender.BOT)
    assert view(resolved=over, last=answer).state == "none"


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
