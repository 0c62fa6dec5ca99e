"""One contract for the fake knowledge base and the real one."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from knowledge import (
    Aspect,
    BundledEncoder,
    EntryNotFoundError,
    Scope,
    VectorCache,
    build_from_passages,
    open_knowledge_base,
)

TODAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def both(tmp_path_factory, city, fake_knowledge_base):
    """The same city behind the fake and behind the real index and encoder."""
    fake = fake_knowledge_base(city)
    folder = tmp_path_factory.mktemp("releases")
    encoder = BundledEncoder()
    cache = VectorCache(folder / "vectors")
    build_from_passages(fake.passages, encoder, folder, at=NOON, cache=cache)
    return {"fake": fake, "real": open_knowledge_base(folder, encoder)}


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.model)])
def base(request, both):
    """Each in turn."""
    return both[request.param]


def test_best_entry_comes_first(base):
    """With a confidence between 0 and 1, and the release named."""
    finding = base.find("高龄津贴申领要带什么", Scope(TODAY), limit=5)
    assert finding.hits[0].passage.title == "高龄津贴申领"
    assert 0 < finding.confidence <= 1
    assert 0 < len(finding.hits) <= 5
    assert finding.release_id == base.release_id
    scores = [hit.score for hit in finding.hits]
    assert scores == sorted(scores, reverse=True)


def test_expired_rules_are_never_found(base):
    """Whatever the question."""
    question = "灵活就业人员社会保险补贴标准"
    for day, doc in (
        (TODAY, "云人社〔2026〕19号"),
        (date(2026, 1, 1), "云人社〔2024〕31号"),
    ):
        finding = base.find(question, Scope(day), limit=40)
        found = {h.passage.doc_number for h in finding.hits if h.passage.doc_number}
        assert found == {doc}


def test_other_districts_are_never_found(base):
    """Who names 西山区 gets 西山区 and the city."""
    finding = base.find("公租房轮候登记", Scope(TODAY, region="西山区"), limit=40)
    assert {hit.passage.region for hit in finding.hits} <= {"西山区", "云泽市", ""}


def test_one_entry_alone(base):
    """A follow-up stays with its item."""
    entry_id = base.find("居住证申领", Scope(TODAY)).hits[0].passage.entry_id
    scope = Scope(TODAY, entry_id=entry_id, aspect=Aspect.FEE)
    finding = base.find("居住证申领 多少钱", scope)
    assert {hit.passage.entry_id for hit in finding.hits} == {entry_id}
    assert finding.hits[0].passage.aspect is Aspect.FEE


def test_entries_come_whole_and_in_order(base):
    """And an unknown one is an error."""
    entry_id = base.find("居住证申领", Scope(TODAY)).hits[0].passage.entry_id
    passages = base.get_entry(entry_id)
    assert [p.ordinal for p in passages] == list(range(len(passages)))
    with pytest.raises(EntryNotFoundError):
        base.get_entry("no-such-entry")


def test_regions_are_sorted(base):
    """None is empty."""
    assert base.regions == ("东湖区", "云泽市", "西山区", "高新区")


def test_nothing_newer(base):
    """Cheap to ask."""
    assert base.refresh() is False
