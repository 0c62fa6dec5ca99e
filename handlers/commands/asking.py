"""``ask``: one question to the same assistant that citizens talk to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from handlers.cli import Context

if TYPE_CHECKING:
    from bot import Answer, Citation


@click.command(help="问一句，看回答、状态、把握和依据（不留记录，不转人工）。")
@click.argument("question")
@click.option("--region", default="", help="提问人所在的区县，如“西山区”。")
@click.option("--json", "is_json", is_flag=True, help="输出 JSON。")
@click.pass_obj
def ask(context: Context, question: str, region: str, is_json: bool) -> None:
    """Answer one question."""
    from bot import Turn, mask_personal_data, render_plain
    from handlers.assembly import assemble

    context.start_logging("error")
    parts = assemble(context.settings)
    # Named in the question, as a citizen would: the assistant has no other way.
    asked = question if region in question else f"{region}{question}"
    turn = Turn(mask_personal_data(asked), parts.clock())
    answer = parts.assistant.answer(turn)
    text = render_plain(answer)
    if is_json:
        click.echo(json.dumps(_to_json(answer, text), ensure_ascii=False))
        return
    evidence = answer.evidence
    click.echo(text)
    click.echo(f"\n状态：{answer.status}")
    click.echo(
        f"把握：{evidence.confidence:.2f}"
        f"（≥ {evidence.answer_at:.2f} 回答，≥ {evidence.clarify_at:.2f} 追问）"
    )
    for citation in answer.citations:
        click.echo(f"依据：{describe_source(citation)}")


def describe_source(citation: Citation) -> str:
    """Return the source in one line: title, 文号, place, bureau, validity, file."""
    named = [
        citation.name,
        citation.doc_number,
        citation.locator,
        citation.department,
        citation.validity,
        citation.source_file,
        citation.url,
    ]
    return " · ".join(part for part in named if part)


def _to_json(answer: Answer, text: str) -> dict[str, object]:
    evidence = answer.evidence
    return {
        "status": answer.status,
        "answer": text,
        "confidence": round(evidence.confidence, 4),
        "release": evidence.release_id,
        "options": [option.label for option in answer.options],
        "sources": [
            {
                "title": c.title,
                "doc_number": c.doc_number,
                "locator": c.locator,
                "department": c.department,
                "region": c.region,
                "validity": c.validity,
                "phone": c.phone,
                "file": c.source_file,
                "url": c.url,
            }
            for c in answer.citations
        ],
        "hits": [
            {key: hit.get(key) for key in ("passage_id", "title", "heading", "score")}
            for hit in evidence.hits
        ],
    }
