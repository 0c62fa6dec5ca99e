"""The evidence that is frozen with an answer. Pure."""

from __future__ import annotations

from knowledge import Finding, Hit

from ..settings import AnswerSettings
from ..types import Evidence

#: Hits kept, and characters of each.
MAX_HITS = 10
_MAX_CHARS = 300


def make_evidence(finding: Finding, settings: AnswerSettings) -> Evidence:
    """Freeze what a search brought and what was demanded of it."""
    return Evidence(
        question=finding.question,
        release_id=finding.release_id,
        confidence=float(finding.confidence),
        answer_at=settings.answer_at,
        clarify_at=settings.clarify_at,
        hits=tuple(_hit(hit) for hit in finding.hits[:MAX_HITS]),
        features={name: float(value) for name, value in finding.features.items()},
    )


def _hit(hit: Hit) -> dict[str, object]:
    passage = hit.passage
    return {
        "passage_id": passage.id,
        "entry_id": passage.entry_id,
        "title": passage.title,
        "heading": passage.heading,
        "region": passage.region,
        "score": float(hit.score),
        "text": passage.text[:_MAX_CHARS],
    }
