"""Counts what went wrong in a drill of the desk, from rows and from all screens.

Knows nothing of the service but its tables: what should be there is what the people
of the drill wrote down themselves.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from tests.drills.desk_agents import Desktop, Look
from tests.drills.desk_citizens import CLAIMED, ENDED, WORD, Ledger

#: Everything that must not happen; the figures of a drill begin with these.
FAULTS = (
    "lost",
    "doubled",
    "stored though refused",
    "shown to the wrong person",
    "notes or words of colleagues shown to citizens",
    "not shown to the citizen",
    "shown twice to the citizen",
    "out of order",
    "bot lines while a person holds",
    "tickets without bureau or due times",
    "tickets that are not resolved",
    "citizens who waited in vain",
    "looks at other bureaus' tickets",
    "messages never answered",
    "messages never pushed",
    "live events lost or doubled",
    "HTTP 5xx",
    "WeChat pushes that failed",
    "errors in the log",
)

_HELD = {"claimed", "waiting_citizen"}

#: From the moment that a row names to its commit; until then the old state holds.
_COMMITTED_WITHIN_S = 2.0

#: From the commit to a phone; the machine is busy with the drill itself.
_ON_ITS_WAY_S = 2.0


@dataclass
class Report:
    """What was counted, with the first of each fault in words."""

    faults: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    figures: dict[str, object] = field(default_factory=dict)

    def add(self, fault: str, what: str) -> None:
        """Count one fault."""
        assert fault in FAULTS
        self.faults[fault] += 1
        if self.faults[fault] <= 5:
            self.notes.append(f"{fault}: {what}")

    def draw(self, title: str) -> list[str]:
        """Return it as lines, bad ones first."""
        rows = [(name, self.faults[name]) for name in FAULTS]
        rows.sort(key=lambda row: row[1] == 0)
        lines = [f"\n{title}", *(f"  {name:<48}{n}" for name, n in rows)]
        lines += [f"  {name:<48}{n}" for name, n in self.figures.items()]
        return [*lines, *(f"  ! {note}" for note in self.notes)]


@dataclass
class Screen:
    """What one citizen saw: as it came, and on the page opened anew at the end.

    Each line with who says it: citizen, officer, bot or system.
    """

    name: str
    live: list[tuple[str, str]]
    final: list[tuple[str, str]]

    #: When lines of the bot's appeared on a phone.
    pushed: list[float] = field(default_factory=list)


@dataclass
class Row:
    """A line of the messages table."""

    id: int
    conversation: int
    sender: str
    text: str
    at: float

    @property
    def own_word(self) -> str:
        """The word of whoever wrote it: the last one, replies quote before it."""
        words = WORD.findall(self.text)
        return words[-1] if words else ""


@dataclass
class Happening:
    """A row of ticket_events."""

    ticket: int
    at: float
    action: str
    detail: Mapping[str, Any]


class Examiner:
    """Reads the database once and compares."""

    def __init__(self, engine: Any, ledger: Ledger) -> None:
        self.report = Report()
        self._ledger = ledger
        with engine.connect() as link:
            self._rows = [
                Row(r.id, r.conversation_id, r.sender, r.text, _stamp(r.created_at))
                for r in link.execute(text("SELECT * FROM messages ORDER BY id"))
            ]
            self._events = [
                Happening(r.ticket_id, _stamp(r.at), r.action, _load(r.detail))
                for r in link.execute(text("SELECT * FROM ticket_events ORDER BY id"))
            ]
            self._tickets = link.execute(text("SELECT * FROM tickets")).all()
            self._unanswered = link.scalar(
                text("SELECT count(*) FROM inbox WHERE answered_at IS NULL")
            )
            self._outbox = link.execute(
                text("SELECT state, count(*) AS n FROM outbox GROUP BY state")
            ).all()
        self._talks: dict[int, list[Row]] = defaultdict(list)
        for row in self._rows:
            self._talks[row.conversation].append(row)
        self._places = self._find_places()
        self._of_ticket = {t.id: t.conversation_id for t in self._tickets}
        self._lives: dict[int, list[Happening]] = defaultdict(list)
        for event in self._events:
            self._lives[event.ticket].append(event)

    def check_rows(self) -> None:
        """Each thing that was written and taken is stored once, in its order."""
        wanted = {"C": "citizen", "A": "officer", "N": "note"}
        stored = Counter(
            (row.own_word, row.sender) for row in self._rows if row.own_word
        )
        for word, sent in self._ledger.sent.items():
            n = stored[word, wanted[word[0]]]
            if sent.acked and n == 0:
                self.report.add("lost", f"{word} by {sent.by}")
            if n > 1:
                self.report.add("doubled", f"{word}: {n} rows")
            # What a citizen sent in vain may have arrived all the same: it is counted
            # as a failed push. An officer's must not be there.
            if n and not sent.acked and word[0] != "C":
                self.report.add("stored though refused", word)
        for talk, rows in self._talks.items():
            mine = [r.own_word for r in rows if r.own_word[:1] in {"C", "A"}]
            for by, words in _by_writer(mine).items():
                if words != sorted(words):
                    self.report.add("out of order", f"{by} in talk {talk}")

    def check_screen(self, screen: Screen) -> None:
        """A citizen saw all that is theirs, once, in order, and nothing else."""
        talks = {p for w, p in self._places.items() if w.startswith(screen.name)}
        if len(talks) != 1:
            self.report.add(
                "shown to the wrong person", f"{screen.name} has {len(talks)} talks"
            )
            return
        (talk,) = talks
        said = [
            r.own_word for r in self._talks[talk] if r.sender in {"citizen", "officer"}
        ]
        said = [word for word in said if word]
        for lines, how in ((screen.live, "live"), (screen.final, "at the end")):
            self._check_lines(screen.name, talk, lines, said, how)

    def _check_lines(
        self,
        name: str,
        talk: int,
        lines: Sequence[tuple[str, str]],
        said: list[str],
        how: str,
    ) -> None:
        report, shown = self.report, []
        for kind, line in lines:
            words = WORD.findall(line)
            # The bot may quote.
            shown += words[-1:] if kind in {"citizen", "officer"} else []
            self._check_foreign(words, talk, f"{name} {how}")
        counts = Counter(shown)
        for word in said:
            if counts[word] == 0:
                report.add("not shown to the citizen", f"{word} to {name} {how}")
            elif counts[word] > 1:
                report.add("shown twice to the citizen", f"{word} to {name} {how}")
        for kind in "CA":
            # Own lines and the officers' are two orders: on a phone, one's own line
            # stands on the screen before the service has it.
            mine = [w for w in shown if w.startswith(kind)]
            if mine != [w for w in said if w.startswith(kind) and counts[w]]:
                report.add("out of order", f"{name} {how}, {kind}")

    def _check_foreign(self, words: Sequence[str], talk: int, to: str) -> None:
        for word in words:
            if word[0] in "NW":
                fault = "notes or words of colleagues shown to citizens"
                self.report.add(fault, f"{word} to {to}")
            elif self._places.get(word) != talk:
                self.report.add("shown to the wrong person", f"{word} to {to}")

    def check_bot(self, screens: Iterable[Screen]) -> None:
        """No line of the bot's while a person holds, by four independent records."""
        spans = [*self._list_held(), *self._list_ledger_spans()]
        for screen in screens:
            talk = self._places.get(f"{screen.name}K0001", 0)
            for at in screen.pushed:
                # What was on its way when somebody came in may still arrive.
                if any(t == talk and b + _ON_ITS_WAY_S < at < e for t, b, e in spans):
                    self.report.add("bot lines while a person holds", screen.name)
        guilty = {
            row.id
            for talk, begun, ended in spans
            for row in self._talks[talk]
            if row.sender == "bot" and begun < row.at < ended
        }
        for id_ in sorted(guilty | self._list_said_after_claim()):
            self.report.add("bot lines while a person holds", f"message {id_}")

    def _list_said_after_claim(self) -> set[int]:
        """Lines of the bot's between who came in and the end, by their order."""
        released = {
            self._of_ticket[event.ticket]
            for event in self._events
            if event.action == "released"
        }
        guilty = set()
        for talk in self._talks.keys() - released:
            is_held = False
            for row in self._talks[talk]:
                if row.sender == "system":
                    is_held = (is_held or CLAIMED in row.text) and ENDED not in row.text
                elif row.sender == "bot" and is_held:
                    guilty.add(row.id)
        return guilty

    def check_tickets(self, is_bad_meanwhile: int) -> None:
        """Every ticket has an owner and due times, and came to an end."""
        report = self.report
        report.faults["tickets without bureau or due times"] += is_bad_meanwhile
        for ticket in self._tickets:
            dues = (ticket.due_first_reply_at, ticket.due_dispatch_at)
            if None in (ticket.bureau_id, ticket.due_answer_at, *dues):
                report.add("tickets without bureau or due times", f"{ticket.id}")
            if ticket.state not in {"resolved", "closed"}:
                fault = "tickets that are not resolved"
                report.add(fault, f"{ticket.id} is {ticket.state}")
        for event in self._events:
            if event.detail.get("bureau") is None:
                fault = "tickets without bureau or due times"
                report.add(fault, f"event {event.action} of {event.ticket}")

    def check_looks(self, looks: Iterable[Look]) -> None:
        """Nobody read what is another bureau's, nor two conversations as one."""
        for look in looks:
            talk = self._of_ticket[look.ticket_id]
            for word in look.words:
                if word[0] in "CA" and self._places.get(word, talk) != talk:
                    who = look.officer.login
                    self.report.add("shown to the wrong person", f"{word} to {who}")
            if look.officer.bureau_id is not None and not self._may_look(look):
                what = f"{look.officer.login} saw {look.ticket_id}"
                self.report.add("looks at other bureaus' tickets", what)

    def _may_look(self, look: Look) -> bool:
        """Whether at some moment of the look the ticket was for this officer."""
        state: Mapping[str, Any] = {}
        states = []
        for event in self._lives[look.ticket_id]:
            if event.at > look.ended:
                break
            if event.at >= look.begun - _COMMITTED_WITHIN_S:
                states.append(state)
            state = event.detail
        for each in [*states, state]:
            bureaus = {each.get("bureau"), each.get("offered_to")}
            if look.officer.bureau_id in bureaus:
                return True
            if each.get("holder") == look.officer.id:
                return True
        return False

    def check_service(self, log: str, http_faults: Sequence[str], pushes: int) -> None:
        """The service itself: nothing left over, no errors."""
        report = self.report
        report.faults["messages never answered"] += int(self._unanswered or 0)
        for state, n in self._outbox:
            if state != "sent":
                report.faults["messages never pushed"] += n
                report.notes.append(f"outbox: {n} {state}")
        for fault in http_faults:
            report.add("HTTP 5xx", fault)
        report.faults["WeChat pushes that failed"] += pushes
        for line in log.splitlines():
            is_bad = re.search(r"\bERROR\b|\bCRITICAL\b|^Traceback", line)
            # Gunicorn's word on the process that the drill kills.
            if is_bad and "was sent SIGKILL" not in line:
                report.add("errors in the log", line[:200])

    def check_streams(self, desktops: Sequence[Desktop]) -> None:
        """Every listener heard each event between its first and last once."""
        everything = {id_ for d in desktops for id_ in d.streamed.ids}
        for desk in desktops:
            ids = desk.streamed.ids
            if not ids or desk.streamed.resyncs:
                continue
            order = [_order(id_) for id_ in ids]
            if order != sorted(set(order)):
                self.report.add("live events lost or doubled", desk.person.login)
                continue
            between = {i for i in everything if order[0] <= _order(i) <= order[-1]}
            if missed := between - set(ids):
                what = f"{desk.person.login} missed {len(missed)}"
                self.report.add("live events lost or doubled", what)

    def measure(self) -> None:
        """First replies, and what there was."""
        actions = Counter(event.action for event in self._events)
        waits = []
        for events in self._lives.values():
            opened = 0.0
            for event in events:
                if event.action in {"opened", "reopened"}:
                    opened = event.at
                elif event.action == "first_reply":
                    waits.append(event.at - opened)
        waits.sort()
        figures = self.report.figures
        figures["tickets"] = len(self._tickets)
        figures["lines stored"] = dict(Counter(row.sender for row in self._rows))
        figures["what happened to tickets"] = dict(actions.most_common())
        if waits:
            figures["first human reply, s (n, p50, p95, longest)"] = (
                f"{len(waits)}, {waits[len(waits) // 2]:.1f}, "
                f"{waits[int(len(waits) * 0.95)]:.1f}, {waits[-1]:.1f}"
            )

    def _find_places(self) -> dict[str, int]:
        """Return in which conversation each word was written."""
        return {
            row.own_word: row.conversation for row in self._rows if row.own_word
        }  # fmt: skip

    def _list_held(self) -> list[tuple[int, float, float]]:
        """Return spans held, from the tickets' own history."""
        spans = []
        for ticket, events in self._lives.items():
            since = 0.0
            for event in events:
                is_held = event.detail.get("state") in _HELD
                if is_held and not since:
                    since = event.at
                elif not is_held and since:
                    spans.append((self._of_ticket[ticket], since, event.at))
                    since = 0.0
        return spans

    def _list_ledger_spans(self) -> list[tuple[int, float, float]]:
        """Return spans held, as the officers' browsers know them."""
        return [
            (self._of_ticket[ticket], begun, ended)
            for ticket, spans in self._ledger.holds.items()
            for begun, ended in spans
            if ended
        ]


def _by_writer(words: Iterable[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for word in words:
        found[word[:4]].append(word)
    return found


def _order(event_id: str) -> tuple[int, int]:
    milliseconds, _, number = event_id.partition("-")
    return int(milliseconds), int(number)


def _stamp(at: str | datetime) -> float:
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _load(detail: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(detail) if isinstance(detail, str) else detail
    return found
