"""Many citizens who write at a steady rate, open their links, and write once more."""

from __future__ import annotations

import html
import random
import re
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx

from tests.drills.slow_web import is_long
from tests.drills.tally import LEAD, Question, Read, Tally, group_by_openid, take_stock
from tests.wechat_simulator import FakeApi, Phone, Pusher, World

#: Everybody may wait for 15 s at once.
_THREADS = 500

#: The page behind a link looks again so often while the answer is composed.
_LOOK_AGAIN_S = 3.0
_LINK = re.compile(r"http://127\.0\.0\.1:\d+/wechat/answers/[\w.-]+")

#: Times that everybody whose answers are missing writes again.
MAX_ROUNDS = 6


@dataclass
class Plan:
    """How much, how fast, and what goes wrong when."""

    questions: int
    citizens: int
    per_s: float

    #: Nothing new for so long: what is to come has come, until somebody writes.
    quiet_s: float = 10.0

    #: One citizen in so many is shut out: nothing can be pushed to them …
    shut_out_one_in: int = 10

    #: … from this share of the time on.
    shut_out_from: float = 0.75

    #: Seconds since the beginning to what is done to the API then.
    faults: Sequence[tuple[float, Callable[[FakeApi], None]]] = ()


@dataclass
class Crowd:
    """The citizens of one drill."""

    world: World
    pusher: Pusher
    api: FakeApi
    plan: Plan
    questions: dict[str, Question] = field(default_factory=dict)
    links: dict[str, Read] = field(default_factory=dict)

    #: How many citizens wrote in each last round.
    rounds: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        # As long as real ones, so that a search of the logs finds no chance hits.
        self.openids = [
            f"oDrill{secrets.token_urlsafe(16)}" for _ in range(self.plan.citizens)
        ]
        self._random = random.Random(7)
        self._pool = ThreadPoolExecutor(_THREADS)
        self._http = httpx.Client(timeout=10, trust_env=False)
        self._lock = threading.Lock()
        self._is_over = threading.Event()

    def run(self) -> Tally:
        """Ask, wait, write once more; returns what became of it."""
        try:
            self._ask_all()
            self.world.shut_out.clear()
            for number in range(MAX_ROUNDS):
                everybody = self.openids if number == 0 else self._list_waiting()
                if not everybody:
                    break
                self.rounds.append(len(everybody))
                self._write_once_more(everybody, number)
            return self.count()
        finally:
            self._is_over.set()
            self._pool.shutdown(wait=True)
            self._http.close()

    def count(self) -> Tally:
        """Read all screens as they are now."""
        screens = group_by_openid(self.world.iter_lines())
        long_words = frozenset(w for w, q in self.questions.items() if is_long(q.text))
        with self._lock:
            return take_stock(
                dict(self.questions), screens, dict(self.links), long_words
            )

    def _ask_all(self) -> None:
        plan, begun = self.plan, time.monotonic()
        faults = list(plan.faults)
        shut_out = self.openids[:: plan.shut_out_one_in]
        for number in range(plan.questions):
            due = number / plan.per_s
            time.sleep(max(0.0, begun + due - time.monotonic()))
            while faults and faults[0][0] <= due:
                faults.pop(0)[1](self.api)
            if number == int(plan.questions * plan.shut_out_from):
                self.world.shut_out.update(shut_out)
                for openid in shut_out:
                    self.world.close_windows(openid)
            openid = self._random.choice(self.openids)
            self._ask(f"Q{number:05d}", openid, "这件事怎么办，要带什么")
        self._wait_until_quiet()

    def _write_once_more(self, openids: Sequence[str], round_: int) -> None:
        begun = time.monotonic()
        for number, openid in enumerate(openids):
            time.sleep(max(0.0, begun + number / self.plan.per_s - time.monotonic()))
            word = f"F{round_ * 10_000 + self.openids.index(openid):05d}"
            self._ask(word, openid, "谢谢，还有吗")
        self._wait_until_quiet()

    def _ask(self, word: str, openid: str, rest: str) -> None:
        question = Question(word, openid, f"{word}号{rest}", time.time())
        with self._lock:
            self.questions[word] = question
        self._pool.submit(self._say, question)

    def _say(self, question: Question) -> None:
        delivery = Phone(self.world, self.pusher, question.openid).say(question.text)
        assert delivery is not None
        question.passive = delivery.shown
        link = _LINK.search(delivery.shown)
        # Every other citizen never touches links.
        if link and self.openids.index(question.openid) % 2:
            self._read_link(question.word, link[0])

    def _read_link(self, word: str, url: str) -> None:
        """Look at the page as a browser does: again and again until it is there."""
        text = ""
        while not LEAD.search(text):
            if self._is_over.wait(_LOOK_AGAIN_S if text else 0):
                return
            page = html.unescape(self._http.get(url).text)
            text = re.sub(r"<[^>]+>", "\n", page)
        self._http.post(url)
        with self._lock:
            self.links[word] = Read(time.time(), text)

    def _list_waiting(self) -> list[str]:
        """List who lacks an answer, or a part of one."""
        tally = self.count()
        lacking = {
            self.questions[note.split()[1]].openid
            for note in tally.notes
            if note.startswith("missing")
        }
        return [openid for openid in self.openids if openid in lacking]

    def _wait_until_quiet(self) -> None:
        """Wait until nothing has changed on any screen for a while."""
        last, since = -1, time.monotonic()
        while time.monotonic() - since < self.plan.quiet_s:
            time.sleep(0.25)
            seen = sum(1 for _ in self.world.iter_lines()) + len(self.links)
            if seen != last:
                last, since = seen, time.monotonic()
            elif not self._is_waiting():
                # Nobody lacks anything: no need to wait for more.
                return

    def _is_waiting(self) -> bool:
        return self.count().counts["missing"] > 0
