"""Engines and migrations, on SQLite and PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from bot import StoreUnavailableError, make_engine, upgrade_database
from bot.database import Transactions
from bot.tables import Base
from knowledge.tables import Base as KnowledgeBase


def test_migrated_schema_is_what_the_code_says(engine):
    """A changed table without a migration would fail at the office, not here."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        metadata = [Base.metadata, KnowledgeBase.metadata]
        assert compare_metadata(context, metadata) == []


def test_upgrading_again_changes_nothing(engine):
    """Every start calls it."""
    upgrade_database(engine)
    assert "inbox" in inspect(engine).get_table_names()


def test_two_processes_upgrade_at_once(tmp_path):
    """Web and worker start together; one migrates, the other finds it done."""
    engine = make_engine(f"sqlite:///{tmp_path}/new/wenzheng.db", lock_wait_s=10)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(upgrade_database, [engine] * 4))
    assert "tickets" in inspect(engine).get_table_names()
    engine.dispose()


def test_sqlite_settings(sqlite_engine):
    """On disk before commit returns, readers beside a writer, keys checked."""
    with sqlite_engine.connect() as connection:
        values = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    assert values == expected | {"busy_timeout": 5000}


def test_foreign_keys_hold(engine):
    """On both databases."""
    wrong = (
        "INSERT INTO conversations (citizen_id, focus, updated_at)"
        " VALUES (99, '{}', '2026-11-22 00:00:00')"
    )
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(text(wrong))


def test_reader_sees_the_old_state_while_another_writes(engine):
    """Nobody waits for a page because somebody else is being answered."""
    transactions = Transactions(engine)
    with engine.begin() as writing:
        writing.execute(text("DELETE FROM audit"))
        with transactions.read() as session:
            assert session.execute(text("SELECT count(*) FROM audit")).scalar() == 0


def test_unreachable_database_is_translated():
    """Channels catch our error and no driver's."""
    engine = make_engine("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(StoreUnavailableError):
        upgrade_database(engine)
    with pytest.raises(StoreUnavailableError), Transactions(engine).read() as session:
        session.execute(text("SELECT 1"))
    engine.dispose()


def test_errors_do_not_show_what_was_said(engine):
    """Parameters of a failed statement hold citizens' text."""
    statement = text("INSERT INTO nowhere (text) VALUES (:text)")
    with pytest.raises(Exception, match="nowhere") as caught, engine.begin() as c:
        c.execute(statement, {"text": "张三的话"})
    assert "张三的话" not in str(caught.value)
