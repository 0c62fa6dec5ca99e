"""Sheets that an operator loads: find the headers, name every fault by its row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

#: Rows looked through for the headers: a title often stands above them.
_HEADER_ROWS = 5

#: Faults shown at once; the others come to light when these are mended.
_MAX_FAULTS = 20

_REMARK = re.compile(r"[（(].*?[）)]|[\s*：:]")

Thing = TypeVar("Thing")

#: Field to what its column may be called; the first name is what we call it.
Columns = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sheet must hold."""

    columns: Columns
    #: Fields without whose column nothing can be read.
    needed: tuple[str, ...]
    #: Field that tells the things apart.
    key: str


@dataclass(frozen=True)
class _Header:
    """Where the columns stand."""

    #: Index of its row.
    at: int
    #: Field to the index of its column.
    columns: Mapping[str, int]
    #: Headers that mean nothing to us.
    unused: tuple[str, ...]


class SheetError(Exception):
    """The sheet cannot be taken over; ``faults`` says where and why, Chinese."""

    def __init__(self, faults: Sequence[str], /) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class RowError(Exception):
    """What is wrong with one row: field to reason, Chinese."""

    def __init__(self, faults: Mapping[str, str], /) -> None:
        super().__init__("; ".join(faults))
        self.faults = dict(faults)


def read_sheet(
    rows: Sequence[Sequence[str]],
    plan: Plan,
    check: Callable[[Mapping[str, str]], Thing],
) -> tuple[list[Thing], tuple[str, ...]]:
    """Return the things of a sheet, and the headers that were not used.

    Args:
        rows: Cells from the first row of the sheet.
        plan: Its columns.
        check: Makes a thing of the fields of a row; raises ``RowError``.

    Raises:
        SheetError: If columns are missing or a row is wrong; names all of it.
    """
    header = _find_header(rows, plan)
    found: dict[str, Thing] = {}
    faults = []
    for number, fields in _iter_rows(rows, header):
        try:
            thing = check(fields)
        except RowError as e:
            faults += [
                f"第 {number} 行“{_title(rows, header, plan, field)}”：{reason}"
                for field, reason in e.faults.items()
            ]
            continue
        key = fields[plan.key].strip()
        if key in found:
            title = _title(rows, header, plan, plan.key)
            faults.append(f"第 {number} 行“{title}”：“{key}”前面已经有了")
        found.setdefault(key, thing)
    if not faults and not found:
        faults.append("表头下面没有内容")
    if faults:
        rest = len(faults) - _MAX_FAULTS
        more = [f"还有 {rest} 处没有列出"] if rest > 0 else []
        raise SheetError([*faults[:_MAX_FAULTS], *more])
    return list(found.values()), header.unused


def _find_header(rows: Sequence[Sequence[str]], plan: Plan) -> _Header:
    """Find the row that names the columns.

    Raises:
        SheetError: If none of the first rows does, or a column stands there twice.
    """
    best = max(
        range(min(len(rows), _HEADER_ROWS)), key=lambda at: len(_match(rows[at], plan))
    )
    matched = _match(rows[best], plan)
    missing = [
        plan.columns[field][0] for field in plan.needed if field not in matched.values()
    ]
    if missing:
        names = "、".join(f"“{name}”" for name in missing)
        raise SheetError([f"第 {best + 1} 行表头：缺少{names}列"])
    fields = list(matched.values())
    doubled = [
        rows[best][index] for index, field in matched.items() if fields.count(field) > 1
    ]
    if doubled:
        names = "、".join(f"“{name}”" for name in doubled)
        raise SheetError([f"第 {best + 1} 行表头：{names}是同一项，请只留一列"])
    unused = [cell for at, cell in enumerate(rows[best]) if cell and at not in matched]
    columns = {field: index for index, field in matched.items()}
    return _Header(best, columns, tuple(unused))


def _match(row: Sequence[str], plan: Plan) -> dict[int, str]:
    """Return index to field for the cells that name a column."""
    names = {name: field for field, group in plan.columns.items() for name in group}
    bare = (_REMARK.sub("", cell).lower() for cell in row)
    return {index: names[name] for index, name in enumerate(bare) if name in names}


def _iter_rows(
    rows: Sequence[Sequence[str]], header: _Header
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield row number and fields of the rows that hold something."""
    for at, row in enumerate(rows[header.at + 1 :], start=header.at + 2):
        fields = {
            field: row[index] if index < len(row) else ""
            for field, index in header.columns.items()
        }
        if any(fields.values()):
            yield at, fields


def _title(
    rows: Sequence[Sequence[str]], header: _Header, plan: Plan, field: str
) -> str:
    """Return what the sheet calls a column; our word where it has none."""
    index = header.columns.get(field)
    return plan.columns[field][0] if index is None else rows[header.at][index]
