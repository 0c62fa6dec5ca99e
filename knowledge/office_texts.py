"""Where the office's own words are kept: in force as soon as they are approved.

Every question looks here, so all of it lies in memory and is read anew at most once a
second: a change works within two seconds in every process.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from .change import Change, ChangeAction, ChangeKind, ChangeState
from .change_rows import to_change
from .changes import Clock, Journal
from .life_tables import ChangeRow, OfficeTextRow
from .office_words import WORD_KINDS, Content, OfficeTexts
from .sessions import Sessions
from .synonyms import merge_synonyms

#: How old what lies in memory may be.
REFRESH_AFTER = timedelta(seconds=1)

_log = logging.getLogger(__name__)


class OfficeTextStore:
    """Synonyms, hot words, wordings, menu; safe to use from many threads."""

    def __init__(self, engine: Engine, clock: Clock, journal: Journal) -> None:
        # Its readers wait for no writer, above all not for their own thread's.
        self._sessions = Sessions(engine)
        self._clock = clock
        self._journal = journal
        self._reading = threading.Lock()
        self._known: OfficeTexts | None = None
        self._read_at: datetime | None = None

    def look(self) -> OfficeTexts | None:
        """Return what is in force; None until it could be read once. Never raises."""
        now = self._clock()
        last = self._read_at
        if last is not None and timedelta() <= now - last < REFRESH_AFTER:
            return self._known
        # Whoever finds another thread reading takes what is known: it may hold the
        # very connection that the reader waits for.
        if self._reading.acquire(blocking=False):
            try:
                self._read_at = now
                self._known = make_texts(self._read())
            except (SQLAlchemyError, ValueError, LookupError, TypeError) as e:
                _log.warning("office texts not read: %s", type(e).__name__)
            finally:
                self._reading.release()
        return self._known

    def read(self) -> OfficeTexts:
        """Return what is in force now, from the database.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: If the database cannot be read.
        """
        return make_texts(self._read())

    def publish_due(self) -> int:
        """Put what is approved and whose hour has come into force; returns how much.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: If the database cannot be written.
        """
        due = (
            select(ChangeRow)
            .where(ChangeRow.state == ChangeState.APPROVED)
            .where(ChangeRow.kind.in_(WORD_KINDS))
            .order_by(ChangeRow.id)
        )
        with self._sessions.read() as session:
            now = self._clock()
            waiting = [
                row.id
                for row in session.scalars(due)
                if row.publish_at is None or row.publish_at <= now
            ]
        return sum(self._publish(change_id) for change_id in waiting)

    def apply(self, session: Session, change: Change, at: datetime) -> None:
        """Put an approved change into force, in the transaction that publishes it."""
        form = change.form
        row = session.scalars(
            select(OfficeTextRow)
            .where(OfficeTextRow.kind == form.kind, OfficeTextRow.key == form.subject)
            .with_for_update()
        ).one_or_none()
        if form.action is ChangeAction.WITHDRAW and not form.content:
            if row is not None:
                session.delete(row)
        else:
            if row is None:
                row = OfficeTextRow(kind=form.kind, key=form.subject)
                session.add(row)
            row.content, row.change_id, row.at = dict(form.content), change.id, at
        self.forget()

    def note_push(self, officer_id: int, changes: int) -> None:
        """Write down that the menu in force went out to the account.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: If the database cannot be written.
        """
        with self._sessions.write() as session:
            detail = f"{changes} changes"
            self._journal(
                session,
                "menu.pushed",
                "menu",
                officer_id=officer_id,
                at=self._clock(),
                detail=detail,
            )

    def forget(self) -> None:
        """Read anew at the next look."""
        self._read_at = None

    def _publish(self, change_id: int) -> bool:
        with self._sessions.write() as session:
            found = select(ChangeRow).where(ChangeRow.id == change_id)
            row = session.scalars(found.with_for_update()).one()
            if row.state != ChangeState.APPROVED:
                return False  # taken back, or another process was faster
            now = self._clock()
            self.apply(session, to_change(row), now)
            row.state, row.published_at = ChangeState.PUBLISHED, now
            row.changed_at = now
            row.version += 1
            self._journal(
                session,
                "knowledge.publish",
                f"change {row.id}",
                officer_id=row.decided_by,
                at=now,
                detail=row.title[:80],
            )
        self.forget()
        return True

    def _read(self) -> Mapping[ChangeKind, Mapping[str, Content]]:
        found: dict[ChangeKind, dict[str, Content]] = {kind: {} for kind in WORD_KINDS}
        with self._sessions.read() as session:
            for row in session.scalars(
                select(OfficeTextRow).order_by(OfficeTextRow.id)
            ):
                found[ChangeKind(row.kind)][row.key] = row.content
        return found


def make_texts(by_kind: Mapping[ChangeKind, Mapping[str, Content]]) -> OfficeTexts:
    """Return what is in force when the office has set this."""
    hot = by_kind.get(ChangeKind.HOT_WORD, {}).values()
    wordings = by_kind.get(ChangeKind.WORDING, {})
    return OfficeTexts(
        by_kind,
        merge_synonyms(by_kind.get(ChangeKind.SYNONYM, {})),
        {row["word"]: row["weight"] for row in hot},
        {key: row["text"] for key, row in wordings.items()},
        by_kind.get(ChangeKind.MENU, {}).get("menu"),
    )


def with_change(texts: OfficeTexts, change: Change) -> OfficeTexts:
    """Return what would be in force if a change were out."""
    form = change.form
    by_kind = {kind: dict(texts.by_kind.get(kind, {})) for kind in WORD_KINDS}
    if form.action is ChangeAction.WITHDRAW and not form.content:
        by_kind[form.kind].pop(form.subject, None)
    else:
        by_kind[form.kind][form.subject] = form.content
    return make_texts(by_kind)
