"""The people of the desk drill, acting by the console's own addresses.

Each works from what the pages show, as a person does: no list of their own to rely on.
"""

from __future__ import annotations

import html
import random
import re
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.drills.browsing import BACKGROUND, HTMX, Browser, CutError, Page
from tests.drills.desk_citizens import GOODBYE, WORD, Ledger
from tests.drills.desk_office import PASSWORD, DeskOffice, Person

_ROW = re.compile(r'id="row-(\d+)"')
_LINE = re.compile(r'<li class="message (\w+)" id="m(\d+)"')
_TAG = re.compile(r"<[^>]+>")
_CURSOR = re.compile(r'data-cursor="([^"]*)"')

#: Chats that an agent keeps open at once.
AT_ONCE = 5

#: Seconds after which an agent looks at all chats in hand, news or not.
_LOOK_THROUGH_EVERY_S = 5.0


@dataclass
class Look:
    """One page with a conversation that an officer got."""

    officer: Person
    ticket_id: int
    begun: float
    ended: float
    words: frozenset[str]


@dataclass
class Streamed:
    """What a live stream told, in order."""

    ids: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    resyncs: int = 0
    breaks: int = 0
    refused: int = 0


@dataclass
class Chat:
    """A conversation as a page shows it: (sender, text), oldest first."""

    lines: list[tuple[str, str]]

    @property
    def unanswered(self) -> list[str]:
        """The citizen's words that no reply quotes, also if a reply came after."""
        answered = {
            word
            for sender, text in self.lines
            if sender == "officer"
            for word in WORD.findall(text)
        }
        return [
            word
            for sender, text in self.lines
            if sender == "citizen"
            for word in WORD.findall(text)
            if word not in answered
        ]

    @property
    def is_over(self) -> bool:
        """Whether the citizen has said goodbye, and that was answered."""
        said = [text for sender, text in self.lines if sender == "citizen"]
        return bool(said) and GOODBYE in said[-1] and not self.unanswered

    @property
    def words(self) -> frozenset[str]:
        """All words of ours on the page."""
        return frozenset(w for _, text in self.lines for w in WORD.findall(text))


class Desktop:
    """An officer at the console: logs in, listens, writes down what was seen."""

    def __init__(
        self, office: DeskOffice, person: Person, browser: Browser, ledger: Ledger
    ) -> None:
        self.person = person
        self.looks: list[Look] = []
        self.done: dict[str, int] = {}
        self.refused: dict[str, int] = {}
        self.streamed = Streamed()
        self.is_closed = threading.Event()
        self._office = office
        self._browser = browser
        self._ledger = ledger
        self._chance = random.Random(person.id)
        self._count = 0
        self._cursor = ""

    def log_in(self) -> None:
        """Fill in the form of the login page, and open the first page."""
        self._browser.get_surely("/console/login")
        fields = {"login": self.person.login, "password": PASSWORD, "next": ""}
        page = self._browser.post_surely("/console/login", fields)
        assert page.status == 302, (self.person.login, page.status)
        self._open_queue()

    def listen(self, is_over: threading.Event) -> None:
        """Follow the live stream until the end, and come back when it breaks."""
        while not is_over.is_set():
            if self.is_closed.is_set() or not self._cursor:
                time.sleep(0.2)
                continue
            try:
                self._follow(is_over)
            except OSError:
                self.streamed.breaks += 1
            time.sleep(1)

    def _follow(self, is_over: threading.Event) -> None:
        link, answer = self._browser.open_stream(
            f"/live?last={self._cursor}", {"Accept": "text/event-stream"}
        )
        if answer.status != 200:
            self.streamed.refused += 1
            link.close()
            return
        id_ = ""
        try:
            while not (is_over.is_set() or self.is_closed.is_set()):
                raw = answer.readline()
                if not raw:
                    self.streamed.breaks += 1
                    return
                line = raw.decode().strip()
                if line.startswith("id: "):
                    id_ = line[4:]
                elif line == "event: resync":
                    self.streamed.resyncs += 1
                    self._cursor = id_
                elif line.startswith("event: "):
                    self.streamed.ids.append(id_)
                    self.streamed.names.append(line[7:])
                    self._cursor = id_
        finally:
            link.close()

    def _open_queue(self) -> None:
        page = self._browser.get_surely("/console/")
        found = _CURSOR.search(page.text)
        if found and not self._cursor:
            self._cursor = found[1]

    def list_tab(self, tab: str) -> list[int]:
        """Return the tickets of a tab, from its page."""
        page = self._browser.get_surely(f"/console/queue?tab={tab}", HTMX | BACKGROUND)
        return [int(id_) for id_ in _ROW.findall(page.text)]

    def open_chat(self, ticket_id: int) -> Chat | None:
        """Return a conversation; None if it is not for this officer's eyes."""
        begun = time.time()
        path = f"/console/tickets/{ticket_id}/chat?tab=mine"
        page = self._browser.get_surely(path, HTMX)
        if page.status != 200:
            return None
        chat = read_chat(page.text)
        self.looks.append(Look(self.person, ticket_id, begun, time.time(), chat.words))
        return chat

    def act(
        self, name: str, ticket_id: int, fields: Mapping[str, str] | None = None
    ) -> bool:
        """Send one of the forms of a ticket; returns whether it was taken."""
        path = f"/console/tickets/{ticket_id}/{name}"
        page = self._browser.post_surely(path, fields or {}, HTMX)
        is_taken = page.status in (200, 204, 302)
        counts = self.done if is_taken else self.refused
        key = name if is_taken else f"{name} {page.status}"
        counts[key] = counts.get(key, 0) + 1
        return is_taken

    def say(self, ticket_id: int, text: str, *, is_note: bool = False) -> bool:
        """Write a reply or a note with a word of its own."""
        word = self._make_word("N" if is_note else "A")
        by, text = self.person.login, f"{text} {word}"
        sent = self._ledger.begin(word, by, text, ticket_id)
        fields = {
            "kind": "note" if is_note else "reply",
            "text": text,
            "client_key": secrets.token_hex(16),
        }
        is_taken = self.act("messages", ticket_id, fields)
        if is_taken:
            sent.acked = time.time()
        return is_taken

    def post(self, path: str, fields: Mapping[str, str]) -> Page:
        """Send a form of another page."""
        return self._browser.post_surely(path, fields)

    def probe(self, ticket_id: int) -> None:
        """Look at a conversation by its address, whoever's it may be."""
        self.open_chat(ticket_id)

    def make_words(self, text: str) -> str:
        """Return words for a colleague, with a word of their own."""
        return f"{text} {self._make_word('W')}"

    def _make_word(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self.person.id:03d}K{self._count:04d}"


class Agent(Desktop):
    """Takes who waits, answers, passes on, puts off, resolves."""

    def __init__(
        self, office: DeskOffice, person: Person, browser: Browser, ledger: Ledger
    ) -> None:
        super().__init__(office, person, browser, ledger)
        #: Chats that were opened; the others in hand are new.
        self._known: set[int] = set()
        self._looked_at = 0.0
        self._tried: dict[int, set[str]] = {}

        #: Seconds after the beginning at which the browser is closed, and for how long.
        self.away: tuple[float, float] | None = None

    def work(self, is_over: threading.Event) -> None:
        """Work until everybody has gone home."""
        begun = time.monotonic()
        self.log_in()
        while not is_over.is_set():
            if self.away and time.monotonic() - begun > self.away[0]:
                self._go_away(is_over)
            try:
                self._look_around()
            except CutError:
                continue
            time.sleep(self._chance.uniform(0.3, 0.9))

    def _go_away(self, is_over: threading.Event) -> None:
        """Close the browser with chats in hand; a lead gives them to others."""
        assert self.away is not None
        seconds, self.away = self.away[1], None
        fields = {"presence": "away", "chats": "keep", "back": "/console/"}
        self.post("/console/presence", fields)
        self.is_closed.set()
        is_over.wait(seconds)
        self.is_closed.clear()
        self.log_in()
        self.post("/console/presence", {"presence": "online", "back": "/console/"})

    def _look_around(self) -> None:
        for ticket_id in self.list_tab("offered"):
            self._decide(ticket_id)
        mine, news = self._list_mine()
        for ticket_id in mine:
            if ticket_id in news:
                self._serve(ticket_id)
        if len(mine) < AT_ONCE:
            self._take_next()

    def _list_mine(self) -> tuple[list[int], set[int]]:
        """Return the chats in hand, and which have something new.

        All of them now and then: a line that came while the chat was open counts as
        read, and a person would have seen it.
        """
        page = self._browser.get_surely("/console/queue?tab=mine", HTMX | BACKGROUND)
        rows = page.text.split('id="row-')[1:]
        mine = [int(row.partition('"')[0]) for row in rows]
        unread = {int(row.partition('"')[0]) for row in rows if "unread" in row}
        news = unread | (set(mine) - self._known)
        if time.monotonic() - self._looked_at > _LOOK_THROUGH_EVERY_S:
            self._looked_at = time.monotonic()
            news = set(mine)
        self._known = set(mine)
        return mine, news

    def _decide(self, ticket_id: int) -> None:
        chat = self.open_chat(ticket_id)
        if chat is None:
            return
        if self._chance.random() < 0.25:
            word = self.make_words("不归这里")
            self.act("transfer/refuse", ticket_id, {"word": word})
        else:
            self.act("transfer/accept", ticket_id)

    def _take_next(self) -> None:
        page = self.post("/console/tickets/next", {})
        found = re.search(r"/tickets/(\d+)", page.place)
        if found:
            self.done["claim"] = self.done.get("claim", 0) + 1
            self._ledger.hold(int(found[1]))
            self.open_chat(int(found[1]))

    def _serve(self, ticket_id: int) -> None:
        chat = self.open_chat(ticket_id)
        if chat is None:
            return
        if words := chat.unanswered:
            self.act("read", ticket_id)
            time.sleep(self._chance.uniform(0.05, 0.4))
            self.say(ticket_id, f"您好，关于 {' '.join(words)}：请带身份证。")
            self._do_something_else(ticket_id)
            chat = self.open_chat(ticket_id)
        if chat is not None and chat.is_over:
            self._ledger.let_go(ticket_id)
            reason = self.make_words("已告知材料")
            self.act("resolve", ticket_id, {"ready": "", "reason": reason})

    def _do_something_else(self, ticket_id: int) -> None:
        """Now and then, once for each ticket: note, transfer, put off, give back."""
        tried = self._tried.setdefault(ticket_id, set())
        what = self._chance.choices(
            ("", "note", "transfer", "snooze", "release"), (60, 18, 12, 6, 4)
        )[0]
        if what in tried:
            return
        tried.add(what)
        if what == "note":
            self.say(ticket_id, "电话里也问过", is_note=True)
        elif what == "transfer":
            others = set(self._office.bureaus.values()) - {self.person.bureau_id}
            bureau = str(self._chance.choice(sorted(others)))
            word = self.make_words("请看看是不是您们的")
            self.act("transfer", ticket_id, {"bureau_id": bureau, "word": word})
        elif what == "snooze":
            self.act("snooze", ticket_id, {"until": "hour", "at": ""})
            time.sleep(0.3)
            self.act("wake", ticket_id)
        elif what == "release":
            self._ledger.let_go(ticket_id)
            self.act("release", ticket_id)


class Lead(Desktop):
    """Gives away what colleagues who are not there have left, and what waits long."""

    def work(self, is_over: threading.Event) -> None:
        """Look every few seconds until everybody has gone home."""
        self.log_in()
        team = [
            p for p in self._office.of_role("agent")
            if p.bureau_id == self.person.bureau_id
        ]  # fmt: skip
        while not is_over.wait(2):
            for ticket_id in self.list_tab("unattended"):
                to = self._chance.choice(team[1:])
                self.act("assign", ticket_id, {"officer_id": str(to.id)})


class Chief(Desktop):
    """Sees every bureau's chats, and sorts some."""

    def work(self, is_over: threading.Event) -> None:
        """Look at a few chats every few seconds."""
        self.log_in()
        team = self._office.of_role("agent")
        while not is_over.wait(1.5):
            tickets = self.list_tab("all")
            for ticket_id in self._chance.sample(tickets, min(3, len(tickets))):
                self.open_chat(ticket_id)
            for ticket_id in self.list_tab("unattended"):
                to = self._chance.choice([p for p in team if p.login != "agent00"])
                self.act("assign", ticket_id, {"officer_id": str(to.id)})


def read_chat(page: str) -> Chat:
    """Read the lines of a conversation from its page in the console."""
    page = page.partition('class="chat-foot')[0]
    found = list(_LINE.finditer(page))
    ends = [*[match.start() for match in found][1:], len(page)]
    return Chat(
        [
            (match[1], html.unescape(_TAG.sub(" ", page[match.end() : end])))
            for match, end in zip(found, ends, strict=False)
        ]
    )
