"""The database as the stores use it: engine, transactions, migrations."""

from __future__ import annotations

import fcntl
import os
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session, sessionmaker

from knowledge import QUEUE_OPTION, READ_ONLY_OPTION

from .audit_chain import AuditKey
from .auditing import KEY_OPTION
from .errors import StoreUnavailableError

#: Where Alembic's scripts lie: beside this package, in the repo and installed.
MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"

#: A writer waits this long for another; WeChat gives us 5 s in all.
LOCK_WAIT_S = 3.0

#: Connections of one process to SQLite: enough for its threads (64 by default).
POOL_SIZE, POOL_OVERFLOW = 16, 64

#: To PostgreSQL, whose default is 100 for all: four processes fit.
SERVER_POOL_SIZE, SERVER_POOL_OVERFLOW = 8, 12

#: One process migrates at a time on PostgreSQL; any number of ours will do.
_MIGRATION_LOCK = 7_265_110

#: How often a writer looks whether another process has finished.
_LOOK_AGAIN_S = 0.001


def make_engine(
    url: str, *, lock_wait_s: float = LOCK_WAIT_S, audit_secret: str = ""
) -> Engine:
    """Make an engine for SQLite or PostgreSQL with our settings.

    SQLite: write-ahead log, every commit on disk before it returns, foreign keys
    checked, and write transactions begun as such, because a read transaction that
    turns into a writing one fails at once when another has written in between.

    Args:
        url: ``sqlite:///data/wenzheng.db`` or ``postgresql://user:pw@host/name``.
        lock_wait_s: Seconds to wait for a lock before giving up.
        audit_secret: Keys the chain of the audit trail; empty = whoever can write to
            the database can make the chain anew.
    """
    where = make_url(url)
    # Parameters hold citizens' text: keep them out of exceptions and logs.
    options: dict[str, Any] = {
        "hide_parameters": True,
        "pool_size": POOL_SIZE,
        "max_overflow": POOL_OVERFLOW,
        "execution_options": {KEY_OPTION: AuditKey(audit_secret.encode())},
    }
    if where.get_backend_name() != "sqlite":
        if where.drivername == "postgresql":
            where = where.set(drivername="postgresql+psycopg")
        options |= {
            "pool_size": SERVER_POOL_SIZE,
            "max_overflow": SERVER_POOL_OVERFLOW,
        }
        wait_ms = int(lock_wait_s * 1000)
        connect_args = {"options": f"-c lock_timeout={wait_ms} -c timezone=UTC"}
        return create_engine(
            where, pool_pre_ping=True, connect_args=connect_args, **options
        )
    if where.database and where.database != ":memory:":
        file = Path(where.database).absolute()
        file.parent.mkdir(parents=True, exist_ok=True)
        queue = WriteQueue(file.with_name(f"{file.name}-queue"), wait_s=lock_wait_s)
        options["execution_options"] |= {QUEUE_OPTION: queue}
    engine = create_engine(where, connect_args={"timeout": lock_wait_s}, **options)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def upgrade_database(engine: Engine) -> None:
    """Bring the schema to the newest migration, in one transaction.

    Safe to call from several processes at once: they take turns, and the later
    ones find nothing to do.

    Raises:
        StoreUnavailableError: If the database cannot be reached or is locked.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(
                    text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK}
                )
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except (OperationalError, InterfaceError, PoolTimeoutError) as e:
        raise StoreUnavailableError from e


class WriteQueue:
    """Lets SQLite's writers in one after the other, across threads and processes.

    SQLite itself makes a writer wait by sleeping longer and longer: with eight of
    them some slept over a second while the file was free (bench/README.md).
    """

    def __init__(self, file: Path, *, wait_s: float) -> None:
        self._file = file
        self._wait_s = wait_s
        self._turn = threading.Lock()
        self._descriptor: int | None = None

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Wait for one's turn; after ``wait_s`` SQLite's own lock has the last word."""
        give_up_at = time.monotonic() + self._wait_s
        is_ours = self._turn.acquire(timeout=self._wait_s)
        is_locked = is_ours and self._lock_file(give_up_at)
        try:
            yield
        finally:
            if is_locked:
                fcntl.flock(self._open(), fcntl.LOCK_UN)
            if is_ours:
                self._turn.release()

    def _lock_file(self, give_up_at: float) -> bool:
        while True:
            try:
                fcntl.flock(self._open(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= give_up_at:
                    return False
                time.sleep(_LOOK_AGAIN_S)
            except OSError:  # a file system without locks
                return False
            else:
                return True

    def _open(self) -> int:
        if self._descriptor is None:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
            self._descriptor = os.open(self._file, flags, 0o600)
            weakref.finalize(self, os.close, self._descriptor)
        return self._descriptor


class Transactions:
    """Opens the sessions of the stores; one ``with`` is one transaction."""

    def __init__(self, engine: Engine) -> None:
        queue = engine.get_execution_options().get(QUEUE_OPTION)
        self._queue_up = queue.hold if queue is not None else nullcontext
        self._write = sessionmaker(engine, expire_on_commit=False)
        reader = engine.execution_options(**{READ_ONLY_OPTION: True})
        self._read = sessionmaker(reader, expire_on_commit=False)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Commit at the end, or roll back all of it.

        Raises:
            StoreUnavailableError: If the database is gone or locked too long.
        """
        try:
            with self._queue_up(), self._write.begin() as session:
                yield session
        except (OperationalError, InterfaceError, PoolTimeoutError) as e:
            raise StoreUnavailableError from e

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Read one state of the database; never waits for a writer on SQLite.

        Raises:
            StoreUnavailableError: If the database is gone.
        """
        try:
            with self._read.begin() as session:
                yield session
        except (OperationalError, InterfaceError, PoolTimeoutError) as e:
            raise StoreUnavailableError from e


def _set_up_sqlite(dbapi_connection: Any, _record: Any) -> None:
    # The driver's own BEGIN would come too late and never be IMMEDIATE.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    is_read_only = connection.get_execution_options().get(READ_ONLY_OPTION, False)
    connection.exec_driver_sql("BEGIN" if is_read_only else "BEGIN IMMEDIATE")
