"""A FileReport as JSON and back, without loss. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from knowledge import draft_from_json, draft_to_json

from .types import Align, Block, BlockKind, Contradiction, FileReport, RefusedRow, Rows


def report_to_json(report: FileReport) -> dict[str, Any]:
    """Return the report as values that JSON has."""
    return {
        "file": report.file,
        "status": report.status,
        "reason": report.reason,
        "title": report.title,
        "drafts": [draft_to_json(draft) for draft in report.drafts],
        "refused_rows": [_row_to_json(row) for row in report.refused_rows],
        "warnings": list(report.warnings),
        "contradictions": [
            _contradiction_to_json(found) for found in report.contradictions
        ],
        "original": [_block_to_json(block) for block in report.original],
        "is_original_cut": report.is_original_cut,
    }


def report_from_json(body: Mapping[str, Any]) -> FileReport:
    """Return the report that ``report_to_json`` was given.

    Raises:
        ValueError: If it is no report: a field is missing or of another kind.
    """
    try:
        return FileReport(
            file=str(body["file"]),
            status=_status(body["status"]),
            reason=str(body["reason"]),
            title=str(body["title"]),
            drafts=tuple(draft_from_json(draft) for draft in body["drafts"]),
            refused_rows=tuple(_row_from_json(row) for row in body["refused_rows"]),
            warnings=tuple(map(str, body["warnings"])),
            contradictions=tuple(
                _contradiction_from_json(found) for found in body["contradictions"]
            ),
            original=tuple(_block_from_json(block) for block in body["original"]),
            is_original_cut=bool(body["is_original_cut"]),
        )
    except (KeyError, TypeError, AttributeError) as e:
        raise ValueError("no report on a file") from e


def _status(text: object) -> Literal["in", "refused"]:
    if text == "in":
        return "in"
    if text == "refused":
        return "refused"
    raise ValueError(f"no status: {text!r}")


def _row_to_json(row: RefusedRow) -> dict[str, Any]:
    return {
        "place": row.place,
        "reason": row.reason,
        "cells": list(row.cells),
        "header": list(row.header),
    }


def _row_from_json(body: Mapping[str, Any]) -> RefusedRow:
    return RefusedRow(
        place=str(body["place"]),
        reason=str(body["reason"]),
        cells=tuple(map(str, body["cells"])),
        header=tuple(map(str, body["header"])),
    )


def _contradiction_to_json(found: Contradiction) -> dict[str, Any]:
    return {
        "what": found.what,
        "values": list(found.values),
        "places": list(found.places),
        "title": found.title,
    }


def _contradiction_from_json(body: Mapping[str, Any]) -> Contradiction:
    values = tuple(map(str, body["values"]))
    places = tuple(map(str, body["places"]))
    if len(values) != len(places):
        raise ValueError("not as many places as values")
    return Contradiction(str(body["what"]), values, places, str(body["title"]))


def _block_to_json(block: Block) -> dict[str, Any]:
    """Leave out what is as usual: most blocks are a kind and a text."""
    body: dict[str, Any] = {"kind": block.kind.value}
    if block.text:
        body["text"] = block.text
    if block.rows:
        body["rows"] = [list(row) for row in block.rows]
    if block.level:
        body["level"] = block.level
    if block.align is not Align.LEFT:
        body["align"] = block.align.value
    if block.locator:
        body["locator"] = block.locator
    return body


def _block_from_json(body: Mapping[str, Any]) -> Block:
    rows: Rows = tuple(tuple(map(str, row)) for row in body.get("rows", ()))
    return Block(
        kind=BlockKind(body["kind"]),
        text=str(body.get("text", "")),
        rows=rows,
        level=int(body.get("level", 0)),
        align=Align(body.get("align", Align.LEFT)),
        locator=str(body.get("locator", "")),
    )
