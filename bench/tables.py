"""Tables of measurements: what was measured, on what, when, and by which command."""

from __future__ import annotations

import os
import platform
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

Cell = str | float | int


@dataclass(frozen=True, slots=True)
class Table:
    """Figures of one kind."""

    title: str
    #: What n counts, and how many.
    n: str
    #: What to run to get it again.
    command: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """Return it as the results file keeps it."""
        return asdict(self)


def describe_machine() -> str:
    """Name cores, processor, Python and how busy the machine is now."""
    cores = len(os.sched_getaffinity(0))
    busy = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    python = platform.python_version()
    return f"{cores} cores, {_processor()}, Python {python}, load {busy}"


def render(table: Table, *, machine: str, at: datetime) -> str:
    """Draw a table for a terminal; Chinese characters take two columns."""
    cells = [table.columns, *([_show(cell) for cell in row] for row in table.rows)]
    widths = [max(_width(row[i]) for row in cells) for i in range(len(table.columns))]
    lines = [
        f"## {table.title}",
        f"n: {table.n} · {at:%Y-%m-%d %H:%M} UTC · {machine}",
        f"$ {table.command}",
        "",
        *(_draw(row, widths) for row in cells),
        *(f"note: {note}" for note in table.notes),
    ]
    return "\n".join([*lines, ""])


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that ``share`` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _draw(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = zip(row, widths, strict=True)
    return "  ".join(cell + " " * (width - _width(cell)) for cell, width in cells)


def _show(cell: Cell) -> str:
    return f"{cell:.3f}" if isinstance(cell, float) else str(cell)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(ch) in "WF" else 1 for ch in text)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = [
        ln.partition(":")[2].strip() for ln in lines if ln.startswith("model name")
    ]
    return names[0] if names else platform.machine()
