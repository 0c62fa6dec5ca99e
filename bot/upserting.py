"""INSERT that may meet its row already there, on both databases."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from .tables import Base


def insert_into(
    session: Session, table: type[Base]
) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that understands ON CONFLICT.

    Looking first and inserting then would fail when two messages of one citizen
    come at once, and with it the transaction that writes one of them down.
    """
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)
