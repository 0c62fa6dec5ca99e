"""Changes under review in the database; every public method is one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from .change import (
    MAX_WORD_CHARS,
    Actor,
    Change,
    ChangeError,
    ChangeForm,
    ChangeKind,
    ChangeNote,
    ChangeState,
    Move,
    StaleChangeError,
    next_state,
)
from .change_rows import (
    add_word,
    check_subject,
    check_writer,
    fill,
    get_row,
    refuse_second,
    seen_by,
    to_change,
)
from .life_tables import ChangeNoteRow, ChangeRow
from .sessions import Sessions

Clock: TypeAlias = Callable[[], datetime]
"""Now, aware UTC."""

MAX_CHANGES = 200


class Journal(Protocol):
    """Writes down who did what, in the transaction that does it."""

    def __call__(
        self,
        session: Session,
        action: str,
        subject: str,
        *,
        officer_id: int | None,
        at: datetime,
        detail: str = "",
    ) -> None:
        """Note one action; never text of a citizen's."""


@dataclass(frozen=True, slots=True)
class ChangeFilter:
    """Which changes are wanted; the defaults want all that are open."""

    states: frozenset[ChangeState] = frozenset(s for s in ChangeState if s.is_open)
    kinds: frozenset[ChangeKind] = frozenset(ChangeKind)
    #: Entry id or key; None = any.
    subject: str | None = None
    #: Only what this officer wrote; None = anybody's.
    writer: int | None = None


class ChangeStore:
    """Proposes, reviews and lists changes; publishing is the publisher's."""

    def __init__(self, engine: Engine, clock: Clock, journal: Journal) -> None:
        self._sessions = Sessions(engine)
        self._clock = clock
        self._journal = journal

    def add(self, form: ChangeForm, actor: Actor) -> Change:
        """Store a new draft.

        Raises:
            ChangeError: If it is not this person's to write, or another change of
                the same subject is still open.
        """
        check_writer(form.department, actor)
        now = self._clock()
        with self._sessions.write() as session:
            if form.subject:
                check_subject(session, form, actor)
                refuse_second(session, form)
            row = ChangeRow(
                state=ChangeState.DRAFT,
                writers=[actor.officer_id],
                created_by=actor.officer_id,
                created_at=now,
                version=1,
                origin=form.origin[:80],
                base_revision_id=form.base_revision_id,
            )
            fill(row, form, now)
            session.add(row)
            session.flush()
            self._note(session, row, "add", actor, f"{form.action.label} {form.title}")
            return to_change(row)

    def write(
        self, change_id: int, form: ChangeForm, actor: Actor, *, version: int
    ) -> Change:
        """Put other content into a draft or a returned change.

        Args:
            change_id: Which one.
            form: All of the new content.
            actor: Becomes one of its writers, who cannot approve it.
            version: That the form was made from.

        Raises:
            ChangeError: If it cannot be written now, or by this person.
            StaleChangeError: If somebody wrote it in between.
        """
        check_writer(form.department, actor)
        with self._move(change_id, Move.WRITE, actor, "", version) as (session, row):
            fill(row, form, self._clock())
            row.writers = sorted({*row.writers, actor.officer_id})
            row.decided_by = row.decided_at = None
            self._note(session, row, "write", actor, form.title)
            return to_change(row)

    def submit(self, change_id: int, actor: Actor, *, version: int) -> Change:
        """Hand a draft to the reviewers.

        Raises:
            ChangeError: If it cannot be handed in now, or by this person.
        """
        with self._move(change_id, Move.SUBMIT, actor, "", version) as (session, row):
            row.submitted_by, row.submitted_at = actor.officer_id, self._clock()
            self._note(session, row, "submit", actor)
            return to_change(row)

    def approve(
        self,
        change_id: int,
        actor: Actor,
        *,
        version: int,
        publish_at: datetime | None = None,
        word: str = "",
    ) -> Change:
        """Let a change go out, at once or at an hour.

        Raises:
            OwnChangeError: If this person wrote any of it.
            ChangeError: If it cannot be approved now, or by this person.
        """
        with self._move(change_id, Move.APPROVE, actor, word, version) as (_s, row):
            row.publish_at = publish_at
            row.stopped = row.overruled = ""
            detail = f"{publish_at:%Y-%m-%d %H:%M}Z" if publish_at else "at once"
            return self._decide(_s, row, "approve", actor, word, detail)

    def overrule(
        self, change_id: int, actor: Actor, *, version: int, word: str
    ) -> Change:
        """Let a change go out although the exam stopped it.

        Raises:
            OwnChangeError: If this person wrote any of it.
            ChangeError: If it is not stopped, or no reason is given.
        """
        with self._move(change_id, Move.OVERRULE, actor, word, version) as (_s, row):
            row.overruled = word.strip()
            return self._decide(_s, row, "overrule", actor, word)

    def send_back(
        self, change_id: int, actor: Actor, *, version: int, word: str
    ) -> Change:
        """Return a change to its writers with a reason.

        Raises:
            ChangeError: If it cannot be returned now, or no reason is given.
        """
        with self._move(change_id, Move.RETURN, actor, word, version) as (_s, row):
            row.publish_at = None
            return self._decide(_s, row, "return", actor, word)

    def take_back(self, change_id: int, actor: Actor, *, version: int) -> Change:
        """Go on writing what was handed in.

        Raises:
            ChangeError: If it is out already, or not this person's.
        """
        with self._move(change_id, Move.TAKE_BACK, actor, "", version) as (s, row):
            row.publish_at = None
            self._note(s, row, "take_back", actor)
            return to_change(row)

    def cancel(self, change_id: int, actor: Actor, *, version: int) -> Change:
        """Give a change up; it stays on record.

        Raises:
            ChangeError: If it is out already, or not this person's.
        """
        with self._move(change_id, Move.CANCEL, actor, "", version) as (session, row):
            self._note(session, row, "cancel", actor)
            return to_change(row)

    def comment(self, change_id: int, actor: Actor, text: str) -> None:
        """Say something about a change.

        Raises:
            ChangeError: If it is not this person's to see, or the text is no text.
        """
        text = text.strip()
        if not text or len(text) > MAX_WORD_CHARS:
            raise ChangeError(f"评论要有内容，最多 {MAX_WORD_CHARS} 字。")
        with self._sessions.write() as session:
            row = get_row(session, change_id, actor)
            add_word(session, row, "comment", actor, text, self._clock())

    def get(self, change_id: int, actor: Actor) -> Change:
        """Return a change.

        Raises:
            ChangeNotFoundError: If there is none that this person may see.
        """
        with self._sessions.read() as session:
            return to_change(get_row(session, change_id, actor))

    def list(
        self, wanted: ChangeFilter, actor: Actor, *, limit: int = MAX_CHANGES
    ) -> Sequence[Change]:
        """List changes that a person may see, last changed first."""
        statement = (
            select(ChangeRow)
            .where(
                seen_by(actor),
                ChangeRow.state.in_(wanted.states),
                ChangeRow.kind.in_(wanted.kinds),
            )
            .order_by(ChangeRow.changed_at.desc(), ChangeRow.id.desc())
        )
        if wanted.subject is not None:
            statement = statement.where(ChangeRow.subject == wanted.subject)
        with self._sessions.read() as session:
            found = [to_change(row) for row in session.scalars(statement)]
        if wanted.writer is not None:
            found = [change for change in found if wanted.writer in change.writers]
        return found[:limit]

    def count(self, actor: Actor) -> dict[ChangeState, int]:
        """Count by state what a person may see."""
        statement = select(ChangeRow.state, func.count()).where(seen_by(actor))
        with self._sessions.read() as session:
            rows = session.execute(statement.group_by(ChangeRow.state)).all()
        found = {ChangeState(state): int(n) for state, n in rows}
        return {state: found.get(state, 0) for state in ChangeState}

    def list_notes(self, change_id: int, actor: Actor) -> Sequence[ChangeNote]:
        """Return what was said about a change, oldest first.

        Raises:
            ChangeNotFoundError: If there is none that this person may see.
        """
        statement = (
            select(ChangeNoteRow)
            .where(ChangeNoteRow.change_id == change_id)
            .order_by(ChangeNoteRow.id)
        )
        with self._sessions.read() as session:
            get_row(session, change_id, actor)
            return [
                ChangeNote(row.officer_id, row.move, row.text, row.at)
                for row in session.scalars(statement)
            ]

    @contextmanager
    def _move(
        self, change_id: int, move: Move, actor: Actor, word: str, version: int
    ) -> Iterator[tuple[Session, ChangeRow]]:
        """Lock a change, check the move, set the state that it leads to."""
        with self._sessions.write() as session:
            row = get_row(session, change_id, actor, lock=True)
            state = next_state(to_change(row), move, actor, word)
            if row.version != version:
                raise StaleChangeError
            row.state = state
            row.version += 1
            row.changed_at = self._clock()
            yield session, row

    def _decide(
        self,
        session: Session,
        row: ChangeRow,
        move: str,
        actor: Actor,
        word: str,
        detail: str = "",
    ) -> Change:
        row.decided_by, row.decided_at = actor.officer_id, self._clock()
        if word.strip():
            add_word(session, row, move, actor, word.strip(), self._clock())
        self._note(session, row, move, actor, detail)
        return to_change(row)

    def _note(
        self,
        session: Session,
        row: ChangeRow,
        move: str,
        actor: Actor,
        detail: str = "",
    ) -> None:
        self._journal(
            session,
            f"knowledge.{move}",
            f"change {row.id}",
            officer_id=actor.officer_id,
            at=self._clock(),
            detail=detail[:300],
        )
