"""Count for how many exam questions on raw guides the facts stand in what was read.

    python bench/guide_facts.py [--missing] [GUIDES]

GUIDES is a folder with ``raw/`` and ``exam.jsonl``; default ../shared/eval/guides.
A question counts as *held* when every fact that its grader wants stands in one entry
of the right file, outside the legal basis; as *placed* when one of the elements that
the question names holds each of them too.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ingest import read_path
from knowledge import Aspect, EntryDraft, Section, find_aspects

ROOT = Path(__file__).resolve().parent.parent
GUIDES = ROOT.parent / "shared" / "eval" / "guides"


def squeeze(text: str) -> str:
    """Level white space and the width of punctuation, as the grader does."""
    return "".join(text.split()).translate(str.maketrans("（）：，", "():,"))


def holds(sections: Iterable[Section], facts: Sequence[str]) -> bool:
    """Whether every fact, in one of its wordings, stands in the sections."""
    told = squeeze("\n".join(f"{each.heading}\n{each.text}" for each in sections))
    return all(any(squeeze(x) in told for x in fact.split("|")) for fact in facts)


def examine(drafts: Sequence[EntryDraft], row: dict[str, Any]) -> tuple[bool, bool]:
    """Return whether the facts of a row are held, and placed."""
    question = row["turns"][-1] if "turns" in row else row["question"]
    asked = set(find_aspects(question))
    held = placed = False
    for draft in drafts:
        said = [each for each in draft.sections if each.aspect is not Aspect.BASIS]
        names = Section(draft.title, "\n".join(draft.aliases))
        if not holds([*said, names], row["must"]):
            continue
        held = True
        near = asked | {Aspect.NOTES} if asked else set(Aspect)
        placed = placed or holds([x for x in said if x.aspect in near], row["must"])
    return held, placed


def main() -> None:
    """Print how many questions are held and placed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("guides", nargs="?", type=Path, default=GUIDES)
    parser.add_argument("--missing", action="store_true", help="list what is not held")
    options = parser.parse_args()
    drafts = {
        report.file: report.drafts for report in read_path(options.guides / "raw")
    }
    lines = (options.guides / "exam.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["expect"] == "answer"]
    results = [examine(drafts.get(row["guide"], ()), row) for row in rows]
    for row, (held, _) in zip(rows, results, strict=True):
        if options.missing and not held:
            print(row["id"], row["guide"], row.get("question") or row["turns"])
    held, placed = (sum(each[n] for each in results) for n in (0, 1))
    entries = sum(map(len, drafts.values()))
    print(f"{len(drafts)} files, {entries} entries, {len(rows)} questions")
    print(f"held {held}, placed {placed}")


if __name__ == "__main__":
    main()
