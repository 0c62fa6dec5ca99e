"""How satisfied citizens were, counted from the rows; every share has its cases.

Fewer than thirty cases make no share, and an officer with fewer is not counted by
name at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from .rating import Score
from .records import officer_title
from .tables import BureauRow, OfficerRow, RatingRow

#: A share of fewer cases says 样本不足.
#: Source: service-norms §1.2.
MIN_CASES = 30


@dataclass(frozen=True, slots=True)
class Tally:
    """How many chose each of the five words."""

    by_score: Mapping[Score, int] = field(default_factory=dict)

    @property
    def rated(self) -> int:
        """The denominator: all ratings."""
        return sum(self.by_score.values())

    @property
    def satisfied(self) -> int:
        """The numerator: all but the two lowest, which are 差评."""
        return sum(n for score, n in self.by_score.items() if not score.is_low)

    @property
    def share(self) -> float | None:
        """Numerator by denominator, 0 to 1; None = too few cases."""
        return self.satisfied / self.rated if self.rated >= MIN_CASES else None

    def __add__(self, other: Tally) -> Tally:
        """Return both together."""
        sums = {s: self.by_score.get(s, 0) + other.by_score.get(s, 0) for s in Score}
        return Tally({score: n for score, n in sums.items() if n})


@dataclass(frozen=True, slots=True)
class OfficerSatisfaction:
    """What was said of one officer's work."""

    officer_id: int
    officer_name: str

    #: None = fewer than ``MIN_CASES``: not shown by name.
    tally: Tally | None


@dataclass(frozen=True, slots=True)
class BureauSatisfaction:
    """What was said of one bureau."""

    #: None = of no bureau.
    bureau_id: int | None
    bureau_name: str

    #: Of hand-overs, and of answers of the bot's.
    people: Tally
    bot: Tally

    #: Who was rated, by name.
    officers: tuple[OfficerSatisfaction, ...] = ()

    @property
    def total(self) -> Tally:
        """Of both together."""
        return self.people + self.bot


def count_satisfaction(
    session: Session, conditions: Sequence[ColumnElement[bool]]
) -> list[BureauSatisfaction]:
    """Count the ratings that meet all conditions, by bureau, in order of its name."""
    is_of_person = RatingRow.ticket_id.is_not(None)
    rows = session.execute(
        select(
            RatingRow.bureau_id,
            RatingRow.officer_id,
            is_of_person,
            RatingRow.score,
            func.count(),
        )
        .where(*conditions)
        .group_by(
            RatingRow.bureau_id, RatingRow.officer_id, is_of_person, RatingRow.score
        )
    )
    bureaus: dict[int | None, list[_Cell]] = {}
    for bureau_id, officer_id, is_person, score, cases in rows:
        tally = Tally({Score(score): cases})
        cell = (officer_id, bool(is_person), tally)
        bureaus.setdefault(bureau_id, []).append(cell)
    bureau_rows = session.execute(select(BureauRow.id, BureauRow.name))
    names = {row.id: row.name for row in bureau_rows}
    titles = _find_titles(session, bureaus.values())
    counted = [
        _count(id_, names.get(id_, "") if id_ else "", cells, titles)
        for id_, cells in bureaus.items()
    ]
    return sorted(counted, key=lambda each: (each.bureau_id is None, each.bureau_name))


#: Officer, whether a person's work is rated, how often each word.
_Cell: TypeAlias = tuple[int | None, bool, Tally]


def _count(
    bureau_id: int | None,
    name: str,
    cells: Sequence[_Cell],
    titles: Mapping[int, str],
) -> BureauSatisfaction:
    people, bot = Tally(), Tally()
    by_officer: dict[int, Tally] = {}
    for officer_id, is_person, tally in cells:
        if is_person:
            people += tally
        else:
            bot += tally
        if officer_id is not None:
            by_officer[officer_id] = by_officer.get(officer_id, Tally()) + tally
    officers = [
        OfficerSatisfaction(
            id_, titles.get(id_, ""), tally if tally.rated >= MIN_CASES else None
        )
        for id_, tally in by_officer.items()
    ]
    officers.sort(key=lambda each: (each.officer_name, each.officer_id))
    return BureauSatisfaction(bureau_id, name, people, bot, tuple(officers))


def _find_titles(
    session: Session, bureaus: Iterable[Sequence[_Cell]]
) -> dict[int, str]:
    ids = {id_ for cells in bureaus for id_, _, _ in cells if id_ is not None}
    rows = session.scalars(select(OfficerRow).where(OfficerRow.id.in_(ids)))
    return {row.id: officer_title(row) for row in rows}
