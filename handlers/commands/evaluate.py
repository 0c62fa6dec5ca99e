"""``wenzheng eval``: labelled questions, asked on the service's own road."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import click

from bot import (
    Answer,
    AnswerSettings,
    Assistant,
    Turn,
    mask_personal_data,
    render_plain,
)
from knowledge import (
    EntryKind,
    KnowledgeBase,
    Passage,
    VectorCache,
    build_from_passages,
    make_encoder,
    open_knowledge_base,
)

from .progress import show_progress

#: Hits written a question; what the usual measures look at.
_HITS = 10


@click.command(
    "eval",
    help="用带标注的问题检验回答：临时建库，逐题作答，写出每题的结果。",
)
@click.option(
    "--passages",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    help='JSONL 或 .gz：{"id","title","text"'
    '[,"doc","region","valid_from","valid_until"]}',
)
@click.option(
    "--questions",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    help='JSONL：{"id","text"}',
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="结果文件")
@click.option("--cache", type=click.Path(path_type=Path), help="向量缓存目录，下次更快")
@click.option("--encoder", default="bundled", show_default=True, help="编码模型")
def evaluate(
    passages: Path, questions: Path, out: Path, cache: Path | None, encoder: str
) -> None:
    """Ask labelled questions of a throw-away knowledge base."""
    with tempfile.TemporaryDirectory(prefix="wenzheng-eval-") as scratch:
        base = _build(passages, Path(scratch), cache, encoder)
        assistant = Assistant(base, AnswerSettings(), _now)
        asked = list(_rows(questions))
        statuses: Counter[str] = Counter()
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.open("w", encoding="utf-8") as file, show_progress("作答") as advance:
            for done, row in enumerate(asked, start=1):
                line = _ask(assistant, row)
                statuses[line["status"]] += 1
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
                advance(done, len(asked))
    summary = "，".join(f"{status} {n}" for status, n in statuses.most_common())
    click.echo(f"{len(asked)} 题：{summary}。结果在 {out}")


def _build(
    file: Path, scratch: Path, cache: Path | None, encoder_name: str
) -> KnowledgeBase:
    """Make and open a throw-away knowledge base, as a release is made."""
    encoder = make_encoder(encoder_name)
    passages = [
        _passage(row, number, file) for number, row in enumerate(_rows(file), start=1)
    ]
    with show_progress("编码") as advance:
        build_from_passages(
            passages,
            encoder,
            scratch / "releases",
            at=_now(),
            cache=VectorCache(cache or scratch / "vectors"),
            progress=advance,
        )
    return open_knowledge_base(scratch / "releases", encoder)


def _ask(assistant: Assistant, row: Mapping[str, Any]) -> dict[str, Any]:
    """Ask one question in a fresh conversation."""
    started = perf_counter()
    turn = Turn(text=mask_personal_data(str(row["text"])), at=_now())
    answer: Answer = assistant.answer(turn)
    elapsed = (perf_counter() - started) * 1000
    evidence = answer.evidence
    return {
        "id": row["id"],
        "status": answer.status.value,
        "confidence": evidence.confidence,
        "hits": [
            {"id": hit["passage_id"], "score": hit["score"]}
            for hit in evidence.hits[:_HITS]
        ],
        "answer": render_plain(answer),
        "ms": round(elapsed, 3),
    }


def _passage(row: Mapping[str, Any], number: int, file: Path) -> Passage:
    try:
        return Passage(
            id=str(row["id"]),
            entry_id=str(row.get("doc") or row["id"]),
            kind=EntryKind.POLICY,
            title=str(row.get("title") or ""),
            heading="",
            text=str(row["text"]),
            region=str(row.get("region") or ""),
            source_file=str(row.get("doc") or file.name),
            valid_from=_day(row.get("valid_from")),
            valid_until=_day(row.get("valid_until")),
            ordinal=number,
        )
    except (KeyError, ValueError, TypeError) as e:
        raise click.ClickException(f"{file.name} 第 {number} 行不对：{e}") from e


def _day(value: object) -> date | None:
    return date.fromisoformat(str(value)[:10]) if value else None


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    opener = gzip.open if file.suffix == ".gz" else open
    with opener(file, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                yield json.loads(line)
            except ValueError as e:
                raise click.ClickException(
                    f"{file.name} 第 {number} 行不是 JSON：{e}"
                ) from e


def _now() -> datetime:
    return datetime.now(UTC)
