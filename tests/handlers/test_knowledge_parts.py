"""Who works on whose knowledge."""

from dataclasses import replace

import pytest

from bot import AuditFilter, Bureau, Role
from handlers.assembly import assemble
from handlers.config import Settings
from knowledge import ChangeAction, ChangeForm, ChangeKind, KnowledgeStore
from tests.fakes import CITY

KEY = "a key of the tests, long enough to be one"


@pytest.fixture
def parts(engine, clock):
    """The parts on a database of either kind."""
    parts = assemble(Settings(secret_key=KEY), clock=clock)
    parts.__dict__["engine"] = engine
    return parts


def test_a_bureau_works_on_its_departments_by_whole_or_short_name(
    parts, make_officer, clock
):
    """And on no other one's; the office's own people work on all."""
    KnowledgeStore(parts.engine).save(CITY, at=clock())
    known = parts.knowledge_store.list_departments()
    mine = known[0]
    boss = make_officer("boss", "administrator")
    bureau = Bureau(0, "一窗", departments=(mine[-4:],))
    bureau_id = parts.bureaus.save(bureau, changed_by=boss)
    editor = replace(
        parts.officers.get_officer(make_officer("ed", "editor")), bureau_id=bureau_id
    )
    actor = parts.make_actor(editor)
    assert actor.owns(mine)
    assert not any(actor.owns(name) for name in known if mine[-4:] not in name)
    assert (actor.may_write, actor.may_review) == (True, False)
    assert parts.make_actor(replace(editor, bureau_id=None)).departments is None
    assert Role.EDITOR is editor.role


def test_a_change_is_in_the_audit_trail(parts, make_officer):
    """Under the officer who made it."""
    editor = parts.officers.get_officer(make_officer("ed", "editor"))
    form = ChangeForm(ChangeKind.ENTRY, ChangeAction.ADD, "", "新事项", {})
    change = parts.changes.add(form, parts.make_actor(editor))
    (row,) = [
        row
        for row in parts.audit_trail.list(AuditFilter())
        if row.action.startswith("knowledge")
    ]
    assert (row.action, row.subject) == ("knowledge.add", f"change {change.id}")
    assert row.officer_id == editor.id
