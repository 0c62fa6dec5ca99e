"""Nobody publishes what they wrote: a thousand tries at the store."""

from contextlib import suppress
from random import Random

import pytest

from knowledge import (
    Actor,
    ChangeAction,
    ChangeError,
    ChangeForm,
    ChangeKind,
    ChangeState,
    draft_to_json,
)
from tests.knowledge.office import BUREAU, WRITER, Office

pytestmark = pytest.mark.drill

#: May do everything, and wrote some of each change.
BOTH = Actor(7, None, may_write=True, may_review=True)

TRIES = 1000


@pytest.fixture
def office(engine, clock, tmp_path, character_encoder):
    """An office with nothing published yet."""
    return Office(engine, clock, tmp_path / "releases", character_encoder)


def try_to_publish(office, form, random):
    """Write some of a change, then try to let it out; return its id."""
    changes = office.changes
    change = changes.add(form, random.choice((BOTH, WRITER)))
    change = changes.write(change.id, form, BOTH, version=change.version)
    moves = {
        "submit": lambda c: changes.submit(c.id, BOTH, version=c.version),
        "take back": lambda c: changes.take_back(c.id, BOTH, version=c.version),
        "other writes": lambda c: changes.write(c.id, form, WRITER, version=c.version),
        "other submits": lambda c: changes.submit(c.id, WRITER, version=c.version),
        "overrule": lambda c: changes.overrule(
            c.id, BOTH, version=c.version, word="我说了算"
        ),
    }
    for name in random.choices(list(moves), k=4):
        with suppress(ChangeError):
            change = moves[name](change)
    with suppress(ChangeError):
        change = changes.submit(change.id, BOTH, version=change.version)
    version = changes.get(change.id, BOTH).version
    with pytest.raises(ChangeError):
        changes.approve(change.id, BOTH, version=version)
    return change.id


def test_a_draft_of_ones_own_never_gets_out(office, make_policy):
    """In every order that the store offers, whoever else wrote of it too."""
    random = Random(5)
    ids = []
    for n in range(TRIES):
        draft = make_policy(f"停车收费办法{n}", [("第一条", f"每小时{n}元。")])
        content = draft_to_json(draft)
        form = ChangeForm(
            ChangeKind.ENTRY, ChangeAction.ADD, "", draft.title, content, BUREAU
        )
        ids.append(try_to_publish(office, form, random))
    assert len(ids) == TRIES
    states = {office.changes.get(id_, BOTH).state for id_ in ids}
    assert not states & {ChangeState.APPROVED, ChangeState.PUBLISHED}
    assert ChangeState.IN_REVIEW in states
    assert not office.publisher.has_work()
    assert office.publisher.publish_due().published == ()
    assert office.releases.list() == []
