"""Days changed in the console: every process counts with them within seconds."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine

from bot import OfficeDays, OfficeDayStore, StoreUnavailableError, Ticket, YearPlan
from handlers.assembly import assemble
from handlers.config import Settings
from handlers.office_calendar import FRESH_FOR_S, LiveCalendar

KEY = "a key of the tests, long enough to be one"
WEDNESDAY = date(2026, 11, 25)
NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)


@pytest.fixture
def days(engine: Engine, clock) -> OfficeDayStore:
    """The days as one process changes them."""
    return OfficeDayStore(engine, clock)


def test_another_process_hears_of_it_in_time(days, make_officer):
    """Not by a signal that could be lost: it asks."""
    now = [0.0]
    boss = make_officer("boss", "administrator")
    other = LiveCalendar(Settings(), days.read, lambda: now[0])
    assert other.get_calendar().is_working(NOON)
    days.set_day(WEDNESDAY, is_working=False, note="停工", changed_by=boss)
    assert other.get_calendar().is_working(NOON)
    now[0] = FRESH_FOR_S
    assert not other.get_calendar().is_working(NOON)
    assert FRESH_FOR_S <= 60
    days.reset_day(WEDNESDAY, changed_by=boss)
    other.forget()
    assert other.get_calendar().is_working(NOON)


def test_without_the_database_what_was_known_counts():
    """A promise to a citizen must not hang on it."""
    now, answers = [0.0], [OfficeDays((), ((WEDNESDAY, False),))]

    def read():
        if not answers:
            raise StoreUnavailableError
        return answers.pop()

    live = LiveCalendar(Settings(), read, lambda: now[0])
    assert not live.get_calendar().is_working(NOON)
    now[0] = 10.0
    assert not live.get_calendar().is_working(NOON)


def test_what_is_stored_comes_back_whole(days, make_officer):
    """Plans and days, on both databases; the last one of a year counts."""
    boss = make_officer("boss", "administrator")
    first = YearPlan(2027, frozenset({date(2027, 1, 1)}), frozenset())
    second = YearPlan(
        2027, frozenset({date(2026, 12, 31)}), frozenset({date(2027, 1, 9)})
    )
    for plan in (first, second):
        days.save_plan(plan, changed_by=boss)
    days.set_day(WEDNESDAY, is_working=True, note="一", changed_by=boss)
    days.set_day(WEDNESDAY, is_working=False, note="二", changed_by=boss)
    assert days.read() == OfficeDays((second,), ((WEDNESDAY, False),))
    (shown,) = days.list_days(2026)
    assert (shown.note, shown.changed_by) == ("二", "boss")
    assert days.list_days(2025) == []


def test_new_tickets_are_due_by_the_changed_day_and_old_ones_stay(
    engine, clock, make_officer, knowledge_base
):
    """What was promised to a citizen is not moved; see the page."""
    boss = make_officer("boss", "administrator")
    parts = assemble(Settings(secret_key=KEY), clock=clock)
    parts.__dict__.update(engine=engine, knowledge_base=knowledge_base)
    clock.now = datetime(2026, 11, 24, 9, 20, tzinfo=UTC)  # ten minutes before closing
    front_desk = parts.front_desk
    before = _call(front_desk, clock, "first")
    promised = parts.desk.get_ticket(before.id)
    parts.office_days.set_day(WEDNESDAY, is_working=False, note="停", changed_by=boss)
    parts.live_calendar.forget()
    after = parts.desk.get_ticket(_call(front_desk, clock, "second").id)
    assert parts.desk.get_ticket(before.id).due_dispatch_at == promised.due_dispatch_at
    assert after.due_dispatch_at > promised.due_dispatch_at


def _call(front_desk, clock, key) -> Ticket:
    """Let a citizen call for a person; returns the ticket."""
    from bot import Channel, Inbound, MessageKind, render_plain

    inbound = Inbound(
        Channel.WEB, f"sender-{key}", key, MessageKind.TEXT, "转人工", clock()
    )
    front_desk.receive(inbound, render_plain)
    return front_desk.find_open_ticket(Channel.WEB, f"sender-{key}")
