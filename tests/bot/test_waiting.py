"""Who is served first, and how long it usually takes, as citizens hear it."""

from __future__ import annotations

import pytest


@pytest.fixture
def li(make_officer):
    """An officer of the whole office."""
    return make_officer("李敏")


@pytest.fixture
def serve(make_citizen, desk, li, clock):
    """Serve somebody after so many minutes."""

    def serve(minutes, text="转人工"):
        citizen = make_citizen()
        citizen.say(text)
        clock.move(minutes=minutes)
        ticket = desk.claim_next(officer_id=li)
        key = f"first-{ticket.id}"
        desk.reply(ticket.id, officer_id=li, text="您好", client_key=key)
        desk.close(ticket.id, officer_id=li)

    return serve


def test_the_wait_is_the_median_of_the_latest(serve, make_citizen):
    """One long wait does not frighten everybody."""
    for minutes in (1, 2, 2, 3, 50):
        serve(minutes)
    assert "大约等 2 分钟" in make_citizen().say("转人工").body


def test_nothing_is_said_of_the_wait_by_four_cases(serve, make_citizen):
    """It would be a guess."""
    for _ in range(4):
        serve(2)
    body = make_citizen().say("转人工").body
    assert "您排在第一位" in body
    assert "大约" not in body


def test_only_the_last_twenty_count(serve, make_citizen):
    """What was slow in the past is over."""
    for _ in range(15):
        serve(9)
    for _ in range(20):
        serve(1)
    assert "大约等 1 分钟" in make_citizen().say("转人工").body


def test_a_long_wait_is_no_number(serve, make_citizen):
    """But said, with what to do instead."""
    for _ in range(5):
        serve(61)
    body = make_citizen().say("转人工").body
    assert "一个小时以上" in body
    assert "留言" in body


def test_the_queue_is_that_of_ones_own_bureau(
    make_citizen, make_bureau, front_desk, clock
):
    """Urgent matters come before, other bureaus' do not."""
    make_bureau("医保局", topics=["医保"])
    make_bureau("综合", is_default=True)
    citizens = []
    for text in ("转人工", "医保大厅停电了，转人工", "我要投诉医保窗口"):
        citizens.append(make_citizen())
        citizens[-1].say(text)
        clock.move(seconds=1)
    citizens.append(make_citizen())
    assert "前面还有 2 位" in citizens[-1].say("我要投诉医保电话没人接").body
    ahead = [front_desk.look(c.channel, c.sender).standing.ahead for c in citizens]
    assert ahead == [0, 0, 1, 2]


def test_put_off_tickets_are_before_nobody(make_citizen, desk, li, clock):
    """They wait for something else."""
    from datetime import timedelta

    make_citizen().say("转人工")
    (ticket,) = desk.list_tickets("waiting", officer_id=li)
    desk.snooze(ticket.id, clock() + timedelta(hours=1), officer_id=li)
    assert "您排在第一位" in make_citizen().say("转人工").body
