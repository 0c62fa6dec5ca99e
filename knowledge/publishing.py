"""From approved changes to a release that answers; one transaction says when.

The order is: build aside, ask the exam, write the record, swap the file. Killed
anywhere, the old or the new release answers, whole (see ``press``).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, select
from sqlalchemy.orm import Session

from .change import Change, ChangeError, ChangeKind, ChangeState, StaleChangeError
from .change_rows import to_change
from .changes import Clock, Journal
from .editions import (
    Edition,
    make_edition,
    read_newest,
    read_published,
    read_revisions,
)
from .entry_rows import Signed, mark_superseded, write_edition
from .exam_question import ExamReport
from .examining import Examine, pass_all
from .life_tables import ChangeRow
from .press import Press, PublishingBusyError
from .publication import Applier, ExamFailedError, PublishReport
from .publish_plan import Plan, Record, make_plan, name_entries
from .publish_rows import note_exam, publish_changes, stop_changes
from .release import ReleaseInfo
from .release_rows import find_current, list_pointed, write_release
from .sessions import Sessions
from .store import SaveReport
from .types import EntryDraft
from .vectors import Progress

_log = logging.getLogger(__name__)

#: So many changes are tried one by one when all together fail the exam.
MAX_TRIED_ALONE = 8


@dataclass(frozen=True, slots=True)
class _Base:
    """What the record says when publishing begins."""

    release_id: str | None
    record: Record


class Publisher:
    """Publishes what is approved and due; safe against other processes."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        journal: Journal,
        press: Press,
        *,
        examine: Examine = pass_all,
        appliers: Mapping[ChangeKind, Applier] | None = None,
    ) -> None:
        """Remember the parts; nothing is opened.

        Args:
            engine: The record.
            clock: Now, aware UTC.
            journal: Writes the audit rows.
            press: Where releases are made.
            examine: Asks a release before it goes out.
            appliers: By kind of change what puts it into force; changes of a kind
                without one wait.
        """
        self._sessions = Sessions(engine)
        self._clock = clock
        self._journal = journal
        self._press = press
        self._examine = examine
        self._appliers = dict(appliers or {})

    def has_work(self) -> bool:
        """Tell whether something is due, or a killed process left work; cheap.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: If the database cannot be read.
        """
        due = select(ChangeRow.id).where(self._is_due()).limit(1)
        with self._sessions.read() as session:
            found = session.scalars(due).first()
        return found is not None or not self._press.is_hale()

    def publish_due(self, *, progress: Progress | None = None) -> PublishReport:
        """Publish what is approved and whose hour has come.

        Raises:
            PublishingBusyError: If another process publishes.
            OSError: If the disk is full or not writable; nothing is published.
            sqlalchemy.exc.SQLAlchemyError: If the record cannot be read or written.
        """
        with self._press.alone():
            with self._sessions.read() as session:
                rows = session.scalars(
                    select(ChangeRow).where(self._is_due()).order_by(ChangeRow.id)
                )
                due = [to_change(row) for row in rows]
            report = self._apply_others(
                [c for c in due if c.form.kind is not ChangeKind.ENTRY]
            )
            entries = [c for c in due if c.form.kind is ChangeKind.ENTRY]
            if not entries:
                return report
            done = self._publish(entries, progress)
        return PublishReport(
            done.release,
            (*report.published, *done.published),
            {**report.stopped, **done.stopped},
        )

    def publish_drafts(
        self,
        drafts: Sequence[EntryDraft],
        *,
        reason: str,
        overrule: str = "",
        progress: Progress | None = None,
    ) -> tuple[SaveReport, ReleaseInfo]:
        """Publish what an operator on the machine took in, without a review.

        Without drafts the record is published again as it is: after a change of the
        encoder, say.

        Args:
            drafts: What was read.
            reason: For the record of releases, Chinese.
            overrule: Why it goes out although the exam says no; empty = it does not.
            progress: Called with (windows encoded, all windows).

        Raises:
            ExamFailedError: If the exam says no.
            PublishingBusyError: If another process publishes.
            OSError: If the disk is full or not writable; nothing is published.
            sqlalchemy.exc.SQLAlchemyError: If the record cannot be read or written.
        """
        with self._press.alone():
            base = self._read([])
            editions = dict(base.record.published)
            owners = [(base.record.find_owner(d), d) for d in drafts]
            editions |= {owner: make_edition(d, owner) for owner, d in owners}
            at = self._clock()
            info = self._press.build(editions, at, progress=progress)
            changed = dict.fromkeys(owner for owner, _ in owners)
            verdict = self._examine(self._press.open(info.id), changed)
            if not verdict.is_passed and not overrule:
                raise ExamFailedError(verdict)
            with self._sessions.write() as session:
                self._check_base(session, base)
                saved = _save(session, owners, at)
                note_exam(session, info.id, (), verdict, at, is_stopped=False)
                self._record(session, info, editions, at, reason, None)
            self._press.swap(info.id)
        return saved, info

    def _is_due(self) -> ColumnElement[bool]:
        kinds = [ChangeKind.ENTRY, *self._appliers]
        now = self._clock()
        return (
            (ChangeRow.state == ChangeState.APPROVED)
            & ChangeRow.kind.in_(kinds)
            & (ChangeRow.publish_at.is_(None) | (ChangeRow.publish_at <= now))
        )

    def _apply_others(self, changes: Sequence[Change]) -> PublishReport:
        published: list[int] = []
        stopped: dict[int, str] = {}
        for change in changes:
            at = self._clock()
            apply = self._appliers[change.form.kind]
            try:
                with self._sessions.write() as session:
                    publish_changes(session, self._journal, [change], at)
                    apply(session, change, at)
            except StaleChangeError:
                continue  # taken back this moment
            except ChangeError as e:
                stopped[change.id] = e.reason
            else:
                published.append(change.id)
        self._stop(stopped)
        return PublishReport(None, tuple(published), stopped)

    def _publish(
        self, changes: Sequence[Change], progress: Progress | None
    ) -> PublishReport:
        base = self._read(changes)
        plan = make_plan(base.record, changes)
        stopped = dict(plan.refused)
        wanted = [c for c in changes if c.id in plan.applied]
        info: ReleaseInfo | None = None
        if wanted:
            info, verdict = self._try(plan, wanted, progress)
            if not _may_go(wanted, verdict):
                stopped |= self._find_guilty(base, wanted, verdict)
                wanted = [c for c in wanted if c.id not in stopped]
                info = None
            if wanted and info is None:
                plan = make_plan(base.record, wanted)
                info, verdict = self._try(plan, wanted, progress)
                if not _may_go(wanted, verdict):
                    stopped |= dict.fromkeys([c.id for c in wanted], verdict.reason)
                    wanted, info = [], None
        self._stop(stopped)
        if info is None:
            return PublishReport(None, (), stopped)
        self._commit(base, plan, wanted, info, verdict)
        self._press.swap(info.id)
        return PublishReport(info, tuple(c.id for c in wanted), stopped)

    def _try(
        self, plan: Plan, changes: Sequence[Change], progress: Progress | None
    ) -> tuple[ReleaseInfo, ExamReport]:
        info = self._press.build(plan.editions, self._clock(), progress=progress)
        by_entry = {plan.applied[c.id]: c for c in changes}
        verdict = self._examine(self._press.open(info.id), by_entry)
        if not _may_go(changes, verdict):
            with self._sessions.write() as session:
                ids = [c.id for c in changes]
                now = self._clock()
                note_exam(session, info.id, ids, verdict, now, is_stopped=True)
        return info, verdict

    def _find_guilty(
        self, base: _Base, changes: Sequence[Change], verdict: ExamReport
    ) -> dict[int, str]:
        """Try each alone, so that the innocent ones go out; of many, stop all."""
        if len(changes) == 1 or len(changes) > MAX_TRIED_ALONE:
            return dict.fromkeys([c.id for c in changes], verdict.reason)
        guilty = {}
        for change in changes:
            plan = make_plan(base.record, [change])
            if change.id in plan.refused:
                guilty[change.id] = plan.refused[change.id]
                continue
            _, alone = self._try(plan, [change], None)
            if not _may_go([change], alone):
                guilty[change.id] = alone.reason
        # None of them alone: they break it together.
        return guilty or dict.fromkeys([c.id for c in changes], verdict.reason)

    def _commit(
        self,
        base: _Base,
        plan: Plan,
        changes: Sequence[Change],
        info: ReleaseInfo,
        verdict: ExamReport,
    ) -> None:
        at = self._clock()
        with self._sessions.write() as session:
            self._check_base(session, base)
            publish_changes(session, self._journal, changes, at, info.id, plan)
            ids = [c.id for c in changes]
            note_exam(session, info.id, ids, verdict, at, is_stopped=False)
            titles = "、".join(f"{c.form.action.label}{c.form.title}" for c in changes)
            by = changes[0].decided_by if len(changes) == 1 else None
            self._record(session, info, plan.editions, at, titles, by)

    def _record(
        self,
        session: Session,
        info: ReleaseInfo,
        editions: Mapping[str, Edition],
        at: datetime,
        reason: str,
        made_by: int | None,
    ) -> None:
        mark_superseded(session, editions)
        held = list_pointed(session)
        write_release(session, info, at=at, reason=reason, made_by=made_by, held=held)
        self._journal(
            session,
            "knowledge.release",
            f"release {info.id}",
            officer_id=made_by,
            at=at,
            detail=reason[:300],
        )

    def _read(self, changes: Sequence[Change]) -> _Base:
        with self._sessions.read() as session:
            published = read_published(session)
            asleep = name_entries(changes) - published.keys()
            sleeping = read_newest(session, asleep)
            # Whoever restores an older wording says which.
            bases = (c.form.base_revision_id for c in changes)
            older = read_revisions(session, [n for n in bases if n is not None])
            sleeping |= {k: e for k, e in older.items() if k in asleep}
            record = Record(published, sleeping)
            return _Base(find_current(session), record)

    def _check_base(self, session: Session, base: _Base) -> None:
        if find_current(session, lock=True) != base.release_id:
            raise PublishingBusyError

    def _stop(self, stopped: Mapping[int, str]) -> None:
        if stopped:
            with self._sessions.write() as session:
                stop_changes(session, self._journal, stopped, self._clock())


def _may_go(changes: Sequence[Change], verdict: ExamReport) -> bool:
    return verdict.is_passed or all(change.overruled for change in changes)


def _save(
    session: Session, owners: Sequence[tuple[str, EntryDraft]], at: datetime
) -> SaveReport:
    counts = dict.fromkeys(("added", "changed", "unchanged"), 0)
    passages = 0
    for owner, draft in owners:
        done = write_edition(session, draft, owner, at, Signed())
        counts[done.outcome] += 1
        passages += done.passages
    return SaveReport(**counts, passages=passages)
