"""Reviews, votes, drafts and gaps on both databases; the pure parts without one."""

from __future__ import annotations

import time
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy.orm import Session

from bot import (
    AlreadyReviewedError,
    AnswerStatus,
    Appeal,
    AppealClosedError,
    Asked,
    DraftClosedError,
    DraftFieldError,
    DraftNotFoundError,
    DraftState,
    ExamSource,
    LabelledQuestion,
    Learning,
    OwnChatError,
    ReviewFieldError,
    ReviewNotFoundError,
    ReviewReason,
    Role,
    check_draft,
    check_sheet,
    draw,
)
from bot.draft import prefill
from bot.exam import settle
from bot.gap import cluster
from bot.officer_rows import find_officer
from bot.tables import RatingRow, TicketRow

GIVEN = {"right": "5", "complete": "5", "polite": "5", "on_time": "5"}
GOOD = check_sheet(GIVEN)


@pytest.fixture
def learning(engine, clock):
    """The stores."""
    return Learning(engine, clock)


@pytest.fixture
def bureaus(make_bureau):
    """Two bureaus."""
    return make_bureau("甲局", is_default=True), make_bureau("乙局")


@pytest.fixture
def people(make_officer, bureaus):
    """Who works there, by what they are."""
    first, second = bureaus
    return {
        "agent": make_officer("席", Role.AGENT, first),
        "lead": make_officer("长", Role.TEAM_LEAD, first),
        "super": make_officer("督", Role.SUPERVISOR),
        "second": make_officer("办", Role.SUPERVISOR),
        "other": make_officer("外", Role.TEAM_LEAD, second),
        "editor": make_officer("编", Role.EDITOR),
    }


@pytest.fixture
def load(engine):
    """Load an officer as the views do."""

    def load(officer_id):
        with Session(engine) as session:
            return find_officer(session, officer_id)

    return load


@pytest.fixture
def serve(engine, clock, make_citizen, desk, bureaus, people):
    """Make a served chat of the first bureau; ``how`` are columns of its ticket."""

    def serve(**how):
        citizen = make_citizen()
        citizen.say("转人工")
        ticket = desk.list_tickets("all", officer_id=None)[0]
        with Session(engine) as session, session.begin():
            row = session.get_one(TicketRow, ticket.id)
            row.state, row.officer_id = "resolved", people["agent"]
            row.bureau_id, row.resolved_at = bureaus[0], clock()
            for name, value in how.items():
                setattr(row, name, value)
        return ticket.id

    return serve


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"right": ""}, "right"),
        ({"polite": "6"}, "polite"),
        ({"polite": "-1"}, "polite"),
        ({"on_time": "٣"}, "on_time"),
        ({"right": "2"}, "comment"),
        ({"comment": "x" * 501}, "comment"),
    ],
)
def test_a_sheet_is_whole_or_refused(changes, field):
    """Each point from 0 to 5, a low one explained."""
    with pytest.raises(ReviewFieldError) as caught:
        check_sheet(GIVEN | changes)
    assert caught.value.field == field


def test_a_draw_can_be_drawn_again():
    """The same seed takes the same; another one another; every id may come."""
    ids = list(range(1, 1001))
    drawn = draw(ids, 200, "2026-11/a")
    assert drawn == draw(reversed(ids), 200, "2026-11/a")
    assert len(set(drawn)) == 200
    assert drawn != draw(ids, 200, "2026-11/b")
    assert sorted(draw(ids[:5], 200, "x")) == ids[:5]
    seen = {id_ for seed in range(60) for id_ in draw(ids, 200, str(seed))}
    assert seen == set(ids)


def test_the_queue_by_reason_and_bureau(learning, serve, people, load, engine, clock):
    """Complaints and low ratings come by themselves; a foreign lead sees none."""
    plain, complaint, rated = serve(), serve(kind="complaint"), serve()
    with Session(engine) as session, session.begin():
        ticket = session.get_one(TicketRow, rated)
        session.add(
            RatingRow(
                conversation_id=ticket.conversation_id,
                ticket_id=rated,
                score=2,
                created_at=clock(),
                changed_at=clock(),
            )
        )
    reviews, lead = learning.reviews, load(people["lead"])
    found = {r: [t.id for t in reviews.list_queue(lead, r)] for r in ReviewReason}
    assert found[ReviewReason.ESCALATED] == [complaint]
    assert found[ReviewReason.NEGATIVE] == [rated]
    assert reviews.pick(plain, officer_id=people["lead"])
    assert not reviews.pick(plain, officer_id=people["super"])
    assert [t.id for t in reviews.list_queue(lead, ReviewReason.PICKED)] == [plain]
    counts = reviews.count_queue(lead)
    assert counts == {r: 0 if r == ReviewReason.SAMPLED else 1 for r in ReviewReason}
    assert sum(reviews.count_queue(load(people["other"])).values()) == 0
    assert sum(reviews.count_queue(load(people["agent"])).values()) == 0
    quiet = Learning(engine, clock, escalated_after=()).reviews
    assert quiet.list_queue(lead, ReviewReason.ESCALATED) == []


def test_who_reviews_what_and_how_often(learning, serve, people, desk, make_citizen):
    """Not one's own, not another bureau's, not twice, not an open chat."""
    id_, reviews = serve(), learning.reviews
    with pytest.raises(OwnChatError):
        reviews.save(id_, GOOD, officer_id=people["agent"])
    for who in ("other", "editor"):
        with pytest.raises(ReviewNotFoundError):
            reviews.save(id_, GOOD, officer_id=people[who])
    first = reviews.save(id_, GOOD, officer_id=people["super"])
    for who in ("super", "lead"):
        with pytest.raises(AlreadyReviewedError):
            reviews.save(id_, GOOD, officer_id=people[who])
    second = reviews.save(id_, GOOD, officer_id=people["second"])
    assert (first.is_second_opinion, second.is_second_opinion) == (False, True)
    make_citizen().say("转人工")
    still_open = desk.list_tickets("all", officer_id=None)[0].id
    with pytest.raises(ReviewNotFoundError):
        reviews.save(still_open, GOOD, officer_id=people["super"])


def test_what_counts_in_figures(learning, serve, people, load, clock):
    """The second opinion, and nothing once an appeal was upheld."""
    id_, reviews = serve(), learning.reviews
    span = {"since": clock() - timedelta(1), "until": clock() + timedelta(1)}
    boss = load(people["super"])
    reviews.save(id_, GOOD, officer_id=people["lead"])
    second = reviews.save(id_, GOOD, officer_id=people["super"])
    assert [r.id for r in reviews.list_counting(boss, **span)] == [second.id]
    reviews.appeal(id_, "复核说的不是事实", officer_id=people["agent"])
    for who in ("lead", "super"):
        with pytest.raises(OwnChatError):
            reviews.decide(id_, is_upheld=True, word="同意", officer_id=people[who])
    done = reviews.decide(id_, is_upheld=True, word="同意", officer_id=people["second"])
    assert done.appeal is Appeal.UPHELD
    assert (done.appeal_text, done.appeal_word[-3:]) == ("复核说的不是事实", "：同意")
    assert reviews.list_counting(boss, **span) == []


def test_an_appeal_in_time_and_once(learning, serve, people, clock):
    """Seven days; by the agent alone; a refusal stays."""
    early, late, reviews = serve(), serve(), learning.reviews
    for id_ in (early, late):
        reviews.save(id_, GOOD, officer_id=people["super"])
    clock.move(days=7)
    with pytest.raises(ReviewNotFoundError):
        reviews.appeal(early, "不是我的会话", officer_id=people["lead"])
    reviews.appeal(early, "不同意这份质检", officer_id=people["agent"])
    reviews.decide(early, is_upheld=False, word="维持", officer_id=people["lead"])
    with pytest.raises(AppealClosedError):
        reviews.appeal(early, "还是不同意这份", officer_id=people["agent"])
    with pytest.raises(AppealClosedError):
        reviews.decide(early, is_upheld=True, word="改了", officer_id=people["lead"])
    clock.move(seconds=1)
    with pytest.raises(AppealClosedError):
        reviews.appeal(late, "不同意这份质检", officer_id=people["agent"])


def test_a_month_is_drawn_whole_and_once(learning, serve, people, load, clock):
    """Only chats that ended in the month; a picked one joins the sample."""
    ids, reviews, boss = (
        [serve() for _ in range(5)],
        learning.reviews,
        load(people["super"]),
    )
    reviews.pick(ids[0], officer_id=people["lead"])
    drawn = reviews.draw_month(2026, 11, officer=boss, count=200)
    assert (drawn.served, drawn.drawn) == (5, 5)
    queue = reviews.list_queue(boss, ReviewReason.SAMPLED)
    assert {t.id for t in queue} == set(ids)
    assert reviews.draw_month(2026, 12, officer=boss).served == 0
    again = reviews.draw_month(2026, 11, officer=boss, count=200, seed=drawn.seed)
    assert again == drawn


def test_drafts_belong_to_their_authors(learning, people, load):
    """Colleagues find nothing; who writes knowledge decides, once."""
    drafts = learning.drafts
    form = check_draft({"question": "断缴  能补吗", "answer": "能，打 13812345678"})
    assert form.question == "断缴 能补吗"
    id_ = drafts.add(form, officer_id=people["agent"]).id
    for who in ("lead", "super", "other"):
        with pytest.raises(DraftNotFoundError):
            drafts.get(id_, load(people[who]))
    with pytest.raises(DraftNotFoundError):
        drafts.settle(id_, DraftState.TAKEN, "", officer_id=people["agent"])
    with pytest.raises(DraftFieldError):
        drafts.settle(id_, DraftState.REFUSED, " ", officer_id=people["editor"])
    drafts.settle(id_, DraftState.TAKEN, "", officer_id=people["editor"])
    with pytest.raises(DraftClosedError):
        drafts.change(id_, form, officer_id=people["agent"])
    assert drafts.count(load(people["agent"]))[DraftState.TAKEN] == 1
    assert drafts.export([id_], officer_id=people["other"]) == []


def test_a_draft_of_a_chat_asks_what_was_asked():
    """Not the call for a person; personal data masked."""
    form = prefill(["转人工", "我 13812345678 断缴了"], [" 能补 ", ""], ["甲", "甲"])
    assert form.question == "我 138****5678 断缴了"
    assert (form.answer, form.basis) == ("能补", "甲")


def _asked(text, at, status=AnswerStatus.UNANSWERABLE_NO_MATCH):
    return Asked(text, status, at)


def test_alike_questions_are_one_gap(clock):
    """Word order and asking words do not matter; another matter does."""
    now = clock()
    asked = [
        _asked("医保断缴怎么补缴", now - timedelta(days=10)),
        _asked("请问医保断缴如何补缴？", now),
        _asked("公园几点关门", now - timedelta(days=2)),
        _asked("医保断缴怎么补缴", now - timedelta(days=1)),
    ]
    gaps = cluster(asked, now=now)
    assert [(g.question, g.count) for g in gaps] == [
        ("医保断缴怎么补缴", 3),
        ("公园几点关门", 1),
    ]
    assert (gaps[0].recent, gaps[0].before, gaps[0].trend) == (2, 1, 1)
    assert gaps[0].first_at == now - timedelta(days=10)
    assert [e.text for e in gaps[0].examples] == [
        "请问医保断缴如何补缴？",
        "医保断缴怎么补缴",
    ]
    assert cluster(reversed(asked), now=now) == gaps


def test_ten_thousand_questions_are_fast(clock):
    """Deterministic, and quick enough for a page."""
    random, now = Random(5), clock()
    things = ["医保", "社保", "公积金", "户口", "驾照", "房产证", "营业执照", "低保"]
    things += ["居住证", "老年卡", "护照", "结婚证", "准生证", "残疾证", "学籍", "档案"]
    verbs = ["办理", "补办", "转移", "注销", "查询", "继承", "更换", "提取", "缴费"]
    tails = [
        "要带什么材料",
        "多久能好",
        "在哪里",
        "多少钱",
        "外地人可以吗",
        "网上行不行",
    ]
    asked = [
        _asked(
            "".join(random.choice(words) for words in (things, verbs, tails))
            + random.choice(["", "急", "谢谢", str(random.randrange(999))]),
            now - timedelta(minutes=n),
        )
        for n in range(10_000)
    ]
    started = time.perf_counter()
    gaps = cluster(asked, now=now)
    took = time.perf_counter() - started
    assert sum(gap.count for gap in gaps) == 10_000
    assert took < 10, f"{took:.1f} s"


def test_an_exam_question_has_one_label():
    """A vote outranks a ticket; two voices that disagree say nothing."""
    vote, ticket = ExamSource.VOTE, ExamSource.TICKET
    given = [
        LabelledQuestion("甲怎么办", "e1", vote),
        LabelledQuestion("甲怎么办", "e2", ticket),
        LabelledQuestion("乙怎么办", "e1", ticket),
        LabelledQuestion("乙怎么办", "e2", ticket),
    ]
    assert settle(given) == [given[0]]
