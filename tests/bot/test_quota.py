"""The quota ledger: what WeChat grants, what the bot keeps off, what races."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from bot import Channel, Priority, SendWindow, Trigger, find_window, open_window
from bot.quota import QUOTAS, close_windows, give_back, take_one


@pytest.fixture
def conversation_id(make_citizen, desk):
    """A conversation without any window: its citizen has written by other ways."""
    make_citizen(Channel.WEB).say("转人工")
    return desk.list_tickets("all", officer_id=None)[0].conversation_id


@pytest.fixture
def ledger(engine, clock, conversation_id):
    """The ledger of that conversation, each call its own transaction."""

    class Ledger:
        def open(self, trigger=Trigger.MESSAGE, *, at=None):
            with Session(engine) as session, session.begin():
                open_window(session, conversation_id, trigger, at=at or clock())

        def find(self):
            with Session(engine) as session:
                return find_window(session, conversation_id, at=clock())

        def take(self, priority=Priority.PERSON):
            with Session(engine) as session, session.begin():
                return take_one(session, conversation_id, priority, at=clock())

        def give_back(self, window_id):
            with Session(engine) as session, session.begin():
                give_back(session, window_id)

        def close(self):
            with Session(engine) as session, session.begin():
                close_windows(session, conversation_id)

    return Ledger()


def test_nothing_may_be_sent_before_the_citizen_does_something(ledger):
    """No window is a closed one."""
    assert ledger.find() is None
    assert ledger.take(Priority.SAFETY) is None


@pytest.mark.parametrize(
    ("trigger", "count", "lasts"),
    [
        (Trigger.MESSAGE, 5, timedelta(hours=48)),
        (Trigger.MENU, 3, timedelta(minutes=1)),
        (Trigger.FOLLOW, 3, timedelta(minutes=1)),
        (Trigger.SCAN, 3, timedelta(minutes=1)),
    ],
)
def test_each_trigger_grants_its_own_count_and_time(
    ledger, clock, trigger, count, lasts
):
    """As WeChat has it since June 2023."""
    ledger.open(trigger)
    assert ledger.find() == SendWindow(count, clock() + lasts, trigger)
    assert [ledger.take() is not None for _ in range(count + 1)] == [
        *[True] * count,
        False,
    ]
    ledger.open(trigger)
    clock.now += lasts
    assert ledger.find() is None
    assert ledger.take() is None


def test_every_trigger_but_none_has_a_quota():
    """``none`` opens nothing."""
    assert set(QUOTAS) == set(Trigger) - {Trigger.NONE}


def test_events_of_the_platform_open_nothing(ledger):
    """Such as the result of a notice."""
    ledger.open(Trigger.NONE)
    assert ledger.find() is None


def test_the_bot_keeps_the_last_one_for_a_person_or_a_warning(ledger):
    """Four answers, and the fifth message is an officer's."""
    ledger.open()
    taken = [ledger.take(Priority.BOT) is not None for _ in range(6)]
    assert taken == [True] * 4 + [False] * 2
    assert ledger.find().left == 1
    assert ledger.take(Priority.SAFETY) is not None
    assert ledger.take(Priority.PERSON) is None


def test_a_newer_message_starts_the_window_afresh(ledger, clock):
    """Five more, for 48 more hours."""
    ledger.open()
    for _ in range(3):
        ledger.take()
    clock.move(hours=40)
    ledger.open()
    assert ledger.find() == SendWindow(
        5, clock() + timedelta(hours=48), Trigger.MESSAGE
    )


def test_an_older_message_written_down_late_changes_nothing(ledger, clock):
    """Two come at once and their order is lost."""
    ledger.open()
    ledger.take()
    ledger.open(at=clock() - timedelta(seconds=2))
    assert ledger.find().left == 4


def test_counts_of_two_triggers_do_not_add_up(ledger, clock):
    """After a menu click three in a minute, though a message's window stands open."""
    ledger.open()
    clock.move(minutes=10)
    ledger.open(Trigger.MENU)
    assert ledger.find().left == 3
    for _ in range(3):
        assert ledger.take() is not None
    assert ledger.find().left == 0
    assert ledger.take() is None


def test_the_messages_window_counts_again_when_the_click_is_over(ledger, clock):
    """WeChat may refuse; it is worth the try."""
    ledger.open()
    ledger.take()
    clock.move(minutes=10)
    ledger.open(Trigger.MENU)
    clock.move(minutes=1)
    assert (ledger.find().left, ledger.find().trigger) == (4, Trigger.MESSAGE)


def test_an_older_click_does_not_outlive_a_newer_one(ledger, clock):
    """Only a message's window is gone back to."""
    ledger.open(Trigger.SCAN)
    clock.move(seconds=30)
    ledger.open(Trigger.MENU)
    for _ in range(3):
        ledger.take()
    assert ledger.take() is None


def test_what_wechat_refused_is_given_back(ledger):
    """Once for each, and never more than was taken."""
    ledger.open()
    window_id = ledger.take()
    ledger.give_back(window_id)
    ledger.give_back(window_id)
    assert ledger.find().left == 5


def test_a_refusal_closes_all_windows_until_the_next_message(ledger, clock):
    """45015 and 45047 know better than we do."""
    ledger.open()
    clock.move(seconds=5)
    ledger.open(Trigger.MENU)
    ledger.close()
    assert ledger.find() is None
    assert ledger.take() is None
    clock.move(seconds=5)
    ledger.open()
    assert ledger.find().left == 5


def test_the_last_one_is_given_once(ledger):
    """Sixteen threads want it."""
    ledger.open()
    with ThreadPoolExecutor(16) as pool:
        taken = list(pool.map(lambda _: ledger.take(Priority.BOT), range(32)))
    assert sum(one is not None for one in taken) == 4
    assert ledger.find().left == 1


def test_a_window_opened_by_two_at_once_is_one(ledger):
    """Two messages of one citizen, written down by two processes."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: ledger.open(), range(16)))
    assert ledger.find().left == 5
