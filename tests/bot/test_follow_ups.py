"""Follow-ups: named, in time, and never closed by whoever was rated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot import (
    BureauStore,
    FollowUpClosedError,
    FollowUpNotFoundError,
    FollowUpResultError,
    FollowUpStore,
    FollowUpTakenError,
    RatedOfficerError,
    RatingStore,
    RatingTarget,
    Role,
    Score,
    check_bureau,
)
from bot.officer_rows import find_officer
from bot.tables import AuditRow, FollowUpRow, TicketRow

RESULT = "已电话核实，向市民道歉，补发了材料清单。"


@dataclass
class Office:
    """One bureau with its lead, an agent, and a supervisor above."""

    lead: int
    agent: int
    supervisor: int
    stranger: int


@pytest.fixture
def bureaus(engine, clock, make_officer):
    """Two bureaus; returns their ids."""
    store, boss = BureauStore(engine, clock), make_officer("管", Role.ADMINISTRATOR)
    for name in ("甲局", "乙局"):
        store.save(check_bureau({"name": name}), changed_by=boss)
    return [bureau.id for bureau in store.list() if bureau.name in {"甲局", "乙局"}]


@pytest.fixture
def office(make_officer, bureaus):
    """Who works there."""
    first, second = bureaus
    return Office(
        lead=make_officer("长", Role.TEAM_LEAD, first),
        agent=make_officer("席", Role.AGENT, first),
        supervisor=make_officer("督", Role.SUPERVISOR),
        stranger=make_officer("外", Role.TEAM_LEAD, second),
    )


@pytest.fixture
def officer(engine):
    """Load an officer as the views do."""

    def officer(officer_id) -> Any:
        with Session(engine) as session:
            return find_officer(session, officer_id)

    return officer


@pytest.fixture
def store(engine, clock, published):
    """The store."""
    return FollowUpStore(engine, clock, published)


@pytest.fixture
def complain(engine, seal, clock, make_citizen, desk, bureaus):
    """Let somebody be served by an officer and be dissatisfied; returns the follow-up.

    Args: who served, and the score.
    """
    ratings = RatingStore(engine, seal, clock)

    def complain(by, score=Score.BAD):
        citizen = make_citizen()
        citizen.say("转人工")
        ticket = desk.list_tickets("all", officer_id=None)[0]
        with Session(engine) as session, session.begin():
            row = session.get_one(TicketRow, ticket.id)
            row.state, row.officer_id, row.bureau_id = "closed", by, bureaus[0]
            row.closed_at = clock()
        target = RatingTarget(ticket.id)
        ratings.rate(citizen.channel, citizen.sender, target, score)
        with Session(engine) as session:
            return session.query(FollowUpRow).order_by(FollowUpRow.id.desc()).first().id

    return complain


def test_taken_and_closed_by_name(store, complain, office, officer, clock, engine):
    """Who looked after it and what was found stays."""
    id_ = complain(office.agent)
    lead = officer(office.lead)
    assert store.take(id_, officer_id=office.lead).owner_id == office.lead
    clock.move(days=1)
    closed = store.close(id_, officer_id=office.lead, result=RESULT)
    assert (closed.is_closed, closed.result, closed.closed_at) == (
        True,
        RESULT,
        clock(),
    )
    assert "长" in closed.closed_by_name
    assert [f.id for f in store.list(lead, "closed")] == [id_]
    assert store.list(lead, "open") == []
    with Session(engine) as session:
        actions = [r.action for r in session.query(AuditRow).order_by(AuditRow.id)]
    assert actions[-2:] == ["follow_up.take", "follow_up.close"]


def test_whoever_was_rated_sees_it_and_cannot_act(store, complain, office, officer):
    """Not even a team lead or a supervisor about their own work."""
    for rated in (office.lead, office.supervisor):
        id_ = complain(rated)
        assert store.may_see(id_, officer(rated))
        for act in (
            lambda i, o: store.take(i, officer_id=o),
            lambda i, o: store.close(i, officer_id=o, result=RESULT),
        ):
            with pytest.raises(RatedOfficerError):
                act(id_, rated)
        found = store.get(id_, officer(rated))
        assert (found.is_closed, found.owner_id) == (False, None)


def test_an_agent_sees_what_is_said_of_their_work_and_acts_on_nothing(
    store, complain, office, officer
):
    """Rated or not: following up is the leads' and supervisors'."""
    own, other = complain(office.agent), complain(office.lead)
    agent = officer(office.agent)
    assert [f.id for f in store.list(agent, "open")] == [own]
    assert not store.may_see(other, agent)
    for id_ in (own, other):
        with pytest.raises(FollowUpNotFoundError):
            store.take(id_, officer_id=office.agent)


def test_another_bureau_finds_nothing(store, complain, office, officer):
    """Foreign is the same as absent."""
    id_ = complain(office.agent)
    assert store.list(officer(office.stranger), "open") == []
    for wanted in (id_, 999):
        with pytest.raises(FollowUpNotFoundError):
            store.take(wanted, officer_id=office.stranger)


def test_who_has_it_keeps_it_but_a_supervisor_may_take_over(store, complain, office):
    """Leaves and illness happen; a colleague's work is not taken by the way."""
    id_ = complain(office.agent)
    store.take(id_, officer_id=office.supervisor)
    with pytest.raises(FollowUpTakenError):
        store.take(id_, officer_id=office.lead)
    other = complain(office.agent)
    store.take(other, officer_id=office.lead)
    assert store.take(other, officer_id=office.supervisor).owner_id == office.supervisor


def test_closed_only_by_who_took_it_with_a_result(store, complain, office):
    """已处理 says nothing; what is not taken is nobody's to close."""
    id_ = complain(office.agent)
    with pytest.raises(FollowUpTakenError):
        store.close(id_, officer_id=office.lead, result=RESULT)
    store.take(id_, officer_id=office.lead)
    for wrong in ("", "已处理", "长" * 1001):
        with pytest.raises(FollowUpResultError):
            store.close(id_, officer_id=office.lead, result=wrong)
    store.close(id_, officer_id=office.lead, result=RESULT)
    for again in (
        lambda: store.take(id_, officer_id=office.lead),
        lambda: store.close(id_, officer_id=office.lead, result=RESULT),
    ):
        with pytest.raises(FollowUpClosedError):
            again()


def test_overdue_ones_are_counted_and_listed(store, complain, office, officer, clock):
    """By when they are due; those closed in time are told from those that were not."""
    early, late = complain(office.agent), complain(office.agent)
    lead = officer(office.lead)
    store.take(early, officer_id=office.lead)
    store.close(early, officer_id=office.lead, result=RESULT)
    clock.move(days=8)
    assert [f.id for f in store.list(lead, "overdue")] == [late]
    counts = store.count(lead)
    assert (counts.open, counts.overdue, counts.closed) == (1, 1, 1)
    assert (counts.closed_in_time, counts.due) == (1, 2)
    assert store.get(late, lead).is_overdue(clock())


def test_numbers_in_the_result_are_masked(store, complain, office):
    """An identity number has no business in the record."""
    id_ = complain(office.agent)
    store.take(id_, officer_id=office.lead)
    result = "身份证 11010519491231002X 核对无误，电话 0599-3210521 已告知"
    closed = store.close(id_, officer_id=office.lead, result=result)
    assert "11010519491231002X" not in closed.result
    assert "0599-3210521" in closed.result


def test_nothing_deletes_a_follow_up(store):
    """There is no such method, for anybody."""
    assert not [name for name in dir(store) if "delete" in name or "remove" in name]
