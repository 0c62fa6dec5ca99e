"""What was signed once is not used for other words; a resend always passes."""

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from handlers.wechat.errors import PushRefusedError
from handlers.wechat.gateway import MAX_AGE
from handlers.wechat.replays import LIFETIME_S, PAUSE_S, ReplayMemory
from tests.valkey import run_valkey

SIGNED, OTHER = "a" * 40, "b" * 40


class Timer:
    """Seconds that pass when told."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class Redis:
    """Counts its calls, and can be gone."""

    def __init__(self, *, is_gone=False):
        self.is_gone = is_gone
        self.calls = 0
        self.kept = {}

    def set(self, key, value, *, nx, ex):
        self._answer()
        assert nx
        assert ex == LIFETIME_S
        if key in self.kept:
            return None
        self.kept[key] = value
        return True

    def get(self, key):
        self._answer()
        return self.kept.get(key)

    def _answer(self):
        self.calls += 1
        if self.is_gone:
            raise redis.ConnectionError


@pytest.fixture(scope="module")
def valkey():
    with run_valkey() as server:
        yield server


@pytest.fixture
def connect(valkey):
    """Make clients of a real Valkey, empty at first; each could be a process."""
    clients = []

    def make(**options):
        client = redis.Redis(port=valkey.port, **options)
        clients.append(client)
        return client

    make().flushall()
    yield make
    for client in clients:
        client.close()


@pytest.fixture
def timer():
    return Timer()


def refuses(memory, signature, content):
    """Tell whether a request is refused."""
    try:
        memory.remember(signature, content)
    except PushRefusedError:
        return True
    return False


def test_resend_passes_and_other_words_do_not():
    """As often as it comes; the first words count, whatever comes between."""
    memory = ReplayMemory(None)
    memory.remember(SIGNED, b"one")
    for _ in range(3):
        memory.remember(SIGNED, b"one")
        assert refuses(memory, SIGNED, b"two")
    memory.remember(OTHER, b"two")


def test_it_remembers_longer_than_a_request_is_valid(timer):
    """A timestamp may be 300 s ahead, and is then valid for 300 s more."""
    assert 2 * MAX_AGE.total_seconds() < LIFETIME_S
    memory = ReplayMemory(None, timer=timer)
    memory.remember(SIGNED, b"one")
    timer.now += 2 * MAX_AGE.total_seconds() + 1
    assert refuses(memory, SIGNED, b"two")
    timer.now += LIFETIME_S
    memory.remember(SIGNED, b"two")
    assert refuses(memory, SIGNED, b"one")


def test_memory_is_bounded_and_forgets_the_oldest(timer):
    """By number, and by time without waiting for the number."""
    memory = ReplayMemory(None, timer=timer, max_local=100)
    for number in range(1000):
        memory.remember(f"{number:040d}", b"one")
    assert len(memory._local) == 100
    assert refuses(memory, f"{999:040d}", b"two")
    assert not refuses(memory, f"{899:040d}", b"two")
    timer.now += LIFETIME_S
    memory.remember(SIGNED, b"one")
    assert len(memory._local) == 1


@pytest.mark.valkey
@pytest.mark.parametrize("decodes", [False, True])
def test_processes_share_what_they_saw(connect, decodes):
    """Whichever of them a forged request reaches."""
    first, second, third = (
        ReplayMemory(connect(decode_responses=decodes)) for _ in range(3)
    )
    first.remember(SIGNED, b"one")
    assert refuses(second, SIGNED, b"two")
    # A genuine resend at the process that saw the forged one first.
    second.remember(SIGNED, b"one")
    assert refuses(second, SIGNED, b"two")
    third.remember(SIGNED, b"one")
    assert 600 <= connect().ttl(f"wenzheng:push:{SIGNED}") <= LIFETIME_S


@pytest.mark.valkey
def test_one_of_many_at_once_is_the_first(connect):
    """Sixteen processes, sixteen bodies under one signature: one passes."""
    memories = [ReplayMemory(connect()) for _ in range(16)]
    with ThreadPoolExecutor(16) as pool:
        jobs = [
            pool.submit(refuses, memory, SIGNED, b"%d" % number)
            for number, memory in enumerate(memories)
        ]
    assert [job.result() for job in jobs].count(False) == 1


def test_without_redis_this_process_remembers(timer, caplog):
    """Nothing is refused for want of Redis, and no message waits for it again."""
    caplog.set_level(logging.WARNING)
    gone = Redis(is_gone=True)
    memory = ReplayMemory(gone, timer=timer)
    memory.remember(SIGNED, b"one")
    memory.remember(OTHER, b"one")
    assert refuses(memory, SIGNED, b"two")
    assert gone.calls == 1
    assert "this process only" in caplog.text
    assert SIGNED not in caplog.text
    gone.is_gone = False
    timer.now += PAUSE_S
    memory.remember("c" * 40, b"one")
    assert gone.calls == 2


def test_what_was_seen_with_redis_is_known_without():
    """It may be lost between a message and its forgery."""
    server = Redis()
    memory = ReplayMemory(server)
    memory.remember(SIGNED, b"one")
    server.is_gone = True
    assert refuses(memory, SIGNED, b"two")
    memory.remember(SIGNED, b"one")


def test_forgotten_between_two_calls():
    """The key's last second: it counts as the first."""

    class Forgetful(Redis):
        def get(self, key):
            self.kept.clear()
            return super().get(key)

    server = Forgetful()
    ReplayMemory(server).remember(SIGNED, b"one")
    ReplayMemory(server).remember(SIGNED, b"two")
