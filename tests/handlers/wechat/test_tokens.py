"""The shared token: one fetch, one lock, and no need of Redis."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from handlers.valkey import start_valkey
from handlers.wechat.errors import WeChatError
from handlers.wechat.tokens import FetchedToken, TokenStore

NAME = "wenzheng:wechat:token:test"


class Source:
    """WeChat's token call: t1, then t2, and so on."""

    def __init__(self):
        self.calls = 0
        self.expires_in_s = 7200
        self.error = None
        self._lock = threading.Lock()

    def __call__(self):
        with self._lock:
            self.calls += 1
            if self.error:
                raise self.error
            return FetchedToken(f"t{self.calls}", self.expires_in_s)


class Timer:
    """Seconds that pass when told to."""

    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture(scope="module")
def valkey(tmp_path_factory):
    """A real server."""
    server = start_valkey(tmp_path_factory.mktemp("valkey"))
    client = Redis.from_url(server.url)
    yield client
    client.close()
    server.stop()


@pytest.fixture(
    params=["process", "gone", pytest.param("valkey", marks=pytest.mark.valkey)]
)
def redis(request):
    """No Redis, one that is away, and a real one."""
    if request.param == "process":
        yield None
    elif request.param == "gone":
        client = Redis.from_url("unix:///nonexistent/redis.sock")
        yield client
        client.close()
    else:
        client = request.getfixturevalue("valkey")
        client.flushdb()
        yield client


@pytest.fixture
def source():
    return Source()


def test_fetched_once_and_kept(source, redis):
    """Whether or not there is a Redis."""
    store = TokenStore(NAME, source, redis)
    assert [store.get() for _ in range(3)] == ["t1"] * 3
    assert source.calls == 1


def test_one_fetch_for_many_threads(source, redis):
    """The others wait for it."""
    store = TokenStore(NAME, source, redis)
    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(lambda _: store.get(), range(16))) == {"t1"}
    assert source.calls == 1


def test_refused_token_is_replaced_once(source, redis):
    """Whoever comes later finds that somebody was faster."""
    store = TokenStore(NAME, source, redis)
    assert store.get() == "t1"
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: store.replace("t1"), range(8))) == {"t2"}
    assert source.calls == 2


def test_failure_is_shared_for_a_second(source, redis):
    """Those who waited for a failing call do not each make their own."""
    timer = Timer()
    store = TokenStore(NAME, source, redis, timer=timer)
    source.error = WeChatError(40125, "alarm", "AppSecret 不对")
    for _ in range(5):
        with pytest.raises(WeChatError, match="AppSecret"):
            store.get()
    assert source.calls == 1
    timer.now += 1.1
    source.error = None
    assert store.get() == "t2"


def test_token_ends_before_wechat_ends_it(source):
    """Two minutes early, so that none runs out on the way."""
    timer = Timer()
    source.expires_in_s = 300
    store = TokenStore(NAME, source, None, timer=timer)
    store.get()
    timer.now += 179
    assert store.get() == "t1"
    timer.now += 2
    assert store.get() == "t2"


@pytest.mark.valkey
def test_processes_share_it(source, valkey):
    """Two stores stand for two processes; the key ends by itself."""
    valkey.flushdb()
    first, second = (TokenStore(NAME, source, valkey) for _ in range(2))
    with ThreadPoolExecutor(8) as pool:
        stores = [first, second] * 8
        assert set(pool.map(lambda s: s.get(), stores)) == {"t1"}
    assert source.calls == 1
    assert 7000 < valkey.ttl(NAME) <= 7080
    assert valkey.get(NAME) == b"t1"
    assert first.replace("t1") == second.replace("t1") == "t2"
    assert source.calls == 2


@pytest.mark.valkey
def test_lock_of_the_dead_is_not_waited_for_without_end(source, valkey):
    """The lock saves calls; it must not cost a citizen an answer."""
    valkey.flushdb()
    valkey.set(f"{NAME}:lock", "somebody")
    assert TokenStore(NAME, source, valkey, lock_s=0.2).get() == "t1"


@pytest.mark.valkey
def test_refused_token_of_another_process_is_replaced_once(source, valkey):
    """Two processes hold the same dead token; one fetches, the other takes it."""
    valkey.flushdb()
    stores = [TokenStore(NAME, source, valkey) for _ in range(4)]
    assert {store.get() for store in stores} == {"t1"}
    with ThreadPoolExecutor(8) as pool:
        got = pool.map(lambda store: store.replace("t1"), stores * 2)
        assert set(got) == {"t2"}
    assert source.calls == 2


@pytest.mark.valkey
def test_refused_token_that_lingers_in_redis_is_not_given_again(source, valkey):
    """After an outage of Redis an old value may stand there."""
    valkey.flushdb()
    store = TokenStore(NAME, source, valkey)
    store.get()
    valkey.set(NAME, "old")
    assert store.get() == "old"
    assert store.replace("old") == "t2"
    assert (store.get(), valkey.get(NAME)) == ("t2", b"t2")


@pytest.mark.valkey
def test_long_token_is_stored_whole(valkey):
    """At least 512 characters (facts §3)."""
    valkey.flushdb()
    token = "T" * 2048
    first = TokenStore(NAME, lambda: FetchedToken(token, 7200), valkey)
    second = TokenStore(NAME, lambda: FetchedToken("other", 7200), valkey)
    assert first.get() == second.get() == token


def test_failure_says_nothing_of_the_token(source, redis):
    """The error that is shared is WeChat's, with no token in its traceback."""
    store = TokenStore(NAME, source, redis)
    token = store.get()
    source.error = WeChatError(45009, "alarm", "次数已用完")
    with pytest.raises(WeChatError) as caught:
        store.replace(token)
    assert token not in str(caught.value)
    assert token not in repr(caught.value)


def test_representation_hides_the_token():
    """It may stand in a traceback."""
    assert "t1" not in repr(FetchedToken("t1", 7200))
