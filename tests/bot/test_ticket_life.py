"""Thousands of random acts of citizens and officers: what must hold after each."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import (
    AlreadyClaimedError,
    AnswerStatus,
    Channel,
    EntryRelation,
    ForeignTicketError,
    IllegalMoveError,
    NotHolderError,
    Sender,
    TicketFieldError,
    TicketKind,
    TicketState,
    Urgency,
    WarningStore,
)
from bot.handoff import MOVES
from bot.tables import MessageRow, TicketEventRow, TicketRow

ACTS = 2_000

#: On PostgreSQL each costs three times as much, and teaches nothing new.
FEWER_ACTS = 500
REFUSALS = (
    AlreadyClaimedError,
    ForeignTicketError,
    IllegalMoveError,
    NotHolderError,
    TicketFieldError,
)
OPEN = {"waiting", "claimed", "waiting_citizen"}
HELD = {"claimed", "waiting_citizen"}
SAID = (
    "转人工",
    "转人工",
    "我要投诉医保窗口态度差",
    "家里停水了，转人工",
    "我不想活了",
    "留言",
    "取消人工",
    "还没解决",
    "在吗",
    "高龄津贴申领要带什么",
    "居住证申领要带什么",
    "量子飞船",
)

#: What each event makes of a ticket, told from the action alone.
STATE_AFTER = {
    "opened": "waiting",
    "claimed": "claimed",
    "assigned": "claimed",
    "transfer_accepted": "claimed",
    "citizen_wrote": "claimed",
    "first_reply": "waiting_citizen",
    "replied": "waiting_citizen",
    "released": "waiting",
    "reopened": "waiting",
    "resolved": "resolved",
    "closed": "closed",
}


_ROWS = select(*TicketRow.__table__.columns)


class World:
    """A city in which everybody acts at random."""

    def __init__(self, engine, desk, warnings, clock, citizens, officers, bureaus):
        self.engine, self.desk, self.warnings = engine, desk, warnings
        self.clock, self.citizens = clock, citizens
        self.officers, self.bureaus = officers, bureaus
        self.random = random.Random(20261120)
        self.done, self.refused = Counter(), Counter()
        self.last_line, self.tickets = 0, 0
        self.keys = 0

    def act(self):
        """Let somebody do something; what is refused is refused whole."""
        name, act = self.random.choice(self._acts())
        try:
            act()
            self.done[name] += 1
        except REFUSALS:
            self.refused[name] += 1

    def _acts(self):
        desk, pick = self.desk, self.random.choice
        bureau, ticket = pick(self.bureaus), self._pick_ticket()
        officer = self._pick_officer(ticket)
        self.keys += 1
        say = ("say", lambda: pick(self.citizens).say(pick(SAID)))
        time = [("wait", self._wait), ("tend", desk.tend), ("warn", self._warn)]
        take = ("next", lambda: desk.claim_next(officer_id=officer))
        if ticket is None:
            return [say, take, *time]
        id_, who = ticket.id, {"officer_id": officer}
        holder = {"officer_id": ticket.officer_id or officer}
        said = {"text": "您好", "client_key": f"k{self.keys}"}
        later = self.clock() + timedelta(minutes=self.random.randint(-5, 300))
        acts = {
            "claim": lambda: desk.claim(id_, **who),
            "reply": lambda: desk.reply(id_, **holder, **said),
            "answer": lambda: desk.reply(id_, **holder, **said),
            "note": lambda: desk.note(id_, **who, **said),
            "release": lambda: desk.release(id_, **pick([who, holder])),
            "assign": lambda: desk.assign(id_, self._pick_officer(ticket), **who),
            "offer": lambda: desk.offer_transfer(id_, bureau, **holder, word="请接"),
            "offer2": lambda: desk.offer_transfer(id_, bureau, **holder, word="请接"),
            "accept": lambda: desk.accept_transfer(id_, **who),
            "take": lambda: desk.accept_transfer(id_, **who),
            "refuse": lambda: desk.refuse_transfer(id_, **who, word="不接"),
            "withdraw": lambda: desk.withdraw_transfer(id_, **holder),
            "snooze": lambda: desk.snooze(id_, later, **holder),
            "wake": lambda: desk.wake(id_, **holder),
            "resolve": lambda: desk.resolve(id_, **pick([who, holder]), reason="好了"),
            "close": lambda: desk.close(id_, **holder),
            "reopen": lambda: desk.reopen(id_, **who),
            "again": lambda: desk.reopen(id_, **holder),
            "kind": lambda: desk.set_kind(id_, pick(list(TicketKind)), **who),
            "urgency": lambda: desk.set_urgency(id_, pick(list(Urgency)), **who),
            "secret": lambda: desk.set_confidential(id_, pick([True, False]), **who),
            "link": lambda: desk.link_entry(
                id_, "e-1", pick(list(EntryRelation)), title="落户", **who
            ),
        }
        return [say] * 6 + [take] * 3 + time + list(acts.items())

    def _pick_officer(self, ticket):
        """Return somebody: of the ticket's bureaus more often than not."""
        near = [
            officer
            for officer, bureau in self.officers.items()
            if ticket is None or bureau in {ticket.bureau_id, ticket.offered_to_id}
        ]
        everybody = list(self.officers)
        return self.random.choice(self.random.choice([near, near, everybody]))

    def _pick_ticket(self):
        tab = self.random.choice(["bureau", "bureau", "offered", "resolved"])
        tickets = self.desk.list_tickets(tab, officer_id=None, limit=12)
        return self.random.choice(tickets) if tickets else None

    def _wait(self):
        self.clock.move(minutes=self.random.choice([0.5, 1, 3, 20, 60, 600]))

    def _warn(self):
        self.warnings.mark(self.warnings.find_due(self.clock()))

    def read(self):
        """Return all tickets' rows by id."""
        with self.engine.connect() as connection:
            return {row.id: row for row in connection.execute(_ROWS)}

    def read_new_lines(self):
        """Return the lines that came since the last look."""
        with Session(self.engine) as session:
            lines = session.scalars(
                select(MessageRow)
                .where(MessageRow.id > self.last_line)
                .order_by(MessageRow.id)
            ).all()
        self.last_line = max([self.last_line, *(line.id for line in lines)])
        return lines


@pytest.fixture
def world(engine, desk, clock, make_citizen, make_bureau, make_officer):
    """Three bureaus with two agents and a lead each, a supervisor, six citizens."""
    bureaus = [
        make_bureau("医保局", topics=["医保"]),
        make_bureau("水务局", topics=["停水", "水管"]),
        make_bureau("综合", is_default=True),
    ]
    officers = {
        make_officer(f"{role}-{bureau}-{n}", role=role, bureau_id=bureau): bureau
        for bureau in bureaus
        for n, role in enumerate(("agent", "agent", "team_lead"))
    }
    officers[make_officer("督办", role="supervisor")] = None
    channels = [Channel.WEB, Channel.WECHAT] * 3
    citizens = [make_citizen(channel) for channel in channels]
    warnings = WarningStore(engine, clock)
    return World(engine, desk, warnings, clock, citizens, officers, bureaus)


def check_rows(world, before, after):
    """What holds of every ticket, whatever was done."""
    assert before.keys() <= after.keys(), "a ticket was lost"
    open_in = Counter(r.conversation_id for r in after.values() if r.state in OPEN)
    assert max(open_in.values(), default=0) <= 1
    for row in after.values():
        assert row.bureau_id in world.bureaus
        due = (row.due_first_reply_at, row.due_dispatch_at, row.due_answer_at)
        assert None not in due
        assert (row.officer_id is not None) or row.state not in HELD
        assert row.offered_to_id != row.bureau_id
        if row.state not in OPEN:
            assert (row.offered_to_id, row.snoozed_until) == (None, None)
        was = before.get(row.id)
        # One act moves a ticket once, but for a citizen who is heard and then raises.
        if was is not None and was.state != row.state:
            assert TicketState(row.state) in MOVES[TicketState(was.state)]


def check_silence(before, after, lines):
    """Where a person has the chat before and after, the bot has said nothing."""
    held = {
        row.conversation_id
        for row in after.values()
        if row.state in HELD and row.id in before and before[row.id].state in HELD
    }
    for line in lines:
        if line.sender == Sender.BOT and line.conversation_id in held:
            assert line.status == AnswerStatus.HANDOFF_CRISIS


def check_history(world):
    """The events, read alone, lead to what the rows say."""
    with Session(world.engine) as session:
        told = {}
        for event in session.scalars(
            select(TicketEventRow).order_by(TicketEventRow.id)
        ):
            told.setdefault(event.ticket_id, []).append(event)
        rows = {row.id: row for row in session.scalars(select(TicketRow))}
        replies = session.execute(
            select(MessageRow.ticket_id, MessageRow.created_at).where(
                MessageRow.sender == Sender.OFFICER
            )
        ).all()
    assert told.keys() == rows.keys()
    for ticket_id, row in rows.items():
        replay(told[ticket_id], row)
        began = [e.at for e in told[ticket_id] if e.action in {"opened", "reopened"}]
        of_round = [at for id_, at in replies if id_ == ticket_id and at > began[-1]]
        if row.first_reply_at is None:
            assert not of_round
        else:
            assert row.first_reply_at <= min(of_round, default=row.first_reply_at)


def replay(events, row):
    """Tell state, holder and bureau from the actions alone, and compare."""
    state, holder, bureau = None, None, None
    for event in events:
        to = STATE_AFTER.get(event.action, state)
        if state is not None and to != state:
            assert TicketState(to) in MOVES[TicketState(state)]
        if event.action in {"claimed", "transfer_accepted"}:
            holder = event.officer_id
        elif event.action == "assigned":
            holder = event.detail["holder"]
        elif event.action in {"released", "reopened"}:
            holder = None
        state, bureau = to, event.detail["bureau"]
        assert (event.detail["state"], event.detail["holder"]) == (state, holder)
    assert (state, holder, bureau) == (row.state, row.officer_id, row.bureau_id)


def test_whatever_happens_no_ticket_is_lost_and_no_person_talked_over(world):
    """2,000 acts, and what must hold after each."""
    is_long = world.engine.dialect.name == "sqlite"
    before = world.read()
    for n in range(ACTS if is_long else FEWER_ACTS):
        world.act()
        after = world.read()
        check_rows(world, before, after)
        check_silence(before, after, world.read_new_lines())
        before = after
        if n % 250 == 249:
            check_history(world)
    if not is_long:
        return
    assert len(before) > 40
    # All of it was tried, and each act succeeded and was refused at some time.
    for name in ("claim", "reply", "take", "refuse", "reopen", "assign", "release"):
        assert world.done[name] > 1, (name, world.done)
        assert world.refused[name] > 1, (name, world.refused)


def test_nothing_is_written_by_what_is_refused(world):
    """No event, no audit row, no line."""
    from bot.tables import AuditRow

    citizen = world.citizens[0]
    citizen.say("我要投诉医保窗口态度差")
    (ticket,) = world.desk.list_tickets("all", officer_id=None)
    tables = (TicketEventRow, AuditRow, MessageRow)

    def count():
        with Session(world.engine) as session:
            return [
                session.scalar(select(func.count()).select_from(table))
                for table in tables
            ]

    own, _, _, stranger, *_ = world.officers
    was = count()
    for act in (
        lambda: world.desk.claim(ticket.id, officer_id=stranger),
        lambda: world.desk.resolve(ticket.id, officer_id=stranger, reason="好"),
        lambda: world.desk.accept_transfer(ticket.id, officer_id=stranger),
        lambda: world.desk.reopen(ticket.id, officer_id=own),
    ):
        with pytest.raises(REFUSALS):
            act()
    assert count() == was
