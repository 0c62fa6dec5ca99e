"""An office of three bureaus and seven roles, with one of everything in each bureau.

The access matrix calls every route of the console on what stands here. An address
that names something new needs a value in ``WIDE``, or a row in ``_hang_on``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import Bureau, ReplySource, Role, Seal, check_quick_reply
from bot.tables import (
    AttachmentRow,
    CannedReplyRow,
    DraftRow,
    FollowUpRow,
    MessageRow,
    OfficerRow,
    PeopleTopicRow,
    RatingRow,
    ReviewRow,
    ReviewSampleRow,
    TicketRow,
    VoteRow,
)
from knowledge import EntryDraft, EntryKind, Section, Source, draft_to_json
from knowledge.life_tables import (
    ChangeRow,
    ExamQuestionRow,
    ImportFileRow,
    ImportRow,
)
from knowledge.tables import DepartmentRow, EntryRow, RevisionRow

BUREAUS = ("市医保局", "市公安局", "市民政局")

#: Name in an address to the key of ``Case.ids``: the same thing under another name.
SAME = {
    "attachment_id": "file_id",
    "canned_id": "canned_reply_id",
    "people_topic_id": "topic_id",
    "appeal_id": "review_id",
}

#: Names of what belongs to a department of the knowledge.
KNOWLEDGE = {
    "change_id",
    "import_file_id",
    "import_id",
    "knowledge_id",
    "question_id",
    "revision_id",
}

#: Names of what every officer with the right may reach, whatever the bureau.
WIDE: dict[str, object] = {
    "officer_id": 1,
    "bureau_id": 1,
    "reply_id": 1,
    "topic_id": 1,
    "token": "x",
    "entry_id": "e1",
    "release_id": "20261101T000000-00000000",
    "day": "2026-10-09",
    "year": 2026,
    "month": 11,
    "name": "x",
    "key": "x",
    "kind": "x",
}


@dataclass
class Case:
    """A ticket with all that hangs on it, and the words that give it away."""

    ticket_id: int
    bureau_id: int
    secret: str
    is_confidential: bool = False
    offered_to_id: int | None = None
    holder_id: int | None = None
    #: Name in an address to the id of what hangs on this ticket.
    ids: dict[str, int | str] = field(default_factory=dict)

    def find_id(self, name: str) -> int | str | None:
        """Find what an address means by a name; None = this case has none."""
        return self.ids.get(SAME.get(name, name))


class Office:
    """Seven roles in three bureaus, and tickets of each; put back after every call."""

    def __init__(self, world: Any, new_console: Any) -> None:
        self.world = world
        self.new_console = new_console
        store = world.parts.bureaus
        self.bureaus = [store.save(Bureau(0, name), changed_by=0) for name in BUREAUS]
        self.officers = [
            self._hire(role, bureau) for bureau in self.bureaus for role in Role
        ]
        self.cases = [case for bureau in self.bureaus for case in self._open(bureau)]
        reply = check_quick_reply(ReplySource.KEYWORD, key="社保", text="三楼。")
        world.parts.quick_replies.save(reply, changed_by=1)
        # Each agent holds one ticket that has gone to the next bureau since.
        for at, officer in enumerate(o for o in self.officers if o.role == "agent"):
            self._hand(3 * at + 2, officer.id)
        self._file = world.parts.engine.url.database
        self._watch = sqlite3.connect(self._file, check_same_thread=False)
        self._before = self._copy()
        self.whole = self.dump()
        self._version = self._read_version()

    def close(self) -> None:
        """Let the file go."""
        self._watch.close()

    def _open(self, bureau: int) -> Iterator[Case]:
        """Make a plain, a confidential and an offered ticket of a bureau."""
        for number, is_confidential in enumerate((False, True, False)):
            secret = f"暗号{bureau}之{number}号"
            who = f"citizen-{bureau}-{number}"
            self.world.ask(f"{secret}，落户找谁", who=who)
            with Session(self.world.parts.engine) as session, session.begin():
                newest = select(TicketRow).order_by(TicketRow.id.desc()).limit(1)
                ticket = session.scalars(newest).one()
                ticket.bureau_id = bureau
                ticket.is_confidential = is_confidential
                offered = self.bureaus_after(bureau) if number == 2 else None
                ticket.offered_to_id = offered
                case = Case(ticket.id, bureau, secret, is_confidential, offered)
                case.ids = {"ticket_id": ticket.id} | _hang_on(
                    session, ticket, secret, self.world, self.officers[0].id
                )
                yield case

    def bureaus_after(self, bureau: int) -> int:
        """Return the next bureau in the ring."""
        known = self.bureaus
        return known[(known.index(bureau) + 1) % len(known)]

    def _hire(self, role: Role, bureau: int) -> Any:
        # Straight into the table: 21 passwords would take seconds to hash.
        with Session(self.world.parts.engine) as session, session.begin():
            row = OfficerRow(
                login=f"{role}-{bureau}",
                name="某人",
                staff_number="1",
                department="某局",
                role=role,
                bureau_id=bureau,
                password_hash="none",
                created_at=self.world.clock(),
                last_login_at=self.world.clock(),
            )
            session.add(row)
            session.flush()
            id_ = row.id
        return self.world.parts.officers.get_officer(id_)

    def _hand(self, at: int, officer_id: int) -> None:
        """Let a ticket of the bureau before be held by this officer."""
        case = self.cases[at - 3]
        case.holder_id = officer_id
        with Session(self.world.parts.engine) as session, session.begin():
            row = session.get_one(TicketRow, case.ticket_id)
            row.officer_id, row.state = officer_id, "claimed"

    def _copy(self) -> Path:
        copy = Path(f"{self._file}.before")
        with closing(sqlite3.connect(self._file)) as live:
            live.execute("VACUUM INTO ?", (str(copy),))
        return copy

    def put_back(self) -> None:
        """Undo whatever a call has done."""
        if self._read_version() == self._version:
            return
        with closing(sqlite3.connect(self._file)) as live:
            live.execute("ATTACH ? AS before", (str(self._before),))
            tables = live.execute(
                "SELECT name FROM before.sqlite_master WHERE type = 'table'"
            ).fetchall()
            for (table,) in tables:
                live.execute(f'DELETE FROM main."{table}"')
                live.execute(
                    f'INSERT INTO main."{table}" SELECT * FROM before."{table}"'
                )
            live.commit()
        self._version = self._read_version()

    def was_changed(self) -> bool:
        """Tell whether the last call changed anything; and put it back."""
        if self._read_version() == self._version:
            return False
        is_changed = self.dump() != self.whole
        self.put_back()
        return is_changed

    def _read_version(self) -> int:
        version: int = self._watch.execute("PRAGMA data_version").fetchone()[0]
        return version

    def dump(self) -> str:
        """Return all that is stored, but for when who saw what."""
        with closing(sqlite3.connect(self._file)) as live:
            live.execute("UPDATE officers SET seen_at = NULL")
            live.execute("UPDATE reviews SET seen_at = NULL")
            return "\n".join(live.iterdump())

    def sees(self, officer: Any, case: Case, *, is_small: bool) -> bool:
        """Say in plain words who may open a ticket."""
        role = str(officer.role)
        if role == "supervisor" or (role == "administrator" and is_small):
            return True
        if role not in {"agent", "team_lead"}:
            return False
        if case.holder_id == officer.id:
            return True
        if officer.bureau_id not in {case.bureau_id, case.offered_to_id}:
            return False
        return role == "team_lead" or not case.is_confidential

    def is_theirs(
        self, officer: Any, case: Case, names: set[str], *, is_small: bool
    ) -> bool | None:
        """Say who may reach what an address names; None = the rule is finer than this.

        Every name but these follows its ticket.
        """
        if names & KNOWLEDGE:
            # Bound to a bureau, whatever the role: its departments' knowledge only.
            return officer.bureau_id == case.bureau_id
        if "follow_up_id" in names:
            return self.follows(officer, case, is_small=is_small)
        if names & {"canned_reply_id", "canned_id", "draft_id"}:
            is_wide = str(officer.role) in {"editor", "reviewer", "supervisor"}
            is_near = officer.bureau_id in {case.bureau_id, case.offered_to_id}
            is_near = is_near or case.holder_id == officer.id or is_small
            return None if is_wide or is_near else False
        return self.sees(officer, case, is_small=is_small)

    def follows(self, officer: Any, case: Case, *, is_small: bool) -> bool:
        """Say in plain words who may look after a follow-up."""
        role = str(officer.role)
        if role == "supervisor" or (role == "administrator" and is_small):
            return True
        return role == "team_lead" and officer.bureau_id == case.bureau_id


def _hang_on(
    session: Session, ticket: TicketRow, secret: str, world: Any, officer_id: int
) -> dict[str, int | str]:
    """Store one of everything that can hang on a ticket; returns the ids by name."""
    now = world.clock()
    seal = Seal(world.parts.settings.secret_key)
    line = session.scalars(
        select(MessageRow)
        .where(MessageRow.conversation_id == ticket.conversation_id)
        .order_by(MessageRow.id)
    ).first()
    assert line is not None
    line.ticket_id, line.media = ticket.id, {"kind": "image", "media_id": secret}
    rows: dict[str, Any] = {
        "rating_id": RatingRow(
            conversation_id=ticket.conversation_id,
            ticket_id=ticket.id,
            bureau_id=ticket.bureau_id,
            score=1,
            comment=secret,
            created_at=now,
            changed_at=now,
        ),
        "file_id": AttachmentRow(
            message_id=line.id,
            name=f"{secret}.pdf",
            content_type="application/pdf",
            size=len(secret.encode()),
            data_sealed=seal.seal_bytes(secret.encode()),
            created_at=now,
        ),
        "review_id": ReviewRow(
            ticket_id=ticket.id,
            reviewer_id=officer_id,
            scores={},
            comment=secret,
            created_at=now,
        ),
        "sample_id": ReviewSampleRow(
            ticket_id=ticket.id, reason="sampled", drawn_at=now
        ),
        "vote_id": VoteRow(
            message_id=line.id,
            officer_id=officer_id,
            is_right=False,
            note=secret,
            at=now,
        ),
        "draft_id": DraftRow(
            ticket_id=ticket.id,
            bureau_id=ticket.bureau_id,
            question="怎么办",
            answer="这样办",
            created_at=now,
            changed_at=now,
        ),
        "canned_reply_id": CannedReplyRow(
            bureau_id=ticket.bureau_id,
            shortcut=f"s{ticket.id}",
            title="常用",
            text="您好。",
            changed_at=now,
        ),
        "question_id": ExamQuestionRow(
            question=f"{secret}怎么办",
            department=world.parts.bureaus.get(ticket.bureau_id).name,
            changed_at=now,
        ),
        "topic_id": PeopleTopicRow(
            name=f"事项{ticket.id}", words=["拆迁补偿款"], changed_at=now
        ),
    }
    batch = ImportRow(
        created_at=now,
        hints={"department": world.parts.bureaus.get(ticket.bureau_id).name},
    )
    rows["import_id"] = batch
    session.add_all(rows.values())
    session.flush()
    file = ImportFileRow(
        import_id=batch.id,
        name=f"{secret}.docx",
        sha256="0" * 64,
        size=7,
        state="read",
        report={},
        changed_at=now,
    )
    session.add(file)
    session.flush()
    follow_up = FollowUpRow(
        rating_id=rows["rating_id"].id,
        bureau_id=ticket.bureau_id,
        due_at=now + timedelta(days=15),
        created_at=now,
    )
    session.add(follow_up)
    session.flush()
    found = {name: row.id for name, row in rows.items()}
    found |= _know(session, ticket, secret, world)
    return found | {
        "follow_up_id": follow_up.id,
        "import_file_id": file.id,
        "message_id": line.id,
        "conversation_id": ticket.conversation_id,
    }


def _know(
    session: Session, ticket: TicketRow, secret: str, world: Any
) -> dict[str, int | str]:
    """Store an entry of the ticket's bureau with a revision and an open change."""
    now, owner = world.clock(), f"{ticket.id:016x}"
    name = world.parts.bureaus.get(ticket.bureau_id).name
    department = session.scalar(select(DepartmentRow).where(DepartmentRow.name == name))
    if department is None:
        department = DepartmentRow(name=name)
        session.add(department)
        session.flush()
    draft = EntryDraft(
        EntryKind.FAQ,
        secret,
        (Section(secret, f"{secret}这样办。"),),
        Source("暗号.docx"),
        department=name,
    )
    revision = RevisionRow(
        entry_id=owner,
        number=1,
        digest=secret,
        aliases=[],
        supersedes=[],
        created_at=now,
        content=draft_to_json(draft),
    )
    entry = EntryRow(
        id=owner,
        kind="faq",
        title=secret,
        department_id=department.id,
        created_at=now,
        updated_at=now,
    )
    session.add(entry)
    session.flush()
    session.add(revision)
    session.flush()
    entry.published_revision_id = revision.id
    change = ChangeRow(
        kind="entry",
        action="edit",
        subject=owner,
        title=secret,
        department=name,
        content=draft_to_json(draft),
        base_revision_id=revision.id,
        writers=[],
        created_at=now,
        changed_at=now,
    )
    session.add(change)
    session.flush()
    return {"knowledge_id": owner, "revision_id": revision.id, "change_id": change.id}
