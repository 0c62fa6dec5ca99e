"""Finds the rows and columns that a workbook hides. Source: ECMA-376, 18.3.1."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZipFile

from lxml import etree

from ..types import Rows, Sheet

_REL_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

#: Columns of a sheet at most.
_MAX_COLUMNS = 16_384


@dataclass(frozen=True, slots=True)
class Hidden:
    """What one sheet hides; rows and columns from 0."""

    rows: frozenset[int] = frozenset()
    columns: frozenset[int] = frozenset()


def find_hidden(archive: ZipFile) -> dict[str, Hidden]:
    """Return what each sheet of an open .xlsx hides, by the sheet's name.

    Raises:
        KeyError: If a part is missing.
        lxml.etree.XMLSyntaxError: If a part is no XML.
    """
    names = {name.lower(): name for name in archive.namelist()}
    places = dict(_iter_relations(archive, names))
    found = {}
    for sheet in _parse(archive, names, "xl/workbook.xml").iter("{*}sheet"):
        member = names.get(places.get(sheet.get(_REL_ID, ""), "").lower())
        if member:
            found[sheet.get("name", "")] = _read_sheet(archive.read(member))
    return found


def drop_hidden_cells(sheets: Sequence[Sheet], found: dict[str, Hidden]) -> list[Sheet]:
    """Return the sheets with hidden cells emptied: rows keep their numbers."""
    return [
        Sheet(sheet.name, _empty(sheet.rows, found.get(sheet.name, Hidden())))
        for sheet in sheets
    ]


def warn_hidden_cells(before: Sequence[Sheet], after: Sequence[Sheet]) -> Iterator[str]:
    """Yield a warning for each sheet that lost text."""
    for old, new in zip(before, after, strict=True):
        rows = [
            str(n)
            for n, (was, now) in enumerate(zip(old.rows, new.rows, strict=True), 1)
            if was != now
        ]
        if rows:
            shown = "、".join(rows[:5]) + "等" * (len(rows) > 5)
            yield f"工作表“{old.name}”第{shown}行有隐藏的内容，没有读入，请核对"


def _iter_relations(
    archive: ZipFile, names: dict[str, str]
) -> Iterator[tuple[str, str]]:
    for each in _parse(archive, names, "xl/_rels/workbook.xml.rels"):
        target = each.get("Target", "")
        yield each.get("Id", ""), posixpath.normpath(posixpath.join("/xl", target))[1:]


def _parse(archive: ZipFile, names: dict[str, str], name: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(archive.read(names[name.lower()]), parser=parser)


def _read_sheet(raw: bytes) -> Hidden:
    rows: set[int] = set()
    columns: set[int] = set()
    number = 0
    events = etree.iterparse(
        BytesIO(raw), tag=("{*}col", "{*}row"), resolve_entities=False, no_network=True
    )
    for _, element in events:
        is_hidden = element.get("hidden") in ("1", "true")
        if etree.QName(element).localname == "row":
            number = _read_number(element.get("r"), number + 1)
            if is_hidden:
                rows.add(number - 1)
        elif is_hidden:
            first = _read_number(element.get("min"), 1)
            last = min(_read_number(element.get("max"), first), _MAX_COLUMNS)
            columns |= set(range(first - 1, last))
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    return Hidden(frozenset(rows), frozenset(columns))


def _read_number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() else default


def _empty(rows: Rows, hidden: Hidden) -> Rows:
    if not hidden.rows and not hidden.columns:
        return rows
    return tuple(
        tuple(
            "" if number in hidden.rows or column in hidden.columns else cell
            for column, cell in enumerate(row)
        )
        for number, row in enumerate(rows)
    )
