"""Accounts nobody uses are closed, and the office is never left without a key."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from bot import UNUSED_FOR, OfficerCare, OfficerStore
from bot.tables import OfficerRow

DAYS = UNUSED_FOR.days


@pytest.fixture
def care(engine, clock) -> OfficerCare:
    """What looks after them."""
    return OfficerCare(engine, clock)


@pytest.fixture
def store(engine, clock) -> OfficerStore:
    """The accounts."""
    return OfficerStore(engine, clock)


def test_after_ninety_days_an_account_is_closed_with_its_sessions(
    care, store, make_officer, clock
):
    """On the day itself not yet; the trail says why."""
    make_officer("boss", "administrator")
    agent = make_officer("agent")
    before = store.get_officer(agent).session_epoch
    clock.move(days=DAYS)
    assert care.retire_unused() == []
    clock.move(seconds=1)
    assert care.retire_unused() == [agent]
    officer = store.get_officer(agent)
    assert not officer.is_active
    assert officer.session_epoch == before + 1
    assert care.retire_unused() == []


def test_the_last_administrator_stays(care, store, make_officer, clock):
    """Of two that nobody used one is left."""
    first, second = (make_officer(name, "administrator") for name in "ab")
    clock.move(days=DAYS + 1)
    assert care.retire_unused() == [first]
    assert store.get_officer(second).is_active


def test_who_logged_in_or_was_switched_on_counts_from_then(
    care, store, engine, make_officer, clock
):
    """Otherwise an account would be closed again within hours."""
    boss = make_officer("boss", "administrator")
    busy, back = make_officer("busy"), make_officer("back")
    clock.move(days=DAYS + 1)
    with Session(engine) as session, session.begin():
        session.get_one(OfficerRow, busy).last_login_at = clock()
    assert care.retire_unused() == [back]
    store.set_active(back, is_active=True, changed_by=boss)
    assert care.retire_unused() == []
    clock.move(days=DAYS + 1)
    assert set(care.retire_unused()) == {busy, back}
