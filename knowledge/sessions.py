"""Sessions of the knowledge's stores: reads that lock nobody out, writes in turn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

#: Execution option under which an engine keeps its queue of writers.
QUEUE_OPTION = "wenzheng_queue"

#: Execution option of transactions that only read.
READ_ONLY_OPTION = "wenzheng_read_only"


class Sessions:
    """Opens sessions on an engine; one ``with`` is one transaction."""

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
            sqlalchemy.exc.SQLAlchemyError: If the database cannot commit.
        """
        with self._queue_up(), self._write.begin() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Read one state of the database; on SQLite no writer waits for it.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: If the database cannot be read.
        """
        with self._read.begin() as session:
            yield session
