"""Answers that take longer than a connection of WeChat's lives."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import (
    Answer,
    AnswerStatus,
    Block,
    BlockKind,
    Carried,
    Channel,
    Focus,
)
from bot.tables import ConversationRow, InboxRow, OutboxRow


class SlowAssistant:
    """Answers with the question's own words, once its gate is open."""

    def __init__(self):
        self.gates = {}
        self.turns = 0

    def hold(self, text):
        """Make this question wait; returns what ends the wait."""
        self.gates[text] = threading.Event()
        return self.gates[text]

    def answer(self, turn):
        self.turns += 1
        if turn.text in self.gates:
            assert self.gates[turn.text].wait(20)
        turn.focus = Focus(title=turn.text, at=turn.at)
        lead = Block(BlockKind.LEAD, (f"答：{turn.text}",))
        return Answer(AnswerStatus.ANSWERED, (lead,))


@pytest.fixture
def slow():
    """What answers."""
    return SlowAssistant()


@pytest.fixture
def make_slow_desk(make_front_desk, slow):
    """A front desk with little patience, so that tests are quick."""
    desks = []

    def make(**changes):
        desks.append(make_front_desk(**{"assistant": slow, "wait_s": 0.15, **changes}))
        return desks[-1]

    yield make
    for gate in slow.gates.values():
        gate.set()
    for desk in desks:
        desk.close()


@pytest.fixture
def states(engine):
    """Read the outbox: state and conversation in order."""

    def read():
        with Session(engine) as session:
            return [row.state for row in session.scalars(select(OutboxRow))]

    return read


def render(answer):
    """Draw an answer as its first line."""
    return answer.blocks[0].lines[0]


def wait_until(check, *, within_s=10.0):
    """Wait for what another thread brings about."""
    give_up_at = time.monotonic() + within_s
    while not (found := check()):
        assert time.monotonic() < give_up_at, "never happened"
        time.sleep(0.02)
    return found


def test_late_answer_is_promised_and_pushed_once(
    make_citizen, make_slow_desk, slow, outbox, states
):
    """The connection ends in time; the answer goes to the outbox, once."""
    desk = make_slow_desk()
    citizen = make_citizen(Channel.WECHAT, at=desk)
    gate = slow.hold("慢的")
    inbound = citizen.write("慢的")
    reply = desk.receive(inbound, render)
    assert (reply.body, reply.is_promised) == ("", True)
    # WeChat never saw our acknowledgement and sends again: the same promise.
    again = desk.receive(inbound, render)
    assert (again.body, again.is_promised, again.is_repeat) == ("", True, True)
    assert states() == []

    gate.set()
    wait_until(states)
    (delivery,) = outbox.take_due(10)
    assert delivery.text.startswith("答：慢的")
    assert delivery.sender_id == citizen.sender
    late = desk.receive(inbound, render)
    assert late.body == "", "a resend must not say it a second time"
    assert slow.turns == 1
    assert len(states()) == 1


def test_answer_in_time_is_not_pushed(make_citizen, make_slow_desk, states):
    """It left with the response."""
    # As long as a busy machine may need: with patience it is in time.
    desk = make_slow_desk(wait_s=30)
    citizen = make_citizen(Channel.WECHAT, at=desk)
    assert desk.receive(citizen.write("快的"), render).body == "答：快的"
    assert states() == []


def test_web_waits_to_the_end(make_citizen, make_slow_desk, slow):
    """A browser has no five seconds; its page shows that somebody works."""
    desk = make_slow_desk()
    gate = slow.hold("慢的")
    threading.Timer(0.5, gate.set).start()
    inbound = make_citizen(Channel.WEB, at=desk).write("慢的")
    assert desk.receive(inbound, render).body == "答：慢的"


def test_slow_composer_keeps_its_lease(
    make_citizen, make_slow_desk, make_front_desk, slow, engine
):
    """Nobody takes over from one that lives; a dead one's message is taken over."""
    moving = make_moving_clock()
    desk = make_slow_desk(lease_s=0.6, clock=moving)
    citizen = make_citizen(Channel.WECHAT, at=desk)
    gate = slow.hold("慢的")
    desk.receive(citizen.write("慢的"), render)
    other = make_front_desk(assistant=slow, lease_s=0.6, clock=moving)
    time.sleep(1.5)
    assert other.recover(render=lambda _: render) == 0
    gate.set()
    with Session(engine) as session:
        wait_until(
            lambda: (
                session.scalar(
                    select(InboxRow.answered_at).execution_options(
                        populate_existing=True
                    )
                )
                or session.rollback()
            )
        )
    assert slow.turns == 1


def make_moving_clock():
    """Now, as the wall has it: leases are about real time."""
    from datetime import UTC, datetime

    return lambda: datetime.now(UTC)


def test_promise_and_answer_race(make_citizen, make_slow_desk, slow, outbox):
    """Whatever wins: said on the connection or pushed, never both, never neither."""
    desk = make_slow_desk(wait_s=0.05)
    citizens = [make_citizen(Channel.WECHAT, at=desk) for _ in range(30)]

    def ask(number):
        gate = slow.hold(f"问{number}")
        threading.Timer(0.03 + 0.002 * number, gate.set).start()
        return desk.receive(citizens[number].write(f"问{number}"), render).body

    with ThreadPoolExecutor(8) as pool:
        bodies = list(pool.map(ask, range(30)))
    said = {number for number, body in enumerate(bodies) if body}
    assert all(bodies[number] == f"答：问{number}" for number in said)
    pushed = []
    wait_until(
        lambda: pushed.extend(outbox.take_due(50)) or len(pushed) == 30 - len(said)
    )
    senders = {citizen.sender: number for number, citizen in enumerate(citizens)}
    for delivery in pushed:
        asked = f"答：问{senders[delivery.sender_id]}\n"
        assert delivery.text.startswith(asked)
    assert {senders[d.sender_id] for d in pushed} == set(range(30)) - said


def test_focus_of_a_later_answer_stays(make_citizen, make_slow_desk, slow, engine):
    """A late answer does not drag the conversation back to its own topic."""
    desk = make_slow_desk()
    citizen = make_citizen(Channel.WECHAT, at=desk)
    gate = slow.hold("先问的")
    citizen.say("先问的")
    assert "答：后问的" in citizen.say("后问的").body
    gate.set()

    def read():
        with Session(engine) as session:
            if session.scalars(select(InboxRow.answered_at)).all().count(None):
                return None
            return session.scalar(select(ConversationRow.focus))

    assert wait_until(read)["title"] == "后问的"


class TestUnverified:
    """An account that may not push: WeChat's resends are the way."""

    @pytest.fixture
    def desk(self, make_slow_desk, monkeypatch):
        """It holds a connection until WeChat hangs up, here 0.3 s."""
        monkeypatch.setattr("bot.patience.HANG_UP_S", 0.3)
        return make_slow_desk(is_pushing=False)

    def test_resend_gets_the_answer(self, desk, make_citizen, slow, clock, states):
        """The first connection is held and dies; the second brings the answer."""
        citizen = make_citizen(Channel.WECHAT, at=desk)
        gate = slow.hold("慢的")
        inbound = citizen.write("慢的")
        first = desk.receive(inbound, render)
        assert (first.body, first.is_promised) == ("", False)
        clock.move(seconds=5.5)
        threading.Timer(0.1, gate.set).start()
        second = desk.receive(inbound, render)
        assert second.body == "答：慢的"
        wait_until(lambda: states() == ["sent"])
        assert slow.turns == 1

    def test_answer_in_time_is_kept_until_it_is_fetched(
        self, desk, make_citizen, states
    ):
        """Also the first connection may break; what arrived is not said again."""
        citizen = make_citizen(Channel.WECHAT, at=desk)
        assert desk.receive(citizen.write("快的"), render).body == "答：快的"
        wait_until(lambda: states() == ["sent"])

    def test_answer_nobody_fetched_waits(
        self, desk, make_citizen, slow, clock, states, engine
    ):
        """WeChat hung up and never asked again: the next message brings it."""
        citizen = make_citizen(Channel.WECHAT, at=desk)
        gate = slow.hold("慢的")
        desk.receive(citizen.write("慢的"), render)
        gate.set()
        wait_until(states)
        assert states() == ["queued"]
        carried = []

        def carry(answer, lines):
            carried.extend(line.text for line in lines)
            ids = [line.outbox_id for line in lines]
            return Carried(render(answer), dict.fromkeys(ids, 1), frozenset(ids))

        desk.receive(citizen.write("早的"), render, carry)
        assert carried == [], "a resend may still fetch it"
        wait_until(lambda: states() == ["queued", "sent"])
        clock.move(seconds=20)
        desk.receive(citizen.write("晚的"), render, carry)
        assert [text[:4] for text in carried] == ["答：慢的"]
        wait_until(lambda: set(states()) == {"sent"})

    def test_third_is_promised(self, desk, make_citizen, slow, clock, states):
        """Then there is no connection left: the answer waits for its link."""
        citizen = make_citizen(Channel.WECHAT, at=desk)
        gate = slow.hold("慢的")
        inbound = citizen.write("慢的")
        replies = []
        for _ in range(3):
            replies.append(desk.receive(inbound, render))
            clock.move(seconds=5)
        assert [reply.is_promised for reply in replies] == [False, False, True]
        inbox_id = replies[-1].inbox_id
        assert desk.find_answer(inbox_id).message is None
        gate.set()
        found = wait_until(
            lambda: (a := desk.find_answer(inbox_id)) and a.message and a
        )
        assert found.question == "慢的"
        assert found.message.text.startswith("答：慢的")
        assert states() != ["sent"]
        desk.note_read(inbox_id)
        assert states() == ["sent"]

    def test_parallel_pushes_are_no_third_try(self, desk, make_citizen, slow):
        """Eight at once are one try: nobody is sent a link for it."""
        inbound = make_citizen(Channel.WECHAT, at=desk).write("慢的")
        gate = slow.hold("慢的")
        with ThreadPoolExecutor(8) as pool:
            replies = list(pool.map(lambda _: desk.receive(inbound, render), range(8)))
        gate.set()
        assert not any(reply.is_promised or reply.body for reply in replies)
