"""Measure answering, start-up, memory, speed and ingest; print a table of each.

    make bench
    python bench/run.py [--only city,shared,start,memory,speed,ingest] [--law] [--save]

``--law`` adds 61,411 articles of national law (the first time about an hour);
``--save`` writes the figures to bench/results/latest.json. bench/README.md says what
each figure means.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial

from answering import measure_city, measure_shared
from city_exam import ROOT
from serving import measure_ingest, measure_memory, measure_start
from speed import measure_speed
from tables import Table, describe_machine, render

RESULTS = ROOT / "bench" / "results" / "latest.json"

Measure = Callable[[], list[Table]]

_SHARED_SETS = ("policy", "faq")


def main() -> None:
    """Measure what was asked for, one thing at a time."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="comma-separated, of those above")
    parser.add_argument("--law", action="store_true", help="the law set too")
    parser.add_argument("--save", action="store_true", help=f"write {RESULTS.name}")
    options = parser.parse_args()
    sets = (*_SHARED_SETS, "law") if options.law else _SHARED_SETS
    measures: Mapping[str, Measure] = {
        "city": measure_city,
        "start": measure_start,
        "memory": measure_memory,
        "speed": measure_speed,
        "ingest": measure_ingest,
        "shared": partial(measure_shared, sets),
    }
    wanted = [name for name in options.only.split(",") if name] or list(measures)
    if unknown := set(wanted) - set(measures):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    results = []
    for name in wanted:
        at, machine = datetime.now(UTC), describe_machine()
        for table in measures[name]():
            print(render(table, machine=machine, at=at), flush=True)
            stamp = {"at": at.isoformat(timespec="seconds"), "machine": machine}
            results.append({**stamp, **table.to_json()})
    if options.save:
        RESULTS.parent.mkdir(exist_ok=True)
        text = json.dumps(results, ensure_ascii=False, indent=1)
        RESULTS.write_text(text + "\n", encoding="utf-8")
        print(f"saved: {RESULTS.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
