"""Entries and topics that are off at once, with what is said instead.

Every question looks here, so what is off lies in memory and is read anew at most once
a second: a switch works within two seconds in every process.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from .change import MAX_WORD_CHARS, Actor, ChangeError
from .changes import Clock, Journal
from .life_tables import SwitchRow
from .sessions import Sessions
from .tables import DepartmentRow, EntryRow
from .text import normalise

#: How old what lies in memory may be.
REFRESH_AFTER = timedelta(seconds=1)

MAX_NAME_CHARS, MAX_NOTICE_CHARS, MAX_WORDS = 40, 300, 20

#: A shorter word stands in questions that have nothing to do with it.
MIN_WORD_CHARS = 2

_log = logging.getLogger(__name__)


class SwitchError(ChangeError):
    """A switch that cannot be turned; ``reason`` says why, Chinese."""


@dataclass(frozen=True, slots=True)
class Switch:
    """One thing that is, or was, off."""

    id: int
    #: Empty for a topic.
    entry_id: str
    #: Name of the topic, or title of the entry.
    name: str
    #: One of them in a question means this topic; empty for an entry.
    words: tuple[str, ...]
    department: str
    #: What the citizen reads instead, Chinese.
    notice: str
    #: For colleagues, Chinese.
    reason: str
    off_by: int | None
    off_at: datetime
    on_by: int | None = None
    #: None while it is off.
    on_at: datetime | None = None


class SwitchStore:
    """Turns entries and topics off and on; safe to use from many threads."""

    def __init__(self, engine: Engine, clock: Clock, journal: Journal) -> None:
        self._sessions = Sessions(engine)
        self._clock = clock
        self._journal = journal
        self._lock = threading.Lock()
        self._known: tuple[Switch, ...] = ()
        self._read_at: datetime | None = None

    def turn_off_entry(
        self, entry_id: str, actor: Actor, *, notice: str, reason: str
    ) -> Switch:
        """Answer from an entry no more, at once.

        Raises:
            SwitchError: If there is no such entry, it is off already, a text is
                missing or too long, or it is not this person's to do.
        """
        with self._sessions.write() as session:
            entry = session.execute(
                select(EntryRow.title, DepartmentRow.name)
                .outerjoin(DepartmentRow, DepartmentRow.id == EntryRow.department_id)
                .where(EntryRow.id == entry_id)
            ).one_or_none()
            if entry is None or not actor.owns(entry[1] or ""):
                raise SwitchError("没有这条知识，可能已经删除。")
            row = SwitchRow(
                entry_id=entry_id, name=entry[0], words=[], department=entry[1] or ""
            )
            found = self._turn_off(session, row, actor, notice, reason)
        self._forget()
        return found

    def turn_off_topic(
        self,
        name: str,
        words: Sequence[str],
        actor: Actor,
        *,
        notice: str,
        reason: str,
        department: str = "",
    ) -> Switch:
        """Answer no question about a topic, at once.

        Args:
            name: For colleagues, Chinese.
            words: One of them in a question means this topic.
            actor: Who does it.
            notice: What the citizen reads instead, Chinese.
            reason: For colleagues, Chinese.
            department: Whose topic it is; empty = the whole office's.

        Raises:
            SwitchError: If a text is missing or too long, a topic of this name is off
                already, or it is not this person's to do.
        """
        name = " ".join(name.split())
        known = tuple(dict.fromkeys(filter(None, (word.strip() for word in words))))
        if not name or len(name) > MAX_NAME_CHARS:
            raise SwitchError(f"请填写主题名称，最多 {MAX_NAME_CHARS} 字。")
        if not known or len(known) > MAX_WORDS:
            raise SwitchError(f"请写 1 到 {MAX_WORDS} 个词，提到其中之一就停答。")
        if any(len(_plain(word)) < MIN_WORD_CHARS for word in known):
            raise SwitchError(f"每个词至少 {MIN_WORD_CHARS} 个字，不算标点。")
        with self._sessions.write() as session:
            row = SwitchRow(
                entry_id="", name=name, words=list(known), department=department
            )
            found = self._turn_off(session, row, actor, notice, reason)
        self._forget()
        return found

    def turn_on(self, switch_id: int, actor: Actor) -> Switch:
        """Answer again.

        Raises:
            SwitchError: If it is not off, not this person's, or this person turned it
                off: another reviewer must look.
        """
        with self._sessions.write() as session:
            row = session.get(SwitchRow, switch_id, with_for_update=True)
            if row is None or not actor.owns(row.department):
                raise SwitchError("没有这个停答，可能已经恢复。")
            if not actor.may_review:
                raise SwitchError("恢复作答要由审核员来做。")
            if row.off_by == actor.officer_id:
                raise SwitchError("是您停的，请让另一位审核员来恢复。")
            if row.on_at is not None:
                raise SwitchError("已经恢复作答了。")
            row.on_by, row.on_at = actor.officer_id, self._clock()
            self._note(session, "turn_on", row, actor, "")
            found = _to_switch(row)
        self._forget()
        return found

    def list(self, actor: Actor, *, also_past: bool = False) -> Sequence[Switch]:
        """List what is off, newest first; also what was."""
        statement = select(SwitchRow).order_by(SwitchRow.id.desc())
        if not also_past:
            statement = statement.where(SwitchRow.on_at.is_(None))
        if actor.departments is not None:
            mine = SwitchRow.department.in_(actor.departments)
            statement = statement.where(mine)
        with self._sessions.read() as session:
            return [_to_switch(row) for row in session.scalars(statement)]

    def get_off(self) -> frozenset[str]:
        """Return the ids of the entries that are off."""
        return frozenset(s.entry_id for s in self._look() if s.entry_id)

    def find_entry(self, entry_id: str) -> Switch | None:
        """Find the switch that turned an entry off; None if it is on."""
        found = (s for s in self._look() if s.entry_id and s.entry_id == entry_id)
        return next(found, None)

    def find_topic(self, text: str) -> Switch | None:
        """Find the topic that is off and that a text is about.

        Width, case, traditional characters, blanks and punctuation make no difference.
        """
        plain = _plain(text)
        best, most = None, 0
        for switch in self._look():
            for word in map(_plain, switch.words):
                if len(word) > most and word in plain:
                    best, most = switch, len(word)
        return best

    def _turn_off(
        self, session: Session, row: SwitchRow, actor: Actor, notice: str, reason: str
    ) -> Switch:
        if not (actor.may_write or actor.may_review):
            raise SwitchError("您没有这项权限。")
        if not actor.owns(row.department):
            raise SwitchError("这个主题归别的部门，请由他们停答。")
        notice, reason = notice.strip(), reason.strip()
        if not notice or len(notice) > MAX_NOTICE_CHARS:
            raise SwitchError(f"请写群众看到的话，最多 {MAX_NOTICE_CHARS} 字。")
        if not reason or len(reason) > MAX_WORD_CHARS:
            raise SwitchError(f"请写停答的原因，最多 {MAX_WORD_CHARS} 字。")
        same = select(SwitchRow.id).where(
            SwitchRow.on_at.is_(None), SwitchRow.entry_id == row.entry_id
        )
        if not row.entry_id:
            same = same.where(SwitchRow.name == row.name)
        if session.scalars(same.limit(1)).first() is not None:
            raise SwitchError("已经停答了。")
        row.notice, row.reason = notice, reason
        row.off_by, row.off_at = actor.officer_id, self._clock()
        session.add(row)
        session.flush()
        self._note(session, "turn_off", row, actor, reason)
        return _to_switch(row)

    def _note(
        self, session: Session, action: str, row: SwitchRow, actor: Actor, detail: str
    ) -> None:
        subject = f"entry {row.entry_id}" if row.entry_id else f"topic {row.id}"
        self._journal(
            session,
            f"knowledge.{action}",
            subject,
            officer_id=actor.officer_id,
            at=self._clock(),
            detail=f"{row.name} {detail}".strip()[:300],
        )

    def _look(self) -> tuple[Switch, ...]:
        now = self._clock()
        with self._lock:
            last = self._read_at
            if last is None or not timedelta() <= now - last < REFRESH_AFTER:
                self._read_at = now
                try:
                    self._known = self._read()
                except SQLAlchemyError as e:
                    # What was off a second ago stays off.
                    _log.warning("switches not read: %s", type(e).__name__)
            return self._known

    def _read(self) -> tuple[Switch, ...]:
        is_off = select(SwitchRow).where(SwitchRow.on_at.is_(None))
        with self._sessions.read() as session:
            return tuple(
                _to_switch(row)
                for row in session.scalars(is_off.order_by(SwitchRow.id))
            )

    def _forget(self) -> None:
        with self._lock:
            self._read_at = None


def _to_switch(row: SwitchRow) -> Switch:
    return Switch(
        id=row.id,
        entry_id=row.entry_id,
        name=row.name,
        words=tuple(row.words),
        department=row.department,
        notice=row.notice,
        reason=row.reason,
        off_by=row.off_by,
        off_at=row.off_at,
        on_by=row.on_by,
        on_at=row.on_at,
    )


def _plain(text: str) -> str:
    return "".join(char for char in normalise(text).lower() if char.isalnum())
