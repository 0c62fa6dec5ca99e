"""Tables say what was measured, on what, when, and how."""

from datetime import UTC, datetime

from bench.tables import Table, describe_machine, percentile, render

TABLE = Table(
    title="Speed",
    n="3 questions",
    command="make bench",
    columns=("问题", "ms"),
    rows=(("a", 1.0), ("居住证", 22.25)),
    notes=("warm",),
)


def test_a_table_names_what_its_figures_hold_for():
    """A figure without machine, date and command cannot be compared."""
    at = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
    text = render(TABLE, machine=describe_machine(), at=at)
    for part in ("3 questions", "2026-11-22 09:30", "cores", "$ make bench", "warm"):
        assert part in text


def test_chinese_cells_line_up():
    """A Chinese character takes two columns of a terminal."""
    text = render(TABLE, machine="m", at=datetime(2026, 11, 22, tzinfo=UTC))
    first, second = text.splitlines()[5:7]
    assert len(first.partition("1.000")[0]) == len(second.partition("22.250")[0]) + 3


def test_percentiles_are_measured_values():
    """Nothing in between is made up."""
    assert percentile([3, 1, 2], 0.5) == 2
    assert percentile([3, 1, 2], 0.99) == 3
    assert percentile([7], 0.0) == 7
