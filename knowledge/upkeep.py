"""What wants looking after: nobody asks it, it ends soon, nobody has checked it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import sessionmaker

from .change import Actor
from .life_tables import EntryUseRow
from .tables import DepartmentRow, EntryRow, RegionRow, RevisionRow
from .types import EntryKind

#: Warned of so many days before it ends.
ENDS_SOON_DAYS = 30

#: An entry younger than this is not called unasked: nobody had the time.
UNASKED_DAYS = 90


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """A published entry, as far as its upkeep goes."""

    id: str
    kind: EntryKind
    title: str
    department: str
    region: str
    effective_on: date | None
    expires_on: date | None
    checked_on: date | None
    #: Beijing day of its present revision.
    published_on: date
    #: Answers of the last ``UNASKED_DAYS`` days.
    answers: int

    def is_due(self, today: date, *, after_days: int) -> bool:
        """Tell whether somebody should check it again."""
        last = max(filter(None, (self.checked_on, self.published_on)))
        return today - last >= timedelta(days=after_days)

    def is_unasked(self, today: date) -> bool:
        """Tell whether nobody has asked for it though there was time to."""
        is_old = today - self.published_on >= timedelta(days=UNASKED_DAYS)
        return is_old and self.answers == 0

    def ends_soon(self, today: date) -> bool:
        """Tell whether it ends within ``ENDS_SOON_DAYS``."""
        end = self.expires_on
        return end is not None and today <= end <= today + timedelta(ENDS_SOON_DAYS)

    def has_ended(self, today: date) -> bool:
        """Tell whether it answers nothing any more."""
        return self.expires_on is not None and self.expires_on < today


class EntryUses:
    """How often entries were answered from, by day; a method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._session = sessionmaker(engine, expire_on_commit=False)

    def last_day(self) -> date | None:
        """Return the last day that was counted; None when none was."""
        with self._session() as session:
            day: date | None = session.scalar(select(func.max(EntryUseRow.day)))
            return day

    def set_day(self, day: date, answers: Mapping[str, int]) -> None:
        """Replace what is known of a day."""
        with self._session.begin() as session:
            session.execute(delete(EntryUseRow).where(EntryUseRow.day == day))
            session.add_all(
                EntryUseRow(entry_id=entry_id, day=day, answers=n)
                for entry_id, n in answers.items()
            )
            if not answers:
                # Remembers that the day was counted; no entry has an empty id.
                session.add(EntryUseRow(entry_id="", day=day, answers=0))


class Upkeep:
    """Lists published entries by what they want; a method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._session = sessionmaker(engine, expire_on_commit=False)

    def list(self, actor: Actor, today: date) -> Sequence[KeptEntry]:
        """List the published entries of a person's departments, by title."""
        answers = (
            select(EntryUseRow.entry_id, func.sum(EntryUseRow.answers).label("n"))
            .where(EntryUseRow.day > today - timedelta(days=UNASKED_DAYS))
            .group_by(EntryUseRow.entry_id)
            .subquery()
        )
        statement = (
            select(
                EntryRow, RevisionRow, DepartmentRow.name, RegionRow.name, answers.c.n
            )
            .join(RevisionRow, RevisionRow.id == EntryRow.published_revision_id)
            .outerjoin(DepartmentRow, DepartmentRow.id == EntryRow.department_id)
            .outerjoin(RegionRow, RegionRow.id == EntryRow.region_id)
            .outerjoin(answers, answers.c.entry_id == EntryRow.id)
            .where(EntryRow.state == "published")
            .order_by(EntryRow.title, EntryRow.id)
        )
        with self._session() as session:
            return [
                KeptEntry(
                    id=entry.id,
                    kind=EntryKind(entry.kind),
                    title=entry.title,
                    department=department or "",
                    region=region or "",
                    effective_on=revision.effective_on,
                    expires_on=_first(revision.expires_on, entry.superseded_on),
                    checked_on=revision.checked_on,
                    published_on=revision.created_at.date(),
                    answers=int(n or 0),
                )
                for entry, revision, department, region, n in session.execute(statement)
                if actor.owns(department or "")
            ]


def _first(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)
