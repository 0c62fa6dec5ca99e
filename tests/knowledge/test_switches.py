"""What is off: who may turn it, how soon it works, on both databases."""

from dataclasses import replace

import pytest

from knowledge import (
    Actor,
    EntryNotFoundError,
    KnowledgeStore,
    Scope,
    SwitchError,
    SwitchStore,
    VectorCache,
    build_from_passages,
    cut,
    entry_id,
    open_knowledge_base,
)

CIVIL = frozenset({"云泽市民政局"})
WRITER = Actor(1, CIVIL, may_write=True)
REVIEWER = Actor(2, CIVIL, may_review=True)
STRANGER = Actor(4, frozenset({"云泽市医保局"}), may_write=True, may_review=True)
TEXTS = {"notice": "政策正在调整，请稍后再问。", "reason": "金额有误"}


@pytest.fixture
def rows():
    """What the audit trail was told."""
    return []


@pytest.fixture
def store(engine, clock, rows):
    """A store on an empty database of either kind."""

    def note(_session, action, subject, *, officer_id, at, detail=""):
        rows.append((action, subject, officer_id))

    return SwitchStore(engine, clock, note)


@pytest.fixture
def theirs(engine, drafts, noon):
    """The id of an entry of the civil affairs bureau."""
    draft = replace(drafts[0], department="云泽市民政局")
    KnowledgeStore(engine).save([draft], at=noon)
    return entry_id(draft)


def test_an_entry_is_off_at_once_and_on_after_another_look(store, theirs, rows):
    """One person turns it off; it takes another, a reviewer, to turn it on."""
    switch = store.turn_off_entry(theirs, WRITER, **TEXTS)
    assert store.get_off() == {theirs}
    assert store.find_entry(theirs).notice == TEXTS["notice"]
    with pytest.raises(SwitchError, match="审核员"):
        store.turn_on(switch.id, WRITER)
    store.turn_on(switch.id, REVIEWER)
    assert store.get_off() == frozenset()
    assert [row[0] for row in rows] == ["knowledge.turn_off", "knowledge.turn_on"]
    assert store.list(REVIEWER) == []
    assert store.list(REVIEWER, also_past=True)[0].on_by == 2


def test_who_turned_it_off_does_not_turn_it_on(store, theirs):
    """Not even a reviewer."""
    switch = store.turn_off_entry(theirs, REVIEWER, **TEXTS)
    with pytest.raises(SwitchError, match="另一位"):
        store.turn_on(switch.id, REVIEWER)
    other = replace(REVIEWER, officer_id=9)
    assert store.turn_on(switch.id, other).on_by == 9
    with pytest.raises(SwitchError, match="已经恢复"):
        store.turn_on(switch.id, other)


def test_another_bureaus_entry_cannot_be_touched(store, theirs):
    """Nor is it told that there is one."""
    with pytest.raises(SwitchError, match="没有这条知识"):
        store.turn_off_entry(theirs, STRANGER, **TEXTS)
    switch = store.turn_off_entry(theirs, WRITER, **TEXTS)
    with pytest.raises(SwitchError, match="没有这个停答"):
        store.turn_on(switch.id, STRANGER)
    assert store.list(STRANGER) == []
    with pytest.raises(SwitchError, match="权限"):
        store.turn_off_entry(theirs, Actor(5, CIVIL), **TEXTS)


def test_a_topic_is_found_however_it_is_written(store):
    """The longest word wins; blanks, width and case make no difference."""
    office = replace(WRITER, departments=None)
    store.turn_off_topic("补贴", ["补贴"], office, **TEXTS)
    long = store.turn_off_topic("购车补贴", ["购车补贴", "ＢＹＤ"], office, **TEXTS)
    assert store.find_topic("请问 购 车 补 贴 还有吗").id == long.id
    assert store.find_topic("byd有没有补助").id == long.id
    assert store.find_topic("居住证怎么办") is None
    with pytest.raises(SwitchError, match="已经停答"):
        store.turn_off_topic("补贴", ["补贴"], office, **TEXTS)
    with pytest.raises(SwitchError, match="至少"):
        store.turn_off_topic("短", ["补"], office, **TEXTS)
    with pytest.raises(SwitchError, match="群众看到的话"):
        store.turn_off_topic("新", ["新词"], office, notice=" ", reason="x")
    with pytest.raises(SwitchError, match="别的部门"):
        store.turn_off_topic("新", ["新词"], WRITER, **TEXTS, department="云泽市教育局")


def test_another_process_hears_of_it_within_two_seconds(
    engine, clock, store, theirs, rows
):
    """It reads at most once a second."""

    def note(*_args, **_more):
        pass

    other = SwitchStore(engine, clock, note)
    assert other.get_off() == frozenset()
    store.turn_off_entry(theirs, WRITER, **TEXTS)
    clock.move(seconds=1.5)
    assert other.get_off() == {theirs}


def test_what_is_off_is_not_found(tmp_path, character_encoder, drafts, noon, today):
    """Neither by a question nor by its id; the question learns which it was."""
    passages = [p for draft in drafts for p in cut(draft)]
    folder = tmp_path / "releases"
    cache = VectorCache(tmp_path / "vectors")
    build_from_passages(passages, character_encoder, folder, at=noon, cache=cache)
    off = set()
    base = open_knowledge_base(
        folder, character_encoder, get_off=lambda: frozenset(off)
    )
    scope = Scope(today, region="云泽市")
    first = base.find("高龄津贴申领要什么材料", scope).hits[0].passage.entry_id
    off.add(first)
    found = base.find("高龄津贴申领要什么材料", scope)
    assert first not in {hit.passage.entry_id for hit in found.hits}
    assert found.off_entry == first
    assert found.off_confidence > 0
    only = base.find("高龄津贴", Scope(today, entry_id=first))
    assert only.hits == ()
    assert only.off_entry == first
    with pytest.raises(EntryNotFoundError):
        base.get_entry(first)
