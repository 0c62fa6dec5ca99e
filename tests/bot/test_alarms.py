"""Alarms: open until it works again, one row however often it happens."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from bot import AlarmStore


@pytest.fixture
def alarms(engine, clock, published):
    """What a person must mend."""
    return AlarmStore(engine, clock, published)


def test_alarm_stays_open_until_it_is_cleared(alarms, clock):
    """And says since when, and how often it was met."""
    raised_at = clock()
    alarms.raise_alarm("wechat:40125", "AppSecret 不对")
    clock.move(minutes=5)
    alarms.raise_alarm("wechat:40125", "AppSecret 不对，请核对")
    (alarm,) = alarms.list_open()
    assert (alarm.key, alarm.message) == ("wechat:40125", "AppSecret 不对，请核对")
    assert (alarm.opened_at, alarm.last_at, alarm.count) == (raised_at, clock(), 2)
    alarms.clear("wechat:40125")
    assert alarms.list_open() == []


def test_alarm_that_comes_back_begins_anew(alarms, clock):
    """Yesterday's count is not today's."""
    alarms.raise_alarm("wechat:40164", "IP 不在白名单")
    alarms.raise_alarm("wechat:40164", "IP 不在白名单")
    alarms.clear("wechat:")
    clock.move(days=1)
    alarms.raise_alarm("wechat:40164", "IP 不在白名单")
    (alarm,) = alarms.list_open()
    assert (alarm.opened_at, alarm.count) == (clock(), 1)


def test_clearing_takes_a_prefix_and_nothing_else(alarms):
    """Its characters mean themselves, and other parts' alarms stay."""
    for key in ("wechat:1", "wechat:2", "wechatX", "disk:full"):
        alarms.raise_alarm(key, "有事")
    alarms.clear("wechat_")
    assert len(alarms.list_open()) == 4
    alarms.clear("wechat:")
    assert [a.key for a in alarms.list_open()] == ["wechatX", "disk:full"]


def test_pages_hear_of_each_change_after_the_commit(engine, clock):
    """Nothing is said when nothing changed."""
    heard = []

    def publish(name, data):
        heard.append((name, data, len(AlarmStore(engine, clock).list_open())))

    alarms = AlarmStore(engine, clock, publish)
    alarms.raise_alarm("wechat:48001", "没有权限")
    alarms.clear("wechat:")
    alarms.clear("wechat:")
    assert heard == [("alarm", {}, 1), ("alarm", {}, 0)]


def test_eight_processes_raise_one_alarm(alarms):
    """Each is counted, none fails for another's row."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: alarms.raise_alarm("wechat:40001", "凭据"), range(24)))
    (alarm,) = alarms.list_open()
    assert alarm.count == 24


def test_long_messages_are_cut(alarms):
    """PostgreSQL would refuse the row, and the alarm would be lost."""
    alarms.raise_alarm("wechat:0", "很" * 500)
    assert len(alarms.list_open()[0].message) == 300
