"""Satisfaction, counted again by hand from generated ratings."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import text as sql
from sqlalchemy.orm import Session

from bot import MIN_CASES, RatingStore, Score, Tally
from bot.tables import (
    BureauRow,
    CitizenRow,
    ConversationRow,
    MessageRow,
    RatingRow,
    TicketRow,
)

RATINGS = 2_000


@pytest.fixture
def ratings(engine, seal, clock):
    """The store."""
    return RatingStore(engine, seal, clock)


@pytest.fixture
def generated(engine, make_officer, clock):
    """Two thousand ratings of a quarter: four bureaus, seven officers, the bot.

    Returns what was given: bureau, officer, whether a person, score, when.
    """
    chance = random.Random(20261123)
    # One of them has served next to nobody.
    officers = [make_officer(f"坐席{n}") for n in range(7)]
    weights = [1, 40, 40, 40, 40, 40, 40]
    given = []
    with Session(engine) as session, session.begin():
        bureaus = [
            BureauRow(name=f"{n}局", departments=[], regions=[], topics=[])
            for n in "甲乙丙丁"
        ]
        citizen = CitizenRow(
            channel="web", sender_hash="h", number="0001", created_at=clock()
        )
        session.add_all([*bureaus, citizen])
        session.flush()
        conversation = ConversationRow(
            citizen_id=citizen.id, focus={}, updated_at=clock()
        )
        session.add(conversation)
        session.flush()
        for _ in range(RATINGS):
            is_person = chance.random() < 0.6
            # The last bureau is rated hardly ever.
            (bureau,) = chance.choices(bureaus, [30, 30, 30, 1])
            (officer,) = chance.choices(officers, weights)
            at = clock() - timedelta(minutes=chance.randrange(90 * 24 * 60))
            row = RatingRow(
                conversation_id=conversation.id,
                bureau_id=bureau.id,
                officer_id=officer if is_person else None,
                score=chance.randint(1, 5),
                created_at=at,
                changed_at=at,
            )
            if is_person:
                ticket = TicketRow(
                    conversation_id=conversation.id,
                    state="closed",
                    reason="",
                    preview="",
                    created_at=at,
                    changed_at=at,
                )
                session.add(ticket)
                session.flush()
                row.ticket_id = ticket.id
            else:
                line = MessageRow(
                    conversation_id=conversation.id,
                    sender="bot",
                    text="",
                    created_at=at,
                )
                session.add(line)
                session.flush()
                row.message_id = line.id
            session.add(row)
            given.append((bureau.name, row.officer_id, is_person, row.score, at))
    return given


def by_hand(given, since, until):
    """Count the generated list again, with nothing of ours."""
    bureaus = {}
    for name, officer, is_person, score, at in given:
        if (since and at < since) or (until and at >= until):
            continue
        people, bot, officers = bureaus.setdefault(name, (Counter(), Counter(), {}))
        (people if is_person else bot)[score] += 1
        if officer is not None:
            officers.setdefault(officer, Counter())[score] += 1
    return bureaus


@pytest.mark.parametrize("days", [None, 30, 7])
def test_figures_equal_a_recount_by_hand(ratings, generated, clock, days):
    """Numerator, denominator, each word, each officer with thirty cases or more."""
    since = clock() - timedelta(days=days) if days else None
    expected = by_hand(generated, since, clock())
    found = ratings.count_satisfaction(since=since, until=clock())
    assert {each.bureau_name for each in found} == set(expected)
    for each in found:
        people, bot, officers = expected[each.bureau_name]
        assert dict(each.people.by_score) == dict(people)
        assert dict(each.bot.by_score) == dict(bot)
        total = people + bot
        good = total[3] + total[4] + total[5]
        assert (each.total.satisfied, each.total.rated) == (good, total.total())
        share = good / total.total() if total.total() >= MIN_CASES else None
        assert each.total.share == share
        shown = {
            o.officer_id: dict(o.tally.by_score) if o.tally else None
            for o in each.officers
        }
        assert shown == {
            id_: dict(scores) if scores.total() >= MIN_CASES else None
            for id_, scores in officers.items()
        }


def test_figures_equal_a_recount_by_sql(ratings, generated, engine):
    """Another statement, another language; difference 0."""
    statement = sql(
        "SELECT b.name, SUM(CASE WHEN r.score > 2 THEN 1 ELSE 0 END), COUNT(*) "
        "FROM ratings r JOIN bureaus b ON b.id = r.bureau_id GROUP BY b.name"
    )
    with engine.connect() as connection:
        expected = {
            name: (int(good), n) for name, good, n in connection.execute(statement)
        }
    assert sum(n for _, n in expected.values()) == RATINGS
    found = ratings.count_satisfaction()
    assert expected == {
        each.bureau_name: (each.total.satisfied, each.total.rated) for each in found
    }


def test_one_bureau_alone_is_what_it_is_among_all(ratings, generated):
    """The filter changes no figure."""
    for each in ratings.count_satisfaction():
        assert ratings.count_satisfaction(each.bureau_id) == [each]


def test_few_cases_make_no_share():
    """29 are too few, 30 are enough; the three upper words are the numerator."""
    assert Tally({Score.GOOD: MIN_CASES - 1}).share is None
    tally = Tally({Score.FAIR: 15, Score.BAD: 15})
    assert (tally.satisfied, tally.rated, tally.share) == (15, 30, 0.5)
    assert Tally().share is None


def test_no_ratings_no_bureaus(ratings):
    """An empty office."""
    assert ratings.count_satisfaction() == []
