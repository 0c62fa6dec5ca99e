"""Labelled questions with what the service found for them, for fitting weights."""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from answering import CACHE, SHARED
from city_exam import ROOT, examine, load_rows, open_assistant, squeeze
from measures import bears

from handlers.config import load_settings
from knowledge import (
    Encoder,
    EntryKind,
    Hit,
    KnowledgeBase,
    Passage,
    Scope,
    VectorCache,
    build_from_passages,
    find_region,
    open_knowledge_base,
)

#: Hits looked at: as many as ``knowledge.ranking`` puts in order.
LIMIT = 40

#: Kinds of the city set that are not one question about one item.
_NOT_SEARCHED = {"follow_up", "smalltalk", "abuse", "crisis", "person"}

IsRelevant = Callable[[Passage], bool]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A hit, its features, and whether it answers."""

    features: Mapping[str, float]
    score: float
    is_relevant: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One labelled question and what was found."""

    is_answerable: bool
    #: Whether the first hit answers, by label or by bearing the written answer.
    is_right: bool
    #: As the service judges today, 0 to 1.
    confidence: float
    #: What the confidence was made of.
    features: Mapping[str, float]
    #: Best first.
    candidates: tuple[Candidate, ...]
    #: How much it counts in a fit.
    weight: float = 1.0


def load_city(encoder: Encoder) -> list[Question]:
    """Ask the city's single questions of the current release, as the service does.

    The assistant is asked first, because it searches for less than was typed:
    greetings and masks are gone. Rows that it did not search for are left out.

    Raises:
        NoReleaseError: If nothing was ingested yet.
    """
    settings = load_settings(ROOT / "config.yaml", {})
    base = open_knowledge_base(Path(settings.knowledge.folder), encoder)
    rows = [row for row in load_rows() if row["kind"] not in _NOT_SEARCHED]
    questions = []
    for graded in examine(open_assistant(), rows):
        row, evidence = graded.row, graded.answer.evidence
        if not evidence.hits or len(row["turns"]) > 1:
            continue
        text = evidence.question
        region = find_region(text, base.regions)
        item = _of_city_item(row)
        answers = (lambda p, i=item, r=row: i(p) and _holds(r, p)) if item else None
        asked = _ask(base, text, answers, is_right=item, region=region)
        if asked is not None:
            questions.append(asked)
    return questions


def load_shared(name: str, encoder: Encoder, *, seed: int = 0) -> list[Question]:
    """Build a shared set aside and ask it, with as many unanswerable as answerable.

    Args:
        name: Folder of the set.
        encoder: As the service's.
        seed: Chooses the unanswerable questions.
    """
    folder = SHARED / name
    passages = [_passage(row, i) for i, row in enumerate(_rows(folder / "passages"))]
    relevant: dict[str, set[str]] = defaultdict(set)
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        question_id, passage_id = line.split("\t")[:2]
        relevant[question_id].add(passage_id)
    asked = [row for row in _rows(folder / "questions") if relevant[row["id"]]]
    if (folder / "unanswerable.jsonl").exists():
        others = _rows(folder / "unanswerable")
        order = np.random.default_rng(seed).permutation(len(others))
        asked += [others[i] for i in order[: len(asked)]]
    with tempfile.TemporaryDirectory(prefix="wenzheng-fit-") as scratch:
        at, cache = datetime.now(UTC), VectorCache(CACHE)
        build_from_passages(passages, encoder, Path(scratch), at=at, cache=cache)
        base = open_knowledge_base(Path(scratch), encoder)
        found = [
            _ask_shared(base, row, relevant.get(row["id"], set())) for row in asked
        ]
    return [question for question in found if question is not None]


def _ask(
    base: KnowledgeBase,
    text: str,
    is_relevant: IsRelevant | None,
    *,
    is_right: IsRelevant | None = None,
    region: str | None = None,
) -> Question | None:
    """Ask one question.

    Args:
        base: What is asked.
        text: The question.
        is_relevant: Whether a passage should come first; None = nothing answers.
        is_right: Whether a first hit is good enough; None = only a relevant one.
        region: Named in the question.
    """
    scope = Scope(today=datetime.now(UTC).date(), region=region)
    finding = base.find(text, scope, limit=LIMIT)
    if not finding.hits:
        return None
    candidates = tuple(_candidate(hit, is_relevant) for hit in finding.hits)
    first = finding.hits[0].passage
    return Question(
        is_answerable=is_relevant is not None,
        is_right=candidates[0].is_relevant or bool(is_right and is_right(first)),
        confidence=finding.confidence,
        features=dict(finding.features),
        candidates=candidates,
    )


def _candidate(hit: Hit, is_relevant: IsRelevant | None) -> Candidate:
    is_it = is_relevant is not None and is_relevant(hit.passage)
    return Candidate(dict(hit.features), hit.score, is_it)


def _ask_shared(
    base: KnowledgeBase, row: Mapping[str, Any], ids: set[str]
) -> Question | None:
    if not ids:
        return _ask(base, row["text"], None)
    answer = str(row.get("answer", ""))
    return _ask(
        base,
        row["text"],
        lambda passage: passage.id in ids,
        is_right=lambda passage: bears(answer, passage.text),
    )


def _of_city_item(row: Mapping[str, Any]) -> IsRelevant | None:
    """By title, where districts differ by region too; None = nothing answers."""
    if row["expect"] != "answer":
        return None
    titles, regions = row["title"].split("|"), row.get("region", "").split("|")

    def is_relevant(passage: Passage) -> bool:
        is_there = row["kind"] != "district" or passage.region in regions
        return passage.title in titles and is_there

    return is_relevant


def _holds(row: Mapping[str, Any], passage: Passage) -> bool:
    """Whether a passage has at least one string that the answer must contain."""
    text = squeeze(passage.text)
    options = [option for must in row.get("must", []) for option in must.split("|")]
    return not options or any(squeeze(option) in text for option in options)


def _passage(row: Mapping[str, Any], number: int) -> Passage:
    return Passage(
        id=str(row["id"]),
        entry_id=str(row.get("doc") or row["id"]),
        kind=EntryKind.POLICY,
        title=str(row.get("title") or ""),
        heading="",
        text=str(row["text"]),
        ordinal=number + 1,
    )


def _rows(path: Path) -> list[dict[str, Any]]:
    lines = path.with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]
