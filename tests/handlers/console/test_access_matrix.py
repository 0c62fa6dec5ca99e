"""Every route × role × bureau × object: nobody reaches what is not theirs.

The routes come from the application; who may call what stands here once more, in
words of its own, so that a slip in ``bot.rights`` or a declaration is found. A route
that is missing here fails.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from bot import Bureau, ReplySource, Role, check_quick_reply
from bot.tables import FollowUpRow, MessageRow, OfficerRow, RatingRow, TicketRow

SERVING = {"agent", "team_lead", "supervisor"}
READING = SERVING | {"editor", "reviewer"}
EVERYBODY = {str(role) for role in Role}

#: Endpoint to the roles that may call it, in an office whose administrator does not
#: serve. None = open to strangers.
MATRIX: dict[str, set[str] | None] = {
    "show_login": None,
    "log_in": None,
    "show_code": None,
    "check_code": None,
    "show_setup": None,
    "set_up": None,
    "log_out": EVERYBODY,
    "stay_awake": EVERYBODY,
    "show_second_factor": EVERYBODY,
    "draw_second_factor": EVERYBODY,
    "turn_on_second_factor": EVERYBODY,
    "show_queue": SERVING,
    "show_queue_part": SERVING,
    "show_ticket": SERVING,
    "show_chat_part": SERVING,
    "show_side_part": SERVING,
    "show_media": SERVING,
    "listen": SERVING,
    "claim_next": SERVING,
    "claim": SERVING,
    "say": SERVING,
    "close": SERVING,
    "mark_read": SERVING,
    "retry": SERVING,
    "send_file": SERVING,
    "show_file": SERVING,
    "show_ratings": SERVING,
    "show_figures": {"team_lead", "supervisor"},
    "show_figure_cases": {"team_lead", "supervisor"},
    "show_figure_recount": {"team_lead", "supervisor"},
    "export_figures": {"team_lead", "supervisor"},
    "export_tickets": {"team_lead", "supervisor"},
    "show_follow_ups": SERVING,
    "take_follow_up": {"team_lead", "supervisor"},
    "close_follow_up": {"team_lead", "supervisor"},
    "show_alarms_part": SERVING | {"administrator"},
    "show_quick_replies": READING,
    "show_halls": READING,
    "show_new_quick_reply": {"editor"},
    "show_quick_reply": {"editor"},
    "add_quick_reply": {"editor"},
    "change_quick_reply": {"editor"},
    "preview_quick_reply": {"editor"},
    "switch_quick_reply": {"editor"},
    "delete_quick_reply": {"editor"},
    "show_officers": {"administrator"},
    "make_link": {"administrator"},
    "show_officer": {"administrator"},
    "assign_officer": {"administrator"},
    "switch_officer": {"administrator"},
    "make_reset_link": {"administrator"},
    "show_bureaus": {"administrator"},
    "show_new_bureau": {"administrator"},
    "add_bureau": {"administrator"},
    "show_bureau": {"administrator"},
    "change_bureau": {"administrator"},
    "switch_bureau": {"administrator"},
    "make_default_bureau": {"administrator"},
    "show_audit": {"auditor"},
}

#: What the administrator of a small office may do besides.
SMALL_OFFICE = READING | {"supervisor"}

BUREAUS = ("市医保局", "市公安局", "市民政局")

#: Their object has nothing to show or to send again here: 404 is right, too.
MAY_MISS = {"console.show_media", "console.show_file", "console.retry"}

#: What a form of the console holds; each view takes what it knows.
FORM = {
    "text": "好的。",
    "kind": "note",
    "role": "agent",
    "is_active": "1",
    "name": "新部门",
    "source": "keyword",
    "key": "社保",
    "way": "text",
}


@dataclass
class Case:
    """A ticket, with the words by which its conversation is recognised anywhere."""

    ticket_id: int
    message_id: int
    bureau_id: int
    secret: str
    is_confidential: bool = False
    offered_to_id: int | None = None
    holder_id: int | None = None
    follow_up_id: int | None = None


@dataclass
class Browser:
    """A session that is the same before every call, whatever the last one did."""

    console: Any
    token: str
    cookie: str

    def call(self, rule: Rule, names: dict[str, Any]) -> Any:
        """Call a route as the console's own pages do."""
        method = "POST" if "POST" in (rule.methods or ()) else "GET"
        url = rule.build({name: names[name] for name in rule.arguments})[1]
        data = FORM | {"csrf_token": self.token} if method == "POST" else None
        self.console.client.set_cookie("wenzheng", self.cookie)
        return self.console.client.open(url, method=method, data=data)

    def get(self, url: str) -> Any:
        """Open an address."""
        return self.console.client.get(url)


class Office:
    """Seven roles in three bureaus, and tickets of each; put back after every call."""

    def __init__(self, world: Any, new_console: Any) -> None:
        self.world = world
        self.new_console = new_console
        store = world.parts.bureaus
        self.bureaus = [store.save(Bureau(0, name), changed_by=0) for name in BUREAUS]
        self.cases = [case for bureau in self.bureaus for case in self._open(bureau)]
        self.officers = [
            self._hire(role, bureau) for bureau in self.bureaus for role in Role
        ]
        reply = check_quick_reply(ReplySource.KEYWORD, key="社保", text="三楼。")
        world.parts.quick_replies.save(reply, changed_by=1)
        # Each agent holds one ticket that has gone to the next bureau since.
        for at, officer in enumerate(o for o in self.officers if o.role == "agent"):
            self._hand(3 * at + 2, officer.id)
        self._file = world.parts.engine.url.database
        self._before = self._copy()
        self.whole = self.dump()

    def _open(self, bureau: int) -> Iterator[Case]:
        """Make a plain, a confidential and a third ticket of a bureau."""
        for number, is_confidential in enumerate((False, True, False)):
            who = f"citizen-{bureau}-{number}"
            secret = f"暗号{bureau}之{number}号"
            self.world.ask(f"{secret}，落户找谁", who=who)
            with Session(self.world.parts.engine) as session, session.begin():
                newest = select(TicketRow).order_by(TicketRow.id.desc()).limit(1)
                ticket = session.scalars(newest).one()
                ticket.bureau_id = bureau
                ticket.is_confidential = is_confidential
                offered = self.bureaus_after(bureau) if number == 2 else None
                ticket.offered_to_id = offered
                lines = select(MessageRow.id).where(
                    MessageRow.conversation_id == ticket.conversation_id
                )
                message = session.scalars(lines.order_by(MessageRow.id)).first()
                assert message is not None
                line = session.get_one(MessageRow, message)
                line.ticket_id = ticket.id
                line.media = {"kind": "image", "media_id": f"{secret}"}
                case = Case(
                    ticket.id, message, bureau, secret, is_confidential, offered
                )
                if number == 0:
                    case.follow_up_id = self._rate(session, ticket, secret)
                yield case

    def _rate(self, session: Session, ticket: TicketRow, secret: str) -> int:
        """Let the citizen be dissatisfied; returns the follow-up's id."""
        now = self.world.clock()
        rating = RatingRow(
            conversation_id=ticket.conversation_id,
            ticket_id=ticket.id,
            bureau_id=ticket.bureau_id,
            score=1,
            comment=secret,
            created_at=now,
            changed_at=now,
        )
        session.add(rating)
        session.flush()
        follow_up = FollowUpRow(
            rating_id=rating.id,
            bureau_id=ticket.bureau_id,
            due_at=now,
            created_at=now,
        )
        session.add(follow_up)
        session.flush()
        return follow_up.id

    def bureaus_after(self, bureau: int) -> int:
        """Return the next bureau in the ring."""
        known = self.bureaus
        return known[(known.index(bureau) + 1) % len(known)]

    def _hire(self, role: Role, bureau: int) -> Any:
        # Straight into the table: 21 passwords would take seconds to hash.
        with Session(self.world.parts.engine) as session, session.begin():
            row = OfficerRow(
                login=f"{role}-{bureau}",
                name="某人",
                staff_number="1",
                department="某局",
                role=role,
                bureau_id=bureau,
                password_hash="none",
                created_at=self.world.clock(),
            )
            session.add(row)
            session.flush()
        return self.world.parts.officers.get_officer(row.id)

    def _hand(self, at: int, officer_id: int) -> None:
        """Let a ticket of the bureau before be held by this officer."""
        case = self.cases[at - 3]
        case.holder_id = officer_id
        with Session(self.world.parts.engine) as session, session.begin():
            row = session.get_one(TicketRow, case.ticket_id)
            row.officer_id, row.state = officer_id, "claimed"

    def _copy(self) -> Path:
        copy = Path(f"{self._file}.before")
        with closing(sqlite3.connect(self._file)) as live:
            live.execute("VACUUM INTO ?", (str(copy),))
        return copy

    def put_back(self) -> None:
        """Undo whatever a call has done."""
        with closing(sqlite3.connect(self._file)) as live:
            live.execute("ATTACH ? AS before", (str(self._before),))
            tables = live.execute(
                "SELECT name FROM before.sqlite_master WHERE type = 'table'"
            ).fetchall()
            for (table,) in tables:
                live.execute(f'DELETE FROM main."{table}"')
                live.execute(
                    f'INSERT INTO main."{table}" SELECT * FROM before."{table}"'
                )
            live.commit()

    def dump(self) -> str:
        """Return all that is stored, to see whether a refused call changed it."""
        with closing(sqlite3.connect(self._file)) as live:
            return "\n".join(live.iterdump())

    def sees(self, officer: Any, case: Case, *, is_small: bool) -> bool:
        """Say in plain words who may open a ticket."""
        role = str(officer.role)
        if role == "supervisor" or (role == "administrator" and is_small):
            return True
        if role not in {"agent", "team_lead"}:
            return False
        if case.holder_id == officer.id:
            return True
        if officer.bureau_id not in {case.bureau_id, case.offered_to_id}:
            return False
        return role == "team_lead" or not case.is_confidential

    def follows(self, officer: Any, case: Case, *, is_small: bool) -> bool:
        """Say in plain words who may look after a follow-up."""
        role = str(officer.role)
        if role == "supervisor" or (role == "administrator" and is_small):
            return True
        return role == "team_lead" and officer.bureau_id == case.bureau_id

    def sign_in(self, officer: Any) -> Browser:
        """Return a browser with a session, without the time a password takes."""
        console = self.new_console()
        now = int(self.world.clock().timestamp())
        fresh = self.world.parts.officers.get_officer(officer.id)
        token = console.token(console.open("/console/login").text)
        with console.client.session_transaction() as session:
            session["_user_id"], session["_fresh"] = str(officer.id), True
            stamp = {"epoch": fresh.session_epoch, "in": now, "seen": now}
            session["console"] = stamp
        cookie = console.client.get_cookie("wenzheng")
        return Browser(console, token, cookie.value)


@pytest.fixture
def office(world: Any, new_console: Any) -> Office:
    """An office of 21 people."""
    return Office(world, new_console)


def console_rules(world: Any) -> list[Rule]:
    """Return every route of the console, the live stream included."""
    rules = world.app.url_map.iter_rules()
    return [rule for rule in rules if rule.endpoint.startswith("console.")]


def may_call(endpoint: str, role: str, *, is_small: bool) -> bool:
    """Say by the table above whether a role may call a route."""
    allowed = MATRIX[endpoint.removeprefix("console.")]
    if allowed is None or role in allowed:
        return True
    return is_small and role == "administrator" and bool(allowed & SMALL_OFFICE)


#: Names of what belongs to a bureau.
OF_BUREAUS = {"ticket_id", "message_id", "follow_up_id"}


def targets(office: Office, rule: Rule) -> list[tuple[Case | None, dict[str, int]]]:
    """Return what to put into an address: every object, and one that is not there."""
    names = rule.arguments
    found: list[tuple[Case | None, dict[str, int]]] = [
        (None, dict.fromkeys(names, 999))
    ]
    if not names & OF_BUREAUS:
        return [*found, (None, dict.fromkeys(names, 1))] if names else found
    cases = [(c, {name: getattr(c, name) for name in names}) for c in office.cases]
    return found + [(case, ids) for case, ids in cases if None not in ids.values()]


def test_every_route_is_in_the_matrix(world: Any) -> None:
    """A new one is decided on here, or it does not pass."""
    found = {rule.endpoint.removeprefix("console.") for rule in console_rules(world)}
    assert found == set(MATRIX)


@dataclass
class Tally:
    """What was tried and what went wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    leaks: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        told = ", ".join(f"{key} {n}" for key, n in sorted(self.counts.items()))
        return f"{self.counts.total()} calls ({told}), {len(self.leaks)} leaks"


@pytest.mark.parametrize("is_small", [False, True], ids=["apart", "small-office"])
def test_nobody_reaches_what_is_not_theirs(
    office: Office, is_small: bool, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """Refused calls change nothing, and no answer holds a foreign citizen's words."""
    monkeypatch.setattr(office.world.parts.officers, "_is_small_office", is_small)
    tally = Tally()
    for officer in office.officers:
        browser = office.sign_in(officer)
        for rule in console_rules(office.world):
            if MATRIX[rule.endpoint.removeprefix("console.")] is not None:
                for case, names in targets(office, rule):
                    answer = browser.call(rule, names)
                    visit = Visit(office, officer, rule, case, answer, is_small)
                    tally.counts[f"{visit.verdict} {visit.kind}"] += 1
                    tally.leaks += visit.find_leaks()
    with capsys.disabled():
        name = "small office" if is_small else "duties apart"
        print(f"\naccess matrix, {name}: {tally}")  # noqa: T201 - asked for
    assert tally.leaks == []


@dataclass
class Visit:
    """One call of one officer, already answered."""

    office: Office
    officer: Any
    rule: Rule
    #: The ticket that the address names; None = nothing that belongs to a bureau.
    case: Case | None
    answer: Any
    is_small: bool

    @property
    def is_allowed(self) -> bool:
        """Whether the role may call the route at all."""
        endpoint, role = self.rule.endpoint, str(self.officer.role)
        return may_call(endpoint, role, is_small=self.is_small)

    @property
    def verdict(self) -> str:
        """How the role stands to the route."""
        return "allowed" if self.is_allowed else "refused"

    @property
    def kind(self) -> str:
        """Whose object the address names."""
        if self.case is None:
            return "absent" if self.rule.arguments & OF_BUREAUS else "office-wide"
        is_follow_up = "follow_up_id" in self.rule.arguments
        sees = self.office.follows if is_follow_up else self.office.sees
        is_own = sees(self.officer, self.case, is_small=self.is_small)
        return "own" if is_own else "foreign"

    def find_leaks(self) -> list[str]:
        """Say what the call gave away or changed, and undo what it was allowed to."""
        status = self.answer.status_code
        name = f"{self.officer.login} {self.rule.endpoint} {self.kind}: {status}"
        found = [] if self._is_right(status) else [f"{name} is wrong"]
        # A stream has no end; its rule is that of the queue.
        text = "" if self.rule.rule == "/live" else self.answer.text
        self.answer.close()
        if any(secret in text for secret in self._hidden()):
            found.append(f"{name} tells a secret")
        is_let_in = self.is_allowed and self.kind in {"own", "office-wide"}
        if is_let_in:
            self.office.put_back()
        elif self.office.dump() != self.office.whole:
            found.append(f"{name} changed something")
            self.office.put_back()
        return found

    def _is_right(self, status: int) -> bool:
        if not self.is_allowed:
            return status == 403 or is_sent_home(self.rule, self.answer)
        if self.kind in {"foreign", "absent"}:
            return status == 404
        if status == 503 and self.rule.endpoint == "console.show_media":
            return True  # there is no account here to fetch it from
        if self.kind == "own" and self.rule.endpoint not in MAY_MISS and status == 404:
            return False
        if self._is_only_to_look_at and status == 403:
            return "POST" in (self.rule.methods or ())
        return status < 500 and status not in {401, 403}

    @property
    def _is_only_to_look_at(self) -> bool:
        """Whether the ticket is another bureau's, which the officer may see."""
        case = self.case
        return case is not None and case.bureau_id != self.officer.bureau_id

    def _hidden(self) -> list[str]:
        return [
            case.secret
            for case in self.office.cases
            if not self.office.sees(self.officer, case, is_small=self.is_small)
        ]


def is_sent_home(rule: Rule, answer: Any) -> bool:
    """Tell whether the first address led on to the role's own page."""
    is_first = rule.endpoint == "console.show_queue"
    return is_first and answer.status_code == 302 and answer.location != "/console/"


def test_foreign_and_absent_look_alike(office: Office) -> None:
    """The answer does not tell that there is such a ticket."""
    officer = next(o for o in office.officers if o.role == "agent")
    browser = office.sign_in(officer)
    foreign = next(
        case for case in office.cases if not office.sees(officer, case, is_small=False)
    )
    for url in ("/console/tickets/{}", "/console/tickets/{}/chat"):
        seen = [browser.get(url.format(number)) for number in (foreign.ticket_id, 999)]
        token_of = browser.console.token
        bodies = [each.text.replace(token_of(each.text), "") for each in seen]
        assert [answer.status_code for answer in seen] == [404, 404]
        assert bodies[0] == bodies[1]
    lines = [
        browser.get(f"/console/media/{number}") for number in (foreign.message_id, 999)
    ]
    assert [answer.status_code for answer in lines] == [404, 404]


def test_the_queue_shows_what_may_be_opened_and_nothing_else(office: Office) -> None:
    """The lists, the figures and the single pages follow one rule."""
    desk = office.world.parts.desk
    for officer in office.officers:
        listed = {t.id for t in desk.list_tickets("all", officer_id=officer.id)}
        opened = {
            case.ticket_id
            for case in office.cases
            if office.sees(officer, case, is_small=True)
        }
        assert listed == opened, officer.login


def test_claiming_the_next_stays_in_the_bureau(office: Office) -> None:
    """And takes no confidential one."""
    officer = next(o for o in office.officers if o.role == "agent")
    desk = office.world.parts.desk
    taken = []
    while (ticket := desk.claim_next(officer_id=officer.id)) is not None:
        taken.append(ticket)
    assert taken
    seen = {officer.bureau_id}
    assert {t.bureau_id for t in taken} <= seen
    assert not any(t.is_confidential for t in taken)
