"""300,000 pushes that are not as they should be, and 10,000 that come once too often.

``make drill`` runs it whole; ``WENZHENG_FUZZ_COUNT=5000`` gives a quick look, and
``WENZHENG_FUZZ_SEED`` other requests. A failure names seed, number and mutators: the
same seed and number make the same request again.
"""

import io
import json
import logging
import os
import random
import sys
import time
from array import array
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import psutil
import pytest

from bot import (
    Answer,
    AnswerStatus,
    Block,
    BlockKind,
    Effect,
    MessageKind,
    upgrade_database,
)
from handlers.assembly import assemble
from handlers.config import DatabaseSettings, RedisSettings, Settings, WeChatSettings
from handlers.web import create_app
from tests.drills.mutating import OPENID, TICKET, WORDS, Maker
from tests.fakes import FrozenClock
from tests.valkey import run_valkey
from tests.wechat_simulator import Account, Pusher, make_text

pytestmark = [pytest.mark.drill, pytest.mark.valkey]

COUNT = int(os.environ.get("WENZHENG_FUZZ_COUNT", "300000"))
SEED = int(os.environ.get("WENZHENG_FUZZ_SEED", "20261122"))

#: Replays, of 10,000 in all when the drill is whole.
TRIES = min(10_000, max(300, COUNT // 30))

#: Of all pushes, so many are signed as WeChat signs; 30 % are asked for.
SIGNED_SHARE = 0.55

#: Nothing may take longer; WeChat waits 5 s, and one hostile request must not hold
#: up the others.
SLOWEST_S = 1.0

#: What the process may grow by after its first tenth. Its caches are bounded (10,000
#: signatures are 4 MB); a leak of 1 KB a request would be 270 MB.
GROWTH_MB = 32

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)

PAYLOADS = Path(__file__).parents[1] / "handlers" / "wechat" / "data" / "payloads.json"

#: A stranger may read these of us, and nothing else.
QUIET = {200, 308, 400, 403, 404, 405, 413}


class FastAssistant:
    """Answers at once, as long as anything reaches it."""

    def __init__(self):
        self.turns = 0

    def answer(self, turn):
        self.turns += 1
        if turn.kind is MessageKind.UNSUBSCRIBE:
            turn.effect = Effect.FORGET
            return Answer(AnswerStatus.SILENT_EVENT)
        lead = Block(BlockKind.LEAD, (f"收到：{turn.text}",))
        return Answer(AnswerStatus.ANSWERED, (lead,))


class Listener(logging.Handler):
    """Reads every line of our log and keeps those that name a person or a secret."""

    def __init__(self, secrets):
        super().__init__(logging.DEBUG)
        self.secrets = secrets
        self.lines = 0
        self.leaks = []

    def emit(self, record):
        self.lines += 1
        line = self.format(record)
        if any(secret in line for secret in self.secrets) and len(self.leaks) < 5:
            self.leaks.append(line)


class Service:
    """The application, called as its server calls it, in this process."""

    def __init__(self, root, redis_url, *, mode="safe"):
        self.account = Account()
        self.clock = FrozenClock(NOW)
        self.assistant = FastAssistant()
        settings = Settings(
            database=DatabaseSettings(url=f"sqlite:///{root}/wenzheng.db"),
            redis=RedisSettings(url=redis_url),
            wechat=WeChatSettings(
                app_id=self.account.app_id,
                mode=mode,
                token=self.account.token,
                aes_key=self.account.aes_key,
            ),
            secret_key="a key of the drill, long enough to be one",
            root=root,
        )
        self.parts = assemble(settings, clock=self.clock)
        upgrade_database(self.parts.engine)
        self.parts.__dict__["assistant"] = self.assistant
        self.app = create_app(self.parts)
        payloads = json.loads(PAYLOADS.read_text(encoding="utf-8"))
        self.maker = Maker(
            self.account, [row["xml"] for row in payloads], int(NOW.timestamp())
        )
        self.pusher = Pusher(
            "http://127.0.0.1:9/", self.account, mode=mode, clock=NOW.timestamp
        )

    def call(self, query, body, *, method="POST", path="/wechat", headers=()):
        """Return status and body."""
        started = []
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_TYPE": "text/xml",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_HOST": "wz.example.gov.cn",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            **dict(headers),
        }
        chunks = self.app(environ, lambda status, sent: started.append(status))
        try:
            answer = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        return int(started[0].split()[0]), answer

    def post(self, params, body):
        """Post as WeChat does."""
        return self.call(urlencode(params), body)

    def close(self):
        self.pusher.close()
        self.parts.engine.dispose()
        for redis in (self.parts.redis, self.parts.quick_redis):
            redis.close()


@pytest.fixture(scope="module")
def redis_url():
    with run_valkey() as server:
        yield f"redis://127.0.0.1:{server.port}/0"


@pytest.fixture
def make_service(tmp_path, redis_url):
    made = []

    def make(mode="safe"):
        root = tmp_path / f"{mode}-{len(made)}"
        root.mkdir()
        made.append(Service(root, redis_url, mode=mode))
        return made[-1]

    yield make
    for service in made:
        service.close()


@contextmanager
def listen():
    """Read all that is logged; give the listener.

    No fixture: pytest would add a handler of its own, which keeps every line.
    """
    account = Account()
    listener = Listener(
        [OPENID, WORDS, TICKET, account.token, account.aes_key, account.secret]
    )
    loggers = [logging.getLogger(name) for name in ("bot", "handlers")]
    before = [(log.level, log.propagate) for log in loggers]
    for log in loggers:
        log.addHandler(listener)
        log.setLevel(logging.INFO)
        log.propagate = False
    yield listener
    for log, (level, propagate) in zip(loggers, before, strict=True):
        log.removeHandler(listener)
        log.setLevel(level)
        log.propagate = propagate


@pytest.fixture
def tell(capsys):
    """Say a figure to whoever runs the drill."""

    def say(line):
        with capsys.disabled():
            sys.stdout.write(f"\n{line}")
            sys.stdout.flush()

    return say


@dataclass
class Tally:
    """What became of the pushes."""

    signed: int = 0
    statuses: Counter = field(default_factory=Counter)
    signed_statuses: Counter = field(default_factory=Counter)
    spent_s: array = field(default_factory=lambda: array("d"))
    slowest: tuple[float, str] = (0.0, "")

    def note(self, status, seconds, name, *, is_signed):
        """Add one; complains of what a stranger must never get."""
        assert status in QUIET, f"{name} got {status}"
        self.statuses[status] += 1
        if is_signed:
            self.signed += 1
            self.signed_statuses[status] += 1
        self.spent_s.append(seconds)
        self.slowest = max(self.slowest, (seconds, name))

    def within(self, share):
        """Return the seconds that this share of the pushes stayed under."""
        return sorted(self.spent_s)[int(share * (len(self.spent_s) - 1))]


def test_mutated_pushes_end_quietly(make_service, tell):
    """No 5xx, nothing over a second, memory flat, nobody named in the log."""
    service = make_service()
    process = psutil.Process()
    tally, memory_mb = Tally(), []
    began = time.perf_counter()
    with listen() as listener:
        for index in range(COUNT):
            push_one(service, index, tally)
            if (index + 1) % (COUNT // 10) == 0:
                memory_mb.append(process.memory_info().rss / 2**20)
    growth_mb = memory_mb[-1] - memory_mb[0]
    turns = service.assistant.turns
    tell(
        f"fuzz: {COUNT} pushes in {time.perf_counter() - began:.0f} s (ours: "
        f"{sum(tally.spent_s):.0f} s), {tally.signed / COUNT:.0%} well signed: "
        f"{_show(tally.signed_statuses)}; the others: "
        f"{_show(tally.statuses - tally.signed_statuses)}; assistant: {turns} turns"
    )
    tell(
        f"fuzz: median {_ms(tally.within(0.5))}, 99.9 % under "
        f"{_ms(tally.within(0.999))}, slowest {_ms(tally.slowest[0])} "
        f"({tally.slowest[1]}); memory by tenths "
        f"{' '.join(f'{mb:.0f}' for mb in memory_mb)} MB; "
        f"{listener.lines} log lines, {len(listener.leaks)} name somebody\n"
    )
    assert tally.signed >= 0.3 * COUNT
    assert turns >= COUNT // 100
    assert tally.signed_statuses[400] >= COUNT // 100
    assert tally.slowest[0] <= SLOWEST_S, tally.slowest
    assert growth_mb <= GROWTH_MB
    assert listener.lines >= COUNT // 2
    assert listener.leaks == []


def push_one(service, index, tally):
    """Make the request of this number, send it, and note what became of it."""
    chance = random.Random(SEED * 1_000_003 + index)
    is_signed = chance.random() < SIGNED_SHARE
    maker = service.maker
    request = (maker.make_signed if is_signed else maker.make_foreign)(chance)
    name = f"seed {SEED} number {index}: {request.made_by}"
    start = time.perf_counter()
    try:
        status, _ = service.call(
            request.query,
            request.body,
            method=request.method,
            path=request.path,
            headers=request.headers.items(),
        )
    except Exception as e:
        raise AssertionError(f"{name} raised {type(e).__name__}") from e
    tally.note(status, time.perf_counter() - start, name, is_signed=is_signed)


def _show(statuses):
    return ", ".join(
        f"{count} x {status}" for status, count in sorted(statuses.items())
    )


def _ms(seconds):
    return f"{seconds * 1000:.1f} ms"


class Thief:
    """Has recorded honest pushes and tries to make more of them, without the token."""

    def __init__(self, service, originals):
        self.service = service
        self.originals = originals

    def try_one(self, index):
        """Play one trick; return its name and the status it got."""
        chance = random.Random(SEED * 1_000_003 + index)
        trick = chance.choice(TRICKS)
        (status, answer), expected = trick(self, chance)
        name = f"seed {SEED} number {index}: {trick.__name__} got {status}"
        if expected is not None:
            # WeChat may repeat itself: the stored answer, byte for byte.
            assert (status, answer) == (200, expected), name
        elif status == 200:
            # Only white space was altered: it is the same message still.
            assert answer in {answer for _, _, answer in self.originals}, name
        else:
            assert status in {400, 403}, name
            assert answer == b"", name
        return trick.__name__, status

    def replay(self, chance):
        """Send it again as it was."""
        params, body, answer = chance.choice(self.originals)
        return self.service.post(params, body), answer

    def replay_elsewhere(self, chance):
        """Send it again as somebody else's: the address is not signed."""
        params, body, answer = chance.choice(self.originals)
        changed = {**params, "openid": f"o{chance.random()}", "more": "1"}
        return self.service.post(changed, body), answer

    def alter_ciphertext(self, chance):
        """Alter a character of the body, or cut it."""
        params, body, _ = chance.choice(self.originals)
        at = chance.randrange(len(body))
        new = bytes([(body[at] + chance.randint(1, 200)) % 256])
        altered = body[:at] + chance.choice((new, b"", b"A")) + body[at + 1 :]
        return self._forge(params, altered, body)

    def alter_parameters(self, chance):
        """Renew the time, or change any other part of what is signed."""
        params, body, _ = chance.choice(self.originals)
        name = chance.choice(("timestamp", "nonce", "msg_signature", "signature"))
        if name not in params or (name == "signature" and "msg_signature" in params):
            name = "timestamp"
        old = params[name]
        at = chance.randrange(len(old))
        new = old[:at] + chance.choice("0123456789") + old[at + 1 :]
        return self._forge({**params, name: new + "1" * (new == old)}, body, None)

    def mix(self, chance):
        """Put one push's body under another one's address."""
        (params, *_), (_, body, _) = chance.sample(self.originals, 2)
        return self._forge(params, body, None)

    def come_late(self, chance):
        """Send it when it is old, or before its time."""
        params, body, _ = chance.choice(self.originals)
        off = chance.choice((-1, 1)) * chance.randint(301, 10**7)
        self.service.clock.now = NOW + timedelta(seconds=off)
        try:
            return self.service.post(params, body), None
        finally:
            self.service.clock.now = NOW

    def forget_signature(self, chance):
        """Leave out what proves it, or sign without the token."""
        params, body, _ = chance.choice(self.originals)
        proof = "msg_signature" if "msg_signature" in params else "signature"
        changed = {**params, proof: chance.choice(("", "0" * 40, "签", "null"))}
        if chance.random() < 0.5:
            del changed[proof]
        return self._forge(changed, body, None)

    def downgrade(self, chance):
        """Write own words in clear under an honest address."""
        params, _, _ = chance.choice(self.originals)
        changed = dict(params)
        if "encrypt_type" in changed:
            changed["encrypt_type"] = chance.choice(("", "raw", "AES", "plain"))
            if chance.random() < 0.5:
                del changed["encrypt_type"]
            if chance.random() < 0.5:
                del changed["msg_signature"]
        words = make_text(f"oThief{chance.randrange(99)}", f"转账{chance.random()}")
        return self._forge(changed, words.encode(), None)

    def hide_words(self, chance):
        """Write own words in clear beside the ciphertext of an honest push."""
        params, body, answer = chance.choice(self.originals)
        words = make_text("oThief", "转账").removesuffix("</xml>").encode()
        altered = body.replace(b"<xml>", words, 1)
        if "msg_signature" in params:
            return self.service.post(params, altered), answer
        return self._forge(params, altered, body)

    def _forge(self, params, body, honest):
        if body == honest:
            body += b" "
        return self.service.post(params, body), None


TRICKS = (
    Thief.replay,
    Thief.replay_elsewhere,
    Thief.alter_ciphertext,
    Thief.alter_parameters,
    Thief.mix,
    Thief.come_late,
    Thief.forget_signature,
    Thief.downgrade,
    Thief.hide_words,
)


@pytest.mark.parametrize(("mode", "share"), [("safe", 5), ("compat", 2), ("plain", 3)])
def test_nothing_reaches_the_assistant_twice(make_service, tell, mode, share):
    """Replayed, altered, stale, unsigned, downgraded: only the originals count."""
    service = make_service(mode)
    with listen() as listener:
        originals = [record_one(service, number) for number in range(60)]
        assert service.assistant.turns == len(originals)
        thief = Thief(service, originals)
        seen = defaultdict(Counter)
        tries = TRIES * share // 10
        for index in range(tries):
            trick, status = thief.try_one(index)
            seen[trick][status] += 1
            assert service.assistant.turns == len(originals), f"{mode} {index} {trick}"
    shown = "; ".join(f"{trick} {_show(seen[trick])}" for trick in sorted(seen))
    tell(f"{mode}: {tries} tries, none reached the assistant: {shown}\n")
    assert len(seen) == len(TRICKS)
    assert listener.leaks == []


def record_one(service, number):
    """Push an honest message; return it and what it was answered."""
    params, body = service.pusher.seal(make_text(f"o{number}", f"问题{number}"))
    status, answer = service.post(params, body)
    assert status == 200
    assert len(answer) > 100
    return params, body, answer
