"""How well it answers: the city exam, and the shared labelled sets where they are."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from city_exam import (
    QUESTIONS,
    ROOT,
    VERDICTS,
    count_by_kind,
    examine,
    load_rows,
    open_assistant,
)
from tables import Cell, Table

#: Labelled sets that may not be copied into this repository.
SHARED = ROOT.parent / "shared" / "eval"

#: Vectors kept between runs; the first run of a set takes minutes.
CACHE = ROOT / "data" / "bench-vectors"

#: Figures that score.py gives, in the order of the columns.
_FIGURES = (
    "hit@1",
    "hit@5",
    "right@1",
    "auroc",
    "answered rightly at <= 5% wrong",
    "answered rightly at <= 10% wrong",
    "service: answered",
    "service: wrong among answers",
    "service: answerable answered rightly",
    "calibration error",
    "ms p50",
    "ms p99",
)

_COLUMNS = (
    "set",
    "hit@1",
    "hit@5",
    "right@1",
    "AUROC",
    "at 5%",
    "at 10%",
    "answered",
    "wrong",
    "rightly",
    "calib.",
    "p50 ms",
    "p99 ms",
)


def measure_city() -> list[Table]:
    """Hold the city exam, by kind of question."""
    counts = count_by_kind(examine(open_assistant(), load_rows()))
    rows = tuple(
        (kind, by.total(), *(by[verdict] / by.total() for verdict in VERDICTS))
        for kind, by in counts.items()
    )
    return [
        Table(
            title="City exam: 云泽市, by kind",
            n=f"{counts['ALL'].total()} conversations ({QUESTIONS.relative_to(ROOT)})",
            command="python bench/city_exam.py",
            columns=("kind", "n", *VERDICTS),
            rows=rows,
            notes=(
                "wrong = said what it should not; miss = did not say what it knows",
            ),
        )
    ]


def measure_shared(names: tuple[str, ...]) -> list[Table]:
    """Run ``wenzheng eval`` on shared sets and score what it wrote."""
    if not SHARED.is_dir():
        print(f"skipped: shared labelled sets, there is no {SHARED}\n")
        return []
    rows: list[tuple[Cell, ...]] = []
    counts = []
    for name in names:
        figures = _score(SHARED / name)
        rows.append((name, *(figures.get(key, "–") for key in _FIGURES)))
        counts.append(f"{name} {figures['questions']}")
    return [
        Table(
            title="Shared labelled sets",
            n=f"{', '.join(counts)} answerable questions",
            command="wenzheng eval … --cache data/bench-vectors; score.py --json",
            columns=_COLUMNS,
            rows=tuple(rows),
            notes=(
                "aims (issue 2): policy hit@1 ≥ .74, hit@5 ≥ .93; "
                "faq hit@1 ≥ .49, hit@5 ≥ .75; p50 ≤ 25 ms",
                "at 5%: answerable questions answered rightly by the best single "
                "threshold that keeps wrong answers under 5 % of answers",
                "answered, wrong (among answers), rightly (of answerable): the "
                "service's own thresholds; differences under .03 are noise",
            ),
        )
    ]


def _score(folder: Path) -> dict[str, Any]:
    """Ask a set and, where there is one, its unanswerable half."""
    with tempfile.TemporaryDirectory(prefix="wenzheng-bench-") as scratch:
        run = _ask(folder, "questions.jsonl", Path(scratch) / "run.jsonl")
        words = [sys.executable, str(SHARED / "score.py"), str(folder), str(run)]
        if (folder / "unanswerable.jsonl").exists():
            other = _ask(folder, "unanswerable.jsonl", Path(scratch) / "other.jsonl")
            words += ["--unanswerable", str(other)]
        scored = subprocess.run([*words, "--json"], check=True, capture_output=True)
        figures: dict[str, Any] = json.loads(scored.stdout)
        return figures


def _ask(folder: Path, questions: str, out: Path) -> Path:
    passages = folder / "passages.jsonl"
    if not passages.exists():
        passages = folder / "passages.jsonl.gz"
    words = ["--passages", passages, "--questions", folder / questions]
    command = [sys.executable, "-m", "handlers", "eval", *words]
    command += ["--out", out, "--cache", CACHE]
    subprocess.run([str(word) for word in command], check=True, cwd=ROOT)
    return out
