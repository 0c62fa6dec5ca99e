"""A city's conversations, drawn by a seed and written down as the desk would.

For the figures: everything that a definition speaks of happens here, often enough
to matter, and at the edges too (exactly 5 s, exactly 180 s, a day to the second).
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert

from bot import TicketKind, Urgency, WorkingCalendar, make_calendar
from bot.clocks import is_on_duty, measure_wait
from bot.deadlines import due_times
from bot.tables import (
    BureauRow,
    CitizenRow,
    ConversationRow,
    FollowUpRow,
    InboxRow,
    MessageRow,
    OfficerRow,
    RatingRow,
    ReviewRow,
    TicketEventRow,
    TicketRow,
    VoteRow,
)

#: With a lunch break; the days hold 国庆 and the Saturday worked for it.
CALENDAR: WorkingCalendar = make_calendar("工作日 8:30–12:00、14:00–17:30")
FROM = datetime(2026, 9, 14, 16, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)

TABLES = (
    BureauRow,
    OfficerRow,
    CitizenRow,
    ConversationRow,
    TicketRow,
    InboxRow,
    MessageRow,
    TicketEventRow,
    RatingRow,
    FollowUpRow,
    VoteRow,
    ReviewRow,
)

DEPARTMENTS = ("市医保局", "市公安局", "市人社局", "公积金中心", "")
BUREAUS = ("市医保局", "市公安局", "综合受理科")
REASONS = ("没有查到依据", "市民要求人工", "连续没有答上", "投诉", "紧急情况")
#: Between two questions of a citizen; some at the very edge of a definition.
GAPS = (60, 1_199, 1_800, 1_801, 7_200, 86_400, 86_401, 130_000)
#: Until the bot had answered, in ms.
TOOK = (40, 120, 350, 900, 4_999, 5_000, 6_200)
#: Working seconds until the first word.
WAITS = (15, 60, 120, 179, 180, 181, 400, 3_000)


@dataclass
class City:
    """Rows by table, until they are written."""

    seed: int = 20261120
    span: timedelta = NOW - FROM
    rows: dict[Any, list[dict[str, Any]]] = field(
        default_factory=lambda: {table: [] for table in TABLES}
    )

    def __post_init__(self) -> None:
        self.rated: set[int] = set()
        self.reviewed: set[int] = set()
        self.rng = random.Random(self.seed)
        for name in BUREAUS:
            self.add(BureauRow, name=name, is_default=name == BUREAUS[-1])
        for number in range(12):
            self.add(
                OfficerRow,
                login=f"officer-{number}",
                name=f"坐席{number}",
                staff_number=f"{number:04}",
                department=BUREAUS[number % 3],
                role="agent",
                bureau_id=number % 3 + 1,
                password_hash="none",
                created_at=FROM,
            )

    def add(self, table: Any, **values: Any) -> dict[str, Any]:
        """Note a row; returns it with its id."""
        rows = self.rows[table]
        values["id"] = len(rows) + 1
        rows.append(values)
        return values

    def write(self, engine: Engine) -> None:
        """Put all rows into an empty database."""
        with engine.begin() as connection:
            for table in TABLES:
                if self.rows[table]:
                    columns = sorted(set().union(*self.rows[table]))
                    rows = [
                        {name: row.get(name) for name in columns}
                        for row in self.rows[table]
                    ]
                    connection.execute(insert(table), rows)

    def moment(self) -> datetime:
        """Return a moment of the span, more often by day than by night."""
        at = FROM + self.span * self.rng.random()
        if self.rng.random() < 0.7:
            at = at.replace(hour=self.rng.randrange(0, 10))
        return at


def make_city(count: int, *, seed: int = 20261120) -> City:
    """Let so many citizens ask, and some of them be handed over."""
    city = City(seed)
    for number in range(count):
        _Citizen(city, number).live()
    return city


class _Citizen:
    """One citizen's record from the first question on."""

    def __init__(self, city: City, number: int) -> None:
        self.city, self.rng = city, city.rng
        channel = self.rng.choice(("wechat", "wechat", "web"))
        self.at = city.moment()
        citizen = city.add(
            CitizenRow,
            channel=channel,
            sender_hash=f"{number:064}",
            sender_sealed=None if self.rng.random() < 0.05 else b"sealed",
            number=f"{number % 10_000:04}",
            is_following=True,
            created_at=self.at,
        )
        self.channel, self.keys = channel, 0
        self.conversation = city.add(
            ConversationRow,
            citizen_id=citizen["id"],
            focus={},
            read_up_to=0,
            updated_at=self.at,
        )["id"]

    def live(self) -> None:
        """Ask a few times, and be handed over about every second time."""
        entry = self.rng.randrange(20)
        for _ in range(self.rng.choice((1, 1, 2, 2, 3, 4))):
            if self.rng.random() < 0.4:
                entry = self.rng.randrange(20)
            status = self.rng.choice(
                ("answered",) * 6
                + ("clarify_ambiguous", "answered_greeting", "unanswerable_no_match")
            )
            self.ask(status, entry)
            if status.startswith("unanswerable"):
                self.hand_over("没有查到依据", entry)
            self.at += timedelta(seconds=self.rng.choice(GAPS))
            if self.at >= NOW:
                return
        if self.rng.random() < 0.4:
            self.ask("handoff_requested", entry)
            self.hand_over(self.rng.choice(REASONS), entry)

    def ask(self, status: str, entry: int) -> None:
        """Write something that the bot answers."""
        rng, at = self.rng, self.at
        took = timedelta(milliseconds=rng.choice(TOOK))
        self.keys += 1
        inbox = self.city.add(
            InboxRow,
            channel=self.channel,
            message_key=f"{self.conversation}-{self.keys}",
            conversation_id=self.conversation,
            kind="text",
            text="",
            received_at=at,
            answered_at=None if rng.random() < 0.01 else at + took,
            is_passive=True,
            trigger="message",
            requests=1,
        )
        department = DEPARTMENTS[entry % len(DEPARTMENTS)]
        citations = [{"entry_id": f"e{entry}", "department": department}]
        has_source = status in ("answered", "clarify_ambiguous")
        answer: Any = {"citations": citations if has_source else []}
        is_erased = rng.random() < 0.02
        line = self.city.add(
            MessageRow,
            conversation_id=self.conversation,
            inbox_id=inbox["id"],
            sender="system" if status == "handoff_requested" else "bot",
            text="",
            status=status,
            answer=None if is_erased else answer,
            created_at=at,
        )
        if status == "answered":
            self.judge(line)

    def judge(self, line: dict[str, Any]) -> None:
        """Let the citizen rate an answer, and officers vote on it."""
        rng = self.rng
        if rng.random() < 0.05:
            self.rate(rng.choice((1, 2, 3, 4, 5, 5, 5)), message_id=line["id"])
        if rng.random() < 0.08:
            for officer in rng.sample(range(1, 13), rng.choice((1, 1, 2))):
                self.city.add(
                    VoteRow,
                    message_id=line["id"],
                    officer_id=officer,
                    is_right=rng.random() < 0.9,
                    note="",
                    at=min(NOW, self.at + timedelta(hours=rng.choice((1, 50, 200)))),
                )

    def rate(self, score: int, **what: Any) -> None:
        """Rate; a low one opens a follow-up."""
        rng = self.rng
        at = min(NOW, self.at + timedelta(minutes=rng.randrange(0, 3_000)))
        values = {"bureau_id": rng.choice((1, 2, 3, None)), "officer_id": None} | what
        rating = self.city.add(
            RatingRow,
            conversation_id=self.conversation,
            score=score,
            comment="",
            created_at=at,
            changed_at=at,
            **values,
        )
        if score <= 2:
            is_closed = rng.random() < 0.7
            self.city.add(
                FollowUpRow,
                rating_id=rating["id"],
                bureau_id=rating["bureau_id"],
                state="closed" if is_closed else "open",
                due_at=at + timedelta(days=rng.choice((3, 7))),
                result="",
                closed_at=at if is_closed else None,
                closed_by=rng.choice((1, 2, None)) if is_closed else None,
                created_at=at,
            )

    def hand_over(self, reason: str, entry: int) -> None:
        """Be handed over and served, or not."""
        TicketLife(self, reason, entry).live()


class TicketLife:
    """What happens to one ticket."""

    def __init__(self, citizen: _Citizen, reason: str, entry: int) -> None:
        self.citizen, self.city, self.rng = citizen, citizen.city, citizen.rng
        self.at = citizen.at
        self.start = self.at
        self.bureau = self.rng.randrange(1, 4)
        self.row = self.city.add(
            TicketRow,
            conversation_id=citizen.conversation,
            state="waiting",
            reason=reason,
            preview="",
            department=DEPARTMENTS[entry % len(DEPARTMENTS)],
            officer_id=None,
            unread=0,
            kf_account="kf2001" if self.rng.random() < 0.02 else "",
            kind=self.rng.choice(list(TicketKind)),
            urgency=self.rng.choice(list(Urgency)),
            bureau_id=self.bureau,
            is_message=not is_on_duty(self.at, CALENDAR),
            is_confidential=False,
            resolution="",
            created_at=self.at,
            changed_at=self.at,
        )

    def live(self) -> None:
        """Run through one round, or several."""
        self.set_clocks()
        self.note("opened", officer=False)
        self.serve()
        while self.row["state"] == "resolved" and self.rng.random() < 0.12:
            self.pause(1, 40)
            if self.at >= NOW:
                break
            self.row |= {"state": "waiting", "officer_id": None}
            self.row |= {"first_reply_at": None, "resolved_at": None}
            self.set_clocks()
            self.note("reopened", officer=self.rng.random() < 0.5)
            self.serve()
        if self.row["state"] == "resolved" and self.at + timedelta(days=3) < NOW:
            self.at += timedelta(days=3)
            self.row |= {"state": "closed", "closed_at": self.at}
            self.note("closed", officer=False)
        if self.row["state"] not in ("resolved", "closed"):
            # Nobody may ask for a second open ticket: the record ends here.
            self.citizen.at = NOW
        else:
            self.citizen.at = max(self.citizen.at, self.at)

    def set_clocks(self) -> None:
        self.start = self.at
        due = due_times(Urgency(self.row["urgency"]), self.at, CALENDAR)
        self.row |= {
            "due_first_reply_at": due.first_reply,
            "due_dispatch_at": due.dispatch,
            "due_answer_at": due.answer,
        }

    def serve(self) -> None:
        """Live through a round up to where it stands now."""
        rng = self.rng
        if rng.random() < 0.06:
            self.note("merged", officer=False)
        chance = rng.random()
        if chance < 0.05 or self.at >= NOW:
            return  # still waits
        if chance < 0.12:
            self.pause(0, 1)
            self.row |= {"state": "closed", "closed_at": self.at}
            self.note("closed", officer=False)
            return
        self.claim()
        self.move_about()
        if rng.random() < 0.94:
            self.reply()
        if self.row["offered_to_id"] is None and rng.random() < 0.9:
            self.pause(0, 400)
            if self.at < NOW:
                self.resolve()

    def move_about(self) -> None:
        """Pass from hand to hand, or not."""
        if self.rng.random() < 0.15:
            self.transfer()
        if self.rng.random() < 0.08:
            self.row |= {"state": "waiting", "officer_id": None}
            self.note("released")
            self.pause(0, 30)
            self.claim()

    def claim(self) -> None:
        wait = CALENDAR.add(self.start, timedelta(seconds=5))
        self.at = max(self.at, min(wait, NOW))
        officer = self.rng.randrange(4) * 3 + self.row["bureau_id"]
        self.row |= {"state": "claimed", "officer_id": officer}
        self.note("claimed")

    def transfer(self) -> None:
        self.row["offered_to_id"] = self.row["bureau_id"] % 3 + 1
        self.note("transfer_offered")
        self.pause(0, 60)
        answer = self.rng.random()
        if answer < 0.15:
            return  # nobody has answered the offer
        if answer < 0.7:
            self.row["bureau_id"] = self.row["offered_to_id"]
            self.row["officer_id"] = self.row["bureau_id"]
            self.row["offered_to_id"] = None
            self.note("transfer_accepted")
        else:
            self.row["offered_to_id"] = None
            self.note("transfer_refused")

    def reply(self) -> None:
        wait = timedelta(seconds=self.rng.choice(WAITS))
        at = CALENDAR.add(self.start, wait)
        if at < self.at:
            at = self.at
        if at > NOW:
            return
        self.at = at
        waited = round(measure_wait(self.start, at, CALENDAR).total_seconds())
        self.row |= {"state": "waiting_citizen", "first_reply_at": at}
        self.note("first_reply", waited_s=waited, is_message=self.row["is_message"])
        for _ in range(self.rng.choice((0, 1, 2))):
            self.pause(0, 2)
            self.row["state"] = "claimed"
            self.note("citizen_wrote", officer=False)
            self.row["state"] = "waiting_citizen"
            self.note("replied")

    def resolve(self) -> None:
        self.row |= {"state": "resolved", "resolved_at": self.at}
        self.note("resolved")
        rng, ticket = self.rng, self.row["id"]
        if rng.random() < 0.3 and ticket not in self.city.rated:
            self.city.rated.add(ticket)
            self.citizen.at = self.at
            self.citizen.rate(
                rng.choice((1, 2, 3, 4, 4, 5, 5, 5)),
                ticket_id=ticket,
                bureau_id=self.row["bureau_id"],
                officer_id=self.row["officer_id"],
            )
        if rng.random() < 0.15 and ticket not in self.city.reviewed:
            self.city.reviewed.add(ticket)
            self.review(ticket)

    def review(self, ticket: int) -> None:
        rng = self.rng
        for number in range(rng.choice((1, 1, 1, 2))):
            self.city.add(
                ReviewRow,
                ticket_id=ticket,
                reviewer_id=number + 1,
                scores={"right": rng.choice((0, 2, 3, 4, 5, 5, 5)), "polite": 4},
                is_knowledge_missing=False,
                comment="",
                is_second_opinion=number == 1,
                appeal=rng.choice(("", "", "", "raised", "upheld", "refused")),
                appeal_text="",
                created_at=min(NOW, self.at + timedelta(hours=number)),
            )

    def pause(self, least: int, most: int) -> None:
        """Let hours pass."""
        span = timedelta(seconds=self.rng.randrange(least * 3_600, most * 3_600))
        self.at = min(NOW, self.at + span)

    def note(self, action: str, *, officer: bool = True, **more: Any) -> None:
        row = self.row
        row.setdefault("offered_to_id", None)
        row["changed_at"] = self.at
        self.city.add(
            TicketEventRow,
            ticket_id=row["id"],
            at=self.at,
            officer_id=(row["officer_id"] or 1) if officer else None,
            action=action,
            detail={
                "state": row["state"],
                "holder": row["officer_id"],
                "bureau": row["bureau_id"],
                "offered_to": row["offered_to_id"],
                **more,
            },
        )
