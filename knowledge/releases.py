"""Releases that there were, and the way back to any of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from .change import (
    Actor,
    Change,
    ChangeAction,
    ChangeError,
    ChangeKind,
    ChangeNotFoundError,
    ChangeState,
)
from .change_rows import add_word, get_row, to_change
from .changes import Clock, Journal
from .editions import Edition, read_published, read_released, read_revisions
from .entry_rows import mark_superseded, point_to, withdraw
from .life_tables import ChangeRow, ReleaseRevisionRow
from .press import Press, PublishingBusyError
from .release_rows import (
    find_current,
    list_held,
    list_pointed,
    make_current,
    write_release,
)
from .sessions import Sessions
from .tables import EntryRow, ReleaseRow, RevisionRow

#: How long after it went out a change can be called back with one click.
UNDO_WITHIN = timedelta(minutes=10)

MAX_RELEASES = 50


class ReleaseNotFoundError(ChangeError, LookupError):
    """There is none of this name."""

    def __init__(self, release_id: str, /) -> None:
        super().__init__("没有这个知识版本。")
        self.release_id = release_id


@dataclass(frozen=True, slots=True)
class PastRelease:
    """One release, and what it changed against the one before."""

    id: str
    passages: int
    entries: int
    created_at: datetime
    #: Officer; None = the machine, or an operator.
    made_by: int | None
    #: Chinese.
    reason: str
    is_current: bool
    #: Whether it is known what it held, so that one can go back to it.
    may_return: bool
    #: Titles by what became of them, sorted.
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReturnReport:
    """What going back did."""

    release_id: str
    #: Changes that are not in force any more; they are back with their writers.
    returned: tuple[int, ...] = ()


class ReleaseStore:
    """Lists releases and goes back to them."""

    def __init__(
        self, sessions: Sessions, clock: Clock, journal: Journal, press: Press
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._journal = journal
        self._press = press

    def list(self, *, limit: int = MAX_RELEASES) -> Sequence[PastRelease]:
        """List releases, newest first."""
        newest = (
            select(ReleaseRow)
            .order_by(ReleaseRow.created_at.desc(), ReleaseRow.id.desc())
            # One more: the last one is compared with it.
            .limit(limit + 1)
        )
        with self._sessions.read() as session:
            rows = list(session.scalars(newest))
            held = [_read_held(session, row.id) for row in rows]
            names = _read_titles(session, held)
        held.append({})
        found = [
            _compare(row, held[i], held[i + 1], names) for i, row in enumerate(rows)
        ]
        return found[:limit]

    def roll_back(
        self, release_id: str, actor: Actor | None, reason: str
    ) -> ReturnReport:
        """Answer from an older (or newer) release again.

        What was published since and is not in it goes back to its writers with the
        reason; what is scheduled stays so.

        Args:
            release_id: Any of ``list``.
            actor: A reviewer of the whole office; None = an operator on the machine.
            reason: Chinese, not empty.

        Raises:
            ChangeError: If there is no such release, nobody knows what it held, the
                reason is missing, or it is not this person's to do.
            PublishingBusyError: If another process publishes.
            OSError: If the disk is full or not writable; nothing changed.
        """
        _check_return(actor, reason)
        with self._press.alone():
            with self._sessions.read() as session:
                if session.get(ReleaseRow, release_id) is None:
                    raise ReleaseNotFoundError(release_id)
                was = find_current(session)
                wanted = read_released(session, release_id)
            if release_id == was:
                raise ChangeError("现在用的就是这个版本。")
            if not wanted:
                raise ChangeError("这个版本太旧，没有留下内容记录，不能退回。")
            if not self._press.stands(release_id):
                self._press.build_again(release_id)
            with self._sessions.write() as session:
                if find_current(session, lock=True) != was:
                    raise PublishingBusyError
                returned = self._follow(session, wanted, actor, reason)
                make_current(session, release_id)
                self._note(session, "roll_back", f"release {release_id}", actor, reason)
            self._press.swap(release_id)
        return ReturnReport(release_id, returned)

    def undo(self, change_id: int, actor: Actor, reason: str = "") -> ReturnReport:
        """Call one change back within ``UNDO_WITHIN`` after it went out.

        Raises:
            ChangeError: If it is not this person's, not out, too long out, or was
                followed by another change of the same entry.
            PublishingBusyError: If another process publishes.
            OSError: If the disk is full or not writable; nothing changed.
        """
        if not actor.may_review:
            raise ChangeError("您没有这项权限。")
        reason = reason.strip() or "发布后撤回"
        with self._press.alone():
            at = self._clock()
            with self._sessions.read() as session:
                change = to_change(get_row(session, change_id, actor))
                _check_undo(change, at)
                was = find_current(session)
                editions = read_published(session)
                _put_back(session, editions, change)
                wanted = _find_same(session, editions)
            if wanted is None or not self._press.stands(wanted):
                info = self._press.build(editions, at, name=wanted or "")
            else:
                info = None
            with self._sessions.write() as session:
                if find_current(session, lock=True) != was:
                    raise PublishingBusyError
                returned = self._follow(session, editions, actor, reason)
                release_id = wanted or ""
                if wanted is None:
                    assert info is not None
                    release_id = info.id
                    title = f"撤回：{change.form.title}"
                    held = list_pointed(session)
                    write_release(
                        session,
                        info,
                        at=at,
                        reason=title,
                        made_by=actor.officer_id,
                        held=held,
                    )
                else:
                    make_current(session, wanted)
                detail = f"{reason} {release_id}"
                self._note(session, "undo", f"change {change_id}", actor, detail)
            self._press.swap(release_id)
        return ReturnReport(release_id, returned)

    def _follow(
        self,
        session: Session,
        wanted: Mapping[str, Edition],
        actor: Actor | None,
        reason: str,
    ) -> tuple[int, ...]:
        """Point every entry to what the release holds; return the undone changes."""
        at = self._clock()
        published = EntryRow.published_revision_id
        now = {
            owner: number
            for owner, number in session.execute(
                select(EntryRow.id, published).where(published.is_not(None))
            )
        }
        target = {owner: e.revision_id for owner, e in wanted.items()}
        moved = {o for o in now.keys() | target.keys() if now.get(o) != target.get(o)}
        for owner in sorted(moved):
            entry = session.get_one(EntryRow, owner)
            number = target.get(owner)
            if number is None:
                withdraw(entry, at)
            else:
                point_to(session, entry, session.get_one(RevisionRow, number), at)
        mark_superseded(session, wanted)
        return self._return_changes(session, moved, target, actor, reason)

    def _return_changes(
        self,
        session: Session,
        moved: Iterable[str],
        target: Mapping[str, int | None],
        actor: Actor | None,
        reason: str,
    ) -> tuple[int, ...]:
        at = self._clock()
        statement = (
            select(ChangeRow)
            .where(ChangeRow.kind == ChangeKind.ENTRY)
            .where(ChangeRow.state == ChangeState.PUBLISHED)
            .where(ChangeRow.subject.in_(list(moved)))
            .order_by(ChangeRow.id)
            .with_for_update()
        )
        returned = []
        for row in session.scalars(statement).all():
            if _is_in_force(session, row, target.get(row.subject)):
                continue
            row.state, row.published_at, row.publish_at = (
                ChangeState.RETURNED,
                None,
                None,
            )
            row.version, row.changed_at = row.version + 1, at
            by = actor or Actor(0)
            add_word(session, row, "return", by, f"知识退回旧版本：{reason}"[:300], at)
            returned.append(row.id)
        return tuple(returned)

    def _note(
        self,
        session: Session,
        action: str,
        subject: str,
        actor: Actor | None,
        detail: str,
    ) -> None:
        self._journal(
            session,
            f"knowledge.{action}",
            subject,
            officer_id=actor.officer_id if actor else None,
            at=self._clock(),
            detail=detail[:300],
        )
