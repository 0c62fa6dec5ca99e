"""Checking 5,000 published entries, and one draft against them: how long it takes."""

import re
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ingest import KnownEntries, KnownEntry, read_path, run_checks, sweep
from knowledge import entry_id

pytestmark = pytest.mark.drill

CITY = Path(__file__).parents[2] / "samples" / "city"
TODAY = date(2026, 11, 23)
ENTRIES = 5_000

#: Seconds of one core, so that work beside does not count.
MOST_SWEEP, MOST_ONE = 10.0, 0.5

#: Names of other cities, so that each copy is a city of its own.
CITIES = tuple(
    first + second for first in "青白红银金玉" for second in ("岚", "枫", "泉")
)


def _move(draft, city):
    """Return an entry of another city."""

    def say(text):
        return text.replace("云泽", city).replace("云", city[0])

    return replace(
        draft,
        title=say(draft.title),
        region=re.sub("^云泽", city, draft.region)
        if "云泽" in draft.region
        else city + draft.region,
        department=say(draft.department),
        doc_number=say(draft.doc_number),
        aliases=tuple(map(say, draft.aliases)),
        supersedes=tuple(map(say, draft.supersedes)),
        sections=tuple(
            replace(s, heading=say(s.heading), text=say(s.text)) for s in draft.sections
        ),
    )


@pytest.fixture(scope="module")
def drafts():
    """5,000 entries of 18 cities like the sample one."""
    if not any(CITY.glob("*/*")):
        pytest.skip("samples/city is not built")
    own = [draft for report in read_path(CITY) for draft in report.drafts]
    return [_move(draft, city) for city in CITIES for draft in own][:ENTRIES]


def test_sweep_and_one_draft_are_quick(drafts):
    """The console's home page waits for neither."""
    chars = sum(len(s.text) for draft in drafts for s in draft.sections)
    start = time.process_time()
    known = KnownEntries(KnownEntry(entry_id(draft), draft) for draft in drafts)
    results = sweep(known, TODAY)
    swept = time.process_time() - start
    singles = []
    for draft in drafts[:: ENTRIES // 20]:
        text = draft.sections[0].text + "补充一句，办理时限为77个工作日。"
        changed = replace(draft.sections[0], text=text)
        edited = replace(draft, sections=(changed, *draft.sections[1:]))
        start = time.process_time()
        run_checks([edited], known, today=TODAY)
        singles.append(time.process_time() - start)
    sys.stdout.write(
        f"\n{len(drafts)} entries, {chars} characters: indexes and sweep {swept:.1f} s"
        f" of a core, {len(results)} results; one draft {max(singles):.3f} s at most\n"
    )
    assert len(drafts) == ENTRIES
    assert swept < MOST_SWEEP
    assert max(singles) < MOST_ONE
