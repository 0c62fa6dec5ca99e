"""How many planted faults the checks find, and how often they cry wolf.

The sample city is sound: what is found there untouched is a false alarm, but for
the four editions of policies that have really run out. The checks were tuned on the
same city, so these figures are an upper bound; see docs/checks.zh-CN.md.
"""

import random
import re
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml

from ingest import read_path
from ingest.checks import (
    CheckKind,
    KnownEntries,
    KnownEntry,
    Severity,
    run_checks,
    sweep,
)
from ingest.checks.figures import FigureKind, find_figures
from knowledge import EntryKind, entry_id

from .planting import TODAY, plant, with_text

SOURCES = Path(__file__).parents[3] / "samples" / "sources" / "faqs"

#: Of faults of a kind, and of entries of the untouched city.
LEAST_FOUND, MOST_FALSE = 0.95, 0.02

#: Kinds that only say how things stand, and are right about the city.
TRUE_OF_THE_CITY = {CheckKind.EXPIRED, CheckKind.NOT_YET}

#: What is changed in answers.
CHANGED = {
    FigureKind.MONEY,
    FigureKind.WORKDAYS,
    FigureKind.MONTHS,
    FigureKind.AGE,
    FigureKind.PERCENT,
    FigureKind.PHONE,
    FigureKind.DATE,
}

#: Numbers of the whole country: no guide of ours is asked about them.
HOTLINES = re.compile(r"^1\d{4}$")


def _tell(*words):
    """Show a line of figures; pytest -s lets it through."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")


@pytest.fixture(scope="module")
def drafts():
    """All entries of the sample city; skipped where it is not built."""
    city = Path(__file__).parents[3] / "samples" / "city"
    if not any(city.glob("*/*")):
        pytest.skip("samples/city is not built")
    return [draft for report in read_path(city) for draft in report.drafts]


@pytest.fixture(scope="module")
def known(drafts):
    """The sample city as it would be published."""
    return KnownEntries(KnownEntry(entry_id(draft), draft) for draft in drafts)


def test_the_sound_city_raises_hardly_an_alarm(drafts):
    """At most one entry in fifty; notes count too."""
    results = run_checks(drafts, KnownEntries(), today=TODAY)
    false = [r for r in results if r.kind not in TRUE_OF_THE_CITY]
    entries = {result.entry.index for result in false}
    _tell(f"\n{len(drafts)} entries, {len(entries)} with a false alarm")
    for result in false:
        _tell(result.kind.label, result.entry.title, result.reason)
    assert len(entries) <= MOST_FALSE * len(drafts)
    expired = [r for r in results if r.kind is CheckKind.EXPIRED]
    assert len(expired) == 4


def test_the_published_city_is_swept_with_hardly_an_alarm(known):
    """The home page names what needs somebody; documents not ours are notes."""
    results = sweep(known, TODAY)
    false = [
        result
        for result in results
        if result.severity is not Severity.NOTE and result.kind not in TRUE_OF_THE_CITY
    ]
    for result in false:
        _tell(result.kind.label, result.entry.title, result.reason)
    assert len({r.entry.id for r in false}) <= MOST_FALSE * len(known.entries)
    notes = {r.kind for r in results if r.severity is Severity.NOTE}
    assert notes <= {CheckKind.DEAD_REFERENCE, CheckKind.NOT_YET, CheckKind.CONFLICT}


def test_a_city_read_again_repeats_nothing(drafts, known):
    """Each draft takes the place of its own entry and is not compared with it."""
    results = run_checks(drafts, known, today=TODAY)
    said = TRUE_OF_THE_CITY | {CheckKind.DEAD_REFERENCE}
    false = {r.entry.index for r in results if r.kind not in said}
    assert len(false) <= MOST_FALSE * len(drafts)


def test_planted_faults_are_found_by_kind(drafts, known):
    """Sixteen or more of each kind, each in another entry."""
    table, total = [], 0
    for kind in CheckKind:
        planted = plant(kind, drafts, random.Random(f"5-{kind}"))
        assert len(planted) >= 15, kind
        changed = list(drafts)
        for at, draft in planted:
            changed[at : at + 1] = [draft]
        results = run_checks(changed, known, today=TODAY)
        hit = {
            ref.index
            for result in results
            if result.kind is kind
            for ref in (result.entry, result.other)
            if ref is not None
        }
        missed = [at for at, _ in planted if at not in hit]
        table.append((kind.label, len(planted), len(planted) - len(missed), missed))
        total += len(planted)
    _tell(f"\n{total} faults")
    for label, number, found, missed in table:
        _tell(f"{label}\t{found}/{number}\t{[changed[at].title for at in missed]}")
    assert total >= 200
    for label, number, found, _ in table:
        assert found >= LEAST_FOUND * number, label


@pytest.mark.parametrize(
    ("kind", "least"),
    # A guide may have days of its own: a changed one is not told from them.
    [(EntryKind.FAQ, LEAST_FOUND), (EntryKind.GUIDE, 0.9)],
)
def test_a_changed_figure_contradicts_what_stands_behind(drafts, kind, least):
    """Each figure of an answer that its guide has too, and of a guide its policy.

    Changed to one that neither has, nor a policy of the region.
    """
    asked: Counter[str] = Counter()
    found: Counter[str] = Counter()
    left = list(_iter_changed(drafts, kind, random.Random(5)))
    while left:
        # One fault an entry at a time.
        now = {at: (label, draft) for at, label, draft in reversed(left)}
        left = [each for each in left if now[each[0]][1] is not each[2]]
        changed = [
            now[at][1] if at in now else draft for at, draft in enumerate(drafts)
        ]
        hit = _hit(run_checks(changed, KnownEntries(), today=TODAY))
        for at, (label, _) in now.items():
            asked[label] += 1
            found[label] += at in hit
    _tell()
    for label, number in asked.items():
        _tell(f"{label}\t{found[label]}/{number}")
    _tell(f"{kind}: all\t{found.total()}/{asked.total()}")
    assert asked.total() >= 60
    assert found.total() >= least * asked.total()


def _hit(results):
    """Entries that a contradiction names."""
    return {
        ref.index
        for result in results
        if result.kind is CheckKind.CONFLICT
        for ref in (result.entry, result.other)
        if ref is not None
    }


def _iter_changed(drafts, kind, rng):
    """Yield an index, what was changed, and the entry with another figure.

    The sources say which guide a question is about, and a guide's basis names its
    policy. A figure counts that stands once in both; the new one stands in neither,
    nor in a policy of the region: a slip onto a figure that is right for something
    else is no fault that a program can see.
    """
    behind = _find_guides(drafts) if kind is EntryKind.FAQ else _find_policies(drafts)
    for at, others in behind.items():
        draft = drafts[at]
        near = {
            each.value
            for entry in drafts
            if entry.region == draft.region and entry.kind is EntryKind.POLICY
            for each in _list(entry)
        }
        own = Counter((each.kind, each.value) for each in _list(draft))
        for other in others:
            its = Counter((each.kind, each.value) for each in _list(other))
            taken = {value for _, value in [*own, *its]} | near
            for figure in _list(draft):
                key = (figure.kind, figure.value)
                is_one = own[key] == its[key] == 1 and figure.kind in CHANGED
                if is_one and not HOTLINES.match(figure.value):
                    made = _alter(draft, figure, taken, rng)
                    if made is not None:
                        yield at, figure.kind.label, made


def _find_guides(drafts):
    """Index of a question to the guides that the sources say it is about."""
    items = {
        row["question"]: row["item"]
        for path in SOURCES.glob("*.yaml")
        for row in yaml.safe_load(path.read_text("utf-8"))
    }
    return {
        at: [
            each
            for each in drafts
            if each.kind is EntryKind.GUIDE
            and (each.title, each.region) == (items[draft.title], draft.region)
        ]
        for at, draft in enumerate(drafts)
        if draft.kind is EntryKind.FAQ
    }


def _find_policies(drafts):
    """Index of a guide to the policies in force whose 文号 it names."""
    policies = [
        each
        for each in drafts
        if each.kind is EntryKind.POLICY
        and not (each.expires_on and each.expires_on < TODAY)
    ]
    return {
        at: [
            each
            for each in policies
            if each.region == draft.region
            and any(each.doc_number in s.text for s in draft.sections)
        ]
        for at, draft in enumerate(drafts)
        if draft.kind is EntryKind.GUIDE
    }


def _alter(draft, figure, taken, rng):
    text = draft.sections[figure.section].text
    for _ in range(200):
        digits = list(re.finditer(r"\d+", figure.text))
        chosen = digits[-1] if figure.kind is FigureKind.PHONE else rng.choice(digits)
        new = str(max(1, int(chosen[0]) + rng.choice([-7, -3, -1, 1, 2, 4, 5, 12])))
        words = figure.text[: chosen.start()] + new + figure.text[chosen.end() :]
        changed = text[: figure.start] + words + text[figure.end :]
        made = with_text(draft, figure.section, changed)
        here = (figure.section, figure.start)
        values = {f.value for f in _list(made) if (f.section, f.start) == here}
        if values and not values & taken:
            return made
    return None


def _list(draft):
    return [f for at, s in enumerate(draft.sections) for f in find_figures(s, at)]
