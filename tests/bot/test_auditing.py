"""The audit trail: written at the commit, chained, and every edit of it is found."""

from __future__ import annotations

import logging
import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, select, text, update

from bot import (
    AuditFilter,
    AuditTrail,
    BreakKind,
    NotedHeadError,
    make_engine,
    upgrade_database,
)
from bot.audit_chain import AuditKey, Head, seal_head
from bot.audit_check import check_trail, seal_trail
from bot.audit_tables import AuditHeadRow, AuditRow
from bot.auditing import audit, write_head
from bot.database import Transactions
from tests.audit_edits import EDITS, edit_at_random

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
SECRET = "the office's own, and nobody else's"


@pytest.fixture
def keyed(engine: Engine) -> Engine:
    """The database as the office opens it: with a key, and a head under that key."""
    keyed = engine.execution_options(
        wenzheng_audit_key=AuditKey(SECRET.encode()),
    )
    with keyed.begin() as connection:
        connection.execute(delete(AuditHeadRow))
        seal_trail(connection, at=NOON)
    return keyed


@pytest.fixture
def trail(keyed: Engine) -> AuditTrail:
    """Who looks through it."""
    return AuditTrail(keyed, lambda: NOON)


def write(engine: Engine, count: int = 1, start: int = 0) -> None:
    """Write rows, several in one transaction."""
    with Transactions(engine).write() as session:
        for at in range(start, start + count):
            audit(
                session,
                f"ticket.{('note', 'officer', 'claim')[at % 3]}",
                f"ticket {at}",
                officer_id=None if at % 5 == 0 else at % 7,
                at=NOON + timedelta(seconds=at, microseconds=at * 7),
                detail="" if at % 2 else f"详情 {at}",
            )


def kinds(trail: AuditTrail, **more: Any) -> list[BreakKind]:
    """Return what is wrong, in order."""
    return [one.kind for one in trail.check(**more).breaks]


def test_what_was_written_is_whole(keyed, trail):
    """Ids have no gaps, and a head says where the trail ends."""
    for at in range(0, 12, 3):
        write(keyed, 3, at)
    verdict = trail.check()
    assert verdict.is_whole
    assert verdict.is_keyed
    assert verdict.count == 12
    assert verdict.head.startswith("12-")
    with keyed.connect() as connection:
        assert list(connection.scalars(select(AuditRow.id))) == list(range(1, 13))


def test_an_empty_trail_is_whole(trail):
    """A new office has done nothing yet."""
    assert trail.check().is_whole


def test_what_is_rolled_back_leaves_no_row_and_no_gap(keyed, trail):
    """An act that fails is not audited, and the next row follows the last."""
    write(keyed)
    with Transactions(keyed).write() as session:
        audit(session, "ticket.note", "ticket 1", officer_id=1, at=NOON)
        session.rollback()
    write(keyed)
    assert trail.check().count == 2
    assert trail.check().is_whole


def test_a_savepoint_takes_its_rows_with_it(keyed, trail):
    """Those written before and after it stay."""
    with Transactions(keyed).write() as session:
        audit(session, "a.before", "x", officer_id=1, at=NOON)
        with session.begin_nested() as savepoint:
            audit(session, "a.inside", "x", officer_id=1, at=NOON)
            savepoint.rollback()
        with session.begin_nested():
            audit(session, "a.kept", "x", officer_id=1, at=NOON)
        audit(session, "a.after", "x", officer_id=1, at=NOON)
    with keyed.connect() as connection:
        written = connection.scalars(select(AuditRow.action).order_by(AuditRow.id))
        assert list(written) == ["a.before", "a.kept", "a.after"]
    assert trail.check().is_whole


def test_too_long_a_detail_does_not_stop_the_act(keyed, trail):
    """It is cut to what the column holds."""
    with Transactions(keyed).write() as session:
        audit(session, "a.b", "x" * 500, officer_id=1, at=NOON, detail="长" * 999)
    assert trail.check().is_whole


@pytest.mark.parametrize(
    ("edit", "kind", "row"),
    [
        ("UPDATE audit SET action = 'x' WHERE id = 5", BreakKind.ALTERED, 5),
        ("UPDATE audit SET officer_id = 99 WHERE id = 5", BreakKind.ALTERED, 5),
        ("UPDATE audit SET officer_id = NULL WHERE id = 3", BreakKind.ALTERED, 3),
        ("DELETE FROM audit WHERE id = 5", BreakKind.MISSING, 5),
        ("DELETE FROM audit WHERE id = 1", BreakKind.MISSING, 1),
        ("DELETE FROM audit WHERE id > 7", BreakKind.ENDED_EARLY, 8),
        ("DELETE FROM audit", BreakKind.ENDED_EARLY, 1),
        ("UPDATE audit SET chain = '' WHERE id = 5", BreakKind.ADDED, 5),
        ("UPDATE audit_head SET last_id = 9, total = 9", BreakKind.HEAD_ALTERED, 9),
        ("DELETE FROM audit_head", BreakKind.HEAD_MISSING, 0),
        (
            "INSERT INTO audit (id, at, action, subject, detail, chain)"
            " VALUES (11, '2026-11-20 04:00:00.000000', 'a', 'b', '', 'abc')",
            BreakKind.ALTERED,
            11,
        ),
    ],
)
def test_the_first_place_is_named(keyed, trail, edit, kind, row):
    """An auditor must know where to look."""
    write(keyed, 10)
    with keyed.begin() as connection:
        connection.execute(text(edit))
    first = trail.check().breaks[0]
    assert (first.kind, first.row_id) == (kind, row)


def test_one_altered_row_is_one_break(keyed, trail):
    """The rows behind it still fit it."""
    write(keyed, 30)
    with keyed.begin() as connection:
        connection.execute(update(AuditRow).where(AuditRow.id == 9).values(detail="?"))
    assert kinds(trail) == [BreakKind.ALTERED]


def test_who_has_no_secret_cannot_mend_the_chain(keyed, trail):
    """Whoever edits the database and chains anew is still found."""
    write(keyed, 10)
    with keyed.begin() as connection:
        connection.execute(update(AuditRow).where(AuditRow.id == 4).values(detail="?"))
        seal_trail(
            connection.execution_options(wenzheng_audit_key=AuditKey(b"a guess")),
            at=NOON,
        )
        connection.execution_options(wenzheng_audit_key=AuditKey(SECRET.encode()))
    assert kinds(trail)[:2] == [BreakKind.HEAD_ALTERED, BreakKind.ALTERED]


def test_bytes_that_are_no_text_are_found(tmp_path):
    """SQLite stores anything anywhere; looking must not stumble over it."""
    engine = make_engine(f"sqlite:///{tmp_path}/odd.db", audit_secret=SECRET)
    upgrade_database(engine)
    write(engine, 3)
    trail = AuditTrail(engine, lambda: NOON)
    for edit in (
        "UPDATE audit SET action = CAST(x'ff61' AS TEXT) WHERE id = 2",
        "UPDATE audit SET at = 'yesterday' WHERE id = 2",
        "UPDATE audit SET officer_id = 'nobody' WHERE id = 2",
        "UPDATE audit SET chain = x'00ff' WHERE id = 2",
    ):
        with engine.begin() as connection:
            connection.exec_driver_sql(edit)
        assert kinds(trail)[0] == BreakKind.ALTERED
    engine.dispose()


def test_writing_on_does_not_hide_a_cut(keyed, trail):
    """The end removed, the head moved back: what is written then stays torn."""
    write(keyed, 10)
    with keyed.begin() as connection:
        chain = connection.scalar(select(AuditRow.chain).where(AuditRow.id == 6))
        connection.execute(delete(AuditRow).where(AuditRow.id > 6))
        fake = Head(6, 6, chain or "")
        write_head(connection, fake)
        seal = seal_head(AuditKey(b"a guess"), fake)
        connection.execute(update(AuditHeadRow).values(seal=seal))
    write(keyed, 5)
    assert BreakKind.TORN in kinds(trail)


def test_a_row_put_in_by_hand_does_not_stop_the_desk(keyed, trail):
    """It is found, and people go on working."""
    write(keyed, 3)
    row = {"id": 4, "at": NOON, "action": "a", "subject": "b", "detail": ""}
    with keyed.begin() as connection:
        connection.execute(insert(AuditRow).values(**row, chain=""))
    write(keyed, 3)
    verdict = trail.check()
    assert [(one.kind, one.row_id) for one in verdict.breaks] == [(BreakKind.ADDED, 4)]
    assert verdict.count == 7


def test_a_whole_trail_put_back_is_found_by_a_head_noted_outside(keyed, trail):
    """An old state of rows and head together is whole in itself."""
    write(keyed, 5)
    with keyed.connect() as connection:
        old = connection.execute(select(AuditHeadRow.__table__)).mappings().one()
    write(keyed, 5)
    noted = trail.check().head
    with keyed.begin() as connection:
        connection.execute(delete(AuditRow).where(AuditRow.id > 5))
        connection.execute(update(AuditHeadRow).values(**old))
    assert trail.check().is_whole
    assert kinds(trail, expect=noted) == [BreakKind.NOT_AS_NOTED]


def test_a_noted_head_stays_part_of_the_trail(keyed, trail):
    """However much was written since."""
    write(keyed, 5)
    noted = trail.check().head
    write(keyed, 5)
    assert trail.check(expect=noted).is_whole
    assert trail.check(expect=noted.upper()).is_whole


@pytest.mark.parametrize("wrong", ["5", "5-abc", "-", "x-0123456789abcdef0123"])
def test_what_is_no_head_is_refused(trail, wrong):
    """A slip of the pen is no tampering."""
    with pytest.raises(NotedHeadError):
        trail.check(expect=wrong)


def test_verifying_is_itself_on_record(keyed, trail):
    """The page shows who looked last and what came out."""
    assert trail.find_last_check() is None
    write(keyed, 3)
    head = trail.verify(officer_id=4).head
    last = trail.find_last_check()
    assert last is not None
    assert (last.officer_id, last.subject) == (4, "audit 3")
    assert last.detail == f"whole; head {head}"
    assert trail.check(expect=head).is_whole


def test_sealing_anew_says_what_was_found(keyed, trail):
    """It is the way out of a break, and hides none."""
    write(keyed, 5)
    with keyed.begin() as connection:
        connection.execute(update(AuditRow).where(AuditRow.id == 2).values(detail="?"))
    trail.seal_anew("查清了，是误操作")
    assert trail.check().is_whole
    last = trail.list(AuditFilter())[0]
    assert last.action == "audit.sealed"
    assert "broken at 2" in last.detail
    assert "查清了" in last.detail


def test_rows_older_than_the_chain_are_sealed_by_the_migration(tmp_path):
    """With their gaps; what comes after has none."""
    engine = make_engine(f"sqlite:///{tmp_path}/old.db", audit_secret=SECRET)
    upgrade_database(engine)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE audit_head"))
        connection.execute(text("ALTER TABLE audit DROP COLUMN chain"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0005'"))
        for id_ in (1, 2, 5):
            connection.execute(
                text(
                    "INSERT INTO audit (id, at, action, subject, detail) VALUES"
                    f" ({id_}, '2026-11-20 04:00:00.000000', 'login', 'officer 1', '')"
                )
            )
    upgrade_database(engine)
    write(engine, 2)
    trail = AuditTrail(engine, lambda: NOON)
    verdict = trail.check()
    assert verdict.is_whole
    assert (verdict.count, verdict.sealed_up_to) == (5, 5)
    with engine.begin() as connection:
        connection.execute(delete(AuditRow).where(AuditRow.id == 2))
    assert kinds(trail) == [BreakKind.ALTERED]
    engine.dispose()


def test_many_at_once_make_one_chain(keyed, trail):
    """Threads stand for processes: nothing forks, nobody waits for ever."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: [write(keyed, 1, n) for _ in range(12)], range(8)))
    verdict = trail.check()
    assert verdict.is_whole
    assert verdict.count == 96


def test_the_trail_can_be_verified_while_others_write(keyed, trail):
    """Rows and head are read as of one moment."""
    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(write, keyed, 2, n) for n in range(40)]
        verdicts = [trail.check() for _ in range(10)]
        for one in writing:
            one.result()
    assert all(verdict.is_whole for verdict in verdicts)


def try_edits(engine: Engine, tries: int, rows: int) -> dict[str, int]:
    """Edit at random, look, put it back; returns how often each kind was found."""
    found = dict.fromkeys(EDITS, 0)
    dice = random.Random(20261123)
    for _ in range(tries):
        with engine.connect() as connection, connection.begin() as transaction:
            name = edit_at_random(connection, dice, rows)
            verdict = check_trail(connection)
            assert not verdict.is_whole, f"{name} was not found"
            found[name] += 1
            transaction.rollback()
    return found


def test_every_random_edit_is_found(keyed):
    """Every field, removed, added, moved, cut off, a single bit: a sample."""
    for at in range(0, 100, 20):
        write(keyed, 20, at)
    found = try_edits(keyed, 1000 if keyed.dialect.name == "sqlite" else 200, 100)
    assert min(found.values()) > 5


@pytest.mark.drill
def test_ten_thousand_random_edits_are_found(keyed):
    """The same on a trail of two thousand rows."""
    for at in range(0, 2000, 100):
        write(keyed, 100, at)
    found = try_edits(keyed, 10_000, 2000)
    assert sum(found.values()) == 10_000


@pytest.mark.drill
def test_eight_writers_of_five_hundred_rows(keyed, trail):
    """No fork, no deadlock, no gap; says how long a row took."""
    start = time.perf_counter()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: [write(keyed, 1, n) for _ in range(500)], range(8)))
    took = time.perf_counter() - start
    logging.getLogger(__name__).warning("4000 rows in %.1f s", took)
    verdict = trail.check()
    assert verdict.is_whole
    assert verdict.count == 4000
