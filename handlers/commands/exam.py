"""``wenzheng exam``: conversations, held with the real service on a throw-away base."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from handlers.cli import Context, FailedError
from handlers.commands.progress import show_progress

if TYPE_CHECKING:
    from bot import Assistant
    from knowledge import EntryDraft, KnowledgeBase

#: Between two turns of a conversation, as somebody types.
_PAUSE = timedelta(seconds=20)


@click.command(
    "exam",
    help="用对话考一遍：临时导入资料，每行一段新对话，写出最后一句的答复。",
)
@click.argument("paper", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--documents",
    type=click.Path(path_type=Path, exists=True),
    required=True,
    help="要导入的资料：一个文件或文件夹。",
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="结果文件")
@click.option("--cache", type=click.Path(path_type=Path), help="向量缓存目录，下次更快")
@click.pass_obj
def exam(
    context: Context, paper: Path, documents: Path, out: Path, cache: Path | None
) -> None:
    """Hold an exam: ``{"id", "question"}`` or ``{"id", "turns"}`` a line."""
    from bot import Assistant
    from handlers.assembly import make_answer_settings

    context.start_logging("error")
    rows = list(_read_rows(paper))
    with tempfile.TemporaryDirectory(prefix="wenzheng-exam-") as scratch:
        base = _build(
            documents, Path(scratch), cache, context.settings.knowledge.encoder
        )
        now = [datetime.now(UTC)]
        settings = make_answer_settings(context.settings)
        assistant = Assistant(base, settings, lambda: now[0])
        out.parent.mkdir(parents=True, exist_ok=True)
        statuses: Counter[str] = Counter()
        with out.open("w", encoding="utf-8") as file, show_progress("作答") as advance:
            for done, row in enumerate(rows, start=1):
                line = _converse(assistant, row, now)
                statuses[line["status"]] += 1
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
                advance(done, len(rows))
    summary = "，".join(f"{status} {n}" for status, n in statuses.most_common())
    click.echo(f"{len(rows)} 题：{summary}。结果在 {out}")


def _build(
    documents: Path, scratch: Path, cache: Path | None, encoder_name: str
) -> KnowledgeBase:
    """Read the documents as an import does, and open what comes of them."""
    from knowledge import (
        VectorCache,
        build_from_passages,
        cut,
        make_encoder,
        open_knowledge_base,
    )

    drafts = _read_drafts(documents)
    passages = list({p.id: p for draft in drafts for p in cut(draft)}.values())
    if not passages:
        raise FailedError(f"{documents} 里没有可以导入的内容。")
    encoder = make_encoder(encoder_name)
    with show_progress("编码") as advance:
        build_from_passages(
            passages,
            encoder,
            scratch / "releases",
            at=datetime.now(UTC),
            cache=VectorCache(cache or scratch / "vectors"),
            progress=advance,
        )
    return open_knowledge_base(scratch / "releases", encoder)


def _read_drafts(documents: Path) -> Sequence[EntryDraft]:
    from ingest import count_files, read_path

    drafts: list[EntryDraft] = []
    total = count_files(documents)
    with show_progress("读取文件") as advance:
        for done, report in enumerate(read_path(documents), start=1):
            drafts += report.drafts
            if report.status == "refused":
                click.echo(f"没有收下 {report.file}：{report.reason}", err=True)
            advance(done, total)
    return drafts


def _converse(
    assistant: Assistant, row: Mapping[str, Any], now: list[datetime]
) -> dict[str, Any]:
    """Hold one conversation from its beginning; returns its last line."""
    from bot import Focus, Turn, mask_personal_data, render_plain

    turns = row.get("turns") or [row["question"]]
    focus, answer, elapsed_ms = Focus(), None, 0.0
    for text in turns:
        now[0] += _PAUSE
        turn = Turn(mask_personal_data(str(text)), now[0], focus=focus)
        started = perf_counter()
        answer = assistant.answer(turn)
        elapsed_ms = (perf_counter() - started) * 1000
        focus = turn.focus
    assert answer is not None
    return {
        "id": row["id"],
        "status": answer.status.value,
        "text": render_plain(answer),
        "sources": [
            {
                "title": c.title,
                "region": c.region,
                "locator": c.locator,
                "file": c.source_file,
            }
            for c in answer.citations
        ],
        "confidence": round(answer.evidence.confidence, 4),
        "ms": round(elapsed_ms, 3),
    }


def _read_rows(file: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            is_row = "id" in row and bool(row.get("turns") or row.get("question"))
        except (ValueError, TypeError) as e:
            raise FailedError(f"{file.name} 第 {number} 行不是 JSON：{e}") from e
        if not is_row:
            raise FailedError(f"{file.name} 第 {number} 行没有 id 或问题。")
        yield row
