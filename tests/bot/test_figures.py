"""The figures: every definition by hand, and against a second count of raw rows."""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from bot import (
    MEASURES,
    TOTAL,
    Channel,
    Count,
    Desk,
    FigureStore,
    Period,
    Scope,
    Span,
    make_custom,
    make_period,
)
from bot.tables import InboxRow, MessageRow, TicketRow
from tests.fakes import FrozenClock
from tests.figure_city import CALENDAR, FROM, NOW, make_city

#: All that was drawn.
SEASON = make_custom(date(2026, 9, 1), date(2026, 11, 20))

#: 国庆 with its make-up Saturday, a plain week, a day, a quarter.
PERIODS = (
    SEASON,
    make_period(Span.MONTH, date(2026, 10, 5)),
    make_period(Span.QUARTER, date(2026, 11, 1)),
    make_period(Span.WEEK, date(2026, 10, 1)),
    make_period(Span.DAY, date(2026, 11, 19)),
)

OFFICE = Scope()

BOT = Path(__file__).resolve().parents[2] / "bot"


def store_of(engine: Engine) -> FigureStore:
    """Count in the drawn city as of its last moment."""
    return FigureStore(engine, lambda: NOW, lambda: CALENDAR)


def compare(engine: Engine, period: Period, scope: Scope = OFFICE) -> int:
    """Count both ways; returns how many numbers were the same."""
    compared = store_of(engine).recount(period, scope)
    assert [each for each in compared if not each.is_equal] == []
    return len(compared)


def test_a_thousand_conversations_counted_twice(engine: Engine) -> None:
    """All measures, dimensions, periods: difference 0."""
    make_city(1_000).write(engine)
    assert sum(compare(engine, period) for period in PERIODS) > 1_500
    for scope in (Scope(bureau_id=1), Scope(officer_id=4), Scope(2, 5)):
        assert compare(engine, SEASON, scope) > 50
    figures = store_of(engine).count(SEASON)
    # Nothing is compared that does not occur.
    for key in MEASURES:
        count = figures.total(key)
        assert 0 < count.met < count.cases, key


@pytest.mark.drill
def test_ten_thousand_conversations_counted_twice(engine: Engine) -> None:
    """The figure of the norm: difference 0 on 10,000."""
    make_city(10_000, seed=7).write(engine)
    assert sum(compare(engine, period) for period in PERIODS) > 1_500


@pytest.mark.parametrize(
    ("table", "changes"),
    [
        (InboxRow, {"answered_at": None}),
        (TicketRow, {"due_answer_at": FROM}),
        (MessageRow, {"status": "unanswerable_no_match"}),
    ],
)
def test_the_second_count_sees_the_same_change(
    sqlite_engine: Engine, table: Any, changes: dict[str, Any]
) -> None:
    """Figures come from the rows: a changed row is a changed figure, both ways."""
    make_city(300).write(sqlite_engine)
    before = store_of(sqlite_engine).count(SEASON)
    with Session(sqlite_engine) as session, session.begin():
        session.execute(update(table).where(table.id <= 50).values(**changes))
    after = store_of(sqlite_engine).count(SEASON)
    assert after.counts != before.counts
    compare(sqlite_engine, SEASON)


def test_a_slip_in_the_figures_is_found(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison can fail."""
    make_city(300).write(sqlite_engine)
    monkeypatch.setattr("bot.figure_rounds.FIRST_REPLY_S", 179)
    compared = store_of(sqlite_engine).recount(SEASON)
    assert {each.measure for each in compared if not each.is_equal} == {"human_3min"}


@pytest.mark.parametrize("name", ["recount.py", "recount_rows.py"])
def test_the_recount_shares_no_code_with_the_figures(name: str) -> None:
    """It knows the tables and nothing else of ours."""
    tree = ast.parse((BOT / name).read_text("utf-8"))
    own = {
        node.module or "."
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level
    }
    assert own <= {"recount_rows", "."}


def test_by_day_adds_up_to_the_month(sqlite_engine: Engine) -> None:
    """Moments belong to one Beijing day, and to one only."""
    make_city(300).write(sqlite_engine)
    store = store_of(sqlite_engine)
    month = make_period(Span.MONTH, date(2026, 10, 1))
    for key in ("answer_5s", "abandoned", "bot_solved", "satisfied", "resolved"):
        days = [
            store.count(make_period(Span.DAY, date(2026, 10, day))).total(key)
            for day in range(1, 32)
        ]
        summed = Count(sum(c.met for c in days), sum(c.cases for c in days))
        assert summed == store.count(month).total(key)


def test_the_list_behind_a_number_is_that_long(sqlite_engine: Engine) -> None:
    """Every number leads to its cases, by every dimension."""
    make_city(100).write(sqlite_engine)
    store = store_of(sqlite_engine)
    for key, counts in store.count(SEASON).counts.items():
        for group, count in list(counts.items())[:3]:
            assert len(store.list_cases(key, SEASON, group=group)) == count.cases
            met = store.list_cases(key, SEASON, group=group, is_met=True)
            assert len(met) == count.met
    assert store.list_cases("answer_5s", SEASON, Scope(bureau_id=1)) == []


def test_a_round_from_the_desk(
    desk: Desk,
    engine: Engine,
    clock: FrozenClock,
    make_citizen: Callable[..., Any],
    make_officer: Callable[..., int],
) -> None:
    """What the desk writes is what the figures read."""
    officer = make_officer("李敏")
    store = FigureStore(engine, clock)
    quick, slow, gone = (make_citizen(Channel.WEB) for _ in range(3))
    for citizen in (quick, slow, gone):
        citizen.say("转人工")
    clock.move(seconds=100)
    tickets = [t.id for t in reversed(desk.list_tickets("all", officer_id=None))]
    desk.claim(tickets[0], officer_id=officer)
    desk.reply(tickets[0], officer_id=officer, text="您好", client_key="a")
    gone.say("取消")
    clock.move(seconds=100)
    desk.claim(tickets[1], officer_id=officer)
    desk.reply(tickets[1], officer_id=officer, text="您好", client_key="b")
    desk.resolve(tickets[0], officer_id=officer, reason="已答复")
    desk.reopen(tickets[0], officer_id=officer)
    clock.move(minutes=5)
    figures = store.count(make_period(Span.DAY, date(2026, 11, 20)))
    # Four rounds: in 100 s, in 200 s, called off, opened again and not answered.
    assert figures.total("human_3min") == Count(1, 4)
    assert figures.total("abandoned") == Count(1, 4)
    assert figures.total("replied") == Count(0, 2)
    assert figures.total("responded") == Count(1, 2)
    assert figures.total("resolved") == Count(0, 1)
    assert figures.volumes.by_time["10"][1] == 4
    today = make_period(Span.DAY, date(2026, 11, 20))
    assert all(each.is_equal for each in store.recount(today))


def test_periods() -> None:
    """Weeks begin on Monday; a quarter has three months; before each lies another."""
    day = date(2026, 11, 22)
    assert make_period(Span.WEEK, day).first == date(2026, 11, 16)
    assert make_period(Span.MONTH, date(2026, 12, 5)).last == date(2026, 12, 31)
    quarter = make_period(Span.QUARTER, day)
    assert (quarter.first, quarter.last) == (date(2026, 10, 1), date(2026, 12, 31))
    assert quarter.previous().first == date(2026, 7, 1)
    assert make_period(Span.QUARTER, date(2026, 2, 1)).previous().label == (
        "2025 年第 4 季度"
    )
    custom = make_custom(date(2026, 11, 10), date(2026, 11, 1))
    assert custom.previous() == make_custom(date(2026, 10, 22), date(2026, 10, 31))
    assert make_period(Span.DAY, day).week_before() == Period(
        Span.DAY, date(2026, 11, 15), date(2026, 11, 15)
    )
    assert quarter.week_before() is None
    assert custom.since == datetime.fromisoformat("2026-11-01T00:00+08:00")
    with pytest.raises(ValueError, match="days"):
        make_custom(day, day + timedelta(days=400))


@pytest.mark.parametrize(("cases", "share"), [(29, None), (30, 0.5)])
def test_few_cases_make_no_share(cases: int, share: float | None) -> None:
    """Thirty do, and a share is never without its two numbers."""
    assert Count(15, cases).share == share
    measure = MEASURES["human_3min"]
    assert measure.is_reached(Count(15, cases)) is (None if share is None else False)


def test_a_ceiling_is_reached_from_below() -> None:
    """Who gave up: fewer are better."""
    assert MEASURES["abandoned"].is_reached(Count(1, 100)) is True
    assert MEASURES["abandoned"].is_reached(Count(6, 100)) is False
    assert MEASURES["bot_solved"].is_reached(Count(6, 100)) is None


def test_an_empty_office(sqlite_engine: Engine) -> None:
    """Nothing asked, nothing counted, nothing breaks."""
    report = store_of(sqlite_engine).report(PERIODS[1])
    assert all(TOTAL not in counts for counts in report.now.counts.values())
    assert report.now.total("human_3min") == Count(0, 0)
