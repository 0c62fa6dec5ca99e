"""From an approved change to an answer, and back; on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from knowledge import (
    Actor,
    ChangeAction,
    ChangeForm,
    ChangeKind,
    ChangeState,
    ChangeStore,
    EntryNotFoundError,
    ExamReport,
    Press,
    Publisher,
    ReleaseStore,
    Scope,
    VectorCache,
    check_release,
    current_release,
    draft_to_json,
    entry_id,
    open_knowledge_base,
)

WRITER = Actor(1, None, may_write=True)
REVIEWER = Actor(2, None, may_review=True)
BUREAU = "云泽市民政局"


class Office:
    """An office in small: what editors, reviewers and the worker do."""

    def __init__(self, engine, clock, folder, encoder):
        self.engine, self.clock, self.folder = engine, clock, folder
        self.encoder, self.rows = encoder, []
        self.changes = ChangeStore(engine, clock, self.note)
        self.press = Press(
            engine, lambda: encoder, folder, VectorCache(folder / "vectors")
        )
        self.releases = ReleaseStore(engine, clock, self.note, self.press)
        self.examine = lambda base, changed: ExamReport(0, 0)
        self.publisher = Publisher(
            engine,
            clock,
            self.note,
            self.press,
            examine=lambda base, changed: self.examine(base, changed),
        )

    def note(self, session, action, subject, *, officer_id, at, detail=""):
        self.rows.append((action, subject, officer_id))

    def take_in(self, *drafts):
        return self.publisher.publish_drafts(drafts, reason="导入")[1].id

    def propose(self, draft, subject="", action=None, **more):
        action = action or (ChangeAction.EDIT if subject else ChangeAction.ADD)
        form = ChangeForm(
            ChangeKind.ENTRY,
            action,
            subject,
            draft.title,
            {**draft_to_json(draft), **more} if action in ("add", "edit") else {},
            department=draft.department,
        )
        change = self.changes.add(form, WRITER)
        return self.changes.submit(change.id, WRITER, version=change.version)

    def approve(self, change, **more):
        return self.changes.approve(change.id, REVIEWER, version=change.version, **more)

    def publish(self, draft, subject="", action=None, **more):
        change = self.approve(self.propose(draft, subject, action, **more))
        self.clock.move(seconds=2)
        return change.id, self.publisher.publish_due()

    def state(self, change_id):
        return self.changes.get(change_id, REVIEWER).state

    def open(self):
        check_release(self.folder, current_release(self.folder))
        return open_knowledge_base(self.folder, self.encoder)

    def texts(self, owner):
        try:
            return [p.text for p in self.open().get_entry(owner)]
        except EntryNotFoundError:
            return []


@pytest.fixture
def office(engine, clock, tmp_path, character_encoder):
    """An office with nothing published yet."""
    return Office(engine, clock, tmp_path / "releases", character_encoder)


@pytest.fixture
def fee(make_policy):
    """Make the fee rule in some wording."""

    def make(text, title="停车收费办法", **more):
        draft = make_policy(title, [("第一条", text)], **more)
        return replace(draft, department=BUREAU)

    return make


def test_an_approved_change_is_answered_and_signed(office, fee):
    """Written by one, approved by another, out by the machine."""
    change_id, report = office.publish(fee("每小时2元。"))
    assert report.published == (change_id,)
    assert office.state(change_id) is ChangeState.PUBLISHED
    assert office.texts(entry_id(fee(""))) == ["每小时2元。"]
    found = office.open().find("停车收费", Scope(office.clock().date()))
    assert found.hits[0].passage.text == "每小时2元。"
    assert ("knowledge.publish", f"change {change_id}", 2) in office.rows
    (release,) = office.releases.list()
    assert release.is_current
    assert release.added == ("停车收费办法",)


def test_a_new_title_keeps_the_entry(office, fee):
    """Its id, its history, and a file of the new title is no second entry."""
    office.take_in(fee("每小时2元。"))
    owner = entry_id(fee(""))
    renamed = fee("每小时3元。", title="机动车停车收费办法")
    office.publish(renamed, owner)
    assert office.texts(owner) == ["每小时3元。"]
    assert office.open().get_entry(owner)[0].title == "机动车停车收费办法"
    office.take_in(fee("每小时4元。", title="机动车停车收费办法"))
    assert office.texts(owner) == ["每小时4元。"]
    assert office.texts(entry_id(renamed)) == []


def test_nothing_goes_out_before_its_hour(office, fee):
    """And then by itself."""
    hour = office.clock() + timedelta(hours=3)
    change = office.approve(office.propose(fee("每小时2元。")), publish_at=hour)
    assert not office.publisher.has_work()
    assert office.publisher.publish_due().release is None
    office.clock.move(hours=3)
    assert office.publisher.has_work()
    assert office.publisher.publish_due().published == (change.id,)
    assert not office.publisher.has_work()
