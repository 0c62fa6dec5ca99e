"""Releases that there were, and the way back to any of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from .change import MAX_WORD_CHARS, Actor, Change, ChangeError, ChangeKind
from .change_rows import get_row, to_change
from .changes import Clock, Journal
from .editions import Edition, read_published, read_released, read_revisions
from .press import Press, PublishingBusyError
from .release import ReleaseInfo
from .release_rows import (
    count_held,
    find_current,
    find_same,
    list_only_in,
    list_pointed,
    make_current,
    write_release,
)
from .return_rows import bring_again, follow, list_since, return_changes
from .sessions import Sessions
from .tables import EntryRow, ReleaseRow

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
        self, engine: Engine, clock: Clock, journal: Journal, press: Press
    ) -> None:
        self._sessions = Sessions(engine)
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
            held = count_held(session)
            olders = [row.id for row in rows[1:]]
            before = [o if o in held else None for o in olders] + [None]
            return [
                _compare(session, row, older, held)
                for row, older in zip(rows[:limit], before, strict=False)
            ]

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
                row = session.get(ReleaseRow, release_id)
                if row is None:
                    raise ReleaseNotFoundError(release_id)
                was = find_current(session)
                wanted = read_released(session, release_id)
            if release_id == was:
                raise ChangeError("现在用的就是这个版本。")
            if not wanted:
                raise ChangeError("这个版本没有留下内容记录，不能退回。")
            if not self._press.stands(release_id):
                self._press.build_again(release_id)
            with self._sessions.write() as session:
                _check_current(session, was)
                at = self._clock()
                moved = follow(session, wanted, at)
                undone = list_since(session, moved, row.created_at)
                return_changes(session, undone, actor, reason, at)
                bring_again(session, wanted, at)
                make_current(session, release_id)
                self._note(session, "roll_back", f"release {release_id}", actor, reason)
            self._press.swap(release_id)
        return ReturnReport(release_id, tuple(undone))

    def undo(self, change_id: int, actor: Actor, reason: str = "") -> ReturnReport:
        """Call one change back within ``UNDO_WITHIN`` after it went out.

        Raises:
            ChangeError: If it is not this person's, not out, too long out, or was
                followed by another change of the same entry.
            PublishingBusyError: If another process publishes.
            OSError: If the disk is full or not writable; nothing changed.
        """
        reason = reason.strip() or "发布后撤回"
        with self._press.alone():
            at = self._clock()
            with self._sessions.read() as session:
                change = to_change(get_row(session, change_id, actor))
                _check_undo(session, change, actor, at)
                was = find_current(session)
                editions = read_published(session)
                _put_back(session, editions, change)
                same = find_same(session, editions)
            info: ReleaseInfo | None = None
            if same is None or not self._press.stands(same):
                info = self._press.build(editions, at)
            with self._sessions.write() as session:
                _check_current(session, was)
                follow(session, editions, at)
                return_changes(session, [change_id], actor, reason, at)
                if info is not None:
                    about = f"撤回{change.form.action.label}{change.form.title}"
                    by, held = actor.officer_id, list_pointed(session)
                    write_release(
                        session, info, at=at, reason=about, made_by=by, held=held
                    )
                release_id = info.id if info else same or ""
                make_current(session, release_id)
                self._note(session, "undo", f"change {change_id}", actor, reason)
            self._press.swap(release_id)
        return ReturnReport(release_id, (change_id,))

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


def _check_return(actor: Actor | None, reason: str) -> None:
    if actor is not None and not (actor.may_review and actor.departments is None):
        raise ChangeError("退回整个知识版本，要由全单位的审核员来做。")
    if not reason.strip() or len(reason) > MAX_WORD_CHARS:
        raise ChangeError(f"请写明原因，最多 {MAX_WORD_CHARS} 字。")


def _check_current(session: Session, was: str | None) -> None:
    if find_current(session, lock=True) != was:
        raise PublishingBusyError


def _check_undo(session: Session, change: Change, actor: Actor, at: datetime) -> None:
    if not actor.may_review:
        raise ChangeError("您没有这项权限。")
    is_entry = change.form.kind is ChangeKind.ENTRY
    if not is_entry or change.published_at is None:
        raise ChangeError("这条修改没有发布，不用撤回。")
    if at - change.published_at > UNDO_WITHIN:
        minutes = int(UNDO_WITHIN.total_seconds() // 60)
        raise ChangeError(f"发布已超过 {minutes} 分钟，请退回知识版本，或另提修改。")
    entry = session.get(EntryRow, change.form.subject)
    if entry is None or entry.updated_at != change.published_at:
        raise ChangeError("这条知识在那之后又有变动，请退回知识版本，或另提修改。")


def _put_back(session: Session, editions: dict[str, Edition], change: Change) -> None:
    """Put in what the change took the place of."""
    editions.pop(change.form.subject, None)
    if change.form.base_revision_id is not None:
        editions |= read_revisions(session, [change.form.base_revision_id])


def _compare(
    session: Session, row: ReleaseRow, older: str | None, held: Mapping[str, int]
) -> PastRelease:
    is_known = row.id in held
    come = list_only_in(session, row.id, older) if is_known else []
    gone = list_only_in(session, older, row.id) if is_known and older else []
    were, are = {n.entry_id for n in gone}, {n.entry_id for n in come}
    return PastRelease(
        id=row.id,
        passages=row.passages,
        entries=held.get(row.id, 0),
        created_at=row.created_at,
        made_by=row.made_by,
        reason=row.reason,
        is_current=row.is_current,
        may_return=is_known and not row.is_current,
        added=tuple(n.title for n in come if n.entry_id not in were),
        changed=tuple(n.title for n in come if n.entry_id in were),
        withdrawn=tuple(n.title for n in gone if n.entry_id not in are),
    )
