"""Drafts for the knowledge; every public method is one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, func, select, true
from sqlalchemy.orm import Session, aliased

from .accounts import Officer
from .auditing import audit
from .database import Transactions
from .draft import (
    MAX_DRAFT_WORD_CHARS,
    Draft,
    DraftClosedError,
    DraftFieldError,
    DraftForm,
    DraftNotFoundError,
    DraftState,
    prefill,
)
from .events import Clock
from .officer_rows import find_officer
from .queries import find_ticket
from .records import officer_title
from .rights import Right
from .tables import BureauRow, DraftRow, MessageRow, OfficerRow, TicketEntryRow
from .types import EntryRelation, Sender

#: Drafts on one page.
MAX_DRAFTS = 200

_Author, _Changer = aliased(OfficerRow), aliased(OfficerRow)


def works_on_knowledge(officer: Officer) -> bool:
    """Tell whether an officer decides about drafts."""
    return officer.may(Right.EDIT) or officer.may(Right.REVIEW_KNOWLEDGE)


class DraftStore:
    """What officers propose; who writes knowledge takes or refuses it."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._tx = Transactions(engine)
        self._clock = clock

    def list(
        self, officer: Officer, state: DraftState, *, limit: int = MAX_DRAFTS
    ) -> list[Draft]:
        """List the drafts of a state that an officer may see, newest first."""
        statement = _select(officer).where(DraftRow.state == state)
        statement = statement.order_by(DraftRow.id.desc()).limit(limit)
        with self._tx.read() as session:
            return [_to_draft(*row) for row in session.execute(statement)]

    def count(self, officer: Officer) -> dict[DraftState, int]:
        """Count the drafts that an officer may see."""
        statement = (
            select(DraftRow.state, func.count())
            .where(_is_seen_by(officer))
            .group_by(DraftRow.state)
        )
        with self._tx.read() as session:
            found = {row[0]: row[1] for row in session.execute(statement)}
        return {state: found.get(state, 0) for state in DraftState}

    def get(self, draft_id: int, officer: Officer) -> Draft:
        """Return a draft.

        Raises:
            DraftNotFoundError: If there is none, or it is not the officer's to see.
        """
        with self._tx.read() as session:
            return _get(session, draft_id, officer)

    def find_of(self, ticket_id: int, officer: Officer) -> Draft | None:
        """Find the newest draft of a chat that an officer may see."""
        statement = _select(officer).where(DraftRow.ticket_id == ticket_id)
        statement = statement.order_by(DraftRow.id.desc()).limit(1)
        with self._tx.read() as session:
            row = session.execute(statement).one_or_none()
            return _to_draft(*row) if row else None

    def prefill(self, ticket_id: int) -> DraftForm:
        """Make a draft of a chat's words, not stored; the view checks access."""
        with self._tx.read() as session:
            lines = session.execute(
                select(MessageRow.sender, MessageRow.text)
                .where(MessageRow.ticket_id == ticket_id)
                .order_by(MessageRow.id)
            ).all()
            entries = session.scalars(
                select(TicketEntryRow.title)
                .where(TicketEntryRow.ticket_id == ticket_id)
                .where(TicketEntryRow.relation == EntryRelation.USED)
                .order_by(TicketEntryRow.id)
            ).all()
            ticket = find_ticket(session, ticket_id)
        asked = [text for sender, text in lines if sender == Sender.CITIZEN]
        replies = [text for sender, text in lines if sender == Sender.OFFICER]
        preview = [ticket.preview] if ticket else []
        return prefill([*asked, *preview], replies, entries)

    def add(
        self, form: DraftForm, *, officer_id: int, ticket_id: int | None = None
    ) -> Draft:
        """Keep a new draft; it belongs to its author's bureau, or the chat's."""
        at = self._clock()
        with self._tx.write() as session:
            officer = _get_officer(session, officer_id)
            ticket = find_ticket(session, ticket_id) if ticket_id else None
            bureau_id = ticket.bureau_id if ticket else officer.bureau_id
            row = DraftRow(
                ticket_id=ticket.id if ticket else None,
                bureau_id=bureau_id,
                state=DraftState.OPEN,
                created_at=at,
                created_by=officer_id,
            )
            _write(row, form)
            row.changed_at, row.changed_by = at, officer_id
            session.add(row)
            session.flush()
            audit(session, "draft.add", f"draft {row.id}", officer_id=officer_id, at=at)
            return _get(session, row.id, officer)

    def change(self, draft_id: int, form: DraftForm, *, officer_id: int) -> Draft:
        """Write an open draft anew: its author, or who writes knowledge.

        Raises:
            DraftNotFoundError: If there is none, or it is not the officer's to see.
            DraftClosedError: If it was taken or refused.
        """
        with self._act(draft_id, officer_id, "draft.change") as (session, row, officer):
            _write(row, form)
            return _get(session, draft_id, officer)

    def settle(
        self, draft_id: int, state: DraftState, word: str, *, officer_id: int
    ) -> Draft:
        """Mark an open draft as taken, or refuse it with a word.

        Raises:
            DraftNotFoundError: If there is none, or the officer does not write
                knowledge.
            DraftClosedError: If it was taken or refused.
            DraftFieldError: If a refusal has no word, or the word is too long.
        """
        word = " ".join(word.split())
        if state is DraftState.REFUSED and not word:
            raise DraftFieldError("word", "请写明为什么不采纳，坐席会看到。")
        if len(word) > MAX_DRAFT_WORD_CHARS:
            raise DraftFieldError("word", f"最多 {MAX_DRAFT_WORD_CHARS} 字。")
        with self._act(draft_id, officer_id, f"draft.{state}") as acting:
            session, row, officer = acting
            if not works_on_knowledge(officer):
                raise DraftNotFoundError(draft_id)
            row.state, row.word = state, word
            return _get(session, draft_id, officer)

    def export(self, draft_ids: Collection[int], *, officer_id: int) -> Sequence[Draft]:
        """Return chosen drafts in the order of their ids, and note that they went out.

        What the officer may not see is left out.
        """
        at = self._clock()
        with self._tx.write() as session:
            officer = _get_officer(session, officer_id)
            statement = _select(officer).where(DraftRow.id.in_(list(draft_ids)))
            rows = session.execute(statement.order_by(DraftRow.id))
            drafts = [_to_draft(*row) for row in rows]
            subject = f"drafts {len(drafts)}"
            audit(session, "draft.export", subject, officer_id=officer_id, at=at)
        return drafts

    @contextmanager
    def _act(
        self, draft_id: int, officer_id: int, action: str
    ) -> Iterator[tuple[Session, DraftRow, Officer]]:
        """Lock an open draft that the officer may see."""
        at = self._clock()
        with self._tx.write() as session:
            officer = _get_officer(session, officer_id)
            row = session.scalar(
                select(DraftRow).where(DraftRow.id == draft_id).with_for_update()
            )
            found = _get(session, draft_id, officer)
            if row is None or found.state is not DraftState.OPEN:
                raise DraftClosedError(f"draft {draft_id} is settled")
            row.changed_at, row.changed_by = at, officer_id
            audit(session, action, f"draft {draft_id}", officer_id=officer_id, at=at)
            yield session, row, officer


def _get_officer(session: Session, officer_id: int) -> Officer:
    officer = find_officer(session, officer_id)
    if officer is None:
        raise DraftNotFoundError(0)
    return officer


def _is_seen_by(officer: Officer) -> ColumnElement[bool]:
    return true() if works_on_knowledge(officer) else DraftRow.created_by == officer.id


def _select(officer: Officer) -> Select[*tuple[Any, ...]]:
    return (
        select(DraftRow, BureauRow, _Author, _Changer)
        .outerjoin(BureauRow, DraftRow.bureau_id == BureauRow.id)
        .outerjoin(_Author, DraftRow.created_by == _Author.id)
        .outerjoin(_Changer, DraftRow.changed_by == _Changer.id)
        .where(_is_seen_by(officer))
        .execution_options(populate_existing=True)
    )


def _get(session: Session, draft_id: int, officer: Officer) -> Draft:
    session.flush()
    statement = _select(officer).where(DraftRow.id == draft_id)
    row = session.execute(statement).one_or_none()
    if row is None:
        raise DraftNotFoundError(draft_id)
    return _to_draft(*row)


def _write(row: DraftRow, form: DraftForm) -> None:
    row.question, row.answer, row.basis = form.question, form.answer, form.basis


def _to_draft(
    row: DraftRow,
    bureau: BureauRow | None,
    author: OfficerRow | None,
    changer: OfficerRow | None,
) -> Draft:
    return Draft(
        id=row.id,
        form=DraftForm(row.question, row.answer, row.basis),
        state=DraftState(row.state),
        created_at=row.created_at,
        changed_at=row.changed_at,
        ticket_id=row.ticket_id,
        bureau_id=row.bureau_id,
        bureau_name=bureau.name if bureau else "",
        created_by=row.created_by,
        created_by_name=officer_title(author),
        changed_by_name=officer_title(changer),
        word=row.word,
    )
