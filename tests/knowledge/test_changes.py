"""Changes under review: who may do what, in which order, on both databases."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from knowledge import (
    MOVES,
    REVIEWING,
    Actor,
    ChangeAction,
    ChangeError,
    ChangeFilter,
    ChangeForm,
    ChangeKind,
    ChangeNotFoundError,
    ChangeState,
    ChangeStore,
    KnowledgeStore,
    Move,
    OwnChangeError,
    StaleChangeError,
    draft_from_json,
    draft_to_json,
    entry_id,
)

CIVIL = frozenset({"云泽市民政局"})
WRITER = Actor(1, CIVIL, may_write=True)
REVIEWER = Actor(2, CIVIL, may_review=True)
BOTH = Actor(3, None, may_write=True, may_review=True)
STRANGER = Actor(4, frozenset({"云泽市医保局"}), may_write=True, may_review=True)


@pytest.fixture
def journal():
    """Remembers what was written down."""
    rows = []

    def note(_session, action, subject, *, officer_id, at, detail=""):
        rows.append((action, subject, officer_id, detail))

    note.rows = rows
    return note


@pytest.fixture
def store(engine, clock, journal):
    """A store on an empty database of either kind."""
    return ChangeStore(engine, clock, journal)


@pytest.fixture
def form(drafts):
    """A new guide of the civil affairs bureau."""
    draft = replace(drafts[0], department="云泽市民政局")
    return ChangeForm(
        ChangeKind.ENTRY,
        ChangeAction.ADD,
        "",
        draft.title,
        draft_to_json(draft),
        department=draft.department,
    )


def test_a_draft_survives_its_json(drafts):
    """All that a draft holds comes back."""
    for draft in drafts:
        assert draft_from_json(draft_to_json(draft)) == draft
    with pytest.raises(ValueError, match="no draft"):
        draft_from_json({"kind": "faq"})


def test_two_people_bring_a_change_out(store, form, journal, clock):
    """One writes, another approves for an hour; every step is on record."""
    change = store.add(form, WRITER)
    change = store.submit(change.id, WRITER, version=change.version)
    hour = clock() + timedelta(hours=3)
    done = store.approve(
        change.id, REVIEWER, version=change.version, publish_at=hour, word="核对过"
    )
    assert (done.state, done.publish_at, done.decided_by) == (
        ChangeState.APPROVED,
        hour,
        2,
    )
    assert [row[0] for row in journal.rows] == [
        "knowledge.add",
        "knowledge.submit",
        "knowledge.approve",
    ]
    (note,) = store.list_notes(change.id, WRITER)
    assert (note.officer_id, note.move, note.text) == (2, "approve", "核对过")


def test_nobody_approves_what_they_wrote(store, form):
    """Also not who only mended a line of it, nor over the exam's head."""
    change = store.add(form, WRITER)
    change = store.write(change.id, form, BOTH, version=change.version)
    change = store.submit(change.id, WRITER, version=change.version)
    with pytest.raises(OwnChangeError):
        store.approve(change.id, BOTH, version=change.version)
    both = replace(WRITER, may_review=True)
    with pytest.raises(OwnChangeError):
        store.approve(change.id, both, version=change.version)
    assert store.get(change.id, BOTH).state is ChangeState.IN_REVIEW
    other = Actor(9, None, may_review=True)
    assert store.approve(change.id, other, version=change.version).decided_by == 9


def test_another_departments_change_is_not_there(store, form):
    """It can be neither seen nor touched, and nothing told of it."""
    change = store.add(form, WRITER)
    with pytest.raises(ChangeNotFoundError):
        store.get(change.id, STRANGER)
    with pytest.raises(ChangeNotFoundError):
        store.submit(change.id, STRANGER, version=change.version)
    with pytest.raises(ChangeError, match="别的部门"):
        store.add(form, STRANGER)
    assert store.list(ChangeFilter(), STRANGER) == []
    assert sum(store.count(STRANGER).values()) == 0


def test_an_entry_of_another_department_cannot_be_taken_over(
    engine, store, form, drafts, noon
):
    """By saying in the change that it is one's own."""
    theirs = replace(drafts[0], department="云泽市医保局")
    KnowledgeStore(engine).save([theirs], at=noon)
    edit = replace(form, action=ChangeAction.EDIT, subject=entry_id(theirs))
    with pytest.raises(ChangeError, match="别的部门"):
        store.add(edit, WRITER)
    with pytest.raises(ChangeError, match="没有这条知识"):
        store.add(replace(edit, subject="0123456789abcdef"), WRITER)


def test_the_slower_of_two_is_told(store, form):
    """And overwrites nothing."""
    change = store.add(form, WRITER)
    store.write(change.id, replace(form, title="快"), WRITER, version=change.version)
    with pytest.raises(StaleChangeError):
        store.write(
            change.id, replace(form, title="慢"), WRITER, version=change.version
        )
    assert store.get(change.id, WRITER).form.title == "快"


def test_an_entry_has_one_open_change(engine, store, form, drafts, noon):
    """Two would overwrite each other unseen."""
    mine = replace(drafts[0], department="云泽市民政局")
    KnowledgeStore(engine).save([mine], at=noon)
    edit = replace(form, action=ChangeAction.EDIT, subject=entry_id(mine))
    first = store.add(edit, WRITER)
    with pytest.raises(ChangeError, match="还没办完"):
        store.add(edit, WRITER)
    store.cancel(first.id, WRITER, version=first.version)
    assert store.add(edit, WRITER).state is ChangeState.DRAFT


def test_a_reason_is_needed_to_send_back(store, form):
    """The writer must know what to mend."""
    change = store.add(form, WRITER)
    change = store.submit(change.id, WRITER, version=change.version)
    with pytest.raises(ChangeError, match="原因"):
        store.send_back(change.id, REVIEWER, version=change.version, word=" ")
    back = store.send_back(change.id, REVIEWER, version=change.version, word="缺文号")
    assert back.state is ChangeState.RETURNED
    again = store.submit(change.id, WRITER, version=back.version)
    assert again.state is ChangeState.IN_REVIEW


def test_what_is_out_cannot_be_moved():
    """Every pair of state and move is decided, and ends are ends."""
    for state, move in product(ChangeState, Move):
        if not state.is_open:
            assert (state, move) not in MOVES
    assert {Move.APPROVE, Move.OVERRULE} == REVIEWING
