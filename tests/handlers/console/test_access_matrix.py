"""Every route × role × bureau × object: nobody reaches what is not theirs.

Routes come from the application, with the rights they declare; what a role may do is
pinned by ``docs/roles.zh-CN.md``. Who may see which ticket stands in
``three_bureaus`` in words of its own, so that a slip in the gate is found. New routes
are called too, without a line here.
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from werkzeug.routing import Rule

from bot import RIGHTS, Role
from bot.rights import rights_of
from handlers.console.access import ANYONE, GATED, OFFICE_WIDE, SIGNED_IN, find_allowed
from tests.handlers.console.three_bureaus import WIDE, Case, Office

#: Endpoints whose pages must stay with these roles, whatever is declared.
PINNED = {
    "show_officers": {Role.ADMINISTRATOR},
    "make_link": {Role.ADMINISTRATOR},
    "assign_officer": {Role.ADMINISTRATOR},
    "switch_officer": {Role.ADMINISTRATOR},
    "make_reset_link": {Role.ADMINISTRATOR},
    "add_bureau": {Role.ADMINISTRATOR},
    "show_audit": {Role.AUDITOR},
    "show_ticket": {Role.AGENT, Role.TEAM_LEAD, Role.SUPERVISOR},
    "show_media": {Role.AGENT, Role.TEAM_LEAD, Role.SUPERVISOR},
    "say": {Role.AGENT, Role.TEAM_LEAD, Role.SUPERVISOR},
    "take_follow_up": {Role.TEAM_LEAD, Role.SUPERVISOR},
    "add_quick_reply": {Role.EDITOR},
}

#: Pages whose object has nothing to show here: 404 is right, too.
MAY_MISS = {
    "console.show_media",
    "console.show_file",
    "console.draw_second_factor",
    # An open chat has no sheet yet.
    "console.show_review",
    # Cases of a measure that nobody named.
    "console.show_figure_cases",
}

#: Pages that need something which is not here: an account of WeChat's.
MAY_BE_AWAY = {"console.show_media"}

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
    "reason": "已经办好。",
    "word": "请接办。",
    "note": "试",
    "title": "标题",
    "words": "拆迁",
    "bureau_id": "2",
    "officer_id": "1",
}

NOBODYS = 999


@dataclass
class Browser:
    """A session that is the same before every call, whatever the last one did."""

    console: Any
    token: str
    cookie: str

    def call(self, rule: Rule, names: dict[str, Any], *, has_token: bool = True) -> Any:
        """Call a route as the console's own pages do."""
        url = rule.build(names)[1]
        method = method_of(rule)
        token = {"csrf_token": self.token} if has_token else {}
        data = FORM | token if method == "POST" else None
        self.console.client.set_cookie("wenzheng", self.cookie)
        return self.console.client.open(url, method=method, data=data)


def sign_in(office: Office, officer: Any) -> Browser:
    """Return a browser with a session, without the time a password takes."""
    console = office.new_console()
    now = int(office.world.clock().timestamp())
    token = console.token(console.open("/console/login").text)
    with console.client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = str(officer.id), True
        stamp = {"epoch": officer.session_epoch, "in": now, "seen": now}
        session["console"] = stamp
    cookie = console.client.get_cookie("wenzheng")
    return Browser(console, token, cookie.value)


@pytest.fixture
def office(world: Any, new_console: Any) -> Iterator[Office]:
    """An office of 21 people."""
    office = Office(world, new_console)
    yield office
    office.close()


def console_rules(world: Any) -> list[Rule]:
    """Return every route of the console, the live stream included."""
    rules = world.app.url_map.iter_rules()
    return [rule for rule in rules if rule.endpoint.startswith("console.")]


def closed_rules(world: Any) -> list[Rule]:
    """Return the routes that take a login."""
    views = world.app.view_functions
    return [
        r for r in console_rules(world) if find_allowed(views[r.endpoint]) != {ANYONE}
    ]


def method_of(rule: Rule) -> str:
    """Return the method of the rule that does something."""
    return next(
        (m for m in ("POST", "DELETE", "PUT") if m in rule.methods or ()), "GET"
    )


def may_call(world: Any, rule: Rule, role: Role, *, is_small: bool) -> bool:
    """Say by its declaration whether a role may call a route."""
    allowed = find_allowed(world.app.view_functions[rule.endpoint])
    assert allowed, f"{rule.endpoint} 没有声明权限，请写 @allow(Right.…)"
    rights = rights_of(role, is_small_office=is_small)
    return allowed == {SIGNED_IN} or bool(allowed & rights)


def test_every_route_can_be_tried(office: Office) -> None:
    """A name that nobody made an object for would be a route nobody tried."""
    for rule in console_rules(office.world):
        for name in rule.arguments:
            assert name in GATED | OFFICE_WIDE, (
                f"{rule.rule}: {name} is new; add it to GATED (and check it in "
                "_check_objects) or to OFFICE_WIDE of handlers/console/access.py"
            )
            has_one = any(case.find_id(name) for case in office.cases)
            assert has_one or name in WIDE, (
                f"{rule.rule}: no object for {name}; add a row to _hang_on in "
                "tests/handlers/console/three_bureaus.py, or a value to WIDE"
            )
            assert has_one or name not in GATED, f"{name} is gated but has no object"


def test_what_is_pinned_stays_with_its_roles(world: Any) -> None:
    """A declaration that was changed by mistake is found."""
    rules = {r.endpoint.removeprefix("console."): r for r in console_rules(world)}
    for endpoint, roles in PINNED.items():
        found = {r for r in Role if may_call(world, rules[endpoint], r, is_small=False)}
        assert found == roles, endpoint
    assert set(RIGHTS) == set(Role)


def names_for(rule: Rule, case: Case | None) -> dict[str, Any] | None:
    """Return what to put into an address; None if the case has no such object."""
    found: dict[str, Any] = {}
    for name in rule.arguments:
        if name in GATED:
            found[name] = NOBODYS if case is None else case.find_id(name)
        else:
            wide = WIDE.get(name)
            found[name] = wide if wide is not None else 1
    return None if None in found.values() else found


def targets(
    office: Office, rule: Rule, *, is_allowed: bool
) -> list[tuple[Case | None, dict[str, Any]]]:
    """Return what to put into an address: every object, and one that is not there."""
    if not rule.arguments & GATED:
        names = names_for(rule, None)
        assert names is not None
        return [(None, names)]
    # Who has not the right is refused before any object is looked at: two are enough.
    cases = office.cases if is_allowed else [office.cases[0], office.cases[-1]]
    every = [(case, names_for(rule, case)) for case in (None, *cases)]
    return [(case, names) for case, names in every if names is not None]


#: What people could not get answered, and what was answered wrongly: for those who
#: mend the knowledge, without names and without confidential matters.
LEARNING = {
    "console.show_gaps",
    "console.show_wrong",
    "console.export_exam",
    "console.show_upkeep",
    "console.export_upkeep",
}


#: Pages of the knowledge: what belongs to the officer's own bureau stands there.
OF_BUREAUS = {
    "console.show_exam",
    "console.show_exam_runs",
    "console.show_exam_question",
    "console.export_exam_paper",
    "console.show_import",
    "console.add_import",
    "console.show_import_batch",
    "console.show_import_progress",
    "console.show_import_file",
}


@dataclass
class Tally:
    """What was tried and what went wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    leaks: list[str] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)
    reached: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        told = ", ".join(f"{key} {n}" for key, n in sorted(self.counts.items()))
        missed = sorted(self.tried - self.reached)
        return (
            f"{self.counts.total()} calls of {len(self.tried)} routes ({told}), "
            f"{len(self.leaks)} leaks; never answered with less than 400: {missed}"
        )


@pytest.mark.parametrize("is_small", [False, True], ids=["apart", "small-office"])
def test_nobody_reaches_what_is_not_theirs(
    office: Office, is_small: bool, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """Refused calls change nothing, and no answer holds a foreign citizen's words."""
    monkeypatch.setattr(office.world.parts.officers, "_is_small_office", is_small)
    tally = Tally()
    rules = closed_rules(office.world)
    for officer in office.officers:
        # In a small office only the administrators are others than they were.
        if not is_small or officer.role == Role.ADMINISTRATOR:
            _try_all(office, officer, rules, tally, is_small=is_small)
    with capsys.disabled():
        name = "small office" if is_small else "duties apart"
        print(f"\naccess matrix, {name}: {tally}")  # noqa: T201 - asked for
    assert "\n".join(tally.leaks) == ""


def _try_all(
    office: Office, officer: Any, rules: list[Rule], tally: Tally, *, is_small: bool
) -> None:
    browser = sign_in(office, officer)
    is_first = officer.bureau_id == office.bureaus[0]
    is_local = officer.role in {Role.AGENT, Role.TEAM_LEAD}
    for rule in rules:
        is_allowed = may_call(office.world, rule, officer.role, is_small=is_small)
        # Roles that see every bureau need all objects once, not once a bureau.
        is_whole = is_allowed and (is_local or is_first)
        for case, names in targets(office, rule, is_allowed=is_whole):
            answer = browser.call(rule, names)
            visit = Visit(office, officer, rule, case, answer, is_allowed, is_small)
            tally.counts[f"{visit.verdict} {visit.kind}"] += 1
            tally.tried.add(rule.endpoint)
            if answer.status_code < 400:
                tally.reached.add(rule.endpoint)
            tally.leaks += visit.find_leaks()


@dataclass
class Visit:
    """One call of one officer, already answered."""

    office: Office
    officer: Any
    rule: Rule
    #: The ticket that the address names; None = nothing that belongs to a bureau.
    case: Case | None
    answer: Any
    #: Whether the role may call the route at all.
    is_allowed: bool
    is_small: bool

    @property
    def verdict(self) -> str:
        """How the role stands to the route."""
        return "allowed" if self.is_allowed else "refused"

    @property
    def kind(self) -> str:
        """Whose object the address names."""
        if self.case is None:
            return "absent" if self.rule.arguments & GATED else "office-wide"
        is_own = self.office.is_theirs(
            self.officer, self.case, self.rule.arguments, is_small=self.is_small
        )
        return {True: "own", False: "foreign", None: "shared"}[is_own]

    def find_leaks(self) -> list[str]:
        """Say what the call gave away or changed, and undo what it was allowed to."""
        status = self.answer.status_code
        name = f"{self.officer.login} {self.rule.endpoint} {self.kind}: {status}"
        found = [] if self._is_right(status) else [f"{name} is wrong"]
        # A stream has no end; its rule is that of the queue.
        text = "" if self.rule.rule == "/live" else read_words(self.answer)
        self.answer.close()
        if any(secret in text for secret in self._hidden(status)):
            found.append(f"{name} tells a secret")
        if self.is_allowed and self.kind in {"own", "shared", "office-wide"}:
            self.office.put_back()
        elif self.office.was_changed():
            found.append(f"{name} changed something")
        return found

    def _is_right(self, status: int) -> bool:
        if not self.is_allowed:
            return status == 403 or is_sent_home(self.rule, self.answer)
        if self.kind in {"foreign", "absent"}:
            return status == 404
        if status == 503:
            return self.rule.endpoint in MAY_BE_AWAY
        if self.kind == "shared" or method_of(self.rule) != "GET":
            # Finer rules, such as who holds the chat, have tests of their own.
            return status < 500 and status != 401
        if status == 404:
            is_made_up = self.kind == "office-wide" and bool(self.rule.arguments)
            return is_made_up or self.rule.endpoint in MAY_MISS
        return status < 500 and status not in {401, 403}

    def _hidden(self, status: int) -> list[str]:
        """Return the words that must not stand in the answer; in a refusal, none."""
        return [
            case.secret
            for case in self.office.cases
            if status in {401, 403, 404} or not self._may_read(case)
        ]

    def _may_read(self, case: Case) -> bool:
        is_own = self.officer.bureau_id == case.bureau_id
        is_kept = is_own and self.rule.endpoint in OF_BUREAUS
        return is_kept or self._learns(case) or self._sees(case)

    def _sees(self, case: Case) -> bool:
        return self.office.sees(self.officer, case, is_small=self.is_small)

    def _learns(self, case: Case) -> bool:
        """Whether it is a masked question that editors of the knowledge may read."""
        is_editor = self.officer.role in {Role.EDITOR, Role.REVIEWER}
        is_learning = self.rule.endpoint in LEARNING
        return is_editor and is_learning and not case.is_confidential


def read_words(answer: Any) -> str:
    """Return the words of a page, or of the parts of a workbook or document."""
    if not zipfile.is_zipfile(io.BytesIO(answer.data)):
        return str(answer.data.decode("utf-8", errors="replace"))
    with zipfile.ZipFile(io.BytesIO(answer.data)) as parts:
        return "\n".join(parts.read(name).decode("utf-8") for name in parts.namelist())


def is_sent_home(rule: Rule, answer: Any) -> bool:
    """Tell whether the first address led on to the role's own page."""
    is_first = rule.endpoint == "console.show_queue"
    return is_first and answer.status_code == 302 and answer.location != "/console/"
