"""Ask the labelled questions on 云泽市 of the current release and grade what is said.

    python bench/city_exam.py [--wrong] [--dump FEATURES.jsonl]

Every row is a conversation; its last turn is graded. A row is *wrong* when the service
answered something it should not have said, *miss* when it did not answer what it knows.
"""

from __future__ import annotations

import argparse
import collections
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot import Answer, Assistant, Turn, mask_personal_data, render_plain
from handlers.assembly import make_answer_settings
from handlers.config import load_settings
from knowledge import make_encoder, open_knowledge_base

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = ROOT / "bench" / "city" / "questions.jsonl"

VERDICTS = ("right", "wrong", "miss")


@dataclass(frozen=True, slots=True)
class Graded:
    """A conversation, its last answer, and what that is worth."""

    row: Mapping[str, Any]
    answer: Answer
    text: str
    #: One of ``VERDICTS``.
    verdict: str


def squeeze(text: str) -> str:
    """Level white space and the width of punctuation."""
    level = str.maketrans("（）：，；", "():,;")
    return "".join(text.split()).translate(level)


def grade(row: Mapping[str, Any], answer: Answer, text: str) -> str:
    """Return right, wrong or miss for one row."""
    group, said = answer.status.group, squeeze(text)
    if row["expect"] in {"smalltalk", "blocked"}:
        return "right" if group in {"answered", "blocked", "handoff"} else "miss"
    if row["expect"] == "handoff":
        if group == "answered":
            return "wrong"
        return "right" if answer.status.calls_officer else "miss"
    forbidden = any(squeeze(m) in said for m in row.get("must_not", []))
    if row["expect"] == "clarify_or_handoff":
        return "wrong" if group == "answered" or forbidden else "right"
    if group != "answered":
        return "miss"
    held = all(
        any(squeeze(option) in said for option in must.split("|"))
        for must in row.get("must", [])
    )
    return "right" if held and not forbidden else "wrong"


def converse(assistant: Assistant, turns: list[str]) -> Answer:
    """Say the turns one after another in one conversation; return the last answer."""
    at, focus = datetime.now(UTC), None
    for text in turns:
        turn = Turn(text=mask_personal_data(text), at=at)
        if focus is not None:
            turn.focus = focus
        answer = assistant.answer(turn)
        focus, at = turn.focus, at + timedelta(seconds=20)
    return answer


def open_assistant() -> Assistant:
    """Open the current release with the settings of config.yaml.

    Raises:
        NoReleaseError: If nothing was ingested yet: ``make run`` or ``make bench``.
    """
    settings = load_settings(ROOT / "config.yaml", {})
    encoder = make_encoder(settings.knowledge.encoder)
    base = open_knowledge_base(Path(settings.knowledge.folder), encoder)
    return Assistant(base, make_answer_settings(settings), lambda: datetime.now(UTC))


def load_rows(file: Path = QUESTIONS) -> list[dict[str, Any]]:
    """Read labelled conversations; bench/city/README.md explains the fields."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def examine(assistant: Assistant, rows: Iterable[Mapping[str, Any]]) -> list[Graded]:
    """Hold every conversation and grade its last answer, in order."""
    graded = []
    for row in rows:
        answer = converse(assistant, row["turns"])
        text = render_plain(answer)
        graded.append(Graded(row, answer, text, grade(row, answer, text)))
    return graded


def count_by_kind(graded: Iterable[Graded]) -> dict[str, collections.Counter[str]]:
    """Count verdicts by kind of question, sorted; ALL counts every row."""
    table: dict[str, collections.Counter[str]] = collections.defaultdict(
        collections.Counter
    )
    for one in graded:
        for kind in ("ALL", str(one.row["kind"])):
            table[kind][one.verdict] += 1
    return dict(sorted(table.items()))


def to_dump(one: Graded) -> dict[str, Any]:
    """Return the row of a dump: the verdict with what it rests on."""
    row, evidence = one.row, one.answer.evidence
    return {
        "id": row["id"],
        "kind": row["kind"],
        "answerable": row["expect"] == "answer",
        "title": row["title"],
        "region": row.get("region", ""),
        "status": one.answer.status.value,
        "verdict": one.verdict,
        "confidence": evidence.confidence,
        "features": dict(evidence.features),
        "top": dict(evidence.hits[0]) if evidence.hits else {},
    }


def main() -> None:
    """Run the exam and print one line a kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wrong", action="store_true", help="list what went wrong")
    parser.add_argument("--dump", type=Path, help="write verdicts and features")
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    options = parser.parse_args()
    graded = examine(open_assistant(), load_rows(options.questions))
    for one in graded:
        if options.wrong and one.verdict != "right":
            print(describe(one))
    if options.dump:
        rows = [json.dumps(to_dump(one), ensure_ascii=False) for one in graded]
        options.dump.write_text("\n".join(rows) + "\n", encoding="utf-8")
    for kind, counts in count_by_kind(graded).items():
        n = counts.total()
        shares = "  ".join(f"{v} {counts[v] / n:.3f}" for v in VERDICTS)
        print(f"{kind:16} n={n:<4} {shares}")


def describe(one: Graded) -> str:
    """Say in one line what was asked, expected and answered."""
    row, answer = one.row, one.answer
    return (
        f"{one.verdict:5} {row['id']} {row['kind']} {row['turns']} -> "
        f"{answer.status} {answer.evidence.confidence:.2f} "
        f"{row['title']}|{row.get('must')} :: {squeeze(one.text)[:90]}"
    )


if __name__ == "__main__":
    main()
