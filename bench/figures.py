"""How long the figures page counts, on 10,000 simulated conversations in SQLite.

.venv/bin/python bench/figures.py [conversations]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bot import (
    FigureStore,
    Span,
    make_custom,
    make_engine,
    make_period,
    upgrade_database,
)
from tests.figure_city import CALENDAR, NOW, make_city

TRIES = 5


def measure(act: Callable[[], object]) -> tuple[float, float]:
    """Return the best time by the wall and by the processor, in seconds."""
    times = []
    for _ in range(TRIES):
        wall, cpu = time.perf_counter(), time.process_time()
        act()
        times.append((time.perf_counter() - wall, time.process_time() - cpu))
    return min(wall for wall, _ in times), min(cpu for _, cpu in times)


def main() -> None:
    """Print a table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/figures.db")
        upgrade_database(engine)
        make_city(count).write(engine)
        store = FigureStore(engine, lambda: NOW, lambda: CALENDAR)
        month = make_period(Span.MONTH, date(2026, 10, 1))
        whole = make_custom(date(2026, 9, 14), date(2026, 11, 20))
        acts: dict[str, Callable[[], object]] = {
            "page of a day": lambda: store.report(
                make_period(Span.DAY, date(2026, 11, 19))
            ),
            "page of a month, with the month before": lambda: store.report(month),
            "all at once, without a comparison": lambda: store.count(whole),
            "recount of all": lambda: store.recount(whole),
        }
        print(f"{count:,} conversations, SQLite, best of {TRIES}: wall s, cpu s")
        for name, act in acts.items():
            wall, cpu = measure(act)
            print(f"{wall:6.2f} {cpu:6.2f}  {name}")
        engine.dispose()


if __name__ == "__main__":
    main()
