"""docs/figures.zh-CN.md says what the code counts, word for word."""

from __future__ import annotations

from pathlib import Path

from bot import MEASURES
from bot.tables import Base
from handlers.console.figure_request import show_target

PAGE = Path(__file__).resolve().parent.parent / "docs" / "figures.zh-CN.md"


def test_each_measure_stands_in_the_document() -> None:
    """Name, numerator, denominator, target, note; in the order of the page."""
    lines = PAGE.read_text("utf-8").partition("|---|---|---|---|---|---|\n")[2]
    table = [line for line in lines.split("\n\n")[0].splitlines() if line]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    assert [row[:5] for row in rows] == [
        [m.name, m.met, m.cases, show_target(m) or "不设目标", m.note]
        for m in MEASURES.values()
    ]
    tables = set(Base.metadata.tables)
    for row in rows:
        named = {
            word.partition("（")[0].partition(".")[0] for word in row[5].split("，")
        }
        assert named - {"办公日历", "没有操作人）"} <= tables, row
