"""An office in small: what editors, reviewers and the worker do to the knowledge."""

from knowledge import (
    Actor,
    ChangeAction,
    ChangeForm,
    ChangeKind,
    ChangeStore,
    EntryNotFoundError,
    ExamReport,
    Press,
    Publisher,
    ReleaseStore,
    VectorCache,
    check_release,
    current_release,
    draft_to_json,
    open_knowledge_base,
)

WRITER = Actor(1, None, may_write=True)
REVIEWER = Actor(2, None, may_review=True)
BUREAU = "云泽市民政局"


class Office:
    """Publishes into a folder of its own; ``rows`` is its audit trail."""

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

    def give_up(self, change):
        self.changes.cancel(change.id, WRITER, version=change.version)

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
