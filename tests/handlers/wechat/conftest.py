"""An official account, a simulated WeChat, and the service under test between them."""

import json
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask

from bot import (
    Answer,
    AnswerStatus,
    Block,
    BlockKind,
    FrontDesk,
    MessageKind,
    NativeDesk,
    Seal,
    make_engine,
    upgrade_database,
)
from handlers.config import DeskSettings, WeChatSettings
from handlers.wechat import WeChatClient, blueprint
from tests.wechat_simulator import Account, FakeApi, Pusher, serve

DATA = Path(__file__).parent / "data"
SEAL = Seal("secret-key-of-the-tests-0001")


def _load(name):
    return json.loads((DATA / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def signatures():
    """Official signatures."""
    return _load("signatures.json")


@pytest.fixture(scope="session")
def aes_vectors():
    """Official ciphertexts."""
    return _load("aes.json")


@pytest.fixture(scope="session")
def payloads():
    """One pushed message of each type."""
    return _load("payloads.json")


@pytest.fixture
def account():
    """The account that both sides know."""
    return Account()


@pytest.fixture
def now():
    """A fixed moment."""
    return datetime(2026, 11, 22, 8, tzinfo=UTC)


class ScriptedAssistant:
    """Answers each question with its own words, so that swapped answers show."""

    def __init__(self):
        self.turns = 0
        #: Called at the start of each turn; waits or raises for a test.
        self.before = lambda: None
        #: Text to the answer that it gets instead.
        self.answers = {}

    def answer(self, turn):
        self.turns += 1
        self.before()
        if turn.kind in (MessageKind.UNSUBSCRIBE, MessageKind.OTHER):
            return Answer(AnswerStatus.SILENT_EVENT)
        if turn.kind is not MessageKind.TEXT:
            line = f"收到{turn.kind.value}，请用文字说。"
            return Answer(
                AnswerStatus.CLARIFY_UNREADABLE, (Block(BlockKind.LEAD, (line,)),)
            )
        if turn.text in self.answers:
            return self.answers[turn.text]
        lead = Block(BlockKind.LEAD, (f"您问的是：{turn.text}",))
        return Answer(AnswerStatus.ANSWERED, (lead,))

    def apologise(self, turn):
        lead = Block(BlockKind.LEAD, ("抱歉，没有查到。",))
        return Answer(AnswerStatus.ERROR_UNEXPECTED, (lead,))


@pytest.fixture
def assistant():
    """What answers, by script."""
    return ScriptedAssistant()


@pytest.fixture
def engine(tmp_path):
    """A real database."""
    engine = make_engine(f"sqlite:///{tmp_path}/wenzheng.db")
    upgrade_database(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def front_desk(engine, assistant, now):
    """The real front desk over it."""
    return FrontDesk(engine, assistant, seal=SEAL, clock=lambda: now, wait_s=4.0)


@pytest.fixture
def make_settings(account):
    """Settings of the account, with changes."""

    def make(**changes):
        values = {
            "app_id": account.app_id,
            "token": account.token,
            "aes_key": account.aes_key,
            "secret": account.secret,
        }
        return WeChatSettings(**{**values, **changes})

    return make


@pytest.fixture
def make_app(engine, front_desk, make_settings, now):
    """The webhook around the front desk, and nothing else of the service."""

    def make(*, desk=front_desk, **changes):
        app = Flask("wenzheng_wechat_test")
        app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
        app.extensions["wenzheng"] = SimpleNamespace(
            are_in_force=lambda _citations, _release_id, **_more: True,
            settings=SimpleNamespace(
                wechat=make_settings(**changes), desk=DeskSettings()
            ),
            native_desk=NativeDesk(engine, SEAL, lambda: now),
            clock=lambda: now,
            replays=None,
            front_desk=desk,
        )
        app.register_blueprint(blueprint)
        return app

    return make


@pytest.fixture
def make_pusher(make_app, account, now):
    """A simulated WeChat that pushes to the webhook over real HTTP."""
    with ExitStack() as stack:

        def make(*, mode="safe", url=None, **changes):
            if url is None:
                settings = {"mode": "plain" if mode == "plain" else "safe", **changes}
                url = stack.enter_context(serve(make_app(**settings)))
            pusher = Pusher(f"{url}/wechat", account, mode=mode, clock=now.timestamp)
            stack.callback(pusher.close)
            return pusher

        yield make


@pytest.fixture
def pusher(make_pusher):
    """In safe mode, as a real account is."""
    return make_pusher()


@pytest.fixture
def api(account):
    """WeChat's API side; ``api.url`` is where it is served."""
    fake = FakeApi(account)
    with serve(fake.app) as url:
        fake.url = url
        yield fake


@pytest.fixture
def waits():
    """Seconds that clients would have slept."""
    return []


@pytest.fixture
def make_client(api, make_settings, waits):
    """Clients of the simulated API."""
    with ExitStack() as stack:

        def make(redis=None, read_within_s=3.0, picture_transport=None, **changes):
            settings = make_settings(**{"api_base": api.url, **changes})
            client = WeChatClient(
                settings,
                redis,
                sleep=waits.append,
                read_within_s=read_within_s,
                picture_transport=picture_transport,
            )
            stack.callback(client.close)
            return client

        yield make


@pytest.fixture
def client(make_client):
    """Without Redis."""
    return make_client()
