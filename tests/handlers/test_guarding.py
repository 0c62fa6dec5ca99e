"""The daily look at the audit trail, and its alarm."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import text

from bot import AlarmStore, AuditTrail, audit
from bot.database import Transactions
from handlers.guarding import make_guard


@pytest.fixture
def alarms(engine, clock):
    """What people are told."""
    return AlarmStore(engine, clock)


@pytest.fixture
def look(engine, clock, alarms):
    """The worker's job."""
    return make_guard(AuditTrail(engine, clock), alarms)


def write(engine, clock, count=3):
    with Transactions(engine).write() as session:
        for at in range(count):
            audit(session, "ticket.note", f"ticket {at}", officer_id=1, at=clock())


def test_a_whole_trail_raises_nothing_and_leaves_its_head_in_the_log(
    engine, clock, look, alarms, caplog
):
    """The log is kept elsewhere: something to compare with."""
    write(engine, clock)
    with caplog.at_level(logging.INFO):
        look()
    assert "audit head 3-" in caplog.text
    assert alarms.list_open() == []


def test_an_altered_row_raises_the_alarm_until_it_is_sealed_anew(
    engine, clock, look, alarms
):
    """With the row, and what to do."""
    write(engine, clock)
    with engine.begin() as connection:
        connection.execute(text("UPDATE audit SET action = 'x' WHERE id = 2"))
    look()
    alarm = alarms.list_open()[0]
    assert "第 2 条" in alarm.message
    assert "wenzheng audit verify" in alarm.message
    AuditTrail(engine, clock).seal_anew("查清了")
    look()
    assert alarms.list_open() == []


def test_an_old_state_put_back_is_found_by_who_remembers(engine, clock, look, alarms):
    """Whole in itself, and still not what was there yesterday."""
    write(engine, clock)
    with engine.connect() as connection:
        old = connection.execute(text("SELECT * FROM audit_head")).mappings().one()
    write(engine, clock)
    look()
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM audit WHERE id > 3"))
        names = ("last_id", "total", "chain", "seal")
        puts = ", ".join(f"{name} = :{name}" for name in names)
        values = {name: old[name] for name in names}
        connection.execute(text(f"UPDATE audit_head SET {puts}"), values)
    look()
    assert "记下的封条" in alarms.list_open()[0].message
