"""Ratings on real databases: who may, once, for a day, and what a low one opens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import (
    Channel,
    NotRatableError,
    RatingFilter,
    RatingStore,
    RatingTarget,
    Role,
    Score,
)
from bot.officer_rows import find_officer
from bot.tables import AuditRow, FollowUpRow, RatingRow, TicketEventRow


@pytest.fixture
def li(make_officer):
    """Who serves."""
    return make_officer("李敏")


@pytest.fixture
def ratings(engine, seal, clock, published):
    """The store."""
    return RatingStore(engine, seal, clock, published)


@pytest.fixture
def serve(make_citizen, desk, li):
    """Let somebody be served by a person to the end; returns citizen and ticket."""

    def serve(channel=Channel.WEB, citizen=None):
        citizen = citizen or make_citizen(channel)
        citizen.say("转人工")
        ticket = desk.list_tickets("all", officer_id=None)[0]
        desk.claim(ticket.id, officer_id=li)
        desk.reply(
            ticket.id, officer_id=li, text="请到二楼。", client_key=str(ticket.id)
        )
        return citizen, desk.resolve(ticket.id, officer_id=li, reason="已答复")

    return serve


@pytest.fixture
def rows(engine):
    """Read all rows of a table."""

    def rows(table):
        with Session(engine) as session:
            return list(session.scalars(select(table).order_by(table.id)))

    return rows


@pytest.fixture
def rate(ratings):
    """Rate a hand-over as its citizen."""

    def rate(citizen, ticket, score, **more):
        target = RatingTarget(ticket_id=ticket.id)
        return ratings.rate(citizen.channel, citizen.sender, target, score, **more)

    return rate


def offers_of(ratings, citizen):
    """What a citizen may rate or has rated, by line."""
    return ratings.list_offers(citizen.channel, citizen.sender)


def test_a_hand_over_is_offered_once_it_is_over(ratings, make_citizen, desk, li):
    """Not while it waits, not while somebody serves; then at its last line."""
    citizen = make_citizen()
    citizen.say("转人工")
    ticket = desk.list_tickets("all", officer_id=None)[0]
    assert offers_of(ratings, citizen) == {}
    desk.claim(ticket.id, officer_id=li)
    assert offers_of(ratings, citizen) == {}
    desk.close(ticket.id, officer_id=li)
    desk.note(ticket.id, officer_id=li, text="备注", client_key="n")
    (line, offer), *rest = offers_of(ratings, citizen).items()
    assert (rest, offer.target, offer.score) == ([], RatingTarget(ticket.id), None)
    assert line == citizen.lines()[-1].id


def test_what_was_called_off_before_anybody_came_is_not_rated(ratings, citizen):
    """Nobody did anything yet."""
    citizen.say("转人工")
    citizen.say("取消人工")
    assert offers_of(ratings, citizen) == {}


def test_answers_are_offered_and_greetings_are_not(ratings, citizen):
    """What the bot stands for: an answer with its source."""
    citizen.say("你好")
    citizen.say("高龄津贴怎么领")
    (line,) = offers_of(ratings, citizen)
    assert line == citizen.lines()[-1].id


def test_rated_once_and_changed_within_a_day(ratings, serve, rate, rows, clock):
    """One row whatever is pressed; after a day it stands."""
    citizen, ticket = serve()
    rate(citizen, ticket, Score.GOOD)
    clock.move(hours=23)
    rate(citizen, ticket, Score.VERY_GOOD)
    (row,) = rows(RatingRow)
    assert (row.score, row.changed_at - row.created_at) == (5, timedelta(hours=23))
    clock.move(hours=2)
    with pytest.raises(NotRatableError):
        rate(citizen, ticket, Score.BAD)
    (offer,) = offers_of(ratings, citizen).values()
    assert (offer.score, offer.is_open) == (Score.VERY_GOOD, False)


def test_first_rating_is_too_late_after_a_week(ratings, serve, rate, clock):
    """On the page; the offer is gone then."""
    citizen, ticket = serve()
    clock.move(days=7, seconds=1)
    assert offers_of(ratings, citizen) == {}
    with pytest.raises(NotRatableError):
        rate(citizen, ticket, Score.GOOD)


def test_nobody_rates_what_is_not_theirs(ratings, serve, rate, rows, make_citizen):
    """Neither another's hand-over, nor another's answer, nor one there is not."""
    citizen, ticket = serve()
    citizen.say("高龄津贴怎么领")
    (_, answer) = sorted(offers_of(ratings, citizen))
    other = make_citizen()
    other.say("你好")
    stranger = make_citizen()
    for who in (other, stranger):
        for target in (RatingTarget(ticket.id), RatingTarget(None, answer)):
            with pytest.raises(NotRatableError):
                ratings.rate(who.channel, who.sender, target, Score.BAD)
    with pytest.raises(NotRatableError):
        ratings.rate(Channel.WECHAT, citizen.sender, RatingTarget(ticket.id), Score.BAD)
    assert rows(RatingRow) == []


def test_low_rating_opens_one_follow_up_due_in_five_working_days(
    serve, rate, rows, published
):
    """From Friday 20 November: Friday 27, with that day's business."""
    citizen, ticket = serve()
    rate(citizen, ticket, Score.BAD, comment="等了一个小时，电话 13812345678")
    rate(citizen, ticket, Score.VERY_BAD)
    (follow_up,), (rating,) = rows(FollowUpRow), rows(RatingRow)
    assert follow_up.state == "open"
    assert follow_up.due_at == datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
    assert rating.comment == "等了一个小时，电话 138****5678"
    assert (rating.bureau_id, rating.officer_id) == (
        ticket.bureau_id,
        ticket.officer_id,
    )
    assert published.names().count("rating") == 2


def test_due_in_an_unknown_year_is_a_week(serve, rate, rows, clock):
    """That holidays are not known stops no citizen."""
    clock.now = datetime(2093, 3, 4, 2, 0, tzinfo=UTC)
    citizen, ticket = serve()
    rate(citizen, ticket, Score.BAD)
    (follow_up,) = rows(FollowUpRow)
    assert follow_up.due_at - clock() == timedelta(days=7)


def test_raising_the_score_keeps_the_follow_up_and_is_noted(serve, rate, rows):
    """In the ticket's history and in the audit trail, with what it was."""
    citizen, ticket = serve()
    rate(citizen, ticket, Score.BAD, comment="太慢")
    rate(citizen, ticket, Score.GOOD, comment="这句不记")
    (follow_up,), (rating,) = rows(FollowUpRow), rows(RatingRow)
    assert (follow_up.state, rating.comment) == ("open", "太慢")
    events = [e.detail for e in rows(TicketEventRow) if e.action == "rated"]
    assert [(e["score"], e.get("was")) for e in events] == [(2, None), (4, 2)]
    noted = [(r.action, r.detail) for r in rows(AuditRow) if "rating" in r.action]
    assert noted == [("rating.given", "2"), ("rating.changed", "2 → 4")]


def test_satisfied_again_opens_nothing(serve, rate, rows):
    """The three upper words are no 差评."""
    for score in (Score.VERY_GOOD, Score.GOOD, Score.FAIR):
        rate(*serve(), score)
    assert rows(FollowUpRow) == []


def test_answers_of_the_bot_are_rated_for_the_bureau_they_come_from(
    ratings, citizen, rows
):
    """The rated person is nobody; the follow-up is somebody's all the same."""
    citizen.say("高龄津贴怎么领")
    (line,) = offers_of(ratings, citizen)
    target = RatingTarget(message_id=line)
    ratings.rate(citizen.channel, citizen.sender, target, Score.VERY_BAD)
    (rating,), (follow_up,) = rows(RatingRow), rows(FollowUpRow)
    assert (rating.message_id, rating.ticket_id, rating.officer_id) == (
        line,
        None,
        None,
    )
    assert rating.bureau_id is not None
    assert follow_up.bureau_id == rating.bureau_id


def test_served_anew_it_may_be_changed_anew(ratings, serve, rate, desk, li, clock):
    """Whoever says 还没解决 is asked again at the new end, not at the old one."""
    citizen, ticket = serve()
    rate(citizen, ticket, Score.BAD)
    clock.move(days=2)
    citizen.say("还没解决")
    assert all(not o.is_open for o in offers_of(ratings, citizen).values())
    desk.claim(ticket.id, officer_id=li)
    desk.close(ticket.id, officer_id=li)
    (line,) = offers_of(ratings, citizen)
    assert line == citizen.lines()[-1].id
    assert rate(citizen, ticket, Score.GOOD).score is Score.GOOD


def test_forgetting_erases_words_and_ends_follow_ups_but_no_figure(
    ratings, serve, rate, rows, citizen
):
    """Comment and answer are gone, and so is who could be called."""
    served, ticket = serve()
    rate(served, ticket, Score.BAD, comment="太慢了")
    citizen.say("高龄津贴怎么领")
    (line,) = offers_of(ratings, citizen)
    ratings.rate(citizen.channel, citizen.sender, RatingTarget(None, line), Score.GOOD)
    before = ratings.count_satisfaction()
    for who in (served, citizen):
        who.front_desk.forget(who.channel, who.sender)
    assert ratings.count_satisfaction() == before
    assert [(r.comment, r.message_id) for r in rows(RatingRow)] == [("", None)] * 2
    (follow_up,) = rows(FollowUpRow)
    assert (follow_up.state, follow_up.result) == ("closed", "市民已删除记录")
    with pytest.raises(NotRatableError):
        rate(served, ticket, Score.GOOD)


def test_each_sees_what_they_answer_for(ratings, serve, rate, engine, make_officer, li):
    """Supervisors all, leads their bureau's, agents what was said of their own work."""
    citizen, ticket = serve()
    rate(citizen, ticket, Score.GOOD)
    bureau = ticket.bureau_id
    seen = {
        make_officer("督", Role.SUPERVISOR): 1,
        make_officer("长", Role.TEAM_LEAD, bureau): 1,
        make_officer("席", Role.AGENT, bureau): 0,
        make_officer("编", Role.EDITOR): 0,
        make_officer("审", Role.AUDITOR): 0,
        li: 1,
    }
    for officer_id, count in seen.items():
        with Session(engine) as session:
            officer = find_officer(session, officer_id, is_small_office=False)
        assert len(ratings.list(officer, RatingFilter())) == count, officer.role


def test_the_list_is_filtered(ratings, serve, rate, engine, make_officer, clock):
    """By score and by when it was given, newest first."""
    for score in (Score.GOOD, Score.BAD):
        rate(*serve(), score)
        clock.move(days=1)
    with Session(engine) as session:
        officer = find_officer(session, make_officer("督", Role.SUPERVISOR))

    def scores(**wanted):
        return [r.score for r in ratings.list(officer, RatingFilter(**wanted))]

    assert scores() == [Score.BAD, Score.GOOD]
    assert scores(score=Score.GOOD) == [Score.GOOD]
    assert scores(since=clock() - timedelta(days=1)) == [Score.BAD]
    assert scores(until=clock() - timedelta(days=1)) == [Score.GOOD]
    assert scores(bureau_id=999) == []


def test_two_presses_at_once_are_one_rating(serve, rate, rows):
    """Two tabs, two threads: the lock of the conversation orders them."""
    from concurrent.futures import ThreadPoolExecutor

    citizen, ticket = serve()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda s: rate(citizen, ticket, s), [Score.BAD, Score.GOOD] * 4))
    assert len(rows(RatingRow)) == len(rows(FollowUpRow)) == 1
