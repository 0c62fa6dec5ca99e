"""How fast one process answers, beside the least that any answer would cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import faiss
from city_exam import ROOT, load_rows, open_assistant
from tables import Table, percentile

from bot import (
    Assistant,
    Channel,
    FrontDesk,
    Inbound,
    MessageKind,
    Seal,
    Turn,
    make_engine,
    render_plain,
    upgrade_database,
)
from handlers.config import load_settings
from knowledge import Encoder, make_encoder

#: As one citizen sees it, and as a busy morning does.
CONCURRENCY = (1, 8)

#: Asked before the clock runs.
_WARM_UP = 20

#: Vectors the plain search asks for, as the service does.
_CANDIDATES = 200

Ask = Callable[[str], object]


def measure_speed() -> list[Table]:
    """Time the plain search, the assistant and the whole road of a message."""
    questions = [row["turns"][0] for row in load_rows()]
    settings = load_settings(ROOT / "config.yaml", {})
    encoder = make_encoder(settings.knowledge.encoder)
    folder = Path(settings.knowledge.folder)
    rows: list[tuple[str | int | float, ...]] = []
    with TemporaryDirectory(prefix="wenzheng-bench-") as scratch:
        assistant = open_assistant()
        desk = _open_desk(assistant, Path(scratch))
        ways: dict[str, Ask] = {
            "baseline: encode + FAISS": make_plain_search(encoder, folder),
            "Assistant.answer": lambda q: assistant.answer(Turn(q, at=_now())),
            "FrontDesk.receive (SQLite)": lambda q: _receive(desk, q),
        }
        for threads in CONCURRENCY:
            base = 0.0
            for name, ask in ways.items():
                taken, seconds = time_questions(ask, questions, threads=threads)
                p50, p99 = percentile(taken, 0.5), percentile(taken, 0.99)
                base = base or p50
                per_s = len(taken) / seconds
                rows.append((name, threads, p50, p99, p50 / base, per_s))
    return [
        Table(
            title="Speed in one process",
            n=f"{len(questions)} questions each, {_WARM_UP} before the clock runs",
            command="python bench/run.py --only speed",
            columns=("way", "threads", "p50 ms", "p99 ms", "× baseline", "questions/s"),
            rows=tuple(rows),
            notes=(
                "baseline: the same encoder and a bare FAISS search in the same run; "
                "no filter, no words, no answer",
                "FrontDesk.receive commits twice to a SQLite file (synchronous=FULL)",
            ),
        )
    ]


def make_plain_search(encoder: Encoder, folder: Path) -> Ask:
    """Return the least that a semantic search costs on this index."""
    name = (folder / "current").read_text(encoding="utf-8").strip()
    index = faiss.read_index(str(folder / name / "dense.faiss"))
    return lambda question: index.search(
        encoder.encode_queries([question]), _CANDIDATES
    )


def time_questions(
    ask: Ask, questions: Sequence[str], *, threads: int
) -> tuple[list[float], float]:
    """Ask from so many threads at once.

    Returns:
        Milliseconds of each question, and the seconds of all.
    """

    def timed(question: str) -> float:
        started = time.perf_counter()
        ask(question)
        return (time.perf_counter() - started) * 1000

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(timed, questions[:_WARM_UP]))
        started = time.perf_counter()
        taken = list(pool.map(timed, questions))
        return taken, time.perf_counter() - started


def _open_desk(assistant: Assistant, folder: Path) -> FrontDesk:
    engine = make_engine(f"sqlite:///{folder}/wenzheng.db")
    upgrade_database(engine)
    return FrontDesk(engine, assistant, seal=Seal("k" * 43), clock=_now)


def _receive(desk: FrontDesk, question: str) -> object:
    # A citizen of its own each time: an open ticket would silence the bot.
    who = f"{time.perf_counter_ns()}-{id(object())}"
    inbound = Inbound(Channel.WEB, who, who, MessageKind.TEXT, question, _now())
    return desk.receive(inbound, render_plain)


def _now() -> datetime:
    return datetime.now(UTC)
