"""What became of each question of a load drill, read from the citizens' screens."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tests.drills.slow_web import LONG_ITEMS
from tests.wechat_simulator import Line

#: The beginning of an answer, and an item of a long one.
LEAD = re.compile(r"答([QF]\d{5})：")
ITEM = re.compile(r"段([QF]\d{5})-(\d\d)")

#: Under which question something stands.
TITLE = re.compile(r"您问的“([QF]\d{5})")

#: From here on a reply answers the message that it replies to.
NOW = "【您刚才发的】"

#: A passive reply holds one message: a long answer says what it lacks.
SHORTENED = "内容较长"


@dataclass
class Question:
    """One message of a citizen's."""

    word: str
    openid: str
    text: str
    asked_at: float = 0.0

    #: What came as the reply to it; empty for none.
    passive: str = ""


@dataclass(frozen=True)
class Read:
    """An answer read on the page behind a link."""

    at: float
    text: str


@dataclass
class Arrival:
    """What a citizen has of one answer."""

    #: passive, pushed, link, or later: with another message of theirs.
    how: str
    at: float
    leads: int = 0
    items: list[int] = field(default_factory=list)
    is_shortened: bool = False

    def is_whole(self, is_long: bool) -> bool:
        """Whether nothing of it is missing that was not said to be."""
        if not is_long or self.is_shortened:
            return self.leads > 0
        return self.leads > 0 and set(self.items) == set(range(1, LONG_ITEMS + 1))


@dataclass
class Tally:
    """Counts over all questions."""

    arrivals: dict[str, Arrival] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    #: What went wrong, one line each, for whoever looks into it.
    notes: list[str] = field(default_factory=list)

    def note(self, what: str, detail: str) -> None:
        """Count a fault and remember it."""
        self.counts[what] += 1
        self.notes.append(f"{what}: {detail}")


def take_stock(
    questions: Mapping[str, Question],
    screens: Mapping[str, Iterable[Line]],
    links: Mapping[str, Read],
    long_words: frozenset[str],
) -> Tally:
    """Read all screens and pages.

    Args:
        questions: Word to question.
        screens: OpenID to what its phone shows, in order.
        links: Word to what was read behind its link.
        long_words: Questions whose answer is long.
    """
    tally = Tally()
    asked = {(q.openid, q.passive): q.word for q in questions.values() if q.passive}
    for openid, lines in screens.items():
        for line in lines:
            if line.kind == "failure":
                tally.note("failures", f"{openid} at {line.at:.1f}")
            elif line.kind in ("passive", "service"):
                own = asked.get((openid, line.text)) if line.kind == "passive" else ""
                _read_line(tally, questions, openid, line, own or "")
    for word, read in links.items():
        _read_page(tally, word, read)
    for word in questions:
        _judge(tally, word, word in long_words)
    return tally


def find_late(questions: Mapping[str, Question], tally: Tally) -> list[float]:
    """Return how long each answer took, in seconds, shortest first."""
    return sorted(
        arrival.at - questions[word].asked_at
        for word, arrival in tally.arrivals.items()
        if arrival.leads
    )


def _read_line(
    tally: Tally,
    questions: Mapping[str, Question],
    openid: str,
    line: Line,
    replied_to: str,
) -> None:
    for word, title, start, is_lead, number in _iter_marks(line.text):
        question = questions.get(word)
        if question is None or question.openid != openid:
            tally.note("swapped", f"{word} shown to {openid}")
            continue
        how = "pushed" if line.kind == "service" else "passive"
        own = replied_to == word
        if how == "passive" and not own:
            how = "later"
        arrival = tally.arrivals.setdefault(word, Arrival(how, line.at))
        if not is_lead:
            arrival.items.append(number)
            continue
        arrival.leads += 1
        arrival.is_shortened |= own and SHORTENED in line.text[start:]
        if title is not None and title != word:
            tally.note("swapped", f"{word} stands under {title}")
        elif title is None and not own:
            tally.note("unnamed", f"{word} came late without its question")


def _iter_marks(text: str) -> Iterator[tuple[str, str | None, int, bool, int]]:
    """Yield (word, title above it, position, is the lead, item) in order."""
    titles = [(m.start(), m[1]) for m in TITLE.finditer(text)]
    if (now := text.find(NOW)) >= 0:
        titles.append((now, None))
    marks = [(m.start(), m[1], True, 0) for m in LEAD.finditer(text)]
    marks += [(m.start(), m[1], False, int(m[2])) for m in ITEM.finditer(text)]
    for start, word, is_lead, number in sorted(marks):
        above = [title for at, title in sorted(titles, key=_first) if at < start]
        yield word, above[-1] if above else None, start, is_lead, number


def _first(pair: tuple[int, str | None]) -> int:
    return pair[0]


def _read_page(tally: Tally, word: str, read: Read) -> None:
    leads = {m[1] for m in LEAD.finditer(read.text)}
    if leads != {word}:
        tally.note("swapped", f"the link of {word} shows {sorted(leads)}")
        return
    items = [int(m[2]) for m in ITEM.finditer(read.text) if m[1] == word]
    seen = tally.arrivals.get(word)
    if seen is None:
        tally.arrivals[word] = Arrival("link", read.at, 1, items)
    elif seen.at > read.at + 1:
        # Read on the page, and noted there; a second later it came all the same.
        tally.note("doubled", f"{word} read by link, then {seen.how}")


def _judge(tally: Tally, word: str, is_long: bool) -> None:
    arrival = tally.arrivals.get(word)
    if arrival is None or not arrival.is_whole(is_long):
        tally.note("missing", f"{word} {'in part' if arrival else 'wholly'}")
        return
    tally.counts["received"] += 1
    tally.counts[arrival.how] += 1
    tally.counts["shortened"] += arrival.is_shortened
    counted = Counter(arrival.items)
    if arrival.leads > 1 or any(n > 1 for n in counted.values()):
        tally.note("doubled", f"{word}: {arrival.leads} times")
    if arrival.items != sorted(arrival.items):
        tally.note("out of order", f"{word}: {arrival.items}")


def group_by_openid(lines: Iterable[tuple[str, Line]]) -> dict[str, list[Line]]:
    """Return each citizen's screen."""
    screens: dict[str, list[Line]] = defaultdict(list)
    for openid, line in lines:
        screens[openid].append(line)
    return screens
