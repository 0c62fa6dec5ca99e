"""The record of entries, on SQLite and on PostgreSQL."""

import sqlite3
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.exc import OperationalError

from bot import make_engine, upgrade_database
from knowledge import KnowledgeStore, entry_id


@pytest.fixture
def store(engine):
    """A store on an empty database of either kind."""
    return KnowledgeStore(engine)


def test_reading_a_file_twice_makes_no_second_revision(store, drafts, noon):
    """An editor may drop the same folder in again."""
    first = store.save(drafts, at=noon)
    again = store.save(drafts, at=noon)
    assert (first.added, again.added, again.unchanged) == (len(drafts), 0, len(drafts))
    assert again.passages == 0
    assert store.count() == {"guide": 3, "policy": 2}


def test_an_edited_file_answers_with_its_new_text_only(store, make_policy, noon):
    """The old revision stays in the record and leaves the answers."""
    draft = make_policy("办法", [("第一条", "旧的话。")])
    store.save([draft], at=noon)
    report = store.save([make_policy("办法", [("第一条", "新的话。")])], at=noon)
    assert report.changed == 1
    assert [p.text for p in store.iter_passages()] == ["新的话。"]


def test_a_repealed_rule_ends_the_day_before_its_successor(store, drafts, noon):
    """Also when it named no end of its own."""
    open_ended = [
        replace(d, expires_on=None) if d.doc_number == "云人社〔2024〕31号" else d
        for d in drafts
    ]
    assert store.save(open_ended, at=noon).superseded == 1
    ends = {p.doc_number: p.valid_until for p in store.iter_passages() if p.doc_number}
    assert ends == {
        "云人社〔2024〕31号": date(2026, 6, 30),
        "云人社〔2026〕19号": None,
    }


def test_the_order_of_files_does_not_matter_to_a_repeal(store, drafts, noon):
    """The new rule may be read before the old one."""
    old, new = drafts[3], drafts[4]
    store.save([new], at=noon)
    store.save([replace(old, expires_on=None)], at=noon)
    ends = {p.doc_number: p.valid_until for p in store.iter_passages()}
    assert ends["云人社〔2024〕31号"] == date(2026, 6, 30)


def test_an_earlier_end_of_its_own_is_kept(store, drafts, noon):
    """A repeal never prolongs a rule."""
    old = replace(drafts[3], expires_on=date(2025, 1, 1))
    store.save([old, drafts[4]], at=noon)
    ends = {p.doc_number: p.valid_until for p in store.iter_passages()}
    assert ends["云人社〔2024〕31号"] == date(2025, 1, 1)


def test_passages_come_back_as_they_went_in(store, drafts, passages, noon):
    """Nothing is lost between the draft and the index."""
    store.save(drafts, at=noon)
    stored = {p.id: p for p in store.iter_passages()}
    assert stored.keys() == {p.id for p in passages}
    for passage in passages:
        assert stored[passage.id] == passage


def test_a_failure_saves_nothing(store, drafts, noon, engine):
    """Half a folder is never in the record."""
    broken = replace(drafts[1], audience=None)
    with pytest.raises(TypeError):
        store.save([drafts[0], broken], at=noon)
    assert store.count() == {}


def test_a_locked_database_is_an_error_and_not_a_loss(tmp_path, drafts, noon):
    """The caller learns that nothing was saved, and may try again."""
    engine = make_engine(f"sqlite:///{tmp_path}/locked.db", lock_wait_s=0.05)
    upgrade_database(engine)
    store = KnowledgeStore(engine)
    with sqlite3.connect(tmp_path / "locked.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            store.save(drafts, at=noon)
        other.execute("ROLLBACK")
    other.close()
    assert store.count() == {}
    store.save(drafts, at=noon)
    assert sum(store.count().values()) == len({entry_id(d) for d in drafts})
    engine.dispose()
