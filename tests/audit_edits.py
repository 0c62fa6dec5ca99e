"""Ways to tamper with the audit trail, as somebody with the database could."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from sqlalchemy import Connection, text

TEXTS = ("action", "subject", "detail", "chain")


def _run(connection: Connection, sql: str, **values: object) -> None:
    connection.execute(text(sql), values)


def _read(connection: Connection, field: str, row: int) -> str:
    sql = text(f"SELECT {field} FROM audit WHERE id = :row")
    return str(connection.scalar(sql, {"row": row}) or "")


def alter_text(connection: Connection, dice: Random, rows: int) -> None:
    """Put another text into a field."""
    field, row = dice.choice(TEXTS), dice.randint(1, rows)
    other = _read(connection, field, row)[:50] + dice.choice("x。 ")
    _run(
        connection, f"UPDATE audit SET {field} = :it WHERE id = :row", it=other, row=row
    )


def flip_bit(connection: Connection, dice: Random, rows: int) -> None:
    """Flip one bit of one field of one row."""
    row, field = dice.randint(1, rows), dice.choice(("action", "subject", "chain"))
    old = bytearray(_read(connection, field, row).encode())
    # Not the highest one: PostgreSQL takes no bytes that are no text.
    old[dice.randrange(len(old))] ^= 1 << dice.randrange(6)
    new = old.replace(b"\0", b"\1").decode()
    _run(connection, f"UPDATE audit SET {field} = :it WHERE id = :row", it=new, row=row)


def flip_officer(connection: Connection, dice: Random, rows: int) -> None:
    """Put it down to somebody else, or to nobody."""
    row, bit = dice.randint(1, rows), 1 << dice.randrange(20)
    old = connection.scalar(
        text("SELECT officer_id FROM audit WHERE id = :row"), {"row": row}
    )
    new = bit if old is None else dice.choice((old ^ bit, None))
    sql = "UPDATE audit SET officer_id = :it WHERE id = :row"
    _run(connection, sql, it=new, row=row)


def shift_time(connection: Connection, dice: Random, rows: int) -> None:
    """Move a row in time, by a microsecond or by years."""
    row, sign = dice.randint(1, rows), dice.choice("+-")
    if connection.dialect.name == "postgresql":
        unit = dice.choice(("microsecond", "second", "day", "year"))
        shifted = f"at {sign} interval '1 {unit}'"
    else:
        unit = dice.choice(("second", "day", "year"))
        kept = "substr(at, 20)"  # the fraction, which its functions would cut off
        shifted = f"strftime('%Y-%m-%d %H:%M:%S', at, '{sign}1 {unit}') || {kept}"
    _run(connection, f"UPDATE audit SET at = {shifted} WHERE id = :row", row=row)


def remove_rows(connection: Connection, dice: Random, rows: int) -> None:
    """Remove one or several in a row, anywhere."""
    first = dice.randint(1, rows)
    last = min(rows, first + dice.choice((0, 0, 1, 5)))
    sql = "DELETE FROM audit WHERE id BETWEEN :first AND :last"
    _run(connection, sql, first=first, last=last)


def remove_and_close_up(connection: Connection, dice: Random, rows: int) -> None:
    """Remove one and number the others anew, so that no gap shows."""
    row = dice.randint(1, rows - 1)
    _run(connection, "DELETE FROM audit WHERE id = :row", row=row)
    # By way of negative ids: no two may be the same in between.
    _run(connection, "UPDATE audit SET id = -id WHERE id > :row", row=row)
    _run(connection, "UPDATE audit SET id = -id - 1 WHERE id < 0")


def cut_off(connection: Connection, dice: Random, rows: int) -> None:
    """Remove the end; at times with the head moved back."""
    row = dice.randint(0, rows - 1)
    _run(connection, "DELETE FROM audit WHERE id > :row", row=row)
    if dice.random() < 0.5:
        sql = "UPDATE audit_head SET last_id = :row, total = :row, chain = :chain"
        _run(connection, sql, row=row, chain=_read(connection, "chain", row))


def add_row(connection: Connection, dice: Random, rows: int) -> None:
    """Add a copy of some row behind the last, with some row's chain value."""
    row = dice.randint(1, rows)
    _run(
        connection,
        "INSERT INTO audit (id, at, officer_id, action, subject, detail, chain)"
        " SELECT (SELECT max(id) + 1 FROM audit), at, officer_id, action, subject,"
        " detail, chain FROM audit WHERE id = :row",
        row=row,
    )


def put_between(connection: Connection, dice: Random, rows: int) -> None:
    """Push the later rows on and put a copy in between."""
    row = dice.randint(1, rows)
    _run(connection, "UPDATE audit SET id = -id WHERE id > :row", row=row)
    _run(connection, "UPDATE audit SET id = -id + 1 WHERE id < 0")
    _run(
        connection,
        "INSERT INTO audit (id, at, officer_id, action, subject, detail, chain)"
        " SELECT :new, at, officer_id, action, subject, detail, chain"
        " FROM audit WHERE id = :row",
        row=row,
        new=row + 1,
    )


def swap_rows(connection: Connection, dice: Random, rows: int) -> None:
    """Let two rows change places."""
    one = dice.randint(1, rows - 1)
    two = dice.choice((one + 1, rows))
    if two == one:
        two = one + 1
    for old, new in ((one, -1), (two, one), (-1, two)):
        sql = "UPDATE audit SET id = :new WHERE id = :old"
        _run(connection, sql, old=old, new=new)


def touch_head(connection: Connection, dice: Random, rows: int) -> None:
    """Alter the head, or remove it."""
    change = dice.choice(
        (
            "UPDATE audit_head SET last_id = last_id - 1",
            "UPDATE audit_head SET total = total + 1",
            "UPDATE audit_head SET chain = 'x'",
            "UPDATE audit_head SET sealed_up_to = sealed_up_to + 1",
            "UPDATE audit_head SET sealed_at = 'x'",
            "UPDATE audit_head SET seal = 'x'",
            "DELETE FROM audit_head",
        )
    )
    _run(connection, change)


EDITS: dict[str, Callable[[Connection, Random, int], None]] = {
    edit.__name__: edit
    for edit in (
        alter_text,
        flip_bit,
        flip_officer,
        shift_time,
        remove_rows,
        remove_and_close_up,
        cut_off,
        add_row,
        put_between,
        swap_rows,
        touch_head,
    )
}


def edit_at_random(connection: Connection, dice: Random, rows: int) -> str:
    """Do one edit of a trail of ``rows`` rows; returns its name."""
    name = dice.choice(list(EDITS))
    EDITS[name](connection, dice, rows)
    return name
