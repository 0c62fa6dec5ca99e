"""Reads the whole audit trail and says whether it was altered; seals old rows.

Rows are read as raw text, not through the types of their columns: what was put there
by hand need not even be a date.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Executable,
    LargeBinary,
    String,
    bindparam,
    cast,
    func,
    select,
    update,
)

from .audit_chain import (
    GENESIS,
    MIN_NOTED_DIGITS,
    AuditBreak,
    BreakKind,
    Head,
    Link,
    chain_link,
    describe_moment,
    find_breaks,
    is_sealed,
)
from .audit_tables import AuditRow
from .auditing import read_head, read_key, write_head
from .table_base import Base

#: Rows held in memory at once.
_BATCH = 2000

#: Breaks told at most; one is enough to know.
MAX_BREAKS = 50


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """What looking through the trail showed."""

    #: What to note down outside of the machine; empty if there is no head.
    head: str
    #: Rows that are there.
    count: int
    #: In the order of the rows, the first ``MAX_BREAKS``; empty = whole.
    breaks: tuple[AuditBreak, ...]
    #: False = no secret: whoever can write to the database can hide what they did.
    is_keyed: bool
    #: Rows up to this id were written before there was a chain.
    sealed_up_to: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found."""
        return not self.breaks


class NotedHeadError(ValueError):
    """What was given to compare with is no noted head."""


def check_trail(connection: Connection, *, expect: str = "") -> AuditVerdict:
    """Look through the whole trail, in one state of the database.

    Args:
        connection: Of a transaction that sees one state.
        expect: A head noted earlier: it must still be part of the trail.

    Raises:
        NotedHeadError: If ``expect`` is not of the form that ``head`` has.
    """
    key, found = read_key(connection), read_head(connection)
    head, seal = found or (Head(), "")
    noted = _Noted.parse(expect)
    links = noted.watch(_iter_links(connection))
    breaks = []
    if found is None:
        breaks.append(AuditBreak(BreakKind.HEAD_MISSING, 0))
    elif not is_sealed(key, head, seal):
        breaks.append(AuditBreak(BreakKind.HEAD_ALTERED, head.last_id))
    for one in find_breaks(key, links, head):
        is_told = bool(breaks) and one.kind is BreakKind.HEAD_ALTERED
        if len(breaks) < MAX_BREAKS and not is_told:
            breaks.append(one)
    if expect and not noted.is_met:
        breaks.append(AuditBreak(BreakKind.NOT_AS_NOTED, noted.row_id))
    return AuditVerdict(
        head.noted if found else "",
        noted.count,
        tuple(breaks),
        bool(key.secret),
        head.sealed_up_to,
    )


def seal_trail(connection: Connection, *, at: datetime) -> Head:
    """Chain all rows anew with the engine's key as they stand, and return the head.

    What was altered before cannot be told afterwards: for rows older than the chain,
    and for who has looked into a break and begins anew.
    """
    key, found = read_key(connection), read_head(connection, lock=True)
    head = Head(sealed_at=describe_moment(at))
    batch: list[dict[str, Any]] = []
    for link in _list_links(connection):
        chain = chain_link(key, head.chain, link)
        batch.append({"row": link.id, "chain_value": chain})
        head = replace(head, last_id=link.id, count=head.count + 1, chain=chain)
    statement = (
        update(Base.metadata.tables["audit"])
        .where(AuditRow.id == bindparam("row"))
        .values(chain=bindparam("chain_value"))
    )
    if batch:
        connection.execute(statement, batch)
    head = replace(head, sealed_up_to=head.last_id)
    write_head(connection, head, is_new=found is None)
    return head


class _Noted:
    """A head noted earlier, looked for while the rows go by."""

    def __init__(self, row_id: int, digits: str) -> None:
        self.row_id, self._digits = row_id, digits
        self.count, self.is_met = 0, row_id == 0 and digits == GENESIS

    @classmethod
    def parse(cls, text: str) -> _Noted:
        number, _, digits = text.strip().lower().partition("-")
        is_fit = number.isdecimal() and (
            len(digits) >= MIN_NOTED_DIGITS or (number == "0" and not digits)
        )
        if text and not is_fit:
            raise NotedHeadError(text)
        return cls(int(number or 0), digits)

    def watch(self, links: Iterator[Link]) -> Iterator[Link]:
        for link in links:
            self.count += 1
            if link.id == self.row_id and link.chain.startswith(self._digits):
                self.is_met = True
            yield link


def _iter_links(connection: Connection) -> Iterator[Link]:
    """Yield all rows by id, a batch in memory at a time."""
    statement = _select_raw(connection.dialect.name)
    options = {"yield_per": _BATCH}
    for row in connection.execute(statement, execution_options=options):
        yield _to_link(row)


def _list_links(connection: Connection) -> list[Link]:
    rows = connection.execute(_select_raw(connection.dialect.name)).all()
    return [_to_link(row) for row in rows]


def _select_raw(dialect: str) -> Executable:
    table = AuditRow.__table__
    texts = [table.c[name] for name in ("action", "subject", "detail", "chain")]
    if dialect == "sqlite":
        # SQLite stores anything anywhere, bytes that are no text included.
        raw = [cast(c, LargeBinary) for c in (table.c.at, table.c.officer_id, *texts)]
        return select(table.c.id, *raw).order_by(table.c.id)
    # Years before Christ and infinity are dates there, and none to Python.
    at = func.to_char(func.timezone("UTC", table.c.at), "YYYY-MM-DD HH24:MI:SS.US BC")
    officer = cast(table.c.officer_id, String)
    return select(table.c.id, at, officer, *texts).order_by(table.c.id)


def _to_link(row: Any) -> Link:
    at, officer_id, action, subject, detail, chain = (
        one.decode(errors="surrogateescape") if isinstance(one, bytes) else one
        for one in row[1:]
    )
    moment = (at or "").removesuffix(" AD")
    return Link(int(row[0]), moment, officer_id, action, subject, detail, chain or "")
