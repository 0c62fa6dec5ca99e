"""Citizens of the desk drill: they ask, are handed over, talk, thank, and rate.

Whatever a citizen writes bears a word of its own, so that it is known again anywhere.
"""

from __future__ import annotations

import html
import json
import random
import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.drills.browsing import SCRIPT, Browser, CutError
from tests.drills.desk_office import BUREAUS, FACTS
from tests.wechat_simulator import Phone, Pusher, World, make_text

#: C017K003: citizen 17's third line; A an officer's reply, N a note, W other words.
WORD = re.compile(r"[CANW]\d{3}K\d{4}")

_LINE = re.compile(r'<li class="line is-(\w+)[^"]*" id="m(\d+)"')
_TARGET = re.compile(r'name="target" value="(t\d+)"')
_TAG = re.compile(r"<[^>]+>")

CLAIMED = "以下由工作人员回复"
ENDED = "这次人工服务已结束"
GOODBYE = "就这些"
UNSOLVED = "还没解决"

#: A page that waits for an officer asks every second.
_LOOK_EVERY_S = 1.0


@dataclass
class Sent:
    """Something that somebody wrote."""

    word: str
    by: str
    text: str
    begun: float
    #: When the service said that it has it; 0 = never, or it was refused.
    acked: float = 0.0
    ticket_id: int = 0


@dataclass
class Seen:
    """A line on a citizen's screen."""

    kind: str
    text: str
    at: float
    id: int = 0


@dataclass
class Ledger:
    """What everybody wrote; safe between threads."""

    sent: dict[str, Sent] = field(default_factory=dict)
    stuck: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    #: Ticket to the moments at which a person surely held it: from – to, as the
    #: officers' own browsers know it.
    holds: dict[int, list[list[float]]] = field(default_factory=dict)

    def begin(self, word: str, by: str, text: str, ticket_id: int = 0) -> Sent:
        """Note that something is being sent."""
        sent = Sent(word, by, text, time.time(), ticket_id=ticket_id)
        with self.lock:
            assert word not in self.sent
            self.sent[word] = sent
        return sent

    def note_stuck(self, what: str) -> None:
        """Note that somebody waited in vain."""
        with self.lock:
            self.stuck.append(what)

    def hold(self, ticket_id: int) -> None:
        """A person has it now."""
        with self.lock:
            self.holds.setdefault(ticket_id, []).append([time.time(), 0.0])

    def let_go(self, ticket_id: int) -> None:
        """Called before whatever ends it: from here on it may be over."""
        with self.lock:
            for span in self.holds.get(ticket_id, []):
                span[1] = span[1] or time.time()


class Citizen:
    """Somebody with a matter; subclasses know how they write and read."""

    #: All pauses are multiplied by it.
    pace = 1.0

    def __init__(self, number: int, ledger: Ledger, deadline: float) -> None:
        self.number = number
        self.name = f"C{number:03d}"
        self.chance = random.Random(1000 + number)
        self.seen: list[Seen] = []
        self.bureau = BUREAUS[number % len(BUREAUS)]
        self.is_done = False
        self._ledger = ledger
        self._deadline = deadline
        self._count = 0
        self._looked = 0

    def live(self) -> None:
        """Do it all; stops where nobody answers until the end."""
        try:
            self._live()
            self.is_done = True
        except TimeoutError as e:
            self._ledger.note_stuck(f"{self.name}: {e}")

    def _live(self) -> None:
        chance = self.chance
        if chance.random() < 0.6:
            question = FACTS[(self.number + chance.randrange(2)) % len(FACTS)][0]
            self._say(question)
            self._wait("the bot's answer", lambda line: line.kind == "bot")
            self._pause(0.5, 2)
        self._call_a_person()
        self._talk(chance.randint(2, 4))
        if self.number % 8 == 3:
            self._say_plainly(UNSOLVED)
            self._say("还差一份材料")
            self._talk(1)
        self._rate()

    def _call_a_person(self) -> None:
        wish = "，转人工" if self.number % 2 else ""
        self._say(f"我要投诉{self.bureau.topic}窗口办事拖拉{wish}")
        if self.chance.random() < 0.2:
            self._pause(0.5, 2)
            self._say("我再补充一句，已经去过两次")

    def _talk(self, turns: int) -> None:
        """Answer each reply of the officer, say goodbye, wait for the end."""
        self._wait("the first reply", self._is_reply)
        for turn in range(turns):
            self._pause(0.3, 2)
            last = turn == turns - 1
            self._say(f"{GOODBYE}，谢谢" if last else "那要带什么材料")
            if not last and self.chance.random() < 0.25:
                self._say("还有，几点下班")
            self._wait(f"reply {turn + 2}", self._is_reply)
        self._wait("the end", lambda line: ENDED in line.text)

    def _is_reply(self, line: Seen) -> bool:
        """Whether an officer answers the last line that this citizen wrote."""
        return line.kind == "officer" and f"{self.name}K{self._count:04d}" in line.text

    def _wait(self, what: str, is_it: Callable[[Seen], bool]) -> None:
        while True:
            self.look()
            for n in range(self._looked, len(self.seen)):
                if is_it(self.seen[n]):
                    self._looked = n + 1
                    return
            if time.time() > self._deadline:
                raise TimeoutError(f"waited for {what}")
            time.sleep(_LOOK_EVERY_S * self.pace)

    def _pause(self, at_least: float, at_most: float) -> None:
        time.sleep(self.pace * self.chance.uniform(at_least, at_most))

    def _say(self, text: str) -> None:
        self._count += 1
        word = f"{self.name}K{self._count:04d}"
        sent = self._ledger.begin(word, self.name, f"{text} {word}")
        if self.send(sent.text):
            sent.acked = time.time()

    def _say_plainly(self, text: str) -> None:
        """A command: with a word of ours it would be none."""
        self.send(text)

    def _rate(self) -> None:
        """Say how it was; by default not at all."""

    def send(self, text: str) -> bool:
        """Write; returns whether the service has it."""
        raise NotImplementedError

    def look(self) -> None:
        """Add what is new on the screen to ``seen``."""
        raise NotImplementedError


class WebCitizen(Citizen):
    """A browser at /chat that does what chat.js does."""

    def __init__(
        self, number: int, ledger: Ledger, deadline: float, browser: Browser
    ) -> None:
        super().__init__(number, ledger, deadline)
        self._browser = browser
        self._last = 0
        self._desk = ""
        self._target = ""
        self.rated = 0

    def send(self, text: str) -> bool:
        """Post it with a key of its own, again while nobody answers."""
        if not self._browser.token:
            self._browser.get_surely("/chat")
        fields = {
            "text": text,
            "message_key": secrets.token_hex(16),
            "after": str(self._last),
        }
        page = self._browser.post_surely("/chat", fields, SCRIPT)
        if page.status == 200 and self.number % 10 == 0:
            # As after a lost answer: the same form once more.
            page = self._browser.post_surely("/chat", fields, SCRIPT)
        if page.status == 200:
            self._take(page.text)
        return page.status == 200

    def look(self) -> None:
        """Ask for what is new."""
        path = f"/chat/messages?after={self._last}&desk={self._desk}"
        try:
            page = self._browser.get(path, SCRIPT)
        except CutError:
            return
        if page.status == 200:
            self._take(page.text)

    def reload(self) -> list[Seen]:
        """Open the page anew; returns all that stands on it."""
        return read_lines(self._browser.get_surely("/chat").text)

    def _take(self, text: str) -> None:
        news = json.loads(text)
        known = {line.id for line in self.seen}
        self.seen += [x for x in read_lines(news["html"]) if x.id not in known]
        self._last = max(self._last, int(news["last"]))
        self._desk = news["desk"]
        if found := _TARGET.findall(news["html"]):
            self._target = found[-1]

    def _rate(self) -> None:
        if self._target and self.number % 4 == 0:
            score = str(1 + self.number % 5)
            fields = {"target": self._target, "line": "0", "score": score}
            page = self._browser.post_surely("/chat/ratings", fields, SCRIPT)
            self.rated += page.status == 200


class WeChatCitizen(Citizen):
    """A phone with WeChat."""

    def __init__(
        self,
        number: int,
        ledger: Ledger,
        deadline: float,
        world: World,
        pusher: Pusher,
    ) -> None:
        super().__init__(number, ledger, deadline)
        self.openid = f"oDesk{number:03d}{secrets.token_urlsafe(12)}"
        self.failures = 0
        self._world = world
        self._pusher = pusher
        self._phone = Phone(world, pusher, self.openid)
        self._read = 0

    def send(self, text: str) -> bool:
        """Push it, signed; one in ten pushes comes a second time by itself."""
        world = self._world
        world.show(self.openid, "citizen", text)
        world.note_act(self.openid, "message")
        created, to = int(world.clock()), world.account.original_id
        xml = make_text(self.openid, text, to=to, created=created)
        delivery = self._phone.push(xml, "text")
        if self.number % 10 == 1:
            self._pusher.push(xml)
        if delivery.last.status != 200:
            self.failures += 1
        return delivery.last.status == 200

    def look(self) -> None:
        """Read the screen."""
        with self._world.lock:
            lines = self._phone.citizen.transcript[self._read :]
            self._read += len(lines)
        for line in lines:
            if line.kind != "failure":  # WeChat's own word; counted when it is sent
                kind = _kind_of(line.kind, line.text)
                self.seen.append(Seen(kind, line.text, line.at))


def read_lines(page: str) -> list[Seen]:
    """Read the lines of the conversation from a page of /chat."""
    found = list(_LINE.finditer(page))
    ends = [*[match.start() for match in found][1:], len(page)]
    return [
        Seen(
            match[1],
            html.unescape(_TAG.sub(" ", page[match.end() : end])),
            time.time(),
            int(match[2]),
        )
        for match, end in zip(found, ends, strict=False)
    ]


def _kind_of(kind: str, text: str) -> str:
    """Say who speaks on a phone: WeChat shows all of the account's lines alike."""
    if kind == "citizen":
        return kind
    if re.search(r"A\d{3}K\d{4}", text):
        return "officer"
    if any(mark in text for mark in (CLAIMED, ENDED, "您的问题")):
        return "system"
    return "bot"
